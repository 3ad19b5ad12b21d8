/* SPDX-License-Identifier: BSD-2-Clause */
#include "dns/rdata.h"

#include "base/encoding.h"
#include "dns/svcb.h"

#include "rdata_rows.h"
#include "rdata_tokens.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

static struct writer parse(uint16_t type, const char *text, uint8_t *buffer, size_t capacity)
{
	struct rdata_token tokens[64];
	struct rdata_error error = {.message = ""};
	struct writer out = writer_of(buffer, capacity);
	size_t count = tokens_of(span_text(text), tokens, 64);
	if (rdata_from_text(type, tokens, count, name_root, &out, &error) != ERR_OK)
		fail_msg("%s: %s", text, error.message);
	return out;
}

/* Whatever passes the check has a text that means the same octets. */
static void expect_round_trip(uint16_t type, struct span rdata)
{
	uint8_t buffer[600];
	struct text text = {0};
	rdata_to_text(type, rdata, &text);
	struct writer back = parse(type, text_string(&text), buffer, sizeof buffer);
	assert_int_equal(back.size, rdata.size);
	if (rdata.size > 0)
		assert_memory_equal(back.data, rdata.data, rdata.size);
	text_free(&text);
}

/* Types whose RDATA may end at many places: what is left of them can be good by itself. */
static bool may_end_early(const char *type)
{
	static const char *const types[] = {"TXT",    "SPF",     "AVC",    "NINFO", "RESINFO",    "WALLET",   "ISDN",
					    "KEY",    "APL",     "NSAP",   "HIP",   "IPSECKEY",   "AMTRELAY", "NSEC",
					    "NSEC3",  "CSYNC",   "SVCB",   "HTTPS", "CAA",        "URI",      "CERT",
					    "DNSKEY", "CDNSKEY", "RKEY",   "DHCID", "OPENPGPKEY", "RRSIG",    "SIG",
					    "CDS",    "TLSA",    "SMIMEA", "LOC"};
	for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
		if (strcmp(types[i], type) == 0)
			return true;
	}
	return strncmp(type, "TYPE", 4) == 0;
}

static void test_every_size(void **state)
{
	for (size_t i = 0; i < ROWS; i++) {
		uint8_t buffer[600];
		uint16_t type;
		struct writer wire = writer_of(buffer, sizeof buffer);
		assert_int_equal(hex_decode(span_text(rows[i].hex), &wire), ERR_OK);
		assert_int_equal(rrtype_from_text(span_text(rows[i].type), &type), ERR_OK);
		writer_u8(&wire, 0);
		for (size_t size = 0; size <= wire.size; size++) {
			uint8_t *copy = malloc(size > 0 ? size : 1);
			memcpy(copy, buffer, size);
			print_message("%s %s: %zu octets\n", rows[i].type, rows[i].text, size);
			int err = rdata_check(type, span_of(copy, size));
			if (err == ERR_OK)
				expect_round_trip(type, span_of(copy, size));
			if (size == wire.size - 1)
				assert_int_equal(err, ERR_OK);
			else if (!may_end_early(rows[i].type))
				assert_int_not_equal(err, ERR_OK);
			free(copy);
		}
	}
}

/* "www.Example." at 12, "example." at 16, "." at 24; RDATA from 25. */
#define PLACE 25
static const char packet[] = "\0\0\0\0\0\0\0\0\0\0\0\0\3www\7Example\0";

struct message_row {
	uint16_t type;
	const char *hex; /* RDATA as it stands in the message */
	int err;
	const char *text;
};

static const struct message_row messages[] = {
	{RR_AAAA, "20010db8000000000000000000000001", ERR_OK, "2001:db8::1"},
	{RR_NS, "c00c", ERR_OK, "www.Example."},
	{RR_NS, "016ec010", ERR_OK, "n.Example."},
	{RR_MX, "000ac010", ERR_OK, "10 Example."},
	{RR_MX, "000ac018", ERR_OK, "10 ."},
	{RR_MX, "000ac01000", ERR_TRAILING, NULL},
	{RR_MX, "000ac0", ERR_TRUNCATED, NULL},
	{RR_MX, "000a", ERR_TRUNCATED, NULL},
	{RR_MX, "000ac01b", ERR_SYNTAX, NULL}, /* points at itself */
	{RR_MX, "000a0161", ERR_TRUNCATED, NULL},
	{RR_SOA, "c00c0168c0100000000100000002000000030000000400000005", ERR_OK, "www.Example. h.Example. 1 2 3 4 5"},
	/* RFC 3597 4: RP, AFSDB, RT, SIG, PX, NAPTR and SRV may come compressed. */
	{RR_SRV, "000000000001c00c", ERR_OK, "0 0 1 www.Example."},
	{18, "0001c00c", ERR_OK, "1 www.Example."},
	{17, "c00cc010", ERR_OK, "www.Example. Example."},
	{21, "0001c00c", ERR_OK, "1 www.Example."},
	{26, "0001c00cc010", ERR_OK, "1 www.Example. Example."},
	{RR_NAPTR, "00010002000000c00c", ERR_OK, "1 2 \"\" \"\" \"\" www.Example."},
	{RR_SIG, "000105030001518070dbd8805e0be1003039c01001020304", ERR_OK,
	 "A 5 3 86400 20300101000000 20200101000000 12345 Example. AQIDBA=="},
	/* The others must not. */
	{RR_DNAME, "c00c", ERR_SYNTAX, NULL},
	{RR_KX, "0001c00c", ERR_SYNTAX, NULL},
	{RR_NSEC, "c00c000140", ERR_SYNTAX, NULL},
	{RR_SVCB, "0001c00c", ERR_SYNTAX, NULL},
	{107, "0001c00c", ERR_SYNTAX, NULL},
	{RR_RRSIG, "000105030001518070dbd8805e0be1003039c01001020304", ERR_SYNTAX, NULL},
	{45, "0a0302c00c010203", ERR_SYNTAX, NULL},
	{260, "0a03c00c", ERR_SYNTAX, NULL},
	{65280, "c00c", ERR_OK, "\\# 2 C00C"},
};

static void test_messages(void **state)
{
	for (size_t i = 0; i < sizeof messages / sizeof messages[0]; i++) {
		const struct message_row *row = &messages[i];
		uint8_t message[128];
		uint8_t buffer[600];
		struct writer wire = writer_of(message, sizeof message);
		writer_bytes(&wire, packet, PLACE);
		assert_int_equal(hex_decode(span_text(row->hex), &wire), ERR_OK);
		size_t size = wire.size - PLACE;
		/* What follows in the message must not be taken for RDATA. */
		writer_bytes(&wire, "\0\1\0\1", 4);
		struct writer out = writer_of(buffer, sizeof buffer);
		print_message("type %u %s\n", row->type, row->hex);
		int err = rdata_from_message(row->type, writer_span(&wire), PLACE, size, &out);
		if (row->err != ERR_OK) {
			assert_int_not_equal(err, ERR_OK);
			continue;
		}
		assert_int_equal(err, ERR_OK);
		assert_int_equal(rdata_check(row->type, writer_span(&out)), ERR_OK);
		struct text text = {0};
		rdata_to_text(row->type, writer_span(&out), &text);
		assert_string_equal(text_string(&text), row->text);
		text_free(&text);
		struct writer tight = writer_of(buffer, out.size - 1);
		assert_int_equal(rdata_from_message(row->type, writer_span(&wire), PLACE, size, &tight), ERR_SPACE);
	}
	struct writer out = writer_of((uint8_t[4]){0}, 4);
	assert_int_equal(rdata_from_message(RR_A, span_of(packet, PLACE), 24, 4, &out), ERR_TRUNCATED);
	assert_int_equal(rdata_from_message(RR_A, span_of(packet, PLACE), SIZE_MAX, 4, &out), ERR_TRUNCATED);
}

static const struct {
	uint16_t type;
	const char *text;
	const char *canonical;
} canonicals[] = {
	{RR_NS, "NS.Example.", "ns.example."},
	{RR_SOA, "NS.Example. Host.Example. 1 2 3 4 5", "ns.example. host.example. 1 2 3 4 5"},
	{RR_MX, "10 A.B.", "10 a.b."},
	{RR_SRV, "1 2 3 A.B.", "1 2 3 a.b."},
	{RR_KX, "1 A.", "1 a."},
	{RR_DNAME, "A.", "a."},
	{RR_NAPTR, "1 2 \"S\" \"X\" \"Y\" A.", "1 2 \"S\" \"X\" \"Y\" a."},
	{RR_RRSIG, "A 8 0 0 0 0 1 A. AQ==", "A 8 0 0 19700101000000 19700101000000 1 a. AQ=="},
	{RR_HINFO, "\"A\" \"B\"", "\"A\" \"B\""},
	/* RFC 6840 5.1: the next name of NSEC stays; types younger than RFC 3597 stay too (RFC 3597 7). */
	{RR_NSEC, "A. A", "A. A"},
	{RR_SVCB, "1 A. alpn=\"H2\"", "1 A. alpn=\"H2\""},
	{107, "1 A.", "1 A."},
	{RR_TXT, "\"A\"", "\"A\""},
};

static void test_canonical(void **state)
{
	for (size_t i = 0; i < sizeof canonicals / sizeof canonicals[0]; i++) {
		uint8_t buffer[256];
		uint8_t canonical[256];
		struct writer wire = parse(canonicals[i].type, canonicals[i].text, buffer, sizeof buffer);
		struct writer out = writer_of(canonical, sizeof canonical);
		assert_int_equal(rdata_canonical(canonicals[i].type, writer_span(&wire), &out), ERR_OK);
		struct text text = {0};
		rdata_to_text(canonicals[i].type, writer_span(&out), &text);
		assert_string_equal(text_string(&text), canonicals[i].canonical);
		assert_int_equal(rdata_compare(canonicals[i].type, writer_span(&wire), writer_span(&out)), 0);
		text_free(&text);
		out = writer_of(canonical, wire.size - 1);
		assert_int_equal(rdata_canonical(canonicals[i].type, writer_span(&wire), &out), ERR_SPACE);
	}
}

/* Ascending, RFC 4034 6.3: octets of the canonical form, left to right, a prefix first. */
static const struct {
	uint16_t type;
	const char *texts[4];
} orders[] = {
	{RR_AAAA, {"::1", "2001:db8::", "2001:db8::1", "ff02::1"}},
	{RR_NS, {"B.", "z.a.", "ab.", "aC."}},
	{RR_MX, {"1 Z.", "2 a.", "2 B.", "10 a."}},
	{RR_TXT, {"\"\"", "\"A\"", "\"a\"", "\"a\" \"\""}},
	{RR_SRV, {"0 0 1 Z.", "0 0 2 a.", "0 1 0 a.", "0 1 0 B."}},
	{RR_SVCB, {"1 A.", "1 Z.", "1 a.", "1 a. alpn=h2"}},
	{65280, {"\\# 0", "\\# 1 00", "\\# 2 0000", "\\# 1 01"}},
};

static void test_compare(void **state)
{
	for (size_t i = 0; i < sizeof orders / sizeof orders[0]; i++) {
		uint16_t type = orders[i].type;
		for (int j = 0; j < 4; j++) {
			for (int k = 0; k < 4; k++) {
				uint8_t left[128];
				uint8_t right[128];
				struct writer a = parse(type, orders[i].texts[j], left, sizeof left);
				struct writer b = parse(type, orders[i].texts[k], right, sizeof right);
				int order = rdata_compare(type, writer_span(&a), writer_span(&b));
				assert_int_equal((order > 0) - (order < 0), (j > k) - (j < k));
			}
		}
	}
}

static const struct {
	uint16_t type;
	const char *text;
	const char *names[3];
	bool is_compressible;
} named[] = {
	{RR_AAAA, "::1", {NULL}, false},
	{RR_SOA, "a. b.c. 1 2 3 4 5", {"a.", "b.c.", NULL}, true},
	{RR_MX, "1 a.", {"a.", NULL}, true},
	{RR_SRV, "1 2 3 a.", {"a.", NULL}, false},
	{RR_NSEC, "a.b. A", {"a.b.", NULL}, false},
	{RR_SVCB, "1 . port=1", {".", NULL}, false},
	{45, "1 3 1 a. AQ==", {"a.", NULL}, false},
	{45, "1 1 1 192.0.2.1 AQ==", {NULL}, false},
	{260, "1 1 3 a.", {"a.", NULL}, false},
	{55, "2 2001 AQ== a. b.", {"a.", "b.", NULL}, false},
	{65280, "\\# 1 00", {NULL}, false},
};

static void test_names(void **state)
{
	for (size_t i = 0; i < sizeof named / sizeof named[0]; i++) {
		uint8_t buffer[128];
		struct rdata_name got;
		size_t position = 0;
		struct writer wire = parse(named[i].type, named[i].text, buffer, sizeof buffer);
		for (const char *const *wanted = named[i].names; *wanted != NULL; wanted++) {
			char text[NAME_TEXT_MAX];
			assert_true(rdata_next_name(named[i].type, writer_span(&wire), &position, &got));
			name_to_text(got.name, text);
			assert_string_equal(text, *wanted);
			assert_ptr_equal(got.name.wire, wire.data + got.offset);
			assert_int_equal(got.is_compressible, named[i].is_compressible);
		}
		assert_false(rdata_next_name(named[i].type, writer_span(&wire), &position, &got));
	}
}

static void test_bitmap(void **state)
{
	uint8_t buffer[256];
	struct writer wire = parse(RR_NSEC, "a. AAAA RRSIG CAA TYPE65535", buffer, sizeof buffer);
	struct span nsec = writer_span(&wire);
	assert_true(rdata_bitmap_has(RR_NSEC, nsec, RR_AAAA) && rdata_bitmap_has(RR_NSEC, nsec, RR_CAA));
	assert_true(rdata_bitmap_has(RR_NSEC, nsec, RR_RRSIG) && rdata_bitmap_has(RR_NSEC, nsec, 65535));
	assert_false(rdata_bitmap_has(RR_NSEC, nsec, RR_A) || rdata_bitmap_has(RR_NSEC, nsec, 65534));
	assert_false(rdata_bitmap_has(RR_NSEC, nsec, 65) || rdata_bitmap_has(RR_NSEC, nsec, 1000));
	wire = parse(RR_NSEC3, "1 0 0 - 2t7b4g4vsa5smi47k61mv5bv1a22bojr", buffer, sizeof buffer);
	assert_false(rdata_bitmap_has(RR_NSEC3, writer_span(&wire), RR_AAAA));
	wire = parse(RR_CSYNC, "1 3 NS AAAA", buffer, sizeof buffer);
	assert_true(rdata_bitmap_has(RR_CSYNC, writer_span(&wire), RR_AAAA));
	assert_false(rdata_bitmap_has(RR_AAAA, writer_span(&wire), RR_AAAA));
}

/* RFC 4034 4.1.2: each of these is a bitmap that must not be. */
static void test_bad_bitmaps(void **state)
{
	static const char *const bad[] = {"00",   "0000",         "000100",       "00020100",
					  "0021", "000140000140", "010140000140", "0002ff"};
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		uint8_t buffer[64];
		struct writer wire = writer_of(buffer, sizeof buffer);
		writer_u8(&wire, 0);
		assert_int_equal(hex_decode(span_text(bad[i]), &wire), ERR_OK);
		assert_int_not_equal(rdata_check(RR_NSEC, writer_span(&wire)), ERR_OK);
	}
}

static void test_svcparams(void **state)
{
	uint8_t buffer[128];
	uint16_t key;
	struct span value;
	size_t position = 0;
	struct writer wire =
		parse(RR_HTTPS, "1 a. ipv6hint=2001:db8::1 alpn=h2 ipv4hint=192.0.2.1", buffer, sizeof buffer);
	assert_true(rdata_next_svcparam(writer_span(&wire), &position, &key, &value));
	assert_int_equal(key, SVCPARAM_ALPN);
	assert_true(rdata_next_svcparam(writer_span(&wire), &position, &key, &value));
	assert_int_equal(key, SVCPARAM_IPV4HINT);
	assert_true(span_equal(value, span_of("\xc0\0\2\1", 4)));
	assert_true(rdata_next_svcparam(writer_span(&wire), &position, &key, &value));
	assert_int_equal(key, SVCPARAM_IPV6HINT);
	assert_int_equal(value.size, 16);
	assert_false(rdata_next_svcparam(writer_span(&wire), &position, &key, &value));
	position = 0;
	wire = parse(RR_SVCB, "0 a.", buffer, sizeof buffer);
	assert_false(rdata_next_svcparam(writer_span(&wire), &position, &key, &value));
}

/* RFC 9460 2.2 and 8: priority 1, target ".", then parameters that make the record malformed. */
static void test_bad_svcparams(void **state)
{
	static const char *const bad[] = {
		"0003000200350001000302"
		"6832", /* out of order */
		"00030002003500030002"
		"0035",           /* twice */
		"0003000135",     /* port of one octet */
		"00010000",       /* no protocol */
		"0001000100",     /* an empty protocol */
		"00010003036832", /* a protocol that runs out */
		"00020000",       /* no-default-alpn without alpn */
		"0000000200030003"
		"0001",                         /* what mandatory names is cut off */
		"000000020001",                 /* ... is not there */
		"000000020000",                 /* ... is mandatory itself */
		"0000000400030003000300020035", /* ... is named twice */
		"00040003010203",               /* half an address */
		"000600040102"
		"0304",
		"00050000",         /* ech without a value */
		"0008000100",       /* ohttp with one */
		"00090004001d001d", /* a group twice */
		"0003",
	};
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		uint8_t buffer[64];
		struct writer wire = writer_of(buffer, sizeof buffer);
		writer_bytes(&wire, "\0\1\0", 3);
		assert_int_equal(hex_decode(span_text(bad[i]), &wire), ERR_OK);
		assert_int_not_equal(rdata_check(RR_SVCB, writer_span(&wire)), ERR_OK);
	}
}

/* RFC 9461 5, RFC 6570. */
static void test_dohpath(void **state)
{
	static const struct {
		const char *template, *path; /* NULL: ERR_SYNTAX */
	} paths[] = {
		{"/dns-query{?dns}", "/dns-query"},
		{"/q{?a,dns}&b", "/q&b"},
		{"/q{/x*}{?y:3,dns:9}", "/q"},
		{"/q?ct{&dns*}", "/q?ct"},
		{"/{+dns}/\xc3\xa4%20", "//%C3%A4%20"},
		{"{/dns}/q", "/q"},
		{"/dns-query", NULL},
		{"/q{?dnssec}", NULL},
		{"/q{?Dns}", NULL},
		{"q{?dns}", NULL},
		{"{?dns}", NULL},
		{"/q{?dns", NULL},
		{"/q?dns}{dns}", NULL},
		{"/q r{?dns}", NULL},
		{"/q\r\nhost: x{?dns}", NULL},
		{"/q#{?dns}", NULL},
		{"", NULL},
	};
	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		uint8_t octets[64];
		struct writer out = writer_of(octets, sizeof(octets));
		int err = dohpath_expand(span_text(paths[i].template), &out);
		assert_int_equal(err, paths[i].path != NULL ? ERR_OK : ERR_SYNTAX);
		if (paths[i].path == NULL)
			continue;
		assert_int_equal(out.size, strlen(paths[i].path));
		assert_memory_equal(octets, paths[i].path, out.size);
		assert_true(dohpath_is_path(writer_span(&out)));
	}
	static const char *const none[] = {"", "q", "/q{", "/q r", "/\xc3\xa4", "/q\n"};
	for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++)
		assert_false(dohpath_is_path(span_text(none[i])));
	uint8_t few[4];
	struct writer out = writer_of(few, sizeof(few));
	assert_int_equal(dohpath_expand(span_text("/dns-query{?dns}"), &out), ERR_OK);
	assert_true(out.is_full);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_size),    cmocka_unit_test(test_messages),
		cmocka_unit_test(test_canonical),     cmocka_unit_test(test_compare),
		cmocka_unit_test(test_names),         cmocka_unit_test(test_bitmap),
		cmocka_unit_test(test_bad_bitmaps),   cmocka_unit_test(test_svcparams),
		cmocka_unit_test(test_bad_svcparams), cmocka_unit_test(test_dohpath),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
