/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/clock.h"
#include "base/random.h"
#include "cli/signals/alerts.h"
#include "cli/tail/source_options.h"
#include "config/quantity.h"
#include "signals/sensors.h"

#define SCHEMA "sextant.signals/1"

static const struct cli_option signals_options[] = {
	{"since", 0, "TIME",
	 "only signals that held in the last 15m, 2h ... of the logs; what is before is what is usual"},
	{"rules", 0, "FILE", "also show which alerts the rules of the file make of the signals and events"},
	SOURCE_OPTION_FORMAT,
	SOURCE_OPTION_STREAM,
	SOURCE_OPTION_UTC_OFFSET,
	{NULL},
};

/* One run of the command. */
struct signals_run {
	struct cli *cli;
	struct log_sources *sources;
	struct sensors *sensors;
	struct told *told; /* --rules; else NULL */
	enum event_stream stream; /* UNKNOWN: all */
	uint64_t since_us;        /* signals that were over before are left out */
	const struct signal *signals;
	size_t count;
};

static bool is_shown(const struct signals_run *run, const struct signal *signal)
{
	return signal->cleared_us == 0 || signal->cleared_us >= run->since_us;
}

static size_t shown_count(const struct signals_run *run)
{
	size_t count = 0;
	for (size_t i = 0; i < run->count; i++)
		count += is_shown(run, &run->signals[i]);
	return count;
}

static void number_add(const struct signal *signal, double number, struct text *out)
{
	if (signal->sensor == SENSOR_A_TILT)
		text_addf(out, "%.1f", number);
	else
		text_addf(out, "%.1f%%", 100 * number);
}

/* "2026-11-22T03:26Z" */
static void minute_add(uint64_t time_us, struct text *out)
{
	char time[CLOCK_TEXT_MAX];
	clock_text(time_us, time);
	text_addf(out, "%.16sZ", time);
}

static void signal_add(const struct signal *signal, struct text *out)
{
	size_t start = out->size;
	text_addf(out, "%-8s %s", signal_level_text(signal->level), sensor_name(signal->sensor));
	text_pad_to(out, start, 25);
	scope_to_text(&signal->scope, out);
	text_pad_to(out, start, 58);
	text_add_char(out, ' ');
	number_add(signal, signal->now, out);
	text_pad_to(out, start, 67);
	text_add_char(out, ' ');
	number_add(signal, signal->usual, out);
	text_addf(out, " (%s)", signal_baseline_text(signal->baseline));
	text_pad_to(out, start, 84);
	text_add_char(out, ' ');
	minute_add(signal->since_us, out);
	text_add_char(out, ' ');
	if (signal->cleared_us != 0)
		minute_add(signal->cleared_us, out);
	else
		text_add(out, "holds            ");
	text_addf(out, " %s\n", signal->evidence);
}

static void meanings_add(const struct signals_run *run, struct text *out)
{
	for (unsigned sensor = 0; sensor < SENSOR_COUNT; sensor++) {
		bool is_any = false;
		for (size_t i = 0; i < run->count; i++)
			is_any = is_any ||
				 (run->signals[i].sensor == (enum sensor)sensor && is_shown(run, &run->signals[i]));
		if (is_any)
			text_addf(out, "\n%s: %s\n  next: %s\n", sensor_name((enum sensor)sensor),
				  sensor_means((enum sensor)sensor), sensor_next((enum sensor)sensor));
	}
}

static void unseen_add(const struct signals_run *run, struct text *out)
{
	bool is_first = true;
	for (unsigned sensor = 0; sensor < SENSOR_COUNT; sensor++) {
		if (sensors_can_see(run->sensors, (enum sensor)sensor))
			continue;
		text_add(out, is_first ? "\nnot observable from these lines:\n" : "");
		text_addf(out, "  %-15s needs %s\n", sensor_name((enum sensor)sensor),
			  sensor_needs((enum sensor)sensor));
		is_first = false;
	}
	if (!is_first)
		text_add(out, "  what to add to the server's configuration: sextant advise logging\n");
}

static void sources_add(const struct signals_run *run, struct text *out)
{
	const char *path;
	struct line_reader sum = log_sources_sum(run->sources, &path);
	text_addf(out, "%llu lines, %llu events", (unsigned long long)sum.line_count,
		  (unsigned long long)sum.event_count);
	for (unsigned format = 0; format < LINE_FORMAT_COUNT; format++) {
		if (sum.format_counts[format] > 0)
			text_addf(out, ", %s %llu", line_format_title((enum line_format)format),
				  (unsigned long long)sum.format_counts[format]);
	}
	if (sensors_first_us(run->sensors) != 0) {
		text_add(out, "; ");
		minute_add(sensors_first_us(run->sensors), out);
		text_add(out, " to ");
		minute_add(sensors_last_us(run->sensors), out);
	}
	text_add_char(out, '\n');
}

static void write_text(const struct signals_run *run, struct text *out)
{
	sources_add(run, out);
	size_t shown = shown_count(run);
	if (shown > 0)
		text_add(out, "\nLEVEL    SIGNAL          SCOPE                             NOW      USUAL            "
			      "SINCE             "
			      "UNTIL             EVIDENCE\n");
	for (size_t i = 0; i < run->count; i++) {
		if (is_shown(run, &run->signals[i]))
			signal_add(&run->signals[i], out);
	}
	meanings_add(run, out);
	if (shown == 0 && sensors_first_us(run->sensors) != 0)
		text_add(out, "nothing unusual in what these lines tell\n");
	if (run->told != NULL)
		told_text(run->told, out);
	if (sensors_untimed(run->sensors) > 0)
		text_addf(out,
			  "%llu events have no time stamp, or one an hour ahead of those around it, and were not "
			  "judged\n",
			  (unsigned long long)sensors_untimed(run->sensors));
	if (sensors_dropped(run->sensors) > 0)
		text_addf(out, "%llu more signals had no room\n", (unsigned long long)sensors_dropped(run->sensors));
	unseen_add(run, out);
}

static void signal_json(const struct signal *signal, struct json_writer *json)
{
	struct text scope = {0};
	char time[CLOCK_TEXT_MAX];
	scope_to_text(&signal->scope, &scope);
	json_begin_object(json, NULL);
	json_number(json, "id", (int64_t)signal->id);
	json_text(json, "signal", sensor_name(signal->sensor));
	json_text(json, "level", signal_level_text(signal->level));
	json_text(json, "scope", text_string(&scope));
	json_decimal(json, "now", signal->now);
	json_decimal(json, "usual", signal->usual);
	json_text(json, "baseline", signal_baseline_text(signal->baseline));
	clock_text(signal->since_us, time);
	json_text(json, "since", time);
	clock_text(signal->raised_us, time);
	json_text(json, "raised", time);
	clock_text(signal->cleared_us, time);
	json_text(json, "cleared", signal->cleared_us != 0 ? time : NULL);
	json_text(json, "evidence", signal->evidence);
	json_text(json, "next", sensor_next(signal->sensor));
	json_end_object(json);
	text_free(&scope);
}

static void write_json(const struct signals_run *run, struct text *out)
{
	const char *path;
	struct line_reader sum = log_sources_sum(run->sources, &path);
	struct json_writer json = {.out = out};
	json_begin_object(&json, NULL);
	json_text(&json, "schema", SCHEMA);
	json_number(&json, "lines", (int64_t)sum.line_count);
	json_number(&json, "events", (int64_t)sum.event_count);
	json_number(&json, "unread", (int64_t)sum.unread_count);
	json_number(&json, "untimed", (int64_t)sensors_untimed(run->sensors));
	json_begin_array(&json, "signals");
	for (size_t i = 0; i < run->count; i++) {
		if (is_shown(run, &run->signals[i]))
			signal_json(&run->signals[i], &json);
	}
	json_end_array(&json);
	if (run->told != NULL)
		told_json(run->told, &json);
	json_begin_array(&json, "undetermined");
	for (unsigned sensor = 0; sensor < SENSOR_COUNT; sensor++) {
		if (!sensors_can_see(run->sensors, (enum sensor)sensor))
			json_text(&json, NULL, sensor_name((enum sensor)sensor));
	}
	json_end_array(&json);
	json_end_object(&json);
	text_add_char(out, '\n');
}

static void events_observe(struct signals_run *run)
{
	struct event event;
	while (log_sources_next(run->sources, &event) == LOG_NEXT_EVENT) {
		if (run->stream != STREAM_UNKNOWN && event.stream != run->stream)
			continue;
		sensors_observe(run->sensors, &event);
		if (run->told != NULL)
			told_event(run->told, run->sensors, &event);
	}
	sensors_finish(run->sensors);
	if (run->told != NULL)
		told_finish(run->told);
	run->signals = sensors_signals(run->sensors, &run->count);
}

static int result_show(struct signals_run *run)
{
	struct text out = {0}, remarks = {0};
	(cli_is_json(run->cli) ? write_json : write_text)(run, &out);
	fputs(text_string(&out), cli_out(run->cli));
	if (!cli_is_quiet(run->cli))
		log_sources_report(run->sources, &remarks);
	fputs(text_string(&remarks), cli_err(run->cli));
	bool is_failed = out.is_failed || remarks.is_failed;
	text_free(&out);
	text_free(&remarks);
	if (is_failed)
		return EXIT_INTERNAL;
	if (shown_count(run) > 0 || (run->told != NULL && told_any(run->told)))
		return EXIT_FOUND;
	return sensors_first_us(run->sensors) != 0 ? EXIT_OK : EXIT_UNDETERMINED;
}

static int run_signals(struct cli *cli)
{
	struct signals_run run = {.cli = cli};
	struct log_sources_options options;
	uint64_t seed;
	uint32_t since_ms = 0;
	const char *since = cli_value(cli, "since");
	if (since != NULL && quantity_duration_ms(since, &since_ms) != ERR_OK)
		return cli_usage_error(cli, "--since %s: write a number and a unit: 15m, 2h", since);
	int code = source_options_read(cli, &options);
	if (code == EXIT_OK)
		code = source_options_open(cli, &options, &run.sources);
	random_bytes(&seed, sizeof(seed));
	if (code == EXIT_OK && sensors_new(seed, &run.sensors) != ERR_OK)
		code = EXIT_INTERNAL;
	if (code == EXIT_OK && cli_value(cli, "rules") != NULL)
		code = told_open(cli, cli_value(cli, "rules"), run.sensors, seed, &run.told);
	if (code == EXIT_OK) {
		run.stream = options.reader.stream;
		events_observe(&run);
		uint64_t last_us = sensors_last_us(run.sensors), window_us = (uint64_t)since_ms * 1000;
		run.since_us = since != NULL && last_us > window_us ? last_us - window_us : 0;
		code = result_show(&run);
	}
	told_close(run.told);
	sensors_free(run.sensors);
	log_sources_close(run.sources);
	return code;
}

const struct command command_signals = {
	.name = "signals",
	.summary = "what is unusual for IPv6 in query logs of any name server",
	.usage = "[SOURCE...]",
	.description = "Reads logs as sextant tail does, to their end, and judges each minute by the three minutes up "
		       "to it, for everybody, for "
		       "each zone (the last two labels of names) and for each network of clients (/56, /24): AAAA that "
		       "fails where A does not, "
		       "clients that ask less for AAAA than they did, pairs of which AAAA alone failed, answers "
		       "truncated more often than usual "
		       "or not asked for again over TCP, networks that fail where others do not, a family that fell "
		       "silent, another share of synthesized answers.\n"
		       "What is usual is the scope's own earlier part (\"earlier\"); without one, type A or the other "
		       "networks at the same time "
		       "(\"control\"). A signal needs twenty events and a difference that chance does not make; it is "
		       "cleared after three calm "
		       "minutes.\n"
		       "Logs of authoritative servers never show what a validator says. What a source does not tell is "
		       "listed as not "
		       "observable; what to log instead is told by sextant advise logging.\n"
		       "With --rules the alerts are shown that the daemon would have sent by that file: when, of what, "
		       "and where to.\n"
		       "Exit code 1: signals were raised. 3: no line could be judged.",
	.options = signals_options,
	.run = run_signals,
};
