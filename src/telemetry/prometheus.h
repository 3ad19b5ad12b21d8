/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The Prometheus text format 0.0.4: rows of metrics.def become HELP, TYPE and sample lines.
 * Stateless: appends to a text of the caller.
 * Never writes a label unescaped, and never a sample before its row has begun.
 */
#ifndef TELEMETRY_PROMETHEUS_H
#define TELEMETRY_PROMETHEUS_H

#include "base/text.h"

#define PROMETHEUS_CONTENT_TYPE "text/plain; version=0.0.4; charset=utf-8"
#define METRIC_LABELS_MAX 5

enum metric_type { METRIC_TYPE_COUNTER, METRIC_TYPE_GAUGE, METRIC_TYPE_HISTOGRAM };

enum metric {
#define METRIC(id, name, type, labels, help) METRIC_##id,
#include "telemetry/metrics.def"
	METRIC_COUNT
};

struct metric_row {
	const char *name;
	enum metric_type type;
	const char *labels; /* "service,family" */
	const char *help;
};
extern const struct metric_row metric_rows[METRIC_COUNT];

/* HELP and TYPE: once, before the metric's samples. */
void metric_begin(struct text *out, enum metric metric);
/* One sample; values in the order of the row's labels. */
void metric_add(struct text *out, enum metric metric, const char *const *values, uint64_t value);

struct metric_histogram {
	const uint64_t *buckets;   /* of count, each by itself: they are summed up here */
	size_t count;              /* the last has no bound */
	const char *const *bounds; /* count - 1 of them, as they stand in "le" */
	uint64_t sum;
	uint32_t sum_scale; /* sum is in units of 1/sum_scale: 1000000 for microseconds */
};
/* All lines of one histogram: _bucket (cumulative), _sum, _count. */
void metric_add_histogram(struct text *out, enum metric metric, const char *const *values,
			  const struct metric_histogram *histogram);

#endif
