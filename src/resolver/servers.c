/* SPDX-License-Identifier: BSD-2-Clause */
#include "resolver/revalidate.h"

#define TRIES_MOST 3

/* --- Asking --- */

/* After how long a reply from there is overdue; recursion_ms: the least when the server has to recurse. */
static uint32_t overdue_us(const struct job *job, const struct ip_endpoint *server, uint32_t recursion_ms,
                           uint32_t most_ms)
{
	const struct resolver *resolver = job->resolver;
	struct address_facts facts;
	uint32_t least_ms = delegation_is_forward(job->hunt.cut) ? recursion_ms : LIMIT_HEDGE_LEAST_MS;
	address_book_find(resolver->parts.book, server, resolver->now.mono_us, &facts);
	return pick_hedge_us(&facts, resolver->usual_rtt_us, least_ms * 1000, most_ms * 1000);
}

static void hedge_set(struct job *job, const struct candidate *candidate, enum question_transport transport)
{
	struct resolver *resolver = job->resolver;
	uint32_t wait_us = overdue_us(job, &candidate->server, LIMIT_HEDGE_RECURSION_MS, LIMIT_HEDGE_MOST_MS);
	if (transport == QUESTION_TCP) /* a handshake more */
		wait_us *= 2;
	/* The first ones come evenly, so that one live address among many dead ones is found soon. */
	if (job->hunt.hedges >= LIMIT_HEDGES_EVEN)
		wait_us <<= job->hunt.hedges - LIMIT_HEDGES_EVEN + 1;
	(void)!alarm_set(&resolver->alarms, &job->hedge, resolver->now.mono_us + wait_us);
}

/* False: not now, the candidate is out or the budget is spent. */
bool ask_send(struct job *job, unsigned index, enum question_transport transport)
{
	if (job->resolver->policy->is_tcp_only)
		transport = QUESTION_TCP;
	if (!ask_begin(job, index, transport, false))
		return false;
	hedge_set(job, &job->hunt.candidates[index], transport);
	return true;
}

/* --- Choosing --- */

static struct pick_now pick_now_of(struct job *job)
{
	struct resolver *resolver = job->resolver;
	return (struct pick_now){.now_us = resolver->now.mono_us,
	                         .random = draw(resolver),
	                         .prefers_ipv4 = resolver->policy->prefers_ipv4};
}

static int choose(struct job *job, bool is_hedge, enum reach_path slow_path)
{
	struct resolver *resolver = job->resolver;
	struct pick_now now = pick_now_of(job);
	now.is_hedge = is_hedge;
	now.slow_path = slow_path;
	return pick(resolver->parts.book, resolver->parts.reach, job->hunt.candidates, job->hunt.candidate_count,
	            TRIES_MOST, &now);
}

/* Beside a question to someone who is known to answer, once a hunt: is somebody back? Nobody waits for the reply. */
static void probe_beside(struct job *job, int index)
{
	struct resolver *resolver = job->resolver;
	const struct pick_now now = pick_now_of(job);
	if (job->hunt.has_probed || !ask_has_room(resolver))
		return;
	int probed = pick_probe(resolver->parts.book, resolver->parts.reach, job->hunt.candidates,
	                        job->hunt.candidate_count, (size_t)index, &now);
	enum question_transport transport = resolver->policy->is_tcp_only ? QUESTION_TCP : QUESTION_UDP;
	job->hunt.has_probed = probed >= 0 && ask_begin(job, (unsigned)probed, transport, true);
}

/* Nobody else is left: what was a probe is waited for. */
static bool probe_adopt(struct job *job)
{
	struct ask *ask;
	LIST_FOREACH(ask, &job->asks, in_job) {
		if (!ask->is_probe || ask->is_late)
			continue;
		ask->is_probe = false;
		job->ask_count++;
		return true;
	}
	return false;
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

bool policy_wants_family(const struct resolver_policy *policy, enum family family)
{
	bool is_translated = family == FAMILY_IPV4 && policy->is_nat64_on && policy->has_family[FAMILY_IPV6];
	return policy->has_family[family] || is_translated;
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
		if (policy_wants_family(job->resolver->policy, family) && !has_address(job, server_index, family))
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

/* RFC 9156 2.3: servers that are silent when asked for a minimised name may answer for the whole one. One of them gets
 * one question more; a dead zone is as dead afterwards. */
static bool whole_name_try(struct job *job)
{
	struct hunt *hunt = &job->hunt;
	if (!hunt->is_minimising || hunt->timeouts == 0 || job->resolver->policy->minimise != MINIMISE_RELAXED)
		return false;
	crowd_release(job);
	hunt->is_minimising = false;
	hunt_minimise(job);
	for (unsigned i = 0; i < hunt->candidate_count; i++) {
		struct candidate *candidate = &hunt->candidates[i];
		if (candidate->is_bad || candidate->tries < TRIES_MOST)
			continue;
		candidate->tries = TRIES_MOST - 1;
		return ask_send(job, i, QUESTION_UDP);
	}
	return false;
}

static void hunt_give_up(struct job *job)
{
	if (job->spending->asks > 0 && job->resolver->now.mono_us < job->spending->ends_us) {
		if (revalidation_undo(job) || cut_above(job) || cut_iterate(job) || cut_fallback(job) || whole_name_try(job))
			return;
	}
	cut_fallback_failed(job);
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
	if (job->ask_count > 0 && job->hunt.is_hedge_owed)
		hunt_hedge(job); /* perhaps an address has come for it */
	if (job->ask_count > 0 || crowd_follow(job))
		return;
	for (;;) {
		int index = choose(job, false, REACH_PATH_COUNT);
		if (index >= 0 && job->hunt.candidates[index].tries > 0 && revalidation_undo(job))
			return;
		if (!is_worth_asking(job, index)) {
			bool has_started = servers_look_up(job, job->hunt.candidate_count > 0 ? 1 : 2) > 0;
			if (index < 0 && (has_started || waits_for_address(job) || probe_adopt(job)))
				return;
		}
		if (index < 0) {
			if (!crowd_wait(job))
				hunt_give_up(job);
			return;
		}
		if (ask_send(job, (unsigned)index, QUESTION_UDP)) {
			probe_beside(job, index);
			return;
		}
		if (!ask_has_budget(job)) {
			hunt_give_up(job);
			return;
		}
	}
}

/* The latest question that the job waits for. */
static const struct ask *ask_latest(const struct job *job)
{
	const struct ask *ask;
	LIST_FOREACH(ask, &job->asks, in_job) {
		if (!ask->is_late && !ask->is_probe)
			return ask;
	}
	return NULL;
}

static void hedge_elsewhere(struct job *job, const struct ask *slow)
{
	int index = choose(job, true, slow->path);
	job->hunt.is_hedge_owed = index < 0 || job->hunt.candidates[index].tries > 0;
	if (job->hunt.is_hedge_owed) {
		/* Nobody else is known: perhaps other servers have addresses. */
		if (job->resolver->policy->is_speculative)
			servers_look_up(job, 1);
		return;
	}
	if (is_path_good(job, &job->hunt.candidates[index]))
		(void)ask_send(job, (unsigned)index, QUESTION_UDP);
}

/* T-12: the oldest question whose answer may have been too large to arrive is asked again at the size that always does:
 * LIMIT_SMALL_HEDGES. */
static void hedge_small(struct job *job)
{
	const struct ask *ask, *oldest = NULL;
	LIST_FOREACH(ask, &job->asks, in_job) {
		const struct candidate *candidate = &job->hunt.candidates[ask->candidate];
		if (ask->question.transport == QUESTION_UDP && ask->edns_size > LIMIT_SMALL_OCTETS &&
		    candidate->tries == 0 && candidate->asks == 1 && is_path_good(job, candidate))
			oldest = ask;
	}
	if (oldest == NULL || job->hunt.small_hedges >= LIMIT_SMALL_HEDGES)
		return;
	/* On a path known to be slow that takes longer than a hedge to somebody else. */
	struct resolver *resolver = job->resolver;
	uint64_t due_us = oldest->sent_us + overdue_us(job, &oldest->question.server, LIMIT_ASK_RECURSION_LEAST_MS,
	                                                LIMIT_ASK_MOST_MS);
	if (resolver->now.mono_us < due_us) {
		if (job->hedge.place == 0) /* not set */
			(void)!alarm_set(&resolver->alarms, &job->hedge, due_us);
		return;
	}
	job->hunt.small_hedges++;
	(void)ask_send(job, oldest->candidate, QUESTION_UDP);
}

/* The first hedge goes elsewhere, for a dead server is more likely than a lost answer; then both are tried. */
void hunt_hedge(struct job *job)
{
	const struct ask *slow = ask_latest(job);
	if (job->is_following) { /* too long */
		crowd_unfollow(job);
		job_wake(job);
		return;
	}
	if (slow == NULL || job->state != JOB_SERVERS || job->hunt.hedges >= LIMIT_HEDGE || !ask_has_room(job->resolver))
		return;
	unsigned before = job->hunt.asks;
	hedge_elsewhere(job, slow);
	if (job->hunt.asks == before || job->hunt.hedges > 0)
		hedge_small(job);
	job->hunt.hedges++;
}
