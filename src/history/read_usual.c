/* SPDX-License-Identifier: BSD-2-Clause */
#include "history/read_inside.h"

#include <errno.h>

#define WEEK_HOURS 168u
#define DAY_HOURS 24u
#define MONDAY_HOURS 72u /* 1970-01-01 was a Thursday */
#define HOURS_BACK (8 * WEEK_HOURS)
#define WHOLE_US 3000000000u /* an hour counts when the daemon ran for fifty minutes of it */

/*
 * ?1: the hour, ?2: hours of a period, ?3: how many hours back, ?4: the stream, "*": all.
 * An hour without questions is an hour too, when the daemon ran: hence by the runs, not by the counts.
 */
static const char hours_sql[] =
	"WITH RECURSIVE candidate(hour) AS (SELECT ?1 - ?2 UNION ALL SELECT hour - ?2 FROM candidate WHERE hour - ?2 "
	">= ?1 - ?3)"
	" SELECT hour FROM candidate WHERE"
	" (SELECT coalesce(sum(min(last_us, (hour + 1) * 3600000000) - max(start_us, hour * 3600000000)), 0) FROM runs"
	"  WHERE start_us < (hour + 1) * 3600000000 AND last_us > hour * 3600000000) >= ?5"
	" AND NOT EXISTS (SELECT 1 FROM signals WHERE (?4 = '*' OR stream = ?4) AND since_us < (hour + 1) * 3600000000"
	"  AND coalesce(cleared_us, since_us) > hour * 3600000000"
	"  AND (level = 'critical' OR (level = 'warning' AND scope LIKE '%all')))";

static int hours_find(struct history_reader *reader, enum event_stream stream, uint32_t hour, uint32_t period,
		      uint32_t ret_hours[HOURS_BACK / WEEK_HOURS], unsigned *ret_count)
{
	sqlite3_stmt *statement;
	int rc = reader_prepare(reader, hours_sql, &statement);
	if (rc != ERR_OK)
		return rc;
	sqlite3_bind_int64(statement, 1, hour);
	sqlite3_bind_int64(statement, 2, period);
	sqlite3_bind_int64(statement, 3, (int64_t)period * (HOURS_BACK / WEEK_HOURS));
	sqlite3_bind_text(statement, 4, reader_stream(stream), -1, SQLITE_STATIC);
	sqlite3_bind_int64(statement, 5, WHOLE_US);
	unsigned count = 0;
	while (count < HOURS_BACK / WEEK_HOURS && (rc = reader_step(reader, statement)) == ERR_OK)
		ret_hours[count++] = (uint32_t)sqlite3_column_int64(statement, 0);
	sqlite3_finalize(statement);
	*ret_count = count;
	return rc == ERR_NOT_FOUND ? ERR_OK : rc;
}

/* All series of an hour in one row. */
static int sums_prepare(struct history_reader *reader, enum event_stream stream, sqlite3_stmt **ret)
{
	struct text sql = {0};
	for (unsigned i = 0; i < HISTORY_SERIES_COUNT; i++)
		text_addf(&sql, "%s sum(count) FILTER (WHERE %s)", i == 0 ? "SELECT" : ",", history_conditions[i]);
	text_add(&sql, " FROM hours JOIN keys ON keys.id = hours.key WHERE hour = ?1 AND (?2 = '*' OR stream = ?2)");
	int rc = sql.is_failed ? -ENOMEM : reader_prepare(reader, text_string(&sql), ret);
	text_free(&sql);
	if (rc == ERR_OK)
		sqlite3_bind_text(*ret, 2, reader_stream(stream), -1, SQLITE_STATIC);
	return rc;
}

static int hours_mean(struct history_reader *reader, const uint32_t *hours, struct history_usual *usual)
{
	sqlite3_stmt *statement;
	int rc = sums_prepare(reader, usual->stream, &statement);
	if (rc != ERR_OK)
		return rc;
	for (unsigned i = 0; rc == ERR_OK && i < usual->hours; i++) {
		sqlite3_bind_int64(statement, 1, hours[i]);
		rc = reader_step(reader, statement);
		for (unsigned series = 0; rc == ERR_OK && series < HISTORY_SERIES_COUNT; series++)
			usual->counts[series] += sqlite3_column_double(statement, (int)series) / usual->hours;
		sqlite3_reset(statement);
	}
	sqlite3_finalize(statement);
	return rc;
}

int history_usual(struct history_reader *reader, enum event_stream stream, uint64_t time_us, struct history_usual *ret)
{
	static const uint32_t periods[] = {WEEK_HOURS, DAY_HOURS};
	uint32_t hour = (uint32_t)(time_us / 3600000000u), hours[HOURS_BACK / WEEK_HOURS];
	struct history_usual usual = {.stream = stream, .hour_of_week = (hour + MONDAY_HOURS) % WEEK_HOURS};
	int rc = ERR_OK;
	for (size_t i = 0; rc == ERR_OK && usual.hours == 0 && i < sizeof(periods) / sizeof(periods[0]); i++) {
		usual.is_of_week = periods[i] == WEEK_HOURS;
		rc = hours_find(reader, stream, hour, periods[i], hours, &usual.hours);
	}
	if (rc == ERR_OK && usual.hours > 0)
		rc = hours_mean(reader, hours, &usual);
	if (rc == ERR_OK)
		*ret = usual;
	return rc;
}
