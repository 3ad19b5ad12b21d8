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

#endif
