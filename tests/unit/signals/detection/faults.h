/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Faults as they are planted in a made site: what changes in its events, and which sensor has to find it.
 * Constant rows.
 */
#ifndef TESTS_UNIT_SIGNALS_DETECTION_FAULTS_H
#define TESTS_UNIT_SIGNALS_DETECTION_FAULTS_H

#include "tests/unit/signals/detection/site.h"

struct fault {
	const char *name;
	enum sensor sensor;
	void (*prepare)(struct site *site); /* NULL: as it is */
	bool (*plant)(struct site *site, struct event *event);
};

extern const struct fault faults[];
extern const unsigned fault_count;

#endif
