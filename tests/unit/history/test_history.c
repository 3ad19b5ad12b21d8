/* SPDX-License-Identifier: BSD-2-Clause */
#include "history/history.h"

#include "history/read.h"
#include "history/store.h"
#include "tests/unit/cmocka_all.h"
#include "tests/unit/history/made_events.h"

#include <signal.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

struct place {
	char folder[64], path[128];
	FILE *log_file;
	struct log *log;
};

static int place_make(void **state)
{
	struct place *place = calloc(1, sizeof(*place));
	snprintf(place->folder, sizeof(place->folder), "/tmp/history-thread.XXXXXX");
	if (mkdtemp(place->folder) == NULL)
		return -1;
	snprintf(place->path, sizeof(place->path), "%s/%s", place->folder, HISTORY_FILE);
	place->log_file = tmpfile();
	place->log = log_new(fileno(place->log_file), LOG_FORMAT_TEXT, LOG_LEVEL_INFO, NULL);
	*state = place;
	return 0;
}

static int place_remove(void **state)
{
	static const char *const ends[] = {"", "-wal", "-shm", ".damaged"};
	struct place *place = *state;
	for (size_t i = 0; i < 4; i++) {
		char path[160];
		snprintf(path, sizeof(path), "%s%s", place->path, ends[i]);
		unlink(path);
	}
	rmdir(place->folder);
	log_free(place->log);
	fclose(place->log_file);
	free(place);
	return 0;
}

static struct history *begin(const struct place *place, uint32_t sample_every)
{
	struct history *history;
	const struct history_options options = {.folder = place->folder,
						.keep_us = 14ull * 86400 * 1000000,
						.size = STORE_SIZE_MIN,
						.sample_every = sample_every,
						.client_length = {56, 24},
						.seed = 1,
						.now_us = MADE_US,
						.log = place->log};
	assert_int_equal(history_new(&options, &history), ERR_OK);
	return history;
}

static void wait_until_written(struct history *history, uint64_t answers)
{
	struct history_facts facts;
	for (int i = 0; i < 2000; i++) {
		history_facts(history, &facts);
		if (facts.answers_written >= answers)
			return;
		nanosleep(&(struct timespec){.tv_nsec = 5000000}, NULL);
	}
	fail_msg("%llu answers were written", (unsigned long long)facts.answers_written);
}

static json_t *series_of(const struct place *place)
{
	struct history_reader *reader;
	json_t *series;
	assert_int_equal(history_open(place->path, &reader), ERR_OK);
	assert_int_equal(history_series(reader, STREAM_RECURSIVE, MADE_US, 60, 3, &series), ERR_OK);
	history_close(reader);
	return series;
}

static json_int_t count_of(const struct place *place, const char *name)
{
	json_t *series = series_of(place);
	json_int_t count =
		json_integer_value(json_array_get(json_object_get(json_object_get(series, "series"), name), 0));
	json_decref(series);
	return count;
}

static int64_t number(const struct place *place, const char *sql)
{
	sqlite3 *db;
	sqlite3_stmt *statement;
	assert_int_equal(sqlite3_open(place->path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &statement, NULL), SQLITE_OK);
	int64_t value = sqlite3_step(statement) == SQLITE_ROW ? sqlite3_column_int64(statement, 0) : -1;
	sqlite3_finalize(statement);
	sqlite3_close(db);
	return value;
}

static void events_give(struct history *history, unsigned count, const char *rcode)
{
	for (unsigned i = 0; i < count; i++) {
		char client[32];
		snprintf(client, sizeof(client), "2001:db8:%x::1", i);
		struct event event = made_reply(MADE_US + i * 1000, client, "www.lab.", "AAAA", rcode);
		history_event(history, &event, 1);
	}
}

static bool is_logged(const struct place *place, const char *words)
{
	char line[512];
	bool is_found = false;
	rewind(place->log_file);
	while (fgets(line, sizeof(line), place->log_file) != NULL)
		is_found = is_found || strstr(line, words) != NULL;
	return is_found;
}

static void test_what_the_tap_gives_is_in_the_file(void **state)
{
	struct place *place = *state;
	struct history *history = begin(place, 1);
	history_second(history, MADE_US);
	events_give(history, 100, "NOERROR");
	history_second(history, MADE_US + 1000000); /* not yet: a batch is of five seconds */
	history_second(history, MADE_US + 6000000);
	wait_until_written(history, 100);
	assert_int_equal(count_of(place, "aaaa"), 100);
	events_give(history, 10, "SERVFAIL");
	history_free(history); /* what is left is written at the end */
	assert_int_equal(count_of(place, "aaaa"), 110);
	assert_int_equal(count_of(place, "aaaa_servfail"), 10);
}

static void test_failures_are_kept_and_good_answers_sampled(void **state)
{
	struct place *place = *state;
	struct history *history = begin(place, 20);
	history_second(history, MADE_US);
	events_give(history, 2000, "NOERROR"); /* over two seconds */
	for (int i = 0; i < 500; i++) {
		struct event event = made_reply(MADE_US + 500, "2001:db8::1", "www.lab.", "AAAA", "SERVFAIL");
		history_event(history, &event, 1);
	}
	history_free(history);
	assert_int_equal(count_of(place, "aaaa"), 2500);
	assert_int_equal(number(place, "SELECT count(*) FROM answers WHERE rcode='SERVFAIL' AND weight=1"), 100);
	assert_int_equal(
		number(place, "SELECT count(DISTINCT weight) + min(weight) FROM answers WHERE rcode='NOERROR'"), 21);
	assert_in_range(number(place, "SELECT sum(weight) FROM answers WHERE rcode='NOERROR'"), 1200, 2800);
	assert_int_equal(number(place, "SELECT count(*) FROM answers WHERE client NOT LIKE '%/56'"), 0);
	history = begin(place, 0); /* no single answers at all */
	history_second(history, MADE_US);
	events_give(history, 10, "REFUSED");
	history_free(history);
	assert_int_equal(number(place, "SELECT count(*) FROM answers WHERE rcode='REFUSED'"), 0);
	assert_int_equal(count_of(place, "aaaa"), 2510);
}

/* The process is gone without a word: what was written is there, and the file is sound. */
static void test_a_kill_loses_the_last_seconds_alone(void **state)
{
	struct place *place = *state;
	int ready[2];
	assert_int_equal(pipe(ready), 0);
	pid_t pid = fork();
	if (pid == 0) {
		struct history *history = begin(place, 1);
		history_second(history, MADE_US);
		events_give(history, 50, "NOERROR");
		history_second(history, MADE_US + 6000000);
		wait_until_written(history, 50);
		events_give(history, 7, "SERVFAIL"); /* not handed over yet */
		if (write(ready[1], "x", 1) == 1)
			pause();
		_exit(1);
	}
	char octet;
	assert_int_equal(read(ready[0], &octet, 1), 1);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	close(ready[0]);
	close(ready[1]);
	assert_int_equal(count_of(place, "aaaa"), 50);
	struct history *history = begin(place, 1);
	history_second(history, MADE_US + 1);
	events_give(history, 5, "NOERROR");
	history_free(history);
	assert_int_equal(count_of(place, "aaaa"), 55);
	assert_false(is_logged(place, "damaged"));
}

static void test_a_damaged_file_is_set_aside(void **state)
{
	struct place *place = *state;
	FILE *file = fopen(place->path, "wb");
	for (int i = 0; i < 20000; i++)
		fputc(i % 251, file);
	fclose(file);
	struct history *history = begin(place, 1);
	history_second(history, MADE_US);
	events_give(history, 9, "NOERROR");
	history_free(history);
	assert_int_equal(count_of(place, "aaaa"), 9);
	assert_true(is_logged(place, "set aside as "));
	char path[160];
	struct stat stat_;
	snprintf(path, sizeof(path), "%s.damaged", place->path);
	assert_int_equal(stat(path, &stat_), 0);
	assert_int_equal(stat_.st_size, 20000);
}

static void test_a_file_of_a_newer_program_is_left_alone(void **state)
{
	struct place *place = *state;
	struct history *history = begin(place, 1);
	history_second(history, MADE_US);
	events_give(history, 3, "NOERROR");
	history_free(history);
	FILE *file = fopen(place->path, "r+b");
	fseek(file, 60, SEEK_SET); /* user_version, in the header of the file */
	fwrite("\0\0\0\11", 1, 4, file);
	fclose(file);
	history = begin(place, 1);
	history_second(history, MADE_US);
	events_give(history, 3, "NOERROR");
	struct history_facts facts;
	history_second(history, MADE_US + 6000000);
	history_facts(history, &facts);
	history_free(history);
	assert_true(is_logged(place, "it is of version 9"));
	assert_false(facts.is_open);
}

/* No folder: nothing can be written, what comes is dropped when there is no room, and the end comes all the same. */
static void test_a_fault_of_the_disk_holds_nobody_up(void **state)
{
	struct place *place = *state;
	struct place nowhere = *place;
	snprintf(nowhere.folder, sizeof(nowhere.folder), "%.50s/none", place->folder);
	struct history *history = begin(&nowhere, 1);
	struct history_facts facts;
	history_second(history, MADE_US);
	for (int i = 0; i < 4; i++) {
		events_give(history, 4000, "NOERROR");
		history_second(history, MADE_US + (uint64_t)(i + 1) * 6000000);
	}
	history_facts(history, &facts);
	assert_true(facts.dropped >= 4 * 4000 - 2 * 4096);
	assert_false(facts.is_open);
	history_free(history);
	assert_true(is_logged(place, "tried again"));
}

static void opened_note(void *owner, const char *path)
{
	struct history_reader *reader;
	struct history_usual usual;
	assert_int_equal(history_open(path, &reader), ERR_OK);
	assert_int_equal(history_usual(reader, STREAM_RECURSIVE, MADE_US, &usual), ERR_OK);
	history_close(reader);
	*(int *)owner += 1;
}

static void test_who_wants_the_past_is_called_once(void **state)
{
	struct place *place = *state;
	struct history *history;
	int calls = 0;
	const struct history_options options = {.folder = place->folder,
						.keep_us = 86400000000u,
						.size = STORE_SIZE_MIN,
						.now_us = MADE_US,
						.log = place->log,
						.opened = opened_note,
						.owner = &calls};
	assert_int_equal(history_new(&options, &history), ERR_OK);
	history_second(history, MADE_US);
	history_second(history, MADE_US + 6000000);
	history_free(history);
	assert_int_equal(calls, 1);
}

int main(void)
{
#define ROW(test) cmocka_unit_test_setup_teardown(test, place_make, place_remove)
	const struct CMUnitTest tests[] = {
		ROW(test_what_the_tap_gives_is_in_the_file),       ROW(test_failures_are_kept_and_good_answers_sampled),
		ROW(test_a_kill_loses_the_last_seconds_alone),     ROW(test_a_damaged_file_is_set_aside),
		ROW(test_a_file_of_a_newer_program_is_left_alone), ROW(test_a_fault_of_the_disk_holds_nobody_up),
		ROW(test_who_wants_the_past_is_called_once),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
