/* SPDX-License-Identifier: BSD-2-Clause */
#include "observe/report.h"

#include "base/clock.h"

#include <stdlib.h>

static json_t *time_json(uint64_t time_us)
{
	char text[CLOCK_TEXT_MAX];
	if (time_us == 0)
		return json_null();
	clock_text(time_us, text);
	return json_string(text);
}

static json_t *number_json(const struct signal *signal, double number)
{
	struct text text = {0};
	signal_number_to_text(signal->sensor, number, &text);
	json_t *word = json_string(text_string(&text));
	text_free(&text);
	return word;
}

json_t *signal_json(const struct signal *signal)
{
	struct text scope = {0};
	scope_to_text(&signal->scope, &scope);
	json_t *row = json_pack("{s:I, s:s, s:s, s:s, s:f, s:f, s:o, s:o, s:s}", "id", (json_int_t)signal->id, "signal",
				sensor_name(signal->sensor), "level", signal_level_text(signal->level), "scope",
				text_string(&scope), "now", signal->now, "usual", signal->usual, "now_text",
				number_json(signal, signal->now), "usual_text", number_json(signal, signal->usual),
				"baseline", signal_baseline_text(signal->baseline));
	json_object_set_new(row, "since", time_json(signal->since_us));
	json_object_set_new(row, "raised", time_json(signal->raised_us));
	json_object_set_new(row, "cleared", time_json(signal->cleared_us));
	json_object_set_new(row, "evidence", json_string(signal->evidence));
	json_object_set_new(row, "means", json_string(sensor_means(signal->sensor)));
	json_object_set_new(row, "next", json_string(sensor_next(signal->sensor)));
	text_free(&scope);
	return row;
}

static int id_compare(const void *a, const void *b)
{
	uint64_t left = (*(const struct signal *const *)a)->id, right = (*(const struct signal *const *)b)->id;
	return left < right ? -1 : left > right;
}

static json_t *signals_json(const struct sensors *sensors, uint64_t since_us)
{
	size_t count, shown = 0;
	const struct signal *signals = sensors_signals(sensors, &count);
	const struct signal **order = malloc((count + 1) * sizeof(*order));
	if (order == NULL)
		return NULL;
	for (size_t i = 0; i < count; i++) {
		if (signals[i].cleared_us == 0 || signals[i].cleared_us >= since_us)
			order[shown++] = &signals[i];
	}
	qsort(order, shown, sizeof(*order), id_compare);
	json_t *rows = json_array();
	for (size_t i = 0; i < shown; i++)
		json_array_append_new(rows, signal_json(order[i]));
	free(order);
	return rows;
}

static json_t *undetermined_json(const struct sensors *sensors)
{
	json_t *rows = json_array();
	for (unsigned i = 0; i < SENSOR_COUNT; i++) {
		enum sensor sensor = (enum sensor)i;
		if (!sensors_can_see(sensors, sensor))
			json_array_append_new(rows, json_pack("{s:s, s:s}", "signal", sensor_name(sensor), "needs",
							      sensor_needs(sensor)));
	}
	return rows;
}

json_t *signals_report(const struct sensors *sensors, uint64_t since_us)
{
	return json_pack("{s:o, s:o, s:I, s:I, s:o, s:o}", "signals", signals_json(sensors, since_us), "undetermined",
			 undetermined_json(sensors), "untimed", (json_int_t)sensors_untimed(sensors), "no_room",
			 (json_int_t)sensors_dropped(sensors), "first", time_json(sensors_first_us(sensors)), "last",
			 time_json(sensors_last_us(sensors)));
}
