/* SPDX-License-Identifier: BSD-2-Clause */
#include "zone/table.h"

#include "base/random.h"
#include "dns/name_case.h"

#include <assert.h>
#include <endian.h>
#include <errno.h>

#define SLOT_TAG_SHIFT 48

static uint64_t hash_mix(uint64_t a, uint64_t b)
{
	unsigned __int128 product = (unsigned __int128)a * b;
	return (uint64_t)product ^ (uint64_t)(product >> 64);
}

static uint64_t octets_front(const uint8_t *at, size_t size)
{
	uint64_t word;
	memcpy(&word, at, 8);
	word = le64toh(word);
	return size >= 8 ? word : word & ((UINT64_C(1) << (8 * size)) - 1);
}

/* label: lower-cased, with its length octet, and 16 octets behind it that may be read and are not used. */
static uint64_t hash_label(const struct zone_table *table, uint64_t hash, const uint8_t *label)
{
	size_t size = 1u + label[0];
	for (;;) {
		uint64_t second = size > 8 ? octets_front(label + 8, size - 8) : 0;
		hash = hash_mix(octets_front(label, size) ^ table->seeds[1], second ^ hash);
		if (size <= 16)
			return hash;
		label += 16;
		size -= 16;
	}
}

/* Length octets are below 64: no letters. Garbage follows up to the next word; labels are masked by their length. */
static void copy_lower(const uint8_t *wire, size_t size, uint8_t *lower)
{
	uint64_t word;
	size_t at = 0;
	for (; at + 8 <= size; at += 8) {
		memcpy(&word, wire + at, 8);
		word = octets_lower(word);
		memcpy(lower + at, &word, 8);
	}
	for (; at < size; at++)
		lower[at] = octet_lower(wire[at]);
}

unsigned table_hashes(const struct zone_table *table, const uint8_t *wire, size_t relative_size,
                      uint64_t ret_hashes[NAME_LABELS_MAX + 1])
{
	uint8_t lower[NAME_MAX + 1 + 16];
	uint8_t starts[NAME_LABELS_MAX + 1];
	unsigned depth = 0;
	for (size_t at = 0; at < relative_size; at += 1u + wire[at])
		starts[depth++] = (uint8_t)at;
	copy_lower(wire, relative_size, lower);
	ret_hashes[0] = table->seeds[0];
	for (unsigned i = 1; i <= depth; i++)
		ret_hashes[i] = hash_label(table, ret_hashes[i - 1], lower + starts[depth - i]);
	return depth;
}

uint64_t table_wildcard_hash(const struct zone_table *table, uint64_t hash)
{
	static const uint8_t label[24] = {1, '*'};
	return hash_label(table, hash, label);
}

void table_reseed(struct zone_table *table)
{
	random_bytes(table->seeds, sizeof(table->seeds));
}

int table_init(struct zone_table *table, struct arena *arena, size_t count)
{
	size_t buckets = (count + TABLE_BUCKET_FILL - 1) / TABLE_BUCKET_FILL;
	table->page_buckets = TABLE_PAGE_BUCKETS;
	if (buckets < TABLE_PAGE_BUCKETS)
		table->page_buckets = (uint32_t)(buckets < 1 ? 1 : buckets);
	size_t pages = (buckets + table->page_buckets - 1) / table->page_buckets;
	pages = pages < 1 ? 1 : pages;
	if (pages > UINT32_MAX / TABLE_PAGE_BUCKETS)
		return ERR_LIMIT;
	table->bucket_count = (uint32_t)(pages * table->page_buckets);
	table->pages = arena_alloc(arena, pages * sizeof(*table->pages), _Alignof(struct table_bucket *));
	size_t page_size = table->page_buckets * sizeof(struct table_bucket);
	struct table_bucket *all = arena_alloc_zeroed(arena, pages * page_size, 64);
	if (table->pages == NULL || all == NULL)
		return -ENOMEM;
	for (size_t i = 0; i < pages; i++)
		table->pages[i] = all + i * table->page_buckets;
	return ERR_OK;
}

/* The buckets of a hash, in the order in which they are tried. */
struct probe {
	const struct table_bucket *page;
	uint32_t at;
	uint32_t mask_count; /* buckets in the page */
	unsigned left;
};

static struct probe probe_start(const struct zone_table *table, uint64_t hash)
{
	uint32_t at = (uint32_t)(((hash >> 32) * table->bucket_count) >> 32);
	unsigned most = table->page_buckets < TABLE_PROBES ? table->page_buckets : TABLE_PROBES;
	return (struct probe){.page = table->pages[at / TABLE_PAGE_BUCKETS],
	                      .at = at % TABLE_PAGE_BUCKETS,
	                      .mask_count = table->page_buckets,
	                      .left = most};
}

static const struct table_bucket *probe_next(struct probe *probe)
{
	if (probe->left == 0)
		return NULL;
	const struct table_bucket *bucket = probe->page + probe->at;
	probe->left--;
	probe->at = probe->at + 1 == probe->mask_count ? 0 : probe->at + 1;
	return bucket;
}

int table_add(struct zone_table *table, uint64_t hash, const struct zone_node *node)
{
	uint64_t address = (uintptr_t)node;
	assert(address >> SLOT_TAG_SHIFT == 0);
	struct probe probe = probe_start(table, hash);
	for (const struct table_bucket *found = probe_next(&probe); found != NULL; found = probe_next(&probe)) {
		struct table_bucket *bucket = (struct table_bucket *)(uintptr_t)found;
		for (unsigned i = 0; i < TABLE_BUCKET_SLOTS; i++) {
			if (bucket->slots[i] == 0) {
				bucket->slots[i] = hash << SLOT_TAG_SHIFT | address;
				return ERR_OK;
			}
		}
	}
	return ERR_LIMIT;
}

static const struct zone_node *slot_node(uint64_t slot)
{
	return (const struct zone_node *)(uintptr_t)(slot & ((UINT64_C(1) << SLOT_TAG_SHIFT) - 1));
}

/* Which slots of a bucket have the tag of the hash: a bit each, no branches. Address 0 is no node. */
static unsigned bucket_matches(const struct table_bucket *bucket, uint64_t hash)
{
	unsigned matches = 0;
	uint64_t tag = hash << SLOT_TAG_SHIFT;
#pragma GCC unroll 8
	for (unsigned i = TABLE_BUCKET_SLOTS; i-- > 0;)
		matches = matches * 2 + ((bucket->slots[i] ^ tag) < UINT64_C(1) << SLOT_TAG_SHIFT);
	return matches;
}

enum table_answer table_peek(const struct zone_table *table, uint64_t hash, const struct zone_node **ret)
{
	const struct table_bucket *bucket = table_bucket(table, hash);
	unsigned matches = bucket_matches(bucket, hash);
	*ret = matches != 0 ? slot_node(bucket->slots[__builtin_ctz(matches)]) : NULL;
	if (*ret != NULL)
		return TABLE_LIKELY;
	return bucket->slots[TABLE_BUCKET_SLOTS - 1] == 0 && matches == 0 ? TABLE_ABSENT : TABLE_UNKNOWN;
}

bool node_has_name(const struct zone_node *node, const uint8_t *wire, size_t size)
{
	if (node->name_size != size)
		return false;
	if (size < 8)
		return octets_equal_any_case(node->name, wire, size);
	/* Whole words, the last one overlapping the one before. */
	size_t last = size - 8;
	for (size_t at = 0;; at = at + 8 < last ? at + 8 : last) {
		uint64_t ours, theirs;
		memcpy(&ours, node->name + at, 8);
		memcpy(&theirs, wire + at, 8);
		if (ours != theirs && octets_lower(ours) != octets_lower(theirs))
			return false;
		if (at == last)
			return true;
	}
}

static inline const struct zone_node *bucket_find(const struct table_bucket *bucket, uint64_t hash,
                                                  const uint8_t *wire, size_t size)
{
	for (unsigned left = bucket_matches(bucket, hash); left != 0; left &= left - 1) {
		const struct zone_node *node = slot_node(bucket->slots[__builtin_ctz(left)]);
		if (node != NULL && node_has_name(node, wire, size))
			return node;
	}
	return NULL;
}

/* The name's own bucket is full: its neighbours. */
static __attribute__((noinline)) const struct zone_node *further_find(const struct zone_table *table, uint64_t hash,
                                                                      const uint8_t *wire, size_t size)
{
	struct probe probe = probe_start(table, hash);
	probe_next(&probe);
	for (const struct table_bucket *bucket = probe_next(&probe); bucket != NULL; bucket = probe_next(&probe)) {
		const struct zone_node *node = bucket_find(bucket, hash, wire, size);
		if (node != NULL || bucket->slots[TABLE_BUCKET_SLOTS - 1] == 0)
			return node;
	}
	return NULL;
}

const struct zone_node *table_find(const struct zone_table *table, uint64_t hash, const uint8_t *wire, size_t size)
{
	const struct table_bucket *bucket = table_bucket(table, hash);
	const struct zone_node *node = bucket_find(bucket, hash, wire, size);
	if (node != NULL || bucket->slots[TABLE_BUCKET_SLOTS - 1] == 0)
		return node;
	return further_find(table, hash, wire, size);
}

const struct zone_node *table_find_wildcard(const struct zone_table *table, uint64_t hash,
                                            const struct zone_node *encloser)
{
	uint8_t wire[NAME_MAX + 1] = {1, '*'};
	if (encloser->name_size + 2u > NAME_MAX)
		return NULL;
	memcpy(wire + 2, encloser->name, encloser->name_size);
	return table_find(table, table_wildcard_hash(table, hash), wire, encloser->name_size + 2u);
}
