/* SPDX-License-Identifier: BSD-2-Clause */
#include "dns/message/message.h"

#include "dns/rrtype.h"
#include "tests/unit/cmocka_all.h"
#include "tests/unit/dns/hex.h"

/* www.Ex. MX IN, two answers with compressed names, an A for one target, OPT with NSID, cookie, keepalive, EDE. */
#define ANSWER \
	"1234 8590 0001 0002 0000 0002 03777777 024578 00 000f 0001 " \
	"c00c 000f 0001 0000012c 0009 000a 046d61696c c010 " \
	"c00c 000f 0001 0000012c 0004 0014 c026 " \
	"046d61696c 03777777 00 0001 0001 00000005 0004 c0000201 " \
	"00 0029 04d0 01 00 8000 002e " \
	"0003 0003 6e1b31 000a 0010 01020304050607080102030405060708 000b 0002 0064 000f 0009 0006 68692022c3a900 "

static struct message read_hex(const char *hex, uint8_t *octets, size_t capacity)
{
	struct message message;
	assert_int_equal(message_read(span_of(octets, octets_of_hex(hex, octets, capacity)), &message), ERR_OK);
	return message;
}

static void fields(void **state)
{
	uint8_t octets[512];
	struct message message = read_hex(ANSWER, octets, sizeof(octets));
	assert_int_equal(message.error, ERR_OK);
	assert_int_equal(message.id, 0x1234);
	assert_int_equal(message.rcode, RCODE_BADVERS);
	assert_true(message.has_edns && message.edns.is_do && message.edns.has_nsid);
	assert_int_equal(message.edns.udp_size, 1232);
	assert_int_equal(message.edns.cookie.size, 16);
	assert_int_equal(message.edns.keepalive_ds, 100);
	assert_int_equal(message.edns.ede_count, 1);
	assert_int_equal(message.edns.ede[0].code, EDE_DNSSEC_BOGUS);
	assert_int_equal(message.edns.ede[0].text.size, 7);
	assert_int_equal(message.tsig_offset, 0);
}

static void as_text(void **state)
{
	uint8_t octets[512];
	struct message message = read_hex(ANSWER, octets, sizeof(octets));
	struct text out = {0};
	message_to_text(&message, &out);
	assert_string_equal(text_string(&out),
	                    ";; ->>HEADER<<- opcode: QUERY, status: BADVERS, id: 4660\n"
	                    ";; flags: qr aa rd ra cd; QUERY: 1, ANSWER: 2, AUTHORITY: 0, ADDITIONAL: 2\n"
	                    "\n"
	                    ";; OPT PSEUDOSECTION:\n"
	                    "; EDNS: version: 0, flags: do; udp: 1232\n"
	                    "; NSID: 6E1B31 \"n\\0271\"\n"
	                    "; COOKIE: 01020304050607080102030405060708\n"
	                    "; KEEPALIVE: 10.0 s\n"
	                    "; EDE: 6 (DNSSEC Bogus): \"hi \\\"\\195\\169\\000\"\n"
	                    "\n"
	                    ";; QUESTION SECTION:\n"
	                    ";www.Ex.\t\tIN\tMX\n"
	                    "\n"
	                    ";; ANSWER SECTION:\n"
	                    "www.Ex.\t300\tIN\tMX\t10 mail.Ex.\n"
	                    "www.Ex.\t300\tIN\tMX\t20 mail.Ex.\n"
	                    "\n"
	                    ";; ADDITIONAL SECTION:\n"
	                    "mail.www.\t5\tIN\tA\t192.0.2.1\n");
	text_free(&out);
}

static void as_json(void **state)
{
	uint8_t octets[512];
	struct message message = read_hex(ANSWER, octets, sizeof(octets));
	struct text out = {0};
	struct json_writer json = {.out = &out};
	message_to_json(&message, &json, NULL);
	assert_string_equal(
	    text_string(&out),
	    "{\"id\":4660,\"opcode\":\"QUERY\",\"rcode\":\"BADVERS\",\"aa\":true,\"tc\":false,\"rd\":true,\"ra\":true,"
	    "\"ad\":false,\"cd\":true,\"edns\":{\"version\":0,\"udp_size\":1232,\"do\":true,\"nsid\":\"6E1B31\","
	    "\"cookie\":\"01020304050607080102030405060708\",\"keepalive_ms\":10000,\"ede\":[{\"code\":6,"
	    "\"name\":\"DNSSEC Bogus\",\"text\":\"hi \\\"\303\251\\ufffd\"}]},"
	    "\"question\":[{\"name\":\"www.Ex.\",\"class\":\"IN\",\"type\":\"MX\"}],"
	    "\"answer\":[{\"name\":\"www.Ex.\",\"class\":\"IN\",\"type\":\"MX\",\"ttl\":300,\"rdata\":\"10 mail.Ex.\"},"
	    "{\"name\":\"www.Ex.\",\"class\":\"IN\",\"type\":\"MX\",\"ttl\":300,\"rdata\":\"20 mail.Ex.\"}],"
	    "\"authority\":[],\"additional\":[{\"name\":\"mail.www.\",\"class\":\"IN\",\"type\":\"A\",\"ttl\":5,"
	    "\"rdata\":\"192.0.2.1\"}]}");
	text_free(&out);
}

/* What is wrong is said, and what was good before it is shown. */
static void malformed_messages(void **state)
{
	static const struct {
		const char *hex;
		int error;
	} rows[] = {
		{"1234 8400 0001 0000 0000 0000", ERR_TRUNCATED},
		{"1234 8400 0000 0001 0000 0000 00 0001 0001 00000000 0004 c00002", ERR_TRUNCATED},
		{"1234 8400 0000 0001 0000 0000 c00c 0001 0001 00000000 0004 c0000201", ERR_SYNTAX},
		{"1234 8400 0000 0000 0000 0000 00", ERR_TRAILING},
		{"1234 8400 0000 0000 0000 0002 00 0029 04d0 00000000 0000 00 0029 04d0 00000000 0000", ERR_SYNTAX},
		{"1234 8400 0000 0000 0000 0001 00 0029 04d0 00000000 0003 0003 00", ERR_TRUNCATED},
		{"1234 8400 0000 0000 0000 0001 00 0029 04d0 00000000 0005 000f 0001 00", ERR_SYNTAX},
		{"1234 8400 0000 0001 0000 0000 00 0029 04d0 00000000 0000", ERR_SYNTAX},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		uint8_t octets[512];
		struct message message = read_hex(rows[i].hex, octets, sizeof(octets));
		assert_int_equal(message.error, rows[i].error);
		struct text out = {0};
		message_to_text(&message, &out);
		assert_non_null(strstr(text_string(&out), ";; MALFORMED: the message "));
		text_free(&out);
	}
	uint8_t octets[512];
	struct message message;
	assert_int_equal(message_read(span_of(octets, 11), &message), ERR_TRUNCATED);
	/* RDATA that is not an address, in an otherwise good message. */
	message = read_hex("1234 8400 0000 0001 0000 0000 00 0001 0001 00000000 0003 c00002", octets, sizeof(octets));
	assert_int_equal(message.error, ERR_OK);
	struct text out = {0};
	message_to_text(&message, &out);
	assert_non_null(strstr(text_string(&out), ".\t0\tIN\tA\t\\# 3 C00002 ; malformed: "));
	text_free(&out);
}

static void tsig_counts_when_last(void **state)
{
	uint8_t octets[512];
	struct message message = read_hex("1234 8400 0000 0000 0000 0002 01 78 00 0001 0001 00000000 0004 c0000201 "
	                                  "016b 00 00fa 00ff 00000000 0000", octets, sizeof(octets));
	assert_int_equal(message.tsig_offset, 12 + 3 + 14);
	message = read_hex("1234 8400 0000 0000 0000 0002 016b 00 00fa 00ff 00000000 0000 "
	                   "01 78 00 0001 0001 00000000 0004 c0000201", octets, sizeof(octets));
	assert_int_equal(message.tsig_offset, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fields),
		cmocka_unit_test(as_text),
		cmocka_unit_test(as_json),
		cmocka_unit_test(malformed_messages),
		cmocka_unit_test(tsig_counts_when_last),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
