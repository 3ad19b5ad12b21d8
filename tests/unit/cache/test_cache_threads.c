/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Threads that find and store in a cache far too small for them, while another one flushes and walks: every value that
 * is found is whole, belongs to its key, and stays so until its finder lets go. Meant for the thread sanitizer, too.
 */
#include "base/snapshot.h"
#include "cache/cache.h"
#include "tests/unit/cmocka_all.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>

#define WORKERS 4
#define NAMES 6000
#define TURNS 1500
#define TURN_FINDS 24
#define HELD_MAX TURN_FINDS

static struct cache *cache;
static atomic_uint working;
static atomic_ulong found_count, stored_count, refused_count, broken_count;

struct name_text {
	struct name_buffer buffer;
	struct name name;
};

static void number_name(unsigned number, struct name_text *ret)
{
	char text[48];
	snprintf(text, sizeof(text), "n%u.%s.example.", number, number % 2 ? "odd" : "a-longer-even");
	(void)!name_from_text(span_text(text), name_root, &ret->buffer, &ret->name, NULL);
}

/* The first word is the number, the rest follows from it and from the size. */
static void value_fill(uint8_t *at, size_t size, uint64_t number)
{
	for (size_t i = 0; i + 8 <= size; i += 8) {
		uint64_t word = i == 0 ? number : number * 0x9e3779b97f4a7c15u + i + size;
		memcpy(at + i, &word, 8);
	}
}

static bool value_is_whole(struct span value, uint64_t number)
{
	for (size_t i = 0; i + 8 <= value.size; i += 8) {
		uint64_t word;
		memcpy(&word, value.data + i, 8);
		if (word != (i == 0 ? number : number * 0x9e3779b97f4a7c15u + i + value.size))
			return false;
	}
	return value.size >= 8;
}

struct held {
	struct span value;
	uint64_t number;
};

static uint64_t next_random(uint64_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state;
}

static bool store_one(unsigned number, size_t size, uint64_t now_us)
{
	struct name_text text;
	uint8_t *at;
	number_name(number, &text);
	struct cache_key key = {.kind = CACHE_OUTCOME, .name = text.name, .type = 28};
	if (cache_begin(cache, &key, size, now_us, 100, 0, &at) != ERR_OK) {
		refused_count++;
		return false;
	}
	value_fill(at, size, number);
	cache_commit(cache);
	stored_count++;
	return true;
}

/* False: a reader that the kernel does not let run holds what it holds, and a store was refused. */
static bool turn(uint64_t *random, uint64_t now_us)
{
	struct held held[HELD_MAX];
	unsigned count = 0;
	bool is_refused = false;
	for (unsigned i = 0; i < TURN_FINDS && !is_refused; i++) {
		/* Some are wanted much more than others. */
		unsigned number = (unsigned)(next_random(random) % (next_random(random) % NAMES + 1));
		struct name_text text;
		struct cache_found found;
		number_name(number, &text);
		struct cache_key key = {.kind = CACHE_OUTCOME, .name = text.name, .type = 28};
		if (!cache_find(cache, &key, now_us, &found)) {
			is_refused = !store_one(number, 8 + next_random(random) % 60 * 8, now_us);
			continue;
		}
		(void)cache_claim(&found);
		held[count++] = (struct held){found.value, number};
	}
	for (unsigned i = 0; i < count; i++)
		broken_count += !value_is_whole(held[i].value, held[i].number);
	found_count += count;
	return !is_refused;
}

static void *work(void *seed)
{
	uint64_t random = (uint64_t)(uintptr_t)seed * 0x9e3779b97f4a7c15u;
	snapshot_thread_start();
	for (unsigned i = 0; i < TURNS; i++) {
		bool is_refused = !turn(&random, 1000 * i);
		if (is_refused || i % 7 == 0) {
			snapshot_offline();
			if (is_refused)
				sched_yield();
			snapshot_online();
		} else {
			snapshot_quiescent();
		}
	}
	snapshot_thread_stop();
	working--;
	return NULL;
}

/* Not a reader: it sees names and counts, but may not look at values. */
static void *administer(void *unused)
{
	struct name_text text;
	while (working > 0) {
		uint64_t position = 0;
		struct cache_key key;
		struct name_buffer buffer;
		struct cache_found found;
		struct cache_stats stats;
		for (unsigned i = 0; i < 500 && cache_next(cache, &position, &key, &buffer, &found); i++)
			broken_count += key.type != 28;
		cache_stats(cache, &stats);
		broken_count += stats.used > stats.budget;
		(void)!name_from_text(span_text("odd.example."), name_root, &text.buffer, &text.name, NULL);
		(void)cache_flush(cache, text.name, true);
		number_name(2, &text);
		key = (struct cache_key){.kind = CACHE_OUTCOME, .name = text.name, .type = 28};
		cache_remove(cache, &key);
	}
	return unused;
}

static void crowd(void **state)
{
	pthread_t workers[WORKERS], administrator;
	struct cache_stats stats;
	cache = cache_new(1 << 20);
	working = WORKERS;
	for (uintptr_t i = 0; i < WORKERS; i++)
		assert_int_equal(pthread_create(&workers[i], NULL, work, (void *)(i + 1)), 0);
	assert_int_equal(pthread_create(&administrator, NULL, administer, NULL), 0);
	for (unsigned i = 0; i < WORKERS; i++)
		pthread_join(workers[i], NULL);
	pthread_join(administrator, NULL);
	cache_stats(cache, &stats);
	assert_int_equal(broken_count, 0);
	assert_true(found_count > 10000);
	assert_true(stored_count > 10000);
	assert_true(stats.evictions > 100);
	assert_true(stored_count > refused_count);
	assert_int_equal(stats.stores, stored_count);
	cache_free(cache);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(crowd)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
