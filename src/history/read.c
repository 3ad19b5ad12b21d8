/* SPDX-License-Identifier: BSD-2-Clause */
#include "history/read.h"

#include "base/clock.h"
#include "history/read_inside.h"
#include "history/store.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#define LONGEST_US 2000000
#define STEPS_BETWEEN_LOOKS 10000 /* of SQLite's machine: about a millisecond */

static const char *const names[HISTORY_SERIES_COUNT] = {
#define SERIES(id, name, condition) name,
#include "history/series.def"
};

const char *const history_conditions[HISTORY_SERIES_COUNT] = {
#define SERIES(id, name, condition) condition,
#include "history/series.def"
};

const char *history_series_name(enum history_series series)
{
	return names[series];
}

/* --- The connection --- */

static int is_over(void *owner)
{
	const struct history_reader *reader = owner;
	return clock_monotonic_us() > reader->deadline_us;
}

static int fault(int code)
{
	switch (code & 0xff) {
	case SQLITE_INTERRUPT:
		return -ETIMEDOUT;
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB:
		return ERR_SYNTAX;
	case SQLITE_NOMEM:
		return -ENOMEM;
	case SQLITE_CANTOPEN:
		return -ENOENT;
	default:
		return -EIO;
	}
}

int reader_prepare(struct history_reader *reader, const char *sql, sqlite3_stmt **ret)
{
	reader->deadline_us = clock_monotonic_us() + LONGEST_US;
	int code = sqlite3_prepare_v2(reader->db, sql, -1, ret, NULL);
	return code == SQLITE_OK ? ERR_OK : fault(code);
}

int reader_step(struct history_reader *reader, sqlite3_stmt *statement)
{
	int code = sqlite3_step(statement);
	if (code == SQLITE_ROW)
		return ERR_OK;
	return code == SQLITE_DONE ? ERR_NOT_FOUND : fault(code);
}

const char *reader_stream(enum event_stream stream)
{
	return stream == STREAM_UNKNOWN ? "*" : event_stream_text(stream);
}

const char *reader_text(sqlite3_stmt *statement, int column)
{
	const char *text = (const char *)sqlite3_column_text(statement, column);
	return text != NULL ? text : "";
}

static int version_check(struct history_reader *reader)
{
	sqlite3_stmt *statement;
	int rc = reader_prepare(reader, "PRAGMA user_version", &statement);
	if (rc != ERR_OK)
		return rc;
	rc = reader_step(reader, statement);
	if (rc == ERR_OK && sqlite3_column_int(statement, 0) != STORE_SCHEMA)
		rc = sqlite3_column_int(statement, 0) == 0 ? -ENOENT : ERR_UNSUPPORTED;
	sqlite3_finalize(statement);
	return rc;
}

int history_open(const char *path, struct history_reader **ret)
{
	if (access(path, R_OK) != 0)
		return -errno;
	struct history_reader *reader = calloc(1, sizeof(*reader));
	if (reader == NULL)
		return -ENOMEM;
	int code = sqlite3_open_v2(path, &reader->db, SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX, NULL);
	int rc = code == SQLITE_OK ? ERR_OK : fault(code);
	if (rc == ERR_OK) {
		sqlite3_busy_timeout(reader->db, 500);
		sqlite3_db_config(reader->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
		sqlite3_progress_handler(reader->db, STEPS_BETWEEN_LOOKS, is_over, reader);
		rc = version_check(reader);
	}
	if (rc != ERR_OK) {
		history_close(reader);
		return rc;
	}
	*ret = reader;
	return ERR_OK;
}

void history_close(struct history_reader *reader)
{
	if (reader == NULL)
		return;
	sqlite3_close(reader->db);
	free(reader);
}

/* --- Signals --- */

static json_t *stamp(sqlite3_stmt *statement, int column)
{
	char text[CLOCK_TEXT_MAX];
	if (sqlite3_column_type(statement, column) == SQLITE_NULL)
		return json_null();
	clock_text((uint64_t)sqlite3_column_int64(statement, column), text);
	return json_string(text);
}

static void number_add(json_t *object, const char *key, enum sensor sensor, double number)
{
	struct text text = {0};
	signal_number_to_text(sensor, number, &text);
	json_object_set_new(object, key, json_string(text_string(&text)));
	text_free(&text);
}

/* What a sensor says that this program has still; else the row alone speaks. */
static void sensor_add(json_t *object, const char *name)
{
	for (unsigned sensor = 0; sensor < SENSOR_COUNT; sensor++) {
		if (strcmp(sensor_name((enum sensor)sensor), name) != 0)
			continue;
		number_add(object, "now_text", (enum sensor)sensor, json_real_value(json_object_get(object, "now")));
		number_add(object, "usual_text", (enum sensor)sensor,
			   json_real_value(json_object_get(object, "usual")));
		json_object_set_new(object, "means", json_string(sensor_means((enum sensor)sensor)));
		json_object_set_new(object, "next", json_string(sensor_next((enum sensor)sensor)));
	}
}

static const char signals_sql[] =
	"SELECT id, run, signal, level, scope, now, usual, baseline, since_us, raised_us, cleared_us, ended, evidence"
	" FROM (SELECT * FROM signals WHERE cleared_us IS NULL OR cleared_us >= ?1 ORDER BY raised_us DESC LIMIT ?2)"
	" ORDER BY raised_us, run, id";

static json_t *signal_object(sqlite3_stmt *statement)
{
	json_t *object =
		json_pack("{s:I, s:o, s:s, s:s, s:s, s:f, s:f, s:s, s:o, s:o, s:o, s:s?, s:s}", "id",
			  (json_int_t)sqlite3_column_int64(statement, 0), "run", stamp(statement, 1), "signal",
			  reader_text(statement, 2), "level", reader_text(statement, 3), "scope",
			  reader_text(statement, 4), "now", sqlite3_column_double(statement, 5), "usual",
			  sqlite3_column_double(statement, 6), "baseline", reader_text(statement, 7), "since",
			  stamp(statement, 8), "raised", stamp(statement, 9), "cleared", stamp(statement, 10), "ended",
			  (const char *)sqlite3_column_text(statement, 11), "evidence", reader_text(statement, 12));
	if (object != NULL)
		sensor_add(object, reader_text(statement, 2));
	return object;
}

int history_signals(struct history_reader *reader, uint64_t since_us, size_t most, json_t **ret)
{
	sqlite3_stmt *statement;
	int rc = reader_prepare(reader, signals_sql, &statement);
	if (rc != ERR_OK)
		return rc;
	sqlite3_bind_int64(statement, 1, (int64_t)since_us);
	sqlite3_bind_int64(statement, 2, (int64_t)most);
	json_t *array = json_array();
	while ((rc = reader_step(reader, statement)) == ERR_OK)
		json_array_append_new(array, signal_object(statement));
	sqlite3_finalize(statement);
	if (rc != ERR_NOT_FOUND || array == NULL) {
		json_decref(array);
		return rc == ERR_NOT_FOUND ? -ENOMEM : rc;
	}
	*ret = array;
	return ERR_OK;
}
