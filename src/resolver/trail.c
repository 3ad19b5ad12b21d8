/* SPDX-License-Identifier: BSD-2-Clause */
#include "resolver/engine.h"

_Static_assert((int)QUESTION_TRANSPORT_COUNT == (int)TRANSPORT_COUNT, "questions go over what telemetry knows");

static enum family family_of(unsigned way)
{
	return (enum family)(way % FAMILY_COUNT);
}

static enum transport transport_of(unsigned way)
{
	return (enum transport)(way / FAMILY_COUNT);
}

/* Not a look-up of addresses or keys on the way to somebody's answer. */
static bool is_for_answer(const struct job *job)
{
	return job->depth == 0 && !job->is_evidence;
}

void trail_asked(struct job *job, const struct ip_endpoint *server, enum question_transport transport)
{
	struct resolver *resolver = job->resolver;
	struct trail *trail = &job->spending->trail;
	struct hunt *hunt = &job->hunt;
	unsigned way = upstream_way((enum transport)transport, server->addr.family);
	uint8_t family = (uint8_t)(1u << server->addr.family);
	if (hunt->ways != 0)
		resolver->load.upstream_retries[hunt->last_way][way]++;
	else
		hunt->first_way = (uint8_t)way;
	if (is_for_answer(job))
		trail->tried = hunt->ways == 0 ? family : trail->tried | family;
	else
		trail->tried_below |= family;
	hunt->ways |= (uint8_t)(1u << way);
	hunt->last_way = (uint8_t)way;
	if (trail->first_us == 0)
		trail->first_us = resolver->now.mono_us;
}

static void trail_end(struct trail *trail, uint64_t now_us)
{
	trail->last_us = now_us;
}

void trail_answered(struct job *job, const struct ask *ask)
{
	struct trail *trail = &job->spending->trail;
	struct hunt *hunt = &job->hunt;
	enum family family = ask->question.server.addr.family, first = family_of(hunt->first_way);
	if (hunt->ways != 0 && first != family)
		trail->turns |= first == FAMILY_IPV6 ? TURN_IPV6_IPV4 : TURN_IPV4_IPV6;
	if (ask->question.transport == QUESTION_TCP && transport_of(hunt->first_way) == TRANSPORT_UDP)
		trail->turns |= TURN_UDP_TCP;
	hunt->ways = 0;
	trail_end(trail, job->resolver->now.mono_us);
}

void trail_silent(const struct ask *ask)
{
	if (ask->job == NULL)
		return;
	ask->job->spending->trail.timeouts++;
	trail_end(&ask->job->spending->trail, ask->resolver->now.mono_us);
}

uint8_t trail_tried(const struct inquiry *inquiry)
{
	const struct trail *trail = &inquiry->spending->trail;
	return trail->tried != 0 ? trail->tried : trail->tried_below;
}

void trail_fill(const struct inquiry *inquiry, struct query_event *event)
{
	const struct trail *trail = &inquiry->spending->trail;
	uint64_t now_us = inquiry->resolver->now.mono_us;
	event->upstream_count = (uint16_t)(LIMIT_ASKS_PER_CLIENT - inquiry->spending->asks);
	if (inquiry->link_count > 0) {
		const struct outcome *last = inquiry->links[inquiry->link_count - 1];
		event->upstream = last->server;
		event->is_upstream_failed = last->kind == OUTCOME_FAILURE;
	}
	if (event->upstream_count == 0)
		return;
	event->upstream_tried = trail_tried(inquiry);
	event->upstream_turns = trail->turns;
	event->upstream_timeouts = trail->timeouts;
	/* A stale answer does not wait for the end. */
	uint64_t end_us = trail->last_us >= trail->first_us && trail->last_us != 0 ? trail->last_us : now_us;
	event->upstream_us = (uint32_t)(end_us - trail->first_us < UINT32_MAX ? end_us - trail->first_us : UINT32_MAX);
}
