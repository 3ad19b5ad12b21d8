/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/query/origin_judge.h"

#include "dns/builder.h"
#include "dns/ede.h"
#include "dns/rrtype.h"
#include "tests/unit/cmocka_all.h"

#include <stdio.h>

/* An answer in words: its rcode, what it is marked with, its records. */
struct answer {
	uint16_t rcode, ede;
	const char *records; /* addresses, "rrsig", separated by blanks; NULL: there is no answer */
};

struct made {
	uint8_t octets[1232];
	struct message message;
};

static void record_add(struct builder *builder, struct name owner, const char *word)
{
	static const uint8_t rrsig[] = {0, RR_AAAA, 13, 2, 0, 0, 1, 44, 0, 0, 0, 1, 0, 0, 0, 0, 0, 1, 0, 1};
	struct ip_addr addr;
	uint16_t type = RR_RRSIG;
	struct span rdata = span_of(rrsig, sizeof(rrsig));
	if (strcmp(word, "rrsig") != 0) {
		assert_int_equal(ip_addr_from_text(word, &addr), ERR_OK);
		type = addr.family == FAMILY_IPV6 ? RR_AAAA : RR_A;
		rdata = span_of(addr.bytes, ip_addr_size(addr.family));
	}
	assert_true(builder_record(builder, SECTION_ANSWER, owner, BUILDER_QUESTION, type, CLASS_IN, 300, rdata));
}

/* NULL: no answer. */
static const struct message *answer_make(const struct answer *answer, struct made *made)
{
	struct builder builder;
	struct name owner = name_of((const uint8_t *)"\3www\2ex");
	char words[256], *rest = NULL;
	struct edns edns = {.udp_size = 1232, .ede_count = answer->ede != 0};
	edns.ede[0].code = answer->ede;
	if (answer->records == NULL)
		return NULL;
	builder_query(&builder, made->octets, sizeof(made->octets), 1, HEADER_QR, owner, RR_AAAA, CLASS_IN);
	builder_rcode(&builder, answer->rcode);
	snprintf(words, sizeof(words), "%s", answer->records);
	for (char *word = strtok_r(words, " ", &rest); word != NULL; word = strtok_r(NULL, " ", &rest))
		record_add(&builder, owner, word);
	assert_true(builder_opt(&builder, &edns));
	assert_int_equal(message_read(span_of(made->octets, builder_finish(&builder)), &made->message), ERR_OK);
	return &made->message;
}

static const struct {
	const char *what;
	struct answer aaaa, a, checking, ipv4only;
	enum origin_verdict verdict;
} rows[] = {
	{"a native address", {0, 0, "2001:db8::1"}, {0, 0, "192.0.2.1"}, {0, 0, "2001:db8::1"}, {0, 0, ""}, ORIGIN_ALL_NATIVE},
	{"native, DNS64 for others",
	 {0, 0, "2001:db8::1"},
	 {0, 0, "192.0.2.1"},
	 {0, 0, "2001:db8::1"},
	 {0, 0, "64:ff9b::c000:aa"},
	 ORIGIN_ALL_NATIVE},
	{"made under the learned prefix",
	 {0, 0, "2001:db8:64:ff9b::c000:201"},
	 {0, 0, "192.0.2.1"},
	 {0, 0, ""},
	 {0, 0, "2001:db8:64:ff9b::c000:aa 2001:db8:64:ff9b::c000:ab"},
	 ORIGIN_ALL_SYNTHESISED},
	/* RFC 6052 2.2: a /48 has the IPv4 octets on both sides of the u octet. */
	{"a prefix of 48 bits",
	 {0, 0, "2001:db8:64:c000:2:100::"},
	 {0, 0, "192.0.2.1"},
	 {0, 0, ""},
	 {0, 0, "2001:db8:64:c000:0:aa00::"},
	 ORIGIN_ALL_SYNTHESISED},
	{"a server that ignores DO and CD",
	 {0, 0, "2001:db8:64:ff9b::c000:201"},
	 {0, 0, "192.0.2.1"},
	 {0, 0, "2001:db8:64:ff9b::c000:201"},
	 {0, 0, "2001:db8:64:ff9b::c000:aa"},
	 ORIGIN_ALL_SYNTHESISED},
	{"the well-known prefix, nothing learned",
	 {0, 0, "64:ff9b::c000:201"},
	 {0, 0, "192.0.2.1"},
	 {0, 0, ""},
	 {0, 0, NULL},
	 ORIGIN_ALL_SYNTHESISED},
	{"the well-known prefix, published by the zone",
	 {0, 0, "64:ff9b::c000:201"},
	 {0, 0, "192.0.2.1"},
	 {0, 0, "64:ff9b::c000:201"},
	 {0, 0, ""},
	 ORIGIN_ALL_NATIVE},
	{"inside the learned prefix, and signed",
	 {0, 0, "2001:db8:64:ff9b::c000:201"},
	 {0, 0, ""},
	 {0, 0, "2001:db8:64:ff9b::c000:201 rrsig"},
	 {0, 0, "2001:db8:64:ff9b::c000:aa"},
	 ORIGIN_ALL_NATIVE},
	{"marked, the prefix is not known",
	 {0, EDE_SYNTHESIZED, "2001:db8:99::c000:201"},
	 {0, 0, "192.0.2.1"},
	 {0, 0, ""},
	 {0, 0, ""},
	 ORIGIN_ALL_SYNTHESISED},
	{"another mark says nothing",
	 {0, EDE_STALE_ANSWER, "2001:db8:99::1"},
	 {0, 0, ""},
	 {0, 0, ""},
	 {0, 0, ""},
	 ORIGIN_ALL_NATIVE},
	{"some of each",
	 {0, 0, "2001:db8::1 64:ff9b::c000:201"},
	 {0, 0, "192.0.2.1"},
	 {0, 0, "2001:db8::1"},
	 {0, 0, "64:ff9b::c000:aa"},
	 ORIGIN_MIXED},
	{"none", {0, 0, ""}, {0, 0, "192.0.2.1"}, {0, 0, ""}, {0, 0, ""}, ORIGIN_NO_AAAA},
	{"no such name", {RCODE_NXDOMAIN, 0, ""}, {RCODE_NXDOMAIN, 0, ""}, {0, 0, NULL}, {0, 0, NULL}, ORIGIN_NO_AAAA},
	{"bogus", {RCODE_SERVFAIL, EDE_DNSSEC_BOGUS, ""}, {0, 0, "192.0.2.1"}, {0, 0, "2001:db8::1"}, {0, 0, ""}, ORIGIN_FAILED},
	{"silence", {0, 0, NULL}, {0, 0, NULL}, {0, 0, NULL}, {0, 0, NULL}, ORIGIN_UNCLEAR},
	/* Nothing but the address itself speaks: that is not enough. */
	{"the well-known prefix, all else silent",
	 {0, 0, "64:ff9b::c000:201"},
	 {0, 0, NULL},
	 {0, 0, NULL},
	 {0, 0, NULL},
	 ORIGIN_UNCLEAR},
	/* RFC 7050 3: an answer for ipv4only.arpa without the well-known addresses shows no prefix. */
	{"a lie for ipv4only.arpa",
	 {0, 0, "2001:db8::c000:201"},
	 {0, 0, "192.0.2.1"},
	 {0, 0, "2001:db8::c000:201"},
	 {0, 0, "2001:db8::c000:201"},
	 ORIGIN_ALL_NATIVE},
};

static void each_case_has_its_verdict(void **state)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct made made[4];
		struct origin origin;
		const struct origin_answers answers = {.aaaa = answer_make(&rows[i].aaaa, &made[0]),
		                                       .a = answer_make(&rows[i].a, &made[1]),
		                                       .checking = answer_make(&rows[i].checking, &made[2]),
		                                       .ipv4only = answer_make(&rows[i].ipv4only, &made[3])};
		origin_judge(&answers, &origin);
		if (origin.verdict != rows[i].verdict)
			fail_msg("%s: %s", rows[i].what, origin_verdict_text(origin.verdict));
	}
}

static void the_ipv4_address_and_the_prefix_are_shown(void **state)
{
	struct made made[3];
	struct origin origin;
	const struct answer aaaa = {0, 0, "2001:db8:64:ff9b::c000:201"}, a = {0, 0, "192.0.2.1"},
			    ipv4only = {0, 0, "2001:db8:64:ff9b::c000:aa"};
	const struct origin_answers answers = {.aaaa = answer_make(&aaaa, &made[0]),
	                                       .a = answer_make(&a, &made[1]),
	                                       .ipv4only = answer_make(&ipv4only, &made[2])};
	char text[IP_PREFIX_TEXT_MAX];
	origin_judge(&answers, &origin);
	assert_int_equal(origin.address_count, 1);
	assert_true(origin.addresses[0].is_in_prefix && origin.addresses[0].is_prefix_learned && origin.addresses[0].is_in_a);
	ip_addr_to_text(&origin.addresses[0].ipv4, text);
	assert_string_equal(text, "192.0.2.1");
	ip_prefix_to_text(&origin.addresses[0].prefix, text);
	assert_string_equal(text, "2001:db8:64:ff9b::/96");
	assert_int_equal(origin.prefix_count, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_case_has_its_verdict),
		cmocka_unit_test(the_ipv4_address_and_the_prefix_are_shown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
