/* SPDX-License-Identifier: BSD-2-Clause */
#include "alerts/meter.h"

#include "signals/scope/scope.h"
#include "signals/sensors/cells.h"
#include "signals/words.h"

#include <errno.h>
#include <stdlib.h>

#define BUCKETS 128
#define WAYS 4

/* parts[b % (BINS + 1)] counts the events of step b: the open one and the six before it. */
struct meter_cell {
	bool is_used;
	struct scope scope;
	uint32_t parts[METER_STEPS + 1], wholes[METER_STEPS + 1];
	void *slot;
};

struct meter {
	const struct alert_threshold *threshold;
	uint64_t seed;
	bool asks_kind; /* "ev" is in the expression */
	uint64_t step_us;
	uint64_t step; /* the open one; 0: time has not begun */
	size_t bucket_count;
	struct meter_cell cells[][WAYS];
};

int meter_new(const struct alert_threshold *threshold, uint64_t seed, struct meter **ret)
{
	size_t buckets = threshold->by == SCOPE_ALL ? 1 : BUCKETS;
	struct meter *meter = calloc(1, sizeof(*meter) + buckets * sizeof(meter->cells[0]));
	if (meter == NULL)
		return -ENOMEM;
	meter->threshold = threshold;
	meter->seed = seed;
	meter->asks_kind = where_asks(threshold->where, column_find(WORD("ev")));
	meter->step_us = (uint64_t)threshold->window_s * 1000000 / METER_STEPS;
	meter->bucket_count = buckets;
	*ret = meter;
	return ERR_OK;
}

void meter_free(struct meter *meter)
{
	free(meter);
}

/* --- counting --- */

/* What the question alone told, when its outcome came later on a line of its own. */
static struct event question_of(const struct event *event)
{
	struct event question = *event;
	question.kind = EVENT_QUERY;
	question.known &= ~(uint32_t)(EVENT_HAS_RCODE | EVENT_HAS_SIZE | EVENT_HAS_DURATION | EVENT_HAS_ANSWERS |
				      EVENT_HAS_CACHE | EVENT_HAS_SECURITY | EVENT_HAS_EDE | EVENT_HAS_ORIGIN |
				      EVENT_HAS_UPSTREAM | EVENT_HAS_UPSTREAM_PORT | EVENT_HAS_UPSTREAM_TRIES |
				      EVENT_HAS_UP_FAMILIES | EVENT_HAS_UP_ANSWERED | EVENT_HAS_UP_TIME);
	question.flags_known &= (uint16_t) ~(EVENT_AA | EVENT_TC | EVENT_AD | EVENT_RA);
	return question;
}

static bool is_yes(const struct where *where, const struct event *event)
{
	return where_judge(where, event) == TRUTH_YES;
}

static bool was_counted(const struct where *where, const struct event *event)
{
	if (!event->is_completion)
		return false;
	struct event question = question_of(event);
	return is_yes(where, &question);
}

static bool scope_of(const struct alert_threshold *threshold, const struct event *event, struct scope *ret)
{
	*ret = (struct scope){.kind = threshold->by, .stream = threshold->stream};
	if (threshold->by == SCOPE_ZONE)
		return scope_set_zone(ret, event);
	if (threshold->by == SCOPE_NETWORK && !event_has(event, EVENT_HAS_CLIENT))
		return false;
	if (threshold->by == SCOPE_NETWORK)
		ret->network = network_of(&event->client.addr);
	return true;
}

static uint32_t weight(const struct meter_cell *cell)
{
	uint32_t sum = 0;
	for (unsigned i = 0; i <= METER_STEPS; i++)
		sum += cell->parts[i] + cell->wholes[i];
	return sum;
}

/* NULL: all four of its bucket are spoken of. */
static struct meter_cell *cell_find(struct meter *meter, const struct scope *scope)
{
	struct meter_cell *bucket = meter->cells[scope_hash(scope, meter->seed) % meter->bucket_count], *least = NULL;
	for (unsigned i = 0; i < WAYS; i++) {
		struct meter_cell *cell = &bucket[i];
		if (cell->is_used && scope_equal(&cell->scope, scope))
			return cell;
		if (cell->slot == NULL && (least == NULL || weight(cell) < weight(least)))
			least = cell;
	}
	if (least != NULL)
		*least = (struct meter_cell){.is_used = true, .scope = *scope};
	return least;
}

/* Questions and answers of clients, unless the threshold asks for something else. */
static bool is_meant(const struct meter *meter, const struct event *event)
{
	enum event_stream stream = meter->threshold->stream;
	if (stream != STREAM_UNKNOWN ? event->stream != stream : event->stream == STREAM_PROBE)
		return false;
	return meter->asks_kind || event->kind == EVENT_QUERY || event->kind == EVENT_REPLY;
}

void meter_begin(struct meter *meter, uint64_t now_us)
{
	meter->step = now_us / meter->step_us;
}

void meter_count(struct meter *meter, const struct event *event)
{
	const struct alert_threshold *threshold = meter->threshold;
	bool is_part = is_yes(threshold->where, event), is_whole = false;
	struct scope scope;
	if (!is_meant(meter, event))
		return;
	if (threshold->of != NULL) {
		bool is_of = is_yes(threshold->of, event);
		is_part = is_part && is_of;
		is_whole = is_of && !was_counted(threshold->of, event);
	}
	is_part = is_part && !was_counted(threshold->where, event);
	if ((!is_part && !is_whole) || !scope_of(threshold, event, &scope))
		return;
	struct meter_cell *cell = cell_find(meter, &scope);
	if (cell == NULL)
		return;
	unsigned bin = (unsigned)(meter->step % (METER_STEPS + 1));
	cell->parts[bin] += is_part;
	cell->wholes[bin] += is_whole;
}

/* --- judging --- */

static struct meter_verdict cell_verdict(const struct meter *meter, struct meter_cell *cell)
{
	const struct alert_threshold *threshold = meter->threshold;
	unsigned open = (unsigned)(meter->step % (METER_STEPS + 1)), oldest = (open + 1) % (METER_STEPS + 1);
	struct meter_verdict verdict = {.scope = &cell->scope,
					.from_us = meter->step * meter->step_us,
					.until_us = (meter->step + 1) * meter->step_us,
					.slot = &cell->slot};
	for (unsigned i = 0; i <= METER_STEPS; i++) {
		verdict.part += i != oldest ? cell->parts[i] : 0;
		verdict.whole += i != oldest ? cell->wholes[i] : 0;
	}
	bool is_enough = threshold->of == NULL || verdict.whole >= ALERT_FLOOR_EVENTS;
	if (threshold->of == NULL)
		verdict.now = verdict.part * 60.0 / threshold->window_s;
	else if (verdict.whole > 0)
		verdict.now = (double)verdict.part / verdict.whole;
	verdict.is_above = is_enough && verdict.now > threshold->limit;
	verdict.is_calm = !is_enough || verdict.now <= threshold->limit * ALERT_CALM_PART;
	return verdict;
}

static void step_close(struct meter *meter, meter_judge *judge, void *owner)
{
	unsigned oldest = (unsigned)((meter->step + 1) % (METER_STEPS + 1));
	for (size_t i = 0; i < meter->bucket_count * WAYS; i++) {
		struct meter_cell *cell = &meter->cells[i / WAYS][i % WAYS];
		if (!cell->is_used)
			continue;
		struct meter_verdict verdict = cell_verdict(meter, cell);
		if (verdict.is_above || cell->slot != NULL)
			judge(owner, meter->threshold, &verdict);
		cell->parts[oldest] = cell->wholes[oldest] = 0;
		cell->is_used = cell->slot != NULL || weight(cell) > 0;
	}
}

void meter_advance(struct meter *meter, uint64_t now_us, meter_judge *judge, void *owner)
{
	uint64_t step = now_us / meter->step_us;
	if (meter->step == 0)
		meter->step = step;
	/* After a gap longer than the window there is nothing left to count. */
	for (unsigned i = 0; meter->step < step && i < 2 * METER_STEPS; i++) {
		step_close(meter, judge, owner);
		meter->step++;
	}
	if (meter->step < step) {
		meter->step = step - 1;
		step_close(meter, judge, owner);
		meter->step = step;
	}
}
