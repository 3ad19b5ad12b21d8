/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The tables of the dashboard that come from the daemon's state: zones with their audits, servers asked by family.
 * Stateless. The main thread gathers, as it may look; what is gathered becomes JSON in any thread.
 * Never tells what is not known: a zone that was not audited has null for its families.
 */
#ifndef DAEMON_OBSERVE_WEB_TABLES_H
#define DAEMON_OBSERVE_WEB_TABLES_H

#include "daemon/daemon.h"
#include "telemetry/metrics.h"

/* {"zones":[{"zone","serial","is_signed","expires","audited","ipv6":{"ok","total"}|null,"ipv4"}]}. Main thread. */
json_t *web_zones(const struct daemon *daemon);
/*
 * {"families":[{"family","is_down","cause","asked","p50_us","p99_us","timeouts","retries_from","up","timeout",
 * "unknown"}]} over all resolver services; none: an empty list.
 */
json_t *web_upstream(const struct metrics_facts *facts);

#endif
