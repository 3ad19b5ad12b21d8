/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The page of each signal: what it means, for whom, how to confirm it, how to mend it, the next command (M-17).
 * Const table, from runbooks.def and sensors.def.
 * Never knows a signal that was raised: it is about the sensor.
 */
#ifndef SIGNALS_SENSORS_RUNBOOK_H
#define SIGNALS_SENSORS_RUNBOOK_H

#include "signals/sensors.h"

struct runbook {
	const char *title, *breaks, *confirm, *mend;
};

/* NULL members: the sensor has no row, which tests/unit/signals finds. */
const struct runbook *sensor_runbook(enum sensor sensor);
/* "AAAA-SERVFAIL", in any case. false: no signal is named so. */
bool sensor_by_name(const char *name, enum sensor *ret);
/* "Means: ...\nBreaks: ...\nConfirm: ...\nMend: ...\nNext: ...\n" */
void sensor_explain(enum sensor sensor, struct text *out);

#endif
