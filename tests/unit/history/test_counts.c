/* SPDX-License-Identifier: BSD-2-Clause */
#include "history/counts.h"

#include "tests/unit/cmocka_all.h"
#include "tests/unit/history/made_events.h"

static uint64_t number_of(const struct counts *counts, enum count_kind kind, const char *code, uint8_t family)
{
	struct count count;
	uint64_t sum = 0;
	for (size_t at = 0; counts_next(counts, &at, &count);) {
		char text[COUNT_CODE_MAX];
		count_code_text(&count.key, text);
		if (count.key.kind == kind && count.key.family == family && strcmp(text, code) == 0)
			sum += count.number;
	}
	return sum;
}

static void test_an_answer_counts_once_in_each_kind(void **state)
{
	(void)state;
	struct counts *counts;
	assert_int_equal(counts_new(&counts), ERR_OK);
	struct event event = made_reply(MADE_US, "2001:db8::1", "www.lab.", "AAAA", "SERVFAIL");
	event.known |=
		EVENT_HAS_EDE | EVENT_HAS_SECURITY | EVENT_HAS_UP_FAMILIES | EVENT_HAS_UP_ANSWERED | EVENT_HAS_UP_TIME;
	event.ede = 6;
	event.security = SECURITY_BOGUS;
	event.up_families = event_family_bit(FAMILY_IPV6) | event_family_bit(FAMILY_IPV4);
	event.up_answered = FAMILY_IPV4;
	event.up_us = 30000;
	counts_add(counts, &event, MADE_MINUTE, 2); /* one of two was looked at */
	assert_int_equal(number_of(counts, COUNT_REPLIES, "SERVFAIL", FAMILY_IPV6), 2);
	assert_int_equal(number_of(counts, COUNT_EDE, "6", FAMILY_IPV6), 2);
	assert_int_equal(number_of(counts, COUNT_VALIDATION, "bogus", FAMILY_IPV6), 2);
	assert_int_equal(number_of(counts, COUNT_SIZE, "512", FAMILY_IPV6), 2);
	assert_int_equal(number_of(counts, COUNT_UPSTREAM, "-", FAMILY_IPV4), 2); /* the server's family */
	struct count count;
	for (size_t at = 0; counts_next(counts, &at, &count);) {
		assert_string_equal(counts_service(counts, count.key.service), "office");
		assert_int_equal(count.key.qtype, QTYPE_AAAA);
		if (count.key.kind == COUNT_REPLIES) {
			assert_int_equal(count.key.fallback, FALLBACK_6TO4);
			assert_int_equal(count.key.latency, latency_bucket(700));
		} else if (count.key.kind == COUNT_UPSTREAM) {
			assert_int_equal(count.key.latency, latency_bucket(30000));
		}
	}
	event = made_reply(MADE_US, "192.0.2.1", "www.lab.", "A", "NOERROR");
	event.size = 0; /* nothing was sent */
	counts_add(counts, &event, MADE_MINUTE, 1);
	assert_int_equal(number_of(counts, COUNT_REPLIES, "-", FAMILY_IPV4), 1);
	assert_int_equal(number_of(counts, COUNT_REPLIES, "NOERROR", FAMILY_IPV4), 0);
	event.kind = EVENT_QUERY; /* its answer is counted */
	counts_add(counts, &event, MADE_MINUTE, 1);
	assert_int_equal(number_of(counts, COUNT_REPLIES, "-", FAMILY_IPV4), 1);
	counts_free(counts);
}

static void test_minutes_and_services_are_apart(void **state)
{
	(void)state;
	struct counts *counts;
	assert_int_equal(counts_new(&counts), ERR_OK);
	struct event event = made_reply(MADE_US, "2001:db8::1", "www.lab.", "A", "NOERROR");
	counts_add(counts, &event, MADE_MINUTE, 1);
	counts_add(counts, &event, MADE_MINUTE + 1, 1);
	event_set_service(&event, span_text("lan"));
	counts_add(counts, &event, MADE_MINUTE, 1);
	struct count count;
	size_t replies = 0;
	for (size_t at = 0; counts_next(counts, &at, &count);)
		replies += count.key.kind == COUNT_REPLIES && count.number == 1;
	assert_int_equal(replies, 3);
	counts_clear(counts);
	size_t at = 0;
	assert_false(counts_next(counts, &at, &count));
	counts_free(counts);
}

static void test_what_has_no_room_is_told(void **state)
{
	(void)state;
	struct counts *counts;
	struct count count;
	assert_int_equal(counts_new(&counts), ERR_OK);
	struct event event = made_reply(MADE_US, "2001:db8::1", "www.lab.", "A", "NOERROR");
	const uint32_t asked = 20000;
	for (uint32_t i = 0; i < asked; i++)
		counts_add(counts, &event, MADE_MINUTE + i, 1);
	uint64_t kept = 0;
	for (size_t at = 0; counts_next(counts, &at, &count);)
		kept += count.key.kind == COUNT_REPLIES ? count.number : 0;
	assert_true(counts_dropped(counts) > 0);
	assert_int_equal(kept + counts_dropped(counts), asked);
	counts_free(counts);
}

static void test_quantiles_lie_within_their_bucket(void **state)
{
	(void)state;
	static const struct {
		uint32_t us;
		uint8_t bucket;
	} rows[] = {{0, 0}, {250, 0}, {251, 1}, {1000, 2}, {10000000, 14}, {10000001, 15}, {UINT32_MAX, 15}};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_int_equal(latency_bucket(rows[i].us), rows[i].bucket);
	uint64_t numbers[LATENCY_BUCKETS] = {0};
	assert_int_equal(latency_quantile(numbers, 0.5), 0);
	numbers[2] = 98; /* 0.5 to 1 ms */
	numbers[8] = 2;  /* 50 to 100 ms */
	assert_in_range(latency_quantile(numbers, 0.5), 501, 1000);
	assert_in_range(latency_quantile(numbers, 0.99), 50001, 100000);
	numbers[15] = 100000;
	assert_int_equal(latency_quantile(numbers, 0.99), 10000000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_an_answer_counts_once_in_each_kind),
		cmocka_unit_test(test_minutes_and_services_are_apart),
		cmocka_unit_test(test_what_has_no_room_is_told),
		cmocka_unit_test(test_quantiles_lie_within_their_bucket),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
