/* SPDX-License-Identifier: BSD-2-Clause */
#include "transfer/record_set.h"

#include "base/random.h"

#include <errno.h>
#include <stdlib.h>

/* --- What a record is --- */

uint64_t record_digest(const struct zone_record *record)
{
	static const uint8_t first_key[SIPHASH_KEY_SIZE] = "sextant record 1";
	uint8_t head[NAME_MAX + 6], key[SIPHASH_KEY_SIZE] = "sextant ";
	struct name_buffer buffer;
	struct name owner = name_lower(record->owner, &buffer); /* RFC 4343: a name in other letters is the same */
	memcpy(head, owner.wire, owner.size);
	store_u16(head + owner.size, record->type);
	store_u32(head + owner.size + 2, record->ttl);
	uint64_t first = siphash(first_key, head, owner.size + 6u);
	store_u32(key + 8, (uint32_t)(first >> 32));
	store_u32(key + 12, (uint32_t)first);
	return siphash(key, record->rdata.data, record->rdata.size);
}

bool record_equal(const struct zone_record *a, const struct zone_record *b)
{
	return a->type == b->type && a->ttl == b->ttl && span_equal(a->rdata, b->rdata) &&
	       name_equal(a->owner, b->owner);
}

/* --- The set --- */

/*
 * Entries lie in one array in the order they came in; a table of at least twice as many slots holds their numbers, open
 * addressing. Nothing is ever taken out.
 */
struct record_set {
	struct record_entry *entries;
	size_t count, most;
	uint32_t *slots; /* number of an entry from 1; 0: empty */
	size_t slot_mask;
};

int record_set_new(size_t most, struct record_set **ret)
{
	size_t slots = 16;
	if (most > UINT32_MAX / 4)
		return -ENOMEM;
	while (slots < 2 * most)
		slots *= 2;
	struct record_set *set = calloc(1, sizeof(*set));
	if (set == NULL)
		return -ENOMEM;
	*set = (struct record_set){.most = most, .slot_mask = slots - 1};
	set->entries = malloc((most + 1) * sizeof(set->entries[0]));
	set->slots = calloc(slots, sizeof(set->slots[0]));
	if (set->entries == NULL || set->slots == NULL) {
		record_set_free(set);
		return -ENOMEM;
	}
	*ret = set;
	return ERR_OK;
}

void record_set_free(struct record_set *set)
{
	if (set == NULL)
		return;
	free(set->entries);
	free(set->slots);
	free(set);
}

/* The slot of the record, or the empty one where it would go. */
static uint32_t *slot_find(const struct record_set *set, const struct zone_record *record, uint64_t digest)
{
	size_t at = digest & set->slot_mask;
	for (; set->slots[at] != 0; at = (at + 1) & set->slot_mask) {
		const struct record_entry *entry = &set->entries[set->slots[at] - 1];
		if (entry->digest == digest && record_equal(&entry->record, record))
			break;
	}
	return &set->slots[at];
}

struct record_entry *record_set_put(struct record_set *set, const struct zone_record *record, bool *ret_is_new)
{
	uint64_t digest = record_digest(record);
	uint32_t *slot = slot_find(set, record, digest);
	*ret_is_new = *slot == 0;
	if (*slot == 0) {
		set->entries[set->count++] = (struct record_entry){.record = *record, .digest = digest};
		*slot = (uint32_t)set->count;
	}
	return &set->entries[*slot - 1];
}

struct record_entry *record_set_find(const struct record_set *set, const struct zone_record *record)
{
	uint32_t slot = *slot_find(set, record, record_digest(record));
	return slot != 0 ? &set->entries[slot - 1] : NULL;
}

size_t record_set_count(const struct record_set *set)
{
	return set->count;
}

struct record_entry *record_set_at(const struct record_set *set, size_t index)
{
	return &set->entries[index];
}
