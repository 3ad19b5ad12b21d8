/* SPDX-License-Identifier: BSD-2-Clause */
#include "resolver/engine.h"

#include "resolver/aggressive.h"

#include <stdlib.h>

/* RFC 8020: a name that is not there is kept under this type, since it stands for all of them. */
#define TYPE_WHOLE_NAME 0

uint32_t ttl_bounded(const struct resolver *resolver, uint32_t ttl_s, bool is_negative)
{
	const struct resolver_policy *policy = resolver->policy;
	uint32_t most = policy->ttl_most_s;
	if (is_negative && policy->negative_ttl_most_s < most)
		most = policy->negative_ttl_most_s;
	if (ttl_s < policy->ttl_least_s)
		ttl_s = policy->ttl_least_s;
	return ttl_s > most ? most : ttl_s;
}

/* --- Reading --- */

struct search {
	struct resolver *resolver;
	struct name name;
	uint16_t type;
	bool is_checked;    /* wanted: what is bogus is a failure then */
	bool is_stale_fine;
	struct arena *arena;
};

static bool entry_find(const struct search *search, struct name name, uint16_t type, struct rrset_view *sets,
                       struct outcome *ret)
{
	struct cache_key key = {.kind = CACHE_OUTCOME, .name = name, .type = type};
	struct cache_found found;
	uint64_t now_us = search->resolver->now.mono_us;
	if (!cache_find(search->resolver->parts.cache, &key, now_us, &found))
		return false;
	if (found.expires_us <= now_us && !search->is_stale_fine)
		return false;
	outcome_read(found.value.data, sets, ret);
	ret->stored_us = found.stored_us;
	return true;
}

/* The entry speaks of the name it stands at; the question is about name and type. */
static const struct outcome *entry_take(const struct search *search, struct outcome *entry)
{
	/* A CNAME is the answer to a question for it, and an alias for all others, whichever it was asked as. */
	bool is_cname = entry->answer_count > 0 && entry->sets[0].rrset->type == RR_CNAME;
	if (is_cname && (entry->kind == OUTCOME_ANSWER || entry->kind == OUTCOME_CNAME) && entry->qtype != RR_ANY)
		entry->kind = search->type == RR_CNAME ? OUTCOME_ANSWER : OUTCOME_CNAME;
	/* A DNAME says nothing of its own owner (RFC 6672 2.3) but to who asks for it. */
	if (entry->kind == OUTCOME_DNAME && search->type == RR_DNAME && name_equal(entry->sets[0].owner, search->name))
		entry->kind = OUTCOME_ANSWER;
	entry->qname = search->name;
	entry->qtype = search->type;
	return outcome_copy(entry, search->arena);
}

/* RFC 8020, RFC 6672: a denial or a DNAME at an ancestor speaks for all names below. */
static const struct outcome *above_find(const struct search *search, struct rrset_view *sets)
{
	struct outcome entry;
	for (struct name name = search->name; !name_is_root(name);) {
		name = name_parent(name);
		if (entry_find(search, name, RR_DNAME, sets, &entry) && entry.kind == OUTCOME_DNAME)
			return entry_take(search, &entry);
		if (entry_find(search, name, TYPE_WHOLE_NAME, sets, &entry) && entry.security != SECURITY_BOGUS &&
		    !entry.is_optout)
			return entry_take(search, &entry);
	}
	return NULL;
}

/* RFC 9520: a question that failed a moment ago fails again without being asked. */
static const struct outcome *failure_find(const struct search *search, struct rrset_view *sets)
{
	struct cache_key key = {.kind = CACHE_FAILURE, .name = search->name, .type = search->type,
	                        .view = search->is_checked};
	struct cache_found found;
	struct outcome entry;
	uint64_t now_us = search->resolver->now.mono_us;
	if (!cache_find(search->resolver->parts.cache, &key, now_us, &found) || found.expires_us <= now_us)
		return NULL;
	outcome_read(found.value.data, sets, &entry);
	entry.stored_us = found.stored_us;
	return outcome_copy(&entry, search->arena);
}

/* A wildcard that was seen, for a name that is proven to have nothing closer. */
static const struct outcome *wildcard_find(const struct search *search, uint16_t type, struct rrset_view *sets)
{
	static const struct name star = {.wire = (const uint8_t *)"\1*", .size = 3, .labels = 1};
	struct name_buffer buffer;
	struct name wildcard;
	struct outcome entry;
	for (struct name encloser = name_parent(search->name); encloser.labels > 0; encloser = name_parent(encloser)) {
		if (name_concatenate(star, encloser, &buffer, &wildcard) == ERR_OK &&
		    entry_find(search, wildcard, type, sets, &entry) && entry.security == SECURITY_SECURE)
			return aggressive_expand(search->resolver->denials, &entry, search->name, search->type,
			                         encloser.labels, search->resolver->now.mono_us, search->arena);
	}
	return NULL;
}

const struct outcome *remember(struct resolver *resolver, struct name name, uint16_t type, bool is_checked,
                               bool is_stale_fine, struct arena *arena)
{
	const struct search search = {resolver, name, type, is_checked, is_stale_fine, arena};
	struct rrset_view sets[OUTCOME_SETS_MAX];
	struct outcome entry;
	bool is_alias_wanted = type != RR_CNAME && type != RR_ANY;
	if (entry_find(&search, name, type, sets, &entry))
		return entry_take(&search, &entry);
	if (is_alias_wanted && entry_find(&search, name, RR_CNAME, sets, &entry) &&
	    (entry.kind == OUTCOME_CNAME || entry.kind == OUTCOME_ANSWER))
		return entry_take(&search, &entry);
	if (entry_find(&search, name, TYPE_WHOLE_NAME, sets, &entry))
		return entry_take(&search, &entry);
	const struct outcome *found = above_find(&search, sets);
	if (found == NULL && !is_stale_fine)
		found = failure_find(&search, sets);
	if (found == NULL && is_checked && resolver->policy->is_aggressive && !is_stale_fine) {
		found = aggressive_find(resolver->denials, name, type, resolver->now.mono_us, arena);
		for (unsigned i = 0; found == NULL && i < 2; i++)
			found = wildcard_find(&search, i == 0 ? type : RR_CNAME, sets);
	}
	return found;
}

/* --- Writing --- */

static void store(struct resolver *resolver, const struct cache_key *key, const struct outcome *outcome, uint32_t ttl_s,
                  uint32_t keep_s)
{
	size_t size = outcome_size(outcome);
	uint8_t *at;
	/* What came out of the cache to be validated goes back with the time it has. */
	uint64_t since_us = outcome->stored_us != 0 ? outcome->stored_us : resolver->now.mono_us;
	if (size == 0 || cache_begin(resolver->parts.cache, key, size, since_us, ttl_s, keep_s, &at) != ERR_OK)
		return; /* an answer that is not kept is still an answer */
	outcome_write(outcome, at);
	cache_commit(resolver->parts.cache);
}

/* What validated is not replaced by what nobody has validated yet. */
static bool is_better_known(struct resolver *resolver, const struct cache_key *key, const struct outcome *outcome)
{
	struct cache_found found;
	struct rrset_view sets[OUTCOME_SETS_MAX];
	struct outcome known;
	if (outcome->security != SECURITY_UNCHECKED ||
	    !cache_find(resolver->parts.cache, key, resolver->now.mono_us, &found) ||
	    found.expires_us <= resolver->now.mono_us)
		return false;
	outcome_read(found.value.data, sets, &known);
	return known.security == SECURITY_SECURE || known.security == SECURITY_INSECURE;
}

/* The wildcard that a set was made from: its signature has fewer labels than its owner (RFC 4034 3.1.3). */
static bool wildcard_source(const struct rrset_view *set, struct name_buffer *buffer, struct name *ret)
{
	static const struct name star = {.wire = (const uint8_t *)"\1*", .size = 3, .labels = 1};
	size_t position = 0;
	struct span rdata;
	if (set->signatures == NULL || !rrset_next(set->signatures, &position, &rdata) || rdata.size < 19 ||
	    rdata.data[3] >= set->owner.labels || name_is_wildcard(set->owner))
		return false;
	struct name encloser = name_strip(set->owner, set->owner.labels - rdata.data[3]);
	return name_concatenate(star, encloser, buffer, ret) == ERR_OK;
}

static struct name signer_of(const struct rrset_view *set)
{
	size_t position = 0;
	struct span rdata;
	if (set->signatures == NULL || !rrset_next(set->signatures, &position, &rdata) || rdata.size < 19)
		return name_root;
	return name_of(rdata.data + 18);
}

/* RFC 8198: spans that validated answer other questions, too. */
static void denials_keep(struct resolver *resolver, const struct outcome *outcome)
{
	if (outcome->security != SECURITY_SECURE || !resolver->policy->is_aggressive)
		return;
	for (unsigned i = outcome->answer_count; i < outcome->set_count; i++) {
		const struct rrset_view *set = &outcome->sets[i];
		uint32_t ttl_s = ttl_bounded(resolver, set->rrset->ttl, true);
		if (set->signatures == NULL)
			continue;
		if (set->rrset->type == RR_SOA)
			denial_store_soa(resolver->denials, set->owner, set, resolver->now.mono_us, ttl_s);
		else
			denial_store_add(resolver->denials, signer_of(set), set, resolver->now.mono_us, ttl_s);
	}
}

/* RFC 8198 5.2, 5.3: a validated answer that was made from a wildcard is kept as the wildcard's own, too. */
static void wildcard_keep(struct resolver *resolver, const struct outcome *outcome)
{
	struct name_buffer buffer;
	struct name wildcard;
	if (outcome->security != SECURITY_SECURE || !resolver->policy->is_aggressive || outcome->answer_count != 1 ||
	    outcome->is_optout || !wildcard_source(&outcome->sets[0], &buffer, &wildcard))
		return;
	struct rrset_view set = outcome->sets[0];
	struct outcome copy = *outcome;
	set.owner = copy.qname = wildcard;
	copy.sets = &set;
	copy.set_count = 1;
	const struct cache_key key = {
		.kind = CACHE_OUTCOME, .name = wildcard, .type = copy.kind == OUTCOME_CNAME ? RR_CNAME : copy.qtype};
	store(resolver, &key, &copy, copy.ttl_s, 0);
}

void memorise(struct resolver *resolver, const struct outcome *outcome)
{
	struct cache_key key = {.kind = CACHE_OUTCOME, .name = outcome->qname, .type = outcome->qtype};
	switch (outcome->kind) {
	case OUTCOME_ANSWER:
	case OUTCOME_NODATA:
		break;
	case OUTCOME_CNAME:
		key.type = RR_CNAME;
		break;
	case OUTCOME_DNAME:
		key.name = outcome->sets[0].owner;
		key.type = RR_DNAME;
		break;
	case OUTCOME_NXDOMAIN:
		key.type = TYPE_WHOLE_NAME;
		break;
	case OUTCOME_FAILURE:
		memorise_failure(resolver, outcome);
		return;
	}
	if (outcome->ttl_s == 0 || is_better_known(resolver, &key, outcome))
		return;
	uint32_t keep_s = resolver->policy->is_serve_stale_on ? resolver->policy->stale_most_s : 0;
	store(resolver, &key, outcome, outcome->ttl_s, keep_s);
	denials_keep(resolver, outcome);
	wildcard_keep(resolver, outcome);
}

void memorise_failure(struct resolver *resolver, const struct outcome *outcome)
{
	struct cache_key key = {.kind = CACHE_FAILURE, .name = outcome->qname, .type = outcome->qtype, .view = 1};
	struct cache_found found;
	uint32_t ttl_s = LIMIT_FAILURE_LEAST_S;
	uint64_t now_us = resolver->now.mono_us;
	/* RFC 9520 3.2: longer each time, as long as it goes on failing. */
	if (cache_find(resolver->parts.cache, &key, now_us, &found)) {
		uint64_t before_s = (found.expires_us - found.stored_us) / 1000000;
		ttl_s = before_s * 2 > LIMIT_FAILURE_MOST_S ? LIMIT_FAILURE_MOST_S : (uint32_t)before_s * 2;
	}
	if (ttl_s < LIMIT_FAILURE_LEAST_S)
		ttl_s = LIMIT_FAILURE_LEAST_S;
	store(resolver, &key, outcome, ttl_s, ttl_s);
	key.view = 0;
	if (outcome->security != SECURITY_BOGUS)
		store(resolver, &key, outcome, ttl_s, ttl_s);
}

void memorise_delegation(struct resolver *resolver, const struct delegation *delegation, uint32_t view)
{
	struct cache_key key = {.kind = CACHE_DELEGATION, .name = delegation->zone, .view = view};
	uint8_t *at;
	uint64_t now_us = resolver->now.mono_us;
	uint32_t ttl_s = delegation->ends_us > now_us ? (uint32_t)((delegation->ends_us - now_us) / 1000000) : 0;
	if (ttl_s == 0 || delegation->server_count == 0 ||
	    cache_begin(resolver->parts.cache, &key, delegation_size(delegation), resolver->now.mono_us, ttl_s, 0, &at) !=
	            ERR_OK)
		return;
	delegation_write(delegation, at);
	cache_commit(resolver->parts.cache);
}
