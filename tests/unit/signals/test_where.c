/* SPDX-License-Identifier: BSD-2-Clause */
#include "signals/where.h"

#include "signals/line.h"
#include "tests/unit/cmocka_all.h"

static const char *const lines[] = {
	/* 0: BIND's question, over TCP, with CD; no rcode */
	"2026-11-22T03:26:45.902Z queries: info: client @0x7f7047f0c098 2001:db8:c::10#44135 (www.bogus.lab): query: "
	"www.bogus.lab IN AAAA +E(0)CTK (2001:db8:f::1)",
	/* 1: Unbound's answer */
	"[1795318006] unbound[6894:0] reply: 192.0.2.10 WWW.good.lab. A IN NOERROR 0.002103 1 136",
	/* 2: a failure of ours */
	"{\"v\":1,\"ts\":\"2026-11-22T03:26:45.870123Z\",\"ev\":\"reply\",\"role\":\"resolver\",\"client\":\"2001:db8:"
	"c::10\","
	"\"qname\":\"www.bogus.lab.\",\"qtype\":\"AAAA\",\"cd\":false,\"tc\":false,\"rcode\":\"SERVFAIL\",\"us\":"
	"250000,"
	"\"val\":\"bogus\",\"ede\":6,\"reason\":\"RRSIG does not verify\"}",
};

/* For each line: y, n, or ? where the line does not tell enough. */
static const struct {
	const char *expression;
	const char *want;
} rows[] = {
	{"qtype=AAAA", "yny"},
	{"qtype != AAAA", "nyn"},
	{"QTYPE == aaaa", "yny"},
	{"qtype in (AAAA, A)", "yyy"},
	{"qtype not in (HTTPS, A)", "yny"},
	{"qtype=AAAA and rcode!=NOERROR", "?ny"},
	{"rcode=NOERROR or qtype=AAAA", "yyy"},
	{"rcode=SERVFAIL or rcode=NXDOMAIN", "?ny"},
	{"not rcode=SERVFAIL", "?yn"},
	{"rcode in (SERVFAIL, unknown)", "yny"},
	{"rcode=unknown", "ynn"},
	{"qclass=IN", "yy?"},
	{"qclass in (CH, in) and qtype=A", "nyn"},
	{"not rcode=unknown", "nyy"},
	{"client in 2001:db8::/32", "yny"},
	{"client in (192.0.2.0/24, 2001:db8:ffff::/48)", "nyn"},
	{"client=2001:db8:c::10", "yny"},
	{"server=2001:db8:f::1", "y??"},
	{"family=ipv6 and transport=udp", "nn?"},
	{"family=ipv4 or transport=tcp", "yy?"},
	{"qname=www.good.LAB", "nyn"},
	{"qname in bogus.lab", "yny"},
	{"qname in lab. and qname != www.good.lab", "yny"},
	{"qname in ogus.lab", "nnn"},
	{"cd", "y?n"},
	{"not cd", "n?y"},
	{"cd=true", "y?n"},
	{"!cd && !tc", "n?y"},
	{"(cd or tc) and qtype=AAAA", "ynn"},
	{"us>2ms", "?yy"},
	{"us > 2103", "?ny"},
	{"us >= 2103", "?yy"},
	{"us <= 2103us and us < 1s", "?yn"},
	{"us in (2103, 4)", "?yn"},
	{"ede=6", "??y"},
	{"ev=reply and stream=rec", "nyy"},
	{"source in (bind, sextant)", "yny"},
	{"val=bogus", "??y"},
	{"cache=hit", "?y?"},
	{"reason ~ rrsig", "??y"},
	{"reason ~ \"does not\"", "??y"},
	{"reason=\"RRSIG does not verify\"", "??y"},
	{"ts >= 2026-11-22T03:26:46Z", "nyn"},
	{"ts < 2026-11-22T04:26:46+01:00", "yny"},
	{"qtype=A and (rcode=NOERROR or cd)", "nyn"},
	/* "and" binds closer than "or" */
	{"qtype=A or qtype=AAAA and val=bogus", "?yy"},
	{"(qtype=A or qtype=AAAA) and val=bogus", "??y"},
	/* a quoted word is never the word "unknown" */
	{"reason=\"unknown\"", "??n"},
};

static void test_rows(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct where *where;
		struct where_fault fault;
		if (where_parse(span_text(rows[i].expression), &where, &fault) != ERR_OK)
			fail_msg("%s: at %zu: %s", rows[i].expression, fault.at, fault.message);
		for (size_t l = 0; l < sizeof(lines) / sizeof(*lines); l++) {
			struct line_reader reader = {.clock = {.now_us = 1795350000000000}, .format = LINE_ANY};
			struct event event;
			assert_int_equal(line_read(&reader, span_text(lines[l]), &event), LINE_EVENT);
			char got = "n?y"[where_judge(where, &event)];
			if (got != rows[i].want[l])
				fail_msg("%s: line %zu: %c, wanted %c", rows[i].expression, l, got, rows[i].want[l]);
		}
		where_free(where);
	}
}

/* Where the fault is, how long, and a part of the message. */
static void test_faults(void **state)
{
	(void)state;
	static const struct {
		const char *expression;
		size_t at, size;
		const char *message;
	} faults[] = {
		{"", 0, 0, "a comparison is missing"},
		{"qtype=AAAA and", 14, 0, "a comparison is missing"},
		{"qtyp=AAAA", 0, 4, "no such field"},
		{"qtype=AAAB", 6, 4, "no such type"},
		{"rcode=SERVFAL", 6, 7, "no such response code"},
		{"qtype=AAAA rcode=NOERROR", 11, 5, "\"and\" or \"or\""},
		{"(qtype=AAAA", 0, 1, "not closed"},
		{"qtype=AAAA)", 10, 1, "\"and\" or \"or\""},
		{"qtype in (AAAA A)", 15, 1, "a list ends"},
		{"qtype in ()", 10, 1, "a value for qtype is missing"},
		{"qtype > A", 6, 1, "qtype goes with =, != and in"},
		{"qtype", 5, 0, "qtype goes with"},
		{"client=2001:db8::/48", 7, 13, "a prefix goes with \"in\": client in 2001:db8::/48"},
		{"client in 2001:db8::1/48", 10, 14, "bits are set"},
		{"client=ns1", 7, 3, "client is an address"},
		{"family=v6", 7, 2, "family is one of ipv6, ipv4"},
		{"us>2h", 3, 2, "us is a time"},
		{"ede=six", 4, 3, "ede is a number"},
		{"tc=maybe", 3, 5, "tc is true or false"},
		{"tc > 1", 3, 1, "tc goes with"},
		{"ts = 2026-11-22T03:26:46Z", 3, 1, "ts goes with <"},
		{"ts > yesterday", 5, 9, "a time is written"},
		{"ts > 2026-11-22T03:26:46", 5, 19, "a time is written"},
		{"reason ~ \"x", 9, 2, "closing quote"},
		{"qname=a..b", 6, 4, "no domain name"},
		{"qname ~ a", 6, 1, "qname goes with"},
		{"=AAAA", 0, 1, "a field is to stand here"},
		{"qtype=A & tc", 8, 1, "\"and\" or \"or\""},
	};
	for (size_t i = 0; i < sizeof(faults) / sizeof(*faults); i++) {
		struct where *where;
		struct where_fault fault;
		assert_int_equal(where_parse(span_text(faults[i].expression), &where, &fault), ERR_SYNTAX);
		if (fault.at != faults[i].at || fault.size != faults[i].size ||
		    strstr(fault.message, faults[i].message) == NULL)
			fail_msg("%s: at %zu+%zu: %s", faults[i].expression, fault.at, fault.size, fault.message);
	}
}

static void test_limits(void **state)
{
	(void)state;
	struct text text = {0};
	struct where *where;
	struct where_fault fault;
	for (int i = 0; i < WHERE_DEPTH_MAX; i++)
		text_add_char(&text, '(');
	text_add(&text, "tc");
	for (int i = 0; i < WHERE_DEPTH_MAX; i++)
		text_add_char(&text, ')');
	assert_int_equal(where_parse(span_text(text.data), &where, &fault), ERR_OK);
	where_free(where);
	struct text deep = {0};
	text_addf(&deep, "not %s", text.data);
	assert_int_equal(where_parse(span_text(deep.data), &where, &fault), ERR_SYNTAX);
	assert_non_null(strstr(fault.message, "at most 32"));
	text_clear(&text);
	text_add(&text, "tc");
	for (int i = 0; i < WHERE_NODES_MAX / 2; i++)
		text_add(&text, " or tc");
	assert_int_equal(where_parse(span_text(text.data), &where, &fault), ERR_SYNTAX);
	assert_non_null(strstr(fault.message, "too long"));
	text_free(&text);
	text_free(&deep);
}

/* Which field a source lacks. */
static void test_not_told(void **state)
{
	(void)state;
	struct where *where;
	struct where_fault fault;
	struct event event;
	struct line_reader reader = {.format = LINE_ANY};
	assert_int_equal(where_parse(span_text("qtype=AAAA and rcode!=NOERROR"), &where, &fault), ERR_OK);
	assert_int_equal(line_read(&reader, span_text(lines[0]), &event), LINE_EVENT);
	assert_string_equal(where_not_told(where, &event)->name, "rcode");
	assert_int_equal(line_read(&reader, span_text(lines[1]), &event), LINE_EVENT);
	assert_null(where_not_told(where, &event));
	where_free(where);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_rows), cmocka_unit_test(test_faults),
					   cmocka_unit_test(test_limits), cmocka_unit_test(test_not_told)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
