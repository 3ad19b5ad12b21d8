/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * LATENCY (M-09): how long answers take that do not come from a cache, by the family that was asked over, with first
 * attempts and those after a fallback apart. Owned by struct sensors.
 * Never an average: the slowest tenth, from counts in half octaves.
 */
#ifndef SIGNALS_SENSORS_LATENCY_H
#define SIGNALS_SENSORS_LATENCY_H

#include "signals/sensors/cells.h"

enum latency_class {
	LATENCY_UP_IPV6, /* servers, at the first attempt */
	LATENCY_UP_IPV4,
	LATENCY_FALLBACK,    /* servers of one family, then of the other */
	LATENCY_CLIENT_IPV6, /* clients, where nothing is told of servers */
	LATENCY_CLIENT_IPV4,
	LATENCY_CLASSES
};

#define LATENCY_BUCKETS 52 /* half octaves: bucket b begins at 2^(b/2) us; the last is above a minute */

struct latency_row {
	uint64_t step;
	uint32_t steps[STEPS][LATENCY_BUCKETS];
	float usual[LATENCY_BUCKETS], usual_steps;
	struct hold hold;
};

struct latency {
	struct latency_row rows[STREAM_COUNT][LATENCY_CLASSES];
};

/* An answer whose duration is told. */
void latency_observe(struct latency *latency, const struct event *event, uint64_t step);
void latency_judge(struct latency *latency, uint64_t step, struct signal_list *list, uint64_t now_us);

#endif
