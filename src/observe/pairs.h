/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Pairs of questions for one name of one client, AAAA and A within two seconds, and how they ended: counts for each
 * service.
 * Owned: pairs_new/pairs_free. Events come from one thread at a time, readers from any.
 * Never joins what a client did not ask together: the second answer decides, and each answer is in one pair.
 */
#ifndef OBSERVE_PAIRS_H
#define OBSERVE_PAIRS_H

#include "signals/event.h"

enum pair_outcome {
	PAIR_BOTH_OK,
	PAIR_AAAA_ONLY_FAILED,
	PAIR_A_ONLY_FAILED,
	PAIR_BOTH_FAILED,
	PAIR_AAAA_NEGATIVE, /* A has an address, AAAA none */
	PAIR_OUTCOME_COUNT
};
const char *pair_outcome_text(enum pair_outcome outcome); /* "both_ok" */

struct pairs;

struct pairs *pairs_new(void); /* NULL: no memory */
void pairs_free(struct pairs *pairs);
void pairs_event(struct pairs *pairs, const struct event *event);
/* Of the service, ever; zeros when it had none. */
void pairs_counts(struct pairs *pairs, const char *service, uint64_t ret[PAIR_OUTCOME_COUNT]);

#endif
