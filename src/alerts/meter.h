/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a threshold counts: events of the last window, for everybody, each zone or each network of clients.
 * Owned: meter_new/meter_free. Memory is fixed; scopes seen least make room, those that an alert speaks of stay.
 * Never reads a clock: an event counts when it comes, and the caller tells how far time is.
 */
#ifndef ALERTS_METER_H
#define ALERTS_METER_H

#include "alerts/rules.h"

#define METER_STEPS 6 /* a window is judged in steps of a sixth of it */

struct meter;

/* What the last whole window says of one scope. */
struct meter_verdict {
	const struct scope *scope;
	double now;
	uint32_t part, whole; /* events; whole: 0 of rates */
	bool is_above, is_calm;
	uint64_t from_us, until_us; /* of the newest step */
	void **slot;                /* the judge's own: what it made of the scope; NULL: nothing, the scope may go */
};

typedef void meter_judge(void *owner, const struct alert_threshold *threshold, const struct meter_verdict *verdict);

/* The threshold is borrowed. -ENOMEM. */
int meter_new(const struct alert_threshold *threshold, uint64_t seed, struct meter **ret) MUST_USE;
void meter_free(struct meter *meter); /* NULL is fine */
/* Time is this, before anything is counted; without it the first meter_advance tells. */
void meter_begin(struct meter *meter, uint64_t now_us);
void meter_count(struct meter *meter, const struct event *event);
/* Judges each scope at the end of each step that is over. */
void meter_advance(struct meter *meter, uint64_t now_us, meter_judge *judge, void *owner);

#endif
