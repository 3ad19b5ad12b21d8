/* SPDX-License-Identifier: BSD-2-Clause */
#include "signals/sensors/ede.h"

#include "dns/ede.h"
#include "signals/scope/scope.h"
#include "signals/sensors/judge.h"

#include <stdio.h>

#define FADE 0.99f
#define FLOOR_TOLD 15 /* answers with the code */
#define FLOOR_PAIRS 3 /* clients and names; fewer: one client that asks for one name over and over */
#define SYNTHESIZED 29
#define SHARE 0.02 /* of all answers */

static bool stream_holds(const struct ede_stream *stream)
{
	for (unsigned i = 0; i < EDE_CODES; i++) {
		if (stream->holds[i].place != 0)
			return true;
	}
	return false;
}

static void step_leave(struct ede_stream *stream)
{
	struct ede_step *oldest = &stream->steps[(stream->step + 1) % STEPS];
	if (!stream_holds(stream)) {
		for (unsigned i = 0; i < EDE_CODES; i++)
			stream->usual[i] = stream->usual[i] * FADE + (float)oldest->codes[i];
		stream->usual_answers = stream->usual_answers * FADE + (float)oldest->answers;
	}
	*oldest = (struct ede_step){0};
	stream->step++;
}

static void stream_roll(struct ede_stream *stream, uint64_t step)
{
	if (step > stream->step + 800) {
		memset(stream->steps, 0, sizeof(stream->steps));
		memset(stream->usual, 0, sizeof(stream->usual));
		stream->usual_answers = 0;
		stream->step = step;
	}
	while (stream->step < step)
		step_leave(stream);
}

/* The zone that is told of most, if it is more than all others together (Boyer and Moore). */
static void zone_note(struct ede_stream *stream, unsigned code, struct name zone)
{
	if (stream->leads[code] == 0) {
		memcpy(stream->zones[code], zone.wire, zone.size);
		stream->leads[code] = 1;
	} else if (name_equal(name_of(stream->zones[code]), zone)) {
		stream->leads[code]++;
	} else {
		stream->leads[code]--;
	}
}

void ede_observe(struct ede_codes *ede, const struct event *event, uint64_t step, uint64_t seed)
{
	struct ede_stream *stream = &ede->streams[event->stream];
	stream_roll(stream, step);
	struct ede_step *now = &stream->steps[step % STEPS];
	now->answers++;
	if (!event_has(event, EVENT_HAS_EDE))
		return;
	unsigned code = event->ede < EDE_CODES ? event->ede : EDE_CODES - 1;
	now->codes[code]++;
	now->pairs[code] |= pair_bit(event, seed);
	zone_note(stream, code, zone_of(event));
}

static bool code_shows(const struct ede_stream *stream, unsigned code, struct judgement *ret)
{
	double told = 0, answers = 0;
	uint64_t pairs = 0;
	for (unsigned m = 0; m < STEPS; m++) {
		told += stream->steps[m].codes[code];
		answers += stream->steps[m].answers;
		pairs |= stream->steps[m].pairs[code];
	}
	double together = together_of(told, pairs);
	ret->now = share(told, answers);
	ret->usual = share(stream->usual[code], stream->usual_answers);
	ret->baseline = BASELINE_EARLIER;
	if (told < FLOOR_TOLD || ret->now < SHARE || ret->now < TIMES_USUAL * ret->usual ||
	    stream->usual_answers < FLOOR_USUAL || bits_about(pairs) < FLOOR_PAIRS ||
	    deviations(told / together, answers / together, stream->usual[code] / together,
		       stream->usual_answers / together) < DEVIATIONS)
		return false;
	ret->level = SIGNAL_WARNING;
	uint64_t first = stream->step - (STEPS - 1);
	while (first < stream->step && stream->steps[first % STEPS].codes[code] == 0)
		first++;
	ret->since_us = first * STEP_US;
	char zone[NAME_TEXT_MAX] = "-";
	if (stream->leads[code] > 0)
		name_to_display(name_of(stream->zones[code]), zone);
	snprintf(ret->evidence, sizeof(ret->evidence),
		 "EDE %u (%s): %.0f of %.0f answers, about %u clients and names, most in %.60s", code,
		 code < EDE_CODES - 1 ? ede_text((uint16_t)code) : "this or above", told, answers, bits_about(pairs),
		 zone);
	return true;
}

void ede_judge(struct ede_codes *ede, uint64_t step, struct signal_list *list, uint64_t now_us)
{
	for (unsigned s = 0; s < STREAM_COUNT; s++) {
		struct ede_stream *stream = &ede->streams[s];
		if (stream->step == 0)
			continue;
		stream_roll(stream, step);
		struct scope scope = {.kind = SCOPE_ALL, .stream = (enum event_stream)s};
		for (unsigned code = 0; code < EDE_CODES; code++) {
			struct judgement judgement = {0};
			if (code != SYNTHESIZED && code_shows(stream, code, &judgement))
				signal_show(list, &stream->holds[code], SENSOR_EDE, &scope, &judgement, now_us);
			else
				signal_calm(list, &stream->holds[code], CALM_BEATS, now_us);
		}
	}
}
