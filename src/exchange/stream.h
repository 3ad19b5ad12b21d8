/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Replies out of the octets of a TCP connection (RFC 7766 8), however they are cut.
 * Owned by its connection: zeroed at the start, stream_end at the end. The scratch belongs to the worker.
 * Never keeps more than one message in parts, and no more memory for it than has really arrived, doubled.
 */
#ifndef EXCHANGE_STREAM_H
#define EXCHANGE_STREAM_H

#include "base/err.h"
#include "net/framing.h"

struct stream_scratch {
	uint8_t octets[FRAMING_MAX];
};

struct stream {
	uint8_t *kept; /* the start of a message whose rest has not arrived; NULL: none */
	size_t size, capacity;
};

/* Takes one message. False: no more are wanted, the connection is to end. */
typedef bool stream_take(void *owner, struct span message);

void stream_end(struct stream *stream);
/* Where to read the next octets to: *ret_size of them at most, never 0. NULL: no memory. */
uint8_t *stream_room(struct stream *stream, struct stream_scratch *scratch, size_t *ret_size);
/* size octets were read there. ERR_LIMIT: take said no; -ENOMEM. */
int stream_feed(struct stream *stream, struct stream_scratch *scratch, size_t size, stream_take *take,
                void *owner) MUST_USE;

#endif
