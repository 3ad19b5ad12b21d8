/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The clocks, read at the edges only (main, daemon, cli): engines take the time as an argument.
 * Stateless. Wall time is microseconds since 1970 UTC; monotonic time has no meaning but differences.
 */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stdint.h>

uint64_t clock_wall_us(void);
uint64_t clock_monotonic_us(void);

#define CLOCK_TEXT_MAX 32
/* RFC 3339 in UTC with microseconds: 2026-11-22T03:26:45.870123Z */
void clock_text(uint64_t wall_us, char ret_text[CLOCK_TEXT_MAX]);

#endif
