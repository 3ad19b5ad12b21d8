/* SPDX-License-Identifier: BSD-2-Clause */
#include "signals/sensors/latency.h"

#include "dns/header.h"
#include "signals/sensors/judge.h"

#include <math.h>
#include <stdio.h>

#define FADE 0.99f
#define FLOOR_MS 50     /* what is less slower than usual, nobody notices */
#define TIMES_OTHER 4   /* as slow as the other family, where there is no earlier part */
#define SLOWEST 0.1     /* the part that is looked at */
#define SLOWEST_NOW 0.3 /* of answers now that are slower than the slowest tenth was */

static const char *const titles[LATENCY_CLASSES] = {
	"servers over IPv6, first attempt", "servers over IPv4, first attempt",
	"servers of both families, after a fallback", "clients over IPv6", "clients over IPv4"};

static unsigned bucket_of(uint32_t us)
{
	unsigned octave = us > 0 ? 31u - (unsigned)__builtin_clz(us) : 0;
	unsigned half =
		octave > 0 && ((us >> (octave - 1)) & 1) != 0; /* from 1.5 times on: near enough to the root of 2 */
	unsigned bucket = 2 * octave + half;
	return bucket < LATENCY_BUCKETS ? bucket : LATENCY_BUCKETS - 1;
}

/* Where the bucket ends, in ms. */
static double bucket_ms(unsigned bucket)
{
	double octave = ldexp(1, (int)(bucket / 2));
	return (bucket % 2 != 0 ? 2 * octave : 1.5 * octave) / 1000;
}

static enum latency_class class_of(const struct event *event, uint32_t *ret_us)
{
	*ret_us = event->duration_us;
	if (event_has(event, EVENT_HAS_UP_FAMILIES | EVENT_HAS_UP_ANSWERED | EVENT_HAS_UP_TIME)) {
		*ret_us = event->up_us;
		if (event->up_families != event_family_bit(event->up_answered))
			return LATENCY_FALLBACK;
		return event->up_answered == FAMILY_IPV6 ? LATENCY_UP_IPV6 : LATENCY_UP_IPV4;
	}
	/* How long a failure took is how long servers were waited for: other sensors say so. */
	bool is_answer =
		event_has(event, EVENT_HAS_RCODE) && (event->rcode == RCODE_NOERROR || event->rcode == RCODE_NXDOMAIN);
	if (!is_answer || !event_has(event, EVENT_HAS_DURATION | EVENT_HAS_CLIENT) || event->is_completion ||
	    (event_has(event, EVENT_HAS_CACHE) && event->cache != CACHE_USE_MISS))
		return LATENCY_CLASSES;
	return event->client.addr.family == FAMILY_IPV6 ? LATENCY_CLIENT_IPV6 : LATENCY_CLIENT_IPV4;
}

static void row_roll(struct latency_row *row, uint64_t step)
{
	if (step > row->step + 800) {
		struct hold hold = row->hold;
		*row = (struct latency_row){.step = step, .hold = hold};
	}
	while (row->step < step) {
		uint32_t *oldest = row->steps[(row->step + 1) % STEPS];
		for (unsigned b = 0; b < LATENCY_BUCKETS && row->hold.place == 0; b++)
			row->usual[b] = row->usual[b] * FADE + (float)oldest[b];
		if (row->hold.place == 0)
			row->usual_steps = row->usual_steps * FADE + 1;
		memset(oldest, 0, LATENCY_BUCKETS * sizeof(*oldest));
		row->step++;
	}
}

void latency_observe(struct latency *latency, const struct event *event, uint64_t step)
{
	uint32_t us;
	enum latency_class class = class_of(event, &us);
	if (class == LATENCY_CLASSES)
		return;
	struct latency_row *row = &latency->rows[event->stream][class];
	row_roll(row, step);
	row->steps[step % STEPS][bucket_of(us)]++;
}

struct spread {
	double counts[LATENCY_BUCKETS], sum;
};

static struct spread spread_recent(const struct latency_row *row)
{
	struct spread spread = {0};
	for (unsigned m = 0; m < STEPS; m++) {
		for (unsigned b = 0; b < LATENCY_BUCKETS; b++) {
			spread.counts[b] += row->steps[m][b];
			spread.sum += row->steps[m][b];
		}
	}
	return spread;
}

static struct spread spread_usual(const struct latency_row *row)
{
	struct spread spread = {0};
	for (unsigned b = 0; b < LATENCY_BUCKETS; b++) {
		spread.counts[b] = row->usual[b];
		spread.sum += row->usual[b];
	}
	return spread;
}

static double above(const struct spread *spread, unsigned bucket)
{
	double sum = 0;
	for (unsigned b = bucket + 1; b < LATENCY_BUCKETS; b++)
		sum += spread->counts[b];
	return sum;
}

/* The bucket behind which there is less than the slowest tenth. */
static unsigned slowest_of(const struct spread *spread)
{
	unsigned bucket = LATENCY_BUCKETS - 1;
	while (bucket > 0 && above(spread, bucket - 1) < SLOWEST * spread->sum)
		bucket--;
	return bucket;
}

static bool is_slower(const struct spread *now, const struct spread *usual, double times, struct judgement *ret)
{
	if (now->sum < FLOOR_EVENTS || usual->sum < FLOOR_USUAL)
		return false;
	unsigned bucket = slowest_of(usual);
	ret->now = bucket_ms(slowest_of(now));
	ret->usual = bucket_ms(bucket);
	double slow = above(now, bucket), usual_slow = above(usual, bucket);
	return ret->now >= times * ret->usual && ret->now >= ret->usual + FLOOR_MS && slow >= SLOWEST_NOW * now->sum &&
	       deviations(slow / TOGETHER, now->sum / TOGETHER, usual_slow / TOGETHER, usual->sum / TOGETHER) >=
		       DEVIATIONS;
}

static bool row_shows(const struct latency_row *rows, enum latency_class class, struct judgement *ret)
{
	static const enum latency_class others[LATENCY_CLASSES] = {LATENCY_UP_IPV4, LATENCY_UP_IPV6, LATENCY_CLASSES,
								   LATENCY_CLIENT_IPV4, LATENCY_CLIENT_IPV6};
	struct spread now = spread_recent(&rows[class]), usual = spread_usual(&rows[class]);
	bool has_earlier = usual.sum >= FLOOR_USUAL, has_other = others[class] != LATENCY_CLASSES;
	struct spread other = has_other ? spread_recent(&rows[others[class]]) : (struct spread){0};
	/* Of both families alike it is the load, or the network behind them: it is said, and that it is both. */
	if (has_earlier ? !is_slower(&now, &usual, 2, ret) : !is_slower(&now, &other, TIMES_OTHER, ret))
		return false;
	ret->baseline = has_earlier ? BASELINE_EARLIER : BASELINE_CONTROL;
	ret->level = SIGNAL_WARNING;
	ret->since_us = (rows[class].step - (STEPS - 1)) * STEP_US;
	size_t size =
		(size_t)snprintf(ret->evidence, sizeof(ret->evidence),
				 "%s: a tenth of %.0f answers take %.0f ms or more", titles[class], now.sum, ret->now);
	if (has_other && other.sum >= FLOOR_EVENTS && size < sizeof(ret->evidence))
		snprintf(ret->evidence + size, sizeof(ret->evidence) - size, "; %s: %.0f ms", titles[others[class]],
			 bucket_ms(slowest_of(&other)));
	return true;
}

void latency_judge(struct latency *latency, uint64_t step, struct signal_list *list, uint64_t now_us)
{
	for (unsigned s = 0; s < STREAM_COUNT; s++) {
		struct latency_row *rows = latency->rows[s];
		struct scope scope = {.kind = SCOPE_ALL, .stream = (enum event_stream)s};
		for (unsigned class = 0; class < LATENCY_CLASSES; class ++) {
			if (rows[class].step != 0)
				row_roll(&rows[class], step);
		}
		for (unsigned class = 0; class < LATENCY_CLASSES; class ++) {
			struct judgement judgement = {0};
			if (rows[class].step != 0 && row_shows(rows, (enum latency_class) class, &judgement))
				signal_show(list, &rows[class].hold, SENSOR_LATENCY, &scope, &judgement, now_us);
			else
				signal_calm(list, &rows[class].hold, CALM_BEATS, now_us);
		}
	}
}
