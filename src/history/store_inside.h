/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the files of the store share.
 * Owned by the store.
 * Never included from outside the room.
 */
#ifndef HISTORY_STORE_INSIDE_H
#define HISTORY_STORE_INSIDE_H

#include "history/store.h"

#include <sqlite3.h>

enum store_statement {
	STATEMENT_KEY_FIND,
	STATEMENT_KEY_ADD,
	STATEMENT_MINUTE,
	STATEMENT_HOURS,
	STATEMENT_ROW,
	STATEMENT_SIGNAL,
	STATEMENT_RUN,
	STATEMENT_COUNT
};

struct store {
	sqlite3 *db;
	struct store_options options;
	sqlite3_stmt *statements[STATEMENT_COUNT];
	uint64_t run_us;
	uint32_t hours_done; /* hours before it are summed up */
	uint64_t size;
};

/* Tables and version; -ERR as store_open. */
int schema_ensure(sqlite3 *db, struct text *ret_text) MUST_USE;
/* An error code for what SQLite says, and its words. */
int store_fault(sqlite3 *db, int code, struct text *ret_text);
int store_run(sqlite3 *db, const char *sql, struct text *ret_text) MUST_USE;
/* The first column of the first row; 0 when there is none. */
int store_number(sqlite3 *db, const char *sql, int64_t *ret, struct text *ret_text) MUST_USE;
int store_prepare(sqlite3 *db, const char *sql, sqlite3_stmt **ret, struct text *ret_text) MUST_USE;

#endif
