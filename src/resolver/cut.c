/* SPDX-License-Identifier: BSD-2-Clause */
#include "resolver/revalidate.h"

#include <errno.h>
#include <stdlib.h>

/* --- Whom to ask for a name --- */

static const struct policy_zone *policy_zone_find(const struct resolver_policy *policy, struct name name)
{
	const struct policy_zone *best = NULL;
	for (size_t i = 0; i < policy->zone_count; i++) {
		const struct policy_zone *zone = &policy->zones[i];
		if (name_is_at_or_below(name, zone->zone) && (best == NULL || zone->zone.labels > best->zone.labels))
			best = zone;
	}
	return best;
}

/* The deepest delegation in the cache at or above name, not above `floor` labels. */
static bool cached_find(struct job *job, struct name name, unsigned floor, struct delegation *ret)
{
	struct cache_found found;
	uint64_t now_us = job->resolver->now.mono_us;
	for (;; name = name_parent(name)) {
		struct cache_key key = {.kind = CACHE_DELEGATION, .name = name};
		if (name.labels < floor)
			return false;
		if (cache_find(job->resolver->parts.cache, &key, now_us, &found) && found.expires_us > now_us) {
			delegation_read(found.value.data, name, ret);
			ret->since_us = found.stored_us;
			ret->ends_us = found.expires_us;
			return true;
		}
		if (name_is_root(name))
			return false;
	}
}

/* The name whose cut is wanted: DS belongs to the parent (RFC 4035 3.1.4.1). */
static struct name cut_name(const struct job *job)
{
	return job->qtype == RR_DS && !name_is_root(job->qname) ? name_parent(job->qname) : job->qname;
}

static void hints_cut(const struct job *job, struct delegation *ret)
{
	const struct resolver_policy *policy = job->resolver->policy;
	delegation_from_servers(name_root, DELEGATION_HINTS, policy->hints, policy->hint_count, ret);
}

/* The cut for a name: the operator's zones first, then what referrals taught, then the root. */
static void cut_find(struct job *job, struct name name, bool is_forward_fine, struct delegation *ret)
{
	const struct resolver_policy *policy = job->resolver->policy;
	const struct policy_zone *zone = policy_zone_find(policy, name);
	if (zone != NULL && zone->is_forward && is_forward_fine) {
		delegation_from_servers(zone->zone, DELEGATION_FORWARD, zone->servers, zone->server_count, ret);
		return;
	}
	bool is_stub = zone != NULL && !zone->is_forward;
	/* A stub's own zone is the operator's; cuts below it are the world's. */
	if (cached_find(job, name, is_stub ? zone->zone.labels + 1u : 0, ret))
		return;
	if (is_stub)
		delegation_from_servers(zone->zone, DELEGATION_STUB, zone->servers, zone->server_count, ret);
	else
		hints_cut(job, ret);
}

void step_cut(struct job *job)
{
	struct delegation cut, own;
	struct resolver *resolver = job->resolver;
	uint64_t ended = resolver->jobs_ended;
	cut_find(job, cut_name(job), true, &cut);
	if (cut.source == DELEGATION_HINTS)
		upkeep_prime(resolver);
	const struct delegation *used = revalidated(job, &cut, &own) ? &own : &cut;
	hunt_start(job, used);
	if (resolver->jobs_ended == ended) /* else there was no memory */
		revalidate(job, used);
}

bool cut_above(struct job *job)
{
	struct delegation cut;
	const struct delegation *now = job->hunt.cut;
	/* RFC 9609 3: above the root's own word stand the hints: its answer may lack addresses, or they may all be dead. */
	bool is_root = name_is_root(now->zone) && now->source == DELEGATION_CHILD;
	if (!is_root && (job->hunt.is_above_tried || name_is_root(now->zone) || now->source == DELEGATION_STUB ||
	                 delegation_is_forward(now) || !job->hunt.is_cut_cached))
		return false;
	job->hunt.is_above_tried = true;
	if (is_root)
		hints_cut(job, &cut);
	else
		cut_find(job, name_parent(now->zone), true, &cut);
	hunt_start(job, &cut);
	return true;
}

bool cut_iterate(struct job *job)
{
	struct delegation cut;
	const struct policy_zone *zone = policy_zone_find(job->resolver->policy, cut_name(job));
	if (job->hunt.cut->source != DELEGATION_FORWARD || zone == NULL || !zone->is_first)
		return false;
	cut_find(job, cut_name(job), false, &cut);
	hunt_start(job, &cut);
	return true;
}

/* those that are dual-stack, as far as it is known. */
static size_t fallbacks_fit(const struct resolver *resolver, struct policy_server ret[FALLBACKS_MAX])
{
	const struct resolver_policy *policy = resolver->policy;
	size_t count = 0;
	for (size_t i = 0; i < policy->fallback_count && count < FALLBACKS_MAX; i++) {
		if (resolver->parts.fallbacks == NULL ||
		    fallbacks_may_ask(resolver->parts.fallbacks, &policy->fallback[i].endpoint))
			ret[count++] = policy->fallback[i];
	}
	return count;
}

void cut_fallback_failed(struct job *job)
{
	const struct delegation *cut = job->hunt.cut;
	if (cut->source != DELEGATION_FALLBACK || job->resolver->parts.fallbacks == NULL)
		return;
	for (unsigned i = 0; i < cut->server_count; i++)
		fallbacks_trouble(job->resolver->parts.fallbacks, &cut->servers[i].addrs[0],
		                  job->resolver->now.mono_us);
}

bool cut_fallback(struct job *job)
{
	struct delegation cut;
	const struct resolver_policy *policy = job->resolver->policy;
	/* Addresses of name servers are only wanted for the way that has just failed; what a zone says of itself, from
	 * itself. */
	if (policy->fallback_count == 0 || job->hunt.is_fallback_tried || job->depth > 0 ||
	    job->revalidates.wire != NULL)
		return false;
	job->hunt.is_fallback_tried = true;
	struct policy_server fit[FALLBACKS_MAX];
	size_t count = fallbacks_fit(job->resolver, fit);
	if (count == 0)
		return false;
	delegation_from_servers(name_root, DELEGATION_FALLBACK, fit, count, &cut);
	hunt_start(job, &cut);
	return true;
}

/* --- Candidates --- */

/* Addresses that nobody can serve from, whoever publishes them: RFC 10001 4.1, RFC 4291 2.5.5. */
static bool is_nonsense(const struct ip_addr *addr)
{
	switch (ip_addr_kind(addr)) {
	case IP_KIND_ANY:
	case IP_KIND_LINK_LOCAL:
	case IP_KIND_MULTICAST:
	case IP_KIND_MAPPED:
	case IP_KIND_COMPATIBLE:
		return true;
	default:
		return false;
	}
}

static bool is_forbidden(const struct job *job, const struct ip_addr *addr)
{
	const struct resolver_policy *policy = job->resolver->policy;
	for (size_t i = 0; i < policy->do_not_query_count; i++) {
		if (ip_prefix_contains(&policy->do_not_query[i], addr))
			return true;
	}
	return false;
}

static bool is_self(const struct job *job, const struct ip_endpoint *server)
{
	const struct resolver_policy *policy = job->resolver->policy;
	for (size_t i = 0; i < policy->self_count; i++) {
		if (policy->self[i].port == server->port && ip_addr_equal(&policy->self[i].addr, &server->addr))
			return true;
	}
	return false;
}

static void candidate_put(struct job *job, unsigned server_index, const struct ip_endpoint *server, enum reach_path path)
{
	struct hunt *hunt = &job->hunt;
	for (unsigned i = 0; i < hunt->candidate_count; i++) {
		if (hunt->candidates[i].server.port == server->port &&
		    ip_addr_equal(&hunt->candidates[i].server.addr, &server->addr))
			return;
	}
	if (hunt->candidate_count == CANDIDATES_MAX || is_self(job, server))
		return;
	hunt->candidates[hunt->candidate_count++] =
		(struct candidate){.server = *server, .path = path, .server_index = (uint8_t)server_index};
}

/* RFC 10001 4.2: an IPv4-only server is reached through the translator, beside its own address or instead of it. */
static void candidate_translate(struct job *job, unsigned server_index, const struct ip_endpoint *server)
{
	const struct resolver_policy *policy = job->resolver->policy;
	struct ip_endpoint translated = {.port = server->port};
	if (policy->is_nat64_on && policy->pref64 != NULL && policy->has_family[FAMILY_IPV6] &&
	    pref64_table_map(policy->pref64, &server->addr, job->resolver->now.mono_us, &translated.addr) == ERR_OK)
		candidate_put(job, server_index, &translated, REACH_NAT64);
}

static void candidate_add(struct job *job, unsigned server_index, const struct ip_endpoint *server)
{
	const struct resolver_policy *policy = job->resolver->policy;
	enum reach_path path = engine_path(job->resolver, &server->addr);
	/* What the operator wrote is asked as it stands; what the world publishes is looked at. */
	bool is_published = job->hunt.cut->source == DELEGATION_PARENT || job->hunt.cut->source == DELEGATION_CHILD;
	if (is_published && (is_nonsense(&server->addr) || is_forbidden(job, &server->addr)))
		return;
	/* RFC 10001 4.1: nobody receives queries there; a translator may, but not one of somebody else's network. */
	if (path == REACH_NAT64 && !delegation_is_forward(job->hunt.cut) &&
	    (!policy->is_nat64_on || (is_published && !engine_is_translated(job->resolver, &server->addr))))
		return;
	if (policy->has_family[server->addr.family])
		candidate_put(job, server_index, server, path);
	if (server->addr.family == FAMILY_IPV4)
		candidate_translate(job, server_index, server);
}

void hunt_addresses(struct job *job, unsigned server_index, const struct outcome *outcome)
{
	struct hunt *hunt = &job->hunt;
	/* The hunt may have gone on to another cut in the meantime. */
	if (hunt->cut == NULL || server_index >= hunt->cut->server_count || outcome->kind != OUTCOME_ANSWER ||
	    outcome->security == SECURITY_BOGUS || !name_equal(hunt->cut->servers[server_index].name, outcome->qname))
		return;
	struct delegation_server found = {0};
	for (unsigned i = 0; i < outcome->answer_count; i++)
		delegation_server_take(&found, outcome->sets[i].rrset, job->resolver->policy->port);
	for (unsigned i = 0; i < found.addr_count; i++)
		candidate_add(job, server_index, &found.addrs[i]);
}

/* Addresses of the server that earlier questions brought. Both families are kept side by side: one of them may be
 * the one that works. */
static void candidates_known(struct job *job, unsigned server_index)
{
	static const uint16_t types[] = {RR_AAAA, RR_A};
	struct name name = job->hunt.cut->servers[server_index].name;
	for (unsigned i = 0; !name_is_root(name) && i < 2; i++) {
		struct cache_key key = {.kind = CACHE_OUTCOME, .name = name, .type = types[i]};
		struct cache_found found;
		struct rrset_view sets[OUTCOME_SETS_MAX];
		struct outcome known;
		if (!cache_find(job->resolver->parts.cache, &key, job->resolver->now.mono_us, &found) ||
		    found.expires_us <= job->resolver->now.mono_us)
			continue;
		outcome_read(found.value.data, sets, &known);
		hunt_addresses(job, server_index, &known);
	}
}

static struct delegation *delegation_copy(struct job *job, const struct delegation *from)
{
	size_t size = offsetof(struct delegation, servers) + from->server_count * sizeof(from->servers[0]);
	struct delegation *copy = arena_copy(job->arena, from, size, _Alignof(struct delegation));
	uint8_t *zone = copy != NULL ? arena_copy(job->arena, from->zone.wire, from->zone.size, 1) : NULL;
	if (zone == NULL)
		return NULL;
	copy->zone.wire = zone;
	for (unsigned i = 0; i < copy->server_count; i++) {
		struct name *name = &copy->servers[i].name;
		name->wire = arena_copy(job->arena, name->wire, name->size, 1);
		if (name->wire == NULL)
			return NULL;
	}
	return copy;
}

/* Sets out from a cut: fresh candidates, the name minimised anew. */
void hunt_start(struct job *job, const struct delegation *cut)
{
	struct hunt *hunt = &job->hunt;
	const struct resolver_policy *policy = job->resolver->policy;
	hunt_end_asks(job);
	crowd_release(job);
	/* A deeper cut is a new chance; at the same one those who were followed have failed. */
	hunt->has_followed = hunt->has_followed && hunt->cut != NULL && cut->zone.labels <= hunt->cut->zone.labels;
	hunt->busy = 0;
	hunt->is_cut_cached = job->state == JOB_CUT || hunt->is_above_tried;
	hunt->cut = delegation_copy(job, cut);
	if (hunt->cut == NULL) {
		job_end(job, job_failure(job, EDE_OTHER, "no memory"));
		return;
	}
	hunt->candidate_count = hunt->lookups = 0;
	hunt->looked_up = 0;
	hunt->hedges = hunt->small_hedges = 0;
	hunt->has_probed = hunt->is_hedge_owed = false;
	hunt->has_live_server = false;
	hunt->ways = 0;
	hunt->asked.wire = NULL;
	/* RFC 9156 2.3: a forwarder resolves; it needs the whole question. */
	hunt->is_minimising = policy->minimise != MINIMISE_OFF && !delegation_is_forward(cut);
	hunt_minimise(job);
	for (unsigned i = 0; i < hunt->cut->server_count; i++) {
		for (unsigned j = 0; j < hunt->cut->servers[i].addr_count; j++)
			candidate_add(job, i, &hunt->cut->servers[i].addrs[j]);
		candidates_known(job, i);
	}
	job->state = JOB_SERVERS;
	job_wake(job);
}

/* RFC 9156 2.3: one label at a time, then larger steps; types that say nothing about the question. */
static unsigned minimised_labels(const struct job *job, unsigned known)
{
	const struct hunt *hunt = &job->hunt;
	unsigned whole = job->qname.labels;
	if (hunt->minimised < LIMIT_MINIMISED_ONE_LABEL)
		return known + 1;
	unsigned left = hunt->minimised < LIMIT_MINIMISED ? (unsigned)LIMIT_MINIMISED - hunt->minimised : 1u;
	return known + (whole - known + left - 1) / left;
}

void hunt_minimise(struct job *job)
{
	struct hunt *hunt = &job->hunt;
	unsigned known = hunt->cut->zone.labels;
	if (hunt->asked.wire != NULL && hunt->asked.labels > known &&
	    name_is_at_or_below(job->qname, hunt->asked))
		known = hunt->asked.labels;
	unsigned labels = minimised_labels(job, known);
	if (!hunt->is_minimising || hunt->minimised >= LIMIT_MINIMISED || labels >= job->qname.labels) {
		hunt->is_minimising = false;
		hunt->asked = job->qname;
		hunt->asked_type = job->qtype;
		return;
	}
	hunt->asked = name_strip(job->qname, job->qname.labels - labels);
	hunt->asked_type = RR_A;
}
