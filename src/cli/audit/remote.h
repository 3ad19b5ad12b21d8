/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * --vantage ssh:HOST: the same audit asked from another host, which sends back its book of facts.
 * Owned: remote_start/remote_free; the process runs meanwhile.
 * Never lets a shell of this host see anything, and quotes every word for the one over there.
 */
#ifndef CLI_AUDIT_REMOTE_H
#define CLI_AUDIT_REMOTE_H

#include "cli/audit/audit.h"

#define REMOTE_SSH "ssh:"

struct remote;

/* An exit code; what is wrong has been said. */
int remote_start(struct audit *audit, const char *host, struct remote **ret);
/* Waits for it and reads its book. EXIT_UNDETERMINED: the host could not be reached, or could not ask. */
int remote_collect(struct audit *audit, struct remote *remote, struct audit_book *ret);
void remote_free(struct remote *remote); /* ends the process; NULL is fine */

#endif
