/* SPDX-License-Identifier: BSD-2-Clause */
#include "auth/auth.h"

#include "auth/reply.h"

#include <stdlib.h>

#define AUTH_BATCH 32 /* look-ups under way at once; more than the processor can miss at a time gains nothing */

struct auth_scratch {
	struct reply_scratch reply;
	struct reply_job jobs[AUTH_BATCH];
};

struct auth_scratch *auth_scratch_new(void)
{
	return calloc(1, sizeof(struct auth_scratch));
}

void auth_scratch_free(struct auth_scratch *scratch)
{
	free(scratch);
}

size_t auth_answer(const struct auth_options *options, const struct zoneset *zones,
                   const struct auth_request *request, struct auth_scratch *scratch, struct writer *out,
                   struct query_event *event)
{
	struct reply_job *job = &scratch->jobs[0];
	reply_begin(job, zones, request);
	return reply_finish(job, options, zones, request, &scratch->reply, out, event);
}

void auth_answer_batch(const struct auth_options *options, const struct zoneset *zones,
                       const struct auth_request *requests, size_t count, struct auth_scratch *scratch,
                       struct writer *outs, size_t *ret_sizes, struct query_event *events)
{
	for (size_t done = 0; done < count; done += AUTH_BATCH) {
		size_t part = count - done < AUTH_BATCH ? count - done : AUTH_BATCH;
		for (size_t i = 0; i < part; i++)
			reply_begin(&scratch->jobs[i], zones, &requests[done + i]);
		for (size_t i = 0; i < part; i++)
			reply_touch(&scratch->jobs[i]);
		for (size_t i = 0; i < part; i++)
			ret_sizes[done + i] =
				reply_finish(&scratch->jobs[i], options, zones, &requests[done + i], &scratch->reply,
			                     &outs[done + i], &events[done + i]);
	}
}
