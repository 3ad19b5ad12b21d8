/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/sim/scenario.h"

#include "dns/rrtype.h"
#include "tests/sim/template.h"
#include "tests/unit/cmocka_all.h"

#include <stdio.h>

static struct scenario *parsed(const char *text)
{
	struct scenario *scenario = NULL;
	char why[SCENARIO_WHY_MAX] = "";
	int err = scenario_parse("test.rpl", span_text(text), &scenario, why);
	if (err != ERR_OK)
		fail_msg("%s", why);
	return scenario;
}

static void is_refused(const char *text, int code, const char *why_part)
{
	struct scenario *scenario = NULL;
	char why[SCENARIO_WHY_MAX] = "";
	assert_int_equal(scenario_parse("test.rpl", span_text(text), &scenario, why), code);
	if (strstr(why, why_part) == NULL)
		fail_msg("\"%s\" does not say \"%s\"", why, why_part);
}

#define HEAD "CONFIG_END\nSCENARIO_BEGIN a test\n"
#define ENTRY(lines) "ENTRY_BEGIN\n" lines "ENTRY_END\n"
#define STEP(step, lines) "STEP " step "\n" ENTRY(lines)
#define QUERY STEP("1 QUERY", "REPLY RD DO\nSECTION QUESTION\nwww.example. IN AAAA\n")
#define TAIL "SCENARIO_END\n"

static void test_parts(void **state)
{
	/* clang-format off */
	struct scenario *scenario = parsed(
		"server:\n"
		"; a remark\n"
		"\ttrust-anchor: \"example. DS 1 8 2 AA ;{id}\" # why\n"
		"features: min_ttl=1; max_ttl=2\n"
		HEAD
		"RANGE_BEGIN 5 7\n"
		" ADDRESS 2001:db8::1\n"
		"ADDRESS 192.0.2.1\n"
		ENTRY("MATCH question TCP\nADJUST copy_id delay=7\nREPLY QR AA NXDOMAIN\nSECTION QUESTION\nwww IN A\n"
		      "SECTION AUTHORITY\nexample SOA a b ( 1 2 ; x\n 3 4 5 )\n")
		"RANGE_END\n"
		QUERY
		"STEP 2 TIME_PASSES ELAPSE 1.5\n"
		TAIL);
	/* clang-format on */
	assert_string_equal(scenario->config->next->key, "trust-anchor");
	assert_string_equal(scenario->config->next->value, "example. DS 1 8 2 AA ;{id}");
	assert_string_equal(scenario->config->next->next->value, "min_ttl=1; max_ttl=2");
	const struct range *range = scenario->ranges;
	assert_int_equal(range->first, 5);
	assert_int_equal(range->last, 7);
	assert_int_equal(range->address_count, 2);
	assert_int_equal(range->addresses[0].family, FAMILY_IPV6);
	const struct entry *entry = range->entries;
	assert_int_equal(entry->match, MATCH_QUESTION | MATCH_TCP);
	assert_int_equal(entry->delay_ms, 7);
	assert_int_equal(entry->flags, HEADER_QR | HEADER_AA);
	assert_int_equal(entry->rcode, RCODE_NXDOMAIN);
	assert_int_equal(entry->records->type, RR_SOA);
	assert_int_equal(entry->records->section, SECTION_AUTHORITY);
	assert_int_equal(entry->records->ttl_s, 3600);
	assert_null(entry->records->next);
	assert_int_equal(scenario->steps->kind, STEP_QUERY);
	assert_true(scenario->steps->entry->is_do);
	assert_int_equal(scenario->steps->entry->match, MATCH_OPCODE | MATCH_QUESTION);
	assert_int_equal(scenario->steps->next->amount, 1500);
	scenario_free(scenario);
}

/* Nothing is skipped. */
static void test_refused(void **state)
{
	is_refused(HEAD QUERY "STEP 2 CHECK_AUTOTRUST x\n" TAIL, ERR_UNSUPPORTED, "CHECK_AUTOTRUST");
	is_refused(HEAD "STEP 1 QUERY\n" ENTRY("MATCH qnam\n") TAIL, ERR_UNSUPPORTED, "qnam");
	is_refused(HEAD "STEP 1 QUERY\n" ENTRY("ADJUST copy\n") TAIL, ERR_UNSUPPORTED, "copy");
	is_refused(HEAD "STEP 1 QUERY\n" ENTRY("REPLY ZZ\n") TAIL, ERR_UNSUPPORTED, "ZZ");
	is_refused(HEAD "STEP 1 QUERY\n" ENTRY("WHAT\n") TAIL, ERR_UNSUPPORTED, "line 5");
	is_refused(HEAD "STEP 1 QUERY\n" ENTRY("SECTION NOWHERE\n") TAIL, ERR_SYNTAX, "section");
	is_refused(HEAD "WHAT 1\nSTEP 1 NOTHING\n" TAIL, ERR_UNSUPPORTED, "WHAT");
	is_refused(HEAD "RANGE_BEGIN 1 2\nWHAT\nRANGE_END\n" TAIL, ERR_UNSUPPORTED, "WHAT");
	is_refused(HEAD QUERY, ERR_SYNTAX, "SCENARIO_END");
	is_refused(HEAD TAIL, ERR_SYNTAX, "no STEP");
	is_refused("stub-addr: ::1\n", ERR_SYNTAX, "CONFIG_END");
	is_refused(HEAD "STEP 1 QUERY\n" ENTRY("SECTION ANSWER\nwww A 1.2.3\n") TAIL, ERR_SYNTAX, "line 6");
	is_refused(HEAD "STEP 1 QUERY\n" ENTRY("SECTION QUESTION\nwww IN NOTYPE\n") TAIL, ERR_SYNTAX, "type");
	is_refused(HEAD "STEP 1 CHECK_ANSWER\nSTEP 2 NOTHING\n" TAIL, ERR_SYNTAX, "entry");
	is_refused(HEAD "STEP 1 QUERY\n" ENTRY("RAW\nabc\n") TAIL, ERR_SYNTAX, "half");
}

static bool matches(const char *lines, const char *message_lines)
{
	char text[4096];
	static uint8_t octets[TEMPLATE_MAX];
	snprintf(text, sizeof(text),
		 HEAD "STEP 1 QUERY\nENTRY_BEGIN\n%sENTRY_END\nSTEP 2 QUERY\nENTRY_BEGIN\n%sENTRY_END\n" TAIL, lines,
		 message_lines);
	struct scenario *scenario = parsed(text);
	size_t size = template_query(scenario->steps->next->entry, 1, octets);
	bool is_match = template_matches(scenario->steps->entry, span_of(octets, size), QUESTION_UDP, NULL);
	scenario_free(scenario);
	return is_match;
}

#define Q "SECTION QUESTION\nwww.example. A\n"

static void test_match(void **state)
{
	static const struct {
		const char *entry, *message;
		bool is_match;
	} rows[] = {
		{"MATCH question\n" Q, "SECTION QUESTION\nWWW.Example. A\n", true},
		{"MATCH qcase\n" Q, "SECTION QUESTION\nWWW.Example. A\n", false},
		{"MATCH question\n" Q, "SECTION QUESTION\nwww.example. AAAA\n", false},
		{"MATCH qname\n" Q, "SECTION QUESTION\nwww.example. AAAA\n", true},
		{"MATCH subdomain\nSECTION QUESTION\nexample. NS\n", Q, true},
		{"MATCH subdomain\n" Q, "SECTION QUESTION\nexample. NS\n", false},
		{"MATCH rcode\nREPLY NXDOMAIN\n" Q, "REPLY NXDOMAIN\n" Q, true},
		{"MATCH rcode\nREPLY BADVERS\n" Q, "REPLY BADVERS\n" Q, true},
		{"MATCH rcode\nREPLY NXDOMAIN\n" Q, Q, false},
		{"MATCH flags\nREPLY AA DO\n" Q, "REPLY AA\n" Q, true},
		{"MATCH flags\nREPLY AA\n" Q, "REPLY AA AD\n" Q, false},
		{"MATCH edns\nREPLY DO\n" Q, Q, false},
		{"MATCH edns\n" Q, Q, true},
		{"MATCH edns\n" Q, "REPLY NOEDNS\n" Q, false},
		{"MATCH noedns\n" Q, Q, false},
		{"MATCH DO\n" Q, "REPLY DO\n" Q, true},
		{"MATCH TCP question\n" Q, Q, false},
		{"MATCH UDP question\n" Q, Q, true},
		{"MATCH nsid\nHEX_EDNSDATA_BEGIN\n0003 0001 61\nHEX_EDNSDATA_END\n" Q,
		 "HEX_EDNSDATA_BEGIN\n00 03 00 01 61\nHEX_EDNSDATA_END\n" Q, true},
		{"MATCH nsid\n" Q, "HEX_EDNSDATA_BEGIN\n00 03 00 01 61\nHEX_EDNSDATA_END\n" Q, false},
		{"MATCH ede=9\n" Q, "HEX_EDNSDATA_BEGIN\n000f 0002 0009\nHEX_EDNSDATA_END\n" Q, true},
		{"MATCH ede=8\n" Q, "HEX_EDNSDATA_BEGIN\n000f 0002 0009\nHEX_EDNSDATA_END\n" Q, false},
		{"MATCH ede=any\n" Q, Q, false},
		/* Sections are sets: order and TTL do not count, case of names does not either. */
		{"MATCH answer\n" Q "SECTION ANSWER\na 1 A 1.1.1.1\na 1 A 2.2.2.2\n",
		 Q "SECTION ANSWER\nA 9 A 2.2.2.2\nA 9 A 1.1.1.1\n", true},
		{"MATCH answer\n" Q "SECTION ANSWER\na NS B.c\n", Q "SECTION ANSWER\nA NS b.C\n", true},
		{"MATCH answer ttl\n" Q "SECTION ANSWER\na 1 A 1.1.1.1\n", Q "SECTION ANSWER\na 2 A 1.1.1.1\n", false},
		{"MATCH answer\n" Q "SECTION ANSWER\na A 1.1.1.1\n", Q "SECTION ANSWER\na A 1.1.1.1\na A 2.2.2.2\n",
		 false},
		{"MATCH answer\n" Q "SECTION ANSWER\na A 1.1.1.1\na A 2.2.2.2\n", Q "SECTION ANSWER\na A 1.1.1.1\n",
		 false},
		{"MATCH answer\n" Q "SECTION ANSWER\na A 1.1.1.1\n", Q "SECTION AUTHORITY\na A 1.1.1.1\n", false},
		{"MATCH answer\n" Q, Q "SECTION AUTHORITY\na A 1.1.1.1\n", true},
		{"MATCH all\n" Q, Q "SECTION AUTHORITY\na A 1.1.1.1\n", false},
		{"MATCH all\n" Q, Q "SECTION ADDITIONAL\na A 1.1.1.1\n", false},
		{"MATCH all\n" Q, Q, true},
		{"MATCH serial=3\n" Q, Q "SECTION AUTHORITY\na SOA a a 3 0 0 0 0\n", true},
		{"MATCH serial=4\n" Q, Q "SECTION AUTHORITY\na SOA a a 3 0 0 0 0\n", false},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (matches(rows[i].entry, rows[i].message) != rows[i].is_match)
			fail_msg("row %zu: %s%s", i, rows[i].entry, rows[i].message);
	}
}

static void test_reply(void **state)
{
	static uint8_t query[TEMPLATE_MAX], reply[TEMPLATE_MAX];
	/* clang-format off */
	struct scenario *scenario = parsed(
		HEAD
		STEP("1 QUERY", "REPLY DO EDNS=600\nSECTION QUESTION\nWwW.example. A\n")
		STEP("2 REPLY", "ADJUST copy_id\nREPLY QR AA\n" Q "SECTION ANSWER\nwww.example. A 1.1.1.1\n")
		STEP("3 REPLY", "ADJUST raw_id\nRAW\n0000 8400 ; flags\n0000 0000 0000 0000\n")
		STEP("4 REPLY", "ADJUST copy_id copy_query\nREPLY QR NOEDNS REFUSED\n")
		TAIL);
	/* clang-format on */
	const struct step *steps[4] = {scenario->steps};
	for (size_t i = 1; i < 4; i++)
		steps[i] = steps[i - 1]->next;
	struct span sent = span_of(query, template_query(steps[0]->entry, 0x1234, query));
	struct message message;
	assert_int_equal(
		message_read(span_of(reply, template_reply(steps[1]->entry, sent, QUESTION_UDP, reply)), &message),
		ERR_OK);
	assert_int_equal(message.error, ERR_OK);
	assert_int_equal(message.id, 0x1234);
	assert_int_equal(message.counts[SECTION_ANSWER], 1);
	assert_true(message.has_edns && message.edns.is_do);
	assert_memory_equal(reply + HEADER_SIZE, "\3WwW", 4);
	assert_int_equal(template_reply(steps[2]->entry, sent, QUESTION_UDP, reply), 12);
	assert_int_equal(load_u16(reply), 0x1234);
	assert_int_equal(
		message_read(span_of(reply, template_reply(steps[3]->entry, sent, QUESTION_UDP, reply)), &message),
		ERR_OK);
	assert_int_equal(message.rcode, RCODE_REFUSED);
	assert_int_equal(message.counts[SECTION_QUESTION], 1);
	assert_false(message.has_edns);
	scenario_free(scenario);
}

/* What the sender cannot take comes truncated over UDP and whole over TCP. */
static void test_truncation(void **state)
{
	static uint8_t query[TEMPLATE_MAX], reply[TEMPLATE_MAX];
	struct text text = {0};
	text_add(&text, HEAD STEP("1 QUERY", "REPLY NOEDNS\n" Q));
	text_add(&text, "STEP 2 REPLY\nENTRY_BEGIN\nADJUST copy_id\nREPLY QR\n" Q "SECTION ANSWER\n");
	for (unsigned i = 0; i < 100; i++)
		text_addf(&text, "www.example. A 10.0.0.%u\n", i);
	text_add(&text, "ENTRY_END\n" TAIL);
	struct scenario *scenario = parsed(text_string(&text));
	const struct entry *entry = scenario->steps->next->entry;
	struct span sent = span_of(query, template_query(scenario->steps->entry, 1, query));
	size_t size = template_reply(entry, sent, QUESTION_UDP, reply);
	assert_true(size <= 512 && (load_u16(reply + 2) & HEADER_TC) != 0);
	size = template_reply(entry, sent, QUESTION_TCP, reply);
	assert_true(size > 1600 && (load_u16(reply + 2) & HEADER_TC) == 0);
	scenario_free(scenario);
	text_free(&text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_parts), cmocka_unit_test(test_refused),    cmocka_unit_test(test_match),
		cmocka_unit_test(test_reply), cmocka_unit_test(test_truncation),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
