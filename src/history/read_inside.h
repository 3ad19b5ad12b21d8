/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the files of the reader share.
 * Owned by the reader.
 * Never included from outside the room.
 */
#ifndef HISTORY_READ_INSIDE_H
#define HISTORY_READ_INSIDE_H

#include "history/read.h"

#include <sqlite3.h>

struct history_reader {
	sqlite3 *db;
	uint64_t deadline_us;
};

extern const char *const history_conditions[HISTORY_SERIES_COUNT];

/* The two seconds begin. ret: finalized by the caller. */
int reader_prepare(struct history_reader *reader, const char *sql, sqlite3_stmt **ret) MUST_USE;
/* ERR_OK: a row; ERR_NOT_FOUND: that was the last; -ETIMEDOUT, ERR_SYNTAX (damaged), -EIO. */
int reader_step(struct history_reader *reader, sqlite3_stmt *statement) MUST_USE;
/* "*" for all. */
const char *reader_stream(enum event_stream stream);
/* The column's text, "" for none; borrowed until the next step. */
const char *reader_text(sqlite3_stmt *statement, int column);

#endif
