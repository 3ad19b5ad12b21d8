/* SPDX-License-Identifier: BSD-2-Clause */
#include "telemetry/counters.h"

#include "tests/unit/cmocka_all.h"

static struct query_event event_of(enum family family, enum transport transport, uint16_t qtype, uint16_t rcode)
{
	struct query_event event = {.transport = transport, .qtype = qtype, .rcode = rcode, .size = 100, .ede = -1};
	event.client.addr.family = family;
	return event;
}

static void test_where_things_are_counted(void **state)
{
	(void)state;
	static const struct {
		uint16_t qtype, rcode;
		enum qtype_slot qtype_slot;
		enum qtype_group group;
		enum rcode_slot rcode_slot;
	} rows[] = {
		{28, 0, QTYPE_SLOT_AAAA, QTYPE_GROUP_AAAA, RCODE_SLOT_NOERROR},
		{1, 3, QTYPE_SLOT_A, QTYPE_GROUP_A, RCODE_SLOT_NXDOMAIN},
		{12, 2, QTYPE_SLOT_PTR, QTYPE_GROUP_PTR, RCODE_SLOT_SERVFAIL},
		{65, 5, QTYPE_SLOT_HTTPS, QTYPE_GROUP_OTHER, RCODE_SLOT_REFUSED},
		{255, 23, QTYPE_SLOT_ANY, QTYPE_GROUP_OTHER, RCODE_SLOT_BADCOOKIE},
		{257, 16, QTYPE_SLOT_OTHER, QTYPE_GROUP_OTHER, RCODE_SLOT_BADVERS},
		{0, 4095, QTYPE_SLOT_OTHER, QTYPE_GROUP_OTHER, RCODE_SLOT_OTHER},
		{65535, 7, QTYPE_SLOT_OTHER, QTYPE_GROUP_OTHER, RCODE_SLOT_OTHER},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct counters counters = {0};
		struct query_event event = event_of(FAMILY_IPV6, TRANSPORT_TCP, rows[i].qtype, rows[i].rcode);
		counters_record(&counters, &event);
		const struct counters_family *family = &counters.families[FAMILY_IPV6];
		assert_int_equal(family->queries[TRANSPORT_TCP][rows[i].qtype_slot], 1);
		assert_int_equal(family->responses[TRANSPORT_TCP][rows[i].group][rows[i].rcode_slot], 1);
		assert_int_equal(counters_queries(family, -1), 1);
		assert_int_equal(counters_queries(family, TRANSPORT_UDP), 0);
		assert_int_equal(counters_queries(&counters.families[FAMILY_IPV4], -1), 0);
	}
}

static void test_what_a_resolver_knows(void **state)
{
	(void)state;
	struct counters counters = {0};
	struct query_event event = event_of(FAMILY_IPV6, TRANSPORT_UDP, 28, 0);
	counters_record(&counters, &event); /* authoritative, or refused */
	event.cache = CACHE_USE_STALE;
	event.origin = AAAA_DNS64;
	event.security = 4;
	counters_record(&counters, &event);
	const struct counters_family *family = &counters.families[FAMILY_IPV6];
	assert_int_equal(family->caches[CACHE_USE_NONE], 0);
	assert_int_equal(family->caches[CACHE_USE_STALE], 1);
	assert_int_equal(family->aaaa[AAAA_DNS64], 1);
	assert_int_equal(family->aaaa[AAAA_NONE], 0);
	assert_int_equal(family->validations[QTYPE_GROUP_AAAA][4], 1);
	assert_int_equal(family->validations[QTYPE_GROUP_AAAA][0], 0);
}

static void test_buckets(void **state)
{
	(void)state;
	static const struct {
		uint32_t size;
		const char *bucket;
	} rows[] = {{1, "128"}, {128, "128"}, {129, "256"}, {1232, "1232"}, {1233, "1452"}, {4097, "inf"}, {65535, "inf"}};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct counters counters = {0};
		struct query_event event = event_of(FAMILY_IPV4, TRANSPORT_UDP, 1, 0);
		event.size = rows[i].size;
		counters_record(&counters, &event);
		for (size_t bucket = 0; bucket < SIZE_BUCKET_COUNT; bucket++)
			assert_int_equal(counters.families[FAMILY_IPV4].sizes[TRANSPORT_UDP][bucket],
			                 strcmp(size_bucket_text(bucket), rows[i].bucket) == 0);
	}
}

static void test_dropped_and_truncated(void **state)
{
	(void)state;
	struct counters counters = {0};
	struct query_event event = event_of(FAMILY_IPV6, TRANSPORT_UDP, 1, 0);
	event.size = 0;
	counters_record(&counters, &event);
	assert_int_equal(counters.families[FAMILY_IPV6].events[COUNTER_DROPPED_MALFORMED], 1);
	assert_int_equal(counters_queries(&counters.families[FAMILY_IPV6], -1), 0);
	event.turned_away = TURNED_AWAY_OVERLOAD;
	counters_record(&counters, &event);
	assert_int_equal(counters.families[FAMILY_IPV6].events[COUNTER_DROPPED_MALFORMED], 1);
	assert_int_equal(counters.families[FAMILY_IPV6].events[COUNTER_DROPPED_OVERLOAD], 1);
	event.size = 50;
	event.turned_away = TURNED_AWAY_ACL; /* told so, hence an answer as well */
	counters_record(&counters, &event);
	assert_int_equal(counters.families[FAMILY_IPV6].events[COUNTER_REFUSED_ACL], 1);
	assert_int_equal(counters_queries(&counters.families[FAMILY_IPV6], -1), 1);
	event.turned_away = TURNED_AWAY_NOT;
	event.is_tc = true;
	event.ede = 14;
	counters_record(&counters, &event);
	event.ede = 4000;
	counters_record(&counters, &event);
	assert_int_equal(counters.families[FAMILY_IPV6].events[COUNTER_TRUNCATED], 2);
	assert_int_equal(counters.families[FAMILY_IPV6].ede[QTYPE_GROUP_A][14], 1);
	assert_int_equal(counters.families[FAMILY_IPV6].ede[QTYPE_GROUP_A][EDE_SLOT_COUNT - 1], 1);
}

static void test_sum_and_quantiles(void **state)
{
	(void)state;
	struct counters one = {0}, two = {0}, sum = {0};
	struct query_event event = event_of(FAMILY_IPV6, TRANSPORT_UDP, 28, 0);
	uint64_t times[TIME_BUCKET_COUNT];
	counters_times(&sum, times);
	assert_int_equal(time_buckets_quantile_us(times, 0.5), 0);
	for (int i = 0; i < 98; i++) {
		event.duration_us = 20;
		counters_record(&one, &event);
	}
	event.client.addr.family = FAMILY_IPV4;
	event.duration_us = 800;
	counters_record(&two, &event);
	counters_record(&two, &event);
	counters_sum(&sum, &one);
	counters_sum(&sum, &two);
	assert_int_equal(counters_responses(&sum.families[FAMILY_IPV6], RCODE_SLOT_NOERROR), 98);
	assert_int_equal(counters_responses(&sum.families[FAMILY_IPV4], RCODE_SLOT_NOERROR), 2);
	counters_times(&sum, times);
	assert_int_equal(time_buckets_quantile_us(times, 0.5), 25);
	assert_int_equal(time_buckets_quantile_us(times, 0.99), 1000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_where_things_are_counted), cmocka_unit_test(test_what_a_resolver_knows),
		cmocka_unit_test(test_buckets),
		cmocka_unit_test(test_dropped_and_truncated), cmocka_unit_test(test_sum_and_quantiles)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
