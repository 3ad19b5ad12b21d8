/* SPDX-License-Identifier: BSD-2-Clause */
#include "history/store.h"

#include "dns/header.h"
#include "dns/rrtype.h"
#include "history/store_inside.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define RUNS_KEPT_US "34560000000000" /* 400 days, as hours */

static const char *const sql[STATEMENT_COUNT] = {
	[STATEMENT_KEY_FIND] =
		"SELECT id FROM keys WHERE kind=?1 AND stream=?2 AND service=?3 AND family=?4 AND transport=?5"
		" AND qtype=?6 AND code=?7 AND origin=?8 AND fallback=?9 AND tc=?10 AND latency=?11",
	[STATEMENT_KEY_ADD] =
		"INSERT INTO keys(kind, stream, service, family, transport, qtype, code, origin, fallback, tc,"
		" latency) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
	[STATEMENT_MINUTE] = "INSERT INTO minutes(minute, key, count) VALUES(?1, ?2, ?3)"
			     " ON CONFLICT(minute, key) DO UPDATE SET count = count + excluded.count",
	[STATEMENT_HOURS] =
		"INSERT OR REPLACE INTO hours(hour, key, count) SELECT minute / 60, key, sum(count) FROM minutes"
		" WHERE minute >= ?1 * 60 AND minute < ?2 * 60 GROUP BY minute / 60, key",
	[STATEMENT_ROW] =
		"INSERT OR IGNORE INTO answers(time_us, weight, stream, service, client, family, transport, qname,"
		" qtype, rcode, origin, us, size, cache, val, ede, tries, reason)"
		" VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18)",
	[STATEMENT_SIGNAL] =
		"INSERT INTO signals(run, id, signal, level, stream, scope, now, usual, baseline, since_us,"
		" raised_us, cleared_us, ended, evidence)"
		" VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)"
		" ON CONFLICT(run, id) DO UPDATE SET level = excluded.level, now = excluded.now,"
		" usual = excluded.usual, baseline = excluded.baseline, cleared_us = excluded.cleared_us,"
		" ended = excluded.ended, evidence = excluded.evidence",
	[STATEMENT_RUN] = "INSERT INTO runs(start_us, last_us, is_ended) VALUES(?1, ?2, 0)"
			  " ON CONFLICT(start_us) DO UPDATE SET last_us = excluded.last_us",
};

/* --- SQLite's calls --- */

int store_fault(sqlite3 *db, int code, struct text *ret_text)
{
	if (ret_text != NULL)
		text_add(ret_text, db != NULL ? sqlite3_errmsg(db) : sqlite3_errstr(code));
	switch (code & 0xff) {
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB:
		return ERR_SYNTAX;
	case SQLITE_FULL:
		return -ENOSPC;
	case SQLITE_NOMEM:
		return -ENOMEM;
	case SQLITE_READONLY:
	case SQLITE_PERM:
		return -EACCES;
	case SQLITE_CANTOPEN:
		return db != NULL && sqlite3_system_errno(db) != 0 ? -sqlite3_system_errno(db) : -EIO;
	case SQLITE_IOERR:
		return db != NULL && sqlite3_system_errno(db) == ENOSPC ? -ENOSPC : -EIO;
	default:
		return -EIO;
	}
}

int store_run(sqlite3 *db, const char *command, struct text *ret_text)
{
	int code = sqlite3_exec(db, command, NULL, NULL, NULL);
	return code == SQLITE_OK ? ERR_OK : store_fault(db, code, ret_text);
}

int store_prepare(sqlite3 *db, const char *command, sqlite3_stmt **ret, struct text *ret_text)
{
	int code = sqlite3_prepare_v3(db, command, -1, SQLITE_PREPARE_PERSISTENT, ret, NULL);
	return code == SQLITE_OK ? ERR_OK : store_fault(db, code, ret_text);
}

int store_number(sqlite3 *db, const char *command, int64_t *ret, struct text *ret_text)
{
	sqlite3_stmt *statement;
	int rc = store_prepare(db, command, &statement, ret_text);
	if (rc != ERR_OK)
		return rc;
	int code = sqlite3_step(statement);
	if (code == SQLITE_ROW)
		*ret = sqlite3_column_int64(statement, 0);
	else if (code == SQLITE_DONE)
		*ret = 0;
	else
		rc = store_fault(db, code, ret_text);
	sqlite3_finalize(statement);
	return rc;
}

static int step(struct store *store, enum store_statement which, struct text *ret_text)
{
	sqlite3_stmt *statement = store->statements[which];
	int code = sqlite3_step(statement);
	int rc = code == SQLITE_DONE || code == SQLITE_ROW ? ERR_OK : store_fault(store->db, code, ret_text);
	sqlite3_reset(statement);
	return rc;
}

/* Texts live until the statement is stepped. NULL: not told. */
static void bind_text(sqlite3_stmt *statement, int at, const char *text)
{
	if (text != NULL)
		sqlite3_bind_text(statement, at, text, -1, SQLITE_STATIC);
	else
		sqlite3_bind_null(statement, at);
}

/* --- Opening --- */

/* The log that is not yet in the file takes a share of the size: a batch is written in one piece. */
static uint64_t log_share(const struct store_options *options)
{
	uint64_t share = options->size / 8;
	return share > 16u << 20 ? 16u << 20 : share;
}

static int settings_apply(struct store *store, struct text *ret_text)
{
	char command[256];
	uint64_t pages = (store->options.size - log_share(&store->options)) / 4096;
	snprintf(command, sizeof(command),
		 "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA max_page_count=%llu;"
		 "PRAGMA wal_autocheckpoint=%llu; PRAGMA journal_size_limit=%llu; PRAGMA cache_size=-2048;",
		 (unsigned long long)pages, (unsigned long long)(log_share(&store->options) / 2 / 4096),
		 (unsigned long long)log_share(&store->options) / 2);
	return store_run(store->db, command, ret_text);
}

/* What held when an earlier run ended without saying so. */
static int runs_end(struct store *store, struct text *ret_text)
{
	return store_run(
		store->db,
		"BEGIN IMMEDIATE;"
		"UPDATE signals SET ended = 'restart', cleared_us = max(raised_us, coalesce((SELECT last_us FROM runs"
		" WHERE start_us = signals.run), raised_us)) WHERE cleared_us IS NULL;"
		"UPDATE runs SET is_ended = 1 WHERE NOT is_ended;"
		"DELETE FROM runs WHERE last_us < (SELECT max(last_us) FROM runs) - " RUNS_KEPT_US ";"
		"COMMIT",
		ret_text);
}

/* Hours whose minutes are there and that are not summed up begin with the last that is. */
static int hours_find(struct store *store, struct text *ret_text)
{
	int64_t hour;
	int rc = store_number(store->db,
			      "SELECT coalesce((SELECT max(hour) FROM hours), (SELECT min(minute) / 60 FROM minutes))",
			      &hour, ret_text);
	if (rc == ERR_OK)
		store->hours_done = (uint32_t)hour;
	return rc;
}

static int run_mark(struct store *store, uint64_t now_us, struct text *ret_text)
{
	sqlite3_stmt *statement = store->statements[STATEMENT_RUN];
	sqlite3_bind_int64(statement, 1, (int64_t)store->run_us);
	sqlite3_bind_int64(statement, 2, (int64_t)now_us);
	return step(store, STATEMENT_RUN, ret_text);
}

static int store_begin(struct store *store, struct text *ret_text)
{
	/* Before the first table, or it has no effect. */
	int rc = store_run(store->db, "PRAGMA auto_vacuum=INCREMENTAL", ret_text);
	if (rc == ERR_OK)
		rc = settings_apply(store, ret_text);
	if (rc == ERR_OK)
		rc = schema_ensure(store->db, ret_text);
	for (int i = 0; rc == ERR_OK && i < STATEMENT_COUNT; i++)
		rc = store_prepare(store->db, sql[i], &store->statements[i], ret_text);
	if (rc == ERR_OK)
		rc = runs_end(store, ret_text);
	if (rc == ERR_OK)
		rc = hours_find(store, ret_text);
	if (rc == ERR_OK)
		rc = run_mark(store, store->run_us, ret_text);
	return rc;
}

static void store_drop(struct store *store)
{
	for (int i = 0; i < STATEMENT_COUNT; i++)
		sqlite3_finalize(store->statements[i]);
	sqlite3_close(store->db);
	free(store);
}

/*
 * SQLite would let every user of the host read who asked for what; its log and its index take the file's mode. Only a new
 * one: to close a file that SQLite has open lets go of its locks (fcntl(2)). What fails here SQLite tells.
 */
static void file_make(const char *path)
{
	int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0640);
	if (fd >= 0)
		close(fd);
}

int store_open(const struct store_options *options, struct text *ret_text, struct store **ret)
{
	struct store *store = calloc(1, sizeof(*store));
	if (store == NULL)
		return -ENOMEM;
	store->options = *options;
	store->run_us = options->now_us;
	file_make(options->path);
	int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
	int code = sqlite3_open_v2(options->path, &store->db, flags, NULL);
	int rc = code == SQLITE_OK ? ERR_OK : store_fault(store->db, code, ret_text);
	if (rc == ERR_OK) {
		sqlite3_busy_timeout(store->db, 2000);
		sqlite3_db_config(store->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
		rc = store_begin(store, ret_text);
	}
	if (rc != ERR_OK) {
		store_drop(store);
		return rc;
	}
	*ret = store;
	return ERR_OK;
}

void store_free(struct store *store)
{
	if (store == NULL)
		return;
	char command[96];
	snprintf(command, sizeof(command), "UPDATE runs SET is_ended = 1 WHERE start_us = %llu",
		 (unsigned long long)store->run_us);
	/* Without it the file is read once more at the next start, nothing else. */
	sqlite3_exec(store->db, command, NULL, NULL, NULL);
	store_drop(store);
}

uint64_t store_size(const struct store *store)
{
	return store->size;
}

/* --- Writing --- */

static int key_number(struct store *store, const struct batch *batch, const struct count_key *key, int64_t *ret,
		      struct text *ret_text)
{
	char code_text[COUNT_CODE_MAX];
	count_code_text(key, code_text);
	const char *const texts[] = {count_kind_text(key->kind),
				     event_stream_text((enum event_stream)key->stream),
				     counts_service(batch->counts, key->service),
				     key->family < FAMILY_COUNT ? family_text((enum family)key->family) : "-",
				     event_transport_text((enum event_transport)key->transport),
				     count_qtype_text(key->qtype),
				     code_text,
				     aaaa_origin_text((enum aaaa_origin)key->origin),
				     count_fallback_text(key->fallback)};
	for (int which = STATEMENT_KEY_FIND; which <= STATEMENT_KEY_ADD; which++) {
		sqlite3_stmt *statement = store->statements[which];
		for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
			bind_text(statement, (int)i + 1, texts[i]);
		sqlite3_bind_int(statement, 10, key->truncated);
		sqlite3_bind_int(statement, 11, key->latency);
		int code = sqlite3_step(statement);
		int64_t found = code == SQLITE_ROW ? sqlite3_column_int64(statement, 0) : 0;
		sqlite3_reset(statement);
		if (code != SQLITE_ROW && code != SQLITE_DONE)
			return store_fault(store->db, code, ret_text);
		*ret = which == STATEMENT_KEY_ADD ? sqlite3_last_insert_rowid(store->db) : found;
		if (*ret != 0)
			break;
	}
	return ERR_OK;
}

static int counts_write(struct store *store, const struct batch *batch, uint32_t *ret_first, struct text *ret_text)
{
	struct count count;
	sqlite3_stmt *statement = store->statements[STATEMENT_MINUTE];
	int rc = ERR_OK;
	for (size_t at = 0; rc == ERR_OK && counts_next(batch->counts, &at, &count);) {
		int64_t key = 0;
		rc = key_number(store, batch, &count.key, &key, ret_text);
		if (rc != ERR_OK)
			break;
		sqlite3_bind_int64(statement, 1, count.key.minute);
		sqlite3_bind_int64(statement, 2, key);
		sqlite3_bind_int64(statement, 3, (int64_t)count.number);
		rc = step(store, STATEMENT_MINUTE, ret_text);
		if (count.key.minute < *ret_first)
			*ret_first = count.key.minute;
	}
	return rc;
}

/* Hours that are over are summed up, those too that got something late. */
static int hours_write(struct store *store, uint32_t first_minute, uint64_t now_us, struct text *ret_text)
{
	uint32_t hour = (uint32_t)(now_us / 3600000000u);
	uint32_t from = first_minute / 60 < store->hours_done ? first_minute / 60 : store->hours_done;
	if (store->hours_done == 0)
		from = first_minute / 60;
	if (from >= hour)
		return ERR_OK;
	sqlite3_stmt *statement = store->statements[STATEMENT_HOURS];
	sqlite3_bind_int64(statement, 1, from);
	sqlite3_bind_int64(statement, 2, hour);
	return step(store, STATEMENT_HOURS, ret_text);
}

static void row_bind_outcome(sqlite3_stmt *statement, const struct history_row *row)
{
	sqlite3_bind_int64(statement, 12, row->duration_us);
	sqlite3_bind_int64(statement, 13, row->size);
	bind_text(statement, 11, row->has_origin ? aaaa_origin_text((enum aaaa_origin)row->origin) : NULL);
	bind_text(statement, 14, row->has_cache ? cache_use_text((enum cache_use)row->cache) : NULL);
	bind_text(statement, 15, row->has_security ? security_value_text(row->security) : NULL);
	if (row->has_ede)
		sqlite3_bind_int(statement, 16, row->ede);
	else
		sqlite3_bind_null(statement, 16);
	sqlite3_bind_int(statement, 17, row->tries);
	bind_text(statement, 18, row->reason);
}

static int row_write(struct store *store, const struct history_row *row, struct text *ret_text)
{
	sqlite3_stmt *statement = store->statements[STATEMENT_ROW];
	char client[IP_PREFIX_TEXT_MAX], qname[NAME_TEXT_MAX], qtype[RRTYPE_TEXT_MAX], rcode[HEADER_TEXT_MAX];
	if (row->client.length == 8 * ip_addr_size(row->client.addr.family))
		ip_addr_to_text(&row->client.addr, client);
	else
		ip_prefix_to_text(&row->client, client);
	name_to_text(name_of(row->qname), qname);
	rrtype_to_text(row->qtype, qtype);
	rcode_to_text(row->rcode, rcode);
	sqlite3_bind_int64(statement, 2, row->weight);
	bind_text(statement, 3, event_stream_text((enum event_stream)row->stream));
	bind_text(statement, 4, row->service);
	bind_text(statement, 5, row->has_client ? client : NULL);
	bind_text(statement, 6, row->has_client ? family_text(row->client.addr.family) : "-");
	bind_text(statement, 7, event_transport_text((enum event_transport)row->transport));
	bind_text(statement, 8, qname);
	bind_text(statement, 9, row->has_qtype ? qtype : NULL);
	bind_text(statement, 10, rcode);
	row_bind_outcome(statement, row);
	int rc = ERR_OK, changed = 0;
	/* The time is the key: of those of one microsecond, each takes the next that is free. */
	for (unsigned i = 0; rc == ERR_OK && changed == 0 && i < 1000; i++) {
		sqlite3_bind_int64(statement, 1, (int64_t)(row->time_us + i));
		rc = step(store, STATEMENT_ROW, ret_text);
		changed = sqlite3_changes(store->db);
	}
	return rc;
}

static int signal_write(struct store *store, const struct signal *signal, struct text *ret_text)
{
	sqlite3_stmt *statement = store->statements[STATEMENT_SIGNAL];
	struct text scope = {0};
	scope_to_text(&signal->scope, &scope);
	sqlite3_bind_int64(statement, 1, (int64_t)store->run_us);
	sqlite3_bind_int64(statement, 2, (int64_t)signal->id);
	bind_text(statement, 3, sensor_name(signal->sensor));
	bind_text(statement, 4, signal_level_text(signal->level));
	bind_text(statement, 5, event_stream_text(signal->scope.stream));
	bind_text(statement, 6, text_string(&scope));
	sqlite3_bind_double(statement, 7, signal->now);
	sqlite3_bind_double(statement, 8, signal->usual);
	bind_text(statement, 9, signal_baseline_text(signal->baseline));
	sqlite3_bind_int64(statement, 10, (int64_t)signal->since_us);
	sqlite3_bind_int64(statement, 11, (int64_t)signal->raised_us);
	sqlite3_bind_null(statement, 12);
	if (signal->cleared_us != 0)
		sqlite3_bind_int64(statement, 12, (int64_t)signal->cleared_us);
	bind_text(statement, 13, signal->cleared_us != 0 ? "cleared" : NULL);
	bind_text(statement, 14, signal->evidence);
	int rc = scope.is_failed ? -ENOMEM : step(store, STATEMENT_SIGNAL, ret_text);
	text_free(&scope);
	return rc;
}

static int batch_write(struct store *store, const struct batch *batch, struct text *ret_text)
{
	uint32_t first_minute = UINT32_MAX;
	int rc = counts_write(store, batch, &first_minute, ret_text);
	if (rc == ERR_OK)
		rc = hours_write(store, first_minute, batch->to_us, ret_text);
	for (size_t i = 0; rc == ERR_OK && i < batch->row_count; i++)
		rc = row_write(store, &batch->rows[i], ret_text);
	for (size_t i = 0; rc == ERR_OK && i < batch->signal_count; i++)
		rc = signal_write(store, &batch->signals[i].signal, ret_text);
	if (rc == ERR_OK)
		rc = run_mark(store, batch->to_us, ret_text);
	return rc;
}

int store_write(struct store *store, const struct batch *batch, struct text *ret_text)
{
	int rc = store_run(store->db, "BEGIN IMMEDIATE", ret_text);
	if (rc != ERR_OK)
		return rc;
	rc = batch_write(store, batch, ret_text);
	if (rc == ERR_OK)
		rc = store_run(store->db, "COMMIT", ret_text);
	if (rc != ERR_OK) {
		sqlite3_exec(store->db, "ROLLBACK", NULL, NULL, NULL);
		return rc;
	}
	store->hours_done = (uint32_t)(batch->to_us / 3600000000u);
	return ERR_OK;
}
