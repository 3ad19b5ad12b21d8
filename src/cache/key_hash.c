/* SPDX-License-Identifier: BSD-2-Clause */
#include "cache/key_hash.h"

#include "base/random.h"
#include "dns/name_case.h"

#include <endian.h>

/* The two halves of a product of 128 bits, folded: each depends on every bit of both factors. */
static uint64_t mix(uint64_t a, uint64_t b)
{
	unsigned __int128 product = (unsigned __int128)a * b;
	return (uint64_t)product ^ (uint64_t)(product >> 64);
}

static uint64_t load_word(const uint8_t *at)
{
	uint64_t word;
	memcpy(&word, at, sizeof(word));
	return octets_lower(le64toh(word));
}

/* The last octets, fewer than eight of them: never reads behind the name. */
static uint64_t load_rest(const uint8_t *at, size_t size)
{
	uint64_t word = 0;
	for (size_t i = 0; i < size; i++)
		word |= (uint64_t)at[i] << (8 * i);
	return octets_lower(word);
}

void hash_seeds_draw(struct hash_seeds *seeds)
{
	random_bytes(seeds->words, sizeof(seeds->words));
}

uint64_t hash_of_name(const struct hash_seeds *seeds, struct name name, uint64_t more)
{
	uint64_t hash = mix(seeds->words[0] ^ more, seeds->words[1] ^ name.size);
	const uint8_t *at = name.wire;
	size_t left = name.size;
	for (; left >= 16; left -= 16, at += 16)
		hash = mix(load_word(at) ^ seeds->words[2], load_word(at + 8) ^ hash);
	uint64_t first = left >= 8 ? load_word(at) : load_rest(at, left);
	uint64_t second = left > 8 ? load_rest(at + 8, left - 8) : 0;
	return mix(mix(first ^ seeds->words[2], second ^ hash) ^ seeds->words[3], seeds->words[1]);
}

uint64_t hash_of_key(const struct hash_seeds *seeds, const struct cache_key *key)
{
	return hash_of_name(seeds, key->name, (uint64_t)key->view << 32 | (uint32_t)key->kind << 16 | key->type);
}
