/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Events that mean something together: A and AAAA of a client, truncated and then TCP, failed and then asked elsewhere,
 * given and then asked for again. What the first leaves waits for the second in tables of fixed size, in which the
 * newer of two that meet stays. Owned by struct sensors.
 * Never counts by itself: tallies go to the caller's list.
 */
#ifndef SIGNALS_SENSORS_HALVES_H
#define SIGNALS_SENSORS_HALVES_H

#include "signals/sensors/cells.h"

#define HALVES_SLOTS 16384

struct half {
	uint64_t key; /* 0: free */
	uint64_t time_us;
	uint32_t lasts_s; /* what was given */
	uint8_t what;     /* type, family or transport, as the table has it */
	uint8_t outcome;
};

struct halves {
	uint64_t seed;
	struct half pairs[HALVES_SLOTS];
	struct half truncated[HALVES_SLOTS];
	struct half asked[HALVES_SLOTS];  /* outcomes, by client and question */
	struct half failed[HALVES_SLOTS]; /* failures, by question */
	/* Of each place of the two, some bits of its key: most questions are of none, and find that out in a small table. */
	uint8_t asked_tags[HALVES_SLOTS], failed_tags[HALVES_SLOTS];
	struct half names[HALVES_SLOTS];  /* what A of a name is */
	struct half given[HALVES_SLOTS];  /* answers to resolvers */
};

#define COUNTS_MAX 24

/* What one event counts as. */
struct counts {
	unsigned size;
	uint8_t tallies[COUNTS_MAX];
	bool is_asked_again; /* of SIGNED_AGAIN */
};

static inline void count(struct counts *counts, enum tally tally)
{
	if (counts->size < COUNTS_MAX)
		counts->tallies[counts->size++] = (uint8_t)tally;
}

/* A question or an answer of a client, with its time. */
void halves_observe(struct halves *halves, const struct event *event, struct counts *counts);

#endif
