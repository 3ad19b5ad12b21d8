/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The HTTP side of the daemon: metrics and health, and the dashboard with its JSON API.
 * Owned: web_server_start/web_server_stop by the daemon; each server has one listening socket and threads of its own.
 * Never touches the daemon's state: all it tells comes through struct web_source.
 */
#ifndef WEB_WEB_H
#define WEB_WEB_H

#include "base/text.h"
#include "ip/addr.h"
#include "signals/event.h"

#include <jansson.h>

#define WEB_ROLE_METRICS 1u
#define WEB_ROLE_DASHBOARD 2u

struct web_past {
	enum event_stream stream;
	uint64_t start_us;
	uint32_t step_s;
	size_t steps;
};

struct series;
struct top;
struct feed;

/*
 * Where the answers come from. Each function may be called from several threads at once and may wait. ERR_OK, or
 * -ETIMEDOUT, -ECANCELED: the daemon is busy, or ends. ERR_NOT_FOUND: the configuration has that switched off.
 * JSON is the caller's.
 */
struct web_source {
	void *owner;
	int (*metrics)(void *owner, struct text *out);   /* the Prometheus text */
	int (*readiness)(void *owner, struct text *out); /* a line for each reason why not; nothing: ready */
	int (*status)(void *owner, json_t **ret);
	int (*signals)(void *owner, json_t **ret);
	int (*zones)(void *owner, json_t **ret);
	int (*upstream)(void *owner, json_t **ret);
	/* Examines the name: the report of `sextant doctor --json`. -EBUSY: another examination is under way. */
	int (*doctor)(void *owner, const char *name, json_t **ret);
	/* What the history has, as history_series. ERR_NOT_FOUND: there is none; minutes: as long is kept, 0 without
	 * one. */
	int (*past)(void *owner, const struct web_past *ask, json_t **ret);
	unsigned (*past_minutes)(void *owner);
	/* What listens to events; NULL: nothing does, observability.signals is off. Borrowed while the server runs. */
	struct series *(*series)(void *owner);
	struct top *(*top)(void *owner);
	struct feed *(*feed)(void *owner);
};

struct web_options {
	const struct web_source *source; /* borrowed */
	unsigned role;
	struct ip_endpoint endpoint; /* of the socket */
	const char *token;           /* that the dashboard asks for; NULL: none. Copied */
};

struct web_server;

/* Serves on the listening socket, which it takes over when it succeeds. */
int web_server_start(const struct web_options *options, int fd, struct web_server **ret) MUST_USE;
/* Ends what is under way and frees it. The source must not make its threads wait any more. */
void web_server_stop(struct web_server *server);
/* Now and then: closes connections whose client takes too long. */
void web_server_look(struct web_server *server, uint64_t now_us);

#endif
