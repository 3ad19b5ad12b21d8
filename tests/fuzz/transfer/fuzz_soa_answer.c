/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * An answer from anybody to a secondary's question for the SOA. What tells a serial answers that question with authority
 * and, where the question was signed, is signed; what is no use says why.
 */
#include "dns/message/message.h"
#include "tests/fuzz/require.h"
#include "transfer/request.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define NOW_S 1795318006

static void judge(const struct tsig *sent, const struct tsig_key *key, struct span octets)
{
	const struct transfer_request request = {
		.apex = name_of((const uint8_t *)"\7example"), .type = RR_SOA, .id = 0x1234, .key = key};
	struct request_answer answer;
	struct message message;
	enum request_verdict verdict = transfer_request_judge(&request, sent, octets, NOW_S, &answer);
	REQUIRE((verdict == REQUEST_BAD) == (answer.reason[0] != '\0'));
	if (verdict != REQUEST_TOLD)
		return;
	REQUIRE(message_read(octets, &message) == ERR_OK && message.id == 0x1234 && message.rcode == RCODE_NOERROR);
	REQUIRE((message.flags & HEADER_AA) != 0 && message.counts[SECTION_ANSWER] > 0);
	REQUIRE(sent == NULL || message.tsig_offset != 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct tsig_key *key;
	static struct tsig sent;
	static uint8_t request[REQUEST_SIZE_MAX];
	if (key == NULL) {
		const struct transfer_request asked = {.apex = name_of((const uint8_t *)"\7example"), .type = RR_SOA, .id = 0x1234};
		struct writer message = writer_of(request, sizeof(request));
		REQUIRE(tsig_key_new(name_of((const uint8_t *)"\3key"), TSIG_HMAC_SHA256, span_text("secret"), &key) == ERR_OK);
		struct transfer_request with_key = asked;
		with_key.key = key;
		REQUIRE(transfer_request_make(&with_key, NOW_S, &message, &sent) == ERR_OK);
	}
	judge(NULL, NULL, span_of(data, size));
	judge(&sent, key, span_of(data, size));
	return 0;
}
