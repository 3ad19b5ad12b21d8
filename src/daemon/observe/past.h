/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Series by the hour out of the history, kept until the hour is over: the page asks for them each few seconds.
 * Owned: past_begin/past_end; any thread.
 * Never keeps more than one for each stream.
 */
#ifndef DAEMON_OBSERVE_PAST_H
#define DAEMON_OBSERVE_PAST_H

#include "daemon/observe/keeping.h"
#include "web/web.h"

#include <pthread.h>

struct past {
	pthread_mutex_t lock;
	struct web_past asks[STREAM_COUNT];
	json_t *values[STREAM_COUNT]; /* NULL: none is kept */
};

void past_begin(struct past *past);
void past_end(struct past *past);
/* As keeping_series. The value is the caller's. */
int past_series(struct past *past, const struct keeping *keeping, const struct web_past *ask, json_t **ret) MUST_USE;

#endif
