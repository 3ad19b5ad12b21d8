/* SPDX-License-Identifier: BSD-2-Clause */
#include "discover/lease.h"
#include "discover/resolv_conf.h"

#include "tests/unit/cmocka_all.h"

#include <stdio.h>

static void assert_addr(const struct ip_addr *addr, const char *text)
{
	char got[IP_ADDR_TEXT_MAX];
	ip_addr_to_text(addr, got);
	assert_string_equal(got, text);
}

static void resolv_conf(void **state)
{
	struct resolv_conf got;
	resolv_conf_read(span_text("# nameserver 192.0.2.9\n"
	                           "domain old.lab\n"
	                           "nameserver 2001:db8::53\r\n"
	                           "nameserver\t fe80::53%lo # ours\n"
	                           "nameserver fe80::53\n"
	                           "nameserver dns.lab\n"
	                           "nameserver\n"
	                           "nameservers 192.0.2.8\n"
	                           "search  a.lab\tlab\n"
	                           "options edns0 trust-ad\n"
	                           "nameserver 192.0.2.53\n"
	                           "options ndots:2"),
	                 &got);
	assert_int_equal(got.server_count, 4);
	assert_addr(&got.servers[0], "2001:db8::53");
	assert_addr(&got.servers[1], "fe80::53%lo");
	assert_addr(&got.servers[3], "192.0.2.53");
	assert_int_equal(got.unscoped, 1);
	assert_int_equal(got.malformed, 2);
	assert_string_equal(got.search, "a.lab lab");
	assert_string_equal(got.options, "edns0 trust-ad ndots:2");
	resolv_conf_read(span_text(""), &got);
	assert_int_equal(got.server_count, 0);
}

static void resolv_conf_of_any_length(void **state)
{
	char file[40 * 300] = "";
	for (int i = 0; i < 300; i++)
		strcat(file, i % 2 == 0 ? "options some-option\n" : "nameserver ::1\n");
	struct resolv_conf got;
	resolv_conf_read(span_text(file), &got);
	assert_int_equal(got.server_count, RESOLV_CONF_SERVERS_MAX);
	assert_int_equal(got.malformed, 150 - RESOLV_CONF_SERVERS_MAX);
	assert_true(strlen(got.options) < RESOLV_CONF_TEXT_MAX);
}

static void dhclient(void **state)
{
	static const char file[] = "default-duid \"\\000\\001\";\n"
	                           "lease {\n  interface \"eth0\";\n  fixed-address 192.0.2.7;\n"
	                           "  option domain-name-servers 192.0.2.1;\n}\n"
	                           "lease {\n  interface \"eth0\";\n"
	                           "  option domain-name-servers 192.0.2.53,198.51.100.53;\n"
	                           "  option v6-only-preferred 1800;\n}\n"
	                           "lease {\n  interface \"eth1\";\n  option unknown-108 0:0:7:8;\n}\n"
	                           "lease {\n  interface \"eth2\";\n  option unknown-108 0:0:7;\n"
	                           "  option domain-name-servers x;\n}\n"
	                           "lease {\n  interface \"eth0\";\n"; /* being written */
	struct lease got;
	assert_int_equal(lease_read(span_text(file), "eth0", &got), ERR_OK);
	assert_int_equal(got.server_count, 2);
	assert_addr(&got.servers[1], "198.51.100.53");
	assert_true(got.is_ipv6_only_preferred);
	assert_int_equal(got.ipv6_only_wait_s, 1800);
	assert_int_equal(lease_read(span_text(file), "eth1", &got), ERR_OK);
	assert_int_equal(got.server_count, 0);
	assert_true(got.is_ipv6_only_preferred);
	assert_int_equal(got.ipv6_only_wait_s, 1800);
	assert_int_equal(lease_read(span_text(file), "eth2", &got), ERR_OK);
	assert_false(got.is_ipv6_only_preferred);
	assert_int_equal(got.malformed, 2);
	assert_int_equal(lease_read(span_text(file), "eth", &got), ERR_NOT_FOUND);
}

/* Leases of DHCPv6 lie in files of the same kind and say nothing of DHCPv4; their blocks nest. */
static void dhclient_of_both_families(void **state)
{
	static const char six[] = "lease6 {\n  interface \"eth0\";\n  ia-na 01:02:03:04 {\n    iaaddr 2001:db8::7 {\n    }\n  }\n"
	                          "  option dhcp6.name-servers 2001:db8::53;\n}\n";
	char file[1024];
	struct lease got;
	assert_int_equal(lease_read(span_text(six), "eth0", &got), ERR_NOT_FOUND);
	snprintf(file, sizeof(file), "lease {\n  interface \"eth1\";\n  option domain-name-servers 192.0.2.53;\n}\n%s", six);
	assert_int_equal(lease_read(span_text(file), "eth0", &got), ERR_NOT_FOUND);
	assert_int_equal(lease_read(span_text(file), "eth1", &got), ERR_OK);
	assert_int_equal(got.server_count, 1);
}

static void networkd(void **state)
{
	struct lease got;
	assert_int_equal(lease_read(span_text("# This is private data. Do not parse.\nADDRESS=192.0.2.7\nNETMASK=255.255.255.0\n"
	                                      "DNS=192.0.2.53 198.51.100.53\nNTP=192.0.2.1\n"),
	                            "eth0", &got),
	                 ERR_OK);
	assert_int_equal(got.server_count, 2);
	assert_addr(&got.servers[0], "192.0.2.53");
	assert_false(got.is_ipv6_only_preferred);
	assert_int_equal(lease_read(span_text("DNS=192.0.2.53\n"), "eth0", &got), ERR_NOT_FOUND);
	assert_int_equal(lease_read(span_text(""), "eth0", &got), ERR_NOT_FOUND);
}

static void dhcpcd(void **state)
{
	static const uint8_t options[] = {99, 130, 83, 99, 53, 1, 5, 0, 6, 8, 192, 0, 2, 53, 198, 51, 100, 53,
	                                  108, 4, 0, 0, 7, 8, 255, 6, 4, 1, 1, 1, 1};
	uint8_t message[236 + sizeof(options)] = {2, 1, 6};
	memcpy(message + 236, options, sizeof(options));
	struct lease got;
	assert_int_equal(lease_read(span_of(message, sizeof(message)), "eth0", &got), ERR_OK);
	assert_int_equal(got.server_count, 2);
	assert_addr(&got.servers[1], "198.51.100.53");
	assert_int_equal(got.ipv6_only_wait_s, 1800);
	assert_int_equal(got.malformed, 0);
	/* Cut within an option; lengths that RFC 2132 3.8 and RFC 8925 3.4 do not know. */
	assert_int_equal(lease_read(span_of(message, 236 + 12), "eth0", &got), ERR_OK);
	assert_int_equal(got.server_count, 0);
	assert_int_equal(got.malformed, 1);
	message[236 + 9] = 7;
	assert_int_equal(lease_read(span_of(message, 236 + 17), "eth0", &got), ERR_OK);
	assert_int_equal(got.malformed, 1);
	assert_int_equal(lease_read(span_of(message, 236), "eth0", &got), ERR_NOT_FOUND);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(resolv_conf), cmocka_unit_test(resolv_conf_of_any_length), cmocka_unit_test(dhclient),
		cmocka_unit_test(dhclient_of_both_families),
		cmocka_unit_test(networkd),    cmocka_unit_test(dhcpcd),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
