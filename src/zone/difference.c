/* SPDX-License-Identifier: BSD-2-Clause */
#include "zone/difference.h"

#include "base/arena.h"
#include "dns/rdata.h"
#include "zone/pairs.h"

#include <errno.h>
#include <stdlib.h>

#define ARENA_CHUNK (16u << 10)
#define RECORDS_FIRST 16

struct side {
	struct zone_record *records;
	size_t count, capacity;
};

struct difference {
	struct arena *arena;
	struct side sides[DIFFERENCE_SIDES];
	size_t size;
};

int difference_new(struct difference **ret)
{
	struct difference *difference = calloc(1, sizeof(*difference));
	if (difference == NULL)
		return -ENOMEM;
	difference->arena = arena_new(ARENA_CHUNK);
	if (difference->arena == NULL) {
		free(difference);
		return -ENOMEM;
	}
	*ret = difference;
	return ERR_OK;
}

void difference_free(struct difference *difference)
{
	if (difference == NULL)
		return;
	for (unsigned i = 0; i < DIFFERENCE_SIDES; i++)
		free(difference->sides[i].records);
	arena_free(difference->arena);
	free(difference);
}

static int side_grow(struct side *side)
{
	if (side->count < side->capacity)
		return ERR_OK;
	size_t wanted = side->capacity == 0 ? RECORDS_FIRST : 2 * side->capacity;
	struct zone_record *grown = realloc(side->records, wanted * sizeof(*grown));
	if (grown == NULL)
		return -ENOMEM;
	side->records = grown;
	side->capacity = wanted;
	return ERR_OK;
}

int difference_put(struct difference *difference, enum difference_side side, const struct zone_record *record)
{
	struct side *into = &difference->sides[side];
	bool is_soa = record->type == RR_SOA;
	if (is_soa != (into->count == 0) || (is_soa && record->rdata.size < SOA_SIZE_MIN))
		return ERR_SYNTAX;
	int err = side_grow(into);
	if (err != ERR_OK)
		return err;
	const uint8_t *owner = arena_copy(difference->arena, record->owner.wire, record->owner.size, 1);
	const uint8_t *rdata = arena_copy(difference->arena, record->rdata.data, record->rdata.size, 1);
	if (owner == NULL || rdata == NULL)
		return -ENOMEM;
	into->records[into->count++] = (struct zone_record){.owner = name_of(owner),
	                                                    .type = record->type,
	                                                    .ttl = record->ttl,
	                                                    .rdata = span_of(rdata, record->rdata.size)};
	difference->size += record->owner.size + RRSET_RECORD_HEADER + record->rdata.size;
	return ERR_OK;
}

size_t difference_count(const struct difference *difference, enum difference_side side)
{
	return difference->sides[side].count;
}

const struct zone_record *difference_at(const struct difference *difference, enum difference_side side, size_t index)
{
	return index < difference->sides[side].count ? &difference->sides[side].records[index] : NULL;
}

uint32_t difference_serial(const struct difference *difference, enum difference_side side)
{
	uint32_t serial = 0;
	(void)rdata_soa_serial(difference->sides[side].records[0].rdata, &serial);
	return serial;
}

size_t difference_size(const struct difference *difference)
{
	return difference->size;
}

/* --- Between two zones --- */

struct comparison {
	struct difference *difference;
	int err; /* the first */
};

static void record_put(struct comparison *comparison, enum difference_side side, struct name owner,
                       const struct rrset *rrset, struct span rdata)
{
	const struct zone_record record = {.owner = owner, .type = rrset->type, .ttl = rrset->ttl, .rdata = rdata};
	if (comparison->err == ERR_OK)
		comparison->err = difference_put(comparison->difference, side, &record);
}

static bool next_of(const struct rrset *rrset, size_t *position, struct span *ret)
{
	return rrset != NULL && rrset_next(rrset, position, ret);
}

/* Either may be NULL. Another TTL, or a name in other letters, is another record. */
static void rrsets_compare(struct comparison *comparison, struct name owner, const struct rrset *before,
                           const struct rrset *after)
{
	size_t at_before = 0, at_after = 0;
	struct span old = {0}, new = {0};
	bool has_old = next_of(before, &at_before, &old), has_new = next_of(after, &at_after, &new);
	while (has_old || has_new) {
		int order = !has_old ? 1 : !has_new ? -1 : rdata_compare(before->type, old, new);
		bool is_same = order == 0 && before->ttl == after->ttl && span_equal(old, new);
		if (order <= 0 && !is_same)
			record_put(comparison, DIFFERENCE_REMOVED, owner, before, old);
		if (order >= 0 && !is_same)
			record_put(comparison, DIFFERENCE_ADDED, owner, after, new);
		if (order <= 0)
			has_old = next_of(before, &at_before, &old);
		if (order >= 0)
			has_new = next_of(after, &at_after, &new);
	}
}

/* Either may be NULL. The SOAs are there already. */
static void nodes_compare(void *owner_of_walk, const struct zone_node *before, const struct zone_node *after)
{
	struct comparison *comparison = owner_of_walk;
	struct name owner = zone_node_name(before != NULL ? before : after);
	const struct rrset *rrset = NULL;
	while (before != NULL && (rrset = zone_node_rrset_next(before, rrset)) != NULL) {
		if (rrset->type != RR_SOA)
			rrsets_compare(comparison, owner, rrset, zone_pair_set(after, rrset));
	}
	rrset = NULL;
	while (after != NULL && (rrset = zone_node_rrset_next(after, rrset)) != NULL) {
		if (rrset->type != RR_SOA && zone_pair_set(before, rrset) == NULL)
			rrsets_compare(comparison, owner, NULL, rrset);
	}
}

static void soa_put(struct comparison *comparison, enum difference_side side, const struct zone *zone)
{
	const struct rrset *soa = zone_node_rrset(zone_apex_node(zone), RR_SOA);
	size_t position = 0;
	struct span rdata;
	if (next_of(soa, &position, &rdata))
		record_put(comparison, side, zone_apex(zone), soa, rdata);
}

int difference_between(const struct zone *before, const struct zone *after, struct difference **ret)
{
	struct comparison comparison = {.err = ERR_OK};
	int err = difference_new(&comparison.difference);
	if (err != ERR_OK)
		return err;
	soa_put(&comparison, DIFFERENCE_REMOVED, before);
	soa_put(&comparison, DIFFERENCE_ADDED, after);
	zone_pairs(before, after, nodes_compare, &comparison);
	if (comparison.err != ERR_OK) {
		difference_free(comparison.difference);
		return comparison.err;
	}
	*ret = comparison.difference;
	return ERR_OK;
}
