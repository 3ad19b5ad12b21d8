/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What it costs to keep answers: `keep_events history FOLDER [EVENTS]` writes them to a history there,
 * `keep_events export URL USER PASSWORD [EVENTS]` sends them to a ClickHouse server that has the schema, as fast as it
 * takes them. Events of a thousand clients and two thousand names, one of a hundred a failure.
 */
#include "base/clock.h"
#include "history/clickhouse/export.h"
#include "history/history.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define EVENTS 2000000u
#define RATE 40000u /* a second of the events' own time */
#define WAITING_MOST 200000u

static struct event events[4096];

static void events_make(void)
{
	static const char *const types[] = {"AAAA", "A", "AAAA", "A", "HTTPS", "PTR"};
	for (unsigned i = 0; i < 4096; i++) {
		char client[64], name[64];
		struct event *event = &events[i];
		event_clear(event);
		snprintf(client, sizeof(client), i % 3 == 0 ? "192.0.2.%u" : "2001:db8:20:%x::10", i % 1000 % 256);
		snprintf(name, sizeof(name), "www%u.zone%u.example.", i % 2000, i % 97);
		event->kind = EVENT_REPLY;
		event->stream = STREAM_RECURSIVE;
		event->known =
			EVENT_HAS_TIME | EVENT_HAS_SIZE | EVENT_HAS_CACHE | EVENT_HAS_SECURITY | EVENT_HAS_ORIGIN;
		event->size = 80 + i % 100;
		event->cache = i % 8 == 0 ? CACHE_USE_MISS : CACHE_USE_HIT;
		event->security = i % 4 == 0 ? SECURITY_SECURE : SECURITY_INSECURE;
		event->origin = i % 2 == 0 ? AAAA_NATIVE : AAAA_NONE;
		event_set_client(event, span_text(client));
		event_set_server(event, span_text("2001:db8:f::1"));
		event_set_qname(event, span_text(name));
		event_set_qtype(event, span_text(types[i % 6]));
		event_set_rcode(event, span_text(i % 100 == 0 ? "SERVFAIL" : "NOERROR"));
		event_set_transport(event, span_text("udp"));
		event_set_service(event, span_text("office"));
		event_set_duration(event, i % 8 == 0 ? 20000 + i * 10 : 80);
	}
}

static double seconds_of(clockid_t clock_id)
{
	struct timespec now;
	clock_gettime(clock_id, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

struct stopwatch {
	double wall, thread, process;
};

static struct stopwatch stopwatch_start(void)
{
	return (struct stopwatch){seconds_of(CLOCK_MONOTONIC), seconds_of(CLOCK_THREAD_CPUTIME_ID),
				  seconds_of(CLOCK_PROCESS_CPUTIME_ID)};
}

static void stopwatch_tell(const struct stopwatch *from, const char *what, uint64_t count)
{
	struct stopwatch now = stopwatch_start();
	printf("%s: %llu events, %.0f/s; a second of one core does %.0f, of which the observing thread's part is %.0f "
	       "ns "
	       "each\n",
	       what, (unsigned long long)count, (double)count / (now.wall - from->wall),
	       (double)count / (now.process - from->process), (now.thread - from->thread) * 1e9 / (double)count);
}

static void history_measure(const char *folder, unsigned count, struct log *log)
{
	struct history *history;
	struct history_facts facts;
	uint64_t now_us = clock_wall_us();
	const struct history_options options = {.folder = folder,
						.keep_us = 14ull * 86400 * 1000000,
						.size = 512u << 20,
						.sample_every = 50,
						.client_length = {56, 24},
						.seed = now_us,
						.now_us = now_us,
						.log = log};
	if (history_new(&options, &history) != ERR_OK)
		exit(2);
	struct stopwatch from = stopwatch_start();
	for (unsigned i = 0; i < count; i++) {
		struct event *event = &events[i % 4096];
		event->time_us = now_us + (uint64_t)i * 1000000 / RATE;
		history_event(history, event, 1);
		if (i % RATE == 0)
			history_second(history, event->time_us);
		if (i % (5 * RATE) == 0) /* the writing thread gets what it has in five seconds of this rate */
			usleep(200000);
	}
	history_facts(history, &facts);
	history_free(history);
	stopwatch_tell(&from, "history", count);
	printf("dropped %llu, %llu answers kept, %.1f MiB\n", (unsigned long long)facts.dropped,
	       (unsigned long long)facts.answers_written, (double)facts.size / 1048576);
}

static void export_measure(char **words, unsigned count, struct log *log)
{
	struct export *export;
	struct export_facts facts;
	const struct export_options options = {.url = words[0],
					       .database = "sextant",
					       .user = words[1],
					       .password = words[2],
					       .node = "bench",
					       .batch = 10000,
					       .every_ms = 5000,
					       .spool = 256u << 20,
					       .sample_every = 1,
					       .log = log};
	if (export_new(&options, &export) != ERR_OK)
		exit(2);
	uint64_t now_us = clock_wall_us();
	struct stopwatch from = stopwatch_start();
	for (unsigned i = 0; i < count; i++) {
		struct event *event = &events[i % 4096];
		event->time_us = now_us + i;
		export_event(export, event, 1);
		export_facts(export, &facts);
		while (facts.waiting > WAITING_MOST && !facts.is_failing) {
			usleep(1000);
			export_facts(export, &facts);
		}
	}
	do {
		usleep(1000);
		export_facts(export, &facts);
	} while (facts.waiting >= 10000 && !facts.is_failing);
	stopwatch_tell(&from, "export", facts.sent);
	export_free(export);
	printf("dropped %llu\n", (unsigned long long)facts.dropped);
}

int main(int argc, char **argv)
{
	bool is_history = argc > 2 && strcmp(argv[1], "history") == 0;
	bool is_export = argc > 4 && strcmp(argv[1], "export") == 0;
	int at = is_history ? 3 : 5;
	if (!is_history && !is_export) {
		fputs("keep_events history FOLDER [EVENTS] | keep_events export URL USER PASSWORD [EVENTS]\n", stderr);
		return 2;
	}
	unsigned count = argc > at ? (unsigned)atoi(argv[at]) : EVENTS;
	struct log *log = log_new(STDERR_FILENO, LOG_FORMAT_TEXT, LOG_LEVEL_INFO, NULL);
	events_make();
	if (is_history)
		history_measure(argv[2], count, log);
	else
		export_measure(argv + 2, count, log);
	log_free(log);
	return 0;
}
