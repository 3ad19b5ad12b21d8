/* SPDX-License-Identifier: BSD-2-Clause */
#include "signals/sensors/runbook.h"

#include "tests/unit/cmocka_all.h"

/* M-17: each signal has its page, and its page each part. */
static void test_each_sensor_has_a_page(void **state)
{
	(void)state;
	for (unsigned i = 0; i < SENSOR_COUNT; i++) {
		const struct runbook *runbook = sensor_runbook((enum sensor)i);
		if (runbook->title == NULL)
			fail_msg("%s has no row in src/signals/sensors/runbooks.def", sensor_name((enum sensor)i));
		const char *const parts[] = {runbook->breaks, runbook->confirm, runbook->mend,
					     sensor_means((enum sensor)i), sensor_next((enum sensor)i)};
		for (size_t part = 0; part < sizeof(parts) / sizeof(*parts); part++) {
			if (parts[part] == NULL || parts[part][0] == '\0')
				fail_msg("the page of %s lacks part %zu", sensor_name((enum sensor)i), part);
		}
	}
}

static void test_by_name(void **state)
{
	enum sensor sensor;
	struct text page = {0};
	(void)state;
	assert_true(sensor_by_name("tc-share", &sensor));
	assert_int_equal(sensor, SENSOR_TC_SHARE);
	assert_false(sensor_by_name("tc", &sensor));
	sensor_explain(SENSOR_TC_SHARE, &page);
	assert_non_null(strstr(text_string(&page), "Means: More answers are truncated"));
	assert_non_null(strstr(text_string(&page), "\nNext: sextant query"));
	text_free(&page);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_sensor_has_a_page),
		cmocka_unit_test(test_by_name),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
