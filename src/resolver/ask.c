/* SPDX-License-Identifier: BSD-2-Clause */
#include "resolver/engine.h"

#include "base/random.h"

#include <stdlib.h>

/* --- What is asked --- */

/* Which try the next question would be. One under way counts: what is asked beside it should differ from it. */
static unsigned try_of(const struct candidate *candidate)
{
	return (unsigned)candidate->tries + candidate->asks;
}

static uint32_t candidate_edns(const struct job *job, const struct candidate *candidate,
                               const struct address_facts *facts, enum question_transport transport)
{
	uint32_t size = job->resolver->policy->upstream_udp_size;
	if (facts->is_edns_broken)
		return 0;
	if (transport == QUESTION_TCP)
		return size;
	if (facts->udp_size != 0 && facts->udp_size < size)
		size = facts->udp_size;
	/* T-12: silence may be a large answer that was lost; the second try allows a small one only. The third goes
	 * without EDNS, for servers that say nothing to it and never have. */
	if (try_of(candidate) == 1 && size > LIMIT_SMALL_OCTETS)
		size = LIMIT_SMALL_OCTETS;
	if (try_of(candidate) >= 2 && !facts->has_answered)
		size = 0;
	return size;
}

/* RFC 7873 4.1: a client cookie of its own for each server address, and the server's part once it is known. */
static void cookie_prepare(struct job *job, struct ask *ask, const struct address_facts *facts)
{
	struct resolver *resolver = job->resolver;
	if (!resolver->policy->is_cookie_on || ask->edns_size == 0 || delegation_is_forward(job->hunt.cut))
		return;
	uint8_t input[20] = {0};
	memcpy(input, ask->question.server.addr.bytes, 16);
	store_u16(input + 16, ask->question.server.port);
	uint64_t value = siphash(resolver->policy->cookie_secret, input, sizeof(input));
	memcpy(ask->cookie, &value, 8);
	size_t size = 8;
	if (facts->cookie_size > 8 && memcmp(facts->cookie, ask->cookie, 8) == 0) {
		memcpy(ask->cookie, facts->cookie, facts->cookie_size);
		size = facts->cookie_size;
	}
	ask->has_cookie = true;
	ask->question.cookie = span_of(ask->cookie, size);
}

static void question_fill(struct job *job, struct ask *ask, const struct candidate *candidate,
                          enum question_transport transport, const struct address_facts *facts)
{
	const struct resolver_policy *policy = job->resolver->policy;
	bool is_forward = delegation_is_forward(job->hunt.cut);
	bool is_fallback = job->hunt.cut->source == DELEGATION_FALLBACK;
	struct name qname = name_copy(job->hunt.asked, &ask->qname);
	ask->edns_size = (uint16_t)candidate_edns(job, candidate, facts, transport);
	ask->is_case_mixed = policy->is_case_mixed && !facts->is_case_broken && candidate->tries == 0;
	if (is_fallback && !ask->is_case_mixed)
		(void)hops_case(job->resolver, job->hunt.asked, &ask->qname, &qname);
	ask->question = (struct question){
		.server = candidate->server,
		.transport = transport,
		.qname = qname,
		.qtype = job->hunt.asked_type,
		.is_rd = is_forward,
		/* We validate ourselves, and want to see what is bogus (RFC 6840 5.9). */
		.is_cd = is_forward && policy->validation != VALIDATION_OFF,
		.is_do = ask->edns_size != 0,
		.edns_size = ask->edns_size,
		.is_case_mixed = ask->is_case_mixed,
		.zone_size = job->hunt.cut->zone.size,
	};
	cookie_prepare(job, ask, facts);
	if (is_forward && ask->edns_size != 0)
		ask->question.hops = hops_mark(job->resolver, job->spending);
}

static uint32_t timeout_of(const struct job *job, const struct candidate *candidate, struct address_facts facts,
                           enum question_transport transport)
{
	const struct resolver *resolver = job->resolver;
	uint32_t least_ms = delegation_is_forward(job->hunt.cut) ? LIMIT_ASK_RECURSION_LEAST_MS : LIMIT_ASK_LEAST_MS;
	uint32_t usual_us = 4 * resolver->usual_rtt_us;
	uint32_t first_us = usual_us > LIMIT_ASK_FIRST_MS * 1000 ? usual_us : LIMIT_ASK_FIRST_MS * 1000;
	/* RFC 6298 5.5: what this job has waited for in vain counts, though the book took several for one event. */
	if (facts.timeouts < candidate->tries)
		facts.timeouts = candidate->tries;
	uint32_t timeout_us = pick_timeout_us(&facts, first_us, least_ms * 1000, LIMIT_ASK_MOST_MS * 1000);
	if (transport == QUESTION_UDP)
		return timeout_us;
	return 2 * timeout_us < LIMIT_ASK_TCP_MOST_MS * 1000 ? 2 * timeout_us : LIMIT_ASK_TCP_MOST_MS * 1000;
}

static struct ask *ask_new(struct job *job, unsigned index, enum question_transport transport)
{
	struct resolver *resolver = job->resolver;
	struct candidate *candidate = &job->hunt.candidates[index];
	struct address_facts facts;
	struct ask *ask = calloc(1, sizeof(*ask));
	if (ask == NULL)
		return NULL;
	address_book_find(resolver->parts.book, &candidate->server, resolver->now.mono_us, &facts);
	if (!address_book_begin(resolver->parts.book, &candidate->server, resolver->now.mono_us,
	                        LIMIT_ASKS_PER_SERVER)) {
		job->hunt.busy |= 1ull << index;
		free(ask);
		return NULL;
	}
	ask->id = ++resolver->next_ask;
	ask->resolver = resolver;
	ask->job = job;
	ask->candidate = (uint8_t)index;
	ask->path = candidate->path;
	ask->sent_us = resolver->now.mono_us;
	ask->timeout.kind = ALARM_ASK_TIMEOUT;
	ask->timeout_us = timeout_of(job, candidate, facts, transport);
	if (alarm_set(&resolver->alarms, &ask->timeout, resolver->now.mono_us + ask->timeout_us) != ERR_OK) {
		address_book_cancel(resolver->parts.book, &candidate->server);
		free(ask);
		return NULL;
	}
	question_fill(job, ask, candidate, transport, &facts);
	return ask;
}

/* --- Its life --- */

bool ask_has_budget(const struct job *job)
{
	return job->spending->asks > 0 && job->hunt.asks < LIMIT_ASKS_PER_JOB &&
	       job->resolver->now.mono_us < job->spending->ends_us;
}

bool ask_has_room(const struct resolver *resolver)
{
	return resolver->asks.count < LIMIT_ASKS_HEDGED;
}

bool ask_begin(struct job *job, unsigned index, enum question_transport transport, bool is_probe)
{
	struct resolver *resolver = job->resolver;
	struct candidate *candidate = &job->hunt.candidates[index];
	if (!ask_has_budget(job))
		return false;
	struct ask *ask = ask_new(job, index, transport);
	if (ask == NULL) {
		candidate->is_bad = true;
		return false;
	}
	registry_add(&resolver->asks, &ask->link, ask->id);
	LIST_INSERT_HEAD(&job->asks, ask, in_job);
	ask->is_probe = is_probe;
	job->ask_count += !is_probe;
	job->hunt.asks++;
	job->hunt.minimised += job->hunt.is_minimising && !is_probe;
	job->spending->asks--;
	candidate->asks++;
	if (!is_probe)
		trail_asked(job, &candidate->server, transport);
	resolver->load.upstream_queries[candidate->server.addr.family][transport]++;
	engine_ask(resolver, ask);
	return true;
}

/* Its job waits for it no longer. */
static void ask_let_go(struct ask *ask)
{
	struct job *job = ask->job;
	if (job == NULL || ask->is_late)
		return;
	job->ask_count -= !ask->is_probe;
	if (ask->candidate < job->hunt.candidate_count &&
	    ip_addr_equal(&job->hunt.candidates[ask->candidate].server.addr, &ask->question.server.addr))
		job->hunt.candidates[ask->candidate].asks--;
}

bool ask_be_late(struct ask *ask)
{
	struct resolver *resolver = ask->resolver;
	uint64_t ends_us = ask->sent_us + LIMIT_ASK_LATE_MS * 1000ull;
	/* On a TCP connection silence puts an end to the connection as well. */
	if (ask->question.transport != QUESTION_UDP || ask->pending != NULL || ends_us <= resolver->now.mono_us ||
	    resolver->late_count >= LIMIT_LATE ||
	    alarm_set(&resolver->alarms, &ask->timeout, ends_us) != ERR_OK)
		return false;
	ask_let_go(ask);
	ask->is_late = true;
	resolver->late_count++;
	crowd_next(resolver);
	return true;
}

/* The ask is over for its job. */
static void ask_detach(struct ask *ask)
{
	if (ask->job == NULL)
		return;
	ask_let_go(ask);
	LIST_REMOVE(ask, in_job);
	ask->job = NULL;
}

void ask_free(struct ask *ask, struct resolver *resolver)
{
	ask_detach(ask);
	resolver->late_count -= ask->is_late;
	alarm_clear(&resolver->alarms, &ask->timeout);
	registry_remove(&resolver->asks, &ask->link);
	free(ask);
	crowd_next(resolver);
}

void ask_cancel(struct ask *ask)
{
	engine_cancel(ask->resolver, ask);
	if (!ask->is_late)
		address_book_cancel(ask->resolver->parts.book, &ask->question.server);
	ask_free(ask, ask->resolver);
}

void asks_drop(struct job *job, unsigned candidate)
{
	struct ask *ask, *next;
	for (ask = LIST_FIRST(&job->asks); ask != NULL; ask = next) {
		next = LIST_NEXT(ask, in_job);
		if (ask->candidate == candidate)
			ask_cancel(ask);
	}
}

/* The job has its answer. Questions under way are left to teach: silence of a family would never be noticed if the
 * answer over the other one ended it. */
void hunt_end_asks(struct job *job)
{
	struct ask *ask, *next;
	for (ask = LIST_FIRST(&job->asks); ask != NULL; ask = next) {
		next = LIST_NEXT(ask, in_job);
		if (ask->pending != NULL)
			ask_cancel(ask);
		else
			ask_detach(ask);
	}
	alarm_clear(&job->resolver->alarms, &job->hedge);
}
