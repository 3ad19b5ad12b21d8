/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Takes what the metrics tell from the running daemon.
 * In the main thread; what is gathered is the caller's and refers to nothing of the daemon's.
 * Never asks the workers: counters are read as they stand.
 */
#ifndef DAEMON_OBSERVE_METRICS_GATHER_H
#define DAEMON_OBSERVE_METRICS_GATHER_H

#include "daemon/daemon.h"
#include "telemetry/metrics.h"

/* NULL: no memory. */
struct metrics_facts *metrics_gather(const struct daemon *daemon);

#endif
