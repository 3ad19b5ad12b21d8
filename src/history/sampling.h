/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which of many answers are kept one by one.
 * Stateless.
 * Never parts A from AAAA: what one client asks of one name within a minute is taken together or not at all.
 */
#ifndef HISTORY_SAMPLING_H
#define HISTORY_SAMPLING_H

#include "signals/event.h"

/* One in `every`, at least 1. Which those are changes by the minute, so that nobody is left out for good. */
bool sampling_takes(uint64_t seed, const struct event *event, uint32_t every);

/* What a kept answer stands for: one in `every` of those that were one in `share`; never beyond what has room. */
static inline uint32_t sampling_weight(uint32_t every, uint32_t share)
{
	uint64_t weight = (uint64_t)every * share;
	return weight < UINT32_MAX ? (uint32_t)weight : UINT32_MAX;
}

#endif
