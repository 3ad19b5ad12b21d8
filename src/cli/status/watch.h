/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What `sextant status` shows of scheduled probes and of audits of delegations.
 * Borrowed: reads the daemon's reply (control/control.h).
 * Never counts on a member: what the daemon does not say is not shown.
 */
#ifndef CLI_STATUS_WATCH_H
#define CLI_STATUS_WATCH_H

#include <jansson.h>
#include <stdio.h>

/* watch: the member of the reply; NULL: nothing is watched, and nothing is printed. */
void status_watch_print(FILE *out, const json_t *watch);

#endif
