/* SPDX-License-Identifier: BSD-2-Clause */
#include "net/tcp_stream.h"

#include <errno.h>
#include <stdlib.h>

#define IN_CAPACITY_MIN 512

void tcp_stream_end(struct tcp_stream *stream)
{
	free(stream->in);
	free(stream->out);
	*stream = (struct tcp_stream){0};
}

/*
 * Most reads hold whole queries and go through the worker's scratch: an idle connection keeps no buffer. A query in
 * parts gets a buffer that doubles as its octets really arrive, so announcing 65,535 octets costs us nothing.
 */
uint8_t *tcp_stream_room(struct tcp_stream *stream, struct tcp_scratch *scratch, size_t *ret_size)
{
	if (stream->in_size == 0) {
		*ret_size = sizeof(scratch->in);
		return scratch->in;
	}
	if (stream->in_size == stream->in_capacity) {
		size_t capacity = 2 * stream->in_capacity;
		if (capacity > FRAMING_MAX && stream->in_size < FRAMING_MAX)
			capacity = FRAMING_MAX;
		uint8_t *in = realloc(stream->in, capacity);
		if (in == NULL)
			return NULL;
		stream->in = in;
		stream->in_capacity = capacity;
	}
	*ret_size = stream->in_capacity - stream->in_size;
	return stream->in + stream->in_size;
}

/* Sends the gathered answers; what the client does not take now is kept. */
static int answers_flush(struct tcp_stream *stream, const struct tcp_port *port, struct writer *out)
{
	if (out->size == 0)
		return ERR_OK;
	ssize_t sent = port->send(port->owner, writer_span(out));
	if (sent < 0)
		return (int)sent;
	size_t left = out->size - (size_t)sent;
	out->size = 0;
	if (left == 0)
		return ERR_OK;
	stream->out = malloc(left);
	if (stream->out == NULL)
		return -ENOMEM;
	memcpy(stream->out, out->data + sent, left);
	stream->out_start = 0;
	stream->out_size = left;
	return ERR_OK;
}

static void answer_append(const struct tcp_port *port, struct span message, struct writer *out)
{
	struct writer answer = writer_of(out->data + out->size + FRAMING_PREFIX_SIZE, FRAMING_MESSAGE_MAX);
	size_t size = port->answer(port->owner, message, &answer);
	if (size == 0)
		return;
	store_u16(out->data + out->size, (uint16_t)size);
	out->size += FRAMING_PREFIX_SIZE + size;
}

/* Keeps what was not used: queries in parts, or whole ones while the client does not take answers. */
static int rest_keep(struct tcp_stream *stream, struct span rest, bool is_own)
{
	if (rest.size == 0) {
		free(stream->in);
		stream->in = NULL;
		stream->in_size = stream->in_capacity = 0;
		return ERR_OK;
	}
	if (is_own) {
		memmove(stream->in, rest.data, rest.size);
		stream->in_size = rest.size;
		return ERR_OK;
	}
	size_t capacity = rest.size > IN_CAPACITY_MIN ? rest.size : IN_CAPACITY_MIN;
	stream->in = malloc(capacity);
	if (stream->in == NULL)
		return -ENOMEM;
	memcpy(stream->in, rest.data, rest.size);
	stream->in_size = rest.size;
	stream->in_capacity = capacity;
	return ERR_OK;
}

int tcp_stream_feed(struct tcp_stream *stream, struct tcp_scratch *scratch, const struct tcp_port *port, size_t size)
{
	bool is_own = stream->in_size > 0;
	struct span rest = span_of(is_own ? stream->in : scratch->in, stream->in_size + size);
	struct writer out = writer_of(scratch->out, sizeof(scratch->out));
	struct span message;
	int rc = ERR_OK;
	while (!tcp_stream_is_blocked(stream) && !stream->is_held && framing_take(&rest, &message)) {
		stream->message_count++;
		answer_append(port, message, &out);
		if (out.capacity - out.size < FRAMING_MAX)
			rc = answers_flush(stream, port, &out);
		if (rc != ERR_OK)
			return rc;
	}
	rc = answers_flush(stream, port, &out);
	return rc != ERR_OK ? rc : rest_keep(stream, rest, is_own);
}

int tcp_stream_drain(struct tcp_stream *stream, struct tcp_scratch *scratch, const struct tcp_port *port)
{
	struct span waiting = span_of(stream->out + stream->out_start, stream->out_size - stream->out_start);
	ssize_t sent = port->send(port->owner, waiting);
	if (sent < 0)
		return (int)sent;
	stream->out_start += (size_t)sent;
	if (tcp_stream_is_blocked(stream))
		return ERR_OK;
	free(stream->out);
	stream->out = NULL;
	stream->out_start = stream->out_size = 0;
	return tcp_stream_feed(stream, scratch, port, 0);
}

int tcp_stream_resume(struct tcp_stream *stream, struct tcp_scratch *scratch, const struct tcp_port *port)
{
	if (stream->is_held || tcp_stream_is_blocked(stream) || stream->in_size == 0)
		return ERR_OK;
	return tcp_stream_feed(stream, scratch, port, 0);
}

/* Behind answers that the client has not taken. */
static int late_keep(struct tcp_stream *stream, struct span message)
{
	size_t waiting = stream->out_size - stream->out_start;
	size_t size = waiting + FRAMING_PREFIX_SIZE + message.size;
	if (size > TCP_SCRATCH_OUT + TCP_LATE_MAX)
		return ERR_LIMIT;
	memmove(stream->out, stream->out + stream->out_start, waiting);
	stream->out_start = 0;
	stream->out_size = waiting;
	uint8_t *out = realloc(stream->out, size);
	if (out == NULL)
		return -ENOMEM;
	store_u16(out + waiting, (uint16_t)message.size);
	memcpy(out + waiting + FRAMING_PREFIX_SIZE, message.data, message.size);
	stream->out = out;
	stream->out_size = size;
	return ERR_OK;
}

int tcp_stream_append(struct tcp_stream *stream, const struct tcp_port *port, struct tcp_scratch *scratch,
                      struct span message)
{
	if (tcp_stream_is_blocked(stream))
		return late_keep(stream, message);
	struct writer out = writer_of(scratch->out, sizeof(scratch->out));
	writer_u16(&out, (uint16_t)message.size);
	writer_bytes(&out, message.data, message.size);
	return answers_flush(stream, port, &out);
}
