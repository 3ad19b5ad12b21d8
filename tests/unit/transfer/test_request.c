/* SPDX-License-Identifier: BSD-2-Clause */
/* What a secondary asks, and what it takes for an answer to its question for the SOA. */
#include "dns/rdata.h"
#include "tests/unit/transfer/versions.h"
#include "transfer/request.h"

static const struct transfer_request wanted = {.type = RR_SOA, .id = 0x1234};

static struct transfer_request request_of(uint16_t type)
{
	struct transfer_request request = wanted;
	request.apex = name_of(apex_wire);
	request.type = type;
	return request;
}

/* As the other end reads it. */
static void requests(void **state)
{
	static const uint16_t types[] = {RR_SOA, RR_AXFR, RR_IXFR};
	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct transfer_request request = request_of(types[i]);
		uint8_t octets[REQUEST_SIZE_MAX];
		struct writer message = writer_of(octets, sizeof(octets));
		struct query query;
		uint32_t serial;
		request.serial = 4000000000u;
		assert_int_equal(transfer_request_make(&request, NOW_S, &message, NULL), ERR_OK);
		assert_int_equal(query_parse(writer_span(&message), &query), QUERY_OK);
		assert_int_equal(query.qtype, types[i]);
		assert_int_equal(query.id, 0x1234);
		assert_true(name_equal(query.qname, request.apex));
		assert_int_equal(transfer_request_serial(&query, &serial), types[i] == RR_IXFR ? ERR_OK : ERR_SYNTAX);
		if (types[i] == RR_IXFR)
			assert_int_equal(serial, 4000000000u);
	}
}

struct reply {
	uint16_t id, flags, qtype;
	const uint8_t *owner; /* of the SOA; NULL: none */
	size_t cut;           /* octets that are missing at the end */
};

static size_t reply_make(const struct reply *reply, uint8_t octets[512])
{
	static const uint8_t rdata[SOA_SIZE_MIN] = {0, 0, 0, 0, 0, 42};
	struct builder builder;
	builder_query(&builder, octets, 512, reply->id, reply->flags, name_of(apex_wire), reply->qtype, CLASS_IN);
	if (reply->owner != NULL)
		assert_true(builder_record(&builder, SECTION_ANSWER, name_of(reply->owner), BUILDER_UNKNOWN, RR_SOA,
					   CLASS_IN, 300, span_of(rdata, sizeof(rdata))));
	return builder_finish(&builder) - reply->cut;
}

static void answers(void **state)
{
	const uint8_t *other = (const uint8_t *)"\5other";
	const uint16_t good = HEADER_QR | HEADER_AA;
	const struct {
		struct reply reply;
		enum request_verdict verdict;
		const char *reason;
	} rows[] = {
		{{0x1234, good, RR_SOA, apex_wire, 0}, REQUEST_TOLD, ""},
		{{0x1235, good, RR_SOA, apex_wire, 0}, REQUEST_LEAVE, ""},
		{{0x1234, HEADER_AA, RR_SOA, apex_wire, 0}, REQUEST_LEAVE, ""},
		{{0x1234, good, RR_AAAA, apex_wire, 0}, REQUEST_LEAVE, ""},
		{{0x1234, good | HEADER_TC, RR_SOA, NULL, 0}, REQUEST_TRUNCATED, ""},
		{{0x1234, good, RR_SOA, apex_wire, 3}, REQUEST_BAD, "its answer is malformed"},
		{{0x1234, good, RR_SOA, other, 0}, REQUEST_BAD, "its answer has no SOA of the zone"},
		{{0x1234, good, RR_SOA, NULL, 0}, REQUEST_BAD, "its answer has no SOA of the zone"},
		{{0x1234, HEADER_QR, RR_SOA, apex_wire, 0}, REQUEST_BAD, "it is not authoritative for the zone"},
		{{0x1234, HEADER_QR | RCODE_REFUSED, RR_SOA, NULL, 0}, REQUEST_BAD, "it answers REFUSED"},
		{{0x1234, HEADER_QR | 5 << HEADER_OPCODE_SHIFT, RR_SOA, apex_wire, 0}, REQUEST_LEAVE, ""},
	};
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct transfer_request request = request_of(RR_SOA);
		struct request_answer answer;
		uint8_t octets[512];
		size_t size = reply_make(&rows[i].reply, octets);
		assert_int_equal(transfer_request_judge(&request, NULL, span_of(octets, size), NOW_S, &answer),
				 rows[i].verdict);
		assert_string_equal(answer.reason, rows[i].reason);
		if (rows[i].verdict == REQUEST_TOLD)
			assert_int_equal(answer.serial, 42);
	}
}

/* Signed: what is not signed, was signed for another question, or at another time, is none. */
static void signatures(void **state)
{
	static const uint8_t secret[32] = {1};
	struct tsig_key *key;
	struct tsig sent, asked;
	struct transfer_request request = request_of(RR_SOA);
	struct request_answer answer;
	struct query query;
	uint8_t octets[REQUEST_SIZE_MAX], back[1024];
	struct writer message = writer_of(octets, sizeof(octets));
	const struct reply reply = {0x1234, HEADER_QR | HEADER_AA, RR_SOA, apex_wire, 0};
	(void)state;
	assert_int_equal(tsig_key_new(name_of((const uint8_t *)"\3key"), TSIG_HMAC_SHA256, span_of(secret, 32), &key),
			 ERR_OK);
	request.key = key;
	assert_int_equal(transfer_request_make(&request, NOW_S, &message, &sent), ERR_OK);
	assert_int_equal(query_parse(writer_span(&message), &query), QUERY_OK);
	const struct tsig_key *const keys[] = {key};
	assert_int_equal(tsig_verify_request(keys, 1, writer_span(&message), query.tsig_offset, NOW_S, &asked),
			 TSIG_GOOD);
	struct writer signed_reply = writer_of(back, sizeof(back));
	signed_reply.size = reply_make(&reply, back);
	struct span bare = writer_span(&signed_reply);
	assert_int_equal(transfer_request_judge(&request, &sent, bare, NOW_S, &answer), REQUEST_BAD);
	assert_string_equal(answer.reason, "its answer has no TSIG");
	assert_int_equal(tsig_sign_answer(&asked, NOW_S, &signed_reply), ERR_OK);
	assert_int_equal(transfer_request_judge(&request, &sent, writer_span(&signed_reply), NOW_S, &answer),
			 REQUEST_TOLD);
	assert_int_equal(transfer_request_judge(&request, &sent, writer_span(&signed_reply), NOW_S + 3600, &answer),
			 REQUEST_BAD);
	assert_string_equal(answer.reason, "its TSIG is of another time: one of the two clocks is wrong");
	back[13] ^= 0x20; /* an octet of the question's name, in another case: signed, it is another message */
	assert_int_equal(transfer_request_judge(&request, &sent, writer_span(&signed_reply), NOW_S, &answer),
			 REQUEST_BAD);
	tsig_key_free(key);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(requests), cmocka_unit_test(answers),
					   cmocka_unit_test(signatures)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
