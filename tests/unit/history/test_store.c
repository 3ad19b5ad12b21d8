/* SPDX-License-Identifier: BSD-2-Clause */
#include "history/store.h"

#include "history/read.h"
#include "tests/unit/cmocka_all.h"
#include "tests/unit/history/made_events.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define DAY_US (86400ull * 1000000)
#define HOUR_US 3600000000ull

static const uint8_t whole[FAMILY_COUNT] = {128, 32}, prefix[FAMILY_COUNT] = {56, 24};

struct place {
	char folder[64], path[96];
};

static int place_make(void **state)
{
	struct place *place = calloc(1, sizeof(*place));
	snprintf(place->folder, sizeof(place->folder), "/tmp/history-store.XXXXXX");
	if (mkdtemp(place->folder) == NULL)
		return -1;
	snprintf(place->path, sizeof(place->path), "%s/history.sqlite", place->folder);
	*state = place;
	return 0;
}

static int place_remove(void **state)
{
	static const char *const ends[] = {"", "-wal", "-shm", ".damaged"};
	struct place *place = *state;
	for (size_t i = 0; i < 4; i++) {
		char path[128];
		snprintf(path, sizeof(path), "%s%s", place->path, ends[i]);
		unlink(path);
	}
	rmdir(place->folder);
	free(place);
	return 0;
}

static int open_code(const struct place *place, uint64_t size, uint64_t now_us, struct store **ret)
{
	const struct store_options options = {
		.path = place->path, .size = size, .keep_us = 14 * DAY_US, .now_us = now_us};
	struct text why = {0};
	int rc = store_open(&options, &why, ret);
	assert_true(rc == ERR_OK || why.size > 0);
	text_free(&why);
	return rc;
}

static struct store *open_at(const struct place *place, uint64_t now_us)
{
	struct store *store;
	assert_int_equal(open_code(place, STORE_SIZE_MIN, now_us, &store), ERR_OK);
	return store;
}

static void write_at(struct store *store, struct batch *batch, uint64_t now_us)
{
	struct text why = {0};
	batch->to_us = now_us;
	int rc = store_write(store, batch, &why);
	if (rc != ERR_OK)
		print_error("%s\n", text_string(&why));
	assert_int_equal(rc, ERR_OK);
	text_free(&why);
	batch_clear(batch);
}

/* By SQL, so that what is written is not judged by our own reader alone. */
static int64_t number(const struct place *place, const char *sql)
{
	sqlite3 *db;
	sqlite3_stmt *statement;
	assert_int_equal(sqlite3_open(place->path, &db), SQLITE_OK);
	if (sqlite3_prepare_v2(db, sql, -1, &statement, NULL) != SQLITE_OK)
		fail_msg("%s: %s", sql, sqlite3_errmsg(db));
	int64_t value = sqlite3_step(statement) == SQLITE_ROW ? sqlite3_column_int64(statement, 0) : -1;
	sqlite3_finalize(statement);
	sqlite3_close(db);
	return value;
}

static void run_sql(const struct place *place, const char *sql)
{
	sqlite3 *db;
	assert_int_equal(sqlite3_open(place->path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(db);
}

static void add(struct batch *batch, const char *client, const char *qtype, const char *rcode, uint32_t minute,
		unsigned count)
{
	struct event event = made_reply((uint64_t)minute * 60000000, client, "www.lab.", qtype, rcode);
	for (unsigned i = 0; i < count; i++)
		counts_add(batch->counts, &event, minute, 1);
}

static struct signal made_signal(uint64_t id, uint64_t raised_us)
{
	struct signal signal = {.id = id,
				.sensor = SENSOR_AAAA_SERVFAIL,
				.level = SIGNAL_WARNING,
				.scope = {.kind = SCOPE_ALL, .stream = STREAM_RECURSIVE},
				.now = 0.5,
				.usual = 0.01,
				.since_us = raised_us - 120000000,
				.raised_us = raised_us};
	snprintf(signal.evidence, sizeof(signal.evidence), "50 of 100");
	return signal;
}

static json_int_t series_at(const struct place *place, enum event_stream stream, uint64_t start_us, uint32_t step_s,
			    const char *name, size_t step)
{
	struct history_reader *reader;
	json_t *series;
	assert_int_equal(history_open(place->path, &reader), ERR_OK);
	assert_int_equal(history_series(reader, stream, start_us, step_s, 48, &series), ERR_OK);
	json_t *value = json_array_get(json_object_get(json_object_get(series, "series"), name), step);
	assert_non_null(value);
	json_int_t result = json_is_null(value) ? -1 : json_integer_value(value);
	json_decref(series);
	history_close(reader);
	return result;
}

static void test_counts_are_added_up_and_read_as_series(void **state)
{
	struct place *place = *state;
	struct batch *batch;
	struct store *store = open_at(place, MADE_US);
	assert_int_equal(batch_new(&batch), ERR_OK);
	add(batch, "2001:db8::1", "AAAA", "SERVFAIL", MADE_MINUTE, 3);
	add(batch, "2001:db8::1", "AAAA", "NOERROR", MADE_MINUTE, 4);
	add(batch, "192.0.2.1", "A", "NOERROR", MADE_MINUTE + 2, 5);
	write_at(store, batch, MADE_US + 2 * 60000000ull);
	add(batch, "2001:db8::1", "AAAA", "SERVFAIL", MADE_MINUTE, 10); /* the same minute, a later batch */
	write_at(store, batch, MADE_US + 3 * 60000000ull);
	assert_int_equal(number(place, "SELECT sum(count) FROM minutes JOIN keys ON id = key WHERE kind='replies' AND"
				       " qtype='AAAA' AND code='SERVFAIL' AND family='ipv6' AND transport='udp' AND"
				       " stream='rec' AND service='office'"),
			 13);
	static const struct {
		const char *name;
		size_t step;
		json_int_t wanted;
	} rows[] = {{"aaaa", 0, 17}, {"aaaa_servfail", 0, 13}, {"a", 0, 0},      {"a", 2, 5},   {"udp6", 0, 17},
		    {"udp4", 2, 5},  {"aaaa", 1, 0},           {"aaaa", 40, -1}, {"tcp6", 0, 0}};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_int_equal(series_at(place, STREAM_RECURSIVE, MADE_US, 60, rows[i].name, rows[i].step),
				 rows[i].wanted);
	assert_int_equal(series_at(place, STREAM_UNKNOWN, MADE_US, 60, "aaaa", 0), 17);
	assert_int_equal(series_at(place, STREAM_AUTHORITATIVE, MADE_US, 60, "aaaa", 0), 0);
	assert_in_range(series_at(place, STREAM_RECURSIVE, MADE_US, 60, "p50_us6", 0), 501, 1000);
	assert_int_equal(series_at(place, STREAM_RECURSIVE, MADE_US, 60, "p50_us4", 0), -1);
	batch_free(batch);
	store_free(store);
}

static void test_hours_are_summed_when_they_are_over(void **state)
{
	struct place *place = *state;
	struct batch *batch;
	struct store *store = open_at(place, MADE_US);
	assert_int_equal(batch_new(&batch), ERR_OK);
	for (uint32_t minute = 0; minute < 60; minute += 20) {
		add(batch, "2001:db8::1", "AAAA", "NOERROR", MADE_MINUTE + minute, 7);
		write_at(store, batch, MADE_US + minute * 60000000ull);
	}
	assert_int_equal(number(place, "SELECT count(*) FROM hours"), 0);
	add(batch, "2001:db8::1", "AAAA", "NOERROR", MADE_MINUTE + 61, 1);
	write_at(store, batch, MADE_US + 61 * 60000000ull);
	assert_int_equal(number(place, "SELECT sum(count) FROM hours JOIN keys ON id = key WHERE kind='replies'"), 21);
	add(batch, "2001:db8::1", "AAAA", "NOERROR", MADE_MINUTE + 59, 2); /* late */
	write_at(store, batch, MADE_US + 62 * 60000000ull);
	assert_int_equal(number(place, "SELECT sum(count) FROM hours JOIN keys ON id = key WHERE kind='replies'"), 23);
	assert_int_equal(series_at(place, STREAM_RECURSIVE, MADE_US, 3600, "aaaa", 0), 23);
	assert_int_equal(series_at(place, STREAM_RECURSIVE, MADE_US, 3600, "aaaa", 1), 1);
	store_free(store);
	/* What ended in the middle of an hour is summed up by the next run. */
	store = open_at(place, MADE_US + 5 * HOUR_US);
	write_at(store, batch, MADE_US + 5 * HOUR_US + 1000000);
	assert_int_equal(number(place, "SELECT sum(count) FROM hours JOIN keys ON id = key WHERE kind='replies'"), 24);
	assert_int_equal(series_at(place, STREAM_RECURSIVE, MADE_US, 3600, "aaaa", 3), -1); /* it did not run */
	assert_int_equal(series_at(place, STREAM_RECURSIVE, MADE_US, 3600, "aaaa", 5), 0);
	batch_free(batch);
	store_free(store);
}

static void test_answers_are_kept_with_the_prefix_alone(void **state)
{
	struct place *place = *state;
	struct batch *batch;
	struct store *store = open_at(place, MADE_US);
	assert_int_equal(batch_new(&batch), ERR_OK);
	struct event event = made_reply(MADE_US, "2001:db8:20:1ff::77", "www.lab.", "AAAA", "SERVFAIL");
	event.known |= EVENT_HAS_EDE;
	event.ede = 6;
	event_set_reason(&event, span_text("RRSIG does not verify"));
	for (int i = 0; i < 3; i++) /* at one microsecond: none is lost */
		assert_true(batch_add_row(batch, &event, 1, prefix));
	event = made_reply(MADE_US + 5, "192.0.2.99", "\\000a\\;b.lab.", "TYPE65280", "NOERROR");
	assert_true(batch_add_row(batch, &event, 50, prefix));
	assert_true(batch_add_row(batch, &event, 50, whole));
	write_at(store, batch, MADE_US + 1000000);
	assert_int_equal(
		number(place,
		       "SELECT count(*) FROM answers WHERE client='2001:db8:20:100::/56' AND qname='www.lab.' AND"
		       " qtype='AAAA' AND rcode='SERVFAIL' AND ede=6 AND us=700 AND reason LIKE 'RRSIG%'"),
		3);
	assert_int_equal(number(place,
				"SELECT sum(weight) FROM answers WHERE client='192.0.2.0/24' AND qtype='TYPE65280' AND"
				" qname='\\000a\\;b.lab.'"),
			 50);
	assert_int_equal(number(place, "SELECT count(*) FROM answers WHERE client='192.0.2.99'"), 1);
	batch_free(batch);
	store_free(store);
}

static json_t *signals_since(const struct place *place, uint64_t since_us)
{
	struct history_reader *reader;
	json_t *signals;
	assert_int_equal(history_open(place->path, &reader), ERR_OK);
	assert_int_equal(history_signals(reader, since_us, 100, &signals), ERR_OK);
	history_close(reader);
	return signals;
}

static const char *field(const json_t *signals, size_t i, const char *key)
{
	return json_string_value(json_object_get(json_array_get(signals, i), key));
}

static void test_signals_rise_worsen_clear_and_end_with_the_run(void **state)
{
	struct place *place = *state;
	struct batch *batch;
	struct store *store = open_at(place, MADE_US);
	assert_int_equal(batch_new(&batch), ERR_OK);
	struct signal first = made_signal(1, MADE_US + 60000000), second = made_signal(2, MADE_US + 120000000);
	assert_true(batch_add_signal(batch, &first, SIGNAL_RAISED));
	assert_true(batch_add_signal(batch, &second, SIGNAL_RAISED));
	write_at(store, batch, MADE_US + 180000000);
	first.level = SIGNAL_CRITICAL;
	assert_true(batch_add_signal(batch, &first, SIGNAL_WORSENED));
	first.cleared_us = MADE_US + 240000000;
	assert_true(batch_add_signal(batch, &first, SIGNAL_CLEARED));
	write_at(store, batch, MADE_US + 300000000);
	json_t *signals = signals_since(place, 0);
	assert_int_equal(json_array_size(signals), 2);
	assert_string_equal(field(signals, 0, "signal"), "AAAA-SERVFAIL");
	assert_string_equal(field(signals, 0, "level"), "critical");
	assert_string_equal(field(signals, 0, "scope"), "rec all");
	assert_string_equal(field(signals, 0, "cleared"), "2026-10-14T00:04:00.000000Z");
	assert_string_equal(field(signals, 0, "ended"), "cleared");
	assert_string_equal(field(signals, 0, "next"), sensor_next(SENSOR_AAAA_SERVFAIL));
	assert_string_equal(field(signals, 0, "now_text"), "50.0%");
	assert_null(field(signals, 1, "cleared"));
	json_decref(signals);
	signals = signals_since(place, MADE_US + 250000000); /* the first was over */
	assert_int_equal(json_array_size(signals), 1);
	json_decref(signals);
	store_free(store);
	store = open_at(place, MADE_US + HOUR_US); /* ids begin anew */
	struct signal again = made_signal(1, MADE_US + HOUR_US + 60000000);
	assert_true(batch_add_signal(batch, &again, SIGNAL_RAISED));
	write_at(store, batch, MADE_US + HOUR_US + 60000000);
	signals = signals_since(place, 0);
	assert_int_equal(json_array_size(signals), 3);
	assert_string_equal(field(signals, 1, "ended"), "restart");
	assert_string_equal(field(signals, 1, "cleared"),
			    "2026-10-14T00:05:00.000000Z"); /* when the run was last seen */
	assert_null(field(signals, 2, "ended"));
	json_decref(signals);
	batch_free(batch);
	store_free(store);
}

/* Eight weeks of one busy hour a week, of which one had a failure. */
static void test_usual_is_that_of_the_same_hour(void **state)
{
	struct place *place = *state;
	struct batch *batch;
	struct history_reader *reader;
	struct history_usual usual;
	const uint32_t hour = MADE_MINUTE / 60;
	struct store *store = open_at(place, MADE_US);
	assert_int_equal(batch_new(&batch), ERR_OK);
	store_free(store);
	run_sql(place, "INSERT INTO keys VALUES(1,'replies','rec','s','ipv6','udp','AAAA','NOERROR','native','-',0,1);"
		       "INSERT INTO keys VALUES(2,'replies','rec','s','ipv4','udp','A','SERVFAIL','-','-',0,1);"
		       "INSERT INTO keys VALUES(3,'replies','auth','s','ipv4','udp','A','SERVFAIL','-','-',0,1)");
	for (uint32_t week = 1; week <= 3; week++) {
		char sql[512];
		uint64_t then = hour - week * 168;
		snprintf(sql, sizeof(sql),
			 "INSERT INTO hours VALUES(%llu,1,%u),(%llu,2,30),(%llu,3,7000);"
			 "INSERT INTO runs VALUES(%llu,%llu,1)",
			 (unsigned long long)then, week == 2 ? 99999 : 600, (unsigned long long)then,
			 (unsigned long long)then, (unsigned long long)(then * HOUR_US),
			 (unsigned long long)(then * HOUR_US + HOUR_US));
		run_sql(place, sql);
		if (week != 2)
			continue;
		snprintf(sql, sizeof(sql),
			 "INSERT INTO signals VALUES(1,1,'AAAA-SERVFAIL','critical','rec','rec "
			 "all',1,0,'control',%llu,%llu,%llu,"
			 "'cleared','')",
			 (unsigned long long)(then * HOUR_US), (unsigned long long)(then * HOUR_US),
			 (unsigned long long)(then * HOUR_US + 60000000));
		run_sql(place, sql);
	}
	assert_int_equal(history_open(place->path, &reader), ERR_OK);
	assert_int_equal(history_usual(reader, STREAM_RECURSIVE, MADE_US + 5000000, &usual), ERR_OK);
	assert_int_equal(usual.hour_of_week, 2 * 24); /* Wednesday 00:00 */
	assert_true(usual.is_of_week);
	assert_int_equal(usual.hours, 2);
	assert_true(usual.counts[HISTORY_AAAA] == 600 && usual.counts[HISTORY_NATIVE] == 600);
	assert_true(usual.counts[HISTORY_A_SERVFAIL] == 30 && usual.counts[HISTORY_UDP4] == 30);
	/* A day later there is no such hour of the week: that of the day before is taken. */
	char sql[128];
	snprintf(sql, sizeof(sql), "INSERT INTO hours VALUES(%u,1,100); INSERT INTO runs VALUES(%llu,%llu,1)", hour + 1,
		 (unsigned long long)(hour + 1) * HOUR_US, (unsigned long long)(hour + 2) * HOUR_US);
	run_sql(place, sql);
	assert_int_equal(history_usual(reader, STREAM_RECURSIVE, (hour + 25) * HOUR_US, &usual), ERR_OK);
	assert_false(usual.is_of_week);
	assert_int_equal(usual.hours, 1);
	assert_true(usual.counts[HISTORY_AAAA] == 100);
	assert_int_equal(history_usual(reader, STREAM_RECURSIVE, (hour + 10) * HOUR_US, &usual), ERR_OK);
	assert_int_equal(usual.hours, 0);
	history_close(reader);
	batch_free(batch);
}

static void test_what_is_too_old_goes(void **state)
{
	struct place *place = *state;
	struct batch *batch;
	struct store *store = open_at(place, MADE_US);
	struct text why = {0};
	assert_int_equal(batch_new(&batch), ERR_OK);
	for (uint64_t day = 0; day < 20; day++) {
		uint64_t now = MADE_US + day * DAY_US;
		struct event event = made_reply(now, "2001:db8::1", "www.lab.", "AAAA", "NOERROR");
		struct signal signal = made_signal(day + 1, now);
		signal.cleared_us = now + 1;
		counts_add(batch->counts, &event, (uint32_t)(now / 60000000), 1);
		assert_true(batch_add_row(batch, &event, 1, whole));
		assert_true(batch_add_signal(batch, &signal, SIGNAL_CLEARED));
		write_at(store, batch, now + HOUR_US);
	}
	bool is_more = true;
	for (int i = 0; is_more && i < 100; i++)
		assert_int_equal(store_trim(store, MADE_US + 20 * DAY_US, &is_more, &why), ERR_OK);
	assert_false(is_more);
	assert_int_equal(number(place, "SELECT count(*) FROM answers"), 14);
	assert_int_equal(number(place, "SELECT count(DISTINCT minute) FROM minutes"), 14);
	assert_int_equal(number(place, "SELECT count(*) FROM signals"), 14);
	assert_int_equal(number(place, "SELECT count(DISTINCT hour) FROM hours"), 20); /* kept longer */
	assert_int_equal(number(place, "SELECT min(time_us) FROM answers") / DAY_US, MADE_US / DAY_US + 6);
	for (is_more = true; is_more;)
		assert_int_equal(store_trim(store, MADE_US + 405 * DAY_US, &is_more, &why), ERR_OK);
	assert_int_equal(number(place, "SELECT count(DISTINCT hour) FROM hours"), 15);
	text_free(&why);
	batch_free(batch);
	store_free(store);
}

static uint64_t octets(const struct place *place)
{
	static const char *const ends[] = {"", "-wal"};
	uint64_t sum = 0;
	for (size_t i = 0; i < 2; i++) {
		char path[128];
		struct stat stat_;
		snprintf(path, sizeof(path), "%s%s", place->path, ends[i]);
		sum += stat(path, &stat_) == 0 ? (uint64_t)stat_.st_size : 0;
	}
	return sum;
}

/* Three times as much as fits, in which the first is what is missing at the end. */
static void test_the_file_stays_within_its_size(void **state)
{
	struct place *place = *state;
	struct batch *batch;
	struct store *store = open_at(place, MADE_US);
	struct text why = {0};
	uint64_t largest = 0, written = 0, now = MADE_US;
	assert_int_equal(batch_new(&batch), ERR_OK);
	struct event event = made_reply(now, "2001:db8::1", "a-name-that-takes-some-room.in.a.zone.of.some.length.lab.",
					"AAAA", "SERVFAIL");
	event_set_reason(&event, span_text("servers of the zone answer over no family, tried again after a while"));
	for (int i = 0; i < 40; i++) {
		for (unsigned row = 0; row < BATCH_ROWS_MAX; row++) {
			event.time_us = now + row * 1000;
			assert_true(batch_add_row(batch, &event, 1, whole));
		}
		written += BATCH_ROWS_MAX;
		now += 5000000;
		write_at(store, batch, now);
		bool is_more = true;
		while (is_more)
			assert_int_equal(store_trim(store, now, &is_more, &why), ERR_OK);
		uint64_t size = octets(place);
		largest = size > largest ? size : largest;
	}
	int64_t kept = number(place, "SELECT count(*) FROM answers");
	assert_in_range(largest, STORE_SIZE_MIN / 2, STORE_SIZE_MIN);
	assert_true(kept > 20000 && (uint64_t)kept < written / 2);
	assert_int_equal(number(place, "SELECT max(time_us) FROM answers"), event.time_us);
	assert_int_equal(number(place,
				"SELECT count(*) FROM answers WHERE time_us < (SELECT max(time_us) FROM answers) - "
				"300000000"),
			 0);
	text_free(&why);
	batch_free(batch);
	store_free(store);
}

static void test_other_versions_are_left_alone(void **state)
{
	struct place *place = *state;
	struct store *store = open_at(place, MADE_US);
	struct history_reader *reader;
	store_free(store);
	run_sql(place, "PRAGMA user_version=2");
	assert_int_equal(open_code(place, STORE_SIZE_MIN, MADE_US, &store), ERR_UNSUPPORTED);
	assert_int_equal(history_open(place->path, &reader), ERR_UNSUPPORTED);
	run_sql(place, "PRAGMA user_version=1; PRAGMA application_id=7");
	assert_int_equal(open_code(place, STORE_SIZE_MIN, MADE_US, &store), ERR_UNSUPPORTED);
	assert_int_equal(number(place, "PRAGMA application_id"), 7);
}

static void test_a_damaged_file_is_told(void **state)
{
	struct place *place = *state;
	struct batch *batch;
	struct store *store = open_at(place, MADE_US);
	assert_int_equal(batch_new(&batch), ERR_OK);
	struct event event = made_reply(MADE_US, "2001:db8::1", "www.lab.", "AAAA", "NOERROR");
	for (unsigned i = 0; i < BATCH_ROWS_MAX; i++)
		batch_add_row(batch, &event, 1, whole);
	write_at(store, batch, MADE_US + 1000000);
	store_free(store);
	assert_int_equal(open_code(place, STORE_SIZE_MIN, MADE_US + DAY_US, &store), ERR_OK);
	store_free(store);
	/* Not closed, as after a crash; then octets in the middle of the file are wrong. */
	run_sql(place, "UPDATE runs SET is_ended = 0; PRAGMA wal_checkpoint(TRUNCATE)");
	FILE *file = fopen(place->path, "r+b");
	fseek(file, 20 * 4096, SEEK_SET);
	for (int i = 0; i < 40 * 4096; i++)
		fputc(0x55, file);
	fclose(file);
	assert_int_equal(open_code(place, STORE_SIZE_MIN, MADE_US + 2 * DAY_US, &store), ERR_SYNTAX);
	file = fopen(place->path, "wb");
	fputs("this is no database, and was none before it was put here\n", file);
	fclose(file);
	assert_int_equal(open_code(place, STORE_SIZE_MIN, MADE_US + 2 * DAY_US, &store), ERR_SYNTAX);
	struct text aside = {0};
	assert_int_equal(store_set_aside(place->path, &aside), ERR_OK);
	assert_int_equal(access(text_string(&aside), R_OK), 0);
	assert_int_equal(open_code(place, STORE_SIZE_MIN, MADE_US + 2 * DAY_US, &store), ERR_OK);
	store_free(store);
	text_free(&aside);
	batch_free(batch);
}

static unsigned mode_of(const struct place *place, const char *end)
{
	char path[128];
	struct stat status;
	snprintf(path, sizeof(path), "%s%s", place->path, end);
	assert_int_equal(stat(path, &status), 0);
	return status.st_mode & 0777;
}

/* Who asked for what is nothing for other users, whatever the umask and the folder let them. */
static void test_others_may_not_read_it(void **state)
{
	struct place *place = *state;
	mode_t mask = umask(0);
	struct store *store = open_at(place, MADE_US);
	umask(mask);
	assert_int_equal(mode_of(place, ""), 0640);
	assert_int_equal(mode_of(place, "-wal"), 0640);
	assert_int_equal(mode_of(place, "-shm"), 0640);
	store_free(store);
}

int main(void)
{
#define ROW(test) cmocka_unit_test_setup_teardown(test, place_make, place_remove)
	const struct CMUnitTest tests[] = {
		ROW(test_counts_are_added_up_and_read_as_series),
		ROW(test_hours_are_summed_when_they_are_over),
		ROW(test_answers_are_kept_with_the_prefix_alone),
		ROW(test_signals_rise_worsen_clear_and_end_with_the_run),
		ROW(test_usual_is_that_of_the_same_hour),
		ROW(test_what_is_too_old_goes),
		ROW(test_the_file_stays_within_its_size),
		ROW(test_other_versions_are_left_alone),
		ROW(test_a_damaged_file_is_told),
		ROW(test_others_may_not_read_it),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
