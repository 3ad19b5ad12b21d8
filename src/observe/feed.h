/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The last events, for those who follow them: a ring from which each reader takes what it wants at its own pace.
 * Owned: feed_new/feed_free. Events come from one thread at a time, readers from any.
 * Never waits for a reader: one that is too slow loses events and is told how many.
 */
#ifndef OBSERVE_FEED_H
#define OBSERVE_FEED_H

#include "signals/sensors.h"
#include "signals/where.h"

#define FEED_EVENTS 4096

struct feed;

struct feed *feed_new(uint64_t now_us); /* NULL: no memory. Ids start there, so they rise over restarts */
void feed_free(struct feed *feed);

void feed_event(struct feed *feed, const struct event *event);
void feed_signal(struct feed *feed, const struct signal *signal);

struct feed_reader {
	uint64_t next;             /* the first id that is wanted */
	enum event_stream stream;  /* STREAM_UNKNOWN: all */
	const struct where *where; /* NULL: all; of signals all are given */
};

/* The id that the next event gets. */
uint64_t feed_next(struct feed *feed);
/* The next of the id that a reader has seen; those of another run, or far back: the oldest there is. */
uint64_t feed_after(struct feed *feed, uint64_t seen);

/*
 * What the reader wants of what came since, as server-sent events ("event: query", "signal", "dropped"), up to about
 * `most` octets. Returns at once; moves reader->next. The text stays as it is when there is nothing.
 */
void feed_read(struct feed *feed, struct feed_reader *reader, size_t most, struct text *out);

#endif
