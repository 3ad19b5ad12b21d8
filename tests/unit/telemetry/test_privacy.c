/* SPDX-License-Identifier: BSD-2-Clause */
#include "telemetry/privacy.h"

#include "tests/unit/cmocka_all.h"

static void test_prefixes(void **state)
{
	(void)state;
	static const struct {
		const char *client;
		uint8_t ipv6, ipv4;
		const char *told;
	} rows[] = {
		{"2001:db8:20:1f:a:b:c:d@5353", 56, 24, "2001:db8:20::@0"},
		{"2001:db8:20:1f:a:b:c:d@5353", 61, 24, "2001:db8:20:18::@0"},
		{"2001:db8:20:1f:a:b:c:d@5353", 0, 24, "::@0"},
		{"2001:db8:20:1f:a:b:c:d@5353", 128, 24, "2001:db8:20:1f:a:b:c:d@5353"},
		{"192.0.2.77@5353", 56, 24, "192.0.2.0@0"},
		{"192.0.2.77@5353", 56, 0, "0.0.0.0@0"},
		{"192.0.2.77@5353", 56, 32, "192.0.2.77@5353"},
		{"fe80::1:2%lo@5353", 56, 24, "fe80::@0"},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct privacy privacy = {.length = {[FAMILY_IPV6] = rows[i].ipv6, [FAMILY_IPV4] = rows[i].ipv4}};
		struct query_event event = {0};
		char told[IP_ENDPOINT_TEXT_MAX];
		assert_int_equal(ip_endpoint_from_text(rows[i].client, 0, &event.client), ERR_OK);
		privacy_truncate(&privacy, &event);
		ip_endpoint_to_text(&event.client, told);
		assert_string_equal(told, rows[i].told);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_prefixes)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
