/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A message through the engine in three steps, so that the cache misses of a batch overlap: begin reads the message
 * and hashes its name, touch fetches the node, finish answers. Jobs and scratch belong to the worker and borrow the
 * request.
 * Never looks at a clock, never allocates.
 */
#ifndef AUTH_REPLY_H
#define AUTH_REPLY_H

#include "auth/answer.h"
#include "dns/builder.h"
#include "dns/cookie.h"
#include "dns/tsig.h"
#include "dns/serve/verdict.h"

struct reply_job {
	struct query query;
	enum query_verdict parsed;
	struct verdict verdict;
	struct zone_search_state search; /* for ASKED_ZONE */
};

/* For one reply at a time. */
struct reply_scratch {
	struct builder builder;
	struct answer answer;
	struct tsig tsig;
	uint8_t cookie[COOKIE_SIZE];
};

void reply_begin(struct reply_job *job, const struct zoneset *zones, const struct auth_request *request);
static inline void reply_touch(struct reply_job *job)
{
	if (job->parsed != QUERY_DROP && job->verdict.asked == ASKED_ZONE)
		zone_search_touch(&job->search);
}
/* The octets of the answer, 0: none. Fills the engine's half of event. */
size_t reply_finish(struct reply_job *job, const struct auth_options *options, const struct zoneset *zones,
                    const struct auth_request *request, struct reply_scratch *scratch, struct writer *out,
                    struct query_event *event);

#endif
