/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A zone transfer from anybody: messages behind their lengths, as on a stream. The same messages give the same digest,
 * a transfer that is done holds an SOA, and the first message as it is kept can be read again.
 */
#include "audit/transfer.h"
#include "dns/message/message.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static enum transfer_state play(const uint8_t *data, size_t size, struct transfer *transfer)
{
	enum transfer_state state = TRANSFER_MORE;
	while (size >= 2 && state == TRANSFER_MORE) {
		size_t length = load_u16(data) < size - 2 ? load_u16(data) : size - 2;
		state = transfer_take(transfer, span_of(data + 2, length));
		data += 2 + length;
		size -= 2 + length;
	}
	return state;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t one[TRANSFER_DIGEST_SIZE], two[TRANSFER_DIGEST_SIZE], first[2048];
	struct transfer *transfer = transfer_new(), *again = transfer_new();
	struct message message;
	enum transfer_state state = play(data, size, transfer);
	if (play(data, size, again) != state || transfer_digest(transfer, one) != ERR_OK ||
	    transfer_digest(again, two) != ERR_OK || memcmp(one, two, sizeof(one)) != 0)
		abort();
	size_t kept = transfer_first(transfer, first, sizeof(first));
	if (kept > 0 && (message_read(span_of(first, kept), &message) != ERR_OK || message.error != ERR_OK))
		abort();
	if (state == TRANSFER_DONE && transfer_records(transfer) == 0)
		abort();
	transfer_free(transfer);
	transfer_free(again);
	return 0;
}
