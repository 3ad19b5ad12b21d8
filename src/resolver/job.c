/* SPDX-License-Identifier: BSD-2-Clause */
#include "resolver/revalidate.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>

/* --- Finding and making --- */

static uint64_t job_hash(const struct resolver *resolver, const struct job_question *question)
{
	return engine_hash(resolver, question->qname, (uint32_t)question->qtype << 1 | question->is_checked);
}

static bool is_same(const struct job *job, const struct job_question *question)
{
	return job->qtype == question->qtype && job->is_checked == question->is_checked && job->state != JOB_DONE &&
	       name_equal(job->qname, question->qname);
}

static struct job *job_find(const struct resolver *resolver, const struct job_question *question, uint64_t hash)
{
	for (struct registry_link *link = registry_first(&resolver->jobs, hash); link != NULL;
	     link = registry_again(link)) {
		struct job *job = (struct job *)(void *)link;
		if (is_same(job, question))
			return job;
	}
	return NULL;
}

struct job *job_running(const struct resolver *resolver, const struct job_question *question)
{
	return job_find(resolver, question, job_hash(resolver, question));
}

static struct job *job_new(struct resolver *resolver, const struct job_question *question, struct spending *spending)
{
	struct arena *arena = arena_pool_take(&resolver->job_arenas);
	struct job *job = arena != NULL ? arena_alloc_zeroed(arena, sizeof(*job), _Alignof(struct job)) : NULL;
	uint8_t *wire = job != NULL ? arena_copy(arena, question->qname.wire, question->qname.size, 1) : NULL;
	if (wire == NULL) {
		arena_pool_give(&resolver->job_arenas, arena);
		return NULL;
	}
	job->resolver = resolver;
	job->arena = arena;
	job->spending = spending_hold(spending);
	job->qname = question->qname;
	job->qname.wire = wire;
	job->qtype = question->qtype;
	job->is_checked = question->is_checked;
	job->is_refresh = question->is_refresh;
	job->is_internal = question->is_internal;
	job->is_evidence = question->is_evidence;
	job->depth = question->depth;
	job->hedge.kind = ALARM_JOB_HEDGE;
	LIST_INIT(&job->below);
	LIST_INIT(&job->above);
	LIST_INIT(&job->asks);
	LIST_INSERT_HEAD(&resolver->all_jobs, job, in_all);
	return job;
}

struct job *job_get(struct resolver *resolver, const struct job_question *question, struct spending *spending)
{
	uint64_t hash = job_hash(resolver, question);
	struct job *job = job_find(resolver, question, hash);
	if (job != NULL)
		return job;
	if (spending->jobs == 0 || resolver->jobs.count >= LIMIT_JOBS)
		return NULL;
	job = job_new(resolver, question, spending);
	if (job == NULL)
		return NULL;
	spending->jobs--;
	registry_add(&resolver->jobs, &job->link, hash);
	job_wake(job);
	return job;
}

void job_wake(struct job *job)
{
	if (job->is_runnable || job->state == JOB_DONE)
		return;
	job->is_runnable = true;
	TAILQ_INSERT_TAIL(&job->resolver->runnable_jobs, job, in_run);
}

void job_free(struct job *job)
{
	struct resolver *resolver = job->resolver;
	struct wait *wait;
	crowd_leave(job);
	crowd_release(job);
	while ((wait = LIST_FIRST(&job->below)) != NULL)
		wait_end(wait);
	while ((wait = LIST_FIRST(&job->above)) != NULL)
		wait_end(wait);
	hunt_end_asks(job);
	alarm_clear(&resolver->alarms, &job->hedge);
	if (job->is_runnable)
		TAILQ_REMOVE(&resolver->runnable_jobs, job, in_run);
	registry_remove(&resolver->jobs, &job->link);
	LIST_REMOVE(job, in_all);
	spending_release(job->spending);
	arena_pool_give(&resolver->job_arenas, job->arena);
}

/* --- Waiting --- */

/* Waits make a graph, not a tree: a walk that saw a job again would cost what the number of ways through it is. */
static bool is_new_on_walk(struct job *job)
{
	bool is_new = job->walk != job->resolver->walk;
	job->walk = job->resolver->walk;
	return is_new;
}

/* Does the job wait for target, itself or through those below it? */
static bool waits_for(struct job *job, const struct job *target, unsigned depth)
{
	struct wait *wait;
	if (job == target)
		return true;
	if (!is_new_on_walk(job))
		return false;
	if (depth == 0)
		return true; /* deeper than anything sound: taken for a circle */
	LIST_FOREACH(wait, &job->below, in_above) {
		if (waits_for(wait->below, target, depth - 1))
			return true;
	}
	return false;
}

#define WAIT_DEPTH_MAX 64

bool job_wait(struct job *above, struct inquiry *above_inquiry, struct job *below, enum wait_purpose purpose,
              uint8_t server_index)
{
	below->resolver->walk++;
	if (above != NULL && waits_for(below, above, WAIT_DEPTH_MAX))
		return false;
	struct wait *wait = malloc(sizeof(*wait));
	if (wait == NULL)
		return false;
	*wait = (struct wait){.purpose = purpose,
	                      .below = below,
	                      .above_job = above,
	                      .above_inquiry = above_inquiry,
	                      .server_index = server_index};
	LIST_INSERT_HEAD(&below->above, wait, in_below);
	LIST_INSERT_HEAD(above != NULL ? &above->below : &above_inquiry->below, wait, in_above);
	return true;
}

/* Takes the wait away; a job that nobody waits for any more goes on, so that what it learns is kept. */
void wait_end(struct wait *wait)
{
	LIST_REMOVE(wait, in_below);
	LIST_REMOVE(wait, in_above);
	free(wait);
}

void waits_end(struct job *job, enum wait_purpose purpose)
{
	struct wait *wait, *next;
	for (wait = LIST_FIRST(&job->below); wait != NULL; wait = next) {
		next = LIST_NEXT(wait, in_above);
		if (wait->purpose == purpose)
			wait_end(wait);
	}
}

static bool asks_server(struct job *job, const struct ip_addr *address)
{
	struct ask *ask;
	struct wait *wait;
	if (!is_new_on_walk(job))
		return false;
	LIST_FOREACH(ask, &job->asks, in_job) {
		if (ask->question.is_rd && (address == NULL || ip_addr_equal(&ask->question.server.addr, address)))
			return true;
	}
	LIST_FOREACH(wait, &job->below, in_above) {
		if (asks_server(wait->below, address))
			return true;
	}
	return false;
}

bool job_waits_for_server(struct job *job, const struct ip_addr *address)
{
	job->resolver->walk++;
	return asks_server(job, address);
}

/* --- Ending --- */

static void evidence_take(struct job *above, const struct outcome *outcome)
{
	struct evidence *evidence = arena_alloc(above->arena, sizeof(*evidence), _Alignof(struct evidence));
	const struct outcome *copy = evidence != NULL ? outcome_copy(outcome, above->arena) : NULL;
	if (copy == NULL)
		return; /* it is asked for again, and the budget of jobs ends that */
	*evidence = (struct evidence){.outcome = copy, .next = above->evidence};
	above->evidence = evidence;
}

/* A hedge that knew nobody else to ask has ended in this look-up: now there may be somebody, and the silent one is not
 * waited for to its end. */
static void hedge_again(struct job *job)
{
	if (job->ask_count > 0 && job->hedge.place == 0)
		(void)!alarm_set(&job->resolver->alarms, &job->hedge, job->resolver->now.mono_us);
}

static void deliver(struct wait *wait, const struct outcome *outcome)
{
	struct wait copy = *wait;
	wait_end(wait);
	switch (copy.purpose) {
	case WAIT_ADDRESS:
		hunt_addresses(copy.above_job, copy.server_index, outcome);
		hedge_again(copy.above_job);
		job_wake(copy.above_job);
		break;
	case WAIT_EVIDENCE:
		evidence_take(copy.above_job, outcome);
		job_wake(copy.above_job);
		break;
	case WAIT_LINK:
		inquiry_arrived(copy.above_inquiry, outcome);
		break;
	case WAIT_LEAD: /* crowd_release has taken these away */
		break;
	}
}

void job_end(struct job *job, const struct outcome *outcome)
{
	struct wait *wait;
	job->state = JOB_DONE;
	job->outcome = outcome;
	crowd_release(job);
	while ((wait = LIST_FIRST(&job->above)) != NULL)
		deliver(wait, outcome);
	if (job->revalidates.wire != NULL)
		revalidation_end(job, outcome);
	job->resolver->jobs_ended++;
	job_free(job);
}

struct outcome *job_failure(struct job *job, int32_t ede, const char *format, ...)
{
	char text[256];
	va_list arguments;
	va_start(arguments, format);
	int size = vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	size_t length = size < 0 ? 0 : (size_t)size < sizeof(text) ? (size_t)size : sizeof(text) - 1;
	struct outcome *outcome = arena_alloc_zeroed(job->arena, sizeof(*outcome), _Alignof(struct outcome));
	if (outcome == NULL)
		abort(); /* arenas of jobs are small: without that much memory nothing goes on */
	*outcome = (struct outcome){.kind = OUTCOME_FAILURE,
	                            .security = SECURITY_INDETERMINATE,
	                            .qname = job->qname,
	                            .qtype = job->qtype,
	                            .zone = job->hunt.cut != NULL ? job->hunt.cut->zone : name_root,
	                            .server = job->hunt.last_server,
	                            .ttl_s = LIMIT_FAILURE_LEAST_S,
	                            .ede = ede};
	const char *copy = arena_text(job->arena, text, length);
	outcome->reason = copy != NULL ? span_of(copy, length) : span_of(NULL, 0);
	return outcome;
}

/* --- The steps --- */

static void step_start(struct job *job)
{
	struct resolver *resolver = job->resolver;
	const struct outcome *known = NULL;
	if (!job->is_refresh)
		known = remember(resolver, job->qname, job->qtype, job->is_checked, false, job->arena);
	/* RFC 2308 3: clients get denials with a SOA. */
	if (known != NULL && known->kind == OUTCOME_NODATA && !job->is_evidence && outcome_soa(known) == NULL &&
	    known->set_count > 0)
		known = NULL;
	if (known == NULL) {
		job->state = JOB_CUT;
		return;
	}
	if (job->is_checked && known->security == SECURITY_UNCHECKED && known->kind != OUTCOME_FAILURE) {
		job->is_raw_cached = true;
		job_judge(job, known, UINT8_MAX);
		return;
	}
	job_end(job, known);
}

void job_step(struct job *job)
{
	static void (*const steps[])(struct job *) = {
		[JOB_START] = step_start,
		[JOB_CUT] = step_cut,
		[JOB_SERVERS] = step_servers,
		[JOB_VALIDATE] = step_validate,
	};
	/* A step that changes the state goes on with the next one at once; one that waits puts nothing on the list. */
	enum job_state before = job->state;
	struct resolver *resolver = job->resolver;
	uint64_t ended = resolver->jobs_ended;
	steps[job->state](job);
	if (resolver->jobs_ended == ended && job->state != before)
		job_wake(job);
}
