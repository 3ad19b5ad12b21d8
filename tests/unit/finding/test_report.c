/* SPDX-License-Identifier: BSD-2-Clause */
#include "finding/report.h"

#include "tests/unit/cmocka_all.h"

static const struct place nowhere = {0};

static void as_the_design_shows_it(void **state)
{
	struct finding_list *list = finding_list_new();
	struct place place = {.file = "zones/2001-db8-10.rev", .line = 6, .column = 1, .width = 31};
	struct finding *finding = finding_add(list, FINDING_PTR_OWNER, place, NULL, "sextant reverse generate",
	                                      "The full name has 28 nibbles; an IPv6 address has 32. `dig -x` can never "
	                                      "ask for it.\nThe right owner is:\n  0.2.0.0");
	const char *line = "0.2.0.0.0.0.0.0.0.0.0.0.0.0.0.0 IN PTR app.example.com.";
	finding_set_excerpt(list, finding, line, strlen(line));
	finding_add(list, FINDING_PTR_MISSING, nowhere, NULL, NULL, "api.example.com has AAAA 2001:db8:10::30 but no PTR");
	finding_sort(list);
	struct report_options options = {.columns = 80, .has_summary = true, .zone_count = 2, .elapsed_us = 40000};
	struct text out = {0};
	finding_report_text(list, &options, &out);
	assert_string_equal(text_string(&out),
	                    "error   P02  zones/2001-db8-10.rev:6:1\n"
	                    "        6 | 0.2.0.0.0.0.0.0.0.0.0.0.0.0.0.0 IN PTR app.example.com.\n"
	                    "          | ^~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~\n"
	                    "        The full name has 28 nibbles; an IPv6 address has 32. `dig -x` can never\n"
	                    "        ask for it.\n"
	                    "        The right owner is:\n"
	                    "          0.2.0.0\n"
	                    "        fix: sextant reverse generate\n"
	                    "notice  P01  api.example.com has AAAA 2001:db8:10::30 but no PTR\n"
	                    "\n"
	                    "1 error, 1 notice in 2 zones (0.04 s)\n");
	text_free(&out);
	finding_list_free(list);
}

static void nothing_found(void **state)
{
	struct finding_list *list = finding_list_new();
	struct report_options options = {.has_summary = true, .zone_count = 1};
	struct text out = {0};
	finding_report_text(list, &options, &out);
	assert_string_equal(text_string(&out), "no findings in 1 zone\n");
	text_free(&out);
	finding_list_free(list);
}

static size_t occurrences(const char *text, const char *part)
{
	size_t count = 0;
	for (const char *at = text; (at = strstr(at, part)) != NULL; at++)
		count++;
	return count;
}

static void many_of_a_code_fold(void **state)
{
	static const struct {
		size_t added, shown;
	} rows[] = {{REPORT_FOLD_OVER, REPORT_FOLD_OVER}, {REPORT_FOLD_OVER + 1, REPORT_FOLD_SHOWN}, {12345, 3}};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct finding_list *list = finding_list_new();
		for (size_t n = 0; n < rows[i].added; n++)
			finding_add(list, FINDING_SERVERS_IPV6, nowhere, NULL, NULL, "number %zu", n);
		struct report_options options = {.has_summary = true};
		struct text out = {0};
		finding_report_text(list, &options, &out);
		assert_int_equal(occurrences(text_string(&out), "error   D02"), rows[i].shown);
		assert_int_equal(occurrences(text_string(&out), "... and "), rows[i].shown < rows[i].added);
		if (rows[i].added == 12345) {
			assert_non_null(strstr(text_string(&out), "... and 12,342 more D02"));
			assert_non_null(strstr(text_string(&out), "12,345 errors"));
		}
		text_free(&out);
		finding_list_free(list);
	}
}

static void nothing_reaches_the_terminal(void **state)
{
	static const char hostile[] = "a\033[2Jb\tc\x7f\xc2\x9b" "d\xe2\x80\xae" "e\xff" "f\xc3\xa4\r";
	struct finding_list *list = finding_list_new();
	struct place place = {.file = "x\033y", .line = 1, .column = 7, .width = 2};
	struct finding *finding = finding_add(list, FINDING_ZONE_SYNTAX, place, hostile, hostile, "%s", hostile);
	finding_set_excerpt(list, finding, hostile, strlen(hostile));
	struct report_options options = {.columns = 80};
	struct text out = {0};
	finding_report_text(list, &options, &out);
	for (size_t i = 0; i < out.size; i++)
		assert_true((uint8_t)out.data[i] >= 0x20 || out.data[i] == '\n');
	assert_non_null(strstr(out.data, "a?[2Jb c???d???e?f\xc3\xa4?"));
	assert_non_null(strstr(out.data, "\n          |       ^~\n"));
	assert_null(strstr(out.data, "\xe2\x80\xae"));
	text_clear(&out);
	options.is_color = true;
	finding_report_text(list, &options, &out);
	assert_non_null(strstr(out.data, "\033[1;31merror  \033[0m ZON-01"));
	text_free(&out);
	finding_list_free(list);
}

static void long_lines_are_cut_around_the_place(void **state)
{
	char line[300];
	memset(line, 'x', sizeof(line));
	memcpy(line + 200, "HERE", 4);
	struct finding_list *list = finding_list_new();
	struct place place = {.file = "f", .line = 12, .column = 201, .width = 4};
	struct finding *finding = finding_add(list, FINDING_ZONE_SYNTAX, place, NULL, NULL, "c");
	finding_set_excerpt(list, finding, line, sizeof(line));
	struct report_options options = {.columns = 60};
	struct text out = {0};
	finding_report_text(list, &options, &out);
	const char *excerpt = strchr(out.data, '\n') + 1, *caret = strchr(excerpt, '\n') + 1;
	assert_true(caret - excerpt <= 61);
	assert_int_equal(strstr(excerpt, "HERE") - excerpt, strchr(caret, '^') - caret);
	text_free(&out);
	finding_list_free(list);
}

static void json_has_all(void **state)
{
	struct finding_list *list = finding_list_new();
	finding_list_set_limit(list, 2);
	struct place place = {.file = "a.zone", .line = 4, .column = 2};
	finding_add(list, FINDING_SERVERS_IPV4, place, "zone a", "mend", "cause \"quoted\"");
	finding_add(list, FINDING_SERVERS_UNKNOWN, nowhere, "b", NULL, "?")->is_undetermined = true;
	for (int i = 0; i < 5; i++)
		finding_add(list, FINDING_ZONE_UNSIGNED, nowhere, NULL, NULL, "unsigned");
	finding_sort(list);
	struct text out = {0};
	finding_report_json(list, "sextant.check/1", &out);
	/* Whether it is well-formed JSON is seen by Python in tests/system/test_check.py. */
	static const char *const parts[] = {
		"{\"schema\":\"sextant.check/1\",\"findings\":[{\"code\":\"D01\",\"severity\":\"error\",",
		"\"subject\":\"zone a\",\"file\":\"a.zone\",\"line\":4,\"column\":2,",
		"\"cause\":\"cause \\\"quoted\\\"\",\"fix\":\"mend\",\"reference\":\"RFC 10001 §4.1; A-01, Z-01\",",
		"\"excerpt\":null,\"undetermined\":false}",
		"\"counts\":{\"error\":1,\"warning\":0,\"notice\":6,\"undetermined\":1,\"codes\":{",
		"\"S06\":5", "\"folded\":{\"S06\":3}",
		"\"undetermined\":[{\"code\":\"ZON-21\",\"subject\":\"b\",\"cause\":\"?\"}]}\n",
	};
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		if (strstr(out.data, parts[i]) == NULL)
			fail_msg("no %s in %s", parts[i], out.data);
	}
	text_free(&out);
	finding_list_free(list);
}

static void explanation(void **state)
{
	struct text out = {0};
	finding_report_explanation(finding_row_by_code("d02"), 72, &out);
	assert_int_equal(strncmp(out.data, "D02  fewer than two name servers over IPv6\nusual severity error; see RFC 10001",
	                         74), 0);
	for (const char *line = out.data; *line != '\0'; line = strchr(line, '\n') + 1)
		assert_true(strcspn(line, "\n") <= 72);
	text_clear(&out);
	finding_report_explanation_json(finding_row_by_code("D02"), &out);
	assert_non_null(strstr(out.data, "\"code\":\"D02\",\"severity\":\"error\""));
	text_free(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(as_the_design_shows_it),
		cmocka_unit_test(nothing_found),
		cmocka_unit_test(many_of_a_code_fold),
		cmocka_unit_test(nothing_reaches_the_terminal),
		cmocka_unit_test(long_lines_are_cut_around_the_place),
		cmocka_unit_test(json_has_all),
		cmocka_unit_test(explanation),
	};
	return cmocka_run_group_tests_name("finding/report", tests, NULL, NULL);
}
