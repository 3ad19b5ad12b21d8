/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The metrics that each service has: its counters, a resolver's cache and servers.
 * Stateless: one function writes one row of metrics.def for all services.
 * Never leaves a series out because it is 0.
 */
#ifndef TELEMETRY_METRICS_SERVICE_H
#define TELEMETRY_METRICS_SERVICE_H

#include "telemetry/metrics.h"
#include "telemetry/prometheus.h"

/* The samples of the metric for one service. */
typedef void metrics_service_writer(const struct metrics_service *service, enum metric metric, struct text *out);

struct metrics_service_row {
	metrics_service_writer *write; /* NULL: no metric of services */
	bool is_resolvers;             /* only resolver services have it */
};
extern const struct metrics_service_row metrics_service_rows[METRIC_COUNT];

#endif
