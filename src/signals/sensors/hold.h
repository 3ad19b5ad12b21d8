/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Signals over time: raised, worse, calm for a while, cleared; the places they have, and who listens.
 * Owned by struct sensors; a struct hold belongs to what is judged.
 * Never decides whether anything shows: rules do.
 */
#ifndef SIGNALS_SENSORS_HOLD_H
#define SIGNALS_SENSORS_HOLD_H

#include "signals/sensors.h"

#define SIGNALS_MAX 1024
#define CALM_BEATS 18 /* three minutes */

struct hold {
	uint16_t place; /* of the signal that holds, from 1; 0: none */
	uint8_t calm;   /* beats in a row in which it did not show */
	uint8_t level;  /* enum signal_level */
};

struct judgement {
	enum signal_level level;
	double now, usual;
	enum signal_baseline baseline;
	uint64_t since_us; /* when it began */
	char evidence[SIGNAL_EVIDENCE_MAX];
};

struct signal_list {
	struct signal signals[SIGNALS_MAX];
	size_t count;
	uint64_t raised_count; /* the last id */
	uint64_t dropped_count;
	signal_listener *listener;
	void *owner;
};

void signal_show(struct signal_list *list, struct hold *hold, enum sensor sensor, const struct scope *scope,
		 const struct judgement *judgement, uint64_t now_us);
/* It did not show: cleared after as many beats in a row. */
void signal_calm(struct signal_list *list, struct hold *hold, unsigned beats, uint64_t now_us);

#endif
