/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What is usual at an hour of the day: between which values A per AAAA lay at that hour of the seven days before.
 * A new object, the caller's.
 * Never from fewer than three days: one odd day is no custom.
 */
#ifndef WEB_BAND_H
#define WEB_BAND_H

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

#define BAND_DAYS 7
#define BAND_DAYS_LEAST 3
#define BAND_HOURS ((BAND_DAYS + 1) * 24) /* of the past that are wanted, up to the last whole hour */

struct band_span { /* of the series that the band belongs to; seconds since 1970 */
	uint64_t start_s;
	uint32_t step_s;
	size_t steps;
};

/*
 * past: the "series" of the history by the hour from past_start_s on. {"days":n,"low":[number or null, ...],"high":[...]},
 * days: the most that any step has. NULL: nothing is known, or no memory.
 */
json_t *band_json(const json_t *past, uint64_t past_start_s, const struct band_span *span);

#endif
