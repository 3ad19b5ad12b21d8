/* SPDX-License-Identifier: BSD-2-Clause */
#include "history/store_inside.h"

#define APPLICATION_ID 0x53587448 /* "SXtH" */
#define STRINGIFY(x) #x
#define NUMBER_TEXT(x) STRINGIFY(x)

/*
 * The key of a count is a row of its own, so that a minute takes some octets for each and the words stay readable: what
 * the columns of a kind do not tell is '-'. The time of an answer is its row's number: the oldest are the first rows,
 * and no index is needed to find them.
 */
static const char tables[] =
	"CREATE TABLE keys(id INTEGER PRIMARY KEY, kind TEXT NOT NULL, stream TEXT NOT NULL, service TEXT NOT NULL,"
	" family TEXT NOT NULL, transport TEXT NOT NULL, qtype TEXT NOT NULL, code TEXT NOT NULL, origin TEXT NOT NULL,"
	" fallback TEXT NOT NULL, tc INTEGER NOT NULL, latency INTEGER NOT NULL,"
	" UNIQUE(kind, stream, service, family, transport, qtype, code, origin, fallback, tc, latency));"
	"CREATE TABLE minutes(minute INTEGER NOT NULL, key INTEGER NOT NULL, count INTEGER NOT NULL,"
	" PRIMARY KEY(minute, key)) WITHOUT ROWID;"
	"CREATE TABLE hours(hour INTEGER NOT NULL, key INTEGER NOT NULL, count INTEGER NOT NULL,"
	" PRIMARY KEY(hour, key)) WITHOUT ROWID;"
	"CREATE TABLE answers(time_us INTEGER PRIMARY KEY, weight INTEGER NOT NULL, stream TEXT NOT NULL,"
	" service TEXT NOT NULL, client TEXT, family TEXT NOT NULL, transport TEXT NOT NULL, qname TEXT NOT NULL,"
	" qtype TEXT, rcode TEXT NOT NULL, origin TEXT, us INTEGER NOT NULL, size INTEGER NOT NULL, cache TEXT, val "
	"TEXT,"
	" ede INTEGER, tries INTEGER NOT NULL, reason TEXT NOT NULL);"
	"CREATE TABLE signals(run INTEGER NOT NULL, id INTEGER NOT NULL, signal TEXT NOT NULL, level TEXT NOT NULL,"
	" stream TEXT NOT NULL, scope TEXT NOT NULL, now REAL NOT NULL, usual REAL NOT NULL, baseline TEXT NOT NULL,"
	" since_us INTEGER NOT NULL, raised_us INTEGER NOT NULL, cleared_us INTEGER, ended TEXT, evidence TEXT NOT "
	"NULL,"
	" PRIMARY KEY(run, id)) WITHOUT ROWID;"
	"CREATE INDEX signals_raised ON signals(raised_us);"
	"CREATE TABLE runs(start_us INTEGER PRIMARY KEY, last_us INTEGER NOT NULL, is_ended INTEGER NOT NULL);"
	"PRAGMA application_id=" NUMBER_TEXT(APPLICATION_ID) ";";

/* What makes version n + 1 of version n. */
static const char *const steps[STORE_SCHEMA] = {tables};

/* A damaged file must not be served from memory for long: what was not closed is read once before it is written. */
static int soundness_check(sqlite3 *db, struct text *ret_text)
{
	int64_t open_runs;
	int rc = store_number(db, "SELECT count(*) FROM runs WHERE NOT is_ended", &open_runs, ret_text);
	if (rc != ERR_OK || open_runs == 0)
		return rc;
	sqlite3_stmt *statement;
	rc = store_prepare(db, "PRAGMA quick_check(1)", &statement, ret_text);
	if (rc != ERR_OK)
		return rc;
	int code = sqlite3_step(statement);
	const char *said = code == SQLITE_ROW ? (const char *)sqlite3_column_text(statement, 0) : NULL;
	if (code != SQLITE_ROW) {
		rc = store_fault(db, code, ret_text);
	} else if (said == NULL || strcmp(said, "ok") != 0) {
		text_addf(ret_text, "%s", said != NULL ? said : "");
		rc = ERR_SYNTAX;
	}
	sqlite3_finalize(statement);
	return rc;
}

static int upgrade(sqlite3 *db, int64_t version, struct text *ret_text)
{
	int rc = store_run(db, "BEGIN IMMEDIATE", ret_text);
	for (int64_t i = version; rc == ERR_OK && i < STORE_SCHEMA; i++)
		rc = store_run(db, steps[i], ret_text);
	if (rc == ERR_OK)
		rc = store_run(db, "PRAGMA user_version=" NUMBER_TEXT(STORE_SCHEMA), ret_text);
	if (rc == ERR_OK)
		rc = store_run(db, "COMMIT", ret_text);
	if (rc != ERR_OK)
		sqlite3_exec(db, "ROLLBACK", NULL, NULL, NULL);
	return rc;
}

int schema_ensure(sqlite3 *db, struct text *ret_text)
{
	int64_t version, application, table_count;
	int rc = store_number(db, "PRAGMA user_version", &version, ret_text);
	if (rc == ERR_OK)
		rc = store_number(db, "PRAGMA application_id", &application, ret_text);
	if (rc == ERR_OK)
		rc = store_number(db, "SELECT count(*) FROM sqlite_master", &table_count, ret_text);
	if (rc != ERR_OK)
		return rc;
	bool is_new = version == 0 && application == 0 && table_count == 0;
	if (!is_new && application != APPLICATION_ID) {
		text_add(ret_text, "it is another program's database");
		return ERR_UNSUPPORTED;
	}
	if (version > STORE_SCHEMA) {
		text_addf(ret_text,
			  "it is of version %lld, this program knows version %d: use a newer sextantd, or move it away",
			  (long long)version, STORE_SCHEMA);
		return ERR_UNSUPPORTED;
	}
	if (!is_new)
		rc = soundness_check(db, ret_text);
	if (rc == ERR_OK && version < STORE_SCHEMA)
		rc = upgrade(db, version, ret_text);
	return rc;
}
