/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One TCP connection's octets: queries in, answers out, many of each in one turn (RFC 7766 6.2.1.1).
 * Owned by its connection: zeroed at the start, tcp_stream_end at the end. The scratch belongs to the worker.
 * Never touches a socket, and never takes more in from a client that does not take its answers: what is kept for one
 * connection is at most one query in parts, or TCP_READ_SIZE of queries and TCP_SCRATCH_OUT of answers, and besides
 * TCP_LATE_MAX of answers that came later than their turn.
 */
#ifndef NET_TCP_STREAM_H
#define NET_TCP_STREAM_H

#include "base/err.h"
#include "base/writer.h"
#include "net/framing.h"

#include <sys/types.h>

#define TCP_READ_SIZE 16384                    /* octets of queries a turn, so that no client keeps the others waiting */
#define TCP_SCRATCH_OUT (2 * FRAMING_MAX)      /* octets of answers gathered for one send */

#define TCP_LATE_MAX 262144 /* octets of late answers that a client leaves untaken before it is given up */

struct tcp_scratch {
	uint8_t in[TCP_READ_SIZE];
	uint8_t out[TCP_SCRATCH_OUT];
};

/* How a stream reaches the world: the daemon gives a socket, tests give buffers. */
struct tcp_port {
	void *owner;
	/* Writes the answer; returns its octets, 0 for none, or none yet (tcp_stream_append). out has room for any. */
	size_t (*answer)(void *owner, struct span message, struct writer *out);
	/* Sends what it can now; octets taken, 0 when none fit now, -errno when the connection is lost. */
	ssize_t (*send)(void *owner, struct span octets);
};

struct tcp_stream {
	uint8_t *in; /* queries that have not all arrived, or wait for answers to be taken */
	size_t in_size, in_capacity;
	uint8_t *out; /* answers the client has not taken yet */
	size_t out_start, out_size;
	uint32_t message_count; /* queries taken in, ever */
	bool is_held;           /* the owner's: no further query is taken in, also in the middle of a turn */
};

void tcp_stream_end(struct tcp_stream *stream);

/* Where to read the next octets to: *ret_size of them at most. NULL: no memory. */
uint8_t *tcp_stream_room(struct tcp_stream *stream, struct tcp_scratch *scratch, size_t *ret_size);
/* size octets were read there: answers every whole query. -errno: close the connection. */
int tcp_stream_feed(struct tcp_stream *stream, struct tcp_scratch *scratch, const struct tcp_port *port,
                    size_t size) MUST_USE;
/* The client may take more: sends what waits, then goes on with queries that waited. -errno: close. */
int tcp_stream_drain(struct tcp_stream *stream, struct tcp_scratch *scratch, const struct tcp_port *port) MUST_USE;

/* One answer of a query that was taken in before (RFC 7766 6.2.1.1: in any order). ERR_LIMIT: the client does not take
 * its answers; -errno: close. */
int tcp_stream_append(struct tcp_stream *stream, const struct tcp_port *port, struct tcp_scratch *scratch,
                      struct span message) MUST_USE;
/* is_held has ended: goes on with queries that waited. -errno: close. */
int tcp_stream_resume(struct tcp_stream *stream, struct tcp_scratch *scratch, const struct tcp_port *port) MUST_USE;

/* Answers wait: do not read, wait until the socket takes octets. */
static inline bool tcp_stream_is_blocked(const struct tcp_stream *stream)
{
	return stream->out_start < stream->out_size;
}

/* Nothing half done in either direction. */
static inline bool tcp_stream_is_idle(const struct tcp_stream *stream)
{
	return !tcp_stream_is_blocked(stream) && stream->in_size == 0;
}

#endif
