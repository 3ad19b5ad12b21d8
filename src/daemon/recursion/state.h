/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A resolver service as JSON, as control/control.h describes it: for `status`, `cache-stats` and `cache-dump`.
 * New objects, the caller's. Main thread; what only workers know is asked of them.
 * Never on the answer path.
 */
#ifndef DAEMON_RECURSION_STATE_H
#define DAEMON_RECURSION_STATE_H

#include "daemon/daemon.h"

/* Puts what a resolver service has besides what every service has into the row. */
void recursion_state_add(const struct daemon *daemon, size_t service_index, const struct counters *counters,
                         json_t *row);
json_t *recursion_cache_json(const struct service *service, const struct counters *counters);

/* Entries from the position on; NULL where the position ends: *ret_next is 0 then. */
json_t *recursion_dump_json(const struct service *service, uint64_t after, uint64_t *ret_next);

#endif
