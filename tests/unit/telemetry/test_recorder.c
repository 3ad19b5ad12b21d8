/* SPDX-License-Identifier: BSD-2-Clause */
#include "telemetry/recorder.h"

#include "telemetry/log_writer.h"

#include "base/clock.h"
#include "tests/unit/cmocka_all.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

struct logging { /* a recorder and the writer of its lines */
	struct log_writer *writer;
	struct recorder *recorder;
};

static struct logging logging_to(int fd, size_t ring_size, struct log *log)
{
	struct logging logging;
	const struct log_writer_options to = {
		.fd = fd, .is_json = true, .place = "a test", .privacy = PRIVACY_NONE, .log = log};
	assert_int_equal(log_writer_new(&to, &logging.writer), ERR_OK);
	const struct recorder_options options = {.name = "query log",
	                                         .worker_count = 2,
	                                         .ring_size = ring_size,
	                                         .node = "ns1",
	                                         .log = log,
	                                         .sink = log_writer_sink(logging.writer)};
	assert_int_equal(recorder_new(&options, &logging.recorder), ERR_OK);
	return logging;
}

static void logging_end(struct logging *logging)
{
	log_writer_stop(logging->writer);
	recorder_free(logging->recorder);
	log_writer_free(logging->writer);
}

static const struct query_event plain_event = {
	.qname = (const uint8_t *)"\3www\3lab", .qname_size = 9, .qtype = 28, .qclass = 1, .size = 60, .ede = -1};

static void test_lines_of_all_workers_arrive(void **state)
{
	(void)state;
	FILE *file = tmpfile();
	struct log *log = log_new(fileno(file), LOG_FORMAT_JSON, LOG_LEVEL_INFO, NULL);
	struct logging logging = logging_to(fileno(file), 1 << 20, log);
	struct recorder *recorder = logging.recorder;
	uint32_t label, again, other;
	assert_int_equal(recorder_label(recorder, "public", NULL, &label), ERR_OK);
	assert_int_equal(recorder_label(recorder, "public", "authoritative", &other), ERR_OK);
	assert_int_equal(recorder_label(recorder, "public", NULL, &again), ERR_OK);
	assert_int_equal(label, again);
	assert_true(label != other);
	for (int i = 0; i < 300; i++) {
		uint8_t name[] = "\3www\3lab"; /* gone when the line is written */
		struct query_event event = plain_event;
		event.qname = name;
		event.id = (uint16_t)i;
		recorder_emit(recorder, (size_t)(i % 2), i % 3 == 0 ? other : label, &event);
		memset(name, 'x', sizeof(name));
	}
	assert_int_equal(recorder_dropped(recorder), 0);
	logging_end(&logging);
	rewind(file);
	char line[1024];
	int lines = 0, streams = 0;
	while (fgets(line, sizeof(line), file) != NULL) {
		lines++;
		assert_non_null(strstr(line, "\"qname\":\"www.lab.\""));
		streams += strstr(line, "\"stream\":\"authoritative\"") != NULL;
	}
	assert_int_equal(lines, 300);
	assert_int_equal(streams, 100);
	log_free(log);
	fclose(file);
}

static void test_a_resolver_tells_its_reasons(void **state)
{
	(void)state;
	FILE *file = tmpfile();
	struct log *log = log_new(fileno(file), LOG_FORMAT_JSON, LOG_LEVEL_INFO, NULL);
	struct logging logging = logging_to(fileno(file), 1 << 20, log);
	struct recorder *recorder = logging.recorder;
	uint32_t label, other;
	assert_int_equal(recorder_label_role(recorder, "lan", RECORDER_RESOLVER, "recursive", &label), ERR_OK);
	assert_int_equal(recorder_label(recorder, "lan", "recursive", &other), ERR_OK);
	assert_true(label != other);
	char reason[1000];
	memset(reason, 'r', sizeof(reason));
	struct query_event event = plain_event;
	event.reason = span_of(reason, sizeof(reason)); /* cut to what a line has room for */
	recorder_emit(recorder, 0, label, &event);
	memset(reason, 'x', sizeof(reason));
	logging_end(&logging);
	rewind(file);
	char line[2048];
	assert_non_null(fgets(line, sizeof(line), file));
	assert_non_null(strstr(line, "\"role\":\"resolver\""));
	assert_non_null(strstr(line, "\"qname\":\"www.lab.\""));
	const char *found = strstr(line, "\"reason\":\"r");
	assert_non_null(found);
	assert_int_equal(strspn(found + 10, "r"), QUERYLOG_REASON_MAX);
	log_free(log);
	fclose(file);
}

/* Nobody reads the pipe: the worker goes on at once, lines are dropped and counted, and the end comes all the same. */
static void test_slow_reader_blocks_nobody(void **state)
{
	(void)state;
	int ends[2];
	assert_int_equal(pipe(ends), 0);
	int null = open("/dev/null", O_WRONLY);
	struct log *log = log_new(null, LOG_FORMAT_JSON, LOG_LEVEL_INFO, NULL);
	struct logging logging = logging_to(ends[1], 8192, log);
	struct recorder *recorder = logging.recorder;
	uint32_t label;
	assert_int_equal(recorder_label(recorder, "public", NULL, &label), ERR_OK);
	for (int i = 0; i < 5000; i++)
		recorder_emit(recorder, 0, label, &plain_event);
	assert_true(recorder_dropped(recorder) > 0);
	logging_end(&logging);
	log_free(log);
	close(null);
	close(ends[0]);
	close(ends[1]);
}

/* Full rings hold hundreds of chunks: the end must not wait for the dead reader once for each. */
static void test_end_waits_once(void **state)
{
	(void)state;
	int ends[2];
	assert_int_equal(pipe(ends), 0);
	int null = open("/dev/null", O_WRONLY);
	struct log *log = log_new(null, LOG_FORMAT_JSON, LOG_LEVEL_INFO, NULL);
	struct logging logging = logging_to(ends[1], 1 << 20, log);
	struct recorder *recorder = logging.recorder;
	uint32_t label;
	assert_int_equal(recorder_label(recorder, "public", NULL, &label), ERR_OK);
	for (int i = 0; i < 1000; i++)
		recorder_emit(recorder, 0, label, &plain_event);
	uint64_t begin_us = clock_monotonic_us();
	logging_end(&logging);
	assert_true(clock_monotonic_us() - begin_us < 3000000);
	log_free(log);
	close(null);
	close(ends[0]);
	close(ends[1]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_lines_of_all_workers_arrive),
		cmocka_unit_test(test_a_resolver_tells_its_reasons),
	                                   cmocka_unit_test(test_slow_reader_blocks_nobody),
	                                   cmocka_unit_test(test_end_waits_once)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
