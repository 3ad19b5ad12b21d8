/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * When the probes of a round are sent: spread evenly over the interval, each moved a little, never faster than a rate.
 * A value; pure functions of it.
 * Never reads a clock: virtual time in tests.
 */
#ifndef WATCH_PACE_H
#define WATCH_PACE_H

#include <stddef.h>
#include <stdint.h>

#define PACE_RATE 200        /* probes a second of one set, at most; a round of more takes longer than its interval */
#define PACE_OUTSTANDING 128 /* that wait for their reply at once */

struct pace {
	uint64_t start_us;
	uint64_t every_us; /* the interval between rounds */
	size_t count;      /* probes in the round */
	uint64_t seed;     /* another one each round */
};

/* Of the index-th probe; ascending. */
uint64_t pace_due_us(const struct pace *pace, size_t index);
/* The start of the next round, when this one was over at ended_us: rounds of one set never overlap. */
uint64_t pace_next_us(const struct pace *pace, uint64_t ended_us);

#endif
