/* SPDX-License-Identifier: BSD-2-Clause */
#include "signals/line.h"

#include "signals/dnstap.h"
#include "signals/envelope.h"
#include "signals/line_json.h"
#include "signals/line_read.h"
#include "signals/words.h"

#include <string.h>

static const struct {
	const char *name;
	const char *title;
	enum event_stream stream;
	enum line_verdict (*read_text)(struct span, const struct stamp_clock *, struct event *); /* NULL: none */
	enum line_verdict (*read_json)(json_t *, const struct stamp_clock *, struct event *);
} formats[LINE_FORMAT_COUNT] = {
#define LINE_FORMAT(id, name, stream, text, json, what) {#name, what, STREAM_##stream, text, json},
#include "signals/line_formats.def"
};

const char *line_format_name(enum line_format format)
{
	return formats[format].name;
}

const char *line_format_title(enum line_format format)
{
	return formats[format].title;
}

bool line_format_from_text(const char *text, enum line_format *ret)
{
	*ret = LINE_ANY;
	if (strcmp(text, "auto") == 0)
		return true;
	for (unsigned i = 0; i < LINE_FORMAT_COUNT; i++) {
		if (strcmp(formats[i].name, text) == 0) {
			*ret = (enum line_format)i;
			return true;
		}
	}
	return false;
}

/* A body is text, or a JSON object already parsed. */
struct body {
	struct span text;
	json_t *json; /* NULL: text */
};

static enum line_verdict body_read(const struct line_reader *reader, enum line_format format, const struct body *body,
				   struct event *ret)
{
	event_clear(ret);
	ret->source = (uint8_t)format;
	ret->stream = formats[format].stream;
	if (body->json != NULL)
		return formats[format].read_json != NULL ? formats[format].read_json(body->json, &reader->clock, ret)
							 : LINE_UNREAD;
	return formats[format].read_text != NULL ? formats[format].read_text(body->text, &reader->clock, ret)
						 : LINE_UNREAD;
}

/* The format of the line before is the likeliest. */
static enum line_verdict formats_try(struct line_reader *reader, const struct body *body, struct event *ret)
{
	if (reader->format != LINE_ANY)
		return body_read(reader, reader->format, body, ret);
	enum line_verdict verdict = body_read(reader, reader->last, body, ret);
	for (unsigned i = 0; i < LINE_FORMAT_COUNT && verdict == LINE_UNREAD; i++) {
		if (i == reader->last)
			continue;
		verdict = body_read(reader, (enum line_format)i, body, ret);
		if (verdict == LINE_EVENT)
			reader->last = (enum line_format)i;
	}
	return verdict;
}

/* A carrier's text: what the program wrote, a line or an object; a carrier in a carrier is no log. */
static enum line_verdict carried_read(struct line_reader *reader, struct span carried, struct event *ret)
{
	struct envelope inner;
	envelope_open(carried, &reader->clock, &inner);
	if (inner.body.size == 0)
		return LINE_PASSED_OVER;
	struct body body = {.text = inner.body};
	if (inner.body.data[0] == '{')
		body.json = json_loadb((const char *)inner.body.data, inner.body.size, JSON_ALLOW_NUL, NULL);
	enum line_verdict verdict = formats_try(reader, &body, ret);
	json_decref(body.json);
	return verdict;
}

/* An object may be a carrier itself: the line is one of its texts. */
static enum line_verdict json_try(struct line_reader *reader, struct span text, struct envelope *envelope,
				  struct event *ret)
{
	struct body body = {.json = json_loadb((const char *)text.data, text.size, JSON_ALLOW_NUL, NULL)};
	if (body.json == NULL)
		return LINE_UNREAD;
	enum line_verdict verdict;
	struct span carried;
	if (line_json_carried(body.json, &reader->clock, envelope, &carried))
		verdict = carried_read(reader, carried, ret);
	else
		verdict = formats_try(reader, &body, ret);
	json_decref(body.json);
	return verdict;
}

static void unread_keep(struct line_reader *reader, struct span line)
{
	if (reader->unread_count++ > 0)
		return;
	size_t size = line.size < LINE_SAMPLE_MAX ? line.size : LINE_SAMPLE_MAX - 1;
	if (size > 0)
		memcpy(reader->sample, line.data, size);
	reader->sample[size] = '\0';
	reader->first_unread = reader->line_count;
}

static void event_count(struct line_reader *reader, const struct event *event)
{
	reader->event_count++;
	reader->format_counts[event->source]++;
	if (event->is_zone_assumed)
		reader->zone_assumed_count++;
}

static enum line_verdict verdict_count(struct line_reader *reader, enum line_verdict verdict, struct span line,
				       struct event *event)
{
	if (verdict == LINE_EVENT) {
		if (event->stream == STREAM_UNKNOWN)
			event->stream = reader->stream;
		event_count(reader, event);
	} else if (verdict == LINE_PASSED_OVER) {
		reader->passed_over_count++;
	} else {
		unread_keep(reader, line);
	}
	return verdict;
}

enum line_verdict line_read(struct line_reader *reader, struct span line, struct event *ret)
{
	reader->line_count++;
	if (line.size > 0 && line.data[line.size - 1] == '\r')
		line.size--;
	struct envelope envelope;
	envelope_open(line, &reader->clock, &envelope);
	if (envelope.body.size == 0) {
		reader->passed_over_count++;
		return LINE_PASSED_OVER;
	}
	enum line_verdict verdict = envelope.body.data[0] == '{'
					    ? json_try(reader, envelope.body, &envelope, ret)
					    : formats_try(reader, &(struct body){.text = envelope.body}, ret);
	if (verdict == LINE_EVENT && !event_has(ret, EVENT_HAS_TIME) && envelope.has_stamp)
		line_set_time(ret, &envelope.stamp);
	return verdict_count(reader, verdict, line, ret);
}

enum line_verdict line_read_frame(struct line_reader *reader, struct span frame, struct event *ret)
{
	reader->line_count++;
	event_clear(ret);
	ret->source = LINE_DNSTAP;
	bool is_wanted = reader->format == LINE_ANY || reader->format == LINE_DNSTAP;
	enum line_verdict verdict = is_wanted ? dnstap_read(frame, ret) : LINE_UNREAD;
	return verdict_count(reader, verdict, span_text("(a frame of dnstap)"), ret);
}
