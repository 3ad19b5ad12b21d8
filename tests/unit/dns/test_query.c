/* SPDX-License-Identifier: BSD-2-Clause */
#include "dns/query.h"

#include "dns/rrtype.h"
#include "tests/unit/cmocka_all.h"
#include "tests/unit/dns/hex.h"

/* Headers: id 1234, then flags and counts. The question: wWw.eX. AAAA IN. */
#define QUESTION "03 775777 02 6558 00 001c 0001 "
#define OPT_DO "00 0029 04d0 00 00 8000 0000 "
#define SOA_SHORT "c00c 0006 0001 00000000 0000 "
#define TSIG_SHORT "01 6b 00 00fa 00ff 00000000 0000 "

struct row {
	const char *why;
	const char *hex;
	enum query_verdict verdict;
};

static enum query_verdict parse(const char *hex, struct query *ret)
{
	static uint8_t octets[4096];
	return query_parse(span_of(octets, octets_of_hex(hex, octets, sizeof(octets))), ret);
}

static void verdicts(void **state)
{
	static const struct row rows[] = {
		{"empty", "", QUERY_DROP},
		{"eleven octets", "1234 0100 0001 0000 0000 00", QUERY_DROP},
		{"a response", "1234 8100 0001 0000 0000 0000 " QUESTION, QUERY_DROP},
		{"plain", "1234 0100 0001 0000 0000 0000 " QUESTION, QUERY_OK},
		{"with OPT", "1234 0100 0001 0000 0000 0001 " QUESTION OPT_DO, QUERY_OK},
		{"no question", "1234 0100 0000 0000 0000 0000", QUERY_FORMERR},
		{"no question, OPT without cookie", "1234 0100 0000 0000 0000 0001 " OPT_DO, QUERY_FORMERR},
		{"only a cookie, RFC 7873 5.4",
	         "1234 0100 0000 0000 0000 0001 00 0029 04d0 00 00 0000 000c 000a 0008 0102030405060708", QUERY_OK},
		{"only a cookie, but NOTIFY",
	         "1234 2000 0000 0000 0000 0001 00 0029 04d0 00 00 0000 000c 000a 0008 0102030405060708",
	         QUERY_FORMERR},
		{"two questions, RFC 9619", "1234 0100 0002 0000 0000 0000 " QUESTION QUESTION, QUERY_FORMERR},
		{"question cut short", "1234 0100 0001 0000 0000 0000 03 7777", QUERY_FORMERR},
		{"class missing", "1234 0100 0001 0000 0000 0000 03 777777 00 001c", QUERY_FORMERR},
		{"question name is a pointer", "1234 0100 0001 0000 0000 0000 c00c 001c 0001", QUERY_FORMERR},
		{"label of 64", "1234 0100 0001 0000 0000 0000 40 00 001c 0001", QUERY_FORMERR},
		{"octets left over", "1234 0100 0001 0000 0000 0000 " QUESTION "00", QUERY_FORMERR},
		{"two OPTs", "1234 0100 0001 0000 0000 0002 " QUESTION OPT_DO OPT_DO, QUERY_FORMERR},
		{"OPT among the answers", "1234 0100 0001 0001 0000 0000 " QUESTION OPT_DO, QUERY_FORMERR},
		{"OPT owned by a name", "1234 0100 0001 0000 0000 0001 " QUESTION "01 78 " OPT_DO, QUERY_FORMERR},
		{"EDNS version 1", "1234 0100 0001 0000 0000 0001 " QUESTION "00 0029 04d0 00 01 0000 0000",
	         QUERY_BADVERS},
		{"EDNS version 1, options unread",
	         "1234 0100 0001 0000 0000 0001 " QUESTION "00 0029 04d0 00 01 0000 0001 ff", QUERY_BADVERS},
		{"option runs over", "1234 0100 0001 0000 0000 0001 " QUESTION "00 0029 04d0 00 00 0000 0004 0003 0001",
	         QUERY_FORMERR},
		{"option header cut", "1234 0100 0001 0000 0000 0001 " QUESTION "00 0029 04d0 00 00 0000 0002 0003",
	         QUERY_FORMERR},
		{"unknown option", "1234 0100 0001 0000 0000 0001 " QUESTION "00 0029 04d0 00 00 0000 0005 fde9 0001 ff",
	         QUERY_OK},
		{"cookie of 7", "1234 0100 0001 0000 0000 0001 " QUESTION
	                        "00 0029 04d0 00 00 0000 000b 000a 0007 01020304050607", QUERY_FORMERR},
		{"cookie of 9", "1234 0100 0001 0000 0000 0001 " QUESTION
	                        "00 0029 04d0 00 00 0000 000d 000a 0009 010203040506070809", QUERY_FORMERR},
		{"IXFR carries an SOA", "1234 0000 0001 0000 0001 0000 " QUESTION SOA_SHORT, QUERY_OK},
		{"NOTIFY carries an SOA", "1234 2400 0001 0001 0000 0000 " QUESTION SOA_SHORT, QUERY_OK},
		{"UPDATE with records", "1234 2800 0001 0001 0001 0001 " QUESTION SOA_SHORT SOA_SHORT SOA_SHORT,
	         QUERY_OK},
		{"RDATA runs over", "1234 0000 0001 0001 0000 0000 " QUESTION "c00c 0006 0001 00000000 0001",
	         QUERY_FORMERR},
		{"owner points forward", "1234 0000 0001 0001 0000 0000 " QUESTION "c0ff 0006 0001 00000000 0000",
	         QUERY_FORMERR},
		{"owner points at itself", "1234 0000 0001 0001 0000 0000 " QUESTION "c018 0006 0001 00000000 0000",
	         QUERY_FORMERR},
		{"a record is missing", "1234 0000 0001 0001 0000 0000 " QUESTION, QUERY_FORMERR},
		{"signed", "1234 0100 0001 0000 0000 0001 " QUESTION TSIG_SHORT, QUERY_OK},
		{"OPT, then TSIG", "1234 0100 0001 0000 0000 0002 " QUESTION OPT_DO TSIG_SHORT, QUERY_OK},
		{"TSIG not last, RFC 8945 5.1", "1234 0100 0001 0000 0000 0002 " QUESTION TSIG_SHORT OPT_DO,
	         QUERY_FORMERR},
		{"two TSIGs", "1234 0100 0001 0000 0000 0002 " QUESTION TSIG_SHORT TSIG_SHORT, QUERY_FORMERR},
		{"TSIG among the answers", "1234 0100 0001 0001 0000 0000 " QUESTION TSIG_SHORT, QUERY_FORMERR},
		{"TSIG of class IN", "1234 0100 0001 0000 0000 0001 " QUESTION "01 6b 00 00fa 0001 00000000 0000",
	         QUERY_FORMERR},
		{"TSIG with a TTL", "1234 0100 0001 0000 0000 0001 " QUESTION "01 6b 00 00fa 00ff 00000001 0000",
	         QUERY_FORMERR},
		{"IQUERY", "1234 0800 0000 0001 0000 0000 " SOA_SHORT, QUERY_NOTIMP},
		{"STATUS", "1234 1000 0001 0000 0000 0000 " QUESTION, QUERY_NOTIMP},
		{"opcode 3", "1234 1800 0000 0000 0000 0000", QUERY_NOTIMP},
		{"DSO keepalive", "1234 3000 0000 0000 0000 0000 0001 0008 00003a98 00003a98", QUERY_NOTIMP},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct query query;
		enum query_verdict verdict = parse(rows[i].hex, &query);
		if (verdict != rows[i].verdict)
			fail_msg("%s: verdict %d, wanted %d", rows[i].why, verdict, rows[i].verdict);
	}
}

static void fields_of_a_full_query(void **state)
{
	struct query query;
	assert_int_equal(parse("1234 0110 0001 0000 0000 0002 " QUESTION "00 0029 04d0 00 00 8000 0018 "
	                       "0003 0000 000a 0008 0102030405060708 000b 0000 000c 0000 " TSIG_SHORT,
	                       &query),
	                 QUERY_OK);
	assert_int_equal(query.id, 0x1234);
	assert_int_equal(query.flags, HEADER_RD | HEADER_CD);
	assert_int_equal(query.opcode, OPCODE_QUERY);
	assert_true(query.has_question);
	assert_int_equal(query.qname.size, 8);
	assert_int_equal(query.qname.labels, 2);
	assert_memory_equal(query.qname.wire, "\003wWw\002eX", 8);
	assert_int_equal(query.qtype, RR_AAAA);
	assert_int_equal(query.qclass, CLASS_IN);
	assert_int_equal(query.question_end, 24);
	assert_true(query.has_edns && query.is_do && query.has_nsid && query.has_keepalive && query.has_padding);
	assert_int_equal(query.edns_size, 1232);
	assert_int_equal(query_udp_size(&query), 1232);
	assert_int_equal(query.cookie.size, 8);
	assert_memory_equal(query.cookie.data, "\1\2\3\4\5\6\7\10", 8);
	assert_int_equal(query.tsig_offset, 24 + 11 + 0x18);
}

static void small_edns_sizes_mean_512(void **state)
{
	struct query query;
	assert_int_equal(parse("1234 0100 0001 0000 0000 0001 " QUESTION "00 0029 0064 00 00 0000 0000", &query), QUERY_OK);
	assert_int_equal(query_udp_size(&query), 512);
	assert_int_equal(parse("1234 0100 0001 0000 0000 0000 " QUESTION, &query), QUERY_OK);
	assert_int_equal(query_udp_size(&query), 512);
	assert_int_equal(query.edns_size, 0);
}

/* A FORMERR still tells the id, the question and, where it was reached, the OPT that the answer must have. */
static void malformed_keeps_what_is_known(void **state)
{
	struct query query;
	assert_int_equal(parse("1234 0100 0001 0000 0000 0002 " QUESTION OPT_DO OPT_DO, &query), QUERY_FORMERR);
	assert_int_equal(query.id, 0x1234);
	assert_true(query.has_question && query.has_edns);
	assert_int_equal(query.qtype, RR_AAAA);
	assert_int_equal(parse("1234 0100 0001 0000 0000 0000 c00c 001c 0001", &query), QUERY_FORMERR);
	assert_false(query.has_question);
	assert_int_equal(query.question_end, HEADER_SIZE);
	assert_true(name_is_root(query.qname));
}

/* RFC 7873 5.2: of several cookies the first counts. */
static void first_cookie_counts(void **state)
{
	struct query query;
	assert_int_equal(parse("1234 0100 0001 0000 0000 0001 " QUESTION "00 0029 04d0 00 00 0000 0018 "
	                       "000a 0008 0102030405060708 000a 0008 1112131415161718",
	                       &query),
	                 QUERY_OK);
	assert_int_equal(query.cookie.data[0], 1);
}

/* Every prefix of a good query is read without a step outside, and none of them is called good. */
static void every_cut_is_malformed(void **state)
{
	uint8_t octets[256];
	size_t size = octets_of_hex("1234 0100 0001 0001 0000 0002 " QUESTION SOA_SHORT OPT_DO TSIG_SHORT, octets,
	                            sizeof(octets));
	for (size_t cut = 0; cut < size; cut++) {
		uint8_t *copy = malloc(cut == 0 ? 1 : cut);
		assert_non_null(copy);
		memcpy(copy, octets, cut);
		struct query query;
		assert_int_equal(query_parse(span_of(copy, cut), &query), cut < HEADER_SIZE ? QUERY_DROP : QUERY_FORMERR);
		free(copy);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(verdicts),
		cmocka_unit_test(fields_of_a_full_query),
		cmocka_unit_test(small_edns_sizes_mean_512),
		cmocka_unit_test(malformed_keeps_what_is_known),
		cmocka_unit_test(first_cookie_counts),
		cmocka_unit_test(every_cut_is_malformed),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
