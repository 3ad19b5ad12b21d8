/* SPDX-License-Identifier: BSD-2-Clause */
#include "discover/dhcpv4.h"

#include "tests/unit/cmocka_all.h"

#define ACK 53, 1, 5
#define SERVER 54, 4, 192, 0, 2, 1
#define LAB 3, 'l', 'a', 'b', 0

static const struct dhcpv4_client client = {
	.transaction = 0x01020304, .addr = {.family = FAMILY_IPV4, .bytes = {192, 0, 2, 7}}, .hardware = {2, 0, 0, 0, 0, 9}};

/* An answer with these options, into octets of 512. */
static struct span answer(uint8_t *octets, const uint8_t *options, size_t size)
{
	memset(octets, 0, 512);
	octets[0] = 2;
	octets[1] = 1;
	octets[2] = 6;
	store_u32(octets + 4, client.transaction);
	memcpy(octets + 28, client.hardware, 6);
	memcpy(octets + 236, (const uint8_t[]){99, 130, 83, 99}, 4);
	memcpy(octets + 240, options, size);
	return span_of(octets, 240 + size);
}

static void request(void **state)
{
	static const uint8_t options[] = {99, 130, 83, 99, 53, 1, 8, 55, 4, 6, 15, 108, 119, 255};
	uint8_t octets[DHCPV4_REQUEST_MAX], zero[DHCPV4_REQUEST_MAX] = {0};
	struct writer out = writer_of(octets, sizeof(octets));
	dhcpv4_inform_write(&client, 3, &out);
	assert_int_equal(out.size, DHCPV4_REQUEST_MAX);
	assert_memory_equal(octets, ((const uint8_t[]){1, 1, 6, 0, 1, 2, 3, 4, 0, 3, 0, 0, 192, 0, 2, 7}), 16);
	assert_memory_equal(octets + 28, client.hardware, 6);
	assert_memory_equal(octets + 34, zero, 236 - 34);
	assert_memory_equal(octets + 236, options, sizeof(options));
}

static void reply(void **state)
{
	/* The search list in two parts, the second name a pointer to the first one's end (RFC 3397). */
	static const uint8_t options[] = {0,   ACK, SERVER, 6,   8, 192, 0,    2, 53,  192, 0, 2,   54,  15,  4, 'o', 'l', 'd', 0,
	                                  119, 5,   LAB,    119, 4, 1,   'a', 0xc0, 0, 108, 4, 0,   0,   7,   8, 255};
	uint8_t octets[512];
	struct dhcpv4_reply got;
	char text[NAME_TEXT_MAX];
	assert_int_equal(dhcpv4_ack_read(answer(octets, options, sizeof(options)), &client, &got), ERR_OK);
	assert_int_equal(got.lease.server_count, 2);
	assert_int_equal(got.lease.servers[1].bytes[3], 54);
	assert_true(got.lease.is_ipv6_only_preferred);
	assert_int_equal(got.lease.ipv6_only_wait_s, 1800);
	assert_int_equal(got.domain_count, 2);
	name_to_display(name_of(got.domains[1].wire), text);
	assert_string_equal(text, "a.lab");
	assert_int_equal(got.malformed + got.lease.malformed, 0);
}

static void refused(void **state)
{
	static const struct {
		size_t at;
		uint8_t value;
	} changes[] = {{0, 1}, {7, 5}, {33, 8}, {242, 2}, {242, 6}, {243, 55}};
	static const uint8_t options[] = {ACK, SERVER, 255};
	uint8_t octets[512];
	struct dhcpv4_reply got;
	struct span message = answer(octets, options, sizeof(options));
	assert_int_equal(dhcpv4_ack_read(message, &client, &got), ERR_OK);
	for (size_t i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
		answer(octets, options, sizeof(options));
		octets[changes[i].at] = changes[i].value;
		assert_int_equal(dhcpv4_ack_read(message, &client, &got), ERR_MISMATCH);
	}
	answer(octets, options, sizeof(options));
	octets[239] = 0;
	assert_int_equal(dhcpv4_ack_read(message, &client, &got), ERR_NOT_FOUND);
	for (size_t size = 0; size < 240; size++)
		assert_int_equal(dhcpv4_ack_read(span_of(octets, size), &client, &got), ERR_NOT_FOUND);
}

static void malformed(void **state)
{
	static const struct {
		uint8_t octets[32];
		size_t size;
		unsigned malformed, domains;
	} rows[] = {
		{{ACK, SERVER, 15, 3, 'l', 'a', 'b'}, 14, 0, 1},
		{{ACK, SERVER, 15, 4, 'a', '.', '.', 'b'}, 15, 1, 0},
		{{ACK, SERVER, 15, 0}, 11, 1, 0},
		{{ACK, SERVER, 119, 5, LAB, 15, 1, 'x'}, 19, 0, 1},
		{{ACK, SERVER, 119, 2, 0xc0, 0}, 13, 1, 0}, /* a pointer to itself */
		{{ACK, SERVER, 119, 3, 3, 'l', 'a'}, 14, 1, 0},
		{{ACK, SERVER, 6, 3, 192, 0, 2}, 14, 1, 0},
		{{ACK, SERVER, 108, 2, 0, 0}, 13, 1, 0},
		{{ACK, SERVER, 6, 9, 192}, 12, 1, 0},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		uint8_t octets[512];
		struct dhcpv4_reply got;
		assert_int_equal(dhcpv4_ack_read(answer(octets, rows[i].octets, rows[i].size), &client, &got), ERR_OK);
		assert_int_equal(got.malformed + got.lease.malformed, rows[i].malformed);
		assert_int_equal(got.domain_count, rows[i].domains);
	}
}

static void more_than_is_kept(void **state)
{
	uint8_t options[128] = {ACK, SERVER, 119, 5 * (DHCPV4_MAX + 1)}, octets[512];
	struct dhcpv4_reply got;
	for (size_t i = 0; i <= DHCPV4_MAX; i++)
		memcpy(options + 11 + 5 * i, (const uint8_t[]){LAB}, 5);
	assert_int_equal(dhcpv4_ack_read(answer(octets, options, 11 + 5 * (DHCPV4_MAX + 1)), &client, &got), ERR_OK);
	assert_int_equal(got.domain_count, DHCPV4_MAX);
	assert_true(got.is_cut);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(request), cmocka_unit_test(reply), cmocka_unit_test(refused),
	                                   cmocka_unit_test(malformed), cmocka_unit_test(more_than_is_kept)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
