/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Connections that an examination wants tried, each once: to a service's port, or a question over a TCP connection
 * whose segments have the size that the path is said to carry. Owned: attempts_new/attempts_free; names belong to it.
 * Never connects: whoever drives the examination does. The same pattern as audit/facts.h.
 */
#ifndef DOCTOR_ATTEMPTS_H
#define DOCTOR_ATTEMPTS_H

#include "base/arena.h"
#include "dns/name.h"
#include "ip/addr.h"

enum attempt_kind {
	ATTEMPT_CONNECT, /* TCP is set up and closed */
	ATTEMPT_STREAM,  /* name and type are asked over TCP; segments are not kept small as elsewhere */
	ATTEMPT_KIND_COUNT
};
const char *attempt_kind_text(enum attempt_kind kind); /* "connect" */

enum attempt_state {
	ATTEMPT_WANTED,
	ATTEMPT_GOOD,
	ATTEMPT_REFUSED,
	ATTEMPT_SILENT,
	ATTEMPT_NO_ROUTE, /* says nothing of whoever is there */
	ATTEMPT_UNKNOWN,  /* too many were wanted */
	ATTEMPT_STATE_COUNT
};
const char *attempt_state_text(enum attempt_state state); /* "refused" */

struct attempt {
	enum attempt_kind kind;
	struct ip_endpoint endpoint;
	struct name name; /* STREAM */
	uint16_t type;
	enum attempt_state state;
	uint32_t duration_us; /* until it was set up, or answered, or given up */
};

struct attempts;

struct attempts *attempts_new(size_t most); /* NULL: no memory */
void attempts_free(struct attempts *attempts);
/* What is known; wanted, if it is new. Never NULL: beyond most and without memory it is UNKNOWN. Borrowed until free.
 */
const struct attempt *attempts_connect(struct attempts *attempts, const struct ip_endpoint *endpoint);
const struct attempt *attempts_stream(struct attempts *attempts, const struct ip_endpoint *endpoint, struct name name,
				      uint16_t type);
size_t attempts_count(const struct attempts *attempts);
struct attempt *attempts_at(struct attempts *attempts, size_t index);
size_t attempts_wanted(const struct attempts *attempts);

#endif
