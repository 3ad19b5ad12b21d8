/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Nodes in order with short keys: finds the last one at or before a place (NSEC by name, NSEC3 by hash).
 * Owned by a zone; memory from its arena.
 * Never decides by the key alone when keys are equal: the caller's comparison does.
 */
#ifndef ZONE_INDEX_H
#define ZONE_INDEX_H

#include "base/arena.h"
#include "dns/name.h"

struct zone_node;

/*
 * Two levels, like a B+tree of fixed height: the directory holds the first key of each page and stays in the
 * cache; a page holds 64 keys (eight lines) and their nodes. Keys are the first 8 octets of what is ordered, so
 * comparing them orders almost everything without touching a node.
 */
#define INDEX_PAGE 64

struct index_page {
	uint64_t keys[INDEX_PAGE];
	const struct zone_node *nodes[INDEX_PAGE];
};

struct zone_index {
	size_t count;
	uint64_t *first_keys;      /* of each page */
	struct index_page **pages; /* full but for the last */
};

struct index_entry {
	uint64_t key;
	const struct zone_node *node;
};

/* entries are in order. -ENOMEM. */
int index_init(struct zone_index *index, struct arena *arena, const struct index_entry *entries, size_t count) MUST_USE;
const struct zone_node *index_at(const struct zone_index *index, size_t position);
uint64_t index_key_at(const struct zone_index *index, size_t position);
/* Entries at or before wanted, where compare(node, wanted) settles equal keys: < 0 when the node comes first. */
size_t index_count_up_to(const struct zone_index *index, uint64_t key, const void *wanted,
                         int (*compare)(const struct zone_node *node, const void *wanted));

/*
 * 16 octets of a name's sort key from offset on: labels below the apex, outermost first, lower-cased, each ended by 0;
 * octets 0 and 1 inside a label are written 1 1 and 1 2. Octet order of keys is RFC 4034 6.1 order of names.
 * Behind the end of the key come zeros.
 */
void name_sort_key(struct name name, size_t apex_size, size_t offset, uint64_t ret_key[2]);

#endif
