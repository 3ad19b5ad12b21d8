/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Who asks most, and what is asked for most, in the last hour: networks of clients, names, names that DNS64 answers.
 * Owned: top_new/top_free. Events come from one thread at a time, readers from any.
 * Never grows: each list is the space-saving algorithm (Metwally 2005) over TOP_KEYS keys for each ten minutes. A key
 * that has more than 1/TOP_KEYS of the weight is in it; failures weigh more, so that names that fail stay.
 */
#ifndef OBSERVE_TOP_H
#define OBSERVE_TOP_H

#include "signals/event.h"

#include <jansson.h>

#define TOP_KEYS 256
#define TOP_ROWS 50 /* that are told */
#define TOP_EPOCH_MINUTES 10
#define TOP_KEPT_MINUTES 60

enum top_by { TOP_BY_PREFIX, TOP_BY_NAME, TOP_BY_DNS64, TOP_BY_COUNT };
/* "prefix", "name", "dns64". False: another word. */
bool top_by_from_text(const char *text, enum top_by *ret);

struct top;

struct top *top_new(void); /* NULL: no memory */
void top_free(struct top *top);

/* Answers count; all else is left. now_us: wall clock. */
void top_event(struct top *top, const struct event *event, uint64_t now_us);

/*
 * {"minutes","rows":[{"key", and the rows of top.def}...]}: those of the most weight first; by dns64 those synthesized
 * most. minutes: as many are told as asked for, in whole epochs, up to TOP_KEPT_MINUTES. NULL: no memory.
 */
json_t *top_json(struct top *top, enum top_by by, enum event_stream stream, unsigned minutes, uint64_t now_us);

#endif
