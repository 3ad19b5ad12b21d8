/* SPDX-License-Identifier: BSD-2-Clause */
#include "observe/series_inside.h"

#include <stdio.h>

struct steps {
	const struct series_cell *const *cells;
	size_t count;
};

/* A value of a step, of what the argument points out. */
typedef uint64_t step_value(const struct series_cell *cell, const void *argument);

static json_t *line_json(const struct steps *steps, step_value *value, const void *argument)
{
	json_t *line = json_array();
	for (size_t i = 0; i < steps->count; i++) {
		const struct series_cell *cell = steps->cells[i];
		json_array_append_new(line,
				      cell != NULL ? json_integer((json_int_t)value(cell, argument)) : json_null());
	}
	return line;
}

static uint64_t count_value(const struct series_cell *cell, const void *argument)
{
	return cell->counts[*(const size_t *)argument];
}

/* group SERIES_GROUP_COUNT: all. */
struct slot {
	unsigned group, index;
};

static uint64_t ede_value(const struct series_cell *cell, const void *argument)
{
	const struct slot *slot = argument;
	uint64_t sum = 0;
	for (unsigned group = 0; group < SERIES_GROUP_COUNT; group++)
		sum += slot->group == SERIES_GROUP_COUNT || slot->group == group ? cell->ede[group][slot->index] : 0;
	return sum;
}

static uint64_t security_value(const struct series_cell *cell, const void *argument)
{
	const struct slot *slot = argument;
	uint64_t sum = 0;
	for (unsigned group = 0; group < SERIES_GROUP_COUNT; group++)
		sum += slot->group == SERIES_GROUP_COUNT || slot->group == group ? cell->security[group][slot->index]
										 : 0;
	return sum;
}

static uint64_t size_value(const struct series_cell *cell, const void *argument)
{
	return cell->sizes[*(const size_t *)argument];
}

static bool has_any(const struct steps *steps, step_value *value, const void *argument)
{
	for (size_t i = 0; i < steps->count; i++) {
		if (steps->cells[i] != NULL && value(steps->cells[i], argument) > 0)
			return true;
	}
	return false;
}

/* Codes that were sent in these steps; the others are all zeros. */
static json_t *ede_json(const struct steps *steps, unsigned group)
{
	json_t *lines = json_object();
	for (unsigned code = 0; code < EDE_SLOT_COUNT; code++) {
		const struct slot slot = {group, code};
		char text[12];
		snprintf(text, sizeof(text), "%u", code);
		if (has_any(steps, ede_value, &slot))
			json_object_set_new(lines, code == EDE_SLOT_COUNT - 1 ? "other" : text,
					    line_json(steps, ede_value, &slot));
	}
	return lines;
}

static json_t *security_json(const struct steps *steps, unsigned group)
{
	json_t *lines = json_object();
	for (unsigned security = SECURITY_SECURE; security < SECURITY_COUNT; security++) {
		const struct slot slot = {group, security};
		json_object_set_new(lines, security_value_text((uint8_t)security),
				    line_json(steps, security_value, &slot));
	}
	return lines;
}

static json_t *sizes_json(const struct steps *steps)
{
	json_t *lines = json_object();
	for (size_t bucket = 0; bucket < SIZE_BUCKET_COUNT; bucket++)
		json_object_set_new(lines, size_bucket_text(bucket), line_json(steps, size_value, &bucket));
	return lines;
}

/* The time below which a share of a step's are; null: there are none. */
static json_t *quantile(const uint32_t buckets[SERIES_TIME_BUCKETS], double share)
{
	uint64_t total = 0, seen = 0;
	for (unsigned i = 0; i < SERIES_TIME_BUCKETS; i++)
		total += buckets[i];
	for (unsigned i = 0; total > 0 && i < SERIES_TIME_BUCKETS; i++) {
		seen += buckets[i];
		if ((double)seen >= share * (double)total)
			return json_integer(series_bucket_us(i));
	}
	return json_null();
}

static json_t *times_json(const struct steps *steps, bool is_up, enum family family, double share)
{
	json_t *line = json_array();
	for (size_t i = 0; i < steps->count; i++) {
		const struct series_cell *cell = steps->cells[i];
		json_array_append_new(
			line, cell == NULL ? json_null()
					   : quantile(is_up ? cell->up_times[family] : cell->times[family], share));
	}
	return line;
}

static void times_add(json_t *lines, const struct steps *steps)
{
	static const struct {
		const char *name;
		bool is_up;
		enum family family;
		double share;
	} rows[] = {
		{"p50_us6", false, FAMILY_IPV6, 0.5},   {"p99_us6", false, FAMILY_IPV6, 0.99},
		{"p50_us4", false, FAMILY_IPV4, 0.5},   {"p99_us4", false, FAMILY_IPV4, 0.99},
		{"up_p50_us6", true, FAMILY_IPV6, 0.5}, {"up_p99_us6", true, FAMILY_IPV6, 0.99},
		{"up_p50_us4", true, FAMILY_IPV4, 0.5}, {"up_p99_us4", true, FAMILY_IPV4, 0.99},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		json_object_set_new(lines, rows[i].name,
				    times_json(steps, rows[i].is_up, rows[i].family, rows[i].share));
}

json_t *series_lines(const struct series_cell *const *cells, size_t count)
{
	static const char *const names[SERIES_LINE_COUNT] = {
#define SERIES(id, name, condition) name,
#include "observe/series.def"
	};
	const struct steps steps = {cells, count};
	json_t *lines = json_object();
	for (size_t line = 0; line < SERIES_LINE_COUNT; line++)
		json_object_set_new(lines, names[line], line_json(&steps, count_value, &line));
	times_add(lines, &steps);
	json_object_set_new(lines, "ede", ede_json(&steps, SERIES_GROUP_COUNT));
	json_object_set_new(lines, "ede_aaaa", ede_json(&steps, SERIES_GROUP_AAAA));
	json_object_set_new(lines, "ede_a", ede_json(&steps, SERIES_GROUP_A));
	json_object_set_new(lines, "val", security_json(&steps, SERIES_GROUP_COUNT));
	json_object_set_new(lines, "val_aaaa", security_json(&steps, SERIES_GROUP_AAAA));
	json_object_set_new(lines, "val_a", security_json(&steps, SERIES_GROUP_A));
	json_object_set_new(lines, "sizes", sizes_json(&steps));
	return lines;
}
