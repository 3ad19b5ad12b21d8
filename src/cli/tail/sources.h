/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The events of several logs as one stream, in the order of their stamps, joined.
 * Owned: log_sources_open/log_sources_close.
 * Never waits for a slow source while another has lines: what comes later goes where it comes.
 */
#ifndef CLI_TAIL_SOURCES_H
#define CLI_TAIL_SOURCES_H

#include "signals/line.h"

struct log_sources;

struct log_sources_options {
	const char *const *paths; /* "-": standard input; "dnstap:...": cli/tail/tap_listener.h */
	size_t count;
	struct line_reader reader; /* what the caller sets of it */
	bool is_followed;
	size_t last_octets; /* of each file; 0: all */
};

enum log_next {
	LOG_NEXT_EVENT,
	LOG_NEXT_NONE, /* nothing now: log_sources_wait */
	LOG_NEXT_END
};

/* *ret_bad_path: the one that cannot be read. -errno. */
int log_sources_open(const struct log_sources_options *options, struct log_sources **ret,
		     const char **ret_bad_path) MUST_USE;
void log_sources_close(struct log_sources *sources); /* NULL is fine */

enum log_next log_sources_next(struct log_sources *sources, struct event *ret);
/* Until there may be more, or the descriptor (-1: none) is readable: true then. */
bool log_sources_wait(struct log_sources *sources, int stop_fd);

/* Sums over the sources; sample and first_unread are those of the first with an unread line, whose path is *ret_path.
 */
struct line_reader log_sources_sum(const struct log_sources *sources, const char **ret_path);
/* What is to be said about the lines: how many were not read, and one of them; stamps without a zone. May add nothing.
 */
void log_sources_report(const struct log_sources *sources, struct text *out);

#endif
