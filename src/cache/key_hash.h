/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Hashes of names and keys that nobody outside can predict: a secret seed goes into every word.
 * A value; the seeds belong to the table that uses them.
 * Never depends on case (RFC 4343).
 */
#ifndef CACHE_KEY_HASH_H
#define CACHE_KEY_HASH_H

#include "cache/cache.h"

struct hash_seeds {
	uint64_t words[4];
};

void hash_seeds_draw(struct hash_seeds *seeds);
uint64_t hash_of_name(const struct hash_seeds *seeds, struct name name, uint64_t more);
uint64_t hash_of_key(const struct hash_seeds *seeds, const struct cache_key *key);

#endif
