/* SPDX-License-Identifier: BSD-2-Clause */
#include "cache/cache.h"

#include "cache/key_hash.h"
#include "cache/shard.h"

#include <assert.h>
#include <stdlib.h>

#define BUDGET_LEAST ((size_t)1 << 20)
#define SHARD_LEAST ((size_t)4 << 20) /* octets; smaller budgets are not divided */
#define SHARDS_MOST 16
/* Counted one by one up to here, then in leaps: a line that all workers write is slow for all of them. */
#define HITS_EXACT 16
#define HITS_LEAP 64
#define WALK_SLOTS 4096 /* under one lock */

/* Memory and index are in the shards (cache/shard.h has the essay); here is what they have in common. */
struct cache {
	struct hash_seeds seeds;
	size_t budget;
	unsigned shard_count; /* a power of two */
	struct shard shards[];
};

const char *cache_kind_text(enum cache_kind kind)
{
	static const char *const texts[CACHE_KIND_COUNT] = {"outcome", "reply", "delegation", "failure", "mark"};
	return texts[kind];
}

/* --- Making --- */

static unsigned shards_for(size_t budget)
{
	unsigned count = 1;
	while (count < SHARDS_MOST && budget / (count * 2) >= SHARD_LEAST)
		count *= 2;
	return count;
}

struct cache *cache_new(size_t budget)
{
	budget = budget < BUDGET_LEAST ? BUDGET_LEAST : budget;
	unsigned count = shards_for(budget);
	size_t size = sizeof(struct cache) + count * sizeof(struct shard);
	struct cache *cache = aligned_alloc(64, (size + 63) & ~(size_t)63);
	if (cache == NULL)
		return NULL;
	memset(cache, 0, size);
	cache->budget = budget;
	hash_seeds_draw(&cache->seeds);
	for (; cache->shard_count < count; cache->shard_count++) {
		if (shard_init(&cache->shards[cache->shard_count], budget / count) != ERR_OK) {
			cache_free(cache);
			return NULL;
		}
	}
	return cache;
}

void cache_free(struct cache *cache)
{
	if (cache == NULL)
		return;
	for (unsigned i = 0; i < cache->shard_count; i++)
		shard_end(&cache->shards[i]);
	free(cache);
}

size_t cache_value_most(const struct cache *cache)
{
	return shard_value_most(&cache->shards[0]);
}

/* Bits that neither the first bucket nor much of the tag depends on. */
static struct shard *shard_of(const struct cache *cache, uint64_t hash)
{
	return (struct shard *)&cache->shards[(hash >> 32) & (cache->shard_count - 1)];
}

/* --- Reading --- */

static void found_fill(struct cache_entry *entry, struct cache_found *ret)
{
	*ret = (struct cache_found){.value = span_of(entry_value(entry), entry->value_size),
	                            .stored_us = entry->stored_us,
	                            .expires_us = entry->expires_us,
	                            .hits = atomic_load_explicit(&entry->hits, memory_order_relaxed),
	                            .entry = entry};
}

/* Not exact by intent: two who count at once may count once. */
static void entry_use(struct cache_entry *entry, uint64_t now_us)
{
	uint32_t hits = atomic_load_explicit(&entry->hits, memory_order_relaxed);
	if (!atomic_load_explicit(&entry->is_used, memory_order_relaxed))
		atomic_store_explicit(&entry->is_used, true, memory_order_relaxed);
	if (hits < HITS_EXACT)
		atomic_store_explicit(&entry->hits, hits + 1, memory_order_relaxed);
	else if (((now_us * 0x9e3779b97f4a7c15u) >> 32) % HITS_LEAP == 0 && hits < UINT32_MAX - HITS_LEAP)
		atomic_store_explicit(&entry->hits, hits + HITS_LEAP, memory_order_relaxed);
}

bool cache_find(struct cache *cache, const struct cache_key *key, uint64_t now_us, struct cache_found *ret)
{
	uint64_t hash = hash_of_key(&cache->seeds, key);
	struct cache_entry *entry = shard_find(shard_of(cache, hash), hash, key);
	if (entry == NULL || entry->found_until_us <= now_us)
		return false;
	entry_use(entry, now_us);
	found_fill(entry, ret);
	return true;
}

uint64_t cache_expect(const struct cache *cache, const struct cache_key *key)
{
	uint64_t hash = hash_of_key(&cache->seeds, key);
	shard_expect(shard_of(cache, hash), hash);
	return hash;
}

void cache_expect_value(const struct cache *cache, uint64_t place)
{
	shard_expect_value(shard_of(cache, place), place);
}

bool cache_claim(const struct cache_found *found)
{
	/* Most who ask come too late: they do not write. */
	if (atomic_load_explicit(&found->entry->is_claimed, memory_order_relaxed))
		return false;
	return !atomic_exchange_explicit(&found->entry->is_claimed, true, memory_order_relaxed);
}

/* --- Writing --- */

static void shard_own(struct shard *shard)
{
	shard->owner = pthread_self();
	shard->is_owned = true;
}

static struct shard *shard_owned(struct cache *cache)
{
	for (unsigned i = 0; i < cache->shard_count; i++) {
		if (cache->shards[i].is_owned && pthread_equal(cache->shards[i].owner, pthread_self()))
			return &cache->shards[i];
	}
	return NULL;
}

int cache_begin(struct cache *cache, const struct cache_key *key, size_t size, uint64_t now_us, uint32_t ttl_s,
                uint32_t keep_s, uint8_t **ret_at)
{
	uint64_t hash = hash_of_key(&cache->seeds, key);
	struct shard *shard = shard_of(cache, hash);
	pthread_mutex_lock(&shard->lock);
	struct cache_entry *entry = shard_reserve(shard, hash, key, size, now_us);
	if (entry == NULL) {
		pthread_mutex_unlock(&shard->lock);
		return ERR_SPACE;
	}
	entry->stored_us = now_us;
	entry->expires_us = now_us + ttl_s * UINT64_C(1000000);
	entry->found_until_us = entry->expires_us + keep_s * UINT64_C(1000000);
	shard->pending = entry;
	shard_own(shard);
	*ret_at = entry_value(entry);
	return ERR_OK;
}

void cache_commit(struct cache *cache)
{
	struct shard *shard = shard_owned(cache);
	assert(shard != NULL);
	shard_publish(shard, shard->pending, shard->pending->stored_us);
	shard->is_owned = false;
	pthread_mutex_unlock(&shard->lock);
}

int cache_store(struct cache *cache, const struct cache_key *key, struct span value, uint64_t now_us, uint32_t ttl_s,
                uint32_t keep_s)
{
	uint8_t *at;
	int err = cache_begin(cache, key, value.size, now_us, ttl_s, keep_s, &at);
	if (err != ERR_OK)
		return err;
	if (value.size > 0)
		memcpy(at, value.data, value.size);
	cache_commit(cache);
	return ERR_OK;
}

void cache_remove(struct cache *cache, const struct cache_key *key)
{
	uint64_t hash = hash_of_key(&cache->seeds, key);
	struct shard *shard = shard_of(cache, hash);
	pthread_mutex_lock(&shard->lock);
	shard_remove(shard, hash, key);
	pthread_mutex_unlock(&shard->lock);
}

/* --- All of it --- */

static size_t slots_flush(struct shard *shard, size_t from, size_t to, struct name name, bool is_tree)
{
	size_t count = 0;
	for (size_t at = from; at < to; at++) {
		const struct cache_entry *entry = shard_at(shard, at);
		if (entry == NULL || entry->name_size < name.size)
			continue;
		struct name own = name_of(entry_name(entry));
		if (is_tree ? !name_is_at_or_below(own, name) : !name_equal(own, name))
			continue;
		shard_clear(shard, at);
		count++;
	}
	return count;
}

/* A slot at a time under the lock would be slow, all of them would stop the workers. */
size_t cache_flush(struct cache *cache, struct name name, bool is_tree)
{
	size_t count = 0;
	for (unsigned i = 0; i < cache->shard_count; i++) {
		struct shard *shard = &cache->shards[i];
		size_t slots = shard_slots(shard);
		for (size_t from = 0; from < slots; from += WALK_SLOTS) {
			size_t to = slots - from < WALK_SLOTS ? slots : from + WALK_SLOTS;
			pthread_mutex_lock(&shard->lock);
			count += slots_flush(shard, from, to, name, is_tree);
			pthread_mutex_unlock(&shard->lock);
		}
	}
	return count;
}

static void entry_show(struct cache_entry *entry, struct cache_key *ret_key, struct name_buffer *buffer,
                       struct cache_found *ret)
{
	ret_key->kind = entry->kind;
	ret_key->name = name_copy(name_of(entry_name(entry)), buffer);
	ret_key->type = entry->type;
	ret_key->view = entry->view;
	found_fill(entry, ret);
}

bool cache_next(struct cache *cache, uint64_t *position, struct cache_key *ret_key, struct name_buffer *buffer,
                struct cache_found *ret)
{
	size_t slots = shard_slots(&cache->shards[0]); /* all have the same number */
	while (*position < slots * cache->shard_count) {
		struct shard *shard = &cache->shards[*position / slots];
		uint64_t end = (*position / slots + 1) * slots;
		struct cache_entry *entry = NULL;
		pthread_mutex_lock(&shard->lock);
		for (; *position < end && entry == NULL; ++*position)
			entry = shard_at(shard, *position % slots);
		if (entry != NULL)
			entry_show(entry, ret_key, buffer, ret);
		pthread_mutex_unlock(&shard->lock);
		if (entry != NULL)
			return true;
	}
	return false;
}

void cache_stats(const struct cache *cache, struct cache_stats *ret)
{
	*ret = (struct cache_stats){.budget = cache->budget};
	for (unsigned i = 0; i < cache->shard_count; i++) {
		const struct shard *shard = &cache->shards[i];
		ret->used += shard->used + shard->bucket_count * sizeof(struct bucket);
		ret->stores += shard->stores;
		ret->evictions += shard->evictions;
		for (unsigned kind = 0; kind < CACHE_KIND_COUNT; kind++)
			ret->entries[kind] += shard->entries[kind];
	}
}
