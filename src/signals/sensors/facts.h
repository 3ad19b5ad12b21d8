/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What sources tell, and what sensors need of it: why a sensor is silent because nobody told it, and not because all is
 * well. Values.
 * Never takes what was not told for told.
 */
#ifndef SIGNALS_SENSORS_FACTS_H
#define SIGNALS_SENSORS_FACTS_H

#include "signals/line.h"
#include "signals/sensors.h"

enum fact_number {
#define FACT(id) FACT_NUMBER_##id,
#include "signals/sensors/facts.def"
	FACT_COUNT
};

enum fact {
#define FACT(id) FACT_##id = 1 << FACT_NUMBER_##id,
#include "signals/sensors/facts.def"
};

/* Bits of enum fact that one event tells. */
uint32_t facts_of(const struct event *event);

/* Can lines of the format tell what the sensor needs, of a server that it says anything of? */
bool sensor_is_carried_by(enum sensor sensor, enum line_format format);
/* Does it say anything of the stream? UNKNOWN: both of those that clients ask. */
bool sensor_is_of_stream(enum sensor sensor, enum event_stream stream);
/* With these facts. */
bool sensor_is_fed(enum sensor sensor, uint32_t facts);

#endif
