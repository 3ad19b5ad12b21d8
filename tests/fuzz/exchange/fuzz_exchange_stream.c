/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A server's octets over TCP, cut into reads as the input says. Whatever the cuts, the messages are those of the whole
 * stream, in order; and one that ends early saw the first of them.
 */
#include "exchange/stream.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct stream_scratch scratch;

struct seen {
	uint64_t hash;
	unsigned count, most;
};

static void hash_message(struct seen *seen, struct span message)
{
	seen->hash = (seen->hash ^ message.size) * 0x100000001b3;
	for (size_t i = 0; i < message.size; i++)
		seen->hash = (seen->hash ^ message.data[i]) * 0x100000001b3;
	seen->count++;
}

static bool take(void *owner, struct span message)
{
	struct seen *seen = owner;
	if (seen->count >= seen->most)
		abort(); /* after it had said no */
	hash_message(seen, message);
	return seen->count < seen->most;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size < 3)
		return 0;
	size_t cut = load_u16(data) + 1u;
	struct seen seen = {.most = data[2] == 0 ? UINT32_MAX : data[2]}, wanted = {.most = seen.most};
	struct span whole = span_of(data + 3, size - 3), message;
	while (wanted.count < wanted.most && framing_take(&whole, &message))
		hash_message(&wanted, message);
	struct stream stream = {0};
	int rc = ERR_OK;
	for (size_t at = 3; at < size && rc == ERR_OK;) {
		size_t room, part = size - at < cut ? size - at : cut;
		uint8_t *to = stream_room(&stream, &scratch, &room);
		if (to == NULL || room == 0)
			abort();
		part = part < room ? part : room;
		memcpy(to, data + at, part);
		at += part;
		rc = stream_feed(&stream, &scratch, part, take, &seen);
		if (stream.capacity > FRAMING_MAX || stream.size > stream.capacity)
			abort();
	}
	if (seen.count != wanted.count || seen.hash != wanted.hash || (rc == ERR_LIMIT) != (seen.count == seen.most))
		abort();
	stream_end(&stream);
	return 0;
}
