/* SPDX-License-Identifier: BSD-2-Clause */
#include "resolver/alarm.h"
#include "resolver/registry.h"
#include "tests/unit/cmocka_all.h"

#define COUNT 1000

static void test_alarms_come_in_order(void **state)
{
	struct alarms alarms = {0};
	static struct alarm all[COUNT];
	uint64_t seed = 1;
	for (unsigned i = 0; i < COUNT; i++) {
		seed = seed * 6364136223846793005u + 1442695040888963407u;
		assert_int_equal(alarm_set(&alarms, &all[i], seed >> 40), ERR_OK);
	}
	/* A third is moved, a third is taken back. */
	for (unsigned i = 0; i < COUNT; i += 3) {
		assert_int_equal(alarm_set(&alarms, &all[i], all[i].at_us / 2), ERR_OK);
		if (i + 1 < COUNT)
			alarm_clear(&alarms, &all[i + 1]);
	}
	uint64_t before = 0;
	unsigned taken = 0;
	struct alarm *alarm;
	while ((alarm = alarms_take(&alarms, UINT64_MAX - 1)) != NULL) {
		assert_true(alarm->at_us >= before);
		assert_int_equal(alarm->place, 0);
		before = alarm->at_us;
		taken++;
	}
	assert_int_equal(taken, COUNT - COUNT / 3);
	assert_int_equal(alarms_next_us(&alarms), UINT64_MAX);
	alarms_end(&alarms);
}

static void test_alarms_wait_for_their_time(void **state)
{
	struct alarms alarms = {0};
	struct alarm alarm = {0};
	assert_int_equal(alarm_set(&alarms, &alarm, 10), ERR_OK);
	assert_null(alarms_take(&alarms, 9));
	assert_ptr_equal(alarms_take(&alarms, 10), &alarm);
	alarm_clear(&alarms, &alarm); /* not set is fine */
	alarms_end(&alarms);
}

static void test_registry_finds_what_is_there(void **state)
{
	struct registry registry;
	static struct registry_link links[COUNT];
	assert_int_equal(registry_start(&registry, 4), ERR_OK);
	for (unsigned i = 0; i < COUNT; i++)
		registry_add(&registry, &links[i], i / 2); /* two of each hash */
	assert_int_equal(registry.count, COUNT);
	for (unsigned i = 0; i < COUNT; i += 2) {
		struct registry_link *first = registry_first(&registry, i / 2), *second = registry_again(first);
		assert_true((first == &links[i] && second == &links[i + 1]) ||
		            (first == &links[i + 1] && second == &links[i]));
		assert_null(registry_again(second));
		registry_remove(&registry, &links[i]);
		assert_ptr_equal(registry_first(&registry, i / 2), &links[i + 1]);
	}
	assert_null(registry_first(&registry, COUNT));
	registry_end(&registry);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_alarms_come_in_order),
		cmocka_unit_test(test_alarms_wait_for_their_time),
		cmocka_unit_test(test_registry_finds_what_is_there),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
