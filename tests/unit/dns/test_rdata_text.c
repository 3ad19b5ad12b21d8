/* SPDX-License-Identifier: BSD-2-Clause */
#include "dns/rdata.h"

#include "base/encoding.h"
#include "rdata_rows.h"
#include "rdata_tokens.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

/* Other ways to write the same. */
static const struct {
	const char *type;
	const char *text;
	const char *printed;
} spellings[] = {
	{"AAAA", "2001:DB8:0:0:0:0:0:53", "2001:db8::53"},
	{"AAAA", "::ffff:192.0.2.1", "::ffff:192.0.2.1"},
	{"AAAA", "::", "::"},
	{"AAAA", "1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"},
	{"AAAA", "\\# 16 20010DB8000000000000000000000001", "2001:db8::1"},
	{"A", "\\# 4 C0 00 0201", "192.0.2.1"},
	{"MX", "10 mail", "10 mail.example."},
	{"NS", "@", "example."},
	{"SOA", "ns host 1 2h 1h30m 2w 5M", "ns.example. host.example. 1 7200 5400 1209600 300"},
	{"TXT", "one two\\032three", "\"one\" \"two three\""},
	{"RRSIG", "TYPE28 ECDSAP256SHA256 3 1d 1893455999 20200229120000 1 @ AQ ID BA==",
	 "AAAA 13 3 86400 20291231235959 20200229120000 1 example. AQIDBA=="},
	{"RRSIG", "1 8 3 0 21060207062815 19700101000000 1 @ A QIDBA= =",
	 "A 8 3 0 21060207062815 19700101000000 1 example. AQIDBA=="},
	{"DS", "1 rsasha1 1 2bb183af5f22588179a53b0a 98631fad1a29211 8",
	 "1 5 1 2BB183AF5F22588179A53B0A98631FAD1A292118"},
	{"NSEC", "host TYPE1 A SOA", "host.example. A SOA"},
	{"CERT", "1 1 RSASHA256 AQID", "PKIX 1 8 AQID"},
	{"LOC", "42 N 71 W 0", "42 0 0.000 N 71 0 0.000 W 0.00m 1.00m 10000.00m 10.00m"},
	{"LOC", "0 0 0.001 S 180 E 42849672.95m 0.09m 15m 90000000m",
	 "0 0 0.001 S 180 0 0.000 E 42849672.95m 0.09m 10.00m 90000000.00m"},
	{"NSAP", "0x47.0005.80.00", "0x4700058000"},
	{"NID", "10 14:4fff:ff20:0", "10 0014:4fff:ff20:0000"},
	{"SVCB", "1 . port=\"53\" alpn=h3", "1 . alpn=\"h3\" port=53"},
	{"SVCB", "1 . key2 key1=\\002h2", "1 . alpn=\"h2\" no-default-alpn"},
	{"SVCB", "1 . ech=AQIDBA== key65000=\"a b\\\"c\" key65001", "1 . ech=AQIDBA== key65000=\"a b\\\"c\" key65001"},
	{"SVCB", "16 foo alpn=f\\\\\\092oo\\092,bar,h2", "16 foo.example. alpn=\"f\\\\\\\\oo\\\\,bar,h2\""},
	{"SVCB", "1 . ipv6hint=2001:db8:122:344::192.0.2.33", "1 . ipv6hint=2001:db8:122:344::c000:221"},
	{"HTTPS", "1 . key700=z mandatory=key700,key5,alpn ech=AQ== alpn=h2 key601=",
	 "1 . mandatory=alpn,ech,key700 alpn=\"h2\" ech=AQ== key601 key700=\"z\""},
};

/* What must be refused, at which token, and words of the reason. */
static const struct {
	const char *type;
	const char *text;
	size_t token;
	const char *field;
	const char *words;
} refused[] = {
	{"A", "192.0.2.256", 0, "address", "IPv4 address"},
	{"A", "192.0.2", 0, "address", "IPv4 address"},
	{"A", "192.0.02.1", 0, "address", "IPv4 address"},
	{"A", "2001:db8::1", 0, "address", "is an IPv6 address"},
	{"A", "", 0, "address", "A needs an address"},
	{"A", "192.0.2.1 192.0.2.2", 1, "address", "nothing may follow"},
	{"AAAA", "192.0.2.1", 0, "address", "is an IPv4 address"},
	{"AAAA", "1::2::3", 0, "address", "IPv6 address"},
	{"AAAA", "1:2:3:4:5:6:7:8:9", 0, "address", "IPv6 address"},
	{"AAAA", "1:2:3:4:5:6:7", 0, "address", "IPv6 address"},
	{"AAAA", "12345::", 0, "address", "IPv6 address"},
	{"AAAA", ":1::2", 0, "address", "IPv6 address"},
	{"AAAA", "1:2:3:4:5:6:7:", 0, "address", "IPv6 address"},
	{"AAAA", "1:2:3:4:5:6:7:8::", 0, "address", "IPv6 address"},
	{"AAAA", "fe80::1%eth0", 0, "address", "IPv6 address"},
	{"MX", "mail.example.", 0, "preference", "MX needs a preference (a number from 0 to 65535) before the host"},
	{"MX", "65536 mail.example.", 0, "preference", "0 to 65535"},
	{"MX", "10", 1, "host", "MX needs a host"},
	{"MX", "10 a..b.", 1, "host", "domain name"},
	{"MX", "10 aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", 1, "host", "63 octets"},
	{"SOA", "ns host 1 2h 1h30x 2w 300", 4, "retry", "1h30m"},
	{"SOA", "ns host 1 2h 8000w 2w 300", 4, "retry", "1h30m"},
	{"SOA", "ns host 4294967296 2h 1h 2w 300", 2, "serial", "4294967295"},
	{"TXT", "", 0, "text", "TXT needs a text"},
	{"TXT", "a\"b\"", 0, "text", "quote"},
	{"TXT", "a\\256", 0, "text", "escape"},
	{"RRSIG", "A 8 3 0 20300229000000 20200101000000 1 . AQ==", 4, "expiration time", "YYYYMMDDHHMMSS"},
	{"RRSIG", "A 8 3 0 19691231235959 20200101000000 1 . AQ==", 4, "expiration time", "YYYYMMDDHHMMSS"},
	{"RRSIG", "A 8 3 0 20200101000000 20200101000000 1 .", 8, "signature", "base64"},
	{"RRSIG", "A 8 3 0 20200101000000 20200101000000 1 . AQI", 8, "signature", "characters are missing"},
	{"RRSIG", "A 8 3 0 20200101000000 20200101000000 1 . A Q==AQID", 9, "signature", "base64"},
	{"DS", "1 5 1 2BB1", 3, "digest", "40"},
	{"DS", "1 5 0", 3, "digest", "DS needs a digest"},
	{"DNSKEY", "257 3 NOSUCH AQID", 2, "algorithm", "mnemonic"},
	{"NSEC", "host. A NOTYPE", 2, "types", "record types"},
	{"NSEC3", "1 0 1 - 0", 4, "next hashed owner", "base32hex"},
	{"NSEC3", "1 0 1 abc 2t7b4g4vsa5smi47k61mv5bv1a22bojr", 3, "salt", "hex digits"},
	{"CAA", "0 is-sue \"x\"", 1, "tag", "letters and digits"},
	{"URI", "1 1 \"\"", 2, "target", "not empty"},
	{"LOC", "91 N 0 E 0", 0, "location", "LOC needs"},
	{"LOC", "90 1 N 0 E 0", 2, "location", "more than 90 degrees"},
	{"LOC", "1 60 N 0 E 0", 1, "location", "LOC needs"},
	{"LOC", "1 N 1 N 0", 3, "location", "LOC needs"},
	{"LOC", "1 N 1 E -100000.01", 4, "location", "altitude"},
	{"APL", "1:192.0.2.0/33", 0, "address prefix list", "prefixes like"},
	{"APL", "3:x/1", 0, "address prefix list", "prefixes like"},
	{"IPSECKEY", "10 1 2 2001:db8::1", 3, "gateway", "is an IPv6 address"},
	{"IPSECKEY", "10 4 2 x", 3, "gateway", "must be 0"},
	{"AMTRELAY", "10 2 1 192.0.2.1", 1, "relay type", "0 or 1"},
	{"AMTRELAY", "10 1", 2, "relay type", "AMTRELAY needs"},
	{"HIP", "2 2001", 2, "host identity", "HIP needs"},
	{"EUI48", "00-00-5e-00-53", 0, "address", "six octets"},
	{"ZONEMD", "1 1 240 FEBE", 3, "digest", "at least 24"},
	{"TYPE65280", "x", 0, "", "\\# LENGTH HEX"},
	{"TYPE65280", "\\# 1 zz", 2, "octets", "octets in hex"},
	{"AAAA", "\\# 16 zz", 2, "octets", "octets in hex"},
	{"TYPE65280", "\\#", 1, "length", "needs a length"},
	{"TYPE65280", "\\# 3 0102", 1, "length", "says 3 octets, but 2 follow"},
	{"AAAA", "\\# 3 010203", 2, "octets", "ends too early"},
	/* RFC 9460 D.3 */
	{"SVCB", "1 foo. key123=abc key123=def", 3, "parameters", "twice"},
	{"SVCB", "1 foo. mandatory", 2, "parameters", "other keys"},
	{"SVCB", "1 foo. alpn", 2, "parameters", "protocols"},
	{"SVCB", "1 foo. port", 2, "parameters", "0 to 65535"},
	{"SVCB", "1 foo. ipv4hint", 2, "parameters", "IPv4"},
	{"SVCB", "1 foo. ipv6hint", 2, "parameters", "IPv6"},
	{"SVCB", "1 foo. alpn=h2 no-default-alpn=abc", 3, "parameters", "no value"},
	{"SVCB", "1 foo. mandatory=key123", 2, "parameters", "key123 is named by mandatory"},
	{"SVCB", "1 foo. mandatory=mandatory", 2, "parameters", "other keys"},
	{"SVCB", "1 foo. mandatory=key123,key123 key123=abc", 2, "parameters", "each once"},
	{"SVCB", "1 foo. no-default-alpn", 2, "parameters", "alpn must be there"},
	{"SVCB", "1 foo. alpn=h2,", 2, "parameters", "protocols"},
	{"SVCB", "1 foo. nosuch=1", 2, "parameters", "nosuch"},
	{"SVCB", "1 foo. key007=1", 2, "parameters", "key007"},
	{"SVCB", "1 foo. key7=\"a", 2, "parameters", "quotes"},
	{"SVCB", "1 foo. \"alpn=h2\"", 2, "parameters", "around the value"},
	{"SVCB", "1 foo. tls-supported-groups=29,29", 2, "parameters", "each once"},
};

static struct name origin;
static struct name_buffer origin_buffer;

static int parse(const char *type_text, const char *text, struct writer *out, uint16_t *ret_type,
		 struct rdata_error *error)
{
	struct rdata_token tokens[64];
	assert_int_equal(rrtype_from_text(span_text(type_text), ret_type), ERR_OK);
	size_t count = tokens_of(span_text(text), tokens, 64);
	return rdata_from_text(*ret_type, tokens, count, origin, out, error);
}

static struct writer hex_of(const char *hex, uint8_t *buffer, size_t capacity)
{
	struct writer out = writer_of(buffer, capacity);
	assert_int_equal(hex_decode(span_text(hex), &out), ERR_OK);
	return out;
}

static void test_rows(void **state)
{
	for (size_t i = 0; i < ROWS; i++) {
		uint8_t buffer[512];
		uint8_t wanted_buffer[512];
		uint16_t type;
		struct rdata_error error = {.message = ""};
		struct writer out = writer_of(buffer, sizeof buffer);
		struct writer wanted = hex_of(rows[i].hex, wanted_buffer, sizeof wanted_buffer);
		print_message("%s %s\n", rows[i].type, rows[i].text);
		int err = parse(rows[i].type, rows[i].text, &out, &type, &error);
		assert_string_equal(error.message, "");
		assert_int_equal(err, ERR_OK);
		assert_int_equal(out.size, wanted.size);
		assert_memory_equal(buffer, wanted_buffer, wanted.size);
		assert_int_equal(rdata_check(type, writer_span(&out)), ERR_OK);
		struct text text = {0};
		rdata_to_text(type, writer_span(&out), &text);
		assert_string_equal(text_string(&text), rows[i].text);
		text_free(&text);
	}
}

static void test_spellings(void **state)
{
	for (size_t i = 0; i < sizeof spellings / sizeof spellings[0]; i++) {
		uint8_t buffer[512];
		uint16_t type;
		struct rdata_error error = {.message = ""};
		struct writer out = writer_of(buffer, sizeof buffer);
		int err = parse(spellings[i].type, spellings[i].text, &out, &type, &error);
		assert_string_equal(error.message, "");
		assert_int_equal(err, ERR_OK);
		assert_int_equal(rdata_check(type, writer_span(&out)), ERR_OK);
		struct text text = {0};
		rdata_to_text(type, writer_span(&out), &text);
		assert_string_equal(text_string(&text), spellings[i].printed);
		text_free(&text);
	}
}

static void test_refused(void **state)
{
	for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
		uint8_t buffer[512];
		uint16_t type;
		struct rdata_error error = {.message = ""};
		struct writer out = writer_of(buffer, sizeof buffer);
		int err = parse(refused[i].type, refused[i].text, &out, &type, &error);
		print_message("%s %s: %s\n", refused[i].type, refused[i].text, error.message);
		assert_int_not_equal(err, ERR_OK);
		assert_int_equal(error.token, refused[i].token);
		assert_string_equal(error.field, refused[i].field);
		assert_non_null(strstr(error.message, refused[i].words));
	}
}

/* A writer that ends anywhere gives ERR_SPACE and nothing worse. */
static void test_no_room(void **state)
{
	for (size_t i = 0; i < ROWS; i++) {
		for (size_t capacity = 0; capacity < strlen(rows[i].hex) / 2; capacity++) {
			uint8_t *buffer = malloc(capacity + 1);
			uint16_t type;
			struct rdata_error error;
			struct writer out = writer_of(buffer, capacity);
			assert_int_equal(parse(rows[i].type, rows[i].text, &out, &type, &error), ERR_SPACE);
			free(buffer);
		}
	}
}

static void test_long_string(void **state)
{
	char line[300];
	uint8_t buffer[512];
	uint16_t type;
	struct rdata_error error;
	memset(line, 'x', sizeof line);
	line[256] = '\0';
	struct writer out = writer_of(buffer, sizeof buffer);
	assert_int_equal(parse("TXT", line, &out, &type, &error), ERR_RANGE);
	assert_non_null(strstr(error.message, "256 octets"));
	line[255] = '\0';
	out = writer_of(buffer, sizeof buffer);
	assert_int_equal(parse("TXT", line, &out, &type, &error), ERR_OK);
	assert_int_equal(out.size, 256);
}

static void test_ttl(void **state)
{
	static const struct {
		const char *text;
		int err;
		uint32_t seconds;
	} ttls[] = {
		{"0", ERR_OK, 0},
		{"1h30m", ERR_OK, 5400},
		{"1W2D3H4M5S", ERR_OK, 788645},
		{"1h30", ERR_OK, 3630},
		{"4294967295", ERR_OK, UINT32_MAX},
		{"4294967296", ERR_RANGE, 0},
		{"99999999999999999999999999", ERR_RANGE, 0},
		{"7102w", ERR_RANGE, 0},
		{"9999999999w9999999999w", ERR_RANGE, 0},
		{"", ERR_SYNTAX, 0},
		{"h", ERR_SYNTAX, 0},
		{"1hm", ERR_SYNTAX, 0},
		{"-1", ERR_SYNTAX, 0},
		{"99999999999.example", ERR_SYNTAX, 0},
	};
	for (size_t i = 0; i < sizeof ttls / sizeof ttls[0]; i++) {
		uint32_t seconds = 0;
		assert_int_equal(rdata_ttl_from_text(span_text(ttls[i].text), &seconds), ttls[i].err);
		assert_int_equal(seconds, ttls[i].seconds);
	}
}

static int set_up(void **state)
{
	return name_from_text(span_text("example."), name_root, &origin_buffer, &origin, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),    cmocka_unit_test(test_spellings),   cmocka_unit_test(test_refused),
		cmocka_unit_test(test_no_room), cmocka_unit_test(test_long_string), cmocka_unit_test(test_ttl),
	};
	return cmocka_run_group_tests(tests, set_up, NULL);
}
