/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Connections to services that an examination wants tried, each once.
 * Owned: attempts_new/attempts_free.
 * Never connects: whoever drives the examination does. The same pattern as audit/facts.h.
 */
#ifndef DOCTOR_ATTEMPTS_H
#define DOCTOR_ATTEMPTS_H

#include "ip/addr.h"

enum attempt_state {
	ATTEMPT_WANTED,
	ATTEMPT_GOOD, /* TCP was set up */
	ATTEMPT_REFUSED,
	ATTEMPT_SILENT,
	ATTEMPT_NO_ROUTE, /* says nothing of whoever is there */
	ATTEMPT_UNKNOWN,  /* too many were wanted */
	ATTEMPT_STATE_COUNT
};
const char *attempt_state_text(enum attempt_state state); /* "refused" */

struct attempt {
	struct ip_endpoint endpoint;
	enum attempt_state state;
	uint32_t duration_us; /* until it was set up or given up */
};

struct attempts;

struct attempts *attempts_new(size_t most); /* NULL: no memory */
void attempts_free(struct attempts *attempts);
/* What is known; wanted, if it is new. Never NULL: beyond most it is UNKNOWN. Borrowed until free. */
const struct attempt *attempts_connect(struct attempts *attempts, const struct ip_endpoint *endpoint);
size_t attempts_count(const struct attempts *attempts);
struct attempt *attempts_at(struct attempts *attempts, size_t index);
size_t attempts_wanted(const struct attempts *attempts);

#endif
