/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/tail/sources.h"

#include "base/random.h"
#include "cli/tail/log_file.h"
#include "cli/tail/tap_listener.h"
#include "signals/column.h"
#include "signals/joiner.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>

#define WAIT_MS 100 /* files tell nobody that they grew */

struct source {
	struct log_file *file;         /* one of the two */
	struct tap_listener *listener;
	struct line_reader reader;
	bool is_ended;
	bool has_event;   /* read, and not yet given out */
	uint64_t time_us; /* of the last event that told one */
	struct event event;
};

struct log_sources {
	struct joiner *joiner;
	size_t count;
	struct pollfd *pollers; /* one a source, and the caller's */
	struct source sources[];
};

static int source_open(struct source *source, const struct log_sources_options *options, const char *path)
{
	if (tap_listener_is_meant(path))
		return tap_listener_open(path, options->is_followed, &source->listener);
	return log_file_open(path, options->is_followed, options->last_octets, &source->file);
}

static void source_close(struct source *source)
{
	log_file_close(source->file);
	tap_listener_close(source->listener);
}

static const char *source_path(const struct source *source)
{
	return source->file != NULL ? log_file_path(source->file) : tap_listener_source(source->listener);
}

static int source_descriptor(const struct source *source)
{
	return source->file != NULL ? log_file_descriptor(source->file) : tap_listener_descriptor(source->listener);
}

int log_sources_open(const struct log_sources_options *options, struct log_sources **ret, const char **ret_bad_path)
{
	struct log_sources *sources = calloc(1, sizeof(*sources) + options->count * sizeof(struct source));
	uint64_t seed;
	random_bytes(&seed, sizeof(seed));
	*ret_bad_path = NULL;
	if (sources == NULL)
		return -ENOMEM;
	sources->pollers = calloc(options->count + 1, sizeof(*sources->pollers));
	int rc = sources->pollers != NULL ? joiner_new(seed, &sources->joiner) : -ENOMEM;
	for (size_t i = 0; rc == ERR_OK && i < options->count; i++) {
		struct source *source = &sources->sources[i];
		source->reader = options->reader;
		rc = source_open(source, options, options->paths[i]);
		*ret_bad_path = rc != ERR_OK ? options->paths[i] : NULL;
		sources->count += rc == ERR_OK;
	}
	if (rc != ERR_OK) {
		log_sources_close(sources);
		return rc;
	}
	*ret = sources;
	return ERR_OK;
}

void log_sources_close(struct log_sources *sources)
{
	if (sources == NULL)
		return;
	for (size_t i = 0; i < sources->count; i++)
		source_close(&sources->sources[i]);
	joiner_free(sources->joiner);
	free(sources->pollers);
	free(sources);
}

/* One event ahead, if its lines have one now. */
static void source_advance(struct source *source)
{
	struct span line;
	while (!source->has_event && !source->is_ended) {
		enum log_line got = source->file != NULL ? log_file_line(source->file, &line)
							 : tap_listener_frame(source->listener, &line);
		if (got == LOG_NONE)
			return;
		source->is_ended = got == LOG_END;
		if (got == LOG_LINE)
			source->has_event = line_read(&source->reader, line, &source->event) == LINE_EVENT;
		if (got == LOG_FRAME)
			source->has_event = line_read_frame(&source->reader, line, &source->event) == LINE_EVENT;
	}
	/* A line without a stamp belongs to the moment of the one before. */
	if (source->has_event && event_has(&source->event, EVENT_HAS_TIME))
		source->time_us = source->event.time_us;
}

static struct source *earliest(struct log_sources *sources, bool *ret_is_over)
{
	struct source *first = NULL;
	*ret_is_over = true;
	for (size_t i = 0; i < sources->count; i++) {
		struct source *source = &sources->sources[i];
		source_advance(source);
		*ret_is_over = *ret_is_over && source->is_ended;
		if (source->has_event && (first == NULL || source->time_us < first->time_us))
			first = source;
	}
	return first;
}

enum log_next log_sources_next(struct log_sources *sources, struct event *ret)
{
	for (;;) {
		bool is_over;
		struct source *source = earliest(sources, &is_over);
		if (source == NULL)
			return is_over ? LOG_NEXT_END : LOG_NEXT_NONE;
		source->has_event = false;
		if (joiner_join(sources->joiner, &source->event)) {
			*ret = source->event;
			return LOG_NEXT_EVENT;
		}
	}
}

bool log_sources_wait(struct log_sources *sources, int stop_fd)
{
	struct pollfd *stop = &sources->pollers[sources->count];
	*stop = (struct pollfd){.fd = stop_fd, .events = POLLIN};
	bool has_files = false;
	for (size_t i = 0; i < sources->count; i++) {
		int fd = source_descriptor(&sources->sources[i]);
		sources->pollers[i] = (struct pollfd){.fd = fd, .events = POLLIN};
		has_files = has_files || fd < 0;
	}
	poll(sources->pollers, sources->count + 1, has_files ? WAIT_MS : -1);
	return (stop->revents & POLLIN) != 0;
}

struct line_reader log_sources_sum(const struct log_sources *sources, const char **ret_path)
{
	struct line_reader sum = {0};
	*ret_path = NULL;
	for (size_t i = 0; i < sources->count; i++) {
		const struct line_reader *one = &sources->sources[i].reader;
		if (sum.unread_count == 0 && one->unread_count > 0) {
			memcpy(sum.sample, one->sample, sizeof(sum.sample));
			sum.first_unread = one->first_unread;
			*ret_path = source_path(&sources->sources[i]);
		}
		sum.line_count += one->line_count;
		sum.event_count += one->event_count;
		sum.passed_over_count += one->passed_over_count;
		sum.unread_count += one->unread_count;
		sum.zone_assumed_count += one->zone_assumed_count;
		for (size_t f = 0; f < LINE_FORMAT_COUNT; f++)
			sum.format_counts[f] += one->format_counts[f];
	}
	return sum;
}

void log_sources_report(const struct log_sources *sources, struct text *out)
{
	const char *path;
	struct line_reader sum = log_sources_sum(sources, &path);
	if (sum.unread_count > 0) {
		text_addf(out, "%llu of %llu lines are of no format known; the first is line %llu of %s:\n  ",
			  (unsigned long long)sum.unread_count, (unsigned long long)sum.line_count,
			  (unsigned long long)sum.first_unread, path);
		text_add_harmless(out, sum.sample);
		text_add(out, "\n");
	}
	for (size_t i = 0; i < sources->count; i++) {
		if (sources->sources[i].listener != NULL)
			tap_listener_report(sources->sources[i].listener, out);
	}
	if (sum.zone_assumed_count > 0) {
		int32_t zone_min = sources->sources[0].reader.clock.zone_s / 60;
		text_addf(out,
			  "%llu time stamps have no time zone and were taken as UTC%c%02d:%02d; --utc-offset says "
			  "otherwise\n",
			  (unsigned long long)sum.zone_assumed_count, zone_min < 0 ? '-' : '+', abs(zone_min) / 60,
			  abs(zone_min) % 60);
	}
}
