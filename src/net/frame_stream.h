/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Frame Streams, as dnstap is carried over sockets and kept in files: control frames, and what a receiver does with the
 * octets of one sender.
 * Owned: frame_peer_new/frame_peer_free; the rest is functions over octets.
 * Never does I/O, never believes a length: what is larger than the limits ends the stream.
 *
 * https://farsightsec.github.io/fstrm/. A data frame is its length (32 bits) and its octets; length 0 says that a control
 * frame follows: its length, its type, and fields, of which there is one: the content type. Over a socket the sender says
 * READY, is told ACCEPT, says START, then come data frames, at the end STOP, which is answered with FINISH. A file, and
 * whoever only sends, begins with START.
 */
#ifndef NET_FRAME_STREAM_H
#define NET_FRAME_STREAM_H

#include "base/err.h"
#include "base/span.h"

enum frame_control {
	FRAME_CONTROL_ACCEPT = 1,
	FRAME_CONTROL_START = 2,
	FRAME_CONTROL_STOP = 3,
	FRAME_CONTROL_READY = 4,
	FRAME_CONTROL_FINISH = 5
};
const char *frame_control_text(enum frame_control control); /* "READY" */

#define FRAME_DNSTAP "protobuf:dnstap.Dnstap" /* the content type */
#define FRAME_CONTROL_MAX 512                 /* octets of a control frame, without the eight in front */
#define FRAME_CONTROL_OCTETS 64               /* of one that frame_control_encode makes, with them */
#define FRAME_DATA_MAX 131072                 /* two messages and their addresses are smaller */

/* The octets of a control frame, the content type in those that have one. Returns how many. */
size_t frame_control_encode(enum frame_control control, uint8_t ret[FRAME_CONTROL_OCTETS]);
/* payload: without the eight octets in front. ERR_SYNTAX: none; ERR_UNSUPPORTED: its content types are others. */
int frame_control_decode(struct span payload, enum frame_control *ret) MUST_USE;

struct frame_peer; /* one sender, as its receiver sees it */

enum frame_next {
	FRAME_DATA,   /* *ret is one frame, borrowed until the next call */
	FRAME_MORE,   /* nothing whole: read more octets */
	FRAME_ENDED,  /* the sender has said STOP */
	FRAME_BROKEN  /* what came is no such stream: frame_peer_trouble says why */
};

struct frame_peer *frame_peer_new(void); /* NULL: no memory */
void frame_peer_free(struct frame_peer *peer); /* NULL is fine */
/* Where to read octets to, at least one. NULL: no memory. */
uint8_t *frame_peer_room(struct frame_peer *peer, size_t *ret_size);
void frame_peer_filled(struct frame_peer *peer, size_t size);
enum frame_next frame_peer_next(struct frame_peer *peer, struct span *ret);
/* What the sender has to be told now (ACCEPT, FINISH); empty: nothing. After each frame_peer_next; said once. */
struct span frame_peer_reply(struct frame_peer *peer);
bool frame_peer_has_started(const struct frame_peer *peer);
const char *frame_peer_trouble(const struct frame_peer *peer);

#endif
