/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Zones on their way from their primaries: one thread that asks, transfers and builds, for all secondary zones.
 * Owned: incoming_new, incoming_stop, incoming_free, by the main thread, which alone calls what stands here.
 * Never touches what is served: each new version is news for the main thread, which publishes it.
 */
#ifndef DAEMON_TRANSFER_INCOMING_H
#define DAEMON_TRANSFER_INCOMING_H

#include "daemon/settings.h"

#include <jansson.h>
#include <uv.h>

enum incoming_result { INCOMING_RECEIVED, INCOMING_FAILED, INCOMING_RESULT_COUNT }; /* of transfers */
const char *incoming_result_text(enum incoming_result result);                      /* "received" */

/* What became of a zone. */
struct incoming_news {
	struct incoming_news *next;
	char *key;                          /* of the configuration */
	const struct zone *zone;            /* the new version, held; NULL: the one that is served stays */
	const struct zone_history *history; /* what led to it, held; NULL: there was no memory for it */
	uint64_t signed_until_s;            /* of the new version */
	bool is_expired;                    /* it is not to be served any more; false: it is, again */
};
void incoming_news_free(struct incoming_news *news); /* lets go of the zone, unless it was taken (NULL) */

struct incoming;

struct incoming_options {
	uv_loop_t *loop; /* the main thread's */
	struct log *log;
	void (*news)(void *owner); /* there is some: incoming_take; in the main thread */
	void *owner;
};
int incoming_new(const struct incoming_options *options, struct incoming **ret) MUST_USE; /* -ENOMEM, -errno */
/* Breaks everything off; the handle in the main loop closes. Returns at once. */
void incoming_stop(struct incoming *incoming);
/* Waits for the thread; the main loop is done with it. False: a build takes its time, nothing is freed. NULL is fine.
 */
bool incoming_free(struct incoming *incoming);

/* The secondary zones of a configuration, and what there is of each: those that go on keep what they know. -ENOMEM. */
int incoming_renew(struct incoming *incoming, const struct settings *settings, const struct zone_slots *slots) MUST_USE;
/* The zone's primaries are asked now. */
void incoming_refresh(struct incoming *incoming, const char *key);
/* All news since the last time, the oldest first; the caller's. */
struct incoming_news *incoming_take(struct incoming *incoming);

/* Adds what is known of the zone: age, times, primaries, reach, the last transfer. */
void incoming_status(struct incoming *incoming, const char *key, json_t *row);
struct incoming_figures {
	uint64_t transfers[INCOMING_RESULT_COUNT];
	uint64_t confirmed_s, expires_s; /* since 1970; 0: there is no version */
};
/* False: no such zone. */
bool incoming_figures(struct incoming *incoming, const char *key, struct incoming_figures *ret);

#endif
