/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/tail/source_options.h"

#include "base/clock.h"

#include <time.h>
#include <unistd.h>

static int format_read(struct cli *cli, struct line_reader *reader)
{
	const char *word = cli_value(cli, "format");
	reader->format = LINE_ANY;
	if (word != NULL && !line_format_from_text(word, &reader->format))
		return cli_usage_error(
			cli,
			"--format %s: it is one of auto, bind, unbound, coredns, sextant, kresd, powerdns, route53, "
			"clouddns, dnstap",
			word);
	return EXIT_OK;
}

static int stream_read(struct cli *cli, struct line_reader *reader)
{
	const char *word = cli_value(cli, "stream");
	if (word == NULL)
		return EXIT_OK;
	for (unsigned stream = STREAM_UNKNOWN + 1; stream < STREAM_COUNT; stream++) {
		if (strcmp(word, event_stream_text((enum event_stream)stream)) == 0) {
			reader->stream = (enum event_stream)stream;
			return EXIT_OK;
		}
	}
	return cli_usage_error(cli, "--stream %s: it is one of auth, rec, probe", word);
}

/* The zone database is the host's: read here, at the edge. */
static int clock_read(struct cli *cli, struct stamp_clock *clock)
{
	const char *offset = cli_value(cli, "utc-offset");
	clock->now_us = clock_wall_us();
	if (offset != NULL) {
		struct span rest = span_text(offset);
		if (!stamp_take_zone(&rest, &clock->zone_s) || rest.size > 0)
			return cli_usage_error(cli, "--utc-offset %s: write +01:00, -03:30 or Z", offset);
		return EXIT_OK;
	}
	time_t now = (time_t)(clock->now_us / 1000000);
	struct tm local;
	if (localtime_r(&now, &local) != NULL)
		clock->zone_s = (int32_t)local.tm_gmtoff;
	return EXIT_OK;
}

static int paths_read(struct cli *cli, struct log_sources_options *options)
{
	static const char *const standard_input[] = {"-"};
	options->count = cli_operands(cli, &options->paths);
	if (options->count > 0)
		return EXIT_OK;
	if (isatty(STDIN_FILENO))
		return cli_usage_error(cli, "name a file, or give lines on standard input");
	options->paths = standard_input;
	options->count = 1;
	return EXIT_OK;
}

int source_options_read(struct cli *cli, struct log_sources_options *ret)
{
	*ret = (struct log_sources_options){0};
	int code = format_read(cli, &ret->reader);
	if (code == EXIT_OK)
		code = stream_read(cli, &ret->reader);
	if (code == EXIT_OK)
		code = clock_read(cli, &ret->reader.clock);
	return code == EXIT_OK ? paths_read(cli, ret) : code;
}

int source_options_open(struct cli *cli, const struct log_sources_options *options, struct log_sources **ret)
{
	const char *bad_path;
	int rc = log_sources_open(options, ret, &bad_path);
	if (rc == ERR_SYNTAX && bad_path != NULL)
		return cli_usage_error(cli, "%s: write dnstap:unix:PATH, dnstap:tcp:2001:db8::1@6000 or dnstap:tcp:192.0.2.1@6000",
				       bad_path);
	if (rc != ERR_OK && bad_path != NULL)
		return cli_usage_error(cli, "%s: %s", bad_path, err_text(rc));
	return rc == ERR_OK ? EXIT_OK : EXIT_INTERNAL;
}
