/* SPDX-License-Identifier: BSD-2-Clause */
#include "signals/sensors.h"

#include <stdio.h>

static const struct {
	const char *name, *needs, *means, *next, *twin;
	enum sensor_unit unit;
} texts[SENSOR_COUNT] = {
#define SENSOR(id, name, facts, streams, unit, twin, needs, means, next) {name, needs, means, next, twin, unit},
#include "signals/sensors.def"
};

const char *signal_level_text(enum signal_level level)
{
	static const char *const levels[] = {"notice", "warning", "critical"};
	return levels[level];
}

const char *signal_baseline_text(enum signal_baseline baseline)
{
	static const char *const baselines[BASELINE_COUNT] = {"earlier", "same hour", "control", "published"};
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

enum sensor_unit sensor_unit(enum sensor sensor)
{
	return texts[sensor].unit;
}

const char *sensor_twin(enum sensor sensor)
{
	return texts[sensor].twin;
}

void signal_number_to_text(enum sensor sensor, double number, struct text *out)
{
	static const struct {
		double times;
		const char *form;
	} units[] = {[UNIT_SHARE] = {100, "%.1f%%"},
		     [UNIT_RATIO] = {1, "%.1f"},
		     [UNIT_MS] = {1, "%.0f ms"},
		     [UNIT_NAMES] = {1, "%.0f"}};
	char text[32];
	snprintf(text, sizeof(text), units[texts[sensor].unit].form, number * units[texts[sensor].unit].times);
	text_add(out, text);
}

void scope_to_text(const struct scope *scope, struct text *out)
{
	char name[NAME_TEXT_MAX], prefix[IP_PREFIX_TEXT_MAX];
	if (scope->stream != STREAM_UNKNOWN)
		text_addf(out, "%s ", event_stream_text(scope->stream));
	switch (scope->kind) {
	case SCOPE_ZONE:
		name_to_display(name_of(scope->zone), name);
		text_addf(out, "zone %s", name);
		break;
	case SCOPE_PROBE:
		name_to_display(name_of(scope->zone), name);
		text_add(out, name);
		break;
	case SCOPE_NETWORK:
		ip_prefix_to_text(&scope->network, prefix);
		text_addf(out, "network %s", prefix);
		break;
	case SCOPE_SITE:
		text_addf(out, "site %s", scope->site);
		break;
	case SCOPE_ALL:
		text_add(out, "all");
		break;
	}
}
