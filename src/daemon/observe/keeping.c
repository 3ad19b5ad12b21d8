/* SPDX-License-Identifier: BSD-2-Clause */
#include "daemon/observe/keeping.h"

#include "base/clock.h"
#include "base/random.h"
#include "history/read.h"

#define SIGNALS_MOST 1000
#define HOUR_US 3600000000u

/* --- The tap --- */

static void event_take(void *owner, const struct event *event)
{
	struct keeping *keeping = owner;
	uint32_t weight = share_parts(keeping->observation->share);
	/* Probes are not shared out. */
	if (event->stream == STREAM_PROBE)
		weight = 1;
	if (keeping->history != NULL)
		history_event(keeping->history, event, weight);
	if (keeping->export != NULL)
		export_event(keeping->export, event, weight);
}

static void signal_take(void *owner, const struct signal *signal, enum signal_change change)
{
	struct keeping *keeping = owner;
	if (keeping->history != NULL)
		history_signal(keeping->history, signal, change);
}

static void second_take(void *owner, uint64_t now_us)
{
	struct keeping *keeping = owner;
	if (keeping->history != NULL)
		history_second(keeping->history, now_us);
}

/* --- What is usual, after a restart --- */

static struct sensors_hour hour_of(const struct history_usual *usual, uint64_t hour)
{
	const double *counts = usual->counts;
	return (struct sensors_hour){
		.stream = usual->stream,
		.hour = hour,
		.asked = {counts[HISTORY_AAAA], counts[HISTORY_A], counts[HISTORY_OTHER]},
		.failed = {counts[HISTORY_AAAA_SERVFAIL], counts[HISTORY_A_SERVFAIL], counts[HISTORY_OTHER_SERVFAIL]},
		.udp = {counts[HISTORY_UDP6], counts[HISTORY_UDP4]},
		.tcp = {counts[HISTORY_TCP6], counts[HISTORY_TCP4]},
		.truncated = counts[HISTORY_TC6] + counts[HISTORY_TC4],
		.native = counts[HISTORY_NATIVE],
		.dns64 = counts[HISTORY_DNS64]};
}

static int day_tell(const struct keeping *keeping, struct history_reader *reader, uint64_t now_us, unsigned *ret_known)
{
	static const enum event_stream streams[] = {STREAM_AUTHORITATIVE, STREAM_RECURSIVE};
	int rc = ERR_OK;
	for (uint64_t ahead = 0; rc == ERR_OK && ahead < 24; ahead++) {
		for (size_t i = 0; rc == ERR_OK && i < sizeof(streams) / sizeof(streams[0]); i++) {
			struct history_usual usual;
			rc = history_usual(reader, streams[i], now_us + ahead * HOUR_US, &usual);
			if (rc != ERR_OK || usual.hours == 0)
				continue;
			struct sensors_hour known = hour_of(&usual, now_us / HOUR_US + ahead);
			observer_know_hour(keeping->observation->observer, &known, now_us);
			(*ret_known)++;
		}
	}
	return rc;
}

/* In the history's thread: the sensors are told of the coming day, hour by hour. */
static void past_tell(void *owner, const char *path)
{
	struct keeping *keeping = owner;
	struct history_reader *reader;
	unsigned known = 0;
	int rc = history_open(path, &reader);
	if (rc == ERR_OK) {
		rc = day_tell(keeping, reader, clock_wall_us(), &known);
		history_close(reader);
	}
	if (rc != ERR_OK)
		log_plain(keeping->log, LOG_LEVEL_WARNING, "history", "%s: what is usual is not known from it: %s",
			  path, err_text(rc));
	else if (known > 0)
		log_plain(keeping->log, LOG_LEVEL_INFO, "history",
			  "%s: what is usual is known for %u of the coming hours", path, known);
}

/* --- Its life --- */

static uint64_t seed_draw(void)
{
	uint64_t seed;
	random_bytes(&seed, sizeof(seed));
	return seed;
}

static int history_start(struct keeping *keeping, const struct config *config, struct log *log)
{
	const struct history_options options = {
		.folder = config->state_dir,
		.keep_us = (uint64_t)config->history.keep_s * 1000000,
		.size = config->history.size,
		.sample_every = config->history.sample_every,
		.client_length = {config->privacy.length[FAMILY_IPV6], config->privacy.length[FAMILY_IPV4]},
		.seed = seed_draw(),
		.now_us = clock_wall_us(),
		.log = log,
		.opened = past_tell,
		.owner = keeping};
	return history_new(&options, &keeping->history);
}

static int export_start(struct keeping *keeping, const struct config *config, const char *node, struct log *log)
{
	const struct config_clickhouse *from = &config->clickhouse;
	const struct export_options options = {.url = from->url,
					       .database = from->database,
					       .user = from->user,
					       .password = from->password,
					       .ca_file = from->ca_file,
					       .node = node,
					       .batch = from->batch,
					       .every_ms = from->every_ms,
					       .spool = from->spool,
					       .sample_every = from->sample_every,
					       .seed = seed_draw(),
					       .log = log};
	return export_new(&options, &keeping->export);
}

void keeping_open(struct keeping *keeping, const struct config *config, struct observation *observation,
		  const char *node, struct log *log)
{
	int rc = ERR_OK;
	if (observation == NULL)
		return;
	keeping->observation = observation;
	keeping->log = log;
	if (config->history.store != CONFIG_STORE_NONE && (rc = history_start(keeping, config, log)) != ERR_OK)
		log_plain(log, LOG_LEVEL_ERROR, "history", "no history is kept: %s", err_text(rc));
	if (config->clickhouse.url != NULL && (rc = export_start(keeping, config, node, log)) != ERR_OK)
		log_plain(log, LOG_LEVEL_ERROR, "clickhouse", "nothing is sent to %s: %s", config->clickhouse.url,
			  err_text(rc));
	const struct observer_tap tap = {
		.owner = keeping, .event = event_take, .signal = signal_take, .second = second_take};
	if (keeping->history == NULL && keeping->export == NULL)
		return;
	rc = observer_add_tap(observation->observer, &tap);
	if (rc != ERR_OK)
		log_plain(log, LOG_LEVEL_ERROR, "history", "no history is kept: %s", err_text(rc));
}

void keeping_close(struct keeping *keeping)
{
	history_free(keeping->history);
	export_free(keeping->export);
	*keeping = (struct keeping){0};
}

/* --- What it tells --- */

void keeping_status(const struct keeping *keeping, json_t *status)
{
	if (keeping->history != NULL) {
		struct history_facts facts;
		history_facts(keeping->history, &facts);
		json_object_set_new(status, "history",
				    json_pack("{s:s, s:b, s:I, s:I, s:I}", "path", history_path(keeping->history),
					      "failing", facts.is_failing || !facts.is_open, "answers",
					      (json_int_t)facts.answers_written, "dropped", (json_int_t)facts.dropped,
					      "size", (json_int_t)facts.size));
	}
	if (keeping->export != NULL) {
		struct export_facts facts;
		export_facts(keeping->export, &facts);
		json_object_set_new(status, "clickhouse",
				    json_pack("{s:s, s:b, s:I, s:I, s:I}", "to", export_url(keeping->export), "failing",
					      facts.is_failing, "sent", (json_int_t)facts.sent, "waiting",
					      (json_int_t)facts.waiting, "dropped", (json_int_t)facts.dropped));
	}
}

void keeping_drops(const struct keeping *keeping, json_t *drops)
{
	if (keeping->history != NULL) {
		struct history_facts facts;
		history_facts(keeping->history, &facts);
		json_object_set_new(drops, "history", json_integer((json_int_t)facts.dropped));
	}
	if (keeping->export != NULL) {
		struct export_facts facts;
		export_facts(keeping->export, &facts);
		json_object_set_new(drops, "clickhouse", json_integer((json_int_t)facts.dropped));
	}
}

/* One of this run that is in memory still, and better known there. */
static bool is_live(const json_t *live, const json_t *row, const char *run)
{
	size_t i;
	json_t *signal;
	const char *of = json_string_value(json_object_get(row, "run"));
	if (of == NULL || strcmp(of, run) != 0)
		return false;
	json_array_foreach(live, i, signal)
	{
		if (json_equal(json_object_get(signal, "id"), json_object_get(row, "id")))
			return true;
	}
	return false;
}

static void signals_join(const struct keeping *keeping, json_t *past, json_t *reply)
{
	json_t *live = json_object_get(reply, "signals");
	char run[CLOCK_TEXT_MAX];
	clock_text(history_run(keeping->history), run);
	for (size_t i = json_array_size(past); i-- > 0;) {
		if (is_live(live, json_array_get(past, i), run))
			json_array_remove(past, i);
	}
	json_array_extend(past, live);
	json_object_set(reply, "signals", past);
}

void keeping_signals(const struct keeping *keeping, uint64_t since_us, json_t *reply)
{
	struct history_reader *reader = NULL;
	json_t *past = NULL;
	if (keeping->history == NULL) {
		json_object_set_new(
			reply, "history_error",
			json_string(
				"observability.history is off: what was cleared more than an hour ago is forgotten"));
		return;
	}
	int rc = history_open(history_path(keeping->history), &reader);
	if (rc == ERR_OK)
		rc = history_signals(reader, since_us, SIGNALS_MOST, &past);
	if (rc == ERR_OK)
		signals_join(keeping, past, reply);
	else
		json_object_set_new(reply, "history_error",
				    json_sprintf("%s: %s", history_path(keeping->history), err_text(rc)));
	json_decref(past);
	history_close(reader);
}

static bool texts_differ(const char *a, const char *b)
{
	return a == NULL || b == NULL ? a != b : strcmp(a, b) != 0;
}

int keeping_series(const struct keeping *keeping, enum event_stream stream, uint64_t start_us, uint32_t step_s,
		   size_t steps, json_t **ret)
{
	struct history_reader *reader;
	if (keeping->history == NULL)
		return ERR_NOT_FOUND;
	int rc = history_open(history_path(keeping->history), &reader);
	if (rc != ERR_OK)
		return rc;
	rc = history_series(reader, stream, start_us, step_s, steps, ret);
	history_close(reader);
	return rc;
}

bool keeping_differs(const struct config *running, const struct config *fresh)
{
	const struct config_history *a = &running->history, *b = &fresh->history;
	const struct config_clickhouse *c = &running->clickhouse, *d = &fresh->clickhouse;
	return a->store != b->store || a->keep_s != b->keep_s || a->size != b->size ||
	       a->sample_every != b->sample_every || texts_differ(c->url, d->url) ||
	       texts_differ(c->database, d->database) || texts_differ(c->user, d->user) ||
	       texts_differ(c->password, d->password) || texts_differ(c->ca_file, d->ca_file) || c->batch != d->batch ||
	       c->every_ms != d->every_ms || c->spool != d->spool || c->sample_every != d->sample_every;
}
