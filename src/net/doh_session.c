/* SPDX-License-Identifier: BSD-2-Clause */
#include "net/doh_session.h"

#include <errno.h>
#include <nghttp2/nghttp2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define FIELD_OVERHEAD 32 /* RFC 9113 6.5.2 */
#define MEDIA_TYPE "application/dns-message"

struct doh_session {
	nghttp2_session *http;
	int32_t stream;
	int err;
	bool is_done, is_in_response;
	uint16_t status;
	bool is_dns_message;
	size_t headers_size, stream_size, body_size;
	size_t question_size, question_sent;
	uint8_t question[DOH_BODY_MAX];
	uint8_t body[DOH_BODY_MAX];
};

/* --- What nghttp2 tells --- */

static int session_fail(struct doh_session *session, int err)
{
	session->err = err;
	return NGHTTP2_ERR_CALLBACK_FAILURE;
}

static int headers_begin(nghttp2_session *http, const nghttp2_frame *frame, void *user)
{
	struct doh_session *session = user;
	session->is_in_response = false; /* trailers, until there is a status */
	return 0;
}

static bool media_type_is(struct span value)
{
	size_t size = sizeof(MEDIA_TYPE) - 1;
	if (value.size < size || strncasecmp((const char *)value.data, MEDIA_TYPE, size) != 0)
		return false;
	return value.size == size || value.data[size] == ';' || value.data[size] == ' ' || value.data[size] == '\t';
}

/* nghttp2 has seen that there is at most one :status of three digits, in front of the other fields (RFC 9113 8.3.2). */
static int header_take(nghttp2_session *http, const nghttp2_frame *frame, const uint8_t *name, size_t name_size,
		       const uint8_t *value, size_t value_size, uint8_t flags, void *user)
{
	struct doh_session *session = user;
	session->headers_size += name_size + value_size + FIELD_OVERHEAD;
	if (session->headers_size > DOH_HEADERS_MAX)
		return session_fail(session, ERR_LIMIT);
	if (frame->hd.stream_id != session->stream)
		return 0;
	if (name_size == 7 && memcmp(name, ":status", 7) == 0 && value_size == 3) {
		session->is_in_response = true;
		session->is_dns_message = false;
		session->status = (uint16_t)((value[0] - '0') * 100 + (value[1] - '0') * 10 + (value[2] - '0'));
		if (session->status < 100)
			return session_fail(session, ERR_SYNTAX); /* RFC 9110 15 */
	} else if (session->is_in_response && name_size == 12 && memcmp(name, "content-type", 12) == 0) {
		session->is_dns_message = media_type_is(span_of(value, value_size));
	}
	return 0;
}

static int body_take(nghttp2_session *http, uint8_t flags, int32_t stream, const uint8_t *data, size_t size, void *user)
{
	struct doh_session *session = user;
	if (stream != session->stream)
		return 0;
	if (size > sizeof(session->body) - session->body_size)
		return session_fail(session, ERR_LIMIT);
	memcpy(session->body + session->body_size, data, size);
	session->body_size += size;
	return 0;
}

/* Whole with the server's END_STREAM, behind a final status: what it does afterwards does not matter. */
static int frame_take(nghttp2_session *http, const nghttp2_frame *frame, void *user)
{
	struct doh_session *session = user;
	bool is_carrier = frame->hd.type == NGHTTP2_DATA || frame->hd.type == NGHTTP2_HEADERS;
	bool is_end = frame->hd.flags & NGHTTP2_FLAG_END_STREAM;
	if (is_carrier && is_end && frame->hd.stream_id == session->stream && session->status >= 200)
		session->is_done = true;
	return 0;
}

static int stream_end(nghttp2_session *http, int32_t stream, uint32_t code, void *user)
{
	struct doh_session *session = user;
	if (stream == session->stream && !session->is_done)
		session->err = ERR_TRUNCATED;
	return 0;
}

/* --- What is sent --- */

static ssize_t question_read(nghttp2_session *http, int32_t stream, uint8_t *octets, size_t size, uint32_t *flags,
			     nghttp2_data_source *source, void *user)
{
	struct doh_session *session = user;
	size_t left = session->question_size - session->question_sent;
	if (size > left)
		size = left;
	memcpy(octets, session->question + session->question_sent, size);
	session->question_sent += size;
	if (size == left)
		*flags |= NGHTTP2_DATA_FLAG_EOF;
	return (ssize_t)size;
}

static nghttp2_nv field(const char *name, const char *value)
{
	return (nghttp2_nv){.name = (uint8_t *)name,
			    .value = (uint8_t *)value,
			    .namelen = strlen(name),
			    .valuelen = strlen(value),
			    .flags = NGHTTP2_NV_FLAG_NONE};
}

static int request_submit(struct doh_session *session, const char *host, const char *path)
{
	char length[8];
	static const nghttp2_settings_entry settings[] = {{NGHTTP2_SETTINGS_ENABLE_PUSH, 0},
							  {NGHTTP2_SETTINGS_MAX_HEADER_LIST_SIZE, DOH_HEADERS_MAX}};
	const nghttp2_data_provider body = {.read_callback = question_read};
	snprintf(length, sizeof(length), "%zu", session->question_size);
	/* RFC 8484 4.1. */
	const nghttp2_nv fields[] = {field(":method", "POST"),       field(":scheme", "https"),
				     field(":authority", host),      field(":path", path),
				     field("accept", MEDIA_TYPE),    field("content-type", MEDIA_TYPE),
				     field("content-length", length)};
	int rc = nghttp2_submit_settings(session->http, NGHTTP2_FLAG_NONE, settings,
					 sizeof(settings) / sizeof(settings[0]));
	if (rc == 0)
		session->stream = nghttp2_submit_request(session->http, NULL, fields,
							 sizeof(fields) / sizeof(fields[0]), &body, NULL);
	return rc == 0 && session->stream > 0 ? ERR_OK : -ENOMEM;
}

/* --- Its life --- */

static int http_new(struct doh_session *session)
{
	nghttp2_session_callbacks *callbacks;
	if (nghttp2_session_callbacks_new(&callbacks) != 0)
		return -ENOMEM;
	nghttp2_session_callbacks_set_on_begin_headers_callback(callbacks, headers_begin);
	nghttp2_session_callbacks_set_on_header_callback(callbacks, header_take);
	nghttp2_session_callbacks_set_on_data_chunk_recv_callback(callbacks, body_take);
	nghttp2_session_callbacks_set_on_frame_recv_callback(callbacks, frame_take);
	nghttp2_session_callbacks_set_on_stream_close_callback(callbacks, stream_end);
	int rc = nghttp2_session_client_new(&session->http, callbacks, session);
	nghttp2_session_callbacks_del(callbacks);
	return rc == 0 ? ERR_OK : -ENOMEM;
}

int doh_session_new(const char *host, const char *path, struct span question, struct doh_session **ret)
{
	if (question.size > DOH_BODY_MAX)
		return ERR_RANGE;
	struct doh_session *session = calloc(1, sizeof(*session));
	if (session == NULL)
		return -ENOMEM;
	memcpy(session->question, question.data, question.size);
	session->question_size = question.size;
	int err = http_new(session);
	if (err == ERR_OK)
		err = request_submit(session, host, path);
	if (err != ERR_OK) {
		doh_session_free(session);
		return err;
	}
	*ret = session;
	return ERR_OK;
}

void doh_session_free(struct doh_session *session)
{
	nghttp2_session_del(session->http);
	free(session);
}

static int error_of(ssize_t rc)
{
	return rc == NGHTTP2_ERR_NOMEM ? -ENOMEM : ERR_SYNTAX;
}

/* nghttp2 sends whoever breaks the rules of HTTP/2 a GOAWAY (or RST_STREAM), and reads nothing more (of the stream)
 * then. */
static int session_state(const struct doh_session *session)
{
	if (session->is_done || session->err != ERR_OK)
		return session->is_done ? ERR_OK : session->err;
	return nghttp2_session_want_read(session->http) != 0 ? ERR_OK : ERR_SYNTAX;
}

int doh_session_take(struct doh_session *session, struct span *ret)
{
	const uint8_t *octets = NULL;
	ssize_t size = nghttp2_session_mem_send(session->http, &octets);
	if (size < 0)
		return error_of(size);
	*ret = span_of(octets, (size_t)size);
	return size == 0 ? session_state(session) : ERR_OK;
}

int doh_session_put(struct doh_session *session, struct span octets)
{
	/* Frames that carry nothing (PING, SETTINGS, PRIORITY, padding) have no bound of their own. */
	session->stream_size += octets.size;
	if (session->stream_size > DOH_STREAM_MAX)
		return ERR_LIMIT;
	ssize_t taken = nghttp2_session_mem_recv(session->http, octets.data, octets.size);
	int err = session_state(session);
	return err == ERR_OK && taken < 0 && !session->is_done ? error_of(taken) : err;
}

bool doh_session_is_done(const struct doh_session *session)
{
	return session->is_done;
}

struct doh_response doh_session_response(const struct doh_session *session)
{
	return (struct doh_response){.status = session->status,
				     .is_dns_message = session->is_dns_message,
				     .body = span_of(session->body, session->body_size)};
}
