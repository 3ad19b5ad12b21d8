/* SPDX-License-Identifier: BSD-2-Clause */
#include "auth/answer.h"

#include <assert.h>

void answer_start(struct answer *answer, const struct auth_options *options, const struct zoneset *zones,
                  const struct query *query)
{
	answer->options = options;
	answer->zones = zones;
	answer->qname = query->qname;
	answer->qtype = query->qtype;
	answer->is_do = query->is_do;
	answer->rcode = RCODE_NOERROR;
	answer->is_aa = false;
	answer->counts[ANSWER_ANSWER] = answer->counts[ANSWER_AUTHORITY] = 0;
	answer->source_count = answer->synthesis_count = 0;
}

struct answer_rrset *answer_add(struct answer *answer, enum answer_section section, struct name owner,
                                const struct zone_node *node, const struct rrset *rrset)
{
	assert(answer->counts[section] < ANSWER_RRSETS_MAX);
	struct answer_rrset *added = &answer->rrsets[section][answer->counts[section]++];
	added->owner = owner;
	added->rrset = rrset;
	added->signatures = answer->is_do && node != NULL ? zone_rrset_signatures(node, rrset) : NULL;
	added->ttl_s = ANSWER_TTL_STORED;
	added->is_optional = false;
	return added;
}

void answer_add_once(struct answer *answer, const struct zone_node *node, const struct rrset *rrset)
{
	for (uint16_t i = 0; i < answer->counts[ANSWER_AUTHORITY]; i++)
		if (answer->rrsets[ANSWER_AUTHORITY][i].rrset == rrset)
			return;
	answer_add(answer, ANSWER_AUTHORITY, zone_node_name(node), node, rrset);
}

void answer_add_source(struct answer *answer, const struct zone *zone, const struct zone_node *node,
                       const struct rrset *rrset, bool is_referral)
{
	assert(answer->source_count < ANSWER_SOURCES_MAX);
	answer->sources[answer->source_count++] =
		(struct answer_source){.zone = zone, .node = node, .rrset = rrset, .is_referral = is_referral};
}

static enum answer_step answer_take_step(struct answer *answer, const struct zone_search_state *search,
                                         struct name *ret_target)
{
	static enum answer_step (*const steps[])(struct answer *, const struct zone *, struct name,
	                                         const struct zone_match *, struct name *) = {
		[ZONE_EXACT] = answer_positive,    [ZONE_WILDCARD] = answer_positive, [ZONE_CUT] = answer_referral,
		[ZONE_DNAME] = answer_dname,       [ZONE_ABSENT] = answer_absent,
	};
	struct zone_match match;
	zone_search_end(search, &match);
	return steps[match.outcome](answer, search->zone, search->name, &match, ret_target);
}

/* An alias that leads back to an owner in the answer goes round in a circle. */
static bool answer_has_owner(const struct answer *answer, struct name name)
{
	for (uint16_t i = 0; i < answer->counts[ANSWER_ANSWER]; i++)
		if (answer->rrsets[ANSWER_ANSWER][i].rrset->type == RR_CNAME &&
		    name_equal(answer->rrsets[ANSWER_ANSWER][i].owner, name))
			return true;
	return false;
}

/* RFC 1034 4.3.2 step 3a: the question starts again at the alias's target, in whichever served zone that is. */
void answer_collect(struct answer *answer, const struct zone_search_state *search)
{
	struct zone_search_state again;
	for (unsigned aliases = 0; aliases < ANSWER_ALIASES_MAX; aliases++) {
		struct name target;
		if (answer_take_step(answer, search, &target) == ANSWER_DONE || answer_has_owner(answer, target))
			return;
		const struct zoneset_entry *entry = zoneset_find(answer->zones, target, answer->qtype == RR_DS);
		if (entry == NULL || entry->zone == NULL)
			return; /* The client goes on from here: what we have is right and not complete. */
		zone_search_begin(entry->zone, target, &again);
		search = &again;
	}
}
