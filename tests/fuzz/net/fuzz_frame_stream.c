/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Octets of a sender of Frame Streams, in pieces whose sizes are the input's first octets: what is taken does not depend
 * on how they came, and no frame is larger than there may be.
 */
#include "net/frame_stream.h"
#include "tests/fuzz/require.h"

#include <string.h>

#define FRAMES_MAX 64

struct taken {
	size_t sizes[FRAMES_MAX];
	size_t count, octets;
	uint8_t sum;
	enum frame_next last;
	unsigned replies;
};

static void take(struct frame_peer *peer, struct taken *taken)
{
	struct span frame, reply;
	do {
		taken->last = frame_peer_next(peer, &frame);
		reply = frame_peer_reply(peer);
		taken->replies += reply.size > 0;
		REQUIRE(reply.size <= FRAME_CONTROL_OCTETS);
		if (taken->last != FRAME_DATA)
			continue;
		REQUIRE(frame_peer_has_started(peer) && frame.size > 0 && frame.size <= FRAME_DATA_MAX);
		if (taken->count < FRAMES_MAX)
			taken->sizes[taken->count] = frame.size;
		taken->count++;
		for (size_t i = 0; i < frame.size; i++)
			taken->sum = (uint8_t)(taken->sum * 31 + frame.data[i]);
	} while (taken->last == FRAME_DATA || (taken->last == FRAME_MORE && reply.size > 0));
}

static void play(const uint8_t *data, size_t size, size_t piece, struct taken *taken)
{
	struct frame_peer *peer = frame_peer_new();
	REQUIRE(peer != NULL);
	memset(taken, 0, sizeof(*taken));
	take(peer, taken);
	while (size > 0 && taken->last == FRAME_MORE) {
		size_t room;
		uint8_t *at = frame_peer_room(peer, &room);
		REQUIRE(at != NULL && room > 0);
		size_t part = size < piece ? size : piece;
		part = part < room ? part : room;
		memcpy(at, data, part);
		frame_peer_filled(peer, part);
		data += part;
		size -= part;
		take(peer, taken);
	}
	REQUIRE(taken->replies <= 2);
	if (taken->last == FRAME_BROKEN)
		REQUIRE(frame_peer_trouble(peer)[0] != '\0');
	frame_peer_free(peer);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct taken whole, pieces;
	if (size < 1)
		return 0;
	play(data + 1, size - 1, SIZE_MAX, &whole);
	play(data + 1, size - 1, data[0] % 32 + 1u, &pieces);
	REQUIRE(memcmp(&whole, &pieces, sizeof(whole)) == 0);
	return 0;
}
