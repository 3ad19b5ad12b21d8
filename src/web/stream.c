/* SPDX-License-Identifier: BSD-2-Clause */
#include "web/stream.h"

#include "base/clock.h"
#include "observe/feed.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LOOK_US 100000
#define BEAT_US 15000000
#define READ_OCTETS 16384

struct web_stream {
	struct feed *feed;
	struct feed_reader reader;
	struct where *where;
	struct text out;   /* what the connection has yet to take */
	size_t taken;      /* of out */
	uint64_t spoke_us; /* monotonic: when the client last got anything */
};

bool stream_word(const char *text, enum event_stream *ret)
{
	static const enum event_stream streams[] = {STREAM_AUTHORITATIVE, STREAM_RECURSIVE, STREAM_PROBE};
	for (size_t i = 0; text != NULL && i < sizeof(streams) / sizeof(streams[0]); i++) {
		if (strcmp(event_stream_text(streams[i]), text) == 0) {
			*ret = streams[i];
			return true;
		}
	}
	return false;
}

static void fault_tell(const struct where_fault *fault, struct web_reply *reply)
{
	web_reply_json(reply, 400,
		       json_pack("{s:s, s:I, s:I}", "error", fault->message, "at", (json_int_t)fault->at, "size",
				 (json_int_t)fault->size));
}

/* False: the reply says what is wrong with the request. */
static bool reader_make(const struct web_request *request, struct web_stream *stream, struct web_reply *reply)
{
	const char *word = target_parameter(&request->target, "stream");
	const char *where = target_parameter(&request->target, "where");
	const char *seen = request->headers[WEB_HEADER_LAST_EVENT_ID];
	if (word != NULL && !stream_word(word, &stream->reader.stream)) {
		web_reply_error(reply, 400, "stream= wants auth, rec or probe");
		return false;
	}
	struct where_fault fault;
	int rc = where != NULL && *where != '\0' ? where_parse(span_text(where), &stream->where, &fault) : ERR_OK;
	if (rc == ERR_SYNTAX)
		fault_tell(&fault, reply);
	else if (rc != ERR_OK)
		web_reply_error(reply, 500, "no memory for the filter");
	stream->reader.where = stream->where;
	stream->reader.next =
		seen != NULL ? feed_after(stream->feed, strtoull(seen, NULL, 10)) : feed_next(stream->feed);
	return rc == ERR_OK;
}

void stream_open(const struct web_options *options, const struct web_request *request, struct web_reply *reply)
{
	struct feed *feed = options->source->feed(options->source->owner);
	if (feed == NULL) {
		api_refuse(reply, ERR_NOT_FOUND);
		return;
	}
	struct web_stream *stream = calloc(1, sizeof(*stream));
	if (stream == NULL) {
		web_reply_error(reply, 500, "no memory for a stream");
		return;
	}
	stream->feed = feed;
	if (!reader_make(request, stream, reply)) {
		stream_free(stream);
		return;
	}
	stream->spoke_us = clock_monotonic_us();
	text_add(&stream->out, ": following\n\n"); /* so that the client knows that it does */
	reply->status = 200;
	reply->type = "text/event-stream";
	reply->stream = stream;
}

void stream_free(struct web_stream *stream)
{
	if (stream == NULL)
		return;
	where_free(stream->where);
	text_free(&stream->out);
	free(stream);
}

/* Looking ten times a second costs less than waking each reader for each event. */
static void stream_wait(struct web_stream *stream, const atomic_bool *is_stopping)
{
	while (stream->out.size == 0 && !stream->out.is_failed && !atomic_load(is_stopping)) {
		feed_read(stream->feed, &stream->reader, READ_OCTETS, &stream->out);
		if (stream->out.size > 0)
			return;
		if (clock_monotonic_us() - stream->spoke_us >= BEAT_US)
			text_add(&stream->out, ": beat\n\n");
		else
			usleep(LOOK_US);
	}
}

size_t stream_read(struct web_stream *stream, const atomic_bool *is_stopping, char *buffer, size_t size)
{
	if (stream->taken == stream->out.size) {
		text_clear(&stream->out);
		stream->taken = 0;
		stream_wait(stream, is_stopping);
	}
	if (stream->out.is_failed || atomic_load(is_stopping))
		return 0;
	size_t part = stream->out.size - stream->taken;
	if (part > size)
		part = size;
	memcpy(buffer, stream->out.data + stream->taken, part);
	stream->taken += part;
	stream->spoke_us = clock_monotonic_us();
	return part;
}
