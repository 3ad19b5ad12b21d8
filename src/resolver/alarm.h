/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Deadlines in order: a heap of alarms that lie inside the things they belong to.
 * Owned by the engine: alarms_end. Times are monotonic microseconds.
 * Never loses an alarm: setting one may fail for lack of memory and says so.
 */
#ifndef RESOLVER_ALARM_H
#define RESOLVER_ALARM_H

#include "base/err.h"

#include <stddef.h>
#include <stdint.h>

struct alarm {
	uint64_t at_us;
	uint32_t place; /* in the heap, from 1; 0: not set */
	uint8_t kind;   /* the owner's own */
};

struct alarms {
	struct alarm **heap; /* from 1 */
	uint32_t count, capacity;
};

void alarms_end(struct alarms *alarms);
/* Sets or moves it. -ENOMEM: it is not set. */
int alarm_set(struct alarms *alarms, struct alarm *alarm, uint64_t at_us) MUST_USE;
void alarm_clear(struct alarms *alarms, struct alarm *alarm); /* not set is fine */
/* The earliest; UINT64_MAX: none. */
uint64_t alarms_next_us(const struct alarms *alarms);
/* Takes one that is due; NULL: none. */
struct alarm *alarms_take(struct alarms *alarms, uint64_t now_us);

#endif
