/* SPDX-License-Identifier: BSD-2-Clause */
#include "observe/series.h"

#include "tests/unit/observe/events.h"

#define SECOND 1000000u

static json_t *lines_of(json_t *answer)
{
	return json_object_get(answer, "series");
}

/* The last value of a line; -1: null. */
static int last(json_t *answer, const char *line)
{
	json_t *values = json_object_get(lines_of(answer), line);
	json_t *value = json_array_get(values, json_array_size(values) - 1);
	assert_non_null(value);
	return json_is_null(value) ? -1 : (int)json_integer_value(value);
}

static void test_what_is_counted(void **state)
{
	(void)state;
	struct series *series = series_new();
	struct event event = answer_of("2001:db8::1", "www.example.com", "AAAA", "SERVFAIL");
	event.ede = 6;
	event.security = SECURITY_BOGUS;
	event.up_families = event_family_bit(FAMILY_IPV6) | event_family_bit(FAMILY_IPV4);
	event.up_answered = FAMILY_IPV4;
	event.up_us = 20000;
	event.known |=
		EVENT_HAS_EDE | EVENT_HAS_SECURITY | EVENT_HAS_UP_FAMILIES | EVENT_HAS_UP_ANSWERED | EVENT_HAS_UP_TIME;
	series_event(series, &event, T0);
	event = answer_of("192.0.2.1", "www.example.com", "A", "NXDOMAIN");
	series_event(series, &event, T0);
	event = answer_of("192.0.2.1", "www.example.com", "HTTPS", NULL);
	series_event(series, &event, T0);
	event.kind = EVENT_QUERY; /* no outcome */
	series_event(series, &event, T0);
	json_t *answer = series_json(series, STREAM_RECURSIVE, 1, T0 + 10 * SECOND);
	static const struct {
		const char *line;
		int value;
	} rows[] = {
		{"aaaa", 1},          {"a", 1},
		{"other", 1},         {"aaaa_servfail", 1},
		{"a_servfail", 0},    {"a_nxdomain", 1},
		{"udp6", 1},          {"udp4", 2},
		{"tcp6", 0},          {"fallback_6to4", 1},
		{"fallback_4to6", 0}, {"up_answered4", 1},
		{"up_answered6", 0},  {"p50_us6", 128},
		{"p99_us4", 128},     {"up_p50_us4", 23166},
		{"up_p50_us6", -1},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (last(answer, rows[i].line) != rows[i].value)
			fail_msg("%s is %d", rows[i].line, last(answer, rows[i].line));
	}
	json_t *ede = json_object_get(lines_of(answer), "ede_aaaa");
	assert_int_equal(json_object_size(ede), 1);
	assert_int_equal(json_integer_value(json_array_get(json_object_get(ede, "6"), 5)), 1);
	assert_int_equal(json_object_size(json_object_get(lines_of(answer), "ede_a")), 0);
	json_t *bogus = json_object_get(json_object_get(lines_of(answer), "val"), "bogus");
	assert_int_equal(json_integer_value(json_array_get(bogus, 5)), 1);
	json_t *sizes = json_object_get(json_object_get(lines_of(answer), "sizes"), "128");
	assert_int_equal(json_integer_value(json_array_get(sizes, 5)), 3);
	json_decref(answer);
	answer = series_json(series, STREAM_AUTHORITATIVE, 1, T0 + 10 * SECOND);
	assert_int_equal(last(answer, "aaaa"), -1);
	json_decref(answer);
	series_free(series);
}

static void test_steps(void **state)
{
	(void)state;
	struct series *series = series_new();
	struct event event = answer_of("2001:db8::1", "www.example.com", "AAAA", "NOERROR");
	series_event(series, &event, T0);
	series_second(series, T0 + 25 * SECOND);
	event.time_us = T0 - 20 * SECOND; /* late, and still counted in its own step */
	series_event(series, &event, T0 + 25 * SECOND);
	event.time_us = T0 - 7200 * (uint64_t)SECOND; /* too old to be true: now */
	series_event(series, &event, T0 + 25 * SECOND);
	json_t *answer = series_json(series, STREAM_RECURSIVE, 1, T0 + 31 * SECOND);
	json_t *aaaa = json_object_get(lines_of(answer), "aaaa");
	static const int wanted[] = {-1, 1, -1, 1, -1, 1};
	assert_int_equal(json_array_size(aaaa), 6);
	for (size_t i = 0; i < 6; i++) {
		json_t *value = json_array_get(aaaa, i);
		assert_int_equal(json_is_null(value) ? -1 : json_integer_value(value), wanted[i]);
	}
	assert_string_equal(json_string_value(json_object_get(answer, "start")), "2027-01-15T07:59:30.000000Z");
	json_decref(answer);
	answer = series_json(series, STREAM_RECURSIVE, 1440, T0 + 90 * SECOND);
	assert_int_equal(json_integer_value(json_object_get(answer, "step_s")), 60);
	assert_int_equal(json_array_size(json_object_get(lines_of(answer), "aaaa")), 1440);
	assert_int_equal(last(answer, "aaaa"), 2);
	json_decref(answer);
	/* A day later nothing of it is left. */
	answer = series_json(series, STREAM_RECURSIVE, 1440, T0 + 2 * 86400 * (uint64_t)SECOND);
	for (size_t i = 0; i < 1440; i++)
		assert_true(json_is_null(json_array_get(json_object_get(lines_of(answer), "aaaa"), i)));
	json_decref(answer);
	series_free(series);
}

static void test_tcp_after_truncation(void **state)
{
	(void)state;
	struct series *series = series_new();
	struct event event = answer_of("2001:db8::1", "big.example.com", "TXT", "NOERROR");
	event_set_flag(&event, EVENT_TC, true);
	series_event(series, &event, T0);
	event_set_flag(&event, EVENT_TC, false);
	assert_true(event_set_transport(&event, span_text("tcp")));
	struct event other = answer_of("2001:db8::2", "big.example.com", "TXT", "NOERROR");
	assert_true(event_set_transport(&other, span_text("tcp")));
	series_event(series, &other, T0); /* of another client */
	series_event(series, &event, T0);
	series_event(series, &event, T0); /* once is enough */
	json_t *answer = series_json(series, STREAM_RECURSIVE, 1, T0 + 10 * SECOND);
	assert_int_equal(last(answer, "tcp_after_tc"), 1);
	assert_int_equal(last(answer, "tc6"), 1);
	assert_int_equal(last(answer, "tcp6"), 3);
	json_decref(answer);
	series_free(series);
}

/* Two workers: the one with the connection is read first. */
static void test_tcp_before_truncation(void **state)
{
	(void)state;
	struct series *series = series_new();
	struct event event = answer_of("2001:db8::1", "big.example.com", "TXT", "NOERROR");
	struct event tcp = event;
	event_set_flag(&event, EVENT_TC, true);
	assert_true(event_set_transport(&tcp, span_text("tcp")));
	series_event(series, &tcp, T0 + 500);
	series_event(series, &event, T0);
	series_event(series, &event, T0 + 2000); /* this one is not asked again */
	json_t *answer = series_json(series, STREAM_RECURSIVE, 1, T0 + 10 * SECOND);
	assert_int_equal(last(answer, "tcp_after_tc"), 1);
	assert_int_equal(last(answer, "tc6"), 2);
	json_decref(answer);
	series_free(series);
}

/* No time is told wrongly by more than a quarter of a doubling either way. */
static void test_buckets(void **state)
{
	(void)state;
	for (uint32_t us = 16; us < 16000000; us += us / 7 + 1) {
		uint32_t told = series_bucket_us(series_bucket(us));
		assert_true(told >= us);
		assert_true(told <= us + us / 2);
	}
	assert_int_equal(series_bucket(0), 0);
	assert_int_equal(series_bucket(UINT32_MAX), SERIES_TIME_BUCKETS - 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_is_counted),
		cmocka_unit_test(test_steps),
		cmocka_unit_test(test_tcp_after_truncation),
		cmocka_unit_test(test_tcp_before_truncation),
		cmocka_unit_test(test_buckets),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
