/* SPDX-License-Identifier: BSD-2-Clause */
#include "dns64/pref64.h"

#include "ip/nat64.h"
#include "tests/unit/dns64/addresses.h"

#include <stdlib.h>

#define SIZE(array) (sizeof(array) / sizeof((array)[0]))
#define TEXTS(...)                                                                                                     \
	(const char *const[])                                                                                          \
	{                                                                                                              \
		__VA_ARGS__, NULL                                                                                      \
	}

static void shows(const char *const *aaaa, const char *const *want)
{
	struct ip_prefix got[PREF64_MAX];
	struct rrset *rrset = rrset_of(300, aaaa);
	size_t count = pref64_from_ipv4only(rrset, got, PREF64_MAX), wanted = 0;
	while (want[wanted] != NULL)
		wanted++;
	assert_int_equal(count, wanted);
	for (size_t i = 0; i < count; i++) {
		char text[IP_PREFIX_TEXT_MAX];
		ip_prefix_to_text(&got[i], text);
		assert_string_equal(text, want[i]);
	}
	free(rrset);
}

static void ipv4only_with_each_length(void **state)
{
	/* Made with Python's ipaddress after RFC 6052 2.2. */
	shows(TEXTS("2001:db8:c000:aa::", "2001:db8:c000:ab::"), TEXTS("2001:db8::/32"));
	shows(TEXTS("2001:db8:46c0:0:aa::", "2001:db8:46c0:0:ab::"), TEXTS("2001:db8:4600::/40"));
	shows(TEXTS("2001:db8:4666:c000:0:aa00::", "2001:db8:4666:c000:0:ab00::"), TEXTS("2001:db8:4666::/48"));
	shows(TEXTS("2001:db8:4666:aac0:0:aa::", "2001:db8:4666:aac0:0:ab::"), TEXTS("2001:db8:4666:aa00::/56"));
	shows(TEXTS("2001:db8:4666:aa55:c0:0:aa00:0", "2001:db8:4666:aa55:c0:0:ab00:0"),
	      TEXTS("2001:db8:4666:aa55::/64"));
	shows(TEXTS("64:ff9b::192.0.0.170", "64:ff9b::192.0.0.171"), TEXTS("64:ff9b::/96"));
}

static void ipv4only_unusual(void **state)
{
	/* One of the two is enough; several prefixes are several. */
	shows(TEXTS("64:ff9b::192.0.0.171"), TEXTS("64:ff9b::/96"));
	shows(TEXTS("2001:db8:64::192.0.0.170", "64:ff9b::192.0.0.170"), TEXTS("2001:db8:64::/96", "64:ff9b::/96"));
	/* 192.0.0.170 stands there twice: the other record decides (RFC 7050 3). */
	shows(TEXTS("2001:db8:c000:aa::192.0.0.170"), TEXTS(NULL));
	shows(TEXTS("2001:db8:c000:aa::192.0.0.170", "2001:db8:c000:aa::192.0.0.171"), TEXTS("2001:db8:c000:aa::/96"));
	/* No address of ours in it, the u octet set, mapped. */
	shows(TEXTS("2001:db8::1", "2001:db8::192.0.0.172"), TEXTS(NULL));
	shows(TEXTS("2001:db8:4666:aa55:1c0:0:aa00:0"), TEXTS(NULL));
	shows(TEXTS("::ffff:192.0.0.170", "::192.0.0.170", "fe80::192.0.0.170"), TEXTS(NULL));
	struct ip_prefix one;
	struct rrset *rrset = rrset_of(300, TEXTS("2001:db8:64::192.0.0.170", "64:ff9b::192.0.0.170"));
	assert_int_equal(pref64_from_ipv4only(rrset, &one, 1), 1);
	free(rrset);
	rrset = rrset_of(300, TEXTS("192.0.0.170")); /* A records: nothing */
	assert_int_equal(pref64_from_ipv4only(rrset, &one, 1), 0);
	free(rrset);
}

/* What is embedded under any usable prefix is found again, alone or with its partner. */
static void ipv4only_backwards(void **state)
{
	static const uint8_t lengths[] = {32, 40, 48, 56, 64, 96};
	srand(7050);
	for (unsigned turn = 0; turn < 20000; turn++) {
		uint8_t bytes[16];
		for (size_t i = 0; i < sizeof(bytes); i++)
			bytes[i] = (uint8_t)(rand() >> 7);
		bytes[0] = 0x20 | (bytes[0] & 0xf);
		bytes[8] = 0;
		struct ip_addr addr = ip_addr_v6(bytes), pair[2];
		struct ip_prefix prefix = ip_prefix_of(&addr, lengths[turn % SIZE(lengths)]), got;
		char texts[2][IP_ADDR_TEXT_MAX];
		for (size_t i = 0; i < 2; i++) {
			struct ip_addr ipv4 = addr_of(i == 0 ? "192.0.0.170" : "192.0.0.171");
			assert_int_equal(nat64_embed(&prefix, &ipv4, &pair[i]), ERR_OK);
			ip_addr_to_text(&pair[i], texts[i]);
		}
		struct rrset *rrset = rrset_of(300, TEXTS(texts[0], texts[1]));
		assert_int_equal(pref64_from_ipv4only(rrset, &got, 1), 1);
		assert_true(ip_prefix_equal(&prefix, &got));
		free(rrset);
	}
}

static int option(const char *hex, struct ip_prefix *ret, uint32_t *ret_lifetime_s)
{
	uint8_t octets[32];
	size_t size = 0;
	for (; hex[2 * size] != '\0'; size++) {
		char digits[3] = {hex[2 * size], hex[2 * size + 1], '\0'};
		octets[size] = (uint8_t)strtoul(digits, NULL, 16);
	}
	return pref64_from_option(span_of(octets, size), ret, ret_lifetime_s);
}

static void options(void **state)
{
	static const struct {
		const char *hex, *prefix;
		uint32_t lifetime_s;
	} rows[] = {
		{"260207080064ff9b0000000000000000", "64:ff9b::/96", 1800}, /* 225 * 8 */
		{"2602070920010db8466600550000ffff", "2001:db8:4666:55::/64",
	         1800}, /* octets behind the length are ignored */
		{"2602070a20010db84666aaff00000000", "2001:db8:4666:aa00::/56", 1800},
		{"2602070b20010db84666aa5500000000", "2001:db8:4666::/48", 1800},
		{"2602070c20010db84666aa5500000000", "2001:db8:4600::/40", 1800},
		{"2602070d20010db84666aa5500000000", "2001:db8::/32", 1800},
		{"2602fff80064ff9b0000000000000000", "64:ff9b::/96", 65528}, /* the most: 8191 * 8 */
		{"260200080064ff9b0000000000000000", "64:ff9b::/96", 8},
		{"260200000064ff9b0000000000000000", "64:ff9b::/96", 0}, /* withdrawn */
	};
	for (size_t i = 0; i < SIZE(rows); i++) {
		struct ip_prefix got, want = prefix_of(rows[i].prefix);
		uint32_t lifetime_s;
		assert_int_equal(option(rows[i].hex, &got, &lifetime_s), ERR_OK);
		assert_true(ip_prefix_equal(&got, &want));
		assert_int_equal(lifetime_s, rows[i].lifetime_s);
	}
}

static void options_that_are_none(void **state)
{
	static const char *const rows[] = {
		"",
		"26",
		"2602",
		"260207080064ff9b00000000000000",     /* 15 octets */
		"260207080064ff9b000000000000000000", /* 17 */
		"250207080064ff9b0000000000000000",   /* another type */
		"260107080064ff9b0000000000000000",   /* another length */
		"260307080064ff9b0000000000000000",
		"2602070e0064ff9b0000000000000000", /* reserved codes */
		"2602070f0064ff9b0000000000000000",
		"2602070820010db80000000001000000", /* the u octet is not zero */
		"26020708000000000000000000000000", /* ::/96 */
		"260207080000000000000000ffff0000", /* u octet; mapped addresses come next */
		"2602070800000000000000000000ffff", /* ::ffff:0:0/96 */
		"26020709fe8000000000000000000000",
	};
	for (size_t i = 0; i < SIZE(rows); i++) {
		struct ip_prefix got;
		uint32_t lifetime_s;
		assert_int_equal(option(rows[i], &got, &lifetime_s), ERR_SYNTAX);
	}
}

static void trusted_paths(void **state)
{
	struct ip_addr local6 = addr_of("::1"), local4 = addr_of("127.0.0.1"), router = addr_of("2001:db8::1");
	assert_true(pref64_is_path_trusted(&local6, false));
	assert_true(pref64_is_path_trusted(&local4, false));
	assert_false(pref64_is_path_trusted(&router, false));
	assert_true(pref64_is_path_trusted(&router, true));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ipv4only_with_each_length), cmocka_unit_test(ipv4only_unusual),
		cmocka_unit_test(ipv4only_backwards),        cmocka_unit_test(options),
		cmocka_unit_test(options_that_are_none),     cmocka_unit_test(trusted_paths),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
