/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the history knows, for whoever asks: series, signals, what is usual at an hour.
 * Owned: history_open/history_close, a connection of its own for one thread at a time; never writes.
 * Never takes long: a question that would is ended after two seconds with -ETIMEDOUT.
 */
#ifndef HISTORY_READ_H
#define HISTORY_READ_H

#include "history/counts.h"

#include <jansson.h>

enum history_series {
#define SERIES(id, name, condition) HISTORY_##id,
#include "history/series.def"
	HISTORY_SERIES_COUNT
};
const char *history_series_name(enum history_series series);

struct history_reader;

/* -ENOENT: there is none yet. ERR_UNSUPPORTED: of another version. */
int history_open(const char *path, struct history_reader **ret) MUST_USE;
void history_close(struct history_reader *reader); /* NULL is fine */

#define HISTORY_STEPS_MAX 4096

/*
 * {"step_s","start":"RFC 3339","series":{name:[count or null, ...]}} of the minutes from start_us on, step_s seconds a
 * step (a multiple of 60; of an hour or more the sums of hours are taken, which are kept longer). null: the daemon did
 * not run. Besides the rows of series.def: "p50_us6", "p99_us6", the same with 4, "up_..." of servers,
 * "ede":{code:[...]}, "val":{...}, "sizes":{...}. STREAM_UNKNOWN: all streams. ERR_RANGE: more than HISTORY_STEPS_MAX
 * steps, or none.
 */
int history_series(struct history_reader *reader, enum event_stream stream, uint64_t start_us, uint32_t step_s,
		   size_t steps, json_t **ret) MUST_USE;

/*
 * Those that held at since_us or later, the oldest first, the newest `most` of them:
 * [{id,run,signal,level,scope,now,usual,baseline,since,raised,cleared,ended,evidence,now_text,usual_text,means,next}].
 * run: the start of the daemon whose id it is. ended: null while it holds, "cleared", or "restart": the daemon ended
 * while it held.
 */
int history_signals(struct history_reader *reader, uint64_t since_us, size_t most, json_t **ret) MUST_USE;

/* What an hour usually has. Hours in which a warning or worse held are left out: a failure must not become usual. */
struct history_usual {
	enum event_stream stream;
	unsigned hour_of_week;               /* 0: Monday 00:00-00:59 UTC */
	bool is_of_week;                     /* of this hour of the week; else of this hour of any day */
	unsigned hours;                      /* as many were seen; 0: nothing is known */
	double counts[HISTORY_SERIES_COUNT]; /* in one hour */
};

/* Of the hour in which time_us lies, from the eight weeks before it. */
int history_usual(struct history_reader *reader, enum event_stream stream, uint64_t time_us,
		  struct history_usual *ret) MUST_USE;

#endif
