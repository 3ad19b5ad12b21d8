/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The rules of the sensors: what a cell's last three minutes say, against what is usual.
 * Pure functions of two cells.
 * Never decide how long a signal holds: sensors does.
 */
#ifndef SIGNALS_SENSORS_RULES_H
#define SIGNALS_SENSORS_RULES_H

#include "signals/sensors_cells.h"

struct judgement {
	enum signal_level level;
	double now, usual;
	enum signal_baseline baseline;
	enum tally main; /* what began when the signal began; TALLY_COUNT: none */
	char evidence[SIGNAL_EVIDENCE_MAX];
};

/* true: it shows. `all` is the cell of everybody in the same stream. */
bool sensor_judge(enum sensor sensor, const struct cell *cell, const struct cell *all, struct judgement *ret);

#endif
