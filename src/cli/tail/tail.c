/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/cli.h"
#include "cli/tail/source_options.h"
#include "signals/column.h"
#include "signals/where.h"

#include <signal.h>
#include <sys/signalfd.h>
#include <unistd.h>

#define LAST_OCTETS 65536
#define LOOK_UP_EVERY 1024 /* events between two looks for a signal */

static const struct cli_option tail_options[] = {
	SOURCE_OPTION_FORMAT,
	{"where", 0, "EXPR", "only events for which this is so"},
	SOURCE_OPTION_STREAM,
	{"no-follow", 0, NULL, "read the files as they are now, from their start, and end"},
	{"all", 0, NULL, "when following, begin at the start of each file; else with its last 64 KiB"},
	{"jsonl", 0, NULL, "one JSON object a line, in the form of sextantd's own query log; --json says the same"},
	SOURCE_OPTION_UTC_OFFSET,
	{NULL},
};

/* One run of the command. */
struct tail_run {
	struct cli *cli;
	struct log_sources *sources;
	struct where *where;      /* NULL: all */
	enum event_stream stream; /* UNKNOWN: all */
	bool is_json;
	int signal_fd;
	struct text line;
	uint64_t shown_count;
	uint64_t undecided_count;
	const struct column *not_told; /* the first field that was missing for a decision */
};

static int where_fault_show(struct cli *cli, const char *expression, const struct where_fault *fault)
{
	struct text out = {0};
	cli_usage_error(cli, "--where: %s", fault->message);
	text_add(&out, "  ");
	for (const char *at = expression; *at != '\0'; at++)
		text_add_char(&out, *at >= ' ' && *at <= '~' ? *at : '?');
	text_add(&out, "\n  ");
	for (size_t i = 0; i < fault->at; i++)
		text_add_char(&out, ' ');
	text_add_char(&out, '^');
	for (size_t i = 1; i < fault->size; i++)
		text_add_char(&out, '~');
	fprintf(cli_err(cli), "%s  column %zu\n", text_string(&out), fault->at + 1);
	text_free(&out);
	return EXIT_USAGE;
}

static int where_read(struct tail_run *run)
{
	const char *expression = cli_value(run->cli, "where");
	struct where_fault fault;
	if (expression == NULL)
		return EXIT_OK;
	int rc = where_parse(span_text(expression), &run->where, &fault);
	if (rc == ERR_SYNTAX)
		return where_fault_show(run->cli, expression, &fault);
	return rc == ERR_OK ? EXIT_OK : EXIT_INTERNAL;
}

static int options_read(struct tail_run *run)
{
	struct log_sources_options options;
	run->is_json = cli_is_json(run->cli) || cli_flag(run->cli, "jsonl");
	int code = source_options_read(run->cli, &options);
	if (code != EXIT_OK)
		return code;
	run->stream = options.reader.stream;
	options.is_followed = !cli_flag(run->cli, "no-follow");
	options.last_octets = options.is_followed && !cli_flag(run->cli, "all") ? LAST_OCTETS : 0;
	code = where_read(run);
	return code == EXIT_OK ? source_options_open(run->cli, &options, &run->sources) : code;
}

static bool is_wanted(struct tail_run *run, const struct event *event)
{
	if (run->stream != STREAM_UNKNOWN && event->stream != run->stream)
		return false;
	if (run->where == NULL)
		return true;
	enum truth truth = where_judge(run->where, event);
	if (truth == TRUTH_UNKNOWN) {
		run->undecided_count++;
		if (run->not_told == NULL)
			run->not_told = where_not_told(run->where, event);
	}
	return truth == TRUTH_YES;
}

static void event_show(struct tail_run *run, const struct event *event)
{
	if (!is_wanted(run, event))
		return;
	text_clear(&run->line);
	(run->is_json ? event_print_json : event_print_text)(event, &run->line);
	fwrite(text_string(&run->line), 1, run->line.size, cli_out(run->cli));
	run->shown_count++;
}

static bool is_told_to_end(const struct tail_run *run)
{
	struct signalfd_siginfo info;
	return read(run->signal_fd, &info, sizeof(info)) == (ssize_t)sizeof(info);
}

/* Until the sources end, or somebody ends it: both are how it is meant to end. */
static int events_show(struct tail_run *run)
{
	struct event event;
	for (uint64_t count = 0;; count++) {
		enum log_next next = log_sources_next(run->sources, &event);
		if (next == LOG_NEXT_END)
			return EXIT_OK;
		if (next == LOG_NEXT_EVENT) {
			event_show(run, &event);
			if (count % LOOK_UP_EVERY == 0 && is_told_to_end(run))
				return EXIT_OK;
			continue;
		}
		if (fflush(cli_out(run->cli)) != 0)
			return EXIT_INTERNAL;
		if (log_sources_wait(run->sources, run->signal_fd))
			return EXIT_OK;
	}
}

/* What was left out, and why: on stderr, for the events are what is piped on. */
static void remarks_show(const struct tail_run *run)
{
	struct text out = {0};
	if (cli_is_quiet(run->cli))
		return;
	log_sources_report(run->sources, &out);
	if (run->not_told != NULL)
		text_addf(&out,
			  "%llu events do not tell all that --where asks for (%s first): they are not shown;\n"
			  "what to add to the server's configuration: sextant advise logging\n",
			  (unsigned long long)run->undecided_count, run->not_told->name);
	fputs(text_string(&out), cli_err(run->cli));
	text_free(&out);
}

/* What is followed has no end, and to be told to end is the usual one. Else a reader that waits is just ended. */
static int signals_open(struct tail_run *run)
{
	if (cli_flag(run->cli, "no-follow"))
		return EXIT_OK;
	sigset_t ends;
	sigemptyset(&ends);
	sigaddset(&ends, SIGINT);
	sigaddset(&ends, SIGTERM);
	if (sigprocmask(SIG_BLOCK, &ends, NULL) != 0)
		return EXIT_INTERNAL;
	run->signal_fd = signalfd(-1, &ends, SFD_CLOEXEC | SFD_NONBLOCK);
	return run->signal_fd >= 0 ? EXIT_OK : EXIT_INTERNAL;
}

static int run_tail(struct cli *cli)
{
	struct tail_run run = {.cli = cli, .signal_fd = -1};
	int code = options_read(&run);
	if (code == EXIT_OK)
		code = signals_open(&run);
	if (code == EXIT_OK) {
		code = events_show(&run);
		fflush(cli_out(cli));
		remarks_show(&run);
	}
	if (run.signal_fd >= 0)
		close(run.signal_fd);
	log_sources_close(run.sources);
	where_free(run.where);
	text_free(&run.line);
	return code;
}

const struct command command_tail = {
	.name = "tail",
	.summary = "show query logs of any name server as events, as they are written",
	.usage = "[SOURCE...]",
	.description =
		"Reads files, or standard input (-, or no SOURCE), and follows them over rotation and truncation until "
		"it is "
		"interrupted, which is exit code 0. Formats: BIND 9 (queries, query-errors, responses, dnssec, "
		"lame-servers), "
		"Unbound, CoreDNS, sextantd, Knot Resolver, PowerDNS, Amazon Route 53, Google Cloud DNS; behind "
		"syslog, "
		"journalctl -o short* or json, docker compose, kubectl and CRI. What several lines tell of one "
		"question is "
		"joined; several sources are put in the order of their stamps.\n"
		"Of dnstap: a file of Frame Streams, or a socket that name servers send to. dnstap:unix:PATH and "
		"dnstap:tcp:ADDRESS@PORT (port 6000 when left out) are listened on, for up to 64 senders at once (BIND, Unbound, "
		"Knot, dnsdist, sextantd); with --no-follow until the last that came has gone. The user that a sender runs as must "
		"be allowed to write to the Unix socket.\n"
		"EXPR compares fields: qtype=AAAA and rcode!=NOERROR, client in 2001:db8::/48, qname in example.com, "
		"us>2ms, "
		"reason~\"RRSIG\", rcode in (SERVFAIL, REFUSED), rcode=unknown; with and, or, not and brackets. What a "
		"source "
		"does not tell makes a comparison neither true nor false, and such an event is not shown.\n"
		"Fields: ts ev source stream service client cport server family transport id qname qtype qclass rd do "
		"cd has_edns "
		"has_cookie tsig edns rcode aa tc ad ra an ttl size us ede cache val aaaa up_server up_port up_family "
		"up_tries up_tried up_us ttl_left_s probe reason.\n"
		"Names and reasons are the words of strangers: what a terminal would obey is shown as \\DDD or \\xHH.",
	.options = tail_options,
	.run = run_tail,
};
