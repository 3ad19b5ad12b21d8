/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Counters as JSON, each with the names of its rows.
 * A new object, the caller's.
 * Never leaves a row out because it is zero, but where codes are many (EDE): readers see what exists.
 */
#ifndef DAEMON_STATUS_COUNTERS_H
#define DAEMON_STATUS_COUNTERS_H

#include "telemetry/counters.h"

#include <jansson.h>

json_t *counters_json(const struct counters *counters);

#endif
