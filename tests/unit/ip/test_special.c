/* SPDX-License-Identifier: BSD-2-Clause */
#include "ip/special.h"

#include "tests/unit/cmocka_all.h"

static void kinds(void **state)
{
	static const struct {
		const char *text;
		enum ip_kind kind;
	} rows[] = {
		{"::", IP_KIND_ANY}, {"::1", IP_KIND_LOOPBACK}, {"::2", IP_KIND_COMPATIBLE}, {"::192.0.2.4", IP_KIND_COMPATIBLE},
		{"::1:0:0", IP_KIND_GLOBAL}, {"::ffff:192.0.2.1", IP_KIND_MAPPED}, {"::fffe:192.0.2.1", IP_KIND_GLOBAL},
		{"64:ff9b::192.0.2.1", IP_KIND_NAT64}, {"64:ff9b::1:0:0", IP_KIND_GLOBAL},
		{"64:ff9b:1::1", IP_KIND_NAT64_LOCAL}, {"64:ff9b:1:ffff::1", IP_KIND_NAT64_LOCAL},
		{"64:ff9b:2::1", IP_KIND_GLOBAL}, {"100::1", IP_KIND_RESERVED}, {"100:0:0:1::", IP_KIND_GLOBAL},
		{"2001:db8:ffff::1", IP_KIND_DOCUMENTATION}, {"3fff:fff::1", IP_KIND_DOCUMENTATION},
		{"3fff:1000::1", IP_KIND_GLOBAL}, {"2001::1", IP_KIND_TEREDO}, {"2001:1::1", IP_KIND_GLOBAL},
		{"2001:2::1", IP_KIND_BENCHMARK}, {"2001:1f::1", IP_KIND_ORCHID}, {"2001:2f::1", IP_KIND_ORCHID},
		{"2001:30::1", IP_KIND_GLOBAL}, {"2002:c000:201::1", IP_KIND_6TO4}, {"2003::1", IP_KIND_GLOBAL},
		{"fc00::1", IP_KIND_ULA}, {"fdff::1", IP_KIND_ULA}, {"fe00::1", IP_KIND_GLOBAL}, {"fec0::1", IP_KIND_RESERVED},
		{"ff02::1", IP_KIND_MULTICAST}, {"2a00:1450::1", IP_KIND_GLOBAL}, {"0.0.0.0", IP_KIND_ANY},
		{"0.0.0.1", IP_KIND_RESERVED}, {"10.0.0.1", IP_KIND_PRIVATE}, {"11.0.0.1", IP_KIND_GLOBAL},
		{"100.64.0.1", IP_KIND_SHARED}, {"100.128.0.1", IP_KIND_GLOBAL}, {"127.0.0.53", IP_KIND_LOOPBACK},
		{"169.254.0.1", IP_KIND_LINK_LOCAL}, {"172.31.255.255", IP_KIND_PRIVATE}, {"172.32.0.0", IP_KIND_GLOBAL},
		{"192.0.2.1", IP_KIND_DOCUMENTATION}, {"198.51.100.1", IP_KIND_DOCUMENTATION},
		{"203.0.113.1", IP_KIND_DOCUMENTATION}, {"192.168.0.1", IP_KIND_PRIVATE}, {"198.19.255.255", IP_KIND_BENCHMARK},
		{"224.0.0.1", IP_KIND_MULTICAST}, {"255.255.255.255", IP_KIND_RESERVED}, {"9.9.9.9", IP_KIND_GLOBAL},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct ip_addr addr;
		assert_int_equal(ip_addr_from_text(rows[i].text, &addr), ERR_OK);
		if (ip_addr_kind(&addr) != rows[i].kind)
			fail_msg("%s is %s, not %s", rows[i].text, ip_kind_text(ip_addr_kind(&addr)), ip_kind_text(rows[i].kind));
	}
}

/* A link-local address without a scope cannot be written as text, but it can stand in an AAAA record. */
static void link_local_record(void **state)
{
	const uint8_t bytes[16] = {0xfe, 0xbf, [15] = 1};
	struct ip_addr addr = ip_addr_v6(bytes);
	assert_int_equal(ip_addr_kind(&addr), IP_KIND_LINK_LOCAL);
}

/* RFC 10001 4.1 names these four and no others. */
static void embedded(void **state)
{
	for (int kind = 0; kind < IP_KIND_COUNT; kind++) {
		bool is_named = kind == IP_KIND_MAPPED || kind == IP_KIND_COMPATIBLE || kind == IP_KIND_NAT64 ||
		                kind == IP_KIND_NAT64_LOCAL;
		assert_int_equal(ip_kind_is_ipv4_embedded((enum ip_kind)kind), is_named);
		assert_non_null(ip_kind_text((enum ip_kind)kind));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(kinds),
		cmocka_unit_test(link_local_record),
		cmocka_unit_test(embedded),
	};
	return cmocka_run_group_tests_name("ip/special", tests, NULL, NULL);
}
