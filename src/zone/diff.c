/* SPDX-License-Identifier: BSD-2-Clause */
#include "zone/diff.h"

#include "dns/rdata.h"
#include "zone/pairs.h"

#define SOA_BEHIND_SERIAL 16

struct walk {
	void (*visit)(void *data, const struct zone_change *change);
	void *data;
	struct zone_diff *diff;
	struct name apex;
	uint32_t negative_ttl_s; /* of the old zone */
};

static bool soa_of(const struct zone *zone, const struct rrset **ret_rrset, struct span *ret)
{
	size_t position = 0;
	*ret_rrset = zone_node_rrset(zone_apex_node(zone), RR_SOA);
	return *ret_rrset != NULL && rrset_next(*ret_rrset, &position, ret) && ret->size >= SOA_TAIL;
}

uint32_t zone_negative_ttl(const struct zone *zone)
{
	const struct rrset *rrset;
	struct span soa;
	if (!soa_of(zone, &rrset, &soa))
		return 0;
	uint32_t minimum = load_u32(soa.data + soa.size - 4);
	return minimum < rrset->ttl ? minimum : rrset->ttl;
}

/* --- RRsets --- */

/* The serial differs in every new version; what else is in a SOA counts as data. */
static bool soas_equal(struct span a, struct span b)
{
	if (a.size != b.size || a.size < SOA_TAIL)
		return false;
	return memcmp(a.data, b.data, a.size - SOA_TAIL) == 0 &&
	       memcmp(a.data + a.size - SOA_BEHIND_SERIAL, b.data + b.size - SOA_BEHIND_SERIAL, SOA_BEHIND_SERIAL) == 0;
}

/* Records are in canonical order, so equal sets are equal octet by octet, TTLs included. */
static bool rrsets_equal(const struct rrset *a, const struct rrset *b)
{
	if (a->ttl == b->ttl && a->size == b->size && memcmp(a->records, b->records, a->size) == 0)
		return true;
	size_t at_a = 0, at_b = 0;
	struct span one, other;
	return a->type == RR_SOA && a->ttl == b->ttl && rrset_next(a, &at_a, &one) && rrset_next(b, &at_b, &other) &&
	       soas_equal(one, other);
}

static bool type_is_denial(uint16_t type)
{
	return type == RR_RRSIG || type == RR_NSEC || type == RR_NSEC3;
}

static void wait_for(struct walk *walk, uint32_t ttl_s)
{
	if (ttl_s > walk->diff->wait_s)
		walk->diff->wait_s = ttl_s;
}

static void report(struct walk *walk, struct name owner, const struct rrset *before, const struct rrset *after)
{
	const struct rrset *any = before != NULL ? before : after;
	wait_for(walk, before != NULL ? before->ttl : walk->negative_ttl_s);
	if (type_is_denial(any->type)) {
		walk->diff->denials++;
		return;
	}
	struct zone_change change = {.kind = before == NULL  ? ZONE_ADDED
					     : after == NULL ? ZONE_REMOVED
							     : ZONE_CHANGED,
				     .owner = owner,
				     .before = before,
				     .after = after};
	walk->diff->counts[change.kind]++;
	if (any->type == RR_NS && name_equal(owner, walk->apex))
		walk->diff->is_ns_changed = true;
	else if (any->type == RR_NS)
		walk->diff->is_delegation_changed = true;
	if (walk->visit != NULL)
		walk->visit(walk->data, &change);
}

/* --- Nodes: either of them may be NULL --- */

static void diff_nodes(void *owner_of_walk, const struct zone_node *before, const struct zone_node *after)
{
	struct walk *walk = owner_of_walk;
	struct name owner = zone_node_name(before != NULL ? before : after);
	const struct rrset *rrset;
	for (size_t i = 0; before != NULL && (rrset = zone_node_rrset_at(before, i)) != NULL; i++) {
		const struct rrset *other = zone_pair_set(after, rrset);
		if (other == NULL || !rrsets_equal(rrset, other))
			report(walk, owner, rrset, other);
	}
	for (size_t i = 0; after != NULL && (rrset = zone_node_rrset_at(after, i)) != NULL; i++) {
		if (zone_pair_set(before, rrset) == NULL)
			report(walk, owner, NULL, rrset);
	}
}

void zone_diff(const struct zone *before, const struct zone *after,
	       void (*visit)(void *data, const struct zone_change *change), void *data, struct zone_diff *ret)
{
	*ret = (struct zone_diff){.old_serial = zone_serial(before), .new_serial = zone_serial(after)};
	ret->is_serial_greater = (int32_t)(ret->new_serial - ret->old_serial) > 0;
	struct walk walk = {.visit = visit,
			    .data = data,
			    .diff = ret,
			    .apex = zone_apex(after),
			    .negative_ttl_s = zone_negative_ttl(before)};
	zone_pairs(before, after, diff_nodes, &walk);
}
