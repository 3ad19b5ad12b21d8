/* SPDX-License-Identifier: BSD-2-Clause */
#include "audit/verdict.h"
#include "tests/unit/cmocka_all.h"

#define ZONE ((struct name){(const uint8_t *)"\7example\0", 9, 1})

static struct chain chain = {.family = FAMILY_IPV6, .state = CHAIN_BROKEN, .server_count = 1};

/* One server that is named elsewhere; nobody gets the zone over IPv6. */
static void view_broken(struct view *view, enum chain_cause cause)
{
	chain.zone = ZONE;
	chain.cause = cause;
	chain.servers[0] = (struct chain_server){.cause = cause, .is_sibling = true};
	*view = (struct view){.zone = ZONE,
			      .chains = {&chain, &chain},
			      .states = {CHAIN_BROKEN, CHAIN_GOOD},
			      .dual = CHAIN_GOOD,
			      .server_count = 1};
}

static void test_verdicts(void **state)
{
	static const struct {
		enum chain_state ipv6, ipv4, dual;
		enum verdict verdict;
	} rows[] = {{CHAIN_GOOD, CHAIN_GOOD, CHAIN_GOOD, VERDICT_BOTH},
		    {CHAIN_GOOD, CHAIN_BROKEN, CHAIN_GOOD, VERDICT_IPV6_ONLY},
		    {CHAIN_BROKEN, CHAIN_GOOD, CHAIN_GOOD, VERDICT_IPV4_ONLY},
		    {CHAIN_BROKEN, CHAIN_BROKEN, CHAIN_GOOD, VERDICT_DUAL_ONLY},
		    {CHAIN_BROKEN, CHAIN_BROKEN, CHAIN_BROKEN, VERDICT_NONE},
		    {CHAIN_UNTESTED, CHAIN_GOOD, CHAIN_GOOD, VERDICT_UNDETERMINED},
		    {CHAIN_BROKEN, CHAIN_BROKEN, CHAIN_UNTESTED, VERDICT_UNDETERMINED}};
	static struct view view;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		view_broken(&view, CAUSE_SILENT);
		view.states[FAMILY_IPV6] = rows[i].ipv6;
		view.states[FAMILY_IPV4] = rows[i].ipv4;
		view.dual = rows[i].dual;
		assert_int_equal(verdict_of(&view), rows[i].verdict);
	}
}

/* Z-12: where it is known that no server has an address of the family, that is the cause, whatever else is broken. */
static void test_cause(void **state)
{
	static struct view view;
	view_broken(&view, CAUSE_SERVER_ZONE);
	assert_int_equal(verdict_cause(&view, FAMILY_IPV6), FINDING_SERVER_ZONE_SIBLING);
	view.servers[0].families[FAMILY_IPV6].is_child_known = true;
	assert_int_equal(verdict_cause(&view, FAMILY_IPV6), FINDING_SERVERS_ONE_FAMILY);
	view.servers[0].families[FAMILY_IPV6].count = 1;
	assert_true(verdict_is_meant(&view, FAMILY_IPV6));
	assert_int_equal(verdict_cause(&view, FAMILY_IPV6), FINDING_SERVER_ZONE_SIBLING);
	view_broken(&view, CAUSE_NO_GLUE);
	assert_int_equal(verdict_cause(&view, FAMILY_IPV6), FINDING_SERVERS_ONE_FAMILY);
	view.servers[0].families[FAMILY_IPV6].count = 1;
	assert_int_equal(verdict_cause(&view, FAMILY_IPV6), FINDING_GLUE_MISSING);
	assert_int_equal(verdict_cause(&view, FAMILY_IPV4), FINDING_CODE_COUNT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_verdicts), cmocka_unit_test(test_cause)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
