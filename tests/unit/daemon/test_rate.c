/* SPDX-License-Identifier: BSD-2-Clause */
#include "daemon/rate.h"

#include "tests/unit/cmocka_all.h"

static void answer(struct counters *counters, enum family family, uint16_t rcode, uint32_t us, unsigned times)
{
	struct query_event event = {.qtype = 28, .rcode = rcode, .size = 100, .ede = -1, .duration_us = us};
	event.client.addr.family = family;
	while (times-- > 0)
		counters_record(counters, &event);
}

static void test_needs_two_samples(void **state)
{
	(void)state;
	struct rate rate = {0};
	struct counters counters = {0};
	assert_int_equal(rate_view(&rate).window_s, 0);
	rate_sample(&rate, &counters);
	assert_int_equal(rate_view(&rate).window_s, 0);
	rate_sample(&rate, &counters);
	assert_int_equal(rate_view(&rate).window_s, 1);
	assert_int_equal(rate_view(&rate).p50_us, 0);
}

/* What was before the window does not count: an hour of quiet is not hidden by a busy day. */
static void test_window(void **state)
{
	(void)state;
	struct rate rate = {0};
	struct counters counters = {0};
	answer(&counters, FAMILY_IPV6, 2, 900000, 1000);
	for (int second = 0; second <= 30; second++) {
		rate_sample(&rate, &counters);
		answer(&counters, FAMILY_IPV6, 0, 20, 8);
		answer(&counters, FAMILY_IPV4, second % 2 == 0 ? 2 : 0, 200, 2);
	}
	struct rate_view view = rate_view(&rate);
	assert_int_equal(view.window_s, RATE_WINDOW_S);
	assert_int_equal((int)view.queries_per_s[FAMILY_IPV6], 8);
	assert_int_equal((int)view.queries_per_s[FAMILY_IPV4], 2);
	assert_int_equal((int)(view.servfail_share * 1000 + 0.5), 100);
	assert_int_equal(view.p50_us, 25);
	assert_int_equal(view.p99_us, 250);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_needs_two_samples), cmocka_unit_test(test_window)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
