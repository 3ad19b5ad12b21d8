/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Watches one set of names: a thread that makes round after round of probes, and what the last one came to.
 * Owned: watcher_new/watcher_free, in one thread; watcher_state from any.
 * Never touches the answer path: sockets, memory and time are its own, and it runs at a low priority.
 */
#ifndef WATCH_WATCHER_H
#define WATCH_WATCHER_H

#include "base/log.h"
#include "signals/event.h"
#include "watch/set.h"

#include <jansson.h>

struct watcher_options {
	const struct watch_set *set; /* outlives the watcher */
	struct log *log;             /* probes that begin and cease to fail; borrowed */
	void *owner;
	/* Each probe, in the watcher's thread. */
	void (*event)(void *owner, const struct watch_set *set, const struct event *event);
	/* A probe is about to leave from this port, likewise: services of this host may know it by that. */
	void (*left)(void *owner, uint16_t port);
};

struct watcher;

int watcher_new(const struct watcher_options *options, struct watcher **ret) MUST_USE;
void watcher_stop(struct watcher *watcher); /* returns at once */
void watcher_free(struct watcher *watcher); /* waits for the thread, some milliseconds after the stop; NULL is fine */
/* The last round: when, how many probes failed, which. */
json_t *watcher_state(struct watcher *watcher);

#endif
