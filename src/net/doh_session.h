/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One DNS question over HTTP/2 (RFC 8484): octets of the server's stream in, octets for it out, and the response.
 * Owned: doh_session_new/doh_session_free; host, path and question are copied, the body is borrowed until then.
 * Never reads or writes a socket, and never judges a response: status, type and body are told as they came.
 */
#ifndef NET_DOH_SESSION_H
#define NET_DOH_SESSION_H

#include "base/err.h"
#include "base/span.h"

#include <stdbool.h>

#define DOH_BODY_MAX 65535 /* octets: a DNS message is not larger */
/* Octets of all header fields, counted as in RFC 9113 6.5.2, and of the whole stream, whatever it is made of. */
#define DOH_HEADERS_MAX 16384
#define DOH_STREAM_MAX (4 * DOH_BODY_MAX)

struct doh_session;

struct doh_response {
	uint16_t status;     /* of HTTP; 0: there was none */
	bool is_dns_message; /* content-type: application/dns-message */
	struct span body;
};

/* A POST of the question. host: :authority, with the port where it is not 443. path: absolute. -ENOMEM, ERR_RANGE. */
int doh_session_new(const char *host, const char *path, struct span question, struct doh_session **ret) MUST_USE;
void doh_session_free(struct doh_session *session);

/* What has to be sent next, borrowed until the next call; of size 0: nothing. Errors of doh_session_put. */
int doh_session_take(struct doh_session *session, struct span *ret) MUST_USE;
/* What the server sent. ERR_SYNTAX: it is no HTTP/2; ERR_LIMIT; ERR_TRUNCATED: the server gave the stream up. */
int doh_session_put(struct doh_session *session, struct span octets) MUST_USE;

/* The response is whole. */
bool doh_session_is_done(const struct doh_session *session);
/* As far as it came. */
struct doh_response doh_session_response(const struct doh_session *session);

#endif
