/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * EDE-CODES: the share of each extended error (RFC 8914) among all answers of a stream.
 * Owned by struct sensors.
 * Never judges 29, synthesized: SYNTH-SHIFT does.
 */
#ifndef SIGNALS_SENSORS_EDE_H
#define SIGNALS_SENSORS_EDE_H

#include "signals/sensors/cells.h"

#define EDE_CODES 32 /* those above count as the last */

struct ede_step {
	uint32_t answers, codes[EDE_CODES];
	uint64_t pairs[EDE_CODES]; /* a bit for each client and name, together, by their hash */
};

struct ede_stream {
	uint64_t step;
	struct ede_step steps[STEPS];
	float usual[EDE_CODES], usual_answers;
	uint8_t zones[EDE_CODES][SCOPE_ZONE_MAX]; /* of which it is told most, about: the majority, if there is one */
	uint32_t leads[EDE_CODES];
	struct hold holds[EDE_CODES];
};

struct ede_codes {
	struct ede_stream streams[STREAM_COUNT];
};

void ede_observe(struct ede_codes *ede, const struct event *event, uint64_t step, uint64_t seed);
void ede_judge(struct ede_codes *ede, uint64_t step, struct signal_list *list, uint64_t now_us);

#endif
