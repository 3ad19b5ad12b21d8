/* SPDX-License-Identifier: BSD-2-Clause */
#include "cache/denial.h"

#include "base/encoding.h"
#include "cache/denial_chain.h"
#include "cache/key_hash.h"
#include "dns/rrtype.h"

#include <pthread.h>
#include <stdlib.h>

/*
 * Zones in a hash table, by name; each has its SOA and two chains of spans, in order. All records, of whatever zone,
 * are in one list, the one used last in front: when the budget is spent the last of it goes, and a zone goes with its
 * last record. A chain has at most SPANS_MAX spans, so that putting one in its place stays cheap. One lock for all: it
 * is held for a search and a copy of some hundred octets, on misses only.
 */
#define SPANS_MAX 8192
#define BUCKETS_LEAST 64
#define BUCKETS_MOST 65536
#define OCTETS_PER_BUCKET 4096 /* of the budget: a zone with a few spans */
#define ZONE_OCTETS (sizeof(struct denial_zone) + 64) /* and its pointers */

struct denial_zone {
	LIST_ENTRY(denial_zone) in_bucket;
	struct name name;
	struct name_buffer buffer;
	struct denial_span *soa;
	struct denial_chain nsec, nsec3;
	struct denial_nsec3 parameters; /* of what is in nsec3 */
};
LIST_HEAD(denial_bucket, denial_zone);
TAILQ_HEAD(denial_spans, denial_span);

struct denial_store {
	pthread_mutex_t lock;
	size_t budget, octets;
	struct hash_seeds seeds;
	struct denial_spans used;
	size_t bucket_count; /* a power of two */
	struct denial_bucket buckets[];
};

/* --- Zones --- */

struct denial_store *denial_store_new(size_t budget)
{
	size_t buckets = BUCKETS_LEAST;
	while (buckets < BUCKETS_MOST && buckets * OCTETS_PER_BUCKET < budget)
		buckets *= 2;
	struct denial_store *store = calloc(1, sizeof(*store) + buckets * sizeof(store->buckets[0]));
	if (store == NULL)
		return NULL;
	store->budget = budget;
	store->octets = buckets * sizeof(store->buckets[0]);
	store->bucket_count = buckets;
	hash_seeds_draw(&store->seeds);
	TAILQ_INIT(&store->used);
	pthread_mutex_init(&store->lock, NULL);
	return store;
}

static struct denial_bucket *bucket_of(struct denial_store *store, struct name name)
{
	return &store->buckets[hash_of_name(&store->seeds, name, 0) & (store->bucket_count - 1)];
}

static struct denial_zone *zone_find(struct denial_store *store, struct name name)
{
	struct denial_zone *zone;
	LIST_FOREACH(zone, bucket_of(store, name), in_bucket) {
		if (name_equal(zone->name, name))
			return zone;
	}
	return NULL;
}

static struct denial_zone *zone_get(struct denial_store *store, struct name name)
{
	struct denial_zone *zone = zone_find(store, name);
	if (zone != NULL)
		return zone;
	zone = calloc(1, sizeof(*zone));
	if (zone == NULL)
		return NULL;
	zone->name = name_copy(name, &zone->buffer);
	zone->nsec.kind = SPAN_NSEC;
	zone->nsec3.kind = SPAN_NSEC3;
	store->octets += ZONE_OCTETS;
	LIST_INSERT_HEAD(bucket_of(store, name), zone, in_bucket);
	return zone;
}

/* A zone ends with its last record. */
static void zone_end_if_empty(struct denial_store *store, struct denial_zone *zone)
{
	if (zone->soa != NULL || zone->nsec.count > 0 || zone->nsec3.count > 0)
		return;
	chain_end(&zone->nsec);
	chain_end(&zone->nsec3);
	store->octets -= ZONE_OCTETS;
	LIST_REMOVE(zone, in_bucket);
	free(zone);
}

static struct denial_chain *chain_of(struct denial_zone *zone, enum span_kind kind)
{
	return kind == SPAN_NSEC ? &zone->nsec : &zone->nsec3;
}

/* The zone stays. */
static void span_drop(struct denial_store *store, struct denial_span *span)
{
	if (span->kind == SPAN_SOA)
		span->zone->soa = NULL;
	else
		chain_remove(chain_of(span->zone, span->kind), span);
	TAILQ_REMOVE(&store->used, span, in_use);
	store->octets -= span->size;
	free(span);
}

static void span_forget(struct denial_store *store, struct denial_span *span)
{
	struct denial_zone *zone = span->zone;
	span_drop(store, span);
	zone_end_if_empty(store, zone);
}

static void budget_keep(struct denial_store *store)
{
	while (store->octets > store->budget && !TAILQ_EMPTY(&store->used))
		span_forget(store, TAILQ_LAST(&store->used, denial_spans));
}

void denial_store_free(struct denial_store *store)
{
	if (store == NULL)
		return;
	while (!TAILQ_EMPTY(&store->used))
		span_forget(store, TAILQ_FIRST(&store->used));
	pthread_mutex_destroy(&store->lock);
	free(store);
}

/* --- Records --- */

static size_t set_octets(const struct rrset *rrset)
{
	return rrset != NULL ? (sizeof(*rrset) + rrset->size + 7) & ~(size_t)7 : 0;
}

static size_t record_octets(const struct rrset_view *record)
{
	return set_octets(record->rrset) + set_octets(record->signatures) + record->owner.size;
}

static uint8_t *set_copy(const struct rrset *from, uint8_t *at, const struct rrset **ret)
{
	*ret = NULL;
	if (from == NULL)
		return at;
	memcpy(at, from, sizeof(*from) + from->size);
	*ret = (const struct rrset *)(const void *)at;
	return at + set_octets(from);
}

/* at is aligned to 8. */
static void record_copy(const struct rrset_view *record, uint8_t *at, struct rrset_view *ret)
{
	struct rrset_view copy = *record;
	at = set_copy(record->rrset, at, &copy.rrset);
	at = set_copy(record->signatures, at, &copy.signatures);
	memcpy(at, record->owner.wire, record->owner.size);
	copy.owner.wire = at;
	*ret = copy;
}

static void ttl_set(const struct rrset *rrset, uint32_t ttl_s)
{
	struct rrset *own = (struct rrset *)(uintptr_t)rrset; /* in a copy that nobody else has yet */
	if (own == NULL)
		return;
	own->ttl = ttl_s;
	for (uint8_t *at = own->records; at < own->records + own->size; at += RRSET_RECORD_HEADER + load_u16(at + 8))
		store_u32(at + 4, ttl_s);
}

/* A copy with what is left of its time. */
static bool span_give(struct denial_store *store, struct denial_span *span, uint64_t now_us, struct arena *arena,
                      struct rrset_view *ret)
{
	uint64_t left_s = span->ends_us > now_us ? (span->ends_us - now_us) / 1000000 : 0;
	if (left_s == 0) {
		span_forget(store, span);
		return false;
	}
	uint8_t *at = arena_alloc(arena, record_octets(&span->record), 8);
	if (at == NULL)
		return false;
	record_copy(&span->record, at, ret);
	uint32_t ttl_s = left_s < ret->rrset->ttl ? (uint32_t)left_s : ret->rrset->ttl;
	ttl_set(ret->rrset, ttl_s);
	ttl_set(ret->signatures, ttl_s);
	TAILQ_REMOVE(&store->used, span, in_use);
	TAILQ_INSERT_HEAD(&store->used, span, in_use);
	return true;
}

static struct denial_span *span_new(enum span_kind kind, const struct rrset_view *record, uint64_t ends_us)
{
	size_t size = sizeof(struct denial_span) + record_octets(record);
	struct denial_span *span = malloc(size);
	if (span == NULL)
		return NULL;
	span->kind = kind;
	span->size = (uint32_t)size;
	span->ends_us = ends_us;
	record_copy(record, span->octets, &span->record);
	return span;
}

/* Owner's hash, end, and the chain's parameters. False: none that can be used (RFC 5155 3, 11: SHA-1 is all there is). */
static bool nsec3_read(struct denial_span *span, struct denial_nsec3 *ret)
{
	struct span rdata;
	size_t position = 0;
	struct name owner = span->record.owner;
	struct writer out = writer_of(span->hash, SPAN_HASH_SIZE);
	if (!rrset_next(span->record.rrset, &position, &rdata) || rdata.size < 5 || rdata.data[0] != 1 ||
	    owner.labels == 0 || base32hex_decode(span_of(owner.wire + 1, owner.wire[0]), &out) != ERR_OK ||
	    out.size != SPAN_HASH_SIZE)
		return false;
	size_t next_at = 5u + rdata.data[4] + 1u;
	if (rdata.size < next_at + SPAN_HASH_SIZE || rdata.data[next_at - 1] != SPAN_HASH_SIZE)
		return false;
	memcpy(span->next_hash, rdata.data + next_at, SPAN_HASH_SIZE);
	ret->iterations = load_u16(rdata.data + 2);
	ret->salt_size = rdata.data[4];
	memcpy(ret->salt, rdata.data + 5, ret->salt_size);
	return true;
}

static bool is_same_chain(const struct denial_nsec3 *a, const struct denial_nsec3 *b)
{
	return a->iterations == b->iterations && a->salt_size == b->salt_size &&
	       memcmp(a->salt, b->salt, a->salt_size) == 0;
}

/* Another chain of the zone has taken over; proofs do not mix them (RFC 5155 8.2). */
static void parameters_take(struct denial_store *store, struct denial_zone *zone, const struct denial_nsec3 *parameters)
{
	if (!is_same_chain(&zone->parameters, parameters)) {
		while (zone->nsec3.count > 0)
			span_drop(store, zone->nsec3.spans[zone->nsec3.count - 1]);
	}
	zone->parameters = *parameters;
}

/* --- Adding --- */

/* False: no memory. */
static bool span_put(struct denial_store *store, struct denial_zone *zone, struct denial_span *span)
{
	span->zone = zone;
	if (span->kind == SPAN_SOA) {
		if (zone->soa != NULL)
			span_drop(store, zone->soa);
		zone->soa = span;
	} else {
		struct denial_chain *chain = chain_of(zone, span->kind);
		struct denial_span *replaced;
		while ((replaced = chain_replaced(chain, span)) != NULL)
			span_drop(store, replaced);
		/* Full: one somewhere goes; which does not matter, as long as nobody can choose. */
		if (chain->count == SPANS_MAX)
			span_drop(store, chain->spans[hash_of_name(&store->seeds, span->record.owner, 1) % SPANS_MAX]);
		if (!chain_add(chain, span))
			return false;
	}
	TAILQ_INSERT_HEAD(&store->used, span, in_use);
	store->octets += span->size;
	return true;
}

/* Takes the span. parameters: of NSEC3. */
static void store_add(struct denial_store *store, struct name zone_name, struct denial_span *span,
                      const struct denial_nsec3 *parameters)
{
	pthread_mutex_lock(&store->lock);
	struct denial_zone *zone = zone_get(store, zone_name);
	if (zone != NULL && span->kind == SPAN_NSEC3)
		parameters_take(store, zone, parameters);
	if (zone == NULL || !span_put(store, zone, span))
		free(span);
	if (zone != NULL)
		zone_end_if_empty(store, zone);
	budget_keep(store);
	pthread_mutex_unlock(&store->lock);
}

void denial_store_add(struct denial_store *store, struct name zone, const struct rrset_view *record, uint64_t now_us,
                      uint32_t ttl_s)
{
	struct denial_nsec3 parameters;
	bool is_nsec3 = record->rrset->type == RR_NSEC3;
	if (ttl_s == 0 || (!is_nsec3 && record->rrset->type != RR_NSEC) || record->rrset->count != 1)
		return;
	struct denial_span *span =
		span_new(is_nsec3 ? SPAN_NSEC3 : SPAN_NSEC, record, now_us + ttl_s * UINT64_C(1000000));
	if (span == NULL)
		return;
	if (is_nsec3 && !nsec3_read(span, &parameters)) {
		free(span);
		return;
	}
	store_add(store, zone, span, &parameters);
}

void denial_store_soa(struct denial_store *store, struct name zone, const struct rrset_view *soa, uint64_t now_us,
                      uint32_t ttl_s)
{
	struct denial_span *span = ttl_s > 0 ? span_new(SPAN_SOA, soa, now_us + ttl_s * UINT64_C(1000000)) : NULL;
	if (span != NULL)
		store_add(store, zone, span, NULL);
}

/* --- Looking --- */

bool denial_store_zone(struct denial_store *store, struct name name, uint64_t now_us, struct arena *arena,
                       struct rrset_view *ret_soa)
{
	pthread_mutex_lock(&store->lock);
	bool is_found = false;
	for (bool is_root = false; !is_found && !is_root; name = name_parent(name)) {
		struct denial_zone *zone = zone_find(store, name);
		is_found = zone != NULL && zone->soa != NULL && span_give(store, zone->soa, now_us, arena, ret_soa);
		is_root = name_is_root(name);
	}
	pthread_mutex_unlock(&store->lock);
	return is_found;
}

static bool find(struct denial_store *store, struct name zone_name, enum span_kind kind, struct span_key key,
                 uint64_t now_us, struct arena *arena, struct rrset_view *ret)
{
	pthread_mutex_lock(&store->lock);
	struct denial_zone *zone = zone_find(store, zone_name);
	struct denial_span *span = zone != NULL ? chain_find(chain_of(zone, kind), key) : NULL;
	bool is_found = span != NULL && span_give(store, span, now_us, arena, ret);
	pthread_mutex_unlock(&store->lock);
	return is_found;
}

bool denial_store_nsec(struct denial_store *store, struct name zone, struct name name, uint64_t now_us,
                       struct arena *arena, struct rrset_view *ret)
{
	/* The last span goes round to the apex, but not around other zones. */
	return name_is_at_or_below(name, zone) &&
	       find(store, zone, SPAN_NSEC, (struct span_key){.name = name}, now_us, arena, ret);
}

bool denial_store_nsec3(struct denial_store *store, struct name zone, const uint8_t hash[SPAN_HASH_SIZE],
                        uint64_t now_us, struct arena *arena, struct rrset_view *ret)
{
	return find(store, zone, SPAN_NSEC3, (struct span_key){.hash = hash}, now_us, arena, ret);
}

bool denial_store_nsec3_chain(struct denial_store *store, struct name zone_name, struct denial_nsec3 *ret)
{
	pthread_mutex_lock(&store->lock);
	struct denial_zone *zone = zone_find(store, zone_name);
	bool is_found = zone != NULL && zone->nsec3.count > 0;
	if (is_found)
		*ret = zone->parameters;
	pthread_mutex_unlock(&store->lock);
	return is_found;
}

/* --- Flushing --- */

static size_t zone_flush(struct denial_store *store, struct denial_zone *zone)
{
	size_t count = zone->nsec.count + zone->nsec3.count;
	if (zone->soa != NULL)
		span_drop(store, zone->soa);
	while (zone->nsec.count > 0)
		span_drop(store, zone->nsec.spans[zone->nsec.count - 1]);
	while (zone->nsec3.count > 0)
		span_drop(store, zone->nsec3.spans[zone->nsec3.count - 1]);
	zone_end_if_empty(store, zone);
	return count;
}

/*
 * Which spans deny a name would take its hash to know; so all go of the zones at or above it, and with the tree of
 * those below. The root and the big zones fill up again soon.
 */
size_t denial_store_flush(struct denial_store *store, struct name name, bool is_tree)
{
	size_t count = 0;
	pthread_mutex_lock(&store->lock);
	for (size_t i = 0; i < store->bucket_count; i++) {
		struct denial_zone *zone = LIST_FIRST(&store->buckets[i]), *next;
		for (; zone != NULL; zone = next) {
			next = LIST_NEXT(zone, in_bucket);
			if (name_is_at_or_below(name, zone->name) || (is_tree && name_is_at_or_below(zone->name, name)))
				count += zone_flush(store, zone);
		}
	}
	pthread_mutex_unlock(&store->lock);
	return count;
}
