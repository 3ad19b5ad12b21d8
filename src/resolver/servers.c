/* SPDX-License-Identifier: BSD-2-Clause */
#include "resolver/engine.h"

#include "base/random.h"

#include <stdlib.h>

#define TRIES_MOST 3
#define EDNS_SMALL 512

/* --- One question --- */

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
	if (candidate->tries == 1 && size > EDNS_SMALL)
		size = EDNS_SMALL;
	if (candidate->tries >= 2 && !facts->has_answered)
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
	};
	cookie_prepare(job, ask, facts);
	if (is_forward && ask->edns_size != 0)
		ask->question.hops = hops_mark(job->resolver, job->spending);
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
	ask->is_counted = address_book_begin(resolver->parts.book, &candidate->server, resolver->now.mono_us,
	                                     LIMIT_ASKS_PER_SERVER);
	if (!ask->is_counted) {
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
	ask->timeout_us = pick_timeout_us(&facts, LIMIT_ASK_FIRST_MS * 1000, LIMIT_ASK_LEAST_MS * 1000,
	                                  LIMIT_ASK_MOST_MS * 1000);
	if (transport == QUESTION_TCP) /* a handshake more */
		ask->timeout_us = 2 * ask->timeout_us < LIMIT_ASK_MOST_MS * 1000 ? 2 * ask->timeout_us
		                                                                : LIMIT_ASK_MOST_MS * 1000;
	question_fill(job, ask, candidate, transport, &facts);
	return ask;
}

static void hedge_set(struct job *job, const struct candidate *candidate)
{
	struct resolver *resolver = job->resolver;
	struct address_facts facts;
	address_book_find(resolver->parts.book, &candidate->server, resolver->now.mono_us, &facts);
	uint32_t wait_us = pick_hedge_us(&facts, resolver->usual_rtt_us, LIMIT_HEDGE_LEAST_MS * 1000,
	                                 LIMIT_HEDGE_MOST_MS * 1000);
	/* The first ones come evenly, so that one live address among many dead ones is found soon. */
	if (job->hunt.hedges >= LIMIT_HEDGES_EVEN)
		wait_us <<= job->hunt.hedges - LIMIT_HEDGES_EVEN + 1;
	(void)!alarm_set(&resolver->alarms, &job->hedge, resolver->now.mono_us + wait_us);
}

/* False: not now, the candidate is out or the budget is spent. */
bool ask_send(struct job *job, unsigned index, enum question_transport transport)
{
	struct resolver *resolver = job->resolver;
	struct candidate *candidate = &job->hunt.candidates[index];
	if (job->spending->asks == 0 || job->hunt.asks >= LIMIT_ASKS_PER_JOB ||
	    resolver->now.mono_us >= job->spending->ends_us)
		return false;
	if (resolver->policy->is_tcp_only)
		transport = QUESTION_TCP;
	struct ask *ask = ask_new(job, index, transport);
	if (ask == NULL ||
	    alarm_set(&resolver->alarms, &ask->timeout, resolver->now.mono_us + ask->timeout_us) != ERR_OK) {
		candidate->is_bad = true;
		free(ask);
		return false;
	}
	registry_add(&resolver->asks, &ask->link, ask->id);
	LIST_INSERT_HEAD(&job->asks, ask, in_job);
	job->ask_count++;
	job->hunt.asks++;
	job->hunt.minimised += job->hunt.is_minimising;
	job->spending->asks--;
	candidate->is_busy = true;
	resolver->load.upstream_queries[candidate->server.addr.family][transport]++;
	hedge_set(job, candidate);
	engine_ask(resolver, ask);
	return true;
}

/* The ask is over for its job. */
void ask_detach(struct ask *ask)
{
	struct job *job = ask->job;
	if (job == NULL)
		return;
	LIST_REMOVE(ask, in_job);
	job->ask_count--;
	if (ask->candidate < job->hunt.candidate_count &&
	    ip_addr_equal(&job->hunt.candidates[ask->candidate].server.addr, &ask->question.server.addr))
		job->hunt.candidates[ask->candidate].is_busy = false;
	ask->job = NULL;
}

void ask_free(struct ask *ask, struct resolver *resolver)
{
	ask_detach(ask);
	alarm_clear(&resolver->alarms, &ask->timeout);
	registry_remove(&resolver->asks, &ask->link);
	free(ask);
	crowd_next(resolver);
}

/* The job has its answer. Questions under way are left to teach: silence of a family would never be noticed if the
 * answer over the other one ended it. */
void hunt_end_asks(struct job *job, const struct ask *but)
{
	struct ask *ask, *next;
	for (ask = LIST_FIRST(&job->asks); ask != NULL; ask = next) {
		next = LIST_NEXT(ask, in_job);
		if (ask == but)
			continue;
		if (ask->pending != NULL) {
			engine_cancel(job->resolver, ask);
			address_book_cancel(job->resolver->parts.book, &ask->question.server);
			ask_free(ask, job->resolver);
		} else {
			ask_detach(ask);
		}
	}
	alarm_clear(&job->resolver->alarms, &job->hedge);
}

/* --- Choosing --- */

static int choose(struct job *job, bool is_hedge, enum reach_path slow_path)
{
	struct resolver *resolver = job->resolver;
	const struct pick_now now = {.now_us = resolver->now.mono_us,
	                             .random = draw(resolver),
	                             .prefers_ipv4 = resolver->policy->prefers_ipv4,
	                             .is_hedge = is_hedge,
	                             .slow_path = slow_path};
	return pick(resolver->parts.book, resolver->parts.reach, job->hunt.candidates, job->hunt.candidate_count,
	            TRIES_MOST, &now);
}

static bool is_path_good(const struct job *job, const struct candidate *candidate)
{
	return !reach_view(job->resolver->parts.reach, candidate->path).is_down;
}

/* --- Addresses of name servers that came without --- */

static bool lookup_start(struct job *job, unsigned server_index, uint16_t type)
{
	struct job_question question = {.qname = job->hunt.cut->servers[server_index].name,
	                                .qtype = type,
	                                .is_checked = false,
	                                .is_internal = job->is_internal,
	                                .depth = (uint8_t)(job->depth + 1)};
	if (job->depth >= LIMIT_DEPTH)
		return false;
	struct job *below = job_get(job->resolver, &question, job->spending);
	return below != NULL && job_wait(job, NULL, below, WAIT_ADDRESS, (uint8_t)server_index);
}

static bool is_family_wanted(const struct resolver_policy *policy, uint16_t type)
{
	if (type == RR_AAAA)
		return policy->has_family[FAMILY_IPV6];
	return policy->has_family[FAMILY_IPV4] || (policy->is_nat64_on && policy->has_family[FAMILY_IPV6]);
}

static bool has_address(const struct job *job, unsigned server_index, enum family family)
{
	for (unsigned i = 0; i < job->hunt.candidate_count; i++) {
		const struct candidate *candidate = &job->hunt.candidates[i];
		enum family original = candidate->path == REACH_NAT64 ? FAMILY_IPV4 : candidate->server.addr.family;
		if (candidate->server_index == server_index && original == family)
			return true;
	}
	return false;
}

/* Is the name of the server below the very cut whose servers are missing, silent or lame? Then only glue can help. */
static bool needs_glue(const struct job *job, unsigned server_index)
{
	const struct delegation *cut = job->hunt.cut;
	return !job->hunt.has_live_server && name_is_at_or_below(cut->servers[server_index].name, cut->zone);
}

/* AAAA and A of one server in parallel, as far as they are missing. Returns how many look-ups wait now. */
static unsigned server_look_up(struct job *job, unsigned server_index)
{
	static const uint16_t types[] = {RR_AAAA, RR_A};
	const struct name name = job->hunt.cut->servers[server_index].name;
	unsigned started = 0;
	job->hunt.looked_up |= (uint16_t)(1u << server_index);
	if (name_is_root(name) || needs_glue(job, server_index))
		return 0;
	for (unsigned i = 0; i < 2; i++) {
		enum family family = types[i] == RR_AAAA ? FAMILY_IPV6 : FAMILY_IPV4;
		if (is_family_wanted(job->resolver->policy, types[i]) && !has_address(job, server_index, family))
			started += lookup_start(job, server_index, types[i]);
	}
	job->hunt.lookups += started > 0;
	return started;
}

/* The next servers whose addresses are not known; two at once, one of them may be dead. */
static unsigned servers_look_up(struct job *job, unsigned most)
{
	struct hunt *hunt = &job->hunt;
	unsigned started = 0, servers = 0;
	unsigned count = hunt->cut->server_count;
	unsigned first = count > 0 ? (unsigned)(draw(job->resolver) % count) : 0;
	for (unsigned i = 0; i < count && servers < most && hunt->lookups < LIMIT_SERVER_LOOKUPS; i++) {
		unsigned index = (first + i) % count;
		if (hunt->looked_up & 1u << index)
			continue;
		unsigned more = server_look_up(job, index);
		started += more;
		servers += more > 0;
	}
	return started;
}

static bool waits_for_address(const struct job *job)
{
	struct wait *wait;
	LIST_FOREACH(wait, &job->below, in_above) {
		if (wait->purpose == WAIT_ADDRESS)
			return true;
	}
	return false;
}

/* --- The end of the hunt without an answer --- */

/* Which family of address the servers lack, for people: "no name server of zone x has an IPv6 address". */
static const char *families_wanted_text(const struct resolver_policy *policy)
{
	if (policy->has_family[FAMILY_IPV6] && policy->has_family[FAMILY_IPV4])
		return "IPv6 or IPv4";
	if (!policy->has_family[FAMILY_IPV6])
		return "IPv4";
	return policy->is_nat64_on ? "IPv6 or (through NAT64) IPv4" : "IPv6";
}

static const struct outcome *hunt_failure(struct job *job)
{
	const struct hunt *hunt = &job->hunt;
	char zone[NAME_TEXT_MAX], server[IP_ENDPOINT_TEXT_MAX] = "";
	name_to_text(hunt->cut->zone, zone);
	if (hunt->last_server.port != 0)
		ip_endpoint_to_text(&hunt->last_server, server);
	if (hunt->candidate_count == 0)
		return job_failure(job, EDE_NO_REACHABLE_AUTHORITY, "no name server of zone %.80s has a usable %s address",
		                   zone, families_wanted_text(job->resolver->policy));
	if (hunt->timeouts > 0 && hunt->errors == 0)
		return job_failure(job, EDE_NO_REACHABLE_AUTHORITY,
		                   "no server of zone %.80s answered: %u questions timed out, the last to %s with %u octets",
		                   zone, hunt->timeouts, server, hunt->last_size);
	if (hunt->errors == 0 && hunt->unroutable > 0)
		return job_failure(job, EDE_NETWORK_ERROR, "no route to any server of zone %.80s, the last is %s", zone,
		                   server);
	if (hunt->errors == 0)
		return job_failure(job, EDE_NO_REACHABLE_AUTHORITY, "the budget for zone %.80s is spent", zone);
	return job_failure(job, EDE_NETWORK_ERROR, "no server of zone %.80s gave an answer: %s %s", zone, server,
	                   hunt->trouble);
}

static void hunt_give_up(struct job *job)
{
	if (job->spending->asks > 0 && job->resolver->now.mono_us < job->spending->ends_us) {
		if (cut_above(job) || cut_iterate(job) || cut_fallback(job))
			return;
	}
	job_fail(job, hunt_failure(job));
}

/* --- The step --- */

/* Whom the job could ask right now that is worth more than looking for others. */
static bool is_worth_asking(const struct job *job, int index)
{
	return index >= 0 && job->hunt.candidates[index].tries == 0 && is_path_good(job, &job->hunt.candidates[index]);
}

void step_servers(struct job *job)
{
	crowd_leave(job);
	if (job->ask_count > 0 || crowd_follow(job))
		return;
	for (;;) {
		int index = choose(job, false, REACH_PATH_COUNT);
		if (!is_worth_asking(job, index)) {
			bool has_started = servers_look_up(job, job->hunt.candidate_count > 0 ? 1 : 2) > 0;
			if (index < 0 && (has_started || waits_for_address(job)))
				return;
		}
		if (index < 0) {
			if (!crowd_wait(job))
				hunt_give_up(job);
			return;
		}
		if (ask_send(job, (unsigned)index, QUESTION_UDP))
			return;
		if (job->spending->asks == 0 || job->hunt.asks >= LIMIT_ASKS_PER_JOB ||
		    job->resolver->now.mono_us >= job->spending->ends_us) {
			hunt_give_up(job);
			return;
		}
	}
}

void hunt_hedge(struct job *job)
{
	struct ask *slow = LIST_FIRST(&job->asks);
	if (job->is_following) { /* too long */
		crowd_unfollow(job);
		job_wake(job);
		return;
	}
	if (slow == NULL || job->state != JOB_SERVERS || job->hunt.hedges >= LIMIT_HEDGE)
		return;
	int index = choose(job, true, slow->path);
	if (index < 0 || job->hunt.candidates[index].tries > 0) {
		/* Nobody else is known: perhaps other servers have addresses. */
		if (job->resolver->policy->is_speculative)
			servers_look_up(job, 1);
		return;
	}
	const struct candidate *candidate = &job->hunt.candidates[index];
	job->hunt.hedges++;
	if (!is_path_good(job, candidate) || !ask_send(job, (unsigned)index, QUESTION_UDP))
		return;
	job->resolver->load.upstream_retries_family[slow->question.server.addr.family][candidate->server.addr.family]++;
}
