/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The cache: octets with a lifetime under (kind, name, type, view), inside a fixed budget of octets.
 * Owned: cache_new/cache_free; shared by all workers of a service. Reads take no lock and allocate nothing; what they
 * give is borrowed until the reading thread's next quiescent state (base/snapshot): threads that read are readers
 * there, unless the cache has one thread all to itself; then it is borrowed until two more stores.
 * Stores take a short lock of a part. Never grows beyond its budget: what was not used lately goes first.
 */
#ifndef CACHE_CACHE_H
#define CACHE_CACHE_H

#include "base/err.h"
#include "dns/name.h"

struct cache;

enum cache_kind {
	CACHE_OUTCOME,    /* resolver/outcome's flat form: positive, negative, with proofs */
	CACHE_REPLY,      /* a client's answer ready for the wire; view tells DO, CD, DNS64 and the like apart */
	CACHE_DELEGATION, /* the name servers of a cut and their glue */
	CACHE_FAILURE,    /* RFC 9520 */
	CACHE_MARK,       /* no value: that something was done for the name a moment ago, or found out about it */
	CACHE_KIND_COUNT
};

const char *cache_kind_text(enum cache_kind kind); /* "outcome" */

struct cache_key {
	enum cache_kind kind;
	struct name name; /* any case */
	uint16_t type;
	uint32_t view;
};

struct cache_found { /* borrowed until the next quiescent state */
	struct span value;  /* aligned to 8 */
	uint64_t stored_us;
	uint64_t expires_us; /* may have passed: the caller looks */
	uint32_t hits;       /* roughly how often it was found */
	struct cache_entry *entry; /* for cache_claim */
};

/* budget: octets for everything, at least 1 MiB. NULL: no memory. */
struct cache *cache_new(size_t budget);
void cache_free(struct cache *cache); /* no reader any more */

/* False: not there. Entries are found until keep_s after their end (stale). */
bool cache_find(struct cache *cache, const struct cache_key *key, uint64_t now_us, struct cache_found *ret);
/* Memory is slow, and a batch of finds can wait for it all at once: cache_expect for each key brings its places in the
 * index near, then cache_expect_value with what that returned the entry, then cache_find. Hints: nothing is used. */
uint64_t cache_expect(const struct cache *cache, const struct cache_key *key);
void cache_expect_value(const struct cache *cache, uint64_t place);
/* True for the first to ask about this entry: of all who see that it is due to be refreshed, one does it. */
bool cache_claim(const struct cache_found *found);
/* Replaces what stands under the key. keep_s: kept so long after its end when there is room. ERR_SPACE: larger than
 * the cache takes (cache_value_most); or readers have been busy for so long that no memory can be used again yet. */
int cache_store(struct cache *cache, const struct cache_key *key, struct span value, uint64_t now_us, uint32_t ttl_s,
                uint32_t keep_s) MUST_USE;
/* The same, the value written in place: size octets at *ret_at (aligned to 8), then cache_commit, by the same thread.
 * In between a part of the cache is locked: cache_find is all that may be called. */
int cache_begin(struct cache *cache, const struct cache_key *key, size_t size, uint64_t now_us, uint32_t ttl_s,
                uint32_t keep_s, uint8_t **ret_at) MUST_USE;
void cache_commit(struct cache *cache);
/* Octets of the largest value that has a chance: the 64th part of the budget, about, and no more than 128 KiB. */
size_t cache_value_most(const struct cache *cache);
void cache_remove(struct cache *cache, const struct cache_key *key);

/* Removes all kinds, types and views of the name, and with is_tree of all names below it. Returns how many. */
size_t cache_flush(struct cache *cache, struct name name, bool is_tree);

/* Entries one after another, in no order: for dumps. *position starts at 0; false: no more. Name in the buffer. What
 * is stored meanwhile may be seen or not. */
bool cache_next(struct cache *cache, uint64_t *position, struct cache_key *ret_key, struct name_buffer *buffer,
                struct cache_found *ret);

struct cache_stats {
	size_t budget, used;                /* octets; used: by entries that can be found, and by the index */
	uint64_t entries[CACHE_KIND_COUNT];
	uint64_t stores, evictions;
};
void cache_stats(const struct cache *cache, struct cache_stats *ret);

#endif
