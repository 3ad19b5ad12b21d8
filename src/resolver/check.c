/* SPDX-License-Identifier: BSD-2-Clause */
#include "resolver/revalidate.h"

#include <stdlib.h>

#define BOGUS_RETRIES 3

static bool is_validating(const struct job *job)
{
	return job->is_checked && job->resolver->policy->validation != VALIDATION_OFF;
}

/* A raw outcome has come, from a server or from the cache. */
void job_judge(struct job *job, const struct outcome *raw, uint8_t candidate)
{
	hunt_end_asks(job);
	if (is_validating(job)) {
		job->raw = job->is_raw_cached ? raw : outcome_copy(raw, job->arena);
		if (job->raw == NULL) {
			job_end(job, job_failure(job, EDE_OTHER, "no memory"));
			return;
		}
		job->raw_candidate = candidate;
		job->state = JOB_VALIDATE;
		job_wake(job);
		return;
	}
	struct outcome *done = outcome_copy(raw, job->arena);
	if (done == NULL) {
		job_end(job, job_failure(job, EDE_OTHER, "no memory"));
		return;
	}
	if (job->resolver->policy->validation == VALIDATION_OFF)
		done->security = SECURITY_INDETERMINATE;
	if (!job->is_raw_cached)
		memorise(job->resolver, done);
	job_end(job, done);
}

/* --- Evidence --- */

static const struct outcome *evidence_find(void *owner, struct name name, uint16_t type)
{
	const struct job *job = owner;
	for (const struct evidence *evidence = job->evidence; evidence != NULL; evidence = evidence->next) {
		const struct outcome *outcome = evidence->outcome;
		if (outcome->qtype == type && name_equal(outcome->qname, name))
			return outcome;
	}
	return NULL;
}

static void evidence_add(struct job *job, const struct outcome *outcome)
{
	struct evidence *evidence = arena_alloc(job->arena, sizeof(*evidence), _Alignof(struct evidence));
	if (evidence == NULL)
		return;
	*evidence = (struct evidence){.outcome = outcome, .next = job->evidence};
	job->evidence = evidence;
}

static void evidence_missing(struct job *job, struct name name, uint16_t type, const char *why)
{
	struct outcome *failure = job_failure(job, EDE_DNSSEC_INDETERMINATE, "%s", why);
	const uint8_t *wire = arena_copy(job->arena, name.wire, name.size, 1);
	if (wire != NULL)
		failure->qname = (struct name){.wire = wire, .size = name.size, .labels = name.labels};
	failure->qtype = type;
	evidence_add(job, failure);
}

/* Gets what the validator needs; true: it is there now. */
static bool evidence_get(struct job *job, struct name name, uint16_t type)
{
	/* A DNSKEY question is its own evidence. */
	if (type == job->qtype && name_equal(name, job->qname)) {
		evidence_add(job, job->raw);
		return true;
	}
	const struct job_question question = {.qname = name,
	                                      .qtype = type,
	                                      .is_checked = true,
	                                      .is_evidence = true,
	                                      .is_internal = job->is_internal,
	                                      .depth = job->depth};
	struct job *below = job_get(job->resolver, &question, job->spending);
	if (below == NULL)
		evidence_missing(job, name, type, "the budget of sub-questions is spent");
	else if (!job_wait(job, NULL, below, WAIT_EVIDENCE, 0))
		evidence_missing(job, name, type, "the chain of trust is a circle");
	else
		return false;
	return true;
}

/* --- The verdict --- */

static void note_bogus(struct job *job, const struct outcome *outcome)
{
	struct note note = {.kind = NOTE_VALIDATION,
	                    .has_name = true,
	                    .name = job->qname,
	                    .type = job->qtype,
	                    .server = outcome->server,
	                    .has_family = outcome->server.port != 0,
	                    .family = outcome->server.addr.family,
	                    .ede = outcome->ede,
	                    .text = outcome->reason};
	engine_note(job->resolver, &note);
}

static struct outcome *verdict_apply(struct job *job, const struct validate_result *result)
{
	struct outcome view = *job->raw;
	view.security = result->security;
	view.kind = result->kind;
	view.is_optout = result->is_optout;
	if (result->ede >= 0) {
		view.ede = result->ede;
		view.reason = span_text(result->reason);
	}
	if (result->security == SECURITY_SECURE) {
		view.sets = result->kept;
		view.answer_count = result->kept_answers;
		view.set_count = result->kept_count;
		/* The cap counts from now, the time from when it came. */
		uint64_t most_s = (uint64_t)result->ttl_cap_s + outcome_age_s(&view, job->resolver->now.mono_us);
		view.ttl_s = most_s < view.ttl_s ? (uint32_t)most_s : view.ttl_s;
	}
	return outcome_copy(&view, job->arena);
}

/* Another server may tell the truth; keys that are bogus themselves make every server's data so. */
static bool bogus_retry(struct job *job)
{
	for (const struct evidence *evidence = job->evidence; evidence != NULL; evidence = evidence->next) {
		if (evidence->outcome != job->raw && (evidence->outcome->security == SECURITY_BOGUS ||
		                                      evidence->outcome->kind == OUTCOME_FAILURE))
			return false;
	}
	if (job->bogus_retries++ >= BOGUS_RETRIES)
		return false;
	job->evidence = NULL;
	if (job->is_raw_cached || job->hunt.cut == NULL || job->raw_candidate >= job->hunt.candidate_count) {
		job->is_raw_cached = false;
		job->is_refresh = true;
		job->state = JOB_CUT;
	} else {
		job->hunt.candidates[job->raw_candidate].is_bad = true;
		job->hunt.looked_up = 0; /* validation does not wait for addresses: what was on its way then is joined again */
		job->state = JOB_SERVERS;
	}
	job_wake(job);
	return true;
}

/* Nobody has anything better: the note, and how it is remembered. */
static const struct outcome *bogus_settle(struct job *job)
{
	note_bogus(job, job->bogus);
	if (job->resolver->policy->validation == VALIDATION_LOG_ONLY) {
		job->bogus->security = SECURITY_INSECURE;
		job->bogus->ede = -1;
	} else {
		job->bogus->ttl_s = LIMIT_BOGUS_S;
	}
	memorise(job->resolver, job->bogus);
	if (job->qtype == RR_NS)
		own_servers_forget(job->resolver, job->qname);
	return job->bogus;
}

static void end_bogus(struct job *job, const struct validate_result *result)
{
	struct outcome *done = verdict_apply(job, result);
	if (job->bogus == NULL)
		job->bogus = done;
	if (bogus_retry(job))
		return;
	job_end(job, job->bogus != NULL ? bogus_settle(job) : job_failure(job, EDE_OTHER, "no memory"));
}

void step_validate(struct job *job)
{
	struct resolver *resolver = job->resolver;
	const struct resolver_policy *policy = resolver->policy;
	const struct validate_policy validation = {.is_sha1_accepted = policy->is_sha1_accepted,
	                                           .nsec3_iterations_max = LIMIT_NSEC3_ITERATIONS,
	                                           .clock_skew_s = 0};
	const struct validate_request request = {.subject = job->raw,
	                                         .anchors = policy->anchors,
	                                         .policy = &validation,
	                                         .keyring = resolver->keyring,
	                                         .budget = &job->spending->dnssec,
	                                         .arena = job->arena,
	                                         .find = evidence_find,
	                                         .owner = job,
	                                         .now_s = resolver->now.wall_s,
	                                         .now_us = resolver->now.mono_us};
	struct validate_result *result = &resolver->verdict;
	if (job->raw->kind == OUTCOME_FAILURE) {
		job_end(job, job->raw);
		return;
	}
	if (!LIST_EMPTY(&job->below)) /* another piece of evidence is on its way; addresses do not matter any more */
		waits_end(job, WAIT_ADDRESS);
	if (!LIST_EMPTY(&job->below))
		return;
	do
		validate(&request, result);
	while (result->state == VALIDATE_NEED && evidence_get(job, result->need_name, result->need_type));
	if (result->state == VALIDATE_NEED)
		return;
	resolver->load.validations[result->security]++;
	if (result->security == SECURITY_BOGUS) {
		end_bogus(job, result);
		return;
	}
	struct outcome *done = verdict_apply(job, result);
	if (done == NULL) {
		job_end(job, job_failure(job, EDE_OTHER, "no memory"));
		return;
	}
	memorise(resolver, done);
	job_end(job, done);
}

/* The hunt is over without an answer. An answer that was bogus says more about why than the silence of the others. */
void job_fail(struct job *job, const struct outcome *failure)
{
	const struct outcome *done = failure;
	if (job->bogus != NULL)
		done = bogus_settle(job);
	else if (job->depth == 0)
		memorise_failure(job->resolver, failure);
	job_end(job, done);
}
