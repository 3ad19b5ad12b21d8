/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A reply from outside held against a question. The first octets choose the question, the rest is the reply; what
 * matches must also match by the other reader of messages.
 */
#include "dns/message/message.h"
#include "exchange/question.h"
#include "tests/fuzz/require.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char names[4][12] = {"\3www\2ab\1c", "", "\1a", "\4WwWw\1x"};

/* Octets that name_from_message also takes: whether the reply's question is the one that was sent, but for case. */
static void require_same(const struct question *question, struct span reply)
{
	struct message message;
	struct message_place place = {0};
	struct message_item item;
	REQUIRE(message_read(reply, &message) == ERR_OK);
	REQUIRE((message.flags & HEADER_QR) && message.opcode == 0 && message.counts[SECTION_QUESTION] <= 1);
	if (message.counts[SECTION_QUESTION] == 0) {
		REQUIRE((message.flags & HEADER_RCODE_MASK) != 0);
		return;
	}
	REQUIRE(message_next(&message, &place, &item) == ERR_OK && item.section == SECTION_QUESTION);
	REQUIRE(name_equal(item.owner, question->qname) && item.type == question->qtype && item.class == 1);
}

/* The question itself, turned into a reply, matches; with any octet of the question changed it does not. */
static void require_echo(struct span sent, size_t at, uint8_t change)
{
	uint8_t echo[QUESTION_MAX];
	memcpy(echo, sent.data, sent.size);
	echo[2] |= HEADER_QR >> 8;
	REQUIRE(question_matches(sent, span_of(echo, sent.size), true));
	struct span rest = span_of(sent.data + HEADER_SIZE, sent.size - HEADER_SIZE);
	struct name name;
	REQUIRE(name_take(&rest, &name) == ERR_OK);
	size_t end = HEADER_SIZE + name.size + 4u;
	at = HEADER_SIZE + at % (end - HEADER_SIZE);
	echo[at] ^= change;
	REQUIRE(question_matches(sent, span_of(echo, sent.size), true) == (change == 0));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size < 36)
		return 0;
	uint8_t octets[QUESTION_MAX];
	struct question question = {.qname = name_of((const uint8_t *)names[data[0] & 3]),
	                            .qtype = load_u16(data + 1),
	                            .edns_size = data[3] & 1 ? 1232 : 0,
	                            .is_case_mixed = data[3] & 2,
	                            .cookie = data[3] & 4 ? span_of(data + 4, 8) : span_of(NULL, 0)};
	size_t sent_size = question_encode(&question, load_u16(data + 4), data + 4, octets);
	struct span sent = span_of(octets, sent_size), reply = span_of(data + 36, size - 36);
	bool is_exact = question_matches(sent, reply, true);
	REQUIRE(!is_exact || question_matches(sent, reply, false));
	if (question_matches(sent, reply, false))
		require_same(&question, reply);
	question_cookie_matches(data + 4, reply);
	require_echo(sent, data[6], data[7]);
	return 0;
}
