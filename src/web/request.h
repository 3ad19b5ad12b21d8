/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One request as the routes see it, and the reply they fill.
 * Made by the server for each request; header texts are borrowed from the connection for as long.
 * Never holds more than the server's limits let in.
 */
#ifndef WEB_REQUEST_H
#define WEB_REQUEST_H

#include "web/target.h"
#include "web/web.h"

enum web_method { WEB_GET, WEB_HEAD, WEB_POST, WEB_METHOD_OTHER };

/* Headers that are read; a second line of one is refused. */
enum web_header { WEB_HEADER_HOST, WEB_HEADER_COUNT };

struct web_request {
	enum web_method method;
	struct target target;
	const char *headers[WEB_HEADER_COUNT]; /* NULL: not there */
};

struct web_reply {
	unsigned status;   /* of HTTP; 0: nothing was decided yet */
	const char *type;  /* Content-Type */
	const char *allow; /* with 405; NULL: none */
	struct text body;
};

/* A text of one line with that status. */
void web_reply_text(struct web_reply *reply, unsigned status, const char *text);

#endif
