/* SPDX-License-Identifier: BSD-2-Clause */
#include "daemon/zone_slot.h"

#include "tests/unit/cmocka_all.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void file_write(const char *path, const char *text)
{
	FILE *file = fopen(path, "w");
	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	fclose(file);
}

#define ZONE_TEXT "$TTL 60\n@ SOA ns hostmaster 1 2 3 4 5\n@ NS ns\nns AAAA 2001:db8::1\n"

/* The reload of one zone does not make another, which failed, look well. */
static void test_failure_outlives_other_reload(void **state)
{
	(void)state;
	char folder[] = "/tmp/sextant-slot-XXXXXX", good[64], bad[64];
	assert_non_null(mkdtemp(folder));
	snprintf(good, sizeof(good), "%s/good", folder);
	snprintf(bad, sizeof(bad), "%s/bad", folder);
	file_write(good, ZONE_TEXT);
	file_write(bad, "@ SOA nonsense\n");
	struct config_zone zones[] = {
		{.key = "good", .name = name_of((const uint8_t *)"\4good"), .file = good, .lint = CONFIG_LINT_OFF},
		{.key = "bad", .name = name_of((const uint8_t *)"\3bad"), .file = bad, .lint = CONFIG_LINT_OFF}};
	const struct config config = {.zones = zones, .zone_count = 2};
	struct zone_slots_options options = {.config = &config};
	struct zone_slots *first, *second, *third;
	assert_int_equal(zone_slots_load(&options, &first), ERR_OK);
	assert_int_equal(first->all[0].result, ZONE_LOADED);
	assert_int_equal(first->all[1].result, ZONE_FAILED);

	options.old = first;
	options.only = "good";
	assert_int_equal(zone_slots_load(&options, &second), ERR_OK);
	assert_int_equal(second->all[0].result, ZONE_LOADED);
	assert_int_equal(second->all[1].result, ZONE_FAILED);
	assert_string_equal(second->all[1].message, first->all[1].message);
	zone_slots_free(first);

	file_write(bad, ZONE_TEXT);
	options.old = second;
	options.only = "bad";
	assert_int_equal(zone_slots_load(&options, &third), ERR_OK);
	assert_int_equal(third->all[0].result, ZONE_UNCHANGED);
	assert_int_equal(third->all[1].result, ZONE_LOADED);
	zone_slots_free(second);
	zone_slots_free(third);
	unlink(good);
	unlink(bad);
	rmdir(folder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_failure_outlives_other_reload)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
