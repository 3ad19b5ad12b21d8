/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/clock.h"
#include "history/read_inside.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#define KEYS_MAX (1u << 20)
#define DETAILS_MAX 128 /* codes of EDE, validation and sizes that are told one by one */

enum latency_group { LATENCY_V6, LATENCY_V4, LATENCY_UP_V6, LATENCY_UP_V4, LATENCY_GROUPS };

static const struct {
	const char *p50, *p99, *kind, *family;
} latencies[LATENCY_GROUPS] = {{"p50_us6", "p99_us6", "replies", "ipv6"},
			       {"p50_us4", "p99_us4", "replies", "ipv4"},
			       {"up_p50_us6", "up_p99_us6", "upstream", "ipv6"},
			       {"up_p50_us4", "up_p99_us4", "upstream", "ipv4"}};

/* Kinds of which each code is a series. */
static const struct {
	const char *kind, *name;
} detail_kinds[] = {{"ede", "ede"}, {"validation", "val"}, {"size", "sizes"}};
#define DETAIL_KINDS (sizeof(detail_kinds) / sizeof(detail_kinds[0]))

struct detail {
	size_t kind;
	char code[COUNT_CODE_MAX];
	uint64_t *numbers; /* one a step */
};

/* What counts of a key are added to. */
struct key_place {
	uint32_t series; /* bits */
	uint8_t latency_group, latency;
	uint16_t detail; /* from 1; 0: none */
};

struct sums {
	size_t steps;
	uint64_t start_minute;
	uint32_t step_minutes;
	bool *is_known;                         /* the daemon ran */
	uint64_t *series[HISTORY_SERIES_COUNT]; /* one a step */
	uint64_t (*latency[LATENCY_GROUPS])[LATENCY_BUCKETS];
	struct detail details[DETAILS_MAX];
	uint16_t detail_count;
	struct key_place *places; /* by the key's number */
	size_t place_count;
};

_Static_assert(HISTORY_SERIES_COUNT <= 32, "a bit each");

static void sums_free(struct sums *sums)
{
	free(sums->is_known);
	free(sums->places);
	for (size_t i = 0; i < HISTORY_SERIES_COUNT; i++)
		free(sums->series[i]);
	for (size_t i = 0; i < LATENCY_GROUPS; i++)
		free(sums->latency[i]);
	for (size_t i = 0; i < sums->detail_count; i++)
		free(sums->details[i].numbers);
}

static int sums_make(struct sums *sums)
{
	bool is_whole = (sums->is_known = calloc(sums->steps, sizeof(bool))) != NULL;
	for (size_t i = 0; i < HISTORY_SERIES_COUNT; i++)
		is_whole = (sums->series[i] = calloc(sums->steps, sizeof(uint64_t))) != NULL && is_whole;
	for (size_t i = 0; i < LATENCY_GROUPS; i++)
		is_whole = (sums->latency[i] = calloc(sums->steps, sizeof(*sums->latency[i]))) != NULL && is_whole;
	return is_whole ? ERR_OK : -ENOMEM;
}

/* --- Keys --- */

static uint16_t detail_find(struct sums *sums, const char *kind, const char *code)
{
	size_t which = 0;
	while (which < DETAIL_KINDS && strcmp(detail_kinds[which].kind, kind) != 0)
		which++;
	if (which == DETAIL_KINDS)
		return 0;
	for (uint16_t i = 0; i < sums->detail_count; i++) {
		if (sums->details[i].kind == which && strcmp(sums->details[i].code, code) == 0)
			return i + 1;
	}
	uint64_t *numbers = sums->detail_count < DETAILS_MAX ? calloc(sums->steps, sizeof(*numbers)) : NULL;
	if (numbers == NULL)
		return 0;
	struct detail *detail = &sums->details[sums->detail_count++];
	*detail = (struct detail){.kind = which, .numbers = numbers};
	snprintf(detail->code, sizeof(detail->code), "%s", code);
	return sums->detail_count;
}

static void place_fill(struct sums *sums, sqlite3_stmt *statement, struct key_place *place)
{
	const char *kind = reader_text(statement, 1), *family = reader_text(statement, 2);
	int latency = sqlite3_column_int(statement, 4);
	place->series = (uint32_t)sqlite3_column_int64(statement, 5);
	place->detail = detail_find(sums, kind, reader_text(statement, 3));
	place->latency_group = LATENCY_GROUPS;
	for (uint8_t i = 0; latency >= 0 && latency < LATENCY_BUCKETS && i < LATENCY_GROUPS; i++) {
		if (strcmp(latencies[i].kind, kind) == 0 && strcmp(latencies[i].family, family) == 0)
			place->latency_group = i;
	}
	place->latency = (uint8_t)latency;
}

/* Conditions are judged once for each key, not for each count. */
static int keys_prepare(struct history_reader *reader, enum event_stream stream, sqlite3_stmt **ret)
{
	struct text sql = {0};
	text_add(&sql, "SELECT id, kind, family, code, latency, 0");
	for (unsigned i = 0; i < HISTORY_SERIES_COUNT; i++)
		text_addf(&sql, "|(((%s)<>0)<<%u)", history_conditions[i], i);
	text_add(&sql, " FROM keys WHERE ?1 = '*' OR stream = ?1");
	int rc = sql.is_failed ? -ENOMEM : reader_prepare(reader, text_string(&sql), ret);
	text_free(&sql);
	if (rc == ERR_OK)
		sqlite3_bind_text(*ret, 1, reader_stream(stream), -1, SQLITE_STATIC);
	return rc;
}

static int places_room(struct sums *sums, int64_t id)
{
	if (id < 0 || id >= KEYS_MAX)
		return ERR_SYNTAX;
	if ((size_t)id < sums->place_count)
		return ERR_OK;
	size_t count = (size_t)id * 2 + 256;
	struct key_place *places = realloc(sums->places, count * sizeof(places[0]));
	if (places == NULL)
		return -ENOMEM;
	memset(places + sums->place_count, 0, (count - sums->place_count) * sizeof(places[0]));
	for (size_t i = sums->place_count; i < count; i++)
		places[i].latency_group = LATENCY_GROUPS;
	sums->places = places;
	sums->place_count = count;
	return ERR_OK;
}

static int keys_read(struct history_reader *reader, enum event_stream stream, struct sums *sums)
{
	sqlite3_stmt *statement;
	int rc = keys_prepare(reader, stream, &statement);
	if (rc != ERR_OK)
		return rc;
	while ((rc = reader_step(reader, statement)) == ERR_OK) {
		int64_t id = sqlite3_column_int64(statement, 0);
		rc = places_room(sums, id);
		if (rc != ERR_OK)
			break;
		place_fill(sums, statement, &sums->places[id]);
	}
	sqlite3_finalize(statement);
	return rc == ERR_NOT_FOUND ? ERR_OK : rc;
}

/* --- Counts --- */

static void count_add(struct sums *sums, size_t step, const struct key_place *place, uint64_t number)
{
	for (unsigned i = 0; i < HISTORY_SERIES_COUNT; i++) {
		if ((place->series >> i & 1) != 0)
			sums->series[i][step] += number;
	}
	if (place->latency_group < LATENCY_GROUPS)
		sums->latency[place->latency_group][step][place->latency] += number;
	if (place->detail != 0)
		sums->details[place->detail - 1].numbers[step] += number;
}

static const char minutes_sql[] = "SELECT minute, key, count FROM minutes WHERE minute >= ?1 AND minute < ?2";
/* The hour that is not over has no sums yet. */
static const char hours_sql[] =
	"SELECT hour * 60, key, count FROM hours WHERE hour >= ?1 / 60 AND hour < ?2 / 60 UNION ALL"
	" SELECT minute, key, count FROM minutes WHERE minute >= ?1 AND minute < ?2"
	" AND minute >= coalesce((SELECT max(hour) + 1 FROM hours), 0) * 60";

static int counts_read(struct history_reader *reader, struct sums *sums)
{
	sqlite3_stmt *statement;
	bool is_by_hour = sums->step_minutes % 60 == 0 && sums->start_minute % 60 == 0;
	int rc = reader_prepare(reader, is_by_hour ? hours_sql : minutes_sql, &statement);
	if (rc != ERR_OK)
		return rc;
	sqlite3_bind_int64(statement, 1, (int64_t)sums->start_minute);
	sqlite3_bind_int64(statement, 2, (int64_t)(sums->start_minute + sums->steps * sums->step_minutes));
	while ((rc = reader_step(reader, statement)) == ERR_OK) {
		uint64_t minute = (uint64_t)sqlite3_column_int64(statement, 0);
		int64_t key = sqlite3_column_int64(statement, 1);
		size_t step = (size_t)(minute - sums->start_minute) / sums->step_minutes;
		if (step < sums->steps && key >= 0 && (size_t)key < sums->place_count)
			count_add(sums, step, &sums->places[key], (uint64_t)sqlite3_column_int64(statement, 2));
	}
	sqlite3_finalize(statement);
	return rc == ERR_NOT_FOUND ? ERR_OK : rc;
}

static int runs_read(struct history_reader *reader, struct sums *sums)
{
	sqlite3_stmt *statement;
	int rc = reader_prepare(reader, "SELECT start_us / 60000000, last_us / 60000000 FROM runs", &statement);
	if (rc != ERR_OK)
		return rc;
	while ((rc = reader_step(reader, statement)) == ERR_OK) {
		uint64_t from = (uint64_t)sqlite3_column_int64(statement, 0);
		uint64_t to = (uint64_t)sqlite3_column_int64(statement, 1);
		size_t step = from <= sums->start_minute ? 0 : (size_t)(from - sums->start_minute) / sums->step_minutes;
		for (; step < sums->steps && sums->start_minute + step * sums->step_minutes <= to; step++)
			sums->is_known[step] = true;
	}
	sqlite3_finalize(statement);
	return rc == ERR_NOT_FOUND ? ERR_OK : rc;
}

/* --- JSON --- */

static json_t *numbers_json(const struct sums *sums, const uint64_t *numbers)
{
	json_t *array = json_array();
	for (size_t i = 0; i < sums->steps; i++)
		json_array_append_new(array, sums->is_known[i] ? json_integer((json_int_t)numbers[i]) : json_null());
	return array;
}

/* null too where nothing was measured: no answer is no answer in no time. */
static json_t *quantiles_json(const struct sums *sums, enum latency_group group, double share)
{
	json_t *array = json_array();
	for (size_t i = 0; i < sums->steps; i++) {
		uint32_t us = latency_quantile(sums->latency[group][i], share);
		json_array_append_new(array, us > 0 ? json_integer(us) : json_null());
	}
	return array;
}

static json_t *series_json(const struct sums *sums)
{
	json_t *series = json_object();
	for (unsigned i = 0; i < HISTORY_SERIES_COUNT; i++)
		json_object_set_new(series, history_series_name((enum history_series)i),
				    numbers_json(sums, sums->series[i]));
	for (unsigned i = 0; i < LATENCY_GROUPS; i++) {
		json_object_set_new(series, latencies[i].p50, quantiles_json(sums, (enum latency_group)i, 0.5));
		json_object_set_new(series, latencies[i].p99, quantiles_json(sums, (enum latency_group)i, 0.99));
	}
	for (size_t kind = 0; kind < DETAIL_KINDS; kind++) {
		json_t *codes = json_object();
		for (size_t i = 0; i < sums->detail_count; i++) {
			if (sums->details[i].kind == kind)
				json_object_set_new(codes, sums->details[i].code,
						    numbers_json(sums, sums->details[i].numbers));
		}
		json_object_set_new(series, detail_kinds[kind].name, codes);
	}
	return series;
}

int history_series(struct history_reader *reader, enum event_stream stream, uint64_t start_us, uint32_t step_s,
		   size_t steps, json_t **ret)
{
	if (steps == 0 || steps > HISTORY_STEPS_MAX || step_s == 0 || step_s % 60 != 0)
		return ERR_RANGE;
	struct sums sums = {.steps = steps, .start_minute = start_us / 60000000, .step_minutes = step_s / 60};
	int rc = sums_make(&sums);
	if (rc == ERR_OK)
		rc = keys_read(reader, stream, &sums);
	if (rc == ERR_OK)
		rc = counts_read(reader, &sums);
	if (rc == ERR_OK)
		rc = runs_read(reader, &sums);
	if (rc == ERR_OK) {
		char start[CLOCK_TEXT_MAX];
		clock_text(sums.start_minute * 60000000, start);
		*ret = json_pack("{s:I, s:s, s:o}", "step_s", (json_int_t)step_s, "start", start, "series",
				 series_json(&sums));
		rc = *ret != NULL ? ERR_OK : -ENOMEM;
	}
	sums_free(&sums);
	return rc;
}
