/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which questions are looked at when there are too many for all: a share chosen by client and name, so that both
 * answers of a pair, the TCP question after a truncated answer, and repeats are taken together or not at all. Owned:
 * share_new/share_free. share_takes is for the worker named, share_turn for one thread, share_parts for any. Never
 * takes a lock: workers meet in one word that changes seldom.
 */
#ifndef TELEMETRY_SHARE_H
#define TELEMETRY_SHARE_H

#include "telemetry/query_event.h"

#define SHARE_EVENTS_MAX 10000 /* a second and a worker, before the share halves */

struct share;

int share_new(size_t worker_count, uint64_t seed, struct share **ret) MUST_USE; /* -ENOMEM */
void share_free(struct share *share);                                           /* NULL is fine */

/* Counts the event, by its time. */
bool share_takes(struct share *share, size_t worker, const struct query_event *event);
/* Once a second: the share grows again once it has been too small for ten seconds. */
void share_turn(struct share *share);
/* Of so many questions one is taken: 1, 2, 4 ... */
uint32_t share_parts(const struct share *share);

#endif
