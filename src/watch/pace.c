/* SPDX-License-Identifier: BSD-2-Clause */
#include "watch/pace.h"

#define SECOND_US 1000000
#define SPREAD_PERCENT 80 /* of the interval: replies, and what has to be asked again, come before the next round */
#define JITTER_PERCENT 5  /* of the interval, either way: hosts with the same configuration drift apart */

/* SplitMix64: a few well mixed bits for each index, from one seed. */
static uint64_t mixed(uint64_t seed, uint64_t index)
{
	uint64_t z = seed + (index + 1) * 0x9e3779b97f4a7c15ull;
	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ull;
	z = (z ^ z >> 27) * 0x94d049bb133111ebull;
	return z ^ z >> 31;
}

uint64_t pace_due_us(const struct pace *pace, size_t index)
{
	uint64_t step_us = pace->count > 0 ? pace->every_us * SPREAD_PERCENT / 100 / pace->count : 0;
	if (step_us < SECOND_US / PACE_RATE)
		step_us = SECOND_US / PACE_RATE;
	/* Somewhere in its own step, so order and rate are kept. */
	return pace->start_us + index * step_us + mixed(pace->seed, index) % (step_us / 2 + 1);
}

uint64_t pace_next_us(const struct pace *pace, uint64_t ended_us)
{
	uint64_t width_us = pace->every_us * JITTER_PERCENT / 100;
	uint64_t next_us =
		pace->start_us + pace->every_us - width_us + mixed(pace->seed, pace->count) % (2 * width_us + 1);
	return next_us > ended_us ? next_us : ended_us;
}
