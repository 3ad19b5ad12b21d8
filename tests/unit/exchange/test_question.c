/* SPDX-License-Identifier: BSD-2-Clause */
/* The oracle of what is encoded is ldns. */
#include "exchange/question.h"

#include "dns/rrtype.h"
#include "tests/unit/cmocka_all.h"

#include <ldns/ldns.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const uint8_t seed_plain[32], seed_all[32] = {
	0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
	0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff};

static struct name name_make(const char *text, struct name_buffer *buffer)
{
	struct name name;
	assert_int_equal(name_from_text(span_text(text), name_root, buffer, &name, NULL), ERR_OK);
	return name;
}

static ldns_pkt *decode(const uint8_t *octets, size_t size)
{
	ldns_pkt *pkt = NULL;
	assert_int_equal(ldns_wire2pkt(&pkt, octets, size), LDNS_STATUS_OK);
	return pkt;
}

/* The option as ldns has it: all of OPT's RDATA, option headers included. */
static size_t option_of(const ldns_pkt *pkt, uint16_t code, uint8_t ret_value[512])
{
	const ldns_rdf *data = ldns_pkt_edns_data(pkt);
	if (data == NULL)
		return SIZE_MAX;
	const uint8_t *at = ldns_rdf_data(data);
	for (size_t left = ldns_rdf_size(data); left >= 4;) {
		size_t size = load_u16(at + 2);
		assert_true(size + 4 <= left);
		memcpy(ret_value, at + 4, size);
		if (load_u16(at) == code)
			return size;
		at += 4 + size;
		left -= 4 + size;
	}
	return SIZE_MAX;
}

static const struct {
	const char *qname;
	uint16_t qtype;
	bool is_rd, is_cd, is_do, is_ad;
	uint16_t edns_size;
	const char *cookie, *hops;
} rows[] = {
	{".", RR_NS, false, false, true, false, 1232, NULL, NULL},
	{"www.example.com.", RR_AAAA, true, true, true, true, 1400, "01234567", NULL},
	{"www.example.com.", RR_A, false, false, false, false, 0, NULL, NULL},
	{"www.example.com.", RR_A, true, false, false, false, 512, "0123456789abcdef", "abcdefgh"},
	{"a\\000b\\.c.example.", RR_TXT, false, true, false, false, 4096,
         "0123456789abcdef0123456789abcdef01234567", ""},
	{"example.", 65280, true, false, true, false, 1232, NULL, "12345678"},
};

static void test_encoded_is_what_was_meant(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct name_buffer buffer;
		struct question question = {.qname = name_make(rows[i].qname, &buffer),
		                            .qtype = rows[i].qtype,
		                            .is_rd = rows[i].is_rd,
		                            .is_cd = rows[i].is_cd,
		                            .is_do = rows[i].is_do,
		                            .is_ad = rows[i].is_ad,
		                            .edns_size = rows[i].edns_size};
		if (rows[i].cookie != NULL)
			question.cookie = span_text(rows[i].cookie);
		if (rows[i].hops != NULL)
			question.hops = span_text(rows[i].hops);
		uint8_t octets[QUESTION_MAX], value[512];
		size_t size = question_encode(&question, 0x1234, seed_all, octets);
		ldns_pkt *pkt = decode(octets, size);
		assert_int_equal(ldns_pkt_id(pkt), 0x1234);
		assert_false(ldns_pkt_qr(pkt) || ldns_pkt_aa(pkt) || ldns_pkt_tc(pkt) || ldns_pkt_ra(pkt));
		assert_int_equal(ldns_pkt_rd(pkt), rows[i].is_rd);
		assert_int_equal(ldns_pkt_cd(pkt), rows[i].is_cd);
		assert_int_equal(ldns_pkt_ad(pkt), rows[i].is_ad);
		assert_int_equal(ldns_pkt_get_opcode(pkt), LDNS_PACKET_QUERY);
		assert_int_equal(ldns_pkt_qdcount(pkt), 1);
		assert_int_equal(ldns_pkt_ancount(pkt) + ldns_pkt_nscount(pkt), 0);
		const ldns_rr *asked = ldns_rr_list_rr(ldns_pkt_question(pkt), 0);
		const ldns_rdf *owner = ldns_rr_owner(asked);
		assert_int_equal(ldns_rdf_size(owner), question.qname.size);
		assert_memory_equal(ldns_rdf_data(owner), question.qname.wire, question.qname.size);
		assert_int_equal(ldns_rr_get_type(asked), rows[i].qtype);
		assert_int_equal(ldns_rr_get_class(asked), LDNS_RR_CLASS_IN);
		assert_int_equal(ldns_pkt_edns(pkt), rows[i].edns_size != 0);
		if (rows[i].edns_size != 0) {
			assert_int_equal(ldns_pkt_edns_udp_size(pkt), rows[i].edns_size);
			assert_int_equal(ldns_pkt_edns_do(pkt), rows[i].is_do);
			assert_int_equal(ldns_pkt_edns_version(pkt), 0);
			size_t cookie_size = option_of(pkt, EDNS_COOKIE, value);
			assert_int_equal(cookie_size, rows[i].cookie != NULL ? strlen(rows[i].cookie) : SIZE_MAX);
			if (rows[i].cookie != NULL)
				assert_memory_equal(value, rows[i].cookie, cookie_size);
			size_t hops_size = option_of(pkt, QUESTION_HOP_OPTION, value);
			assert_int_equal(hops_size, rows[i].hops != NULL ? strlen(rows[i].hops) : SIZE_MAX);
			if (rows[i].hops != NULL)
				assert_memory_equal(value, rows[i].hops, hops_size);
		}
		ldns_pkt_free(pkt);
	}
}

/* The longest of everything fits; hops that are longer still are left out, and the rest stays whole. */
static void test_longest(void **state)
{
	(void)state;
	struct name_buffer buffer;
	char text[NAME_TEXT_MAX] = "";
	for (unsigned i = 0; i < 127; i++)
		strcat(text, "a.");
	uint8_t cookie[EDNS_COOKIE_MAX] = {1}, hops[QUESTION_HOPS_MAX + 1] = {2}, octets[QUESTION_MAX], value[512];
	struct question question = {.qname = name_make(text, &buffer),
	                            .qtype = RR_A,
	                            .edns_size = 1232,
	                            .cookie = span_of(cookie, sizeof(cookie)),
	                            .hops = span_of(hops, sizeof(hops) - 1)};
	assert_int_equal(question_encode(&question, 1, seed_plain, octets), QUESTION_MAX);
	ldns_pkt *pkt = decode(octets, QUESTION_MAX);
	assert_int_equal(option_of(pkt, QUESTION_HOP_OPTION, value), QUESTION_HOPS_MAX);
	ldns_pkt_free(pkt);
	question.hops.size++;
	size_t size = question_encode(&question, 1, seed_plain, octets);
	pkt = decode(octets, size);
	assert_int_equal(option_of(pkt, QUESTION_HOP_OPTION, value), SIZE_MAX);
	assert_int_equal(option_of(pkt, EDNS_COOKIE, value), EDNS_COOKIE_MAX);
	ldns_pkt_free(pkt);
}

/* What an audit asks beyond the usual: class, version, options behind all others. */
static void test_further(void **state)
{
	(void)state;
	struct name_buffer buffer;
	const uint8_t options[] = {0, EDNS_NSID, 0, 0, 0xff, 0x16, 0, 1, 7};
	struct question question = {.qname = name_make("id.server.", &buffer),
	                            .qtype = RR_TXT,
	                            .qclass = CLASS_CH,
	                            .edns_size = 1232,
	                            .edns_version = 1,
	                            .cookie = span_text("01234567"),
	                            .options = span_of(options, sizeof(options))};
	uint8_t octets[QUESTION_MAX], value[512];
	ldns_pkt *pkt = decode(octets, question_encode(&question, 1, seed_plain, octets));
	assert_int_equal(ldns_rr_get_class(ldns_rr_list_rr(ldns_pkt_question(pkt), 0)), LDNS_RR_CLASS_CH);
	assert_int_equal(ldns_pkt_edns_version(pkt), 1);
	assert_int_equal(option_of(pkt, EDNS_COOKIE, value), 8);
	assert_int_equal(option_of(pkt, EDNS_NSID, value), 0);
	assert_int_equal(option_of(pkt, 65302, value), 1);
	assert_int_equal(value[0], 7);
	ldns_pkt_free(pkt);
}

static void test_case_is_mixed(void **state)
{
	(void)state;
	struct name_buffer buffer;
	struct question question = {
		.qname = name_make("aZ.x-1[`{@\\192.example.", &buffer), .qtype = RR_A, .is_case_mixed = true};
	uint8_t octets[QUESTION_MAX];
	question_encode(&question, 1, seed_all, octets);
	struct name_buffer wanted;
	struct name flipped = name_make("Az.X-1[`{@\\192.EXAMPLE.", &wanted);
	assert_memory_equal(octets + HEADER_SIZE, flipped.wire, flipped.size);
	question_encode(&question, 1, seed_plain, octets);
	assert_memory_equal(octets + HEADER_SIZE, question.qname.wire, question.qname.size);
	/* Each letter has a bit of its own. */
	uint8_t seed[32] = {1 << 2};
	question_encode(&question, 1, seed, octets);
	assert_int_equal(octets[HEADER_SIZE + 1], 'a');
	assert_int_equal(octets[HEADER_SIZE + 2], 'z');
}

/* --- Matching --- */

struct exchange_octets {
	uint8_t sent[QUESTION_MAX], reply[QUESTION_MAX];
	size_t sent_size, reply_size;
};

static void octets_make(struct exchange_octets *ret)
{
	struct name_buffer buffer;
	struct name qname = name_make("WwW.example.com.", &buffer);
	struct question question = {.qname = qname, .qtype = RR_AAAA, .edns_size = 1232};
	ret->sent_size = ret->reply_size = question_encode(&question, 0xabcd, seed_plain, ret->sent);
	memcpy(ret->reply, ret->sent, ret->sent_size);
	ret->reply[2] |= 0x84; /* QR, AA */
}

static bool matches(const struct exchange_octets *octets, bool is_case_exact)
{
	return question_matches(span_of(octets->sent, octets->sent_size), span_of(octets->reply, octets->reply_size),
	                        is_case_exact);
}

static void test_matching(void **state)
{
	(void)state;
	static const struct {
		size_t at; /* octet of the reply that is another */
		uint8_t value;
		bool is_match, is_exact_match;
	} changes[] = {
		{3, 0x83, true, true},                      /* RA, NXDOMAIN */
		{0, 0xaa, false, false},                    /* id */
		{1, 0xcc, false, false},
		{2, 0x04, false, false},                    /* no reply */
		{2, 0xac, false, false},                    /* opcode UPDATE */
		{2, 0x86, true, true},                      /* TC */
		{5, 2, false, false},                       /* two questions */
		{5, 0, false, false},                       /* none, NOERROR */
		{HEADER_SIZE + 1, 'w', true, false},        /* case */
		{HEADER_SIZE + 1, 'x', false, false},       /* name */
		{HEADER_SIZE, 2, false, false},             /* label */
		{HEADER_SIZE, 0xc0, false, false},          /* pointer */
		{HEADER_SIZE + 17 + 1, 1, false, false},    /* type */
		{HEADER_SIZE + 17 + 3, 3, false, false},    /* class */
	};
	struct exchange_octets octets;
	octets_make(&octets);
	assert_true(matches(&octets, true) && matches(&octets, false));
	for (size_t i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
		octets_make(&octets);
		octets.reply[changes[i].at] = changes[i].value;
		assert_int_equal(matches(&octets, false), changes[i].is_match);
		assert_int_equal(matches(&octets, true), changes[i].is_exact_match);
	}
	octets_make(&octets);
	for (octets.reply_size = 0; octets.reply_size < HEADER_SIZE + 17 + 4; octets.reply_size++)
		assert_false(matches(&octets, false));
	assert_true(matches(&octets, true));
}

/* A server that could not read the question may leave it out; one that has an answer may not. */
static void test_replies_without_question(void **state)
{
	(void)state;
	for (uint8_t rcode = 0; rcode < 16; rcode++) {
		struct exchange_octets octets;
		octets_make(&octets);
		octets.reply[3] = rcode;
		octets.reply[5] = 0;
		octets.reply_size = HEADER_SIZE;
		bool is_error = rcode == RCODE_FORMERR || rcode == RCODE_SERVFAIL || rcode == RCODE_NOTIMP ||
		                rcode == RCODE_REFUSED;
		assert_int_equal(matches(&octets, true), is_error);
	}
}

static void test_cookies(void **state)
{
	(void)state;
	struct name_buffer buffer;
	static const struct {
		const char *cookie;
		bool is_ours;
	} cookies[] = {{NULL, true}, {"01234567", true}, {"0123456789abcdef", true}, {"x123456789abcdef", false}};
	for (size_t i = 0; i < 4; i++) {
		struct question question = {.qname = name_make("example.", &buffer), .qtype = RR_A, .edns_size = 1232};
		uint8_t octets[QUESTION_MAX];
		if (cookies[i].cookie != NULL)
			question.cookie = span_text(cookies[i].cookie);
		size_t size = question_encode(&question, 1, seed_plain, octets);
		bool is_ours = question_cookie_matches((const uint8_t *)"01234567", span_of(octets, size));
		assert_int_equal(is_ours, cookies[i].is_ours);
	}
	assert_true(question_cookie_matches((const uint8_t *)"01234567", span_of("", 0)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_encoded_is_what_was_meant),
		cmocka_unit_test(test_longest),
		cmocka_unit_test(test_further),
		cmocka_unit_test(test_case_is_mixed),
		cmocka_unit_test(test_matching),
		cmocka_unit_test(test_replies_without_question),
		cmocka_unit_test(test_cookies),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
