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
#include "daemon/recursion/held_policy.h"
#include "daemon/rate.h"
#include "net/tcp_table.h"
#include "telemetry/counters.h"
#include "transfer/serve.h"
#include "telemetry/truncation.h"

struct drive;
struct recursion;

struct service_view { /* immutable once published; texts are borrowed from the configuration it was made from */
	struct zoneset *zones;       /* role authoritative; */
	struct held_policy *policy;  /* role resolver */
	bool is_origin_hidden;       /* query log lines do not tell which AAAA were synthesised */
	struct auth_options options;
	struct tcp_limits tcp_limits;
	struct transfer_policy transfers; /* role authoritative */
	uint32_t query_log_every; /* 0: off */
	uint32_t query_log_label;
	bool is_observed;
	uint32_t observation_label;
	bool is_tapped, is_upstream_tapped; /* dnstap: clients' questions, our own */
	uint32_t tap_label;
};

struct service_worker { /* one worker's part: only that worker writes it */
	struct counters counters;
	struct tcp_table *connections;
	struct drive *drive;    /* role resolver, while the worker runs */
	uint32_t until_sample; /* answers until the next query log line */
};

struct service {
	char *name;
	struct recursion *recursion; /* role resolver; else NULL */
	struct snapshot view; /* struct service_view */
	struct truncations *truncations;
	struct service_worker *workers;
	size_t worker_count;
	struct rate rate; /* the main thread's */
};

int service_new(const char *name, size_t worker_count, const struct tcp_limits *limits, struct service **ret) MUST_USE;
/* Role resolver: takes the shared parts over, for service_free. */
void service_set_recursion(struct service *service, struct recursion *recursion);
void service_free(struct service *service); /* no listener points to it any more, its drives have stopped */
/* Could the service as it is do what the configuration wants of one of its name? */
bool service_fits(const struct service *service, const struct config_service *config);
void service_view_free(struct service_view *view);

/* The view, for a worker that is online, until its next wait. */
static inline const struct service_view *service_view(const struct service *service)
{
	return snapshot_read(&service->view);
}

/* All workers together. */
void service_counters(const struct service *service, struct counters *ret_sum);

#endif
