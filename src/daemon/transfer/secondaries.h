/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Secondary zones as the daemon serves them: what their primaries gave is put into the slots and published.
 * The main thread's; the thread that asks and transfers is incoming's, started with the first secondary zone.
 * Never publishes half: what comes together is seen together, by both families and all services.
 */
#ifndef DAEMON_TRANSFER_SECONDARIES_H
#define DAEMON_TRANSFER_SECONDARIES_H

#include "daemon/daemon.h"

/* The configuration or the slots are others now. Without memory what was wanted before goes on: told in the log. */
void secondaries_renew(struct daemon *daemon);
/* Publishes what came and could not be published when it came. */
void secondaries_look(struct daemon *daemon);
void secondaries_stop(struct daemon *daemon); /* returns at once */
bool secondaries_free(
	struct daemon *daemon); /* false: its thread is still building a zone, and may not be freed under it */

#endif
