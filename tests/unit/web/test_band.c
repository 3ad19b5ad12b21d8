/* SPDX-License-Identifier: BSD-2-Clause */
#include "web/band.h"

#include "tests/unit/cmocka_all.h"

#include <stdbool.h>

#define START_S 1795305600u /* 2026-11-22, midnight */
#define DAY_S 86400u

/* Hours of so many days; the ratio of a day is 1.0 and a tenth of its number more. absent: days without a value. */
static json_t *past_make(unsigned days, unsigned absent, int aaaa_an_hour)
{
	json_t *aaaa = json_array(), *a = json_array();
	for (unsigned hour = 0; hour < days * 24; hour++) {
		bool is_known = hour / 24 >= absent;
		json_array_append_new(aaaa, is_known ? json_integer(aaaa_an_hour) : json_null());
		json_array_append_new(a, is_known ? json_integer(aaaa_an_hour + aaaa_an_hour / 10 * (int)(hour / 24)) : json_null());
	}
	return json_pack("{s:o, s:o}", "aaaa", aaaa, "a", a);
}

static double value_at(const json_t *band, const char *edge, size_t step)
{
	return json_number_value(json_array_get(json_object_get(band, edge), step));
}

static void seven_days(void **state)
{
	(void)state;
	json_t *past = past_make(8, 0, 1000);
	/* An hour of the ninth day, by ten minutes. */
	const struct band_span span = {.start_s = START_S + 8 * DAY_S + 5 * 3600, .step_s = 600, .steps = 6};
	json_t *band = band_json(past, START_S, &span);
	assert_int_equal(json_integer_value(json_object_get(band, "days")), 7);
	assert_int_equal(json_array_size(json_object_get(band, "low")), 6);
	for (size_t i = 0; i < 6; i++) {
		assert_true(value_at(band, "low", i) > 1.099 && value_at(band, "low", i) < 1.101);
		assert_true(value_at(band, "high", i) > 1.699 && value_at(band, "high", i) < 1.701);
	}
	json_decref(band);
	json_decref(past);
}

/* Two days are no custom, three are; hours with few questions say nothing. */
static void few_days(void **state)
{
	(void)state;
	static const struct {
		unsigned absent;
		int aaaa_an_hour;
		int days;
	} rows[] = {{6, 1000, 0}, {5, 1000, 3}, {0, 10, 0}};
	const struct band_span span = {.start_s = START_S + 8 * DAY_S, .step_s = 3600, .steps = 1};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		json_t *past = past_make(8, rows[i].absent, rows[i].aaaa_an_hour);
		json_t *band = band_json(past, START_S, &span);
		assert_int_equal(band != NULL ? json_integer_value(json_object_get(band, "days")) : 0, rows[i].days);
		json_decref(band);
		json_decref(past);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(seven_days), cmocka_unit_test(few_days)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
