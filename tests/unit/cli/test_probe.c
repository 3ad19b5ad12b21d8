/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/doctor/probe.h"

#include "tests/unit/cmocka_all.h"

#include <stdlib.h>

/* However many resolvers are advertised: those that the time is over for are not asked, and that is no verdict. */
static void time_is_bounded(void **state)
{
	const struct probe_plan plan = {.is_family_allowed = {true, true}, .timeout_ms = 100, .total_ms = 0};
	struct client_facts *facts = calloc(1, sizeof(*facts));
	assert_non_null(facts);
	facts->resolver_count = CLIENT_RESOLVERS_MAX;
	for (size_t i = 0; i < facts->resolver_count; i++)
		assert_int_equal(ip_addr_from_text("::1", &facts->resolvers[i].addr), ERR_OK);
	client_probe_all(&plan, facts);
	for (size_t i = 0; i < facts->resolver_count; i++) {
		assert_int_equal(facts->resolvers[i].results[CLIENT_PROBE_UDP].state, CLIENT_UNDETERMINED);
		assert_string_equal(facts->resolvers[i].results[CLIENT_PROBE_UDP].reason, "the 0 s for all resolvers are over");
		assert_int_equal(facts->resolvers[i].results[CLIENT_PROBE_TCP].state, CLIENT_NOT_TESTED);
	}
	free(facts);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(time_is_bounded)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
