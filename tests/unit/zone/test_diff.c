/* SPDX-License-Identifier: BSD-2-Clause */
#include "zone/diff.h"

#include "tests/unit/zone/lint_zones.h"

#include <stdio.h>

#define HEAD(serial) "$TTL 300\n@ 600 IN SOA ns1 dns " serial " 3600 900 1209600 120\n@ NS ns1\nns1 AAAA 2001:db8::1\n"

/* "+www.example AAAA" and so on, in the order of the visits. */
static void note(void *data, const struct zone_change *change)
{
	struct text *out = data;
	char owner[NAME_TEXT_MAX], type[RRTYPE_TEXT_MAX];
	name_to_display(change->owner, owner);
	rrtype_to_text((change->before != NULL ? change->before : change->after)->type, type);
	text_addf(out, "%s%c%s %s", out->size > 0 ? ", " : "", "+-~"[change->kind], owner, type);
}

static void changes(void **state)
{
	static const struct {
		const char *before, *after, *changes;
		uint32_t wait_s;
		bool is_ns_changed, is_delegation_changed;
	} rows[] = {
		{HEAD("1"), HEAD("2"), "", 0, false, false},
		{HEAD("1"), HEAD("2") "www AAAA 2001:db8::80\n", "+www.example AAAA", 120, false, false},
		{HEAD("1") "www 900 AAAA 2001:db8::80\n", HEAD("2"), "-www.example AAAA", 900, false, false},
		{HEAD("1") "www 900 AAAA 2001:db8::80\n", HEAD("2") "www 60 AAAA 2001:db8::80\n", "~www.example AAAA", 900, false,
	     false},
		{HEAD("1") "a A 192.0.2.1\nb A 192.0.2.1\n", HEAD("2") "b A 192.0.2.2\nb AAAA 2001:db8::2\nc A 192.0.2.1\n",
	     "-a.example A, ~b.example A, +b.example AAAA, +c.example A", 300, false, false},
		{HEAD("1"), HEAD("2") "@ NS ns2.other.\nd NS ns.other.\n", "~example NS, +d.example NS", 300, true, true},
		{"$TTL 300\n@ IN SOA ns1 dns 1 3600 900 1209600 120\n@ NS n.o.\n",
	     "$TTL 300\n@ IN SOA ns1 dns 2 7200 900 1209600 120\n@ NS n.o.\n", "~example SOA", 300, false, false},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct lint_zone before = lint_zone_make("example.", rows[i].before), after = lint_zone_make("example.", rows[i].after);
		struct text got = {0};
		struct zone_diff diff;
		zone_diff(before.zone, after.zone, note, &got, &diff);
		assert_string_equal(text_string(&got), rows[i].changes);
		assert_int_equal(diff.wait_s, rows[i].wait_s);
		assert_int_equal(diff.is_ns_changed, rows[i].is_ns_changed);
		assert_int_equal(diff.is_delegation_changed, rows[i].is_delegation_changed);
		text_free(&got);
		lint_zone_free(&before);
		lint_zone_free(&after);
	}
}

/* RFC 1982 3.2. */
static void serials(void **state)
{
	static const struct {
		const char *before, *after;
		bool is_greater;
	} rows[] = {
		{HEAD("1"), HEAD("2"), true},           {HEAD("2"), HEAD("2"), false},           {HEAD("3"), HEAD("2"), false},
		{HEAD("4294967295"), HEAD("0"), true},  {HEAD("0"), HEAD("2147483647"), true},   {HEAD("0"), HEAD("2147483648"), false},
		{HEAD("2147483648"), HEAD("0"), false}, {HEAD("4000000000"), HEAD("5"), true},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct lint_zone before = lint_zone_make("example.", rows[i].before), after = lint_zone_make("example.", rows[i].after);
		struct zone_diff diff;
		zone_diff(before.zone, after.zone, NULL, NULL, &diff);
		assert_int_equal(diff.is_serial_greater, rows[i].is_greater);
		lint_zone_free(&before);
		lint_zone_free(&after);
	}
}

static void negative_ttl(void **state)
{
	struct lint_zone by_minimum = lint_zone_make("example.", HEAD("1"));
	struct lint_zone by_ttl = lint_zone_make("example.", "@ 60 IN SOA ns1 dns 1 3600 900 1209600 120\n@ 60 NS n.o.\n");
	assert_int_equal(zone_negative_ttl(by_minimum.zone), 120);
	assert_int_equal(zone_negative_ttl(by_ttl.zone), 60);
	lint_zone_free(&by_minimum);
	lint_zone_free(&by_ttl);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(changes),
		cmocka_unit_test(serials),
		cmocka_unit_test(negative_ttl),
	};
	return cmocka_run_group_tests_name("zone/diff", tests, NULL, NULL);
}
