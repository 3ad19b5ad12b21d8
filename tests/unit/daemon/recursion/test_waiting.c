/* SPDX-License-Identifier: BSD-2-Clause */
#include "daemon/recursion/waiting.h"

#include "tests/unit/cmocka_all.h"

#define MANY 1000 /* more than a slab holds */

static void test_records_are_used_again(void **state)
{
	(void)state;
	static struct waiting *taken[MANY];
	struct waiting_pool pool = {0};
	struct waiting *first = waiting_next(&pool);
	assert_non_null(first);
	assert_ptr_equal(waiting_next(&pool), first); /* not taken until it waits */
	for (size_t i = 0; i < MANY; i++) {
		taken[i] = waiting_next(&pool);
		assert_non_null(taken[i]);
		waiting_begin(&pool, taken[i]);
		taken[i]->begin_mono_us = i;
	}
	assert_int_equal(pool.count, MANY);
	struct waiting_slab *slabs = pool.slabs;
	for (size_t i = 0; i < MANY; i += 2)
		waiting_end(&pool, taken[i]);
	assert_int_equal(pool.count, MANY / 2);
	size_t seen = 0;
	struct waiting *at;
	LIST_FOREACH(at, &pool.all, link) {
		assert_int_equal(at->begin_mono_us % 2, 1);
		seen++;
	}
	assert_int_equal(seen, MANY / 2);
	for (size_t i = 0; i < MANY; i += 2) {
		struct waiting *again = waiting_next(&pool);
		assert_int_equal(again->begin_mono_us, 0); /* nothing of before is left in it */
		waiting_begin(&pool, again);
	}
	assert_ptr_equal(pool.slabs, slabs);
	waiting_pool_free(&pool);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_records_are_used_again)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
