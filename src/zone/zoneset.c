/* SPDX-License-Identifier: BSD-2-Clause */
#include "zone/zoneset.h"

#include "base/arena.h"
#include "zone/store.h"

#include <errno.h>

#define FEW_ZONES 4

/*
 * Entries lie in one array; a table of twice as many slots holds their numbers, open addressing, hashed with secret
 * seeds like the names of a zone but from the root. A question's suffixes are tried from the longest on, and only
 * those of a length that some apex has.
 */
struct zoneset {
	struct arena *arena;
	struct zone_table seeds; /* for table_hashes only */
	struct zoneset_entry *entries;
	size_t count;
	uint32_t *slots;         /* number of an entry from 1; 0: empty */
	size_t slot_mask;
	uint64_t lengths[2];     /* bit n: some apex has n labels */
};

static bool has_length(const struct zoneset *set, unsigned labels)
{
	return set->lengths[labels / 64] >> (labels % 64) & 1;
}

static const struct zoneset_entry *slot_find(const struct zoneset *set, uint64_t hash, struct name name,
                                             uint32_t **ret_slot)
{
	size_t at = (hash >> 32) & set->slot_mask;
	for (; set->slots[at] != 0; at = (at + 1) & set->slot_mask) {
		const struct zoneset_entry *entry = &set->entries[set->slots[at] - 1];
		if (name_equal(entry->apex, name))
			return entry;
	}
	if (ret_slot != NULL)
		*ret_slot = &set->slots[at];
	return NULL;
}

static int entry_add(struct zoneset *set, const struct zoneset_entry *entry)
{
	uint64_t hashes[NAME_LABELS_MAX + 1];
	unsigned labels = table_hashes(&set->seeds, entry->apex.wire, entry->apex.size - 1u, hashes);
	uint32_t *slot;
	if (slot_find(set, hashes[labels], entry->apex, &slot) != NULL)
		return ERR_EXISTS;
	uint8_t *wire = arena_copy(set->arena, entry->apex.wire, entry->apex.size, 1);
	if (wire == NULL)
		return -ENOMEM;
	set->entries[set->count] = *entry;
	set->entries[set->count].apex.wire = wire;
	*slot = (uint32_t)++set->count;
	set->lengths[labels / 64] |= UINT64_C(1) << (labels % 64);
	return ERR_OK;
}

static int zoneset_init(struct zoneset *set, size_t count)
{
	size_t slots = 2;
	while (slots < count * 2)
		slots *= 2;
	table_reseed(&set->seeds);
	set->slot_mask = slots - 1;
	set->entries = arena_alloc_zeroed(set->arena, count * sizeof(*set->entries) + 1, 8);
	set->slots = arena_alloc_zeroed(set->arena, slots * sizeof(*set->slots), 64);
	return set->entries != NULL && set->slots != NULL ? ERR_OK : -ENOMEM;
}

int zoneset_new(const struct zoneset_entry *entries, size_t count, struct zoneset **ret)
{
	struct arena *arena = arena_new(4096);
	struct zoneset *set = arena != NULL ? arena_alloc_zeroed(arena, sizeof(*set), 8) : NULL;
	if (set == NULL || count > UINT32_MAX / 4) {
		arena_free(arena);
		return -ENOMEM;
	}
	set->arena = arena;
	int err = zoneset_init(set, count);
	for (size_t i = 0; i < count && err == ERR_OK; i++)
		err = entry_add(set, &entries[i]);
	if (err != ERR_OK) {
		arena_free(arena);
		return err;
	}
	*ret = set;
	return ERR_OK;
}

void zoneset_free(struct zoneset *set)
{
	if (set != NULL)
		arena_free(set->arena);
}

/* A few apexes are compared sooner than a name is hashed. */
static const struct zoneset_entry *few_find(const struct zoneset *set, struct name name, bool is_ds)
{
	const struct zoneset_entry *best = NULL, *own = NULL;
	for (size_t i = 0; i < set->count; i++) {
		const struct zoneset_entry *entry = &set->entries[i];
		if (!name_is_at_or_below(name, entry->apex))
			continue;
		if (is_ds && entry->apex.labels == name.labels)
			own = entry;
		else if (best == NULL || entry->apex.labels > best->apex.labels)
			best = entry;
	}
	return best != NULL ? best : own;
}

const struct zoneset_entry *zoneset_find(const struct zoneset *set, struct name name, bool is_ds)
{
	if (set->count <= FEW_ZONES)
		return few_find(set, name, is_ds);
	uint64_t hashes[NAME_LABELS_MAX + 1];
	unsigned labels = table_hashes(&set->seeds, name.wire, name.size - 1u, hashes);
	const struct zoneset_entry *own = NULL; /* the zone whose apex is the name itself */
	for (struct name suffix = name;; suffix = name_parent(suffix)) {
		const struct zoneset_entry *entry = NULL;
		if (has_length(set, suffix.labels))
			entry = slot_find(set, hashes[suffix.labels], suffix, NULL);
		/* RFC 4035 3.1.4.1: the parent answers for DS. */
		if (entry != NULL && !(is_ds && suffix.labels == labels))
			return entry;
		if (entry != NULL)
			own = entry;
		if (suffix.labels == 0)
			return own;
	}
}

size_t zoneset_count(const struct zoneset *set)
{
	return set->count;
}

const struct zoneset_entry *zoneset_at(const struct zoneset *set, size_t index)
{
	return index < set->count ? &set->entries[index] : NULL;
}
