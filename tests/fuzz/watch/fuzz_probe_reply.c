/* SPDX-License-Identifier: BSD-2-Clause */
/* A reply to a scheduled probe, of anybody: it comes to a state with a sentence, and to no more addresses than there is
 * room. */
#include "watch/judge.h"

#include "dns/rrtype.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void result_check(const struct probe_result *result)
{
	if (result->state >= PROBE_STATE_COUNT || memchr(result->reason, '\0', sizeof(result->reason)) == NULL ||
	    (result->state == PROBE_STATE_GOOD) != (result->reason[0] == '\0'))
		abort();
}

static void event_check(const struct probe *probe, const struct probe_result *result)
{
	struct event event;
	struct text text = {0};
	probe_to_event(probe, result, NULL, 1, &event);
	probe_to_text(probe, &text);
	if (event_is_failing_probe(&event) != probe_is_failing(result) || text.is_failed)
		abort();
	text_free(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint8_t qname[] = "\3www\7example\3com";
	static struct arena *arena;
	struct found found = {0};
	if (arena == NULL)
		arena = arena_new(1 << 16);
	if (size < 1 || arena == NULL)
		return 0;
	uint8_t choice = data[0];
	const struct probe probe = {.target = choice & 1 ? PROBE_SERVER : PROBE_RESOLVER,
				    .transport = choice & 2 ? QUESTION_TCP : QUESTION_UDP,
				    .is_cd = choice & 4,
				    .name = {qname, sizeof(qname), 3},
				    .type = choice & 8 ? RR_A : RR_AAAA};
	const struct fact fact = {.state = FACT_REPLY, .message = span_of(data + 1, size - 1)};
	const struct judge_request request = {.probe = &probe,
					      .fact = &fact,
					      .unchecked = choice & 16 ? &fact : NULL,
					      .arena = arena,
					      .now_s = 1800000000,
					      .timeout_ms = 2000,
					      .left_least_s = 86400};
	struct probe_result result;
	judge_reply(&request, &result);
	result_check(&result);
	judge_addresses(&request, &found);
	if (found.count > FOUND_ADDRESSES_MAX)
		abort();
	event_check(&probe, &result);
	arena_reset(arena);
	return 0;
}
