/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Requests on the control socket about resolver services: flush, cache-stats, cache-dump (control/control.h).
 * A new reply, the caller's. Main thread.
 * Never trusts a request: wrong kinds and names are told.
 */
#ifndef DAEMON_RECURSION_COMMANDS_H
#define DAEMON_RECURSION_COMMANDS_H

#include "daemon/daemon.h"

json_t *command_flush(struct daemon *daemon, const json_t *request);
json_t *command_cache_stats(struct daemon *daemon, const json_t *request);
json_t *command_cache_dump(struct daemon *daemon, const json_t *request);

#endif
