/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * UDP on one worker: batches in, the engine, batches out.
 * Stateless: everything is the worker's.
 * Never allocates, locks or blocks.
 */
#ifndef DAEMON_UDP_SERVE_H
#define DAEMON_UDP_SERVE_H

#include "daemon/worker.h"

/* The callback of a listener's UDP socket. */
void udp_serve(uv_poll_t *poll, int status, int events);

#endif
