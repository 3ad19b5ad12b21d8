/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Takes messages off the answer path for a collector of dnstap: a ring for each worker, one thread that encodes and sends.
 * Owned: tap_new/tap_free. tap_emit is for the worker named, the rest for the main thread.
 * Never delays a worker: while the collector is away or slow the rings fill, then messages are dropped and counted.
 */
#ifndef TELEMETRY_DNSTAP_TAP_H
#define TELEMETRY_DNSTAP_TAP_H

#include "telemetry/dnstap/message.h"
#include "telemetry/dnstap/sender.h"
#include "telemetry/privacy.h"

struct tap;

struct tap_options {
	size_t worker_count;
	size_t ring_size; /* octets a worker */
	struct sender_options sender;
	const char *identity, *version; /* copied; NULL or "": left out */
	struct privacy privacy;         /* of the clients' addresses that are told */
	struct log *log;                /* borrowed */
};

int tap_new(const struct tap_options *options, struct tap **ret) MUST_USE;
void tap_free(struct tap *tap); /* what is left is sent, for a second at most; NULL is fine */

/*
 * A number for messages of this service, the same one when asked again. The first starts the thread.
 * ERR_LIMIT: too many different ones.
 */
int tap_label(struct tap *tap, const char *service, uint32_t *ret_label) MUST_USE;
void tap_emit(struct tap *tap, size_t worker, uint32_t label, const struct tap_message *message);

struct tap_view {
	struct sender_view sender;
	const char *peer; /* borrowed: "unix:/run/dnstap.sock" */
	uint64_t dropped; /* messages, ever: no room in a ring, or taken over by a connection that was lost */
};
struct tap_view tap_view(const struct tap *tap); /* any thread */

#endif
