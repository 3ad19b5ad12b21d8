/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * PROBE-FAILING (M-18): scheduled questions, by name: what fails twice in a row that was answered before, or beside
 * which a control is answered. Owned by struct sensors.
 * Never waits for a number of events, and never mixes with what clients ask: two rounds are enough.
 */
#ifndef SIGNALS_SENSORS_PROBES_H
#define SIGNALS_SENSORS_PROBES_H

#include "signals/sensors/cells.h"

#define PROBE_NAMES 512
#define PROBE_WAYS 48 /* of a name: types, servers, families, transports, with CD and without */

/* One way of asking: the same each round. */
struct probe_way {
	uint64_t key;     /* 0: free */
	uint64_t time_us; /* of the last result */
	struct ip_addr server;
	uint16_t qtype;
	uint8_t transport;
	bool is_cd, is_failing, was_good, is_verdict;
	bool had_answers;
	uint8_t rounds;    /* results in a row that say something */
	uint8_t bad, good; /* results in a row */
	uint16_t rcode;    /* of the last; NO_RCODE: no answer */
	char reason[72];   /* of the last failure */
};

struct probe_name {
	uint64_t key; /* 0: free */
	uint64_t time_us, since_us;
	struct scope scope;
	struct probe_way ways[PROBE_WAYS];
	struct hold hold;
};

struct probes {
	struct probe_name names[PROBE_NAMES];
	uint64_t crowded_count; /* results for which there was no room */
};

/* Judged at once. */
void probes_observe(struct probes *probes, const struct event *event, uint64_t seed, struct signal_list *list);

#endif
