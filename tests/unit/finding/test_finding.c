/* SPDX-License-Identifier: BSD-2-Clause */
#include "finding/finding.h"

#include "tests/unit/cmocka_all.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static const struct place nowhere = {0};

static void rows_are_whole(void **state)
{
	static const char *const parts[] = {"Means: ", "\nBreaks: ", "\nMend: ", "\nNext: "};
	for (int i = 0; i < FINDING_CODE_COUNT; i++) {
		const struct finding_row *row = finding_row((enum finding_code)i);
		assert_ptr_equal(finding_row_by_code(row->code), row); /* also: no code is used twice */
		assert_true(strlen(row->title) > 5 && strlen(row->title) < 80);
		assert_non_null(row->reference);
		for (size_t part = 0; part < sizeof(parts) / sizeof(parts[0]); part++) {
			if (strstr(row->explanation, parts[part]) == NULL)
				fail_msg("the explanation of %s has no \"%s\"", row->code, parts[part]);
		}
	}
	assert_non_null(finding_row_by_code("zon-17"));
	assert_null(finding_row_by_code("D99"));
}

static void texts_are_copied(void **state)
{
	struct finding_list *list = finding_list_new();
	char file[] = "a.zone", subject[] = "zone a", fix[] = "mend it";
	struct place place = {.file = file, .line = 3};
	struct finding *finding = finding_add(list, FINDING_SERVERS_IPV6, place, subject, fix, "%d of %d", 1, 2);
	assert_non_null(finding);
	file[0] = subject[0] = fix[0] = '!';
	assert_string_equal(finding->place.file, "a.zone");
	assert_string_equal(finding->subject, "zone a");
	assert_string_equal(finding->fix, "mend it");
	assert_string_equal(finding->cause, "1 of 2");
	assert_int_equal(finding->severity, SEVERITY_ERROR);
	finding_set_excerpt(list, finding, "  IN NS a", 9);
	assert_string_equal(finding->excerpt, "  IN NS a");
	finding_list_free(list);
}

static void order(void **state)
{
	struct finding_list *list = finding_list_new();
	finding_add(list, FINDING_ZONE_UNSIGNED, nowhere, NULL, NULL, "last");
	finding_add(list, FINDING_ZONE_LOST_INDENT, (struct place){.file = "b", .line = 1}, NULL, NULL, "fourth");
	finding_add(list, FINDING_SERVERS_IPV4, (struct place){.file = "b", .line = 2}, NULL, NULL, "third");
	finding_add(list, FINDING_SERVERS_IPV6, (struct place){.file = "a", .line = 9}, NULL, NULL, "second");
	finding_add(list, FINDING_SERVERS_IPV4, (struct place){.file = "a", .line = 9}, NULL, NULL, "first");
	finding_sort(list);
	static const char *const want[] = {"first", "second", "third", "fourth", "last"};
	for (size_t i = 0; i < finding_count(list); i++)
		assert_string_equal(finding_at(list, i)->cause, want[i]);
	assert_null(finding_at(list, 5));
	finding_list_free(list);
}

static void counts_stay_exact_when_folded(void **state)
{
	struct finding_list *list = finding_list_new();
	for (int i = 0; i < 250000; i++) {
		if (!finding_fold(list, FINDING_SERVERS_IPV6, SEVERITY_ERROR))
			finding_add(list, FINDING_SERVERS_IPV6, nowhere, NULL, NULL, "%d", i);
	}
	for (int i = 0; i < FINDING_KEPT_MAX + 5; i++)
		finding_add(list, FINDING_ZONE_UNSIGNED, nowhere, NULL, NULL, "%d", i);
	assert_int_equal(finding_count(list), 2 * FINDING_KEPT_MAX);
	assert_int_equal(finding_count_code(list, FINDING_SERVERS_IPV6), 250000);
	assert_int_equal(finding_count_folded(list, FINDING_ZONE_UNSIGNED), 5);
	assert_int_equal(finding_count_severity(list, SEVERITY_ERROR), 250000);
	assert_int_equal(finding_count_at_least(list, SEVERITY_NOTICE), 251005);
	finding_list_set_limit(list, SIZE_MAX);
	assert_false(finding_fold(list, FINDING_SERVERS_IPV6, SEVERITY_ERROR));
	finding_list_free(list);
}

static void excerpts_come_from_the_file(void **state)
{
	char path[] = "/tmp/test_finding.XXXXXX";
	int fd = mkstemp(path);
	assert_true(fd >= 0);
	const char *zone = "$TTL 300\n0.2.0 IN PTR app.example.\r\n\tIN NS ns1\n";
	assert_int_equal(write(fd, zone, strlen(zone)), (ssize_t)strlen(zone));
	close(fd);
	struct finding_list *list = finding_list_new();
	struct finding *third = finding_add(list, FINDING_PTR_OWNER, (struct place){path, 3, 1, 0}, NULL, NULL, "c");
	struct finding *second = finding_add(list, FINDING_PTR_OWNER, (struct place){path, 2, 1, 0}, NULL, NULL, "b");
	struct finding *beyond = finding_add(list, FINDING_PTR_OWNER, (struct place){path, 9, 1, 0}, NULL, NULL, "d");
	struct finding *absent = finding_add(list, FINDING_PTR_OWNER, (struct place){"/nowhere", 1, 1, 0}, NULL, NULL, "e");
	finding_list_read_excerpts(list);
	assert_string_equal(second->excerpt, "0.2.0 IN PTR app.example.");
	assert_int_equal(second->place.width, 5);
	assert_string_equal(third->excerpt, "\tIN NS ns1");
	assert_int_equal(third->place.column, 0);
	assert_null(beyond->excerpt);
	assert_null(absent->excerpt);
	finding_list_free(list);
	unlink(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rows_are_whole),
		cmocka_unit_test(texts_are_copied),
		cmocka_unit_test(order),
		cmocka_unit_test(counts_stay_exact_when_folded),
		cmocka_unit_test(excerpts_come_from_the_file),
	};
	return cmocka_run_group_tests_name("finding/finding", tests, NULL, NULL);
}
