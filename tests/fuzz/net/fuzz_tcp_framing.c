/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A TCP client's octets, cut into reads as the input says, to a client that takes answers as slowly as the input
 * says. Whatever the cuts, the answers are those of the whole: each query echoed, in order, nothing else.
 */
#include "net/tcp_stream.h"

#include <stdlib.h>

static struct tcp_scratch scratch;

struct far_end {
	size_t window;
	uint64_t hash; /* of all octets sent, in order */
	size_t sent;
};

static uint64_t hash_more(uint64_t hash, const uint8_t *data, size_t size)
{
	for (size_t i = 0; i < size; i++)
		hash = (hash ^ data[i]) * 0x100000001b3;
	return hash;
}

static size_t far_answer(void *owner, struct span message, struct writer *out)
{
	(void)owner;
	writer_bytes(out, message.data, message.size);
	return out->size;
}

static ssize_t far_send(void *owner, struct span octets)
{
	struct far_end *far = owner;
	size_t size = octets.size < far->window ? octets.size : far->window;
	far->hash = hash_more(far->hash, octets.data, size);
	far->sent += size;
	far->window -= size;
	return (ssize_t)size;
}

/* What must have been sent in the end. */
static struct far_end whole_answer(const uint8_t *data, size_t size)
{
	struct far_end far = {0};
	struct span stream = span_of(data, size), message;
	while (framing_take(&stream, &message)) {
		if (message.size == 0)
			continue;
		far.hash = hash_more(far.hash, message.data - FRAMING_PREFIX_SIZE, message.size + FRAMING_PREFIX_SIZE);
		far.sent += message.size + FRAMING_PREFIX_SIZE;
	}
	return far;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size < 2)
		return 0;
	size_t cut = (size_t)data[0] + 1, window = data[1] == 0 ? 1 << 20 : (size_t)data[1] * 16;
	data += 2;
	size -= 2;
	struct far_end far = {.window = window};
	struct tcp_port port = {&far, far_answer, far_send};
	struct tcp_stream stream = {0};
	for (size_t at = 0; at < size || tcp_stream_is_blocked(&stream);) {
		int rc;
		if (tcp_stream_is_blocked(&stream)) {
			far.window = window;
			rc = tcp_stream_drain(&stream, &scratch, &port);
		} else {
			size_t room, part = size - at < cut ? size - at : cut;
			uint8_t *to = tcp_stream_room(&stream, &scratch, &room);
			if (to == NULL || room == 0)
				abort();
			part = part < room ? part : room;
			memcpy(to, data + at, part);
			at += part;
			rc = tcp_stream_feed(&stream, &scratch, &port, part);
		}
		if (rc != ERR_OK)
			abort();
	}
	struct far_end want = whole_answer(data, size);
	if (far.sent != want.sent || far.hash != want.hash)
		abort();
	tcp_stream_end(&stream);
	return 0;
}
