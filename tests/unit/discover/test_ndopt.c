/* SPDX-License-Identifier: BSD-2-Clause */
#include "discover/ndopt.h"

#include "tests/unit/cmocka_all.h"

#define OPTION_64FF9B 38, 2, 7, 8, 0, 0x64, 0xff, 0x9b, 0, 0, 0, 0, 0, 0, 0, 0
#define OPTION_56 38, 2, 0, 2 | 8, 0x20, 1, 0xd, 0xb8, 0x46, 0x66, 0xaa, 0, 0, 0, 0, 0
#define OPTION_RDNSS 25, 3, 0, 0, 0, 0, 7, 8, 0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x53
#define OPTION_RESERVED 38, 2, 7, 15, 0, 0x64, 0xff, 0x9b, 0, 0, 0, 0, 0, 0, 0, 0

static struct ip_addr router(void)
{
	struct ip_addr addr = {.family = FAMILY_IPV6, .scope = 7, .bytes = {0xfe, 0x80, [15] = 1}};
	return addr;
}

static void walk(void **state)
{
	static const uint8_t octets[] = {OPTION_RDNSS, OPTION_64FF9B, 1, 1, 2, 3, 4, 5, 6, 7};
	struct span options = span_of(octets, sizeof(octets)), option;
	assert_int_equal(ndopt_next(&options, &option), ERR_OK);
	assert_int_equal(option.data[0], NDOPT_RDNSS);
	assert_int_equal(option.size, 24);
	assert_int_equal(ndopt_next(&options, &option), ERR_OK);
	assert_int_equal(option.data[0], NDOPT_PREF64);
	assert_int_equal(option.size, 16);
	assert_int_equal(ndopt_next(&options, &option), ERR_OK);
	assert_int_equal(option.size, 8);
	assert_int_equal(ndopt_next(&options, &option), ERR_NOT_FOUND);

	static const uint8_t one = 38, zero[] = {38, 0, 1, 2, 3, 4, 5, 6}, longer[] = {38, 2, 1, 2, 3, 4, 5, 6};
	options = span_of(&one, 1);
	assert_int_equal(ndopt_next(&options, &option), ERR_TRUNCATED);
	options = span_of(zero, sizeof(zero));
	assert_int_equal(ndopt_next(&options, &option), ERR_SYNTAX);
	options = span_of(longer, sizeof(longer));
	assert_int_equal(ndopt_next(&options, &option), ERR_TRUNCATED);
}

static void prefixes(void **state)
{
	static const uint8_t octets[] = {OPTION_RDNSS, OPTION_64FF9B, OPTION_RESERVED, OPTION_56, OPTION_64FF9B};
	struct ip_addr from = router();
	struct ndopt_pref64 got[4];
	assert_int_equal(ndopt_pref64s(span_of(octets, sizeof(octets)), &from, 7, got, 4), 3);
	char text[IP_PREFIX_TEXT_MAX];
	ip_prefix_to_text(&got[0].pref64.prefix, text);
	assert_string_equal(text, "64:ff9b::/96");
	assert_int_equal(got[0].lifetime_s, 1800);
	assert_int_equal(got[0].pref64.source, PREF64_RA);
	assert_int_equal(got[0].pref64.interface, 7);
	assert_true(ip_addr_equal(&got[0].pref64.router, &from));
	ip_prefix_to_text(&got[1].pref64.prefix, text);
	assert_string_equal(text, "2001:db8:4666:aa00::/56");
	assert_int_equal(got[1].lifetime_s, 8);
	assert_int_equal(ndopt_pref64s(span_of(octets, sizeof(octets)), &from, 7, got, 1), 1);
	/* What stands before a broken end counts. */
	assert_int_equal(ndopt_pref64s(span_of(octets, 24 + 16 + 5), &from, 7, got, 4), 1);
}

static void advertisement(void **state)
{
	static const uint8_t octets[] = {134, 0, 0, 0, 64, 0, 7, 8, 0, 0, 0, 0, 0, 0, 0, 0, OPTION_64FF9B};
	struct ip_addr from = router(), global = {.family = FAMILY_IPV6, .bytes = {0x20, 1, 0xd, 0xb8, [15] = 1}};
	struct span options;
	assert_int_equal(ndopt_of_advertisement(span_of(octets, sizeof(octets)), &from, &options), ERR_OK);
	assert_int_equal(options.size, 16);
	assert_int_equal(options.data[0], NDOPT_PREF64);
	assert_int_equal(ndopt_of_advertisement(span_of(octets, 16), &from, &options), ERR_OK);
	assert_int_equal(options.size, 0);
	assert_int_equal(ndopt_of_advertisement(span_of(octets, 15), &from, &options), ERR_TRUNCATED);
	assert_int_equal(ndopt_of_advertisement(span_of(octets, sizeof(octets)), &global, &options), ERR_MISMATCH);
	uint8_t solicitation[sizeof(octets)];
	memcpy(solicitation, octets, sizeof(octets));
	solicitation[0] = 133;
	assert_int_equal(ndopt_of_advertisement(span_of(solicitation, sizeof(octets)), &from, &options), ERR_MISMATCH);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(walk),
		cmocka_unit_test(prefixes),
		cmocka_unit_test(advertisement),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
