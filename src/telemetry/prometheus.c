/* SPDX-License-Identifier: BSD-2-Clause */
#include "telemetry/prometheus.h"

#include <inttypes.h>

const struct metric_row metric_rows[METRIC_COUNT] = {
#define METRIC(id, name, type, labels, help) {name, METRIC_TYPE_##type, labels, help},
#include "telemetry/metrics.def"
};

static void add_escaped(struct text *out, const char *text, bool is_label)
{
	for (; *text != '\0'; text++) {
		if (*text == '\n')
			text_add(out, "\\n");
		else if (*text == '\\' || (is_label && *text == '"'))
			text_addf(out, "\\%c", *text);
		else
			text_add_char(out, *text);
	}
}

void metric_begin(struct text *out, enum metric metric)
{
	static const char *const types[] = {"counter", "gauge", "histogram"};
	const struct metric_row *row = &metric_rows[metric];
	text_addf(out, "# HELP %s ", row->name);
	add_escaped(out, row->help, false);
	text_addf(out, "\n# TYPE %s %s\n", row->name, types[row->type]);
}

/* name{label="value",...,le="bound"}; le NULL: none. */
static void add_series(struct text *out, const struct metric_row *row, const char *suffix, const char *const *values,
		       const char *le)
{
	text_addf(out, "%s%s", row->name, suffix);
	const char *label = row->labels;
	size_t index = 0;
	for (; *label != '\0'; index++) {
		size_t size = strcspn(label, ",");
		text_addf(out, "%c%.*s=\"", index == 0 ? '{' : ',', (int)size, label);
		add_escaped(out, values[index], true);
		text_add_char(out, '"');
		label += size + (label[size] == ',');
	}
	if (le != NULL)
		text_addf(out, "%cle=\"%s\"", index == 0 ? '{' : ',', le);
	text_add(out, index > 0 || le != NULL ? "} " : " ");
}

void metric_add(struct text *out, enum metric metric, const char *const *values, uint64_t value)
{
	add_series(out, &metric_rows[metric], "", values, NULL);
	text_addf(out, "%" PRIu64 "\n", value);
}

void metric_add_histogram(struct text *out, enum metric metric, const char *const *values,
			  const struct metric_histogram *histogram)
{
	const struct metric_row *row = &metric_rows[metric];
	uint64_t seen = 0;
	for (size_t i = 0; i < histogram->count; i++) {
		seen += histogram->buckets[i];
		add_series(out, row, "_bucket", values, i + 1 < histogram->count ? histogram->bounds[i] : "+Inf");
		text_addf(out, "%" PRIu64 "\n", seen);
	}
	add_series(out, row, "_sum", values, NULL);
	text_addf(out, "%" PRIu64, histogram->sum / histogram->sum_scale);
	if (histogram->sum_scale > 1)
		text_addf(out, ".%06" PRIu64, histogram->sum % histogram->sum_scale * (1000000 / histogram->sum_scale));
	text_add_char(out, '\n');
	add_series(out, row, "_count", values, NULL);
	text_addf(out, "%" PRIu64 "\n", seen);
}
