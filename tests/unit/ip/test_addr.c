/* SPDX-License-Identifier: BSD-2-Clause */
#include "ip/addr.h"
#include "ip/prefix.h"

#include "tests/unit/cmocka_all.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

static void endpoints(void **state)
{
	static const char *const rows[][2] = {
		{"::1@5300", "::1@5300"}, {"2001:DB8:0::1", "2001:db8::1@53"}, {"192.0.2.1@65535", "192.0.2.1@65535"},
		{"fe80::1%lo@53", "fe80::1%lo@53"}, {"::ffff:192.0.2.1", "::ffff:192.0.2.1@53"},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct ip_endpoint endpoint, back;
		char text[IP_ENDPOINT_TEXT_MAX];
		assert_int_equal(ip_endpoint_from_text(rows[i][0], 53, &endpoint), ERR_OK);
		ip_endpoint_to_text(&endpoint, text);
		assert_string_equal(text, rows[i][1]);
		struct sockaddr_storage kernel;
		assert_true(ip_endpoint_to_sockaddr(&endpoint, &kernel) > 0);
		assert_int_equal(ip_endpoint_from_sockaddr((struct sockaddr *)&kernel, &back), ERR_OK);
		assert_true(ip_addr_equal(&endpoint.addr, &back.addr));
		assert_int_equal(endpoint.port, back.port);
	}
}

static void bad_endpoints(void **state)
{
	static const char *const rows[] = {"", "::g", "1.2.3", "1.2.3.4.5", "::1@", "::1@0", "::1@65536", "::1@1x", "[::1]",
	                                   "2001:db8::1%lo", "fe80::1%", "192.0.2.1%lo", "::1 ", "01.2.3.4"};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct ip_endpoint endpoint;
		assert_int_not_equal(ip_endpoint_from_text(rows[i], 53, &endpoint), ERR_OK);
	}
	struct ip_endpoint endpoint;
	assert_int_equal(ip_endpoint_from_text("fe80::1%nosuchif0", 53, &endpoint), ERR_NOT_FOUND);
}

static void prefixes(void **state)
{
	struct ip_prefix prefix;
	struct ip_addr addr;
	char text[IP_PREFIX_TEXT_MAX];
	assert_int_equal(ip_prefix_from_text("2001:db8::/33", &prefix), ERR_OK);
	ip_prefix_to_text(&prefix, text);
	assert_string_equal(text, "2001:db8::/33");
	assert_int_equal(ip_addr_from_text("2001:db8:7fff::1", &addr), ERR_OK);
	assert_true(ip_prefix_contains(&prefix, &addr));
	assert_int_equal(ip_addr_from_text("2001:db8:8000::1", &addr), ERR_OK);
	assert_false(ip_prefix_contains(&prefix, &addr));
	assert_int_equal(ip_prefix_from_text("2001:db8:8000::/32", &prefix), ERR_MISMATCH);
	assert_int_equal(ip_prefix_from_text("10.0.0.0/33", &prefix), ERR_RANGE);
	assert_int_equal(ip_prefix_from_text("10.0.0.0/", &prefix), ERR_SYNTAX);
	assert_int_equal(ip_prefix_from_text("0.0.0.0/0", &prefix), ERR_OK);
	assert_int_equal(ip_addr_from_text("203.0.113.9", &addr), ERR_OK);
	assert_true(ip_prefix_contains(&prefix, &addr));
	assert_int_equal(ip_addr_from_text("::", &addr), ERR_OK);
	assert_false(ip_prefix_contains(&prefix, &addr));
}

/* inet_ntop is the oracle, on addresses in which runs of zeros are frequent. */
static void texts_are_those_of_the_c_library(void **state)
{
	(void)state;
	srandom(20261130);
	for (int i = 0; i < 200000; i++) {
		struct ip_addr addr = {.family = i % 4 == 0 ? FAMILY_IPV4 : FAMILY_IPV6};
		char text[IP_ADDR_TEXT_MAX], wanted[IP_ADDR_TEXT_MAX];
		for (size_t k = 0; k < ip_addr_size(addr.family); k += 2) {
			long kind = random() % 4;
			addr.bytes[k] = kind == 0 ? (uint8_t)random() : kind == 3 ? 0xff : 0;
			addr.bytes[k + 1] = kind == 0 || kind == 1 ? (uint8_t)random() : kind == 3 ? 0xff : 0;
		}
		assert_non_null(inet_ntop(addr.family == FAMILY_IPV6 ? AF_INET6 : AF_INET, addr.bytes, wanted,
		                          sizeof(wanted)));
		assert_int_equal(ip_addr_to_text(&addr, text), strlen(wanted));
		assert_string_equal(text, wanted);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(endpoints),
		cmocka_unit_test(bad_endpoints),
		cmocka_unit_test(prefixes),
		cmocka_unit_test(texts_are_those_of_the_c_library),
	};
	return cmocka_run_group_tests_name("ip/addr", tests, NULL, NULL);
}
