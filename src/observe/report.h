/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the sensors found, as JSON: the same for `sextant signals`, the control socket and the web.
 * Stateless; objects that are returned belong to the caller.
 * Never prints: who shows it to people does.
 */
#ifndef OBSERVE_REPORT_H
#define OBSERVE_REPORT_H

#include "signals/sensors.h"

#include <jansson.h>

/* {"id","signal","level","scope","now","usual","now_text","usual_text","baseline","since","raised","cleared" (null: it
 * holds),"evidence","means", "next"}. NULL: no memory. */
json_t *signal_json(const struct signal *signal);
/*
 * {"signals":[...] by id, but those that were over before since_us,"undetermined":[{"signal","needs"}...],"untimed":n,
 * "no_room":n,"first":stamp or null,"last":stamp or null}
 */
json_t *signals_report(const struct sensors *sensors, uint64_t since_us);

#endif
