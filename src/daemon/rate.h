/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a service did in the last seconds: differences of its counters, sampled once a second.
 * A value inside its service, written by the main thread.
 * Never looked at by workers.
 */
#ifndef DAEMON_RATE_H
#define DAEMON_RATE_H

#include "telemetry/counters.h"

#define RATE_WINDOW_S 10

struct rate_sample {
	uint64_t queries[FAMILY_COUNT], servfail, times[TIME_BUCKET_COUNT];
};

struct rate {
	struct rate_sample samples[RATE_WINDOW_S + 1]; /* a ring: one more than seconds, to have differences */
	unsigned next, count;
};

struct rate_view {
	double queries_per_s[FAMILY_COUNT];
	double servfail_share; /* 0-1, of the answers in the window */
	uint64_t p50_us, p99_us; /* 0: nothing was answered */
	unsigned window_s;
};

void rate_sample(struct rate *rate, const struct counters *now);
struct rate_view rate_view(const struct rate *rate);

#endif
