/* SPDX-License-Identifier: BSD-2-Clause */
#include "zone/zone.h"

#include "zone/store.h"

const struct zone *zone_hold(const struct zone *zone)
{
	/* The count is no part of what readers see. */
	atomic_fetch_add_explicit(&((struct zone *)(uintptr_t)zone)->holders, 1, memory_order_relaxed);
	return zone;
}

void zone_free(struct zone *zone)
{
	if (zone != NULL && atomic_fetch_sub_explicit(&zone->holders, 1, memory_order_acq_rel) == 0)
		arena_free(zone->arena); /* the zone itself lies in it */
}

struct name zone_apex(const struct zone *zone)
{
	return zone->apex;
}

uint32_t zone_serial(const struct zone *zone)
{
	return zone->serial;
}

size_t zone_record_count(const struct zone *zone)
{
	return zone->record_count;
}

size_t zone_node_count(const struct zone *zone)
{
	return zone->node_count;
}

size_t zone_memory(const struct zone *zone)
{
	return arena_size(zone->arena);
}

bool zone_is_signed(const struct zone *zone)
{
	return zone->is_signed;
}

const struct zone_node *zone_node_find(const struct zone *zone, struct name name)
{
	if (!name_is_at_or_below(name, zone->apex))
		return NULL;
	uint64_t hashes[NAME_LABELS_MAX + 1];
	unsigned depth = table_hashes(&zone->table, name.wire, (size_t)(name.size - zone->apex.size), hashes);
	return table_find(&zone->table, hashes[depth], name.wire, name.size);
}

const struct zone_node *zone_apex_node(const struct zone *zone)
{
	return zone->apex_node;
}

static const struct zone_node *order_at(const struct zone *zone, size_t position)
{
	return position < zone->node_count ? zone->order[position / ORDER_PAGE]->nodes[position % ORDER_PAGE] : NULL;
}

const struct zone_node *zone_node_first(const struct zone *zone)
{
	return order_at(zone, 0);
}

const struct zone_node *zone_node_next(const struct zone *zone, const struct zone_node *node)
{
	return order_at(zone, (size_t)node->order + 1);
}

const struct zone_node *zone_nsec3_first(const struct zone *zone)
{
	return zone->nsec3_count > 0 ? zone->nsec3[0] : NULL;
}

const struct zone_node *zone_nsec3_next(const struct zone *zone, const struct zone_node *node)
{
	size_t next = (size_t)node->order + 1;
	return next < zone->nsec3_count ? zone->nsec3[next] : NULL;
}

struct name zone_node_name(const struct zone_node *node)
{
	return node_name(node);
}

bool zone_node_is_cut(const struct zone_node *node)
{
	return (node->flags & NODE_CUT) != 0;
}

bool zone_node_is_below_cut(const struct zone_node *node)
{
	return (node->flags & NODE_OCCLUDED) != 0;
}

bool zone_node_is_empty(const struct zone_node *node)
{
	return node->rrset_count == 0;
}

size_t zone_node_rrset_count(const struct zone_node *node)
{
	return node->rrset_count;
}

const struct rrset *zone_node_rrset(const struct zone_node *node, uint16_t type)
{
	if (!(node->types & rrset_type_bit(type)))
		return NULL;
	const struct rrset *rrset = node_first_rrset(node);
	for (unsigned left = node->rrset_count; left > 0; left--, rrset = rrset_after(rrset)) {
		if (rrset->type == type)
			return rrset;
	}
	return NULL;
}

const struct rrset *zone_node_signatures(const struct zone_node *node, uint16_t covered)
{
	if (!(node->types & rrset_type_bit(RR_RRSIG)))
		return NULL;
	const struct rrset *rrset = node_first_rrset(node);
	for (unsigned left = node->rrset_count; left > 0; left--, rrset = rrset_after(rrset)) {
		if (rrset->type == RR_RRSIG && rrset->covered == covered)
			return rrset;
	}
	return NULL;
}

const struct rrset *zone_node_rrset_next(const struct zone_node *node, const struct rrset *rrset)
{
	if (rrset == NULL)
		return node->rrset_count > 0 ? node_first_rrset(node) : NULL;
	return rrset->flags & RRSET_LAST ? NULL : rrset_after(rrset);
}

/* The RRSIGs that cover a type were laid down right behind its RRset. */
const struct rrset *zone_rrset_signatures(const struct zone_node *node, const struct rrset *rrset)
{
	const struct rrset *next = zone_node_rrset_next(node, rrset);
	return next != NULL && next->type == RR_RRSIG && next->covered == rrset->type ? next : NULL;
}

const struct rrset *zone_node_rrset_at(const struct zone_node *node, size_t index)
{
	if (index >= node->rrset_count)
		return NULL;
	const struct rrset *rrset = node_first_rrset(node);
	for (; index > 0; index--)
		rrset = rrset_after(rrset);
	return rrset;
}
