/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A part of the cache: its own memory, index and lock; a key's hash says which part it belongs to.
 * Inside the cache: owned by it. Functions marked "locked" need the shard's lock; shard_find does not.
 * Never waits for readers: memory that they may still look at is left alone until they have let go.
 *
 * Memory is a ring of segments. Entries are appended to the segment at the head, each in one piece, and never change
 * afterwards but for a few counters. The index says where the entry of a key lies; an entry that the index does not
 * point at is dead. When the head is full, it moves on to the next segment, which is empty by then:
 *
 *       head: being filled   empty, readers may still look   full, the oldest first
 *        |                    |       |       |               |
 *    ... [ 12 ]              [ 13 ]  [ 14 ]  [ 15 ]          [ 16 ]  [ 17 ]  ...  [ 11 ]
 *
 * SEGMENTS_AHEAD segments in front of the head are empty. When the head moves on, the oldest is emptied, too: what was
 * used since it was written there is copied to the head (CLOCK), the rest is taken out of the index, and a mark is
 * noted. Where so much was used that there is still no room, the head moves once more, and half of a segment goes
 * whether used or not. An emptied segment is written again when the head arrives, a segment of stores or more later,
 * if by then all readers have let go since its mark; else the store is refused: an answer that is not kept is still
 * an answer.
 *
 * The index: buckets of eight slots, a cache line each; a key has two buckets, and goes to the emptier. A slot is one
 * atomic word, place and a part of the hash: readers load it (acquire) and find an entry that is complete. Cost of a
 * find: the name's hash, one or two lines of index, the entry's first lines.
 */
#ifndef CACHE_SHARD_H
#define CACHE_SHARD_H

#include "cache/cache.h"

#include <pthread.h>
#include <stdatomic.h>

#define BUCKET_SLOTS 8
#define SEGMENTS_AHEAD 3

struct cache_entry { /* then the name, then, aligned to 8, the value */
	uint64_t hash;
	uint64_t stored_us, expires_us;
	uint64_t found_until_us;
	uint32_t view;
	uint32_t value_size;
	_Atomic uint32_t hits;
	uint16_t type;
	uint8_t kind;
	uint8_t name_size;
	_Atomic bool is_used; /* since it was written here */
	_Atomic bool is_claimed;
};

struct bucket {
	_Alignas(64) _Atomic uint64_t slots[BUCKET_SLOTS]; /* 0: empty; else tag << 32 | place */
};

struct segment {
	uint32_t used;  /* octets */
	uint64_t mark;  /* emptied: when it was; 0: was never used */
};

struct shard {
	_Alignas(64) struct bucket *buckets;
	uint8_t *memory;
	uint32_t bucket_count;
	uint32_t segment_count, segment_size;
	size_t mapped; /* octets, from buckets on */
	/* Locked from here on; the counters are read without. */
	_Alignas(64) pthread_mutex_t lock;
	_Atomic pthread_t owner; /* of the lock between begin and commit */
	_Atomic bool is_owned;
	struct segment *segments;
	uint32_t head;
	struct cache_entry *pending; /* begun, not yet to be found */
	_Atomic size_t used;
	_Atomic uint64_t entries[CACHE_KIND_COUNT];
	_Atomic uint64_t stores, evictions;
};

int shard_init(struct shard *shard, size_t budget) MUST_USE;
void shard_end(struct shard *shard);
size_t shard_value_most(const struct shard *shard);

struct cache_entry *shard_find(const struct shard *shard, uint64_t hash, const struct cache_key *key);
/* Prefetch: the buckets of a hash; what these, being near by now, hold under it. */
void shard_expect(const struct shard *shard, uint64_t hash);
void shard_expect_value(const struct shard *shard, uint64_t hash);

/* Locked: an entry that can be filled and is not to be found before shard_publish. NULL: no room. */
struct cache_entry *shard_reserve(struct shard *shard, uint64_t hash, const struct cache_key *key, size_t value_size,
                                  uint64_t now_us);
void shard_publish(struct shard *shard, struct cache_entry *entry, uint64_t now_us); /* locked */
void shard_remove(struct shard *shard, uint64_t hash, const struct cache_key *key);  /* locked */
/* Locked: slot by slot. at: below shard_slots. NULL: empty. */
struct cache_entry *shard_at(const struct shard *shard, size_t at);
void shard_clear(struct shard *shard, size_t at); /* locked; the slot is not empty */

static inline size_t shard_slots(const struct shard *shard)
{
	return (size_t)shard->bucket_count * BUCKET_SLOTS;
}

static inline const uint8_t *entry_name(const struct cache_entry *entry)
{
	return (const uint8_t *)(entry + 1);
}

static inline size_t entry_value_offset(size_t name_size)
{
	return (sizeof(struct cache_entry) + name_size + 7) & ~(size_t)7;
}

static inline uint8_t *entry_value(const struct cache_entry *entry)
{
	return (uint8_t *)(uintptr_t)entry + entry_value_offset(entry->name_size);
}

static inline size_t entry_size(const struct cache_entry *entry)
{
	return entry_value_offset(entry->name_size) + ((entry->value_size + (size_t)7) & ~(size_t)7);
}

#endif
