/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * UDP of a resolver service on one worker: batches in, what is known at once out in the same batch, the rest later.
 * Stateless: everything is the drive's.
 * Never blocks; on the path of a hit it neither allocates nor locks.
 */
#ifndef DAEMON_RECURSION_UDP_H
#define DAEMON_RECURSION_UDP_H

#include "daemon/worker.h"

/* The callback of a listener's UDP socket. */
void recursive_udp_serve(uv_poll_t *poll, int status, int events);

#endif
