/* SPDX-License-Identifier: BSD-2-Clause */
#include "discover/dhcpv6.h"

#include "tests/unit/cmocka_all.h"

#define HEAD 7, 1, 2, 3
#define SERVER_ID 0, 2, 0, 4, 0, 3, 0, 1
#define CLIENT_ID 0, 1, 0, 4, 0, 3, 0, 1
#define ADDRESS(last) 0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, last
#define SERVERS 0, 23, 0, 32, ADDRESS(1), ADDRESS(2)
#define DOMAINS 0, 24, 0, 12, 3, 'l', 'a', 'b', 0, 1, 'a', 3, 'l', 'a', 'b', 0
#define REFRESH 0, 32, 0, 4, 0, 0, 14, 16
#define DNR 0, 144, 0, 9, 0, 1, 0, 5, 3, 'd', 'o', 't', 0
#define STATUS 0, 13, 0, 2, 0, 1

static const uint8_t transaction[] = {1, 2, 3};

static void request(void **state)
{
	static const uint8_t wanted[] = {11, 1, 2, 3, 0, 8, 0, 2, 1, 44, 0, 6, 0, 10, 0, 23, 0, 24, 0, 32, 0, 83, 0, 144};
	uint8_t octets[DHCPV6_REQUEST_MAX];
	struct writer out = writer_of(octets, sizeof(octets));
	dhcpv6_request_write(transaction, 300, &out);
	assert_int_equal(out.size, sizeof(wanted));
	assert_memory_equal(octets, wanted, sizeof(wanted));
}

static void reply(void **state)
{
	static const uint8_t octets[] = {HEAD, SERVER_ID, SERVERS, DOMAINS, REFRESH, DNR, STATUS};
	struct dhcpv6_reply got;
	assert_int_equal(dhcpv6_reply_read(span_of(octets, sizeof(octets)), transaction, &got), ERR_OK);
	assert_int_equal(got.server_count, 2);
	assert_int_equal(got.servers[1].bytes[15], 2);
	assert_int_equal(got.domain_count, 2);
	char text[NAME_TEXT_MAX];
	name_to_display(name_of(got.domains[1].wire), text);
	assert_string_equal(text, "a.lab");
	assert_int_equal(got.refresh_s, 3600);
	assert_int_equal(got.dnr_count, 1);
	assert_int_equal(got.status, 1);
	assert_int_equal(got.malformed, 0);
}

static void refused(void **state)
{
	static const struct {
		int err;
		uint8_t octets[32];
		size_t size;
	} rows[] = {
		{ERR_MISMATCH, {HEAD}, 4},                       /* no server identifier */
		{ERR_MISMATCH, {HEAD, SERVER_ID, CLIENT_ID}, 20}, /* for somebody else */
		{ERR_MISMATCH, {7, 1, 2, 4, SERVER_ID}, 12},     /* another transaction */
		{ERR_MISMATCH, {2, 1, 2, 3, SERVER_ID}, 12},     /* an advertise */
		{ERR_TRUNCATED, {7, 1, 2}, 3},
		{ERR_OK, {HEAD, SERVER_ID}, 12},
	};
	struct dhcpv6_reply got = {0};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_int_equal(dhcpv6_reply_read(span_of(rows[i].octets, rows[i].size), transaction, &got), rows[i].err);
	assert_int_equal(got.server_count + got.malformed, 0);
}

static void malformed(void **state)
{
	static const struct {
		uint8_t octets[40];
		size_t size;
	} rows[] = {
		{{HEAD, SERVER_ID, 0, 23, 0, 15}, 31}, {{HEAD, SERVER_ID, 0, 23, 0, 0}, 16},
		{{HEAD, SERVER_ID, 0, 24, 0, 2, 3, 'l'}, 18}, {{HEAD, SERVER_ID, 0, 32, 0, 3, 0, 0, 0}, 19},
		{{HEAD, SERVER_ID, 0, 13, 0, 1, 0}, 17},      {{HEAD, SERVER_ID, 0, 144, 0, 2, 0, 1}, 18},
		{{HEAD, SERVER_ID, 0, 23, 0, 99}, 16},        {{HEAD, SERVER_ID, 0}, 13},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct dhcpv6_reply got;
		assert_int_equal(dhcpv6_reply_read(span_of(rows[i].octets, rows[i].size), transaction, &got), ERR_OK);
		assert_int_equal(got.malformed, 1);
		assert_int_equal(got.server_count + got.domain_count + got.dnr_count, 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(request), cmocka_unit_test(reply), cmocka_unit_test(refused),
	                                   cmocka_unit_test(malformed)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
