/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The last day in numbers: counts and times of answers for each stream, by ten seconds for an hour, by minute for a
 * day. Owned: series_new/series_free. Memory is fixed. Events come from one thread at a time, readers from any. Never
 * holds a name or an address.
 */
#ifndef OBSERVE_SERIES_H
#define OBSERVE_SERIES_H

#include "signals/event.h"

#include <jansson.h>

#define SERIES_FINE_S 10
#define SERIES_COARSE_S 60
#define SERIES_FINE_MINUTES 60
#define SERIES_KEPT_MINUTES 1440

struct series;

struct series *series_new(void); /* NULL: no memory */
void series_free(struct series *series);

/* Answers count; all else is left. By its own time, if that is of the last hour; now_us: wall clock. */
void series_event(struct series *series, const struct event *event, uint64_t now_us);
/* Time goes on: a step without events is one with zeros, and not unknown. About once a second. */
void series_second(struct series *series, uint64_t now_us);

/*
 * {"step_s","start":"RFC 3339","kept_minutes","series":{name:[count or null, ...], "p50_us6", "p99_us6", "..4",
 * "up_p50_us6", ..., "ede":{code:[...]}, "ede_aaaa", "ede_a", "val":{word:[...]}, "val_aaaa", "val_a",
 * "sizes":{bound:[...]}}} of whole steps up to now. null: this daemon did not run, or (times) nothing was answered.
 * NULL: no memory.
 */
json_t *series_json(struct series *series, enum event_stream stream, unsigned minutes, uint64_t now_us);

/* The bucket of a time, and a time that stands for all in it: two buckets for each doubling from 16 us to 16 s. */
#define SERIES_TIME_BUCKETS 41
unsigned series_bucket(uint32_t us);
uint32_t series_bucket_us(unsigned bucket);

#endif
