/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The connection to whoever collects dnstap: Frame Streams over a Unix socket or TCP, made again when it is lost.
 * Owned: sender_new/sender_free, by the thread that sends; sender_view is for any thread.
 * Never waits: what the collector does not take stays here, and nothing is taken over beyond SENDER_ROOM.
 */
#ifndef TELEMETRY_DNSTAP_SENDER_H
#define TELEMETRY_DNSTAP_SENDER_H

#include "base/log.h"
#include "base/span.h"
#include "ip/addr.h"

#include <poll.h>

struct sender;

#define SENDER_PATH_MAX 108 /* of a Unix socket, with its NUL */
#define SENDER_ROOM 262144  /* octets that wait to be taken */

struct sender_options {
	const char *path;        /* Unix socket; copied; NULL: TCP */
	struct ip_endpoint peer; /* TCP */
	struct log *log;         /* borrowed: connected, lost and why */
};

int sender_new(const struct sender_options *options, struct sender **ret) MUST_USE;
void sender_free(struct sender *sender); /* what was not taken is lost; NULL is fine */

/* Connects, shakes hands, writes, as far as it goes without waiting. now_us: monotonic. */
void sender_turn(struct sender *sender, uint64_t now_us);
/* Is there a connection, and room for a frame of so many octets? */
bool sender_has_room(const struct sender *sender, size_t size);
/* Room for one frame, of which there is some; sender_commit then says how large it became. */
uint8_t *sender_reserve(struct sender *sender);
void sender_commit(struct sender *sender, size_t size);
/* The end: STOP is said; true when the collector has acknowledged it or there is no connection. */
bool sender_finish(struct sender *sender, uint64_t now_us);
/* What to wait for; fd -1: nothing but time. */
struct pollfd sender_poll(const struct sender *sender);

struct sender_view {
	bool is_connected;
	uint64_t frames;      /* handed to the kernel whole */
	uint64_t lost;        /* frames that were taken over when the connection was lost */
	uint64_t connections; /* ever */
};
struct sender_view sender_view(const struct sender *sender);
/* "unix:/run/dnstap.sock", "tcp:2001:db8::1@6000". Borrowed. */
const char *sender_text(const struct sender *sender);

#endif
