/* SPDX-License-Identifier: BSD-2-Clause */
#include "watch/pace.h"

#include "tests/unit/cmocka_all.h"

#define SECOND_US 1000000ull

/* Virtual time: the round begins at 100 s. */
static struct pace pace_of(size_t count, uint64_t seed)
{
	return (struct pace){.start_us = 100 * SECOND_US, .every_us = 30 * SECOND_US, .count = count, .seed = seed};
}

static void test_probes_are_spread_over_the_interval(void **state)
{
	(void)state;
	for (uint64_t seed = 0; seed < 50; seed++) {
		struct pace pace = pace_of(120, seed);
		size_t tenths[10] = {0};
		uint64_t before_us = 0;
		for (size_t i = 0; i < pace.count; i++) {
			uint64_t due_us = pace_due_us(&pace, i);
			assert_true(due_us >= before_us && due_us >= pace.start_us);
			assert_true(due_us < pace.start_us + pace.every_us);
			tenths[(due_us - pace.start_us) * 10 / pace.every_us]++;
			before_us = due_us;
		}
		/* The last two tenths are for replies and for what is asked again. */
		for (size_t i = 0; i < 8; i++)
			assert_in_range(tenths[i], 13, 17);
		assert_int_equal(tenths[8] + tenths[9], 0);
	}
}

static void test_the_rate_is_never_exceeded(void **state)
{
	(void)state;
	struct pace pace = pace_of(100000, 7);
	for (size_t i = 0; i + PACE_RATE < pace.count; i++)
		assert_true(pace_due_us(&pace, i + PACE_RATE) - pace_due_us(&pace, i) >= SECOND_US * 99 / 100);
	/* So a round of more takes longer, and the next one begins behind it. */
	uint64_t ended_us = pace_due_us(&pace, pace.count - 1);
	assert_true(ended_us > pace.start_us + pace.every_us);
	assert_int_equal(pace_next_us(&pace, ended_us), ended_us);
}

static void test_rounds_drift_apart(void **state)
{
	(void)state;
	uint64_t least_us = UINT64_MAX, most_us = 0;
	for (uint64_t seed = 0; seed < 200; seed++) {
		struct pace pace = pace_of(10, seed);
		uint64_t next_us = pace_next_us(&pace, pace.start_us) - pace.start_us;
		least_us = next_us < least_us ? next_us : least_us;
		most_us = next_us > most_us ? next_us : most_us;
	}
	assert_in_range(least_us, 285 * SECOND_US / 10, 29 * SECOND_US);
	assert_in_range(most_us, 31 * SECOND_US, 315 * SECOND_US / 10);
}

static void test_a_round_without_probes(void **state)
{
	(void)state;
	struct pace pace = pace_of(0, 1);
	assert_true(pace_next_us(&pace, pace.start_us) > pace.start_us + 28 * SECOND_US);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_probes_are_spread_over_the_interval),
		cmocka_unit_test(test_the_rate_is_never_exceeded),
		cmocka_unit_test(test_rounds_drift_apart),
		cmocka_unit_test(test_a_round_without_probes),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
