/* SPDX-License-Identifier: BSD-2-Clause */
#include "cache/cache.h"

#include "base/snapshot.h"
#include "tests/unit/cmocka_all.h"

#include <stdio.h>
#include <stdlib.h>

#define SECOND UINT64_C(1000000)

static struct name_buffer buffers[8];
static unsigned buffer_at;

static struct name name_text(const char *text)
{
	struct name name;
	struct name_buffer *buffer = &buffers[buffer_at++ % 8];
	assert_int_equal(name_from_text(span_text(text), name_root, buffer, &name, NULL), ERR_OK);
	return name;
}

static struct cache_key key_of(const char *text, uint16_t type)
{
	return (struct cache_key){.kind = CACHE_OUTCOME, .name = name_text(text), .type = type};
}

static void put(struct cache *cache, const struct cache_key *key, const char *value, uint64_t now_us, uint32_t ttl_s)
{
	assert_int_equal(cache_store(cache, key, span_text(value), now_us, ttl_s, 0), ERR_OK);
}

static bool has(struct cache *cache, const struct cache_key *key, const char *value, uint64_t now_us)
{
	struct cache_found found;
	return cache_find(cache, key, now_us, &found) && span_equal(found.value, span_text(value));
}

/* --- Keys and times --- */

static void every_part_of_the_key_counts(void **state)
{
	struct cache *cache = cache_new(1 << 20);
	struct cache_key key = key_of("www.example.", 28), other = key;
	put(cache, &key, "one", SECOND, 10);
	assert_true(has(cache, &key, "one", SECOND));
	other.kind = CACHE_REPLY;
	assert_false(has(cache, &other, "one", SECOND));
	other = key;
	other.type = 1;
	assert_false(has(cache, &other, "one", SECOND));
	other = key;
	other.view = 1;
	assert_false(has(cache, &other, "one", SECOND));
	other = key;
	other.name = name_text("ww.example.");
	assert_false(has(cache, &other, "one", SECOND));
	cache_free(cache);
}

/* RFC 4343. */
static void case_does_not_count(void **state)
{
	struct cache *cache = cache_new(1 << 20);
	struct cache_key key = key_of("a-rather-LONG-label.With.Several.Example.", 28);
	struct cache_key same = key_of("A-Rather-long-LABEL.with.sEVERAL.eXAMPLE.", 28);
	put(cache, &key, "one", SECOND, 10);
	assert_true(has(cache, &same, "one", SECOND));
	put(cache, &same, "two", SECOND, 10);
	assert_true(has(cache, &key, "two", SECOND));
	struct cache_stats stats;
	cache_stats(cache, &stats);
	assert_int_equal(stats.entries[CACHE_OUTCOME], 1);
	assert_int_equal(stats.stores, 2);
	cache_free(cache);
}

static void entries_are_found_until_kept_no_longer(void **state)
{
	struct cache *cache = cache_new(1 << 20);
	struct cache_key key = key_of("www.example.", 28);
	struct cache_found found;
	assert_int_equal(cache_store(cache, &key, span_text("x"), 5 * SECOND, 10, 20), ERR_OK);
	assert_true(cache_find(cache, &key, 15 * SECOND, &found));
	assert_int_equal(found.stored_us, 5 * SECOND);
	assert_int_equal(found.expires_us, 15 * SECOND);
	assert_true(cache_find(cache, &key, 35 * SECOND - 1, &found)); /* stale */
	assert_false(cache_find(cache, &key, 35 * SECOND, &found));
	cache_free(cache);
}

static void values_written_in_place_are_aligned(void **state)
{
	struct cache *cache = cache_new(1 << 20);
	struct cache_found found;
	for (unsigned i = 1; i < 20; i++) {
		char text[32];
		uint8_t *at;
		snprintf(text, sizeof(text), "%.*s.", (int)i, "abcdefghijklmnopqrstuvwxyz");
		struct cache_key key = key_of(text, 1);
		assert_int_equal(cache_begin(cache, &key, i, 0, 10, 0, &at), ERR_OK);
		assert_int_equal((uintptr_t)at % 8, 0);
		memset(at, (int)i, i);
		assert_false(cache_find(cache, &key, 0, &found)); /* not before it is whole */
		cache_commit(cache);
		assert_true(cache_find(cache, &key, 0, &found));
		assert_int_equal(found.value.size, i);
		assert_int_equal((uintptr_t)found.value.data % 8, 0);
		assert_int_equal(found.value.data[i - 1], i);
	}
	cache_free(cache);
}

static void hits_are_counted_and_one_may_claim(void **state)
{
	struct cache *cache = cache_new(1 << 20);
	struct cache_key key = key_of("www.example.", 28);
	struct cache_found found;
	put(cache, &key, "x", 0, 10);
	for (unsigned i = 0; i < 5; i++)
		assert_true(cache_find(cache, &key, 0, &found));
	assert_in_range(found.hits, 4, 5);
	assert_true(cache_claim(&found));
	assert_false(cache_claim(&found));
	put(cache, &key, "y", 0, 10);
	assert_true(cache_find(cache, &key, 0, &found));
	assert_true(cache_claim(&found));
	cache_free(cache);
}

static void what_is_expected_is_not_used(void **state)
{
	struct cache *cache = cache_new(1 << 20);
	struct cache_key key = key_of("www.example.", 28), shouted = key_of("WWW.example.", 28);
	struct cache_found found;
	cache_expect_value(cache, cache_expect(cache, &key)); /* not there */
	put(cache, &key, "x", 0, 10);
	for (unsigned i = 0; i < 5; i++)
		cache_expect_value(cache, cache_expect(cache, &key));
	assert_int_equal(cache_expect(cache, &key), cache_expect(cache, &shouted));
	assert_true(cache_find(cache, &key, 0, &found));
	assert_in_range(found.hits, 0, 1);
	cache_free(cache);
}

static void removed_is_gone(void **state)
{
	struct cache *cache = cache_new(1 << 20);
	struct cache_key key = key_of("www.example.", 28), other = key_of("ftp.example.", 28);
	put(cache, &key, "x", 0, 10);
	put(cache, &other, "y", 0, 10);
	cache_remove(cache, &key);
	cache_remove(cache, &key);
	assert_false(has(cache, &key, "x", 0));
	assert_true(has(cache, &other, "y", 0));
	cache_free(cache);
}

static void too_large_is_refused(void **state)
{
	struct cache *cache = cache_new(1 << 20);
	struct cache_key key = key_of("www.example.", 28);
	size_t most = cache_value_most(cache);
	uint8_t *at;
	assert_in_range(most, 15 << 10, 16 << 10);
	assert_int_equal(cache_begin(cache, &key, most + 1, 0, 10, 0, &at), ERR_SPACE);
	assert_int_equal(cache_begin(cache, &key, most, 0, 10, 0, &at), ERR_OK);
	cache_commit(cache);
	cache_free(cache);
}

/* --- The budget --- */

static struct cache_key number_key(unsigned number)
{
	char text[32];
	snprintf(text, sizeof(text), "name-%u.example.", number);
	return key_of(text, 28);
}

static void number_put(struct cache *cache, unsigned number, uint64_t now_us)
{
	uint8_t value[200];
	struct cache_key key = number_key(number);
	memset(value, (int)number, sizeof(value));
	assert_int_equal(cache_store(cache, &key, span_of(value, sizeof(value)), now_us, 3600, 0), ERR_OK);
}

static bool number_has(struct cache *cache, unsigned number, uint64_t now_us)
{
	struct cache_found found;
	struct cache_key key = number_key(number);
	if (!cache_find(cache, &key, now_us, &found))
		return false;
	assert_int_equal(found.value.size, 200);
	assert_int_equal(found.value.data[0], number & 0xff);
	assert_int_equal(found.value.data[199], number & 0xff);
	return true;
}

static void what_is_used_stays_inside_the_budget(void **state)
{
	struct cache *cache = cache_new(1 << 20);
	struct cache_stats stats;
	for (unsigned i = 0; i < 50000; i++) {
		number_put(cache, i, 0);
		assert_true(number_has(cache, i % 100, 0)); /* in use all the time */
		cache_stats(cache, &stats);
		assert_true(stats.used <= stats.budget);
	}
	assert_true(stats.evictions > 40000);
	assert_true(stats.entries[CACHE_OUTCOME] > 2500); /* 1 MiB of 288 octets each, less what is kept empty */
	for (unsigned i = 49000; i < 50000; i++)
		assert_true(number_has(cache, i, 0)); /* the newest */
	unsigned old = 0;
	for (unsigned i = 100; i < 40000; i++)
		old += number_has(cache, i, 0);
	assert_int_equal(old, 0);
	cache_free(cache);
}

static void all_found_when_all_are_used(void **state)
{
	struct cache *cache = cache_new(1 << 20);
	unsigned found = 0;
	/* Everything is used: the oldest has to go all the same. */
	for (unsigned i = 0; i < 20000; i++) {
		number_put(cache, i, 0);
		assert_true(number_has(cache, i, 0));
	}
	for (unsigned i = 0; i < 20000; i++)
		found += number_has(cache, i, 0);
	assert_in_range(found, 1500, 3600);
	cache_free(cache);
}

static void large_budgets_are_divided(void **state)
{
	struct cache *cache = cache_new(64 << 20);
	struct cache_stats stats;
	for (unsigned i = 0; i < 150000; i++)
		number_put(cache, i, 0);
	cache_stats(cache, &stats);
	assert_int_equal(stats.entries[CACHE_OUTCOME] + stats.evictions, 150000);
	assert_true(stats.evictions < 150); /* 43 MB: two full buckets are rare */
	assert_true(stats.used > 150000 * 280 && stats.used <= stats.budget);
	cache_free(cache);
}

/* What a reader holds stays, even if the cache has to refuse; once it lets go, stores go on. */
static void readers_keep_what_they_hold(void **state)
{
	struct cache *cache = cache_new(1 << 20);
	struct cache_found found;
	struct cache_key key = number_key(7);
	unsigned refused = 0;
	uint8_t value[200] = {0};
	snapshot_thread_start();
	number_put(cache, 7, 0);
	assert_true(cache_find(cache, &key, 0, &found));
	for (unsigned i = 100; i < 20000; i++) {
		struct cache_key other = number_key(i);
		refused += cache_store(cache, &other, span_of(value, sizeof(value)), 0, 60, 0) == ERR_SPACE;
	}
	assert_true(refused > 10000);
	for (unsigned i = 0; i < 200; i++)
		assert_int_equal(found.value.data[i], 7);
	snapshot_quiescent();
	for (unsigned i = 0; i < 20000; i++) {
		number_put(cache, i, 0);
		if (i % 50 == 0)
			snapshot_quiescent();
	}
	snapshot_thread_stop();
	cache_free(cache);
}

/* --- Walks --- */

static void flush_takes_a_name_or_a_tree(void **state)
{
	struct cache *cache = cache_new(1 << 20);
	struct cache_key keys[] = {key_of("example.", 2), key_of("www.example.", 28), key_of("WWW.example.", 1),
	                           key_of("a.www.example.", 28), key_of("notexample.", 28), key_of("xwww.example.", 28)};
	for (size_t i = 0; i < sizeof(keys) / sizeof(*keys); i++) {
		put(cache, &keys[i], "x", 0, 10);
		keys[i].kind = CACHE_REPLY;
		keys[i].view = (uint32_t)i;
		put(cache, &keys[i], "x", 0, 10);
	}
	assert_int_equal(cache_flush(cache, name_text("www.EXAMPLE."), false), 4);
	assert_false(has(cache, &keys[1], "x", 0));
	assert_true(has(cache, &keys[3], "x", 0));
	assert_int_equal(cache_flush(cache, name_text("example."), true), 6);
	assert_true(has(cache, &keys[4], "x", 0));
	assert_int_equal(cache_flush(cache, name_root, true), 2);
	assert_false(has(cache, &keys[4], "x", 0));
	cache_free(cache);
}

static void walk_shows_everything_once(void **state)
{
	struct cache *cache = cache_new(16 << 20);
	static bool is_seen[1000];
	struct name_buffer buffer;
	struct cache_key key;
	struct cache_found found;
	uint64_t position = 0;
	unsigned count = 0;
	for (unsigned i = 0; i < 1000; i++)
		number_put(cache, i, 0);
	while (cache_next(cache, &position, &key, &buffer, &found)) {
		char text[NAME_TEXT_MAX];
		name_to_text(key.name, text);
		unsigned number = (unsigned)strtoul(text + 5, NULL, 10);
		assert_true(number < 1000 && !is_seen[number]);
		is_seen[number] = true;
		assert_int_equal(key.kind, CACHE_OUTCOME);
		assert_int_equal(key.type, 28);
		assert_int_equal(found.value.data[0], number & 0xff);
		count++;
	}
	assert_int_equal(count, 1000);
	cache_free(cache);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_part_of_the_key_counts),
		cmocka_unit_test(case_does_not_count),
		cmocka_unit_test(entries_are_found_until_kept_no_longer),
		cmocka_unit_test(values_written_in_place_are_aligned),
		cmocka_unit_test(hits_are_counted_and_one_may_claim),
		cmocka_unit_test(what_is_expected_is_not_used),
		cmocka_unit_test(removed_is_gone),
		cmocka_unit_test(too_large_is_refused),
		cmocka_unit_test(what_is_used_stays_inside_the_budget),
		cmocka_unit_test(all_found_when_all_are_used),
		cmocka_unit_test(large_budgets_are_divided),
		cmocka_unit_test(readers_keep_what_they_hold),
		cmocka_unit_test(flush_takes_a_name_or_a_tree),
		cmocka_unit_test(walk_shows_everything_once),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
