/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One address and port that a service listens on, UDP and TCP, on every worker.
 * Owned by the main thread; the sockets belong to the workers while it runs.
 * Never silently absent: it is up, or waiting for its address and says so.
 */
#ifndef DAEMON_LISTENER_H
#define DAEMON_LISTENER_H

#include "base/log.h"
#include "daemon/worker.h"
#include "net/socket.h"

enum listener_state { LISTENER_UP, LISTENER_WAITING };
const char *listener_state_text(enum listener_state state); /* "up" */

struct listener {
	struct ip_endpoint endpoint;
	struct service *service;
	struct socket_options options;
	struct listener_part **parts; /* one a worker */
	size_t part_count;
	enum listener_state state;
	uint64_t waiting_since_ms;
	bool is_reported; /* the warning about a long wait is out */
};

/* What to listen on, for comparing and opening. */
struct socket_options listener_options(const struct config_transport *transport);

/* Says why an address cannot be listened on, who holds it and what can be done. */
void listener_refusal_log(struct log *log, const struct ip_endpoint *endpoint, enum socket_kind kind, int rc);
/* Binds for all workers; an error is logged with who holds the port and what can be done. */
int listener_open(const struct ip_endpoint *endpoint, struct service *service, const struct config_transport *transport,
                  size_t worker_count, struct log *log, struct listener **ret) MUST_USE;
/* Closes one that does not run. */
void listener_free(struct listener *listener);
void listener_start(struct listener *listener, struct worker *const *workers);
/* Ends and frees one that runs. */
void listener_stop(struct listener *listener, struct worker *const *workers);
/* New socket options and service for one that runs. */
void listener_renew(struct listener *listener, struct service *service, const struct config_transport *transport,
                    struct worker *const *workers);

/* What a waiting one waits for: "no interface has this address". */
const char *listener_lack_text(const struct listener *listener);
/* Looks whether the address is there; a change and a long wait are logged. */
void listener_look(struct listener *listener, uint64_t now_ms, struct log *log);

#endif
