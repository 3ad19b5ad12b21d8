/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/snapshot.h"
#include "tests/unit/zone/records.h"
#include "zone/zoneset.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>

static const struct zoneset_entry *set_find(const struct zoneset *set, const char *text, bool is_ds)
{
	struct name_buffer buffer;
	return zoneset_find(set, name_made(text, &buffer), is_ds);
}

static void assert_found(const struct zoneset *set, const char *text, bool is_ds, const char *apex)
{
	const struct zoneset_entry *entry = set_find(set, text, is_ds);
	char got[NAME_TEXT_MAX] = "none";
	if (entry != NULL)
		name_to_text(entry->apex, got);
	assert_string_equal(got, apex);
}

static void test_longest_match(void **state)
{
	(void)state;
	static const char *const apexes[] = {"example.", "a.b.Example.", "ip6.arpa.", "sub.a.b.example."};
	struct name_buffer buffers[4];
	struct zoneset_entry entries[4];
	for (size_t i = 0; i < 4; i++)
		entries[i] = (struct zoneset_entry){.apex = name_made(apexes[i], &buffers[i])};
	struct zoneset *set;
	assert_int_equal(zoneset_new(entries, 4, &set), ERR_OK);
	memset(buffers, 0, sizeof(buffers)); /* they were copied */
	assert_int_equal(zoneset_count(set), 4);
	assert_found(set, "www.example.", false, "example.");
	assert_found(set, "b.example.", false, "example.");
	assert_found(set, "x.A.B.example.", false, "a.b.Example.");
	assert_found(set, "a.b.example.", false, "a.b.Example.");
	assert_found(set, "a.b.example.", true, "example.");
	assert_found(set, "sub.a.b.example.", true, "a.b.Example.");
	assert_found(set, "x.a.b.example.", true, "a.b.Example.");
	assert_found(set, "example.", true, "example."); /* no parent here: the child answers */
	assert_found(set, "arpa.", false, "none");
	assert_found(set, "com.", true, "none");
	assert_found(set, ".", false, "none");
	assert_null(zoneset_at(set, 4));
	zoneset_free(set);
	assert_int_equal(zoneset_new((struct zoneset_entry[]){{.apex = name_root}}, 1, &set), ERR_OK);
	assert_found(set, "x.y.", false, ".");
	assert_found(set, ".", true, ".");
	zoneset_free(set);
	assert_int_equal(zoneset_new(NULL, 0, &set), ERR_OK);
	assert_found(set, "x.", false, "none");
	zoneset_free(set);
}

static void test_twice(void **state)
{
	(void)state;
	struct name_buffer buffers[2];
	struct zoneset_entry entries[] = {{.apex = name_made("x.y.", &buffers[0])}, {.apex = name_made("X.y.", &buffers[1])}};
	struct zoneset *set;
	assert_int_equal(zoneset_new(entries, 2, &set), ERR_EXISTS);
}

static void test_many(void **state)
{
	(void)state;
	enum { COUNT = 5000 };
	static struct name_buffer buffers[COUNT];
	static struct zoneset_entry entries[COUNT];
	char text[64];
	for (unsigned i = 0; i < COUNT; i++) {
		snprintf(text, sizeof(text), "zone%u.%s", i, i % 3 == 0 ? "example." : "tld.");
		entries[i] = (struct zoneset_entry){.apex = name_made(text, &buffers[i])};
	}
	struct zoneset *set;
	assert_int_equal(zoneset_new(entries, COUNT, &set), ERR_OK);
	for (unsigned i = 0; i < COUNT; i++) {
		snprintf(text, sizeof(text), "www.zone%u.%s", i, i % 3 == 0 ? "example." : "tld.");
		assert_ptr_equal(set_find(set, text, false), zoneset_at(set, i));
	}
	zoneset_free(set);
}

/* --- Readers search while zones are replaced under them --- */

static struct zone *big_zone(uint8_t mark)
{
	struct made made = made_new("big.example.");
	char text[64];
	made_add_soa(&made, "big.example.");
	made_add(&made, "big.example.", RR_NS, 300, NULL, 0, "ns.test.");
	for (unsigned i = 0; i < 3000; i++) {
		snprintf(text, sizeof(text), "h%u.big.example.", i * 7919 % 3000);
		made_add_a(&made, text, mark);
	}
	assert_int_equal(made_finish(&made), ERR_OK);
	struct zone *zone = made.zone;
	made.zone = NULL;
	made_free(&made);
	return zone;
}

struct reader {
	const struct snapshot *snapshot;
	atomic_bool *is_done;
	atomic_bool has_begun;
	size_t wrong;
	size_t searched;
};

/* Two look-ups in one snapshot must show the same version. */
static void reader_turn(struct reader *reader, const struct zone *zone, unsigned turn)
{
	uint8_t marks[2];
	for (unsigned i = 0; i < 2; i++) {
		char text[64];
		struct name_buffer buffer;
		struct name name;
		struct zone_match match;
		struct span rdata = {0};
		size_t position = 0;
		snprintf(text, sizeof(text), "h%u.big.example.", (turn * 31 + i * 1500) % 3000);
		if (name_from_text(span_text(text), name_root, &buffer, &name, NULL) != ERR_OK)
			return;
		zone_search(zone, name, &match);
		const struct rrset *a = match.outcome == ZONE_EXACT ? zone_node_rrset(match.node, RR_A) : NULL;
		if (a == NULL || !rrset_next(a, &position, &rdata)) {
			reader->wrong++;
			return;
		}
		marks[i] = rdata.data[3];
	}
	reader->wrong += marks[0] != marks[1];
	reader->searched++;
}

static void *reader_run(void *argument)
{
	struct reader *reader = argument;
	snapshot_thread_start();
	for (unsigned turn = 0; !atomic_load(reader->is_done); turn++) {
		reader_turn(reader, snapshot_read(reader->snapshot), turn);
		snapshot_quiescent();
		atomic_store(&reader->has_begun, true);
	}
	snapshot_thread_stop();
	return NULL;
}

static void test_concurrent_readers(void **state)
{
	(void)state;
	struct snapshot snapshot = {0};
	atomic_bool is_done = false;
	assert_null(snapshot_replace(&snapshot, big_zone(0)));
	struct reader readers[2];
	pthread_t threads[2];
	for (size_t i = 0; i < 2; i++) {
		readers[i] = (struct reader){.snapshot = &snapshot, .is_done = &is_done};
		assert_int_equal(pthread_create(&threads[i], NULL, reader_run, &readers[i]), 0);
	}
	/* A busy machine may let all of it pass before a thread has run at all. */
	for (size_t i = 0; i < 2; i++) {
		while (!atomic_load(&readers[i].has_begun))
			sched_yield();
	}
	for (uint8_t mark = 1; mark < 6; mark++)
		zone_free(snapshot_replace(&snapshot, big_zone(mark)));
	atomic_store(&is_done, true);
	for (size_t i = 0; i < 2; i++) {
		pthread_join(threads[i], NULL);
		assert_int_equal(readers[i].wrong, 0);
		assert_true(readers[i].searched > 0);
	}
	zone_free(snapshot_replace(&snapshot, NULL));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_longest_match),
		cmocka_unit_test(test_twice),
		cmocka_unit_test(test_many),
		cmocka_unit_test(test_concurrent_readers),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
