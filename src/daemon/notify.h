/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tells the service manager how we are, by the protocol of sd_notify(3): READY=1, STOPPING=1, WATCHDOG=1.
 * Stateless: a datagram a call to the socket that NOTIFY_SOCKET names.
 * Never waits, and never is a reason not to serve.
 */
#ifndef DAEMON_NOTIFY_H
#define DAEMON_NOTIFY_H

#include "base/err.h"

/* socket: a path, or a name behind "@"; NULL or empty: nobody wants to know. ERR_RANGE: no such address; -errno. */
int notify_send(const char *socket, const char *state) MUST_USE;

#endif
