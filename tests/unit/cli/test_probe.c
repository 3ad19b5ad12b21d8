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
	facts->encrypted_count = 1;
	facts->encrypted[0] = (struct client_encrypted){.is_dot = true, .port = 853};
	assert_non_null(client_encrypted_address(&facts->encrypted[0], &facts->resolvers[0].addr));
	assert_int_equal(ip_addr_from_text("2001:db8::1", &facts->encrypted[0].addresses[0].addr), ERR_OK);
	client_probe_all(&plan, facts);
	assert_int_equal(facts->encrypted[0].lookups[FAMILY_IPV6].state, CLIENT_UNDETERMINED);
	assert_int_equal(facts->encrypted[0].addresses[0].tls.state, CLIENT_UNDETERMINED);
	assert_string_equal(facts->encrypted[0].addresses[0].tls.reason, "the time for all resolvers is over");
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
