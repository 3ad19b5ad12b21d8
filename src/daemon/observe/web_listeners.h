/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The HTTP listeners of the configuration: sockets, servers, and what they tell of the daemon.
 * Owned by the daemon, for its main thread; the servers' threads come back to it through the handover.
 * Never touches DNS: a reload that changes only these leaves every service alone.
 */
#ifndef DAEMON_OBSERVE_WEB_LISTENERS_H
#define DAEMON_OBSERVE_WEB_LISTENERS_H

#include "config/config.h"
#include "daemon/observe/handover.h"
#include "daemon/observe/pages.h"
#include "daemon/observe/past.h"
#include "daemon/observe/web_doctor.h"
#include "web/web.h"

struct daemon;

struct web_listener {
	struct web_options options;
	char *token;               /* of options */
	int fd;                    /* the server closes it, once there is one */
	struct web_server *server; /* NULL: it has yet to start */
	bool is_missing;           /* no interface has the address; said in the log */
};

struct web_listeners {
	struct web_listener **all;
	size_t count;
	struct web_source source;
	struct handover handover;
	struct pages pages; /* what events tell, once there is a listener */
	struct web_doctor doctor;
	struct past past;
	atomic_uint past_minutes; /* that the history keeps; 0: there is none */
};

/* At the start: the way to the main thread. */
int web_listeners_open(struct daemon *daemon) MUST_USE;
/* The listeners of a configuration: those that stay are kept, the others bound, and logged when they cannot be. */
int web_listeners_plan(const struct daemon *daemon, const struct config *config, struct web_listener ***ret,
		       size_t *ret_count) MUST_USE;
/* Closes those of the plan that the daemon does not have, and frees the array. */
void web_listeners_unplan(const struct daemon *daemon, struct web_listener **plan, size_t count);
/* Starts the new ones and ends those that are not in the plan, whose array is taken. */
void web_listeners_commit(struct daemon *daemon, struct web_listener **plan, size_t count);
/* Once a second. */
void web_listeners_look(struct daemon *daemon);
void web_listeners_close(struct daemon *daemon);

#endif
