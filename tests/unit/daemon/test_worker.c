/* SPDX-License-Identifier: BSD-2-Clause */
#include "daemon/worker.h"

#include "telemetry/log_writer.h"
#include "tests/unit/cmocka_all.h"

#include <stdio.h>
#include <stdlib.h>

/* A reload from "one in a million" to "every second one" counts from now, not from the end of the old million. */
static void test_denser_sample_begins_at_once(void **state)
{
	(void)state;
	FILE *file = tmpfile();
	const struct log_writer_options to = {.fd = fileno(file), .privacy = PRIVACY_NONE};
	struct log_writer *writer;
	assert_int_equal(log_writer_new(&to, &writer), ERR_OK);
	const struct recorder_options options = {
		.name = "query log", .worker_count = 1, .ring_size = 1 << 16, .sink = log_writer_sink(writer)};
	struct recorder *recorder;
	assert_int_equal(recorder_new(&options, &recorder), ERR_OK);
	const struct tcp_limits limits = {.connections = 1};
	struct service *service;
	assert_int_equal(service_new("public", 1, &limits, &service), ERR_OK);
	struct worker *worker = calloc(1, sizeof(*worker));
	assert_non_null(worker);
	worker->feeds.query_log = recorder;
	struct service_view view = {.query_log_every = 1000000};
	assert_int_equal(recorder_label(recorder, "public", NULL, &view.query_log_label), ERR_OK);
	const struct query_event event = {.size = 60, .ede = -1};
	for (int i = 0; i < 10; i++)
		worker_account(worker, service, &view, &event); /* the first is logged */
	view.query_log_every = 2;
	for (int i = 0; i < 10; i++)
		worker_account(worker, service, &view, &event); /* five are */
	recorder_free(recorder);
	log_writer_free(writer);
	rewind(file);
	char line[1024];
	int lines = 0;
	while (fgets(line, sizeof(line), file) != NULL)
		lines++;
	assert_int_equal(lines, 6);
	service_free(service);
	free(worker);
	fclose(file);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_denser_sample_begins_at_once)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
