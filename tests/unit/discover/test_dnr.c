/* SPDX-License-Identifier: BSD-2-Clause */
#include "discover/advertisement.h"

#include "tests/unit/cmocka_all.h"

#define NAME 3, 'd', 'o', 't', 3, 'l', 'a', 'b', 0 /* 9 octets */
#define ADDRESS 0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x53
#define LOOPBACK 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1
#define MULTICAST 0xff, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xfb
#define ALPN 0, 1, 0, 4, 3, 'd', 'o', 't' /* 8 octets */
#define HINT 0, 6, 0, 16, ADDRESS

static void in_an_advertisement(void **state)
{
	static const uint8_t octets[] = {144, 7, 0, 1, 0, 0, 7, 8, 0, 9, NAME, 0, 16, ADDRESS, 0, 8, ALPN, 0, 0, 0, 0, 0, 0, 0, 0, 0};
	struct dnr_resolver got;
	assert_int_equal(sizeof(octets), 56);
	assert_int_equal(dnr_from_ndopt(span_of(octets, sizeof(octets)), &got), ERR_OK);
	assert_int_equal(got.priority, 1);
	assert_int_equal(got.lifetime_s, 1800);
	assert_int_equal(got.address_count, 1);
	assert_int_equal(got.params_size, 8);
	char text[NAME_TEXT_MAX];
	name_to_display(name_of(got.name.wire), text);
	assert_string_equal(text, "dot.lab");
	struct advertisement into = {0};
	advertisement_add_options(span_of(octets, sizeof(octets)), &into);
	assert_int_equal(into.dnr_count, 1);
	assert_int_equal(into.malformed, 0);

	static const uint8_t alone[] = {144, 3, 0, 1, 0, 0, 7, 8, 0, 9, NAME, 0, 0, 0, 0, 0};
	assert_int_equal(sizeof(alone), 24);
	assert_int_equal(dnr_from_ndopt(span_of(alone, sizeof(alone)), &got), ERR_OK);
	assert_int_equal(got.address_count, 0);
	assert_int_equal(got.params_size, 0);
}

static void in_dhcpv6(void **state)
{
	static const struct {
		int err;
		size_t addresses;
		uint8_t octets[64];
		size_t size;
	} rows[] = {
		{ERR_OK, 0, {0, 1, 0, 9, NAME}, 13},
		{ERR_OK, 1, {0, 1, 0, 9, NAME, 0, 16, ADDRESS, ALPN}, 39},
		{ERR_SYNTAX, 0, {0, 1, 0, 9, NAME, 0, 16, ADDRESS}, 31},             /* no alpn */
		{ERR_SYNTAX, 0, {0, 1, 0, 9, NAME, 0, 16, ADDRESS, ALPN, HINT}, 59}, /* a hint */
		{ERR_SYNTAX, 0, {0, 1, 0, 9, NAME, 0, 16, ADDRESS, 0, 1, 0, 9}, 35}, /* a value that is not there */
		{ERR_SYNTAX, 0, {0, 1, 0, 9, NAME, 0, 0, ALPN}, 23},                 /* parameters without addresses */
		{ERR_SYNTAX, 0, {0, 1, 0, 9, NAME, 0, 15, ADDRESS, ALPN}, 39},
		/* RFC 9463 4.2: loopback and multicast addresses are discarded; what has no other address is of no use. */
		{ERR_OK, 1, {0, 1, 0, 9, NAME, 0, 32, LOOPBACK, ADDRESS, ALPN}, 55},
		{ERR_SYNTAX, 0, {0, 1, 0, 9, NAME, 0, 32, LOOPBACK, MULTICAST, ALPN}, 55},
		{ERR_SYNTAX, 0, {0, 1, 0, 1, 0}, 5},                                 /* the root */
		{ERR_SYNTAX, 0, {0, 1, 0, 8, NAME}, 13},                             /* a name that goes on */
		{ERR_TRUNCATED, 0, {0, 1, 0, 99, NAME}, 13},
		{ERR_TRUNCATED, 0, {0, 1, 0, 9, NAME, 0, 32, ADDRESS, ALPN}, 39},
		{ERR_TRUNCATED, 0, {0}, 1},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct dnr_resolver got = {.address_count = 0};
		assert_int_equal(dnr_from_dhcpv6(span_of(rows[i].octets, rows[i].size), &got), rows[i].err);
		assert_int_equal(got.address_count, rows[i].addresses);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(in_an_advertisement), cmocka_unit_test(in_dhcpv6)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
