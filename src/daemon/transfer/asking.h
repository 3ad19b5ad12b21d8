/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One request to one primary, over UDP or TCP, and what comes back message by message.
 * Owned: asking_start/asking_stop, by the thread of its loop.
 * Never waits for a primary longer than its bounds, never reads more than a message ahead, and judges no message.
 */
#ifndef DAEMON_TRANSFER_ASKING_H
#define DAEMON_TRANSFER_ASKING_H

#include "base/span.h"
#include "ip/addr.h"

#include <uv.h>

struct asking;

struct asking_options {
	uv_loop_t *loop;
	struct ip_endpoint server;
	bool is_tcp;
	struct span request; /* copied */
	uint32_t idle_ms;    /* TCP: each of these must bring INCOMING_SLOW_OCTETS, or the end */
	uint32_t total_ms;   /* TCP: from the connection on */
	/* A message. Whoever wants no more of them stops the asking, inside too. Borrowed until the return. */
	void (*message)(void *owner, struct span message);
	/* It is over without a whole answer; a sentence's end: "it did not answer". is_silent: nothing ever came back.
	 * The asking is to be stopped. */
	void (*failed)(void *owner, const char *reason, bool is_silent);
	void *owner;
};

/* Nothing is told inside the call. -ENOMEM; -errno: no socket. */
int asking_start(const struct asking_options *options, struct asking **ret) MUST_USE;
void asking_stop(struct asking *asking); /* NULL is fine; nothing is told any more, and the loop frees it */

#endif
