/* SPDX-License-Identifier: BSD-2-Clause */
#include "resolver/engine.h"
#include "resolver/limits.h"

/* Turns come as questions end; if those are another worker's, so many at least so often: all of LIMIT_JOBS have one
 * within LIMIT_CLIENT_MS, and those whose time is over leave. */
#define TURN_US 20000
#define TURNS_AT_ONCE (LIMIT_JOBS / (LIMIT_CLIENT_MS * 1000 / TURN_US))

/* --- Following: many names, one delegation to find --- */

static uint64_t lead_hash(const struct job *job)
{
	return engine_hash(job->resolver, job->hunt.asked, job->hunt.cut->zone.labels);
}

static bool is_same_search(const struct job *a, const struct job *b)
{
	return a->hunt.cut->source == b->hunt.cut->source && name_equal(a->hunt.asked, b->hunt.asked) &&
	       a->hunt.cut->zone.labels == b->hunt.cut->zone.labels;
}

static struct job *lead_find(const struct job *job, uint64_t hash)
{
	for (struct registry_link *link = registry_first(&job->resolver->leads, hash); link != NULL;
	     link = registry_again(link)) {
		struct job *lead = OWNER(link, struct job, lead);
		if (is_same_search(lead, job))
			return lead;
	}
	return NULL;
}

bool crowd_follow(struct job *job)
{
	struct resolver *resolver = job->resolver;
	if (job->is_following)
		return true;
	if (!job->hunt.is_minimising || job->is_lead || job->hunt.has_followed)
		return false;
	uint64_t hash = lead_hash(job);
	struct job *lead = lead_find(job, hash);
	if (lead == NULL) {
		registry_add(&resolver->leads, &job->lead, hash);
		job->is_lead = true;
		return false;
	}
	job->hunt.has_followed = true;
	if (!job_wait(job, NULL, lead, WAIT_LEAD, 0))
		return false;
	hunt_end_asks(job);
	job->is_following =
		alarm_set(&resolver->alarms, &job->hedge, resolver->now.mono_us + LIMIT_FOLLOW_MS * 1000) == ERR_OK;
	if (!job->is_following)
		waits_end(job, WAIT_LEAD);
	return job->is_following;
}

void crowd_unfollow(struct job *job)
{
	waits_end(job, WAIT_LEAD);
	job->is_following = false;
	alarm_clear(&job->resolver->alarms, &job->hedge);
}

static void lead_end(struct job *job)
{
	if (job->is_lead)
		registry_remove(&job->resolver->leads, &job->lead);
	job->is_lead = false;
}

/* The next one who follows, no longer following. NULL: nobody does. */
static struct job *follower_take(struct job *lead)
{
	struct wait *wait;
	LIST_FOREACH(wait, &lead->above, in_below) {
		if (wait->purpose == WAIT_LEAD) {
			struct job *job = wait->above_job;
			crowd_unfollow(job);
			job_wake(job);
			return job;
		}
	}
	return NULL;
}

void crowd_lead_on(struct job *job, bool is_minimising)
{
	struct job *follower;
	while (job->is_lead && (follower = follower_take(job)) != NULL) {
		struct hunt *hunt = &follower->hunt;
		hunt->is_minimising = hunt->is_minimising && is_minimising;
		hunt->minimised = job->hunt.minimised;
		hunt->has_followed = false;
		hunt_minimise(follower);
	}
	lead_end(job);
}

void crowd_release(struct job *job)
{
	struct job *follower;
	while (job->is_lead && (follower = follower_take(job)) != NULL)
		follower->state = JOB_CUT;
	lead_end(job);
}

/* --- Taking turns at servers that are asked as much as they may be --- */

void crowd_leave(struct job *job)
{
	if (job->is_crowded)
		TAILQ_REMOVE(&job->resolver->crowd, job, in_crowd);
	job->is_crowded = false;
}

static void turn_set(struct resolver *resolver)
{
	if (!TAILQ_EMPTY(&resolver->crowd) && resolver->crowd_alarm.place == 0)
		(void)!alarm_set(&resolver->alarms, &resolver->crowd_alarm, resolver->now.mono_us + TURN_US);
}

bool crowd_wait(struct job *job)
{
	struct resolver *resolver = job->resolver;
	if (job->hunt.busy == 0 || resolver->now.mono_us >= job->spending->ends_us)
		return false;
	TAILQ_INSERT_TAIL(&resolver->crowd, job, in_crowd);
	job->is_crowded = true;
	turn_set(resolver);
	return true;
}

void crowd_next(struct resolver *resolver)
{
	struct job *job = TAILQ_FIRST(&resolver->crowd);
	if (job == NULL)
		return;
	crowd_leave(job);
	for (unsigned i = 0; i < job->hunt.candidate_count; i++) {
		if (job->hunt.busy >> i & 1)
			job->hunt.candidates[i].is_bad = false;
	}
	job->hunt.busy = 0;
	job_wake(job);
	turn_set(resolver);
}

void crowd_turn(struct resolver *resolver)
{
	for (unsigned i = 0; i < TURNS_AT_ONCE && !TAILQ_EMPTY(&resolver->crowd); i++)
		crowd_next(resolver);
}
