/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What of the workers' work goes to dnstap: clients' queries and their answers, and what resolvers ask others.
 * Functions; the tap is the daemon's, made once for one run.
 * Never looks into a message, and never does anything when the service's view does not want it.
 */
#ifndef DAEMON_OBSERVE_TAPPING_H
#define DAEMON_OBSERVE_TAPPING_H

#include "daemon/worker.h"
#include "exchange/exchange.h"

#include <jansson.h>

struct tapping_options {
	const struct config *config;
	size_t worker_count;
	const char *node, *version; /* identity and version where the configuration has none */
	struct log *log;            /* borrowed */
};

/* *ret NULL: it is off. */
int tapping_open(const struct tapping_options *options, struct tap **ret) MUST_USE;
/* What the view of the service wants of it. tap NULL: nothing. */
int tapping_label(struct tap *tap, const struct config *config, const struct config_service *service,
                  struct service_view *view) MUST_USE;
json_t *tapping_json(const struct tap *tap); /* for status */

struct tapped { /* what a client asked, and what it was answered; empty: not told, or nothing */
	const struct ip_endpoint *client;
	struct ip_addr server;
	uint16_t port;
	enum transport transport;
	uint64_t query_us, response_us; /* wall clock */
	struct span query, response;
};
void tapping_client(const struct worker *worker, const struct service *service, const struct service_view *view,
                    const struct tapped *tapped);
/* exchange_events.passing: a question to a server, or its reply. Returns the time. */
uint64_t tapping_server(const struct worker *worker, const struct service *service,
                        const struct exchange_passing *passing);

#endif
