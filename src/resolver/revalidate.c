/* SPDX-License-Identifier: BSD-2-Clause */
#include "resolver/revalidate.h"

#include <stdlib.h>

/*
 * In the cache: CACHE_DELEGATION under view 0 is the parent's word, under OWN_VIEW the child's, with the addresses of
 * its additional section. Addresses that were asked for are outcomes as all others are. CACHE_MARK under the zone:
 *   NS        the child was asked a short while ago
 *   AAAA, A   the operator was told that the child lacks it
 *   ANY       the child's own servers have failed
 */
#define OWN_VIEW 1
#define TOLD_AGAIN_S 86400

static const uint16_t address_types[FAMILY_COUNT] = {[FAMILY_IPV6] = RR_AAAA, [FAMILY_IPV4] = RR_A};

/* --- Marks --- */

static bool is_marked(struct resolver *resolver, struct name zone, uint16_t type)
{
	const struct cache_key key = {.kind = CACHE_MARK, .name = zone, .type = type};
	struct cache_found found;
	return cache_find(resolver->parts.cache, &key, resolver->now.mono_us, &found) &&
	       found.expires_us > resolver->now.mono_us;
}

/* False: it could not be kept, and what it should hold back must not be done. */
static bool mark(struct resolver *resolver, struct name zone, uint16_t type, uint32_t ttl_s)
{
	const struct cache_key key = {.kind = CACHE_MARK, .name = zone, .type = type};
	return cache_store(resolver->parts.cache, &key, span_of(NULL, 0), resolver->now.mono_us, ttl_s, 0) == ERR_OK;
}

/* --- Putting together --- */

static bool delegation_find(struct resolver *resolver, struct name zone, uint32_t view, struct delegation *ret)
{
	const struct cache_key key = {.kind = CACHE_DELEGATION, .name = zone, .view = view};
	struct cache_found found;
	if (!cache_find(resolver->parts.cache, &key, resolver->now.mono_us, &found) ||
	    found.expires_us <= resolver->now.mono_us)
		return false;
	delegation_read(found.value.data, zone, ret);
	ret->since_us = found.stored_us;
	ret->ends_us = found.expires_us;
	return true;
}

/* What the world says of the server's address; views into the cache. False: it was not asked, or is too old. */
static bool address_find(struct resolver *resolver, struct name server, enum family family, struct rrset_view *sets,
                         struct outcome *ret)
{
	const struct cache_key key = {.kind = CACHE_OUTCOME, .name = server, .type = address_types[family]};
	struct cache_found found;
	if (!cache_find(resolver->parts.cache, &key, resolver->now.mono_us, &found) ||
	    found.expires_us <= resolver->now.mono_us)
		return false;
	outcome_read(found.value.data, sets, ret);
	return ret->security != SECURITY_BOGUS;
}

static void server_fill(struct resolver *resolver, struct delegation_server *server)
{
	struct rrset_view sets[OUTCOME_SETS_MAX];
	struct outcome known;
	for (enum family family = FAMILY_IPV6; family < FAMILY_COUNT; family++) {
		if (address_find(resolver, server->name, family, sets, &known) && known.kind == OUTCOME_ANSWER)
			delegation_server_take(server, known.sets[0].rrset, resolver->policy->port);
	}
}

static bool has_wanted_address(const struct resolver *resolver, const struct delegation *delegation)
{
	for (unsigned i = 0; i < delegation->server_count; i++) {
		const struct delegation_server *server = &delegation->servers[i];
		for (unsigned j = 0; j < server->addr_count; j++) {
			if (policy_wants_family(resolver->policy, server->addrs[j].addr.family))
				return true;
		}
	}
	return false;
}

bool revalidated(struct job *job, const struct delegation *cut, struct delegation *ret)
{
	struct resolver *resolver = job->resolver;
	if (cut->source != DELEGATION_PARENT || !delegation_find(resolver, cut->zone, OWN_VIEW, ret))
		return false;
	/* What the child said before this referral may come from whom the zone was taken away: a ghost domain. */
	if (ret->since_us < cut->since_us || is_marked(resolver, cut->zone, RR_ANY))
		return false;
	ret->since_us = cut->since_us;
	ret->ends_us = cut->ends_us;
	for (unsigned i = 0; i < ret->server_count; i++)
		server_fill(resolver, &ret->servers[i]);
	/* RFC 2181 5.4.1: what the child says goes before glue. Of a family that it is silent on, or says that there is
	 * none, the glue is all there is: without it the zone would be lost to hosts of that family (RFC 10001 3.1). */
	for (enum family family = FAMILY_IPV6; family < FAMILY_COUNT; family++)
		delegation_keep_glue(ret, cut, family);
	return has_wanted_address(resolver, ret); /* else the parent's servers are the way to learn them */
}

/* --- Asking --- */

static void child_ask(struct resolver *resolver, struct name zone, struct name name, uint16_t type,
                      struct spending *spending)
{
	const struct job_question question = {
		.qname = name, .qtype = type, .is_checked = true, .is_refresh = type == RR_NS, .is_internal = true};
	if (resolver->revalidations >= LIMIT_REVALIDATIONS)
		return;
	struct job *job = job_get(resolver, &question, spending);
	if (job == NULL || job->revalidates.wire != NULL)
		return;
	const uint8_t *wire = arena_copy(job->arena, zone.wire, zone.size, 1);
	if (wire == NULL)
		return;
	job->revalidates = (struct name){.wire = wire, .size = zone.size, .labels = zone.labels};
	resolver->revalidations++;
}

/* Returns whether anything is missing; asks for it when there is something to spend. */
static bool addresses_ask(struct resolver *resolver, const struct delegation *own, struct spending *spending)
{
	struct rrset_view sets[OUTCOME_SETS_MAX];
	struct outcome known;
	bool is_missing = false;
	for (unsigned i = 0; i < own->server_count && i < LIMIT_REVALIDATED_SERVERS; i++) {
		struct name server = own->servers[i].name;
		for (enum family family = FAMILY_IPV6; family < FAMILY_COUNT; family++) {
			if (!policy_wants_family(resolver->policy, family) ||
			    address_find(resolver, server, family, sets, &known))
				continue;
			is_missing = true;
			if (spending != NULL)
				child_ask(resolver, own->zone, server, address_types[family], spending);
		}
	}
	return is_missing;
}

/* Only what clients ask for counts as use: not what the engine asks for on the way, nor what it asks by itself. */
static bool is_use(const struct job *job, const struct delegation *cut)
{
	const struct resolver *resolver = job->resolver;
	bool is_delegated = cut->source == DELEGATION_PARENT || cut->source == DELEGATION_CHILD;
	return resolver->policy->is_speculative && is_delegated && !name_is_root(cut->zone) && job->depth == 0 &&
	       !job->is_internal && !job->is_evidence &&
	       resolver->now.mono_us >= cut->since_us + LIMIT_REVALIDATE_AFTER_MS * 1000ull;
}

void revalidate(struct job *job, const struct delegation *cut)
{
	struct resolver *resolver = job->resolver;
	bool is_own_known = cut->source == DELEGATION_CHILD;
	if (!is_use(job, cut) || (is_own_known && !addresses_ask(resolver, cut, NULL)) ||
	    is_marked(resolver, cut->zone, RR_NS) ||
	    !mark(resolver, cut->zone, RR_NS, LIMIT_REVALIDATE_AGAIN_S))
		return;
	struct spending *spending = spending_new(resolver);
	if (spending == NULL)
		return;
	spending->asks = LIMIT_REVALIDATION_ASKS;
	spending->jobs = LIMIT_REVALIDATION_JOBS;
	if (is_own_known)
		(void)addresses_ask(resolver, cut, spending);
	else
		child_ask(resolver, cut->zone, cut->zone, RR_NS, spending);
	spending_release(spending);
}

/* --- What came --- */

static const struct delegation_server *server_of(const struct delegation *delegation, struct name name)
{
	for (unsigned i = 0; i < delegation->server_count; i++) {
		if (name_equal(delegation->servers[i].name, name))
			return &delegation->servers[i];
	}
	return NULL;
}

static const struct ip_addr *glue_of(const struct delegation_server *server, enum family family)
{
	for (unsigned i = 0; server != NULL && i < server->addr_count; i++) {
		if (server->addrs[i].addr.family == family)
			return &server->addrs[i].addr;
	}
	return NULL;
}

/* Once a zone and family: its operator has to mend it, more lines do not help. */
static void lack_tell(struct resolver *resolver, struct name zone, struct name server, enum family family,
                      const struct ip_addr *glue)
{
	char text[512], host[NAME_TEXT_MAX], addr[IP_ADDR_TEXT_MAX];
	uint16_t type = address_types[family];
	if (is_marked(resolver, zone, type) || !mark(resolver, zone, type, TOLD_AGAIN_S))
		return;
	resolver->load.zones_lacking[family]++;
	name_to_text(server, host);
	ip_addr_to_text(glue, addr);
	int size = snprintf(text, sizeof(text),
	                    "the parent has glue %s for %.255s, the zone itself says that it has no %s: the glue stays "
	                    "in use",
	                    addr, host, family == FAMILY_IPV6 ? "AAAA" : "A");
	const struct note note = {.kind = NOTE_DELEGATION,
	                          .has_name = true,
	                          .name = zone,
	                          .host = server,
	                          .has_family = true,
	                          .family = family,
	                          .ede = -1,
	                          .text = span_of(text, (size_t)size)};
	engine_note(resolver, &note);
}

static void address_judge(struct job *job, const struct outcome *outcome)
{
	struct delegation parent;
	enum family family = job->qtype == RR_AAAA ? FAMILY_IPV6 : FAMILY_IPV4;
	bool is_denied = outcome->kind == OUTCOME_NODATA || outcome->kind == OUTCOME_NXDOMAIN;
	/* Of servers in other zones the parent has no say: that is for those zones' delegations. */
	if (!is_denied || !name_is_at_or_below(job->qname, job->revalidates) ||
	    !delegation_find(job->resolver, job->revalidates, 0, &parent))
		return;
	const struct ip_addr *glue = glue_of(server_of(&parent, job->qname), family);
	if (glue != NULL)
		lack_tell(job->resolver, job->revalidates, job->qname, family, glue);
}

void revalidation_end(struct job *job, const struct outcome *outcome)
{
	struct delegation own;
	job->resolver->revalidations--;
	if (outcome->security == SECURITY_BOGUS)
		return;
	if (job->qtype != RR_NS)
		address_judge(job, outcome);
	else if (outcome->kind == OUTCOME_ANSWER && delegation_find(job->resolver, job->revalidates, OWN_VIEW, &own))
		(void)addresses_ask(job->resolver, &own, job->spending);
}

void own_servers_memorise(struct job *job, struct delegation *own, uint32_t ttl_s)
{
	struct resolver *resolver = job->resolver;
	bool is_root = name_is_root(own->zone);
	own->ends_us = resolver->now.mono_us + ttl_bounded(resolver, ttl_s, false) * 1000000ull;
	/* RFC 9609: the root has no parent; its own word replaces the hints. */
	for (enum family family = FAMILY_IPV6; is_root && family < FAMILY_COUNT; family++)
		delegation_keep_glue(own, job->hunt.cut, family);
	/* RFC 9609 3.3: names of root servers alone lead nowhere, since their addresses are found through the root. */
	if (is_root && !has_wanted_address(resolver, own))
		return;
	memorise_delegation(resolver, own, is_root ? 0 : OWN_VIEW);
}

void own_servers_forget(struct resolver *resolver, struct name zone)
{
	const struct cache_key key = {.kind = CACHE_DELEGATION, .name = zone, .view = OWN_VIEW};
	cache_remove(resolver->parts.cache, &key);
}

/* --- When the child's servers fail --- */

static bool has_others(const struct delegation *parent, const struct delegation *own)
{
	for (unsigned i = 0; i < parent->server_count; i++) {
		const struct delegation_server *theirs = &parent->servers[i], *ours = server_of(own, theirs->name);
		if (ours == NULL)
			return true;
		for (unsigned j = 0; j < theirs->addr_count; j++) {
			if (!delegation_server_has(ours, &theirs->addrs[j]))
				return true;
		}
	}
	return false;
}

bool revalidation_undo(struct job *job)
{
	struct delegation parent;
	const struct delegation *own = job->hunt.cut;
	if (own->source != DELEGATION_CHILD || name_is_root(own->zone) ||
	    !delegation_find(job->resolver, own->zone, 0, &parent) || !has_others(&parent, own))
		return false;
	(void)!mark(job->resolver, own->zone, RR_ANY, LIMIT_REVALIDATION_UNDONE_S);
	job->state = JOB_CUT; /* back there: the cut above is still to be tried when these fail too */
	hunt_start(job, &parent);
	return true;
}
