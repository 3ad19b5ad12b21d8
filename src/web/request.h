/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One request as the routes see it, and the reply they fill.
 * Made by the server for each request; header texts are borrowed from the connection for as long.
 * Never holds more than the server's limits let in.
 */
#ifndef WEB_REQUEST_H
#define WEB_REQUEST_H

#include "web/session.h"
#include "web/target.h"
#include "web/web.h"

#include <jansson.h>

enum web_method { WEB_GET, WEB_HEAD, WEB_POST, WEB_METHOD_OTHER };

/* Headers that are read; a second line of one is refused. */
enum web_header {
	WEB_HEADER_HOST,
	WEB_HEADER_ORIGIN,
	WEB_HEADER_AUTHORIZATION,
	WEB_HEADER_COOKIE,
	WEB_HEADER_CONTENT_TYPE,
	WEB_HEADER_ACCEPT_ENCODING,
	WEB_HEADER_IF_NONE_MATCH,
	WEB_HEADER_LAST_EVENT_ID,
	WEB_HEADER_COUNT
};

struct web_request {
	enum web_method method;
	struct target target;
	const char *headers[WEB_HEADER_COUNT]; /* NULL: not there */
	struct span body;
	uint64_t now_s; /* wall clock */
};

struct web_stream; /* web/stream.h */

struct web_reply {
	unsigned status;   /* of HTTP; 0: nothing was decided yet */
	const char *type;  /* Content-Type */
	const char *allow; /* with 405; NULL: none */
	const char *etag;  /* NULL: the reply must not be kept */
	bool is_gzip;
	struct text body;
	struct span constant;            /* in place of body; borrowed for ever */
	struct web_stream *stream;       /* in place of body: what comes as it comes; owned */
	char cookie[SESSION_COOKIE_MAX]; /* Set-Cookie; "": none */
};

/* A text of one line with that status. */
void web_reply_text(struct web_reply *reply, unsigned status, const char *text);
/* The value, which is taken; NULL: no memory. */
void web_reply_json(struct web_reply *reply, unsigned status, json_t *value);
/* {"error":text} */
void web_reply_error(struct web_reply *reply, unsigned status, const char *text);

#endif
