/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * TCP on one worker: accepts, reads, answers, writes, ends connections.
 * Connections belong to their worker; unused ones are kept for the next.
 * Never lets one client keep the others waiting: a turn is one read, and slow ones have deadlines.
 */
#ifndef DAEMON_TCP_SERVE_H
#define DAEMON_TCP_SERVE_H

#include "daemon/worker.h"

/* The callback of a listener's TCP socket. */
void tcp_accept(uv_poll_t *poll, int status, int events);
/* The answer to one of the queries that the connection waits for (role resolver); empty: there is none. Its place among
 * those that wait is taken back already. */
void tcp_answer_late(struct connection *connection, struct span message);
/* Ends connections of the part; NULL: of all. */
void tcp_end_all(struct worker *worker, const struct listener_part *part, enum tcp_end why);
/* Ends connections whose time is over. */
void tcp_expire(struct worker *worker, uint64_t now_ms);
/* Answers what has arrived, then ends every connection that owes nothing. */
void tcp_finish(struct worker *worker);

#endif
