/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What scheduled probes and audits of delegations came to, for the metrics.
 * Owned: lies in the arena of the facts. Main thread.
 * Never tells a value of what could not be seen: the series is absent then.
 */
#ifndef DAEMON_OBSERVE_WATCH_METRICS_H
#define DAEMON_OBSERVE_WATCH_METRICS_H

#include "daemon/observe/watching.h"
#include "telemetry/metrics.h"

/* watching NULL: nothing is watched. False: no memory. */
bool watch_metrics_gather(const struct watching *watching, struct metrics_facts *facts);

#endif
