/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Log lines that are JSON objects: rows say which key is which field of the event; the formats' readers of objects.
 * Objects are borrowed (jansson).
 * Never trusts a type: a value of another kind than its row says is as if the key were missing.
 */
#ifndef SIGNALS_LINE_JSON_H
#define SIGNALS_LINE_JSON_H

#include "signals/envelope.h"
#include "signals/line.h"

#include <jansson.h>

enum json_field {
	JSON_STAMP, /* any form of stamp_take */
	JSON_CLIENT,
	JSON_CLIENT_PORT, /* a number, or its digits in a string */
	JSON_SERVER,
	JSON_QNAME,
	JSON_QTYPE,
	JSON_QCLASS,
	JSON_RCODE,
	JSON_TRANSPORT,
	JSON_ID,
	JSON_OPCODE,
	JSON_EDNS_SIZE,
	JSON_SIZE,
	JSON_DURATION_US,
	JSON_DURATION_MS,
	JSON_ANSWERS,
	JSON_EDE,
	JSON_CACHE,
	JSON_SECURITY,
	JSON_ORIGIN,
	JSON_UPSTREAM, /* "address@port" */
	JSON_UPSTREAM_PORT,
	JSON_UPSTREAM_TRIES,
	JSON_UP_ANSWERED, /* "ipv6" */
	JSON_UP_TIME_US,
	JSON_TTL_LEFT,
	JSON_TTL,
	JSON_PROBE,
	JSON_REASON,
	JSON_SERVICE,
	JSON_RD,
	JSON_DO,
	JSON_CD,
	JSON_AA,
	JSON_TC,
	JSON_AD,
	JSON_RA,
	JSON_TSIG,
	JSON_EDNS, /* had an OPT record */
	JSON_COOKIE
};

struct json_row {
	const char *key; /* NULL ends the table */
	enum json_field field;
};

void json_rows_read(json_t *line, const struct json_row *rows, const struct stamp_clock *clock, struct event *event);

/* The text of a key; false: it is no string. Borrowed from the object. */
bool json_word(json_t *line, const char *key, struct span *ret);

/*
 * Objects that carry lines: Docker's json-file ({"log":...,"stream":...,"time":...}) and journalctl -o json (MESSAGE).
 * The line without its end, and the carrier's stamp into the envelope.
 */
bool line_json_carried(json_t *line, const struct stamp_clock *clock, struct envelope *envelope, struct span *ret);

enum line_verdict line_json_coredns(json_t *line, const struct stamp_clock *clock, struct event *event);
enum line_verdict line_json_sextant(json_t *line, const struct stamp_clock *clock, struct event *event);
enum line_verdict line_json_route53(json_t *line, const struct stamp_clock *clock, struct event *event);
enum line_verdict line_json_clouddns(json_t *line, const struct stamp_clock *clock, struct event *event);

#endif
