/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Clean days: what sites do that is no fault. Each has a generator of its own, of other shapes than the sites that
 * faults are planted in. Rows with `is_tuned` were looked at while thresholds were chosen; of the others only the
 * result is known.
 */
#ifndef TESTS_UNIT_SIGNALS_DETECTION_DAYS_H
#define TESTS_UNIT_SIGNALS_DETECTION_DAYS_H

#include "tests/unit/signals/detection/site.h"

struct day {
	const char *name;
	bool is_tuned;
	void (*run)(struct site *site, double from_us, double until_us); /* a day, or the part of one that is wanted */
};

extern const struct day days[];
extern const unsigned day_count;

#endif
