/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Zones on their way to secondaries: a transfer is a connection that has more to say (RFC 5936 4.1).
 * Owned by its connection; the worker's thread alone.
 * Never keeps other clients waiting: a turn sends a few messages, and a client that does not take them is waited for
 * like any other.
 */
#ifndef DAEMON_TRANSFER_OUTGOING_H
#define DAEMON_TRANSFER_OUTGOING_H

#include "daemon/worker.h"

#define OUTGOING_MOST 32 /* transfers at once, each worker; who comes too many is refused, and tries again later */

/* The policy of a service from its configuration; keys: all, in the order of config->keys. -ENOMEM. */
int outgoing_policy_make(const struct config *config, const struct config_service *service,
                         const struct tsig_key *const *keys, struct transfer_policy *ret) MUST_USE;
void outgoing_policy_free(struct transfer_policy *policy);

/*
 * Is the message a request for a transfer that is granted? Then its first message is in out, and its octets are
 * returned, with the engine's half of event; what follows is outgoing_go_on's. 0: let the engine answer. A refusal is logged, and left to the engine.
 */
size_t outgoing_begin(struct connection *connection, const struct service_view *view, struct span message,
                      uint64_t now_us, struct writer *out, struct query_event *event);
/* More of it, as far as the client takes it. -errno, ERR_*: close the connection. */
int outgoing_go_on(struct connection *connection, const struct tcp_port *port) MUST_USE;
/* The connection ends. */
void outgoing_stop(struct connection *connection);

#endif
