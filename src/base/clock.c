/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/clock.h"

#include <stdio.h>
#include <time.h>

static uint64_t clock_read(clockid_t clock)
{
	struct timespec now;
	clock_gettime(clock, &now);
	return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

uint64_t clock_wall_us(void)
{
	return clock_read(CLOCK_REALTIME);
}

uint64_t clock_monotonic_us(void)
{
	return clock_read(CLOCK_MONOTONIC);
}

void clock_text(uint64_t wall_us, char ret_text[CLOCK_TEXT_MAX])
{
	time_t seconds = (time_t)(wall_us / 1000000);
	struct tm utc;
	gmtime_r(&seconds, &utc);
	size_t size = strftime(ret_text, CLOCK_TEXT_MAX, "%Y-%m-%dT%H:%M:%S", &utc);
	snprintf(ret_text + size, CLOCK_TEXT_MAX - size, ".%06uZ", (unsigned)(wall_us % 1000000));
}
