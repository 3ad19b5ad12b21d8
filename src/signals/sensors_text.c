/* SPDX-License-Identifier: BSD-2-Clause */
#include "signals/sensors.h"

static const struct {
	const char *name, *needs, *means, *next;
} texts[SENSOR_COUNT] = {
#define SENSOR(id, name, needs, means, next) {name, needs, means, next},
#include "signals/sensors.def"
};

const char *signal_level_text(enum signal_level level)
{
	static const char *const levels[] = {"notice", "warning", "critical"};
	return levels[level];
}

const char *signal_baseline_text(enum signal_baseline baseline)
{
	static const char *const baselines[BASELINE_COUNT] = {"earlier", "control"};
	return baselines[baseline];
}

const char *signal_change_text(enum signal_change change)
{
	static const char *const changes[] = {"raised", "worsened", "cleared"};
	return changes[change];
}

const char *sensor_name(enum sensor sensor)
{
	return texts[sensor].name;
}

const char *sensor_needs(enum sensor sensor)
{
	return texts[sensor].needs;
}

const char *sensor_means(enum sensor sensor)
{
	return texts[sensor].means;
}

const char *sensor_next(enum sensor sensor)
{
	return texts[sensor].next;
}

void scope_to_text(const struct scope *scope, struct text *out)
{
	if (scope->stream != STREAM_UNKNOWN)
		text_addf(out, "%s ", event_stream_text(scope->stream));
	if (scope->kind == SCOPE_ZONE) {
		char name[NAME_TEXT_MAX];
		name_to_display(name_of(scope->zone), name);
		text_addf(out, "zone %s", name);
	} else if (scope->kind == SCOPE_NETWORK) {
		char prefix[IP_PREFIX_TEXT_MAX];
		ip_prefix_to_text(&scope->network, prefix);
		text_addf(out, "network %s", prefix);
	} else {
		text_add(out, "all");
	}
}
