/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * REFRESH-FAILING: cached answers that a resolver could not have again, and when they end.
 * Owned by struct sensors.
 * Never counts a name twice; one that was refreshed after all is taken out.
 */
#ifndef SIGNALS_SENSORS_REFRESH_H
#define SIGNALS_SENSORS_REFRESH_H

#include "signals/sensors/cells.h"

#define REFRESH_SLOTS 1024

struct refresh_name {
	uint64_t key;     /* 0: free */
	uint64_t told_us; /* when it failed last */
	uint64_t ends_us;
	uint8_t families; /* that were tried */
	bool is_aaaa;
};

struct refresh {
	struct refresh_name names[REFRESH_SLOTS];
	uint8_t zone[SCOPE_ZONE_MAX]; /* of the last that failed */
	bool is_begun;
	double usual, usual_beats; /* names that fail, at a beat */
	struct hold hold;
};

void refresh_observe(struct refresh *refresh, const struct event *event, uint64_t seed);
void refresh_judge(struct refresh *refresh, struct signal_list *list, uint64_t now_us);

#endif
