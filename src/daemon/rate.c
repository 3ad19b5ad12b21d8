/* SPDX-License-Identifier: BSD-2-Clause */
#include "daemon/rate.h"

#define SLOTS (RATE_WINDOW_S + 1)

void rate_sample(struct rate *rate, const struct counters *now)
{
	struct rate_sample *sample = &rate->samples[rate->next];
	sample->servfail = 0;
	for (int family = 0; family < FAMILY_COUNT; family++) {
		sample->queries[family] = counters_queries(&now->families[family], -1);
		sample->servfail += counters_responses(&now->families[family], RCODE_SLOT_SERVFAIL);
	}
	counters_times(now, sample->times);
	rate->next = (rate->next + 1) % SLOTS;
	if (rate->count < SLOTS)
		rate->count++;
}

struct rate_view rate_view(const struct rate *rate)
{
	struct rate_view view = {0};
	if (rate->count < 2)
		return view;
	const struct rate_sample *last = &rate->samples[(rate->next + SLOTS - 1) % SLOTS];
	const struct rate_sample *first = &rate->samples[(rate->next + SLOTS - rate->count) % SLOTS];
	view.window_s = rate->count - 1;
	uint64_t all = 0, times[TIME_BUCKET_COUNT];
	for (int family = 0; family < FAMILY_COUNT; family++) {
		uint64_t queries = last->queries[family] - first->queries[family];
		view.queries_per_s[family] = (double)queries / view.window_s;
		all += queries;
	}
	if (all > 0)
		view.servfail_share = (double)(last->servfail - first->servfail) / (double)all;
	for (int i = 0; i < TIME_BUCKET_COUNT; i++)
		times[i] = last->times[i] - first->times[i];
	view.p50_us = time_buckets_quantile_us(times, 0.5);
	view.p99_us = time_buckets_quantile_us(times, 0.99);
	return view;
}
