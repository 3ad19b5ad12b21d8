/* SPDX-License-Identifier: BSD-2-Clause */
#include "zone/pairs.h"

struct walk {
	const struct zone *before, *after;
	void (*visit)(void *owner, const struct zone_node *before, const struct zone_node *after);
	void *owner;
};

typedef const struct zone_node *node_step(const struct zone *zone, const struct zone_node *node);

static void walk_chain(const struct walk *walk, const struct zone_node *before, const struct zone_node *after,
                       node_step *next)
{
	while (before != NULL || after != NULL) {
		int order = before == NULL  ? 1
		            : after == NULL ? -1
		                            : name_compare(zone_node_name(before), zone_node_name(after));
		if (before != after)
			walk->visit(walk->owner, order <= 0 ? before : NULL, order >= 0 ? after : NULL);
		if (order <= 0)
			before = next(walk->before, before);
		if (order >= 0)
			after = next(walk->after, after);
	}
}

void zone_pairs(const struct zone *before, const struct zone *after,
                void (*visit)(void *owner, const struct zone_node *before, const struct zone_node *after), void *owner)
{
	const struct walk walk = {.before = before, .after = after, .visit = visit, .owner = owner};
	walk_chain(&walk, zone_node_first(before), zone_node_first(after), zone_node_next);
	walk_chain(&walk, zone_nsec3_first(before), zone_nsec3_first(after), zone_nsec3_next);
}

const struct rrset *zone_pair_set(const struct zone_node *node, const struct rrset *rrset)
{
	if (node == NULL)
		return NULL;
	return rrset->type == RR_RRSIG ? zone_node_signatures(node, rrset->covered) : zone_node_rrset(node, rrset->type);
}
