/* SPDX-License-Identifier: BSD-2-Clause */
#include "cache/shard.h"

#include "base/snapshot.h"
#include "dns/name_case.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>

#define ENTRY_LINES 4 /* of 64 octets: an answer of usual size */
/* One slot for so many octets of entries: most are larger, so that the index stays half empty. */
#define OCTETS_PER_SLOT 128
#define SEGMENT_LEAST (32u << 10)
#define SEGMENT_MOST (256u << 10)
#define SEGMENTS_WANTED 32
/* Finds go everywhere, and page tables cost them a tenth; but small caches would be filled with zeros of 2 MiB each. */
#define HUGE_LEAST ((size_t)32 << 20)

/* --- Making --- */

static size_t segment_size_for(size_t budget)
{
	size_t size = (budget / SEGMENTS_WANTED) & ~(size_t)4095;
	if (size < SEGMENT_LEAST)
		return SEGMENT_LEAST;
	return size > SEGMENT_MOST ? SEGMENT_MOST : size;
}

int shard_init(struct shard *shard, size_t budget)
{
	size_t size = segment_size_for(budget);
	size_t segments = budget / (size + size / OCTETS_PER_SLOT * sizeof(uint64_t));
	size_t buckets = segments * size / OCTETS_PER_SLOT / BUCKET_SLOTS;
	shard->segment_size = (uint32_t)size;
	shard->segment_count = (uint32_t)segments;
	shard->bucket_count = (uint32_t)buckets;
	shard->mapped = buckets * sizeof(struct bucket) + segments * size;
	shard->segments = calloc(segments, sizeof(*shard->segments));
	/* Pages come when they are first written. */
	void *memory = mmap(NULL, shard->mapped, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (memory == MAP_FAILED)
		memory = NULL;
	else if (shard->mapped >= HUGE_LEAST)
		(void)madvise(memory, shard->mapped, MADV_HUGEPAGE);
	shard->buckets = memory;
	if (memory == NULL || shard->segments == NULL || pthread_mutex_init(&shard->lock, NULL) != 0) {
		shard_end(shard);
		return -ENOMEM;
	}
	shard->memory = (uint8_t *)(shard->buckets + buckets);
	return ERR_OK;
}

void shard_end(struct shard *shard)
{
	if (shard->memory != NULL)
		pthread_mutex_destroy(&shard->lock);
	if (shard->buckets != NULL)
		munmap(shard->buckets, shard->mapped);
	free(shard->segments);
}

/* Half a segment is free when the head has moved on twice. */
size_t shard_value_most(const struct shard *shard)
{
	return shard->segment_size / 2 - entry_value_offset(NAME_MAX);
}

/* --- Places --- */

static struct cache_entry *entry_at(const struct shard *shard, uint64_t slot)
{
	return (struct cache_entry *)(void *)(shard->memory + ((slot & UINT32_MAX) - 1) * 8);
}

static uint64_t slot_for(const struct shard *shard, const struct cache_entry *entry)
{
	uint64_t place = (uint64_t)((const uint8_t *)entry - shard->memory) / 8 + 1;
	return (entry->hash & ~(uint64_t)UINT32_MAX) | place;
}

static struct bucket *bucket_for(const struct shard *shard, uint32_t hash)
{
	return &shard->buckets[(uint64_t)hash * shard->bucket_count >> 32];
}

static struct bucket *first_bucket(const struct shard *shard, uint64_t hash)
{
	return bucket_for(shard, (uint32_t)hash);
}

static struct bucket *second_bucket(const struct shard *shard, uint64_t hash)
{
	return bucket_for(shard, (uint32_t)(((hash >> 32) * 0x9e3779b97f4a7c15u) >> 32));
}

static bool is_key(const struct cache_entry *entry, uint64_t hash, const struct cache_key *key)
{
	return entry->hash == hash && entry->kind == key->kind && entry->type == key->type &&
	       entry->view == key->view && entry->name_size == key->name.size &&
	       octets_equal_any_case(entry_name(entry), key->name.wire, key->name.size);
}

static _Atomic uint64_t *bucket_find(const struct shard *shard, struct bucket *bucket, uint64_t hash,
                                     const struct cache_key *key, struct cache_entry **ret)
{
	for (unsigned i = 0; i < BUCKET_SLOTS; i++) {
		uint64_t slot = atomic_load_explicit(&bucket->slots[i], memory_order_acquire);
		if (slot >> 32 != hash >> 32 || slot == 0)
			continue;
		struct cache_entry *entry = entry_at(shard, slot);
		if (is_key(entry, hash, key)) {
			*ret = entry;
			return &bucket->slots[i];
		}
	}
	return NULL;
}

static _Atomic uint64_t *slot_find(const struct shard *shard, uint64_t hash, const struct cache_key *key,
                                   struct cache_entry **ret)
{
	struct bucket *second = second_bucket(shard, hash);
	__builtin_prefetch(second);
	_Atomic uint64_t *slot = bucket_find(shard, first_bucket(shard, hash), hash, key, ret);
	return slot != NULL ? slot : bucket_find(shard, second, hash, key, ret);
}

struct cache_entry *shard_find(const struct shard *shard, uint64_t hash, const struct cache_key *key)
{
	struct cache_entry *entry;
	return slot_find(shard, hash, key, &entry) != NULL ? entry : NULL;
}

void shard_expect(const struct shard *shard, uint64_t hash)
{
	__builtin_prefetch(first_bucket(shard, hash));
	__builtin_prefetch(second_bucket(shard, hash));
}

static bool bucket_expect(const struct shard *shard, const struct bucket *bucket, uint64_t hash)
{
	for (unsigned i = 0; i < BUCKET_SLOTS; i++) {
		uint64_t slot = atomic_load_explicit(&bucket->slots[i], memory_order_relaxed);
		if (slot >> 32 != hash >> 32 || slot == 0)
			continue;
		const char *entry = (const char *)entry_at(shard, slot);
		for (unsigned line = 0; line < ENTRY_LINES; line++)
			__builtin_prefetch(entry + (size_t)line * 64);
		return true;
	}
	return false;
}

void shard_expect_value(const struct shard *shard, uint64_t hash)
{
	if (!bucket_expect(shard, first_bucket(shard, hash), hash))
		bucket_expect(shard, second_bucket(shard, hash), hash);
}

/* --- The index, written under the lock --- */

static void count_add(struct shard *shard, const struct cache_entry *entry)
{
	shard->used += entry_size(entry);
	shard->entries[entry->kind]++;
}

static void slot_clear(struct shard *shard, _Atomic uint64_t *slot)
{
	const struct cache_entry *entry = entry_at(shard, *slot);
	shard->used -= entry_size(entry);
	shard->entries[entry->kind]--;
	atomic_store_explicit(slot, 0, memory_order_release);
}

static _Atomic uint64_t *empty_slot(struct bucket *bucket, unsigned *ret_count)
{
	_Atomic uint64_t *found = NULL;
	*ret_count = 0;
	for (unsigned i = 0; i < BUCKET_SLOTS; i++) {
		if (bucket->slots[i] == 0) {
			++*ret_count;
			found = &bucket->slots[i];
		}
	}
	return found;
}

/* The less, the sooner it goes: what has ended, what nobody used, what is old. */
static uint64_t worth_of(const struct cache_entry *entry, uint64_t now_us)
{
	if (entry->expires_us <= now_us)
		return 0;
	return (entry->is_used ? UINT64_C(1) << 63 : 0) + entry->stored_us;
}

/* All sixteen slots are taken. */
static _Atomic uint64_t *worst_slot(struct shard *shard, struct bucket *buckets[2], uint64_t now_us)
{
	_Atomic uint64_t *worst = NULL;
	uint64_t least = UINT64_MAX;
	for (unsigned i = 0; i < 2 * BUCKET_SLOTS; i++) {
		_Atomic uint64_t *slot = &buckets[i / BUCKET_SLOTS]->slots[i % BUCKET_SLOTS];
		uint64_t worth = worth_of(entry_at(shard, *slot), now_us);
		if (worst == NULL || worth < least) {
			worst = slot;
			least = worth;
		}
	}
	slot_clear(shard, worst);
	shard->evictions++;
	return worst;
}

static _Atomic uint64_t *new_slot(struct shard *shard, uint64_t hash, uint64_t now_us)
{
	struct bucket *buckets[2] = {first_bucket(shard, hash), second_bucket(shard, hash)};
	unsigned first, second;
	_Atomic uint64_t *in_first = empty_slot(buckets[0], &first), *in_second = empty_slot(buckets[1], &second);
	if (first + second == 0)
		return worst_slot(shard, buckets, now_us);
	return first >= second ? in_first : in_second;
}

void shard_publish(struct shard *shard, struct cache_entry *entry, uint64_t now_us)
{
	struct cache_key key = {.kind = entry->kind,
	                        .name = {.wire = entry_name(entry), .size = entry->name_size},
	                        .type = entry->type,
	                        .view = entry->view};
	struct cache_entry *old;
	_Atomic uint64_t *slot = slot_find(shard, entry->hash, &key, &old);
	if (slot != NULL) {
		shard->used -= entry_size(old);
		shard->entries[old->kind]--;
	} else {
		slot = new_slot(shard, entry->hash, now_us);
	}
	atomic_store_explicit(slot, slot_for(shard, entry), memory_order_release);
	count_add(shard, entry);
	shard->stores++;
}

void shard_remove(struct shard *shard, uint64_t hash, const struct cache_key *key)
{
	struct cache_entry *entry;
	_Atomic uint64_t *slot = slot_find(shard, hash, key, &entry);
	if (slot != NULL)
		slot_clear(shard, slot);
}

static _Atomic uint64_t *slot_at(const struct shard *shard, size_t at)
{
	return &shard->buckets[at / BUCKET_SLOTS].slots[at % BUCKET_SLOTS];
}

struct cache_entry *shard_at(const struct shard *shard, size_t at)
{
	uint64_t slot = atomic_load_explicit(slot_at(shard, at), memory_order_acquire);
	return slot != 0 ? entry_at(shard, slot) : NULL;
}

void shard_clear(struct shard *shard, size_t at)
{
	slot_clear(shard, slot_at(shard, at));
}

/* --- The ring of segments --- */

static uint8_t *segment_memory(const struct shard *shard, uint32_t segment)
{
	return shard->memory + (size_t)segment * shard->segment_size;
}

static uint8_t *head_take(struct shard *shard, size_t size)
{
	struct segment *head = &shard->segments[shard->head];
	if (shard->segment_size - head->used < size)
		return NULL;
	uint8_t *at = segment_memory(shard, shard->head) + head->used;
	head->used += (uint32_t)size;
	return at;
}

/* The slot that points at this very entry; NULL: it is dead. */
static _Atomic uint64_t *slot_of(const struct shard *shard, const struct cache_entry *entry)
{
	uint64_t wanted = slot_for(shard, entry);
	struct bucket *buckets[2] = {first_bucket(shard, entry->hash), second_bucket(shard, entry->hash)};
	for (unsigned i = 0; i < 2 * BUCKET_SLOTS; i++) {
		_Atomic uint64_t *slot = &buckets[i / BUCKET_SLOTS]->slots[i % BUCKET_SLOTS];
		if (*slot == wanted)
			return slot;
	}
	return NULL;
}

static void entry_move(struct shard *shard, const struct cache_entry *entry, _Atomic uint64_t *slot)
{
	size_t size = entry_size(entry);
	struct cache_entry *copy = (struct cache_entry *)(void *)head_take(shard, size);
	assert(copy != NULL);
	/* Readers count in the old one meanwhile: those members are loaded, not copied. */
	copy->hash = entry->hash;
	copy->stored_us = entry->stored_us;
	copy->expires_us = entry->expires_us;
	copy->found_until_us = entry->found_until_us;
	copy->view = entry->view;
	copy->value_size = entry->value_size;
	copy->type = entry->type;
	copy->kind = entry->kind;
	copy->name_size = entry->name_size;
	atomic_store_explicit(&copy->hits, atomic_load_explicit(&entry->hits, memory_order_relaxed), memory_order_relaxed);
	atomic_store_explicit(&copy->is_used, false, memory_order_relaxed);
	atomic_store_explicit(&copy->is_claimed, atomic_load_explicit(&entry->is_claimed, memory_order_relaxed),
	                      memory_order_relaxed);
	memcpy(copy + 1, entry + 1, size - sizeof(*entry));
	atomic_store_explicit(slot, slot_for(shard, copy), memory_order_release);
}

/*
 * Takes everything out of a segment; what was used and still counts goes to the head, which has just been begun, and
 * which it may fill up to so many octets.
 */
static void segment_empty(struct shard *shard, uint32_t number, uint32_t most, uint64_t now_us)
{
	struct segment *segment = &shard->segments[number];
	const uint8_t *at = segment_memory(shard, number), *end = at + segment->used;
	if (segment->used == 0)
		return;
	while (at < end) {
		const struct cache_entry *entry = (const struct cache_entry *)(const void *)at;
		size_t size = entry_size(entry);
		at += size;
		_Atomic uint64_t *slot = slot_of(shard, entry);
		if (slot == NULL)
			continue;
		if (atomic_load_explicit(&entry->is_used, memory_order_relaxed) && entry->found_until_us > now_us &&
		    shard->segments[shard->head].used + size <= most) {
			entry_move(shard, entry, slot);
			continue;
		}
		slot_clear(shard, slot);
		shard->evictions++;
	}
	segment->used = 0;
	segment->mark = snapshot_mark();
}

/* False: readers may still look at the next segment. */
static bool head_advance(struct shard *shard, uint32_t most, uint64_t now_us)
{
	uint32_t next = (shard->head + 1) % shard->segment_count;
	if (shard->segments[next].mark != 0 && !snapshot_is_past(shard->segments[next].mark))
		return false;
	shard->head = next;
	segment_empty(shard, (next + SEGMENTS_AHEAD) % shard->segment_count, most, now_us);
	return true;
}

struct cache_entry *shard_reserve(struct shard *shard, uint64_t hash, const struct cache_key *key, size_t value_size,
                                  uint64_t now_us)
{
	if (value_size > shard_value_most(shard))
		return NULL;
	size_t size = entry_value_offset(key->name.size) + ((value_size + 7) & ~(size_t)7);
	uint8_t *at = head_take(shard, size);
	if (at == NULL && head_advance(shard, shard->segment_size, now_us))
		at = head_take(shard, size);
	if (at == NULL && head_advance(shard, shard->segment_size / 2, now_us))
		at = head_take(shard, size);
	if (at == NULL)
		return NULL;
	struct cache_entry *entry = (struct cache_entry *)(void *)at;
	entry->hash = hash;
	entry->view = key->view;
	entry->value_size = (uint32_t)value_size;
	entry->type = key->type;
	entry->kind = (uint8_t)key->kind;
	entry->name_size = key->name.size;
	atomic_store_explicit(&entry->hits, 0, memory_order_relaxed);
	atomic_store_explicit(&entry->is_used, false, memory_order_relaxed);
	atomic_store_explicit(&entry->is_claimed, false, memory_order_relaxed);
	memcpy(at + sizeof(*entry), key->name.wire, key->name.size);
	return entry;
}
