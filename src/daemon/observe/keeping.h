/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The history on disk and the export to ClickHouse, as taps of the observation.
 * Owned by the daemon, for its main thread: keeping_open once it is the user it stays, keeping_close when the observation
 * is drained, and before it is freed.
 * Never a reason not to start: DNS goes on without a past.
 */
#ifndef DAEMON_OBSERVE_KEEPING_H
#define DAEMON_OBSERVE_KEEPING_H

#include "config/config.h"
#include "daemon/observe/observation.h"
#include "history/clickhouse/export.h"
#include "history/history.h"

struct keeping {
	struct observation *observation; /* borrowed; NULL: there is nothing to keep */
	struct log *log;                 /* borrowed */
	struct history *history;         /* NULL: off */
	struct export *export;           /* NULL: off */
};

void keeping_open(struct keeping *keeping, const struct config *config, struct observation *observation,
		  const char *node, struct log *log);
void keeping_close(struct keeping *keeping);

/* Adds "history" and "clickhouse" to the reply to "status", those that are on. */
void keeping_status(const struct keeping *keeping, json_t *status);
/* Adds to the drops by sink what the two dropped. */
void keeping_drops(const struct keeping *keeping, json_t *drops);
/* Puts those of the history since then before the "signals" of the reply, that it has not yet; or adds "history_error". */
void keeping_signals(const struct keeping *keeping, uint64_t since_us, json_t *reply);
/* history_series, on a connection of its own: any thread. ERR_NOT_FOUND: there is no history. */
int keeping_series(const struct keeping *keeping, enum event_stream stream, uint64_t start_us, uint32_t step_s,
		   size_t steps, json_t **ret) MUST_USE;
/* Does a reload change what only a start can? */
bool keeping_differs(const struct config *running, const struct config *fresh);

#endif
