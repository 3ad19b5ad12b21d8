/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Names to nodes: a hash table whose buckets are cache lines, in pages behind a directory.
 * Owned by a zone; memory from its arena.
 * Never probes beyond a page: an insertion that would is refused and the table made anew with other keys.
 */
#ifndef ZONE_TABLE_H
#define ZONE_TABLE_H

#include "base/arena.h"
#include "zone/node.h"

/*
 * The hash of a name is made label by label from the apex outwards with two secret words (after Wang Yi's wyhash:
 * a folded 64x64 multiplication for 16 octets), so the hashes of all ancestors come with that of the name and
 * nobody who writes a zone's names can aim them at one bucket.
 *
 * A slot is a node's address with 16 bits of the hash above it; 0 is empty, and buckets fill from the front.
 * The upper half of the hash picks the bucket; when that is full its neighbour is next, wrapping inside the page,
 * to the end of the page if need be (256 of 512 slots are used, with a standard deviation of 16: never full). One
 * bucket in twenty is full: 16 octets a node, 1.05 lines a look-up, for a name that is not there too.
 */
#define TABLE_BUCKET_SLOTS 8
#define TABLE_BUCKET_FILL 4 /* names a bucket on average */
#define TABLE_PAGE_BUCKETS 64
#define TABLE_PROBES TABLE_PAGE_BUCKETS

struct table_bucket {
	_Alignas(64) uint64_t slots[TABLE_BUCKET_SLOTS];
};

struct zone_table {
	struct table_bucket **pages;
	uint64_t seeds[2];
	uint32_t bucket_count; /* a multiple of page_buckets */
	uint32_t page_buckets; /* TABLE_PAGE_BUCKETS, fewer in a small zone */
};

/* Fresh seeds and an empty table with room for count names. -ENOMEM, ERR_LIMIT. */
int table_init(struct zone_table *table, struct arena *arena, size_t count) MUST_USE;
/* ERR_LIMIT: too many names in one place. */
int table_add(struct zone_table *table, uint64_t hash, const struct zone_node *node) MUST_USE;
void table_reseed(struct zone_table *table);

/*
 * Hashes of the first relative_size octets of a name: hashes[0] is the apex's, hashes[n] that of the ancestor with n
 * labels below it. Returns the depth of the name itself.
 */
unsigned table_hashes(const struct zone_table *table, const uint8_t *wire, size_t relative_size,
                      uint64_t ret_hashes[NAME_LABELS_MAX + 1]);
/* The hash of the child "*" of the name with that hash. */
uint64_t table_wildcard_hash(const struct zone_table *table, uint64_t hash);

static inline const struct table_bucket *table_bucket(const struct zone_table *table, uint64_t hash)
{
	uint32_t at = (uint32_t)(((hash >> 32) * table->bucket_count) >> 32);
	return table->pages[at / TABLE_PAGE_BUCKETS] + at % TABLE_PAGE_BUCKETS;
}

/* What the bucket of a hash says without a look at a node. */
enum table_answer {
	TABLE_UNKNOWN, /* look further */
	TABLE_ABSENT,  /* no such name */
	TABLE_LIKELY   /* *ret is the node, unless 16 bits of the hash agree by chance */
};
enum table_answer table_peek(const struct zone_table *table, uint64_t hash, const struct zone_node **ret);
const struct zone_node *table_find(const struct zone_table *table, uint64_t hash, const uint8_t *wire, size_t size);
/* The wildcard child of an encloser. */
const struct zone_node *table_find_wildcard(const struct zone_table *table, uint64_t hash,
                                            const struct zone_node *encloser);

#endif
