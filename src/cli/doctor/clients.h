/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Client discovery at the edge: what the options say is gathered and probed; `sextant doctor --client` by itself.
 * Facts are the caller's.
 * Never configures this host: see cli/doctor/gather.h.
 */
#ifndef CLI_DOCTOR_CLIENTS_H
#define CLI_DOCTOR_CLIENTS_H

#include "cli/cli.h"
#include "doctor/client.h"

#define DOCTOR_RESOLV_CONF "/etc/resolv.conf"

/* ret: zero; on the heap. An exit code; what is wrong has been said. */
int client_facts_take(struct cli *cli, struct client_facts *ret) MUST_USE;
/* The command with --client. */
int client_command(struct cli *cli);

#endif
