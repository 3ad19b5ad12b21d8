/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Inside the series: what a step holds, and how steps become JSON.
 * For series.c and series_json.c alone.
 * Never used without the lock of the series.
 */
#ifndef OBSERVE_SERIES_INSIDE_H
#define OBSERVE_SERIES_INSIDE_H

#include "observe/series.h"
#include "telemetry/counters.h"

struct series_fact { /* of one answer, what conditions ask */
	bool is_aaaa, is_a, is_udp, is_tcp, is_tc, is_after_tc, is_unanswered, has_fallen_back;
	int rcode;             /* -1: none */
	enum family family;    /* FAMILY_COUNT: not told */
	enum family up_family; /* of the server that answered; FAMILY_COUNT: not told */
	enum aaaa_origin origin;
};

enum series_line {
#define SERIES(id, name, condition) SERIES_##id,
#include "observe/series.def"
	SERIES_LINE_COUNT
};

enum series_group { SERIES_GROUP_AAAA, SERIES_GROUP_A, SERIES_GROUP_OTHER, SERIES_GROUP_COUNT };

struct series_cell {
	uint64_t step; /* since 1970, of the ring's length; 0: none yet */
	uint32_t counts[SERIES_LINE_COUNT];
	uint32_t ede[SERIES_GROUP_COUNT][EDE_SLOT_COUNT];
	uint32_t security[SERIES_GROUP_COUNT][SECURITY_COUNT];
	uint32_t sizes[SIZE_BUCKET_COUNT];
	uint32_t times[FAMILY_COUNT][SERIES_TIME_BUCKETS], up_times[FAMILY_COUNT][SERIES_TIME_BUCKETS];
};

/* The object "series". cells: NULL where nothing is known. */
json_t *series_lines(const struct series_cell *const *cells, size_t count);

#endif
