/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Lines of query logs, of name servers and of clouds, read into events. A table has the formats; each line is told
 * apart by itself, so that one stream may mix them. A line_reader is a value of the caller's; lines are borrowed for
 * the call. Never fails on a line: what cannot be read is counted, and the first of it kept to be shown.
 */
#ifndef SIGNALS_LINE_H
#define SIGNALS_LINE_H

#include "signals/event.h"
#include "signals/stamp.h"

enum line_format {
#define LINE_FORMAT(id, name, stream, text, json, what) LINE_##id,
#include "signals/line_formats.def"
	LINE_FORMAT_COUNT
};

#define LINE_ANY LINE_FORMAT_COUNT /* told apart by its looks */

enum line_verdict {
	LINE_EVENT,
	LINE_PASSED_OVER, /* of a format known, but of no question: start-up notes, statistics */
	LINE_UNREAD       /* of no format known */
};

const char *line_format_name(enum line_format format);  /* "bind" */
const char *line_format_title(enum line_format format); /* "BIND 9" */
/* LINE_FORMAT_COUNT for "auto"; false: no such name. */
bool line_format_from_text(const char *text, enum line_format *ret);

#define LINE_SAMPLE_MAX 160

struct line_reader {
	/* by the caller */
	struct stamp_clock clock;
	enum line_format format;  /* LINE_ANY, or the only one that is read */
	enum event_stream stream; /* of sources that do not say; a source's own word wins */
	/* by line_read */
	enum line_format last; /* tried first */
	uint64_t line_count, event_count, passed_over_count, unread_count;
	uint64_t format_counts[LINE_FORMAT_COUNT]; /* events */
	uint64_t zone_assumed_count;               /* events whose stamp had no time zone */
	uint64_t first_unread;                     /* number of the line in `sample`, from 1 */
	char sample[LINE_SAMPLE_MAX];              /* the first line that was not read, as it came: untrusted */
};

/* One line, without its end. LINE_EVENT: *ret is filled. */
enum line_verdict line_read(struct line_reader *reader, struct span line, struct event *ret);
/* One frame of dnstap; counted as a line. */
enum line_verdict line_read_frame(struct line_reader *reader, struct span frame, struct event *ret);

#endif
