/* SPDX-License-Identifier: BSD-2-Clause */
/* The table and the order of a zone, filled once all nodes have their place. */
#include "zone/build/build.h"

#include <errno.h>

#define AHEAD 16 /* lines of the table fetched before they are needed */
#define TABLE_TRIES 8 /* seeds; one is enough but for a chance of less than one in a billion */

static int order_fill(struct build *build)
{
	struct zone *zone = build->zone;
	size_t pages = (zone->node_count + ORDER_PAGE - 1) / ORDER_PAGE;
	zone->order = arena_alloc(zone->arena, pages * sizeof(*zone->order), 8);
	/* The last page is only as long as it is full. */
	const struct zone_node **all = arena_alloc(zone->arena, zone->node_count * sizeof(*all), 64);
	if (zone->order == NULL || all == NULL)
		return -ENOMEM;
	memcpy(all, build->nodes, zone->node_count * sizeof(*all));
	for (size_t i = 0; i < pages; i++)
		zone->order[i] = (struct order_page *)(void *)(all + i * ORDER_PAGE);
	return ERR_OK;
}

static int table_fill(struct build *build)
{
	struct zone *zone = build->zone;
	int err = table_init(&zone->table, zone->arena, zone->node_count);
	for (size_t i = 0; i < zone->node_count && err == ERR_OK; i++) {
		if (i + AHEAD < zone->node_count)
			__builtin_prefetch(table_bucket(&zone->table, build->hashes[i + AHEAD]), 1);
		err = table_add(&zone->table, build->hashes[i], build->nodes[i]);
	}
	return err;
}

/* Other seeds, so other hashes. */
static void hashes_renew(struct build *build)
{
	struct zone *zone = build->zone;
	table_reseed(&zone->table);
	for (size_t i = 0; i < zone->node_count; i++) {
		uint64_t hashes[NAME_LABELS_MAX + 1];
		struct name name = node_name(build->nodes[i]);
		unsigned depth = table_hashes(&zone->table, name.wire, (size_t)(name.size - zone->apex.size), hashes);
		build->hashes[i] = hashes[depth];
	}
}

static int nsec3_keep(struct build *build)
{
	struct zone *zone = build->zone;
	if (zone->nsec3_count == 0)
		return ERR_OK;
	zone->nsec3 = arena_copy(zone->arena, build->nsec3, zone->nsec3_count * sizeof(*build->nsec3), 8);
	return zone->nsec3 != NULL ? ERR_OK : -ENOMEM;
}

int build_order(struct build *build)
{
	int err = order_fill(build);
	if (err == ERR_OK)
		err = nsec3_keep(build);
	if (err != ERR_OK)
		return err;
	err = table_fill(build);
	for (unsigned tries = 1; err == ERR_LIMIT && tries < TABLE_TRIES; tries++) {
		hashes_renew(build);
		err = table_fill(build);
	}
	return err;
}
