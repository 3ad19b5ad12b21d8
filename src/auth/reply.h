/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A message through the engine in two steps, so that a batch can overlap its memory accesses: begin reads the message
 * and starts the look-up, finish answers. Jobs and scratch belong to the worker and borrow the request.
 * Never looks at a clock, never allocates.
 */
#ifndef AUTH_REPLY_H
#define AUTH_REPLY_H

#include "auth/answer.h"
#include "auth/verdict.h"
#include "dns/builder.h"
#include "dns/cookie.h"
#include "dns/tsig.h"

struct reply_job {
	struct query query;
	enum query_verdict parsed;
	struct verdict verdict;
	const struct zone *zone; /* for ASKED_ZONE */
};

/* For one reply at a time. */
struct reply_scratch {
	struct builder builder;
	struct answer answer;
	struct tsig tsig;
	uint8_t cookie[COOKIE_SIZE];
};

void reply_begin(struct reply_job *job, const struct zoneset *zones, const struct auth_request *request);
/* The octets of the answer, 0: none. Fills the engine's half of event. */
size_t reply_finish(struct reply_job *job, const struct auth_options *options, const struct zoneset *zones,
                    const struct auth_request *request, struct reply_scratch *scratch, struct writer *out,
                    struct query_event *event);

#endif
