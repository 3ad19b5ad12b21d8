/* SPDX-License-Identifier: BSD-2-Clause */
/* A datagram through query_parse: what it says must be inside the datagram, and good enough to build an answer on. */
#include "dns/builder.h"
#include "dns/message/message.h"
#include "dns/rrtype.h"
#include "tests/fuzz/require.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require_question(const struct query *query)
{
	if (!query->has_question) {
		REQUIRE(query->question_end == HEADER_SIZE && name_is_root(query->qname));
		return;
	}
	struct span rest = span_of(query->message.data + HEADER_SIZE, query->message.size - HEADER_SIZE);
	struct name name;
	REQUIRE(name_take(&rest, &name) == ERR_OK && name_equal(name, query->qname));
	REQUIRE(query->question_end == HEADER_SIZE + name.size + 4u && query->question_end <= query->message.size);
	REQUIRE(load_u16(rest.data) == query->qtype && load_u16(rest.data + 2) == query->qclass);
}

/* The other reader of messages must agree with a good verdict, but for names that it follows and this one does not. */
static void require_agreement(const struct query *query)
{
	struct message message;
	REQUIRE(message_read(query->message, &message) == ERR_OK);
	REQUIRE(message.error != ERR_TRAILING);
	if (message.error != ERR_OK)
		return;
	REQUIRE(message.has_edns == query->has_edns && message.edns.udp_size == query->edns_size);
	REQUIRE(message.tsig_offset == query->tsig_offset);
	REQUIRE(message.edns.is_do == query->is_do && span_equal(message.edns.cookie, query->cookie));
}

static void require_answer(const struct query *query)
{
	uint8_t octets[512];
	struct builder builder;
	struct query nothing;
	struct message message;
	builder_answer(&builder, octets, sizeof(octets), query);
	size_t size = builder_finish(&builder);
	REQUIRE(message_read(span_of(octets, size), &message) == ERR_OK && message.error == ERR_OK);
	REQUIRE(message.id == query->id && message.opcode == query->opcode);
	REQUIRE(message.counts[SECTION_QUESTION] == query->has_question);
	REQUIRE(query_parse(span_of(octets, size), &nothing) == QUERY_DROP);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct query query;
	enum query_verdict verdict = query_parse(span_of(data, size), &query);
	if (verdict == QUERY_DROP) {
		REQUIRE(size < HEADER_SIZE || size > UINT16_MAX || (data[2] & 0x80));
		return 0;
	}
	require_question(&query);
	require_answer(&query);
	REQUIRE(query.tsig_offset < size && query_udp_size(&query) >= QUERY_UDP_SIZE_MIN);
	if (query.cookie.data != NULL)
		REQUIRE(query.cookie.data > data && query.cookie.data + query.cookie.size <= data + size);
	if (verdict == QUERY_OK || verdict == QUERY_BADVERS) {
		REQUIRE(query.opcode == OPCODE_QUERY || query.opcode == OPCODE_NOTIFY || query.opcode == OPCODE_UPDATE);
		REQUIRE(query.has_question || query.cookie.data != NULL);
	}
	if (verdict == QUERY_OK)
		require_agreement(&query);
	return 0;
}
