/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * First octet: the algorithm; second: what to change. The rest is a message: as it is, it must be refused in good
 * order; signed by us, it must verify, and must not once an octet of it is changed.
 */
#include "dns/message/message.h"
#include "dns/query.h"
#include "dns/rrtype.h"
#include "dns/tsig.h"
#include "tests/fuzz/require.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define NOW 1795318006
static struct tsig_key *keys[TSIG_ALGORITHM_COUNT];

/* An answer about what was found wrong is a message again, with TSIG at its end. */
static void require_refusal(const struct tsig *tsig)
{
	uint8_t octets[1024] = {0, 1, 0x84, RCODE_NOTAUTH};
	struct writer out = writer_of(octets, sizeof(octets));
	struct message message;
	out.size = HEADER_SIZE;
	REQUIRE(tsig_sign_answer(tsig, NOW, &out) == ERR_OK);
	REQUIRE(out.size == HEADER_SIZE + tsig_answer_size(tsig));
	REQUIRE(message_read(writer_span(&out), &message) == ERR_OK && message.error == ERR_OK);
	REQUIRE(message.tsig_offset == HEADER_SIZE);
}

static void as_received(struct span octets)
{
	struct query query;
	struct tsig tsig;
	if (query_parse(octets, &query) != QUERY_OK || query.tsig_offset == 0)
		return;
	enum tsig_verdict verdict = tsig_verify_request((const struct tsig_key *const *)keys, TSIG_ALGORITHM_COUNT, octets,
	                                                query.tsig_offset, NOW, &tsig);
	REQUIRE(verdict != TSIG_BROKEN);
	if (verdict == TSIG_BAD)
		require_refusal(&tsig);
}

static void signed_by_us(const struct tsig_key *key, struct span body, uint8_t change)
{
	static uint8_t octets[65535];
	struct tsig sent, seen;
	uint16_t error = 1;
	struct writer out = writer_of(octets, sizeof(octets));
	memcpy(octets, body.data, body.size);
	out.size = body.size;
	if (load_u16(octets + 10) == UINT16_MAX || tsig_sign_query(key, NOW, &out, &sent) != ERR_OK)
		return;
	const struct tsig_key *one[] = {key};
	REQUIRE(tsig_verify_request(one, 1, writer_span(&out), body.size, NOW, &seen) == TSIG_GOOD);
	size_t at = (size_t)change * (out.size - 1) / 255;
	octets[at] ^= 0x20;
	/* The id is not covered, and a letter's case in the two names is not either. */
	if (at > 1 && at < body.size)
		REQUIRE(tsig_verify_request(one, 1, writer_span(&out), body.size, NOW, &seen) != TSIG_GOOD);
	octets[at] ^= 0x20;
	REQUIRE(tsig_verify_request(one, 1, writer_span(&out), body.size, NOW, &seen) == TSIG_GOOD);
	memcpy(octets, body.data, body.size);
	out.size = body.size;
	REQUIRE(tsig_sign_answer(&seen, NOW, &out) == ERR_OK);
	REQUIRE(tsig_verify_answer(&sent, writer_span(&out), body.size, NOW, &error) == ERR_OK && error == 0);
	if (at > 1 && at < body.size) {
		octets[at] ^= 0x20;
		REQUIRE(tsig_verify_answer(&sent, writer_span(&out), body.size, NOW, &error) != ERR_OK);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size < 2 + HEADER_SIZE || size > 20000)
		return 0;
	for (enum tsig_algorithm i = 0; keys[i % TSIG_ALGORITHM_COUNT] == NULL; i++)
		REQUIRE(tsig_key_new(name_of((const uint8_t *)"\3key\4test"), i, span_text("secret"), &keys[i]) == ERR_OK);
	as_received(span_of(data + 2, size - 2));
	signed_by_us(keys[data[0] % TSIG_ALGORITHM_COUNT], span_of(data + 2, size - 2), data[1]);
	return 0;
}
