/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One line of the query log for one answered question: JSON, or text in fixed columns.
 * Stateless: appends to a text of the caller.
 * Never lets an octet of a query through unescaped: names are printed with \DDD outside "!" to "~".
 */
#ifndef TELEMETRY_QUERYLOG_H
#define TELEMETRY_QUERYLOG_H

#include "base/clock.h"
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

/* What lines share, made once: for those who write many. All zero at first; querylog_cache_free. A source is known by
 * its address: it must not change while it is used. */
#define QUERYLOG_SOURCES 64
struct querylog_cache {
	uint64_t second; /* of stamp */
	char stamp[CLOCK_TEXT_MAX];
	struct ip_addr server;
	char server_text[IP_ADDR_TEXT_MAX];
	size_t server_size;
	struct querylog_row {
		const struct querylog_source *source;
		struct text text;
	} sources[QUERYLOG_SOURCES];
};
void querylog_cache_free(struct querylog_cache *cache);

/* All end with a newline. */
void querylog_json_cached(struct querylog_cache *cache, const struct querylog_source *source,
                          const struct query_event *event, struct text *out);
void querylog_json(const struct querylog_source *source, const struct query_event *event, struct text *out);
void querylog_text(const struct querylog_source *source, const struct query_event *event, struct text *out);

#endif
