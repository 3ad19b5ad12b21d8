/* SPDX-License-Identifier: BSD-2-Clause */
#include "dns/rrtype.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

/* IANA "Resource Record (RR) TYPEs", what people write most. */
static const struct {
	const char *text;
	uint16_t code;
} known[] = {
	{"AAAA", 28},     {"A", 1},         {"NS", 2},         {"CNAME", 5},    {"SOA", 6},      {"PTR", 12},
	{"HINFO", 13},    {"MX", 15},       {"TXT", 16},       {"RP", 17},      {"AFSDB", 18},   {"SIG", 24},
	{"KEY", 25},      {"LOC", 29},      {"SRV", 33},       {"NAPTR", 35},   {"KX", 36},      {"CERT", 37},
	{"DNAME", 39},    {"OPT", 41},      {"APL", 42},       {"DS", 43},      {"SSHFP", 44},   {"IPSECKEY", 45},
	{"RRSIG", 46},    {"NSEC", 47},     {"DNSKEY", 48},    {"DHCID", 49},   {"NSEC3", 50},   {"NSEC3PARAM", 51},
	{"TLSA", 52},     {"SMIMEA", 53},   {"HIP", 55},       {"CDS", 59},     {"CDNSKEY", 60}, {"OPENPGPKEY", 61},
	{"CSYNC", 62},    {"ZONEMD", 63},   {"SVCB", 64},      {"HTTPS", 65},   {"DSYNC", 66},   {"SPF", 99},
	{"NID", 104},     {"L32", 105},     {"L64", 106},      {"LP", 107},     {"EUI48", 108},  {"EUI64", 109},
	{"TKEY", 249},    {"TSIG", 250},    {"IXFR", 251},     {"AXFR", 252},   {"ANY", 255},    {"URI", 256},
	{"CAA", 257},     {"RESINFO", 261}, {"AMTRELAY", 260}, {"WALLET", 262}, {"TA", 32768},   {"DLV", 32769},
	{"NSAP-PTR", 23}, {"X25", 19},
};

static void test_known(void **state)
{
	for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
		uint16_t code = 0;
		assert_int_equal(rrtype_from_text(span_text(known[i].text), &code), ERR_OK);
		assert_int_equal(code, known[i].code);
	}
}

/* Every code comes back from its text, in small letters too: no row is hidden behind its letter's range. */
static void test_every_code(void **state)
{
	for (unsigned code = 0; code <= UINT16_MAX; code++) {
		char text[RRTYPE_TEXT_MAX];
		uint16_t back = 0;
		rrtype_to_text((uint16_t)code, text);
		assert_int_equal(rrtype_from_text(span_text(text), &back), ERR_OK);
		assert_int_equal(back, code);
		for (char *c = text; *c != '\0'; c++)
			*c = (char)(*c >= 'A' && *c <= 'Z' ? *c + 32 : *c);
		assert_int_equal(rrtype_from_text(span_text(text), &back), ERR_OK);
		assert_int_equal(back, code);
		rrclass_to_text((uint16_t)code, text);
		assert_int_equal(rrclass_from_text(span_text(text), &back), ERR_OK);
		assert_int_equal(back, code);
	}
}

static void test_numbers(void **state)
{
	uint16_t code;
	char text[RRTYPE_TEXT_MAX];
	assert_int_equal(rrtype_from_text(span_text("TYPE28"), &code), ERR_OK);
	assert_int_equal(code, RR_AAAA);
	rrtype_to_text(65280, text);
	assert_string_equal(text, "TYPE65280");
	assert_int_equal(rrclass_from_text(span_text("class1"), &code), ERR_OK);
	assert_int_equal(code, CLASS_IN);
}

static void test_strangers(void **state)
{
	static const char *const texts[] = {"",       "B",      "AAA", "AAAAA", "TYPE",   "TYPE65536",
					    "TYPE1x", "TYPE-1", "IN",  "3600",  "www",    "NSEC3PARAMNSEC3PARAM",
					    "*",      "@",      "[",   "zz",    "CLASS1", "TYPE 1"};
	uint16_t code = 7;
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
		assert_int_equal(rrtype_from_text(span_text(texts[i]), &code), ERR_NOT_FOUND);
	assert_int_equal(rrclass_from_text(span_text("INN"), &code), ERR_NOT_FOUND);
	assert_int_equal(rrclass_from_text(span_text("CLASS65536"), &code), ERR_NOT_FOUND);
	assert_int_equal(code, 7);
	assert_null(rrtype_find(65280));
	assert_null(rrtype_find(264));
	assert_non_null(rrtype_find(RR_AAAA));
}

static void test_kinds(void **state)
{
	assert_true(rrtype_is_meta(RR_OPT) && rrtype_is_meta(RR_ANY) && rrtype_is_meta(RR_TSIG) && rrtype_is_meta(128));
	assert_false(rrtype_is_meta(RR_AAAA) || rrtype_is_meta(RR_CAA) || rrtype_is_meta(127) || rrtype_is_meta(256));
	assert_true(rrtype_is_singleton(RR_SOA) && rrtype_is_singleton(RR_CNAME) && rrtype_is_singleton(RR_DNAME));
	assert_false(rrtype_is_singleton(RR_NS));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_known),     cmocka_unit_test(test_every_code), cmocka_unit_test(test_numbers),
		cmocka_unit_test(test_strangers), cmocka_unit_test(test_kinds),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
