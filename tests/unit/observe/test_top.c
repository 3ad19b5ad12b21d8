/* SPDX-License-Identifier: BSD-2-Clause */
#include "observe/top.h"

#include "tests/unit/observe/events.h"

#include <stdio.h>

#define MINUTE 60000000u

static json_t *row_of(json_t *answer, const char *key)
{
	size_t i;
	json_t *row;
	json_array_foreach(json_object_get(answer, "rows"), i, row)
	{
		if (strcmp(json_string_value(json_object_get(row, "key")), key) == 0)
			return row;
	}
	return NULL;
}

static int count_of(json_t *answer, const char *key, const char *count)
{
	json_t *row = row_of(answer, key);
	return row != NULL ? (int)json_integer_value(json_object_get(row, count)) : -1;
}

static void test_counts(void **state)
{
	(void)state;
	struct top *top = top_new();
	struct event rows[] = {
		answer_of("2001:db8:0:1ff::1", "www.Example.com", "AAAA", "SERVFAIL"),
		answer_of("2001:db8:0:101::2", "WWW.example.com", "A", "NOERROR"),
		answer_of("192.0.2.7", "nope.example.com", "AAAA", "NXDOMAIN"),
		answer_of("192.0.2.8", "lost.example.com", "AAAA", NULL),
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		top_event(top, &rows[i], T0);
	struct event made = answer_of("192.0.2.9", "old.example.com", "AAAA", "NOERROR");
	made.origin = AAAA_DNS64;
	made.known |= EVENT_HAS_ORIGIN;
	top_event(top, &made, T0);
	json_t *names = top_json(top, TOP_BY_NAME, STREAM_RECURSIVE, 60, T0);
	assert_int_equal(count_of(names, "www.example.com.", "asked"), 2);
	assert_int_equal(count_of(names, "www.example.com.", "failed_aaaa"), 1);
	assert_int_equal(count_of(names, "www.example.com.", "failed_a"), 0);
	assert_int_equal(count_of(names, "lost.example.com.", "failed_aaaa"), 1);
	assert_int_equal(count_of(names, "nope.example.com.", "nxdomain_aaaa"), 1);
	json_t *prefixes = top_json(top, TOP_BY_PREFIX, STREAM_RECURSIVE, 60, T0);
	assert_int_equal(count_of(prefixes, "2001:db8:0:100::/56", "servfail"), 1);
	assert_int_equal(count_of(prefixes, "2001:db8:0:100::/56", "noerror"), 1);
	assert_int_equal(count_of(prefixes, "192.0.2.0/24", "asked"), 3);
	assert_int_equal(count_of(prefixes, "192.0.2.0/24", "other"), 1);
	json_t *synthesized = top_json(top, TOP_BY_DNS64, STREAM_RECURSIVE, 60, T0);
	assert_int_equal(json_array_size(json_object_get(synthesized, "rows")), 1);
	assert_int_equal(count_of(synthesized, "old.example.com.", "synthesized"), 1);
	json_t *others = top_json(top, TOP_BY_NAME, STREAM_AUTHORITATIVE, 60, T0);
	assert_int_equal(json_array_size(json_object_get(others, "rows")), 0);
	json_decref(names);
	json_decref(prefixes);
	json_decref(synthesized);
	json_decref(others);
	top_free(top);
}

/* Ten thousand names asked for once do not push out the one that is asked for often, nor the one that fails. */
static void test_heavy_ones_stay(void **state)
{
	(void)state;
	struct top *top = top_new();
	struct event often = answer_of("2001:db8::1", "often.example.com", "AAAA", "NOERROR");
	struct event failing = answer_of("2001:db8::1", "failing.example.com", "AAAA", "SERVFAIL");
	for (int i = 0; i < 10000; i++) {
		char name[64];
		snprintf(name, sizeof(name), "n%d.example.com", i);
		struct event once = answer_of("2001:db8::1", name, "A", "NXDOMAIN");
		top_event(top, &once, T0);
		if (i % 20 == 0)
			top_event(top, &often, T0);
		if (i % 400 == 0)
			top_event(top, &failing, T0);
	}
	json_t *answer = top_json(top, TOP_BY_NAME, STREAM_RECURSIVE, 10, T0);
	assert_int_equal(json_array_size(json_object_get(answer, "rows")), TOP_ROWS);
	assert_int_equal(count_of(answer, "often.example.com.", "asked"), 500);
	assert_int_equal(count_of(answer, "failing.example.com.", "failed_aaaa"), 25);
	json_decref(answer);
	top_free(top);
}

static void test_time_goes_on(void **state)
{
	(void)state;
	struct top *top = top_new();
	struct event event = answer_of("2001:db8::1", "www.example.com", "AAAA", "NOERROR");
	for (unsigned minute = 0; minute < 60; minute += 10)
		top_event(top, &event, T0 + (uint64_t)minute * MINUTE);
	json_t *hour = top_json(top, TOP_BY_NAME, STREAM_RECURSIVE, 60, T0 + (uint64_t)55 * MINUTE);
	json_t *short_time = top_json(top, TOP_BY_NAME, STREAM_RECURSIVE, 15, T0 + (uint64_t)55 * MINUTE);
	json_t *later = top_json(top, TOP_BY_NAME, STREAM_RECURSIVE, 1440, T0 + (uint64_t)500 * MINUTE);
	assert_int_equal(count_of(hour, "www.example.com.", "asked"), 6);
	assert_int_equal(json_integer_value(json_object_get(short_time, "minutes")), 20);
	assert_int_equal(count_of(short_time, "www.example.com.", "asked"), 3);
	assert_int_equal(json_integer_value(json_object_get(later, "minutes")), TOP_KEPT_MINUTES);
	assert_int_equal(json_array_size(json_object_get(later, "rows")), 0);
	json_decref(hour);
	json_decref(short_time);
	json_decref(later);
	top_free(top);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_counts),
		cmocka_unit_test(test_heavy_ones_stay),
		cmocka_unit_test(test_time_goes_on),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
