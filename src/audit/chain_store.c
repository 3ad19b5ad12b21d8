/* SPDX-License-Identifier: BSD-2-Clause */
#include "audit/chain_store.h"

#include "base/random.h"

#include <stdlib.h>

#define CHUNK (1 << 20)
#define BUCKETS 4096 /* operators and TLDs of an audit of thousands of zones */

/* Buckets are linked through chain.next, which a walk's own chains use for the walk's list. */
struct chain_store {
	struct arena *arena;
	uint8_t hash_key[SIPHASH_KEY_SIZE];
	struct chain *buckets[BUCKETS];
};

struct chain_store *chain_store_new(void)
{
	struct chain_store *store = calloc(1, sizeof(*store));
	if (store == NULL)
		return NULL;
	random_bytes(store->hash_key, sizeof(store->hash_key));
	store->arena = arena_new(CHUNK);
	if (store->arena != NULL)
		return store;
	free(store);
	return NULL;
}

void chain_store_free(struct chain_store *store)
{
	if (store == NULL)
		return;
	arena_free(store->arena);
	free(store);
}

static size_t bucket_of(const struct chain_store *store, struct name zone, enum family family)
{
	struct name_buffer lower;
	struct name name = name_lower(zone, &lower);
	return (siphash(store->hash_key, name.wire, name.size) + (size_t)family) % BUCKETS;
}

struct chain *chain_store_find(const struct chain_store *store, struct name zone, enum family family)
{
	if (store == NULL)
		return NULL;
	struct chain *chain = store->buckets[bucket_of(store, zone, family)];
	while (chain != NULL && (chain->family != family || !name_equal(chain->zone, zone)))
		chain = chain->next;
	return chain;
}

static bool name_keep(struct chain_store *store, struct name *name)
{
	const uint8_t *wire = arena_copy(store->arena, name->wire, name->size, 1);
	if (wire != NULL)
		name->wire = wire;
	return wire != NULL;
}

struct chain *chain_store_keep(struct chain_store *store, const struct chain *chain)
{
	struct chain *kept = arena_copy(store->arena, chain, sizeof(*chain), _Alignof(struct chain));
	if (kept == NULL || !name_keep(store, &kept->zone))
		return NULL;
	for (unsigned i = 0; i < kept->server_count; i++) {
		if (!name_keep(store, &kept->servers[i].name))
			return NULL;
	}
	if (chain->culprit == chain)
		kept->culprit = kept;
	struct chain **bucket = &store->buckets[bucket_of(store, kept->zone, kept->family)];
	kept->next = *bucket;
	*bucket = kept;
	return kept;
}
