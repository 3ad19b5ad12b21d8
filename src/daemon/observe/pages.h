/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the dashboard and the metrics know of events: series, top lists, pairs and the live tail, one tap of the
 * observer. Owned by the daemon, for its main thread. Opened when a configuration first has an HTTP listener; stays
 * until the end. Never holds up the observer: each part copies and returns.
 */
#ifndef DAEMON_OBSERVE_PAGES_H
#define DAEMON_OBSERVE_PAGES_H

#include "observe/feed.h"
#include "observe/observer.h"
#include "observe/pairs.h"
#include "observe/series.h"
#include "observe/top.h"

struct pages { /* NULL: not open */
	struct series *series;
	struct top *top;
	struct feed *feed;
	struct pairs *pairs;
};

/* Nothing when it is open already, or observer is NULL. */
int pages_open(struct pages *pages, struct observer *observer) MUST_USE;
void pages_close(struct pages *pages); /* the observer is gone */

#endif
