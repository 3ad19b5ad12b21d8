/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/doctor/read_logs.h"

#include "base/clock.h"
#include "base/random.h"
#include "cli/tail/sources.h"

#include <time.h>

static void events_take(struct log_sources *sources, struct log_view *view)
{
	struct event event;
	const char *path;
	enum log_next next;
	while ((next = log_sources_next(sources, &event)) != LOG_NEXT_END) {
		if (next == LOG_NEXT_EVENT)
			log_view_observe(view, &event);
		else
			(void)log_sources_wait(sources, -1);
	}
	struct line_reader sum = log_sources_sum(sources, &path);
	view->lines = sum.line_count;
	view->unread = sum.unread_count;
}

/* For stamps without a year or a zone. */
static struct stamp_clock clock_of_host(void)
{
	struct stamp_clock clock = {.now_us = clock_wall_us()};
	time_t now = (time_t)(clock.now_us / 1000000);
	struct tm local;
	if (localtime_r(&now, &local) != NULL)
		clock.zone_s = (int32_t)local.tm_gmtoff;
	return clock;
}

int logs_read(struct cli *cli, struct name zone, uint64_t before_us, struct log_view **ret)
{
	struct log_sources_options options = {.reader = {.format = LINE_ANY, .stream = STREAM_UNKNOWN}};
	struct log_sources *sources;
	const char *bad;
	uint64_t seed;
	options.count = cli_values(cli, "logs", &options.paths);
	options.reader.clock = clock_of_host();
	if (options.count == 0)
		return EXIT_OK;
	int err = log_sources_open(&options, &sources, &bad);
	if (err != ERR_OK)
		return cli_usage_error(cli, "--logs %s: it cannot be read: %s", bad, err_text(err));
	random_bytes(&seed, sizeof(seed));
	*ret = log_view_new(zone, before_us, seed);
	if (*ret != NULL)
		events_take(sources, *ret);
	log_sources_close(sources);
	return *ret != NULL ? EXIT_OK : EXIT_INTERNAL;
}
