/* SPDX-License-Identifier: BSD-2-Clause */
#include "web/band.h"

#include <stdbool.h>

#define HOUR_S 3600
#define DAY_S 86400
#define ASKED_LEAST 20 /* questions for AAAA in an hour: with fewer a ratio is chance */

struct extremes {
	double low, high;
	unsigned days;
};

/* A per AAAA in the hour; false: it is not known. */
static bool ratio_at(const json_t *past, size_t hour, double *ret)
{
	const json_t *aaaa = json_array_get(json_object_get(past, "aaaa"), hour);
	const json_t *a = json_array_get(json_object_get(past, "a"), hour);
	if (!json_is_number(aaaa) || !json_is_number(a) || json_number_value(aaaa) < ASKED_LEAST)
		return false;
	*ret = json_number_value(a) / json_number_value(aaaa);
	return true;
}

static struct extremes extremes_at(const json_t *past, uint64_t past_start_s, uint64_t time_s)
{
	struct extremes found = {0};
	for (unsigned day = 1; day <= BAND_DAYS; day++) {
		uint64_t then_s = time_s - (uint64_t)day * DAY_S;
		double ratio;
		if (then_s < past_start_s || !ratio_at(past, (size_t)((then_s - past_start_s) / HOUR_S), &ratio))
			continue;
		found.low = found.days == 0 || ratio < found.low ? ratio : found.low;
		found.high = found.days == 0 || ratio > found.high ? ratio : found.high;
		found.days++;
	}
	return found;
}

json_t *band_json(const json_t *past, uint64_t past_start_s, const struct band_span *span)
{
	json_t *low = json_array(), *high = json_array();
	unsigned most = 0;
	for (size_t i = 0; i < span->steps; i++) {
		struct extremes found = extremes_at(past, past_start_s, span->start_s + i * span->step_s);
		bool is_known = found.days >= BAND_DAYS_LEAST;
		json_array_append_new(low, is_known ? json_real(found.low) : json_null());
		json_array_append_new(high, is_known ? json_real(found.high) : json_null());
		most = is_known && found.days > most ? found.days : most;
	}
	if (most > 0)
		return json_pack("{s:i, s:o, s:o}", "days", (int)most, "low", low, "high", high);
	json_decref(low);
	json_decref(high);
	return NULL;
}
