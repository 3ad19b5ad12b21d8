/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The input is a list of operations on a small cache, each checked against a table of what was stored last: what is
 * found is that and nothing else, what has just been stored is found, what was removed is not.
 */
#include "base/snapshot.h"
#include "cache/cache.h"
#include "tests/fuzz/require.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define NAMES 16
#define KEYS (NAMES * 8)
#define WALKS_MAX 6

static const char *const names[NAMES] = {".", "example.", "a.example.", "A.EXAMPLE.", "b.example.", "a.b.example.",
                                         "xa.example.", "test.", "a.test.", "aa.test.", "a-name-of-sixteen.test.",
                                         "c.b.a.test.", "\\000.test.", "\\255\\255.test.", "d.example.", "e.example."};

struct known {
	bool is_there;
	uint32_t mark, size;
	uint64_t ends_us; /* kept so long */
};

struct world {
	struct cache *cache;
	uint64_t now_us;
	uint32_t mark;
	unsigned walks; /* slow ones: a few an input */
	struct known known[KEYS];
};

/* Octets that count up, from another number for each mark. */
static const uint8_t *pattern_of(uint32_t mark)
{
	static uint8_t octets[65536];
	if (octets[1] == 0) {
		for (size_t i = 0; i < sizeof(octets); i++)
			octets[i] = (uint8_t)(i + i / 256);
	}
	return octets + mark % 32768;
}

static struct name name_at(unsigned at, struct name_buffer *buffer)
{
	struct name name;
	REQUIRE(name_from_text(span_text(names[at]), name_root, buffer, &name, NULL) == ERR_OK);
	return name;
}

/* Of eight keys of a name; names that differ in case only are the same. */
static unsigned key_make(uint8_t octet, struct name_buffer *buffer, struct cache_key *ret)
{
	unsigned name = octet % NAMES, more = octet / NAMES % 8;
	ret->name = name_at(name, buffer);
	ret->kind = more & 1 ? CACHE_REPLY : CACHE_OUTCOME;
	ret->type = more & 2 ? 28 : 1;
	ret->view = more & 4 ? 7 : 0;
	return (name == 3 ? 2 : name) * 8 + more;
}

static void look(struct world *world, const struct cache_key *key, const struct known *known, bool has_to_be)
{
	struct cache_found found;
	if (!cache_find(world->cache, key, world->now_us, &found)) {
		REQUIRE(!has_to_be);
		return;
	}
	REQUIRE(known->is_there && world->now_us < known->ends_us);
	REQUIRE(found.value.size == known->size && (uintptr_t)found.value.data % 8 == 0);
	REQUIRE(memcmp(found.value.data, pattern_of(known->mark), known->size) == 0);
	(void)cache_claim(&found);
}

static void store(struct world *world, const struct cache_key *key, struct known *known, uint8_t times, uint8_t large)
{
	uint8_t *at;
	uint32_t size = large < 200 ? large : (large - 199u) * 300u, ttl_s = times & 15, keep_s = times >> 4;
	int err = cache_begin(world->cache, key, size, world->now_us, ttl_s, keep_s, &at);
	REQUIRE(err == ERR_OK || err == ERR_SPACE);
	REQUIRE(err != ERR_OK || size <= cache_value_most(world->cache));
	if (err != ERR_OK)
		return;
	*known = (struct known){true, ++world->mark, size, world->now_us + (ttl_s + keep_s) * UINT64_C(1000000)};
	memcpy(at, pattern_of(known->mark), size);
	cache_commit(world->cache);
	look(world, key, known, ttl_s + keep_s > 0);
}

static void flush(struct world *world, unsigned at, bool is_tree)
{
	struct name_buffer buffer, other;
	struct name name = name_at(at, &buffer);
	size_t most = 0, count = cache_flush(world->cache, name, is_tree);
	for (unsigned i = 0; i < KEYS; i++) {
		struct name own = name_at(i / 8, &other);
		if (is_tree ? !name_is_at_or_below(own, name) : !name_equal(own, name))
			continue;
		most += world->known[i].is_there;
		world->known[i].is_there = false;
	}
	REQUIRE(count <= most);
}

static void walk(const struct world *world)
{
	uint64_t position = 0;
	uint64_t count = 0, most = 0;
	struct cache_key key;
	struct name_buffer buffer;
	struct cache_found found;
	struct cache_stats stats;
	while (cache_next(world->cache, &position, &key, &buffer, &found))
		count++;
	cache_stats(world->cache, &stats);
	for (unsigned i = 0; i < CACHE_KIND_COUNT; i++)
		most += stats.entries[i];
	REQUIRE(count == most && stats.used <= stats.budget);
}

static void step(struct world *world, const uint8_t *octets)
{
	struct name_buffer buffer;
	struct cache_key key;
	struct known *known = &world->known[key_make(octets[1], &buffer, &key)];
	switch (octets[0] % 8) {
	case 0:
		look(world, &key, known, false);
		break;
	case 1:
		cache_remove(world->cache, &key);
		known->is_there = false;
		look(world, &key, known, false);
		break;
	case 2:
		if (world->walks++ < WALKS_MAX)
			flush(world, octets[1] % NAMES, octets[2] & 1);
		break;
	case 3:
		world->now_us += octets[2] * UINT64_C(250000);
		snapshot_quiescent();
		break;
	case 4:
		if (world->walks++ < WALKS_MAX)
			walk(world);
		break;
	default:
		store(world, &key, known, octets[2], octets[3]);
		break;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct world world;
	world = (struct world){.cache = cache_new(1 << 20), .now_us = 1000000};
	REQUIRE(world.cache != NULL);
	/* A reader of its own: what it may hold is not written again before the next quiescent state. */
	snapshot_thread_start();
	for (; size >= 4; size -= 4, data += 4)
		step(&world, data);
	walk(&world);
	snapshot_thread_stop();
	cache_free(world.cache);
	return 0;
}
