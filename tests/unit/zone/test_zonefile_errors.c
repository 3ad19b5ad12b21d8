/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/cmocka_all.h"
#include "zone/zonefile.h"

#include <stdio.h>
#include <stdlib.h>

/* What is wrong with a text read as example.com: the first finding of the reader, and how many there are. */
struct row {
	const char *text;
	const char *code;
	uint32_t line;
	uint32_t column;
	const char *cause; /* a part of it */
	const char *fix;   /* a part of it */
	size_t count;      /* 0: one */
	enum severity severity;
};

#define SOA "$TTL 300\n@ SOA ns1 host 1 2 3 4 5\n"
#define E SEVERITY_ERROR
#define W SEVERITY_WARNING

static const struct row rows[] = {
	/* TTL, class, type */
	{"a AAAA ::1\n", "ZON-14", 1, 3, "no TTL", "$TTL 3600", 0, E},
	{SOA "a 3600x AAAA ::1\n", "ZON-01", 3, 3, "neither a TTL", "3600 or 1h", 0, E},
	{SOA "a 99999999999 AAAA ::1\n", "ZON-01", 3, 3, "32 bits", "3600 or 1h", 0, E},
	{SOA "a 4294967295 AAAA ::1\n", "ZON-11", 3, 3, "2147483647", "3600 or 1h", 0, W},
	{SOA "a 5 IN 5 AAAA ::1\n", "ZON-01", 3, 8, "TTL is given twice", "remove one", 0, E},
	{SOA "a IN 5 IN AAAA ::1\n", "ZON-01", 3, 8, "class is given twice", "remove one", 0, E},
	{SOA "a CH AAAA ::1\n", "ZON-12", 3, 3, "class IN only", "leave the class out", 0, E},
	{SOA "a CLASS3 TXT x\n", "ZON-12", 3, 3, "class IN only", "write IN", 0, E},
	{SOA "a IN AAAAA ::1\n", "ZON-01", 3, 6, "AAAAA", "write a type", 0, E},
	{SOA "a 2001:db8::1\n", "ZON-01", 3, 3, "2001:db8::1", "AAAA", 0, E},
	{SOA "b 192.0.2.1\n", "ZON-01", 3, 3, "192.0.2.1", "address: A", 0, E},
	{SOA "a IN\n", "ZON-01", 3, 5, "ends before", "type and its data", 0, E},
	{SOA "abc\n", "ZON-01", 3, 4, "ends before", "type and its data", 0, E},
	{SOA "a \"AAAA\" ::1\n", "ZON-01", 3, 4, "no record type", "write a type", 0, E},
	{SOA "a ANY ::1\n", "ZON-01", 3, 3, "never zone data", "remove", 0, E},
	{SOA "a AXFR x\n", "ZON-01", 3, 3, "never zone data", "remove", 0, E},
	/* RDATA */
	{SOA "a AAAA 192.0.2.1\n", "ZON-01", 3, 8, "AAAA", "its type is A", 0, E},
	{SOA "a A 2001:db8::1\n", "ZON-01", 3, 5, "A", "its type is AAAA", 0, E},
	{SOA "a MX mail\n", "ZON-01", 3, 6, "MX", "MX 10 mail", 0, E},
	{SOA "a MX 10\n", "ZON-01", 3, 8, "MX", "MX 10 mail", 0, E},
	{SOA "a AAAA ::1 ::2\n", "ZON-01", 3, 12, "AAAA", "AAAA 2001", 0, E},
	{SOA "a TXT (\n\"one\"\n\"two\\999\" )\n", "ZON-01", 5, 2, "TXT", "TXT \"", 0, E},
	{SOA "a TYPE65280 \\# 3 0a0b\n", "ZON-01", 3, 16, "octets", "", 0, E},
	{SOA "a TYPE65280 \\# 1 zz\n", "ZON-01", 3, 18, "hex", "octets", 0, E},
	{SOA "a AAAA \\# 16 zz\n", "ZON-01", 3, 14, "hex", "AAAA 2001", 0, E},
	/* Names */
	{SOA "a..b AAAA ::1\n", "ZON-01", 3, 3, "empty label", "dot", 0, E},
	{SOA "a\\300b AAAA ::1\n", "ZON-01", 3, 2, "escape", "three digits", 0, E},
	{SOA "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa AAAA ::1\n", "ZON-01", 3, 1, "too long",
	 "63 octets", 0, E},
	{SOA "a.example.org. AAAA ::1\n", "ZON-07", 3, 1, "a.example.org.", "belongs", 0, E},
	{" AAAA ::1\n", "ZON-01", 1, 2, "no record above", "write @", 0, E},
	/* Text */
	{SOA "a TXT \"open\nb AAAA ::1\n", "ZON-01", 3, 7, "not closed", "close the string", 0, E},
	{SOA "a TXT \"open", "ZON-01", 3, 7, "not closed", "close the string", 0, E},
	{SOA "a TXT ( one\nb AAAA ::1\n", "ZON-01", 3, 7, "parenthesis", "add )", 0, E},
	{SOA "a TXT one )\nb AAAA ::1\n", "ZON-01", 3, 11, "closing", "remove", 0, E},
	{SOA "a TXT one\\\n", "ZON-01", 3, 10, "backslash", "\\\\", 0, E},
	{SOA "a TXT one\x01two\n", "ZON-01", 3, 10, "control", "escape", 0, E},
	{SOA "a TXT one\rtwo\n", "ZON-01", 3, 10, "carriage return", "CR LF", 0, E},
	/* Directives */
	{"$FOO bar\n" SOA, "ZON-01", 1, 1, "no directive", "$ORIGIN", 0, E},
	{"$TTL\n" SOA, "ZON-01", 1, 5, "not complete", "$TTL 3600", 0, E},
	{"$TTL 5 6\n" SOA, "ZON-01", 1, 8, "behind its end", "$TTL 3600", 0, E},
	{"$TTL x\n" SOA, "ZON-01", 1, 6, "x", "", 0, E},
	{"$ORIGIN a..b\n" SOA, "ZON-01", 1, 11, "empty label", "dot", 0, E},
	{"$INCLUDE x\n" SOA, "ZON-01", 1, 1, "not allowed", "here", 0, E},
	{SOA "$GENERATE 5-1 a$ A 192.0.2.$\n", "ZON-01", 3, 11, "no range", "1-20", 0, E},
	{SOA "$GENERATE 1-5/0 a$ A 192.0.2.$\n", "ZON-01", 3, 11, "no range", "1-20", 0, E},
	{SOA "$GENERATE 1-5 a${0,0,q} A 192.0.2.$\n", "ZON-01", 3, 15, "For 1", "base", 0, E},
	{SOA "$GENERATE 1-5 a${-2} A 192.0.2.$\n", "ZON-01", 3, 15, "For 1", "base", 0, E},
	{SOA "$GENERATE 254-260 a$ A 192.0.2.$\n", "ZON-01", 3, 1, "a256 A 192.0.2.256", "A 192", 0, E},
	{SOA "$GENERATE 1-5 a$ A\n", "ZON-01", 3, 19, "not complete", "$GENERATE 1-20", 0, E},
	{SOA "$GENERATE 1-9000000 a$ A 192.0.2.1\n", "ZON-13", 3, 11, "4194304", "fewer", 0, E},
	/* Lost indentation: what stands at column 1 is a class, a type or a TTL */
	{SOA "IN NS ns1\n", "ZON-17", 3, 1, "\"IN.example.com\". A class", "blank", 0, W},
	{SOA "NS ns1\n", "ZON-17", 3, 1, "\"NS.example.com\". A type", "blank", 0, E},
	{SOA "MX 10 mail\n", "ZON-17", 3, 1, "A type", "blank", 0, E},
	{SOA "AAAA 2001:db8::1\n", "ZON-17", 3, 1, "A type", "blank", 0, E},
	{SOA "300 IN NS ns1\n", "ZON-17", 3, 1, "A TTL", "blank", 0, W},
	/* Missing final dots */
	{SOA "ns1.example.com AAAA ::1\n", "ZON-18", 3, 1, "ns1.example.com.example.com.", "ns1.example.com.", 0, W},
	{SOA "@ NS ns1.Example.com\n", "ZON-18", 3, 6, "ns1.Example.com.example.com.", "final dot", 0, W},
	{SOA "@ MX 10 example.com\n", "ZON-18", 3, 9, "example.com.example.com.", "final dot", 0, W},
	{SOA "$ORIGIN sub.example.com\n", "ZON-18", 3, 9, "sub.example.com.example.com.", "final dot", 0, W},
	{SOA "$ORIGIN sub\na NS ns1.example.com\n", "ZON-18", 4, 6, "ns1.example.com.sub.example.com.", "dot", 0, W},
	{SOA "$GENERATE 1-9 a$ CNAME b$.example.com\n", "ZON-18", 3, 1, "b1.example.com.example.com.", "dot", 0, W},
	/* The reader goes on behind each error */
	{SOA "a AAAA x\nb AAAA ::1\nc A y\n\"\n(\nd AAAA z\n", "ZON-01", 3, 8, "AAAA", "", 5, E},
	{SOA "a TXT ( \x01\n ignored \"\n more )\nb A z\n", "ZON-01", 3, 9, "control", "", 2, E},
};

/* Nothing to say about these. */
static const char *const good[] = {
	SOA "ns IN A 192.0.2.1\nmx 300 AAAA ::1\na A 192.0.2.1\n",
	SOA "in IN AAAA ::1\nch 300 IN AAAA ::1\n",
	SOA "300 IN A 192.0.2.1\n",
	SOA "a TXT www.example.com\nb TXT \"www.example.com\"\n",
	SOA "x NS ns1.example.com.\ncom NS ns.com\nexample AAAA ::1\n",
	SOA "$ORIGIN .\na.example.com AAAA ::1\n",
	SOA "\n\n ; only a comment\n\t\n(\n)\n",
};

static struct finding_list *read_text(const char *text, size_t size, const char *origin)
{
	struct name_buffer buffer;
	struct zonefile_options options = {.path = "test.zone"};
	struct finding_list *findings = finding_list_new();
	struct zone_builder *builder;
	assert_int_equal(name_from_text(span_text(origin), name_root, &buffer, &options.origin, NULL), ERR_OK);
	assert_int_equal(zone_builder_new(options.origin, &builder), ERR_OK);
	int err = zonefile_parse_text(&options, span_of(text, size), builder, findings);
	assert_int_equal(err, finding_count_at_least(findings, SEVERITY_ERROR) > 0 ? ERR_FINDINGS : ERR_OK);
	zone_builder_free(builder);
	return findings;
}

static bool row_is_met(const struct row *row)
{
	struct finding_list *findings = read_text(row->text, strlen(row->text), "example.com.");
	size_t count = row->count == 0 ? 1 : row->count;
	const struct finding nothing = {.cause = "nothing"};
	const struct finding *first = finding_count(findings) > 0 ? finding_at(findings, 0) : &nothing;
	const char *code = finding_row(first->code)->code;
	bool is_met = strcmp(code, row->code) == 0 && first->place.line == row->line &&
	              first->place.column == row->column && first->severity == row->severity &&
	              finding_count(findings) == count && strstr(first->cause, row->cause) != NULL &&
	              first->fix != NULL && strstr(first->fix, row->fix) != NULL && first->excerpt != NULL;
	if (!is_met)
		print_error("%s\nwanted %s %u:%u %s, got %s %u:%u severity %d, %zu findings: %s [%s]\n\n", row->text, row->code,
		            row->line, row->column, row->cause, code, first->place.line, first->place.column,
		            (int)first->severity, finding_count(findings), first->cause, first->fix ? first->fix : "no fix");
	finding_list_free(findings);
	return is_met;
}

static void test_rows(void **state)
{
	size_t unmet = 0;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		unmet += !row_is_met(&rows[i]);
	assert_int_equal(unmet, 0);
}

static void test_good(void **state)
{
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		struct finding_list *findings = read_text(good[i], strlen(good[i]), "example.com.");
		if (finding_count(findings) > 0)
			fail_msg("%s\n%s", good[i], finding_at(findings, 0)->cause);
		finding_list_free(findings);
	}
}

static void test_excerpt_is_the_line(void **state)
{
	static const char text[] = SOA "first AAAA ::1\r\n  A x ; comment\r\nlast AAAA ::1";
	struct finding_list *findings = read_text(text, sizeof(text) - 1, "example.com.");
	assert_int_equal(finding_count(findings), 1);
	assert_string_equal(finding_at(findings, 0)->excerpt, "  A x ; comment");
	assert_int_equal(finding_at(findings, 0)->place.column, 5);
	finding_list_free(findings);
}

/* A NUL, and what the excerpt of its line does with it. */
static void test_binary(void **state)
{
	static const char text[] = SOA "a TXT x\0y\nb AAAA ::1\n";
	struct finding_list *findings = read_text(text, sizeof(text) - 1, "example.com.");
	assert_int_equal(finding_count(findings), 1);
	assert_int_equal(finding_at(findings, 0)->place.line, 3);
	assert_int_equal(finding_at(findings, 0)->place.column, 8);
	assert_non_null(strstr(finding_at(findings, 0)->cause, "NUL"));
	finding_list_free(findings);
}

/* More errors than are worth saying: a hundred, and one that counts the others. */
static void test_many_errors(void **state)
{
	struct text text = {0};
	for (unsigned i = 0; i < 1000; i++)
		text_addf(&text, "name%u 300 AAAA bad\n", i);
	struct finding_list *findings = read_text(text.data, text.size, "example.com.");
	assert_int_equal(finding_count(findings), 101);
	assert_int_equal(finding_at(findings, 100)->code, FINDING_ZONE_LIMIT);
	assert_non_null(strstr(finding_at(findings, 100)->cause, "900"));
	finding_list_free(findings);
	text_free(&text);
}

/* Each unclosed parenthesis reaches to the end of the file: reading must not take the square of its size. */
static void test_many_parentheses(void **state)
{
	struct text text = {0};
	for (unsigned i = 0; i < 100000; i++)
		text_add(&text, "a TXT (\n");
	struct finding_list *findings = read_text(text.data, text.size, "example.com.");
	assert_in_range(finding_count(findings), 1, 101);
	finding_list_free(findings);
	text_free(&text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_good),
		cmocka_unit_test(test_excerpt_is_the_line),
		cmocka_unit_test(test_binary),
		cmocka_unit_test(test_many_errors),
		cmocka_unit_test(test_many_parentheses),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
