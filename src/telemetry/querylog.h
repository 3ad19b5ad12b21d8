/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One line of the query log for one answered question: JSON, or text in fixed columns.
 * Stateless: appends to a text of the caller.
 * Never lets an octet of a query through unescaped: names are printed with \DDD outside "!" to "~".
 */
#ifndef TELEMETRY_QUERYLOG_H
#define TELEMETRY_QUERYLOG_H

#include "base/text.h"
#include "telemetry/query_event.h"

#define QUERYLOG_REASON_MAX 400 /* octets of a reason in a line */

struct querylog_source { /* where the line comes from: the same for all lines of a service */
	const char *node;    /* NULL: left out */
	const char *service;
	const char *role;    /* "authoritative", "resolver" */
	bool is_resolver;    /* lines tell where the answer came from */
	const char *stream;  /* NULL: left out */
};

/* Both end with a newline. */
void querylog_json(const struct querylog_source *source, const struct query_event *event, struct text *out);
void querylog_text(const struct querylog_source *source, const struct query_event *event, struct text *out);

#endif
