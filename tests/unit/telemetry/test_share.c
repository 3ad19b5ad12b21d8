/* SPDX-License-Identifier: BSD-2-Clause */
#include "telemetry/share.h"

#include "tests/unit/cmocka_all.h"

#define START_US 1795305600000000

static struct query_event question(uint32_t client, const char *qname, uint64_t wall_us)
{
	struct query_event event = {.wall_us = wall_us,
				    .client = {.addr = {.family = FAMILY_IPV6}},
				    .qname = (const uint8_t *)qname,
				    .qname_size = (uint16_t)(strlen(qname) + 1)};
	memcpy(event.client.addr.bytes, "\x20\x01\x0d\xb8", 4);
	memcpy(event.client.addr.bytes + 12, &client, sizeof(client));
	return event;
}

/* One second of questions, each of another client, on one worker. */
static unsigned second_play(struct share *share, unsigned second, unsigned count)
{
	unsigned taken = 0;
	for (unsigned i = 0; i < count; i++) {
		struct query_event event = question(i, "\3www\3lab", START_US + second * 1000000ull + i);
		taken += share_takes(share, 1, &event);
	}
	return taken;
}

static void test_all_are_taken_at_low_rates(void **state)
{
	(void)state;
	struct share *share;
	assert_int_equal(share_new(2, 7, &share), ERR_OK);
	for (unsigned second = 0; second < 20; second++) {
		assert_int_equal(second_play(share, second, SHARE_EVENTS_MAX), SHARE_EVENTS_MAX);
		share_turn(share);
	}
	assert_int_equal(share_parts(share), 1);
	share_free(share);
}

static void test_share_falls_at_once_and_grows_slowly(void **state)
{
	(void)state;
	struct share *share;
	assert_int_equal(share_new(2, 7, &share), ERR_OK);
	second_play(share, 0, 7 * SHARE_EVENTS_MAX);
	assert_int_equal(share_parts(share), 8);
	unsigned taken = second_play(share, 1, 7 * SHARE_EVENTS_MAX);
	assert_in_range(taken, 7 * SHARE_EVENTS_MAX / 8 * 9 / 10, 7 * SHARE_EVENTS_MAX / 8 * 11 / 10);
	unsigned turns = 0;
	for (; share_parts(share) > 1 && turns < 100; turns++) {
		second_play(share, 2 + turns, 100);
		share_turn(share);
	}
	assert_in_range(turns, 30, 33);
	share_free(share);
}

/* What belongs together stays together: types, cases of letters, ports, transports and workers do not matter. */
static void test_pairs_stay_together(void **state)
{
	(void)state;
	struct share *share;
	assert_int_equal(share_new(2, 7, &share), ERR_OK);
	second_play(share, 0, 3 * SHARE_EVENTS_MAX);
	assert_int_equal(share_parts(share), 4);
	unsigned taken = 0;
	for (uint32_t client = 0; client < 1000; client++) {
		struct query_event a = question(client, "\6office\7example\3com", START_US + 1000000);
		struct query_event aaaa = question(client, "\6oFFicE\7exAMple\3cOM", START_US + 1000000);
		a.qtype = 1;
		aaaa.qtype = 28;
		a.transport = TRANSPORT_TCP;
		a.client.port = 5353;
		bool is_taken = share_takes(share, 0, &a);
		assert_int_equal(share_takes(share, 1, &aaaa), is_taken);
		taken += is_taken;
	}
	assert_in_range(taken, 150, 350);
	share_free(share);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_all_are_taken_at_low_rates),
					   cmocka_unit_test(test_share_falls_at_once_and_grows_slowly),
					   cmocka_unit_test(test_pairs_stay_together)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
