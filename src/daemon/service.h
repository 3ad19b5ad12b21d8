/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One running service: what it serves (a snapshot that a reload replaces) and its counters and TCP tables per worker.
 * Owned by the daemon; lives as long as a listener points to it.
 * Never changes while a worker looks: a view is replaced whole.
 */
#ifndef DAEMON_SERVICE_H
#define DAEMON_SERVICE_H

#include "auth/auth.h"
#include "base/snapshot.h"
#include "config/config.h"
#include "daemon/rate.h"
#include "net/tcp_table.h"
#include "telemetry/counters.h"

struct service_view { /* immutable once published; texts are borrowed from the configuration it was made from */
	struct zoneset *zones;
	struct auth_options options;
	struct tcp_limits tcp_limits;
	uint32_t query_log_every; /* 0: off */
	uint32_t query_log_label;
};

struct service_worker { /* one worker's part: only that worker writes it */
	struct counters counters;
	struct tcp_table *connections;
	uint32_t until_sample; /* answers until the next query log line */
};

struct service {
	char *name;
	struct snapshot view; /* struct service_view */
	struct service_worker *workers;
	size_t worker_count;
	struct rate rate; /* the main thread's */
};

int service_new(const char *name, size_t worker_count, const struct tcp_limits *limits, struct service **ret) MUST_USE;
void service_free(struct service *service); /* no listener points to it any more */
void service_view_free(struct service_view *view);

/* The view, for a worker that is online, until its next wait. */
static inline const struct service_view *service_view(const struct service *service)
{
	return snapshot_read(&service->view);
}

/* All workers together. */
void service_counters(const struct service *service, struct counters *ret_sum);

#endif
