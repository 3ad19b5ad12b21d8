/* SPDX-License-Identifier: BSD-2-Clause */
#include "advise/logging.h"
#include "base/clock.h"
#include "base/random.h"
#include "cli/daemon_call.h"
#include "cli/signals/alerts.h"
#include "cli/signals/show.h"
#include "cli/signals/table.h"
#include "cli/tail/source_options.h"
#include "config/quantity.h"
#include "observe/report.h"

#include <signal.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>

#define WATCH_US 5000000
#define CALL_MS 5000
#define LOOK_UP_EVERY 1024 /* events between two looks for a signal */

static const struct cli_option signals_options[] = {
	{"since", 0, "TIME",
	 "only signals that held in the last 15m, 2h ... of the logs; what is before is what is usual. Of the daemon: the last "
	 "15m ... 3d, from its history"},
	{"rules", 0, "FILE", "also show which alerts the rules of the file make of the signals and events of logs"},
	{"sites", 0, "FILE", "names of clients' networks, a line each: PREFIX NAME; signals of networks are said of sites"},
	{"table", 0, NULL, "which signal needs what, and which streams and sources tell it; nothing is read"},
	{"watch", 0, NULL, "show it again every 5 seconds until interrupted; logs are followed, as sextant tail does"},
	SOURCE_OPTION_FORMAT,
	SOURCE_OPTION_STREAM,
	SOURCE_OPTION_UTC_OFFSET,
	{NULL},
};

/* One run of the command. */
struct signals_run {
	struct cli *cli;
	struct log_sources *sources; /* NULL: the daemon is asked */
	struct sensors *sensors;
	struct sites *sites; /* --sites; else NULL */
	struct told *told;        /* --rules; else NULL */
	enum event_stream stream; /* UNKNOWN: all */
	uint64_t window_us;       /* --since; 0: all */
	int signal_fd;            /* of --watch; -1: one report, and the end */
	uint64_t read_us;         /* monotonic: when the newest event was read */
};

/* --- What is shown --- */

/* Behind the events' own time: a log of last year has its last hour, too. */
static void report_narrow(const struct signals_run *run, json_t *report, uint64_t last_us)
{
	char since[CLOCK_TEXT_MAX];
	if (run->window_us == 0 || last_us <= run->window_us)
		return;
	clock_text(last_us - run->window_us, since);
	signals_narrow(report, since);
}

static int report_show(const struct signals_run *run, json_t *report, const char *head, const char *advice)
{
	bool is_watching = run->signal_fd >= 0;
	if (is_watching && !cli_is_json(run->cli) && cli_columns(run->cli) > 0)
		fputs("\033[H\033[2J", cli_out(run->cli));
	const struct signals_page page = {.report = report,
					  .head = head,
					  .source = run->sources != NULL ? "these lines" : "these answers",
					  .advice = advice,
					  .told = run->told,
					  .is_repeated = is_watching};
	int code = signals_show(run->cli, &page);
	return fflush(cli_out(run->cli)) == 0 ? code : EXIT_INTERNAL;
}

/* --- Of logs --- */

/* Of the programs that wrote the lines; clouds have nothing to be set. */
static void advice_add(const struct line_reader *sum, struct text *out)
{
	if (sum->event_count == 0)
		text_add(out, "sextant advise logging");
	for (unsigned format = 0; format < LINE_FORMAT_COUNT; format++) {
		const char *name = line_format_name((enum line_format)format);
		if (sum->format_counts[format] > 0 && logging_program_find(name) != NULL)
			text_addf(out, "%ssextant advise logging --for %s", out->size > 0 ? "; " : "", name);
	}
}

static json_t *logs_report(const struct signals_run *run, struct text *head, struct text *advice)
{
	const char *path;
	struct line_reader sum = log_sources_sum(run->sources, &path);
	advice_add(&sum, advice);
	json_t *report = json_pack("{s:I, s:I, s:I}", "lines", (json_int_t)sum.line_count, "events",
	                           (json_int_t)sum.event_count, "unread", (json_int_t)sum.unread_count);
	json_t *found = signals_report(run->sensors, 0);
	json_object_update(report, found);
	json_decref(found);
	text_addf(head, "%llu lines, %llu events", (unsigned long long)sum.line_count,
	          (unsigned long long)sum.event_count);
	for (unsigned format = 0; format < LINE_FORMAT_COUNT; format++) {
		if (sum.format_counts[format] > 0)
			text_addf(head, ", %s %llu", line_format_title((enum line_format)format),
			          (unsigned long long)sum.format_counts[format]);
	}
	return report;
}

static int logs_show(struct signals_run *run)
{
	struct text head = {0}, advice = {0}, remarks = {0};
	json_t *report = logs_report(run, &head, &advice);
	report_narrow(run, report, sensors_last_us(run->sensors));
	int code = report_show(run, report, text_string(&head), advice.size > 0 ? text_string(&advice) : NULL);
	if (!cli_is_quiet(run->cli) && run->signal_fd < 0)
		log_sources_report(run->sources, &remarks);
	fputs(text_string(&remarks), cli_err(run->cli));
	json_decref(report);
	text_free(&head);
	text_free(&advice);
	text_free(&remarks);
	return code;
}

static bool is_told_to_end(const struct signals_run *run)
{
	struct signalfd_siginfo info;
	return run->signal_fd >= 0 && read(run->signal_fd, &info, sizeof(info)) == (ssize_t)sizeof(info);
}

static void event_observe(const struct signals_run *run, const struct event *event)
{
	sensors_observe(run->sensors, event);
	if (run->told != NULL)
		told_event(run->told, run->sensors, event);
}

static void events_finish(const struct signals_run *run)
{
	sensors_finish(run->sensors);
	if (run->told != NULL)
		told_finish(run->told);
}

/* Until there is nothing more for now. True: to the end. */
static bool events_observe(struct signals_run *run)
{
	struct event event;
	for (uint64_t count = 1;; count++) {
		enum log_next next = log_sources_next(run->sources, &event);
		if (next != LOG_NEXT_EVENT)
			return next == LOG_NEXT_END;
		if (run->stream == STREAM_UNKNOWN || event.stream == run->stream)
			event_observe(run, &event);
		run->read_us = clock_monotonic_us();
		if (count % LOOK_UP_EVERY == 0 && is_told_to_end(run))
			return true;
	}
}

/* A log that falls silent says something. Its clock may not be ours, so what has gone by since its last line counts. */
static void silence_observe(const struct signals_run *run)
{
	uint64_t last_us = sensors_last_us(run->sensors);
	if (last_us != 0)
		sensors_advance(run->sensors, last_us + (clock_monotonic_us() - run->read_us));
}

static int logs_watch(struct signals_run *run)
{
	uint64_t next_us = clock_monotonic_us();
	for (;;) {
		bool is_over = events_observe(run);
		if (is_over)
			events_finish(run);
		else
			silence_observe(run);
		if (is_over || clock_monotonic_us() >= next_us) {
			int code = logs_show(run);
			if (is_over || code == EXIT_INTERNAL)
				return code == EXIT_INTERNAL ? code : EXIT_OK;
			next_us = clock_monotonic_us() + WATCH_US;
		}
		if (log_sources_wait(run->sources, run->signal_fd))
			return EXIT_OK;
	}
}

static int logs_judge(struct signals_run *run, const struct log_sources_options *options)
{
	uint64_t seed;
	random_bytes(&seed, sizeof(seed));
	int code = source_options_open(run->cli, options, &run->sources);
	if (code != EXIT_OK)
		return code;
	if (sensors_new(seed, &run->sensors) != ERR_OK)
		return EXIT_INTERNAL;
	const char *rules = cli_value(run->cli, "rules"), *sites = cli_value(run->cli, "sites");
	if (sites != NULL)
		code = sites_read(run->cli, sites, &run->sites);
	sensors_name_sites(run->sensors, run->sites);
	if (rules != NULL && code == EXIT_OK)
		code = told_open(run->cli, rules, run->sensors, seed, &run->told);
	if (code != EXIT_OK)
		return code;
	run->stream = options->reader.stream;
	if (run->signal_fd >= 0)
		return logs_watch(run);
	events_observe(run);
	events_finish(run);
	return logs_show(run);
}

/* --- Of the daemon --- */

static int daemon_show(const struct signals_run *run)
{
	json_t *request = json_pack("{s:s}", "command", "signals"), *reply = NULL;
	if (run->window_us > 0)
		json_object_set_new(request, "since_s", json_integer((json_int_t)(run->window_us / 1000000)));
	int code = daemon_call(run->cli, request, CALL_MS, &reply);
	json_decref(request);
	if (code != EXIT_OK)
		return code;
	struct text head = {0};
	json_int_t parts = json_integer_value(json_object_get(reply, "share_parts"));
	text_add(&head, "what sextantd answers");
	if (parts > 1)
		text_addf(&head, ", one in %lld questions by client and name", (long long)parts);
	const char *lack = json_string_value(json_object_get(reply, "history_error"));
	if (lack != NULL)
		text_addf(&head, " (%s)", lack);
	json_object_del(reply, "ok");
	report_narrow(run, reply, clock_wall_us());
	code = report_show(run, reply, text_string(&head), NULL);
	text_free(&head);
	json_decref(reply);
	return code;
}

static int daemon_watch(const struct signals_run *run)
{
	sigset_t ends;
	sigemptyset(&ends);
	sigaddset(&ends, SIGINT);
	sigaddset(&ends, SIGTERM);
	for (;;) {
		int code = daemon_show(run);
		if (code == EXIT_USAGE || code == EXIT_INTERNAL)
			return code;
		if (sigtimedwait(&ends, NULL, &(struct timespec){.tv_sec = WATCH_US / 1000000}) > 0)
			return EXIT_OK;
	}
}

static bool has_log_options(const struct cli *cli)
{
	return cli_value(cli, "format") != NULL || cli_value(cli, "stream") != NULL ||
	       cli_value(cli, "utc-offset") != NULL || cli_value(cli, "rules") != NULL || cli_value(cli, "sites") != NULL;
}

static int daemon_judge(struct signals_run *run)
{
	if (has_log_options(run->cli))
		return cli_usage_error(run->cli,
		                       "--format, --stream, --utc-offset, --rules and --sites are for logs: name a file, or - for standard "
		                       "input; the daemon has observability.sites");
	return run->signal_fd >= 0 ? daemon_watch(run) : daemon_show(run);
}

/* --- The command --- */

static int since_read(struct signals_run *run)
{
	const char *since = cli_value(run->cli, "since");
	uint32_t since_ms = 0;
	if (since != NULL && quantity_duration_ms(since, &since_ms) != ERR_OK)
		return cli_usage_error(run->cli, "--since %s: write a number and a unit: 15m, 2h", since);
	run->window_us = (uint64_t)since_ms * 1000;
	return EXIT_OK;
}

/* To be interrupted is how watching ends: exit code 0. */
static int watch_open(struct signals_run *run)
{
	sigset_t ends;
	sigemptyset(&ends);
	sigaddset(&ends, SIGINT);
	sigaddset(&ends, SIGTERM);
	if (!cli_flag(run->cli, "watch"))
		return EXIT_OK;
	if (sigprocmask(SIG_BLOCK, &ends, NULL) != 0)
		return EXIT_INTERNAL;
	run->signal_fd = signalfd(-1, &ends, SFD_CLOEXEC | SFD_NONBLOCK);
	return run->signal_fd >= 0 ? EXIT_OK : EXIT_INTERNAL;
}

static int sources_judge(struct signals_run *run)
{
	const char *const *operands;
	if (cli_operands(run->cli, &operands) == 0)
		return daemon_judge(run);
	struct log_sources_options options;
	int code = source_options_read(run->cli, &options);
	options.is_followed = run->signal_fd >= 0;
	return code == EXIT_OK ? logs_judge(run, &options) : code;
}

static int run_signals(struct cli *cli)
{
	struct signals_run run = {.cli = cli, .signal_fd = -1};
	if (cli_flag(cli, "table"))
		return carriers_show(cli);
	int code = since_read(&run);
	if (code == EXIT_OK)
		code = watch_open(&run);
	if (code == EXIT_OK)
		code = sources_judge(&run);
	if (run.signal_fd >= 0)
		close(run.signal_fd);
	told_close(run.told);
	sensors_free(run.sensors);
	sites_free(run.sites);
	log_sources_close(run.sources);
	return code;
}

const struct command command_signals = {
	.name = "signals",
	.summary = "what is unusual for IPv6 in what the daemon answers, or in query logs of any name server",
	.usage = "[SOURCE...]",
	.description = "Without SOURCE: what the running daemon sees in its own answers. With it: reads logs as sextant tail does "
		       "(-: standard input), to their end. Judges each ten seconds by the three minutes up to them, for everybody, for "
		       "each zone (the last two labels of names) and for each network of clients (/56, /24) or site: what fails, for "
		       "AAAA alone, at one network, over one family or transport; what clients do about it; what resolvers do on their "
		       "way. --table has all signals.\n"
		       "What is usual is the scope at the same hour of earlier days (\"same hour\") and its last fifty minutes "
		       "(\"earlier\"): it has to be unusual by both. Without them, type A or the other networks at the same time "
		       "(\"control\"), or what others measured (\"published\"). A signal needs a floor of events and a difference that "
		       "chance does not make; it is cleared after three calm "
		       "minutes. Of the daemon, those that were cleared within the last hour are shown, too; with --since and "
		       "observability.history those of earlier hours, days and runs.\n"
		       "Logs of authoritative servers never show what a validator says. What a source does not tell is "
		       "listed as not "
		       "observable; what to log instead is told by sextant advise logging.\n"
		       "With --rules the alerts are shown that the daemon would have sent by that file: when, of what, "
		       "and where to.\n"
		       "Exit code 1: signals were raised. 3: no event could be judged, or the daemon cannot be reached. "
		       "--watch ends with 0.",
	.options = signals_options,
	.run = run_signals,
};
