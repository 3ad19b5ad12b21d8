/* SPDX-License-Identifier: BSD-2-Clause */
#include "daemon/recursion/prefixes.h"

#include "tests/unit/cmocka_all.h"

#include <stdio.h>
#include <stdlib.h>

#define SECOND 1000000ull

struct setup {
	FILE *file;
	struct recursion recursion;
	struct config_service config;
	struct dns64_rule rule;
};

static int setup_open(void **state)
{
	struct setup *setup = calloc(1, sizeof(*setup));
	assert_non_null(setup);
	setup->file = tmpfile();
	setup->recursion.log = log_new(fileno(setup->file), LOG_FORMAT_JSON, LOG_LEVEL_INFO, NULL);
	setup->recursion.service = "lan";
	setup->recursion.nat64 = pref64_table_new();
	setup->recursion.learned = pref64_table_new();
	*state = setup;
	return 0;
}

static int setup_close(void **state)
{
	struct setup *setup = *state;
	log_free(setup->recursion.log);
	pref64_table_free(setup->recursion.nat64);
	pref64_table_free(setup->recursion.learned);
	fclose(setup->file);
	free(setup);
	return 0;
}

static struct pref64 prefix_make(const char *text, enum pref64_source source, const char *router)
{
	struct pref64 prefix = {.source = source};
	assert_int_equal(ip_prefix_from_text(text, &prefix.prefix), ERR_OK);
	if (router != NULL)
		assert_int_equal(ip_addr_from_text(router, &prefix.router), ERR_OK);
	return prefix;
}

static size_t in_use(const struct pref64_table *table, uint64_t now_us)
{
	struct ip_prefix prefixes[PREF64_MAX];
	return pref64_table_in_use(table, now_us, prefixes, PREF64_MAX);
}

/* Lines of the log that hold the text. */
static unsigned lines_with(struct setup *setup, const char *text)
{
	char line[2048];
	unsigned count = 0;
	rewind(setup->file);
	while (fgets(line, sizeof(line), setup->file) != NULL)
		count += strstr(line, text) != NULL;
	return count;
}

static void test_only_wanted_sources_count(void **state)
{
	struct setup *setup = *state;
	struct pref64 ra = prefix_make("2001:db8:64::/96", PREF64_RA, "fe80::1");
	prefixes_heard(&setup->recursion, &setup->config, &ra, 600, SECOND);
	assert_int_equal(in_use(setup->recursion.learned, SECOND), 0);
	setup->config.resolver.has_dns64 = true;
	setup->config.resolver.dns64.prefix.is_from_ra = true;
	assert_true(prefixes_want(&setup->config, PREF64_RA));
	assert_false(prefixes_want(&setup->config, PREF64_RFC7050));
	prefixes_heard(&setup->recursion, &setup->config, &ra, 600, SECOND);
	prefixes_heard(&setup->recursion, &setup->config, &ra, 600, 2 * SECOND);
	struct pref64 dns = prefix_make("2001:db8:65::/96", PREF64_RFC7050, NULL);
	prefixes_heard(&setup->recursion, &setup->config, &dns, 600, SECOND);
	assert_int_equal(in_use(setup->recursion.learned, 2 * SECOND), 1);
	assert_int_equal(in_use(setup->recursion.nat64, 2 * SECOND), 0); /* upstream-nat64 is off */
	assert_true(prefixes_have(&setup->recursion, PREF64_RA, 2 * SECOND));
	assert_int_equal(lines_with(setup, "\"state\":\"added\""), 1); /* told once, not with each advertisement */
	assert_int_equal(lines_with(setup, "fe80::1"), 1);
}

static void test_end_withdrawal_and_conflict_are_told(void **state)
{
	struct setup *setup = *state;
	setup->config.resolver.has_dns64 = true;
	setup->config.resolver.dns64.prefix.is_from_ra = true;
	struct pref64 one = prefix_make("2001:db8:64::/96", PREF64_RA, "fe80::1");
	struct pref64 other = prefix_make("2001:db8:66::/96", PREF64_RA, "fe80::2");
	prefixes_heard(&setup->recursion, &setup->config, &one, 100, SECOND);
	prefixes_heard(&setup->recursion, &setup->config, &other, 100, 50 * SECOND);
	assert_int_equal(lines_with(setup, "\"state\":\"conflict\""), 1);
	prefixes_expire(&setup->recursion, 102 * SECOND);
	assert_int_equal(lines_with(setup, "\"state\":\"removed\""), 1);
	prefixes_heard(&setup->recursion, &setup->config, &other, 0, 103 * SECOND);
	assert_int_equal(lines_with(setup, "\"state\":\"removed\""), 2);
	assert_int_equal(in_use(setup->recursion.learned, 103 * SECOND), 0);
}

static void test_a_reload_takes_back_what_it_no_longer_wants(void **state)
{
	struct setup *setup = *state;
	struct config_resolver *config = &setup->config.resolver;
	assert_int_equal(ip_prefix_from_text("2001:db8:64::/96", &setup->rule.prefix), ERR_OK);
	config->is_nat64_on = true;
	config->nat64 = (struct config_pref64){.rules = &setup->rule, .rule_count = 1, .is_from_dns = true};
	prefixes_apply(&setup->recursion, &setup->config, SECOND);
	struct pref64 dns = prefix_make("2001:db8:65::/96", PREF64_RFC7050, NULL);
	prefixes_heard(&setup->recursion, &setup->config, &dns, 600, SECOND);
	struct pref64 all[PREF64_MAX];
	assert_int_equal(pref64_table_all(setup->recursion.nat64, all, PREF64_MAX), 2);
	assert_int_equal(in_use(setup->recursion.nat64, 1000000 * SECOND), 1); /* what is written does not end */
	config->nat64 = (struct config_pref64){.is_from_dns = true};
	prefixes_apply(&setup->recursion, &setup->config, 2 * SECOND);
	assert_int_equal(pref64_table_all(setup->recursion.nat64, all, PREF64_MAX), 1);
	assert_int_equal(all[0].source, PREF64_RFC7050);
	config->is_nat64_on = false;
	prefixes_apply(&setup->recursion, &setup->config, 3 * SECOND);
	assert_int_equal(pref64_table_all(setup->recursion.nat64, all, PREF64_MAX), 0);
}

#define T(test) cmocka_unit_test_setup_teardown(test, setup_open, setup_close)

int main(void)
{
	const struct CMUnitTest tests[] = {T(test_only_wanted_sources_count), T(test_end_withdrawal_and_conflict_are_told),
	                                   T(test_a_reload_takes_back_what_it_no_longer_wants)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
