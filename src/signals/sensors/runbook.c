/* SPDX-License-Identifier: BSD-2-Clause */
#include "signals/sensors/runbook.h"

#include <strings.h>

static const struct runbook runbooks[SENSOR_COUNT] = {
#define RUNBOOK(id, title, breaks, confirm, mend) [SENSOR_##id] = {title, breaks, confirm, mend},
#include "signals/sensors/runbooks.def"
};

const struct runbook *sensor_runbook(enum sensor sensor)
{
	return &runbooks[sensor];
}

bool sensor_by_name(const char *name, enum sensor *ret)
{
	for (unsigned i = 0; i < SENSOR_COUNT; i++) {
		if (strcasecmp(sensor_name((enum sensor)i), name) == 0) {
			*ret = (enum sensor)i;
			return true;
		}
	}
	return false;
}

void sensor_explain(enum sensor sensor, struct text *out)
{
	const struct runbook *runbook = sensor_runbook(sensor);
	text_addf(out, "Means: %s\nBreaks: %s\nConfirm: %s\nMend: %s\nNext: %s.\n", sensor_means(sensor),
		  runbook->breaks, runbook->confirm, runbook->mend, sensor_next(sensor));
}
