/* SPDX-License-Identifier: BSD-2-Clause */
#include "config/quantity.h"
#include "config/suggest.h"

#include "tests/unit/cmocka_all.h"

#include <string.h>

static void durations_need_a_unit(void **state)
{
	static const struct {
		const char *text;
		int result;
		uint32_t ms;
	} rows[] = {
		{"500ms", ERR_OK, 500},  {"10s", ERR_OK, 10000},    {"2m", ERR_OK, 120000},
		{"1h", ERR_OK, 3600000}, {"7d", ERR_OK, 604800000}, {"0", ERR_OK, 0},
		{"10", ERR_SYNTAX, 0},   {"", ERR_SYNTAX, 0},       {"s", ERR_SYNTAX, 0},
		{"-1s", ERR_SYNTAX, 0},  {"1.5s", ERR_SYNTAX, 0},   {"10 s", ERR_SYNTAX, 0},
		{"10S", ERR_SYNTAX, 0},  {"50d", ERR_RANGE, 0},     {"99999999999s", ERR_RANGE, 0},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		uint32_t ms = 0;
		int result = quantity_duration_ms(rows[i].text, &ms);
		if (result != rows[i].result || ms != rows[i].ms)
			fail_msg("%s: %d, %u", rows[i].text, result, ms);
	}
}

static void numbers_and_bools(void **state)
{
	uint32_t number = 0;
	bool is_true = false;
	assert_int_equal(quantity_number("4294967295", &number), ERR_OK);
	assert_int_equal(number, UINT32_MAX);
	assert_int_equal(quantity_number("4294967296", &number), ERR_RANGE);
	assert_int_equal(quantity_number("1x", &number), ERR_SYNTAX);
	assert_int_equal(quantity_bool("on", &is_true), ERR_OK);
	assert_true(is_true);
	assert_int_equal(quantity_bool("false", &is_true), ERR_OK);
	assert_false(is_true);
	assert_int_equal(quantity_bool("maybe", &is_true), ERR_SYNTAX);
}

static void the_closest_word_is_suggested(void **state)
{
	static const char *const known[] = {"listen", "zones", "families", "transport", "tcp-mss", "any"};
	static const struct {
		const char *wrong, *expected;
	} rows[] = {
		{"listne", "listen"},
		{"lisen", "listen"},
		{"zone", "zones"},
		{"Families", "families"},
		{"trans", "transport"},
		{"tcp_mss", "tcp-mss"},
		{"forwarders", NULL},
		{"x", NULL},
		{"", NULL},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct suggestion suggestion = {0};
		for (size_t j = 0; j < sizeof(known) / sizeof(known[0]); j++)
			suggest_offer(&suggestion, rows[i].wrong, known[j]);
		bool is_same =
			suggestion.word == rows[i].expected || (suggestion.word != NULL && rows[i].expected != NULL &&
								strcmp(suggestion.word, rows[i].expected) == 0);
		if (!is_same)
			fail_msg("%s: %s", rows[i].wrong, suggestion.word != NULL ? suggestion.word : "none");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(durations_need_a_unit),
		cmocka_unit_test(numbers_and_bools),
		cmocka_unit_test(the_closest_word_is_suggested),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
