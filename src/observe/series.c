/* SPDX-License-Identifier: BSD-2-Clause */
#include "observe/series.h"

#include "base/clock.h"
#include "dns/header.h"
#include "dns/rrtype.h"
#include "observe/series_inside.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#define FINE_STEPS (SERIES_FINE_MINUTES * 60 / SERIES_FINE_S + 2) /* the one that is filled, and one not to read from  \
								   */
#define COARSE_STEPS (SERIES_KEPT_MINUTES * 60 / SERIES_COARSE_S + 2)
#define AFTER_TC_SLOTS 4096
#define AFTER_TC_US 5000000
#define OUT_OF_ORDER_US 1000000 /* events of two workers come in another order than they happened */

struct ring {
	struct series_cell *cells;
	size_t count;
	uint32_t step_s;
};

struct series {
	pthread_mutex_t lock;
	struct ring fine[STREAM_COUNT], coarse[STREAM_COUNT];
	struct question_mark {
		uint64_t hash, at_us;
	} truncated[AFTER_TC_SLOTS], /* answers with TC, until the question comes over TCP */
		over_tcp[AFTER_TC_SLOTS]; /* those over TCP that had none before them, for one that is still on its way */
	uint64_t last_us;            /* the newest time */
};

/* --- Times --- */

unsigned series_bucket(uint32_t us)
{
	unsigned bucket = 0;
	while (bucket + 1 < SERIES_TIME_BUCKETS && us > series_bucket_us(bucket))
		bucket++;
	return bucket;
}

/* 16, 22, 32, 45, ... */
uint32_t series_bucket_us(unsigned bucket)
{
	uint32_t least = (uint32_t)16 << bucket / 2;
	return bucket % 2 == 0 ? least : (uint32_t)((uint64_t)least * 1414 / 1000);
}

/* --- The rings --- */

static bool ring_make(struct ring *ring, size_t count, uint32_t step_s)
{
	*ring = (struct ring){.cells = calloc(count, sizeof(*ring->cells)), .count = count, .step_s = step_s};
	return ring->cells != NULL;
}

struct series *series_new(void)
{
	struct series *series = calloc(1, sizeof(*series));
	bool is_made = series != NULL;
	for (int stream = 0; is_made && stream < STREAM_COUNT; stream++)
		is_made = ring_make(&series->fine[stream], FINE_STEPS, SERIES_FINE_S) &&
			  ring_make(&series->coarse[stream], COARSE_STEPS, SERIES_COARSE_S);
	if (!is_made) {
		series_free(series);
		return NULL;
	}
	pthread_mutex_init(&series->lock, NULL);
	return series;
}

void series_free(struct series *series)
{
	for (int stream = 0; series != NULL && stream < STREAM_COUNT; stream++) {
		free(series->fine[stream].cells);
		free(series->coarse[stream].cells);
	}
	free(series);
}

/* The cell of that time; NULL: it is gone already. */
static struct series_cell *cell_at(struct ring *ring, uint64_t at_us)
{
	uint64_t step = at_us / 1000000 / ring->step_s;
	struct series_cell *cell = &ring->cells[step % ring->count];
	if (cell->step > step)
		return NULL;
	if (cell->step < step) {
		memset(cell, 0, sizeof(*cell));
		cell->step = step;
	}
	return cell;
}

/* --- An answer --- */

static uint64_t question_hash(const struct event *event)
{
	uint64_t hash = 14695981039346656037u; /* FNV-1a: whoever makes questions collide only blurs a count */
	const struct {
		const void *data;
		size_t size;
	} parts[] = {{&event->client.addr, sizeof(event->client.addr)},
		     {&event->qtype, sizeof(event->qtype)},
		     {event_qname(event).wire, event_qname(event).size}};
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		for (size_t at = 0; at < parts[i].size; at++)
			hash = (hash ^ ((const uint8_t *)parts[i].data)[at]) * 1099511628211u;
	}
	return hash | 1;
}

/* Is the question marked, since no longer than that? Then it is no more. */
static bool mark_take(struct question_mark *mark, uint64_t hash, uint64_t at_us, uint64_t within_us)
{
	bool is_marked = mark->hash == hash && at_us < mark->at_us + within_us;
	if (is_marked)
		mark->hash = 0;
	return is_marked;
}

/*
 * Is it the question of an answer with TC, now over TCP? Each answer with TC counts once. The connection may be another
 * worker's, whose events are read first: then the answer with TC comes second, and counts as well.
 */
static bool is_after_tc(struct series *series, const struct event *event, bool is_tc, bool is_tcp, uint64_t at_us)
{
	if ((!is_tc && !is_tcp) || !event_has(event, EVENT_HAS_CLIENT))
		return false;
	uint64_t hash = question_hash(event);
	size_t slot = hash / 2 % AFTER_TC_SLOTS;
	struct question_mark *truncated = &series->truncated[slot], *over_tcp = &series->over_tcp[slot];
	bool is_pair = is_tcp ? mark_take(truncated, hash, at_us, AFTER_TC_US)
	                      : mark_take(over_tcp, hash, at_us, OUT_OF_ORDER_US);
	if (!is_pair)
		*(is_tcp ? over_tcp : truncated) = (struct question_mark){hash, at_us};
	return is_pair;
}

/* Of a probe it is the server's: it has no client. */
static enum family family_of(const struct event *event)
{
	if (event_has(event, EVENT_HAS_CLIENT))
		return event->client.addr.family;
	return event_has(event, EVENT_HAS_SERVER) ? event->server.family : FAMILY_COUNT;
}

static struct series_fact fact_of(struct series *series, const struct event *event, uint64_t at_us)
{
	struct series_fact fact = {
		.is_aaaa = event_has(event, EVENT_HAS_QTYPE) && event->qtype == RR_AAAA,
		.is_a = event_has(event, EVENT_HAS_QTYPE) && event->qtype == RR_A,
		.is_unanswered = !event_has(event, EVENT_HAS_RCODE),
		.rcode = event_has(event, EVENT_HAS_RCODE) ? event->rcode : -1,
		.is_udp = event_has(event, EVENT_HAS_TRANSPORT) && event->transport == EVENT_UDP,
		.is_tcp = event_has(event, EVENT_HAS_TRANSPORT) && event->transport != EVENT_UDP,
		.is_tc = (event->flags & event->flags_known & EVENT_TC) != 0,
		.family = family_of(event),
		.origin = event_has(event, EVENT_HAS_ORIGIN) ? event->origin : AAAA_NONE,
		.up_family = event_has(event, EVENT_HAS_UP_ANSWERED) ? event->up_answered : FAMILY_COUNT,
	};
	uint8_t both = event_family_bit(FAMILY_IPV6) | event_family_bit(FAMILY_IPV4);
	fact.has_fallen_back = event_has(event, EVENT_HAS_UP_FAMILIES) && event->up_families == both;
	fact.is_after_tc = is_after_tc(series, event, fact.is_tc, fact.is_tcp, at_us);
	return fact;
}

static void cell_count(struct series_cell *cell, const struct event *event, const struct series_fact *fact)
{
#define SERIES(id, name, condition) cell->counts[SERIES_##id] += (condition);
#include "observe/series.def"
	enum series_group group = fact->is_aaaa ? SERIES_GROUP_AAAA : fact->is_a ? SERIES_GROUP_A : SERIES_GROUP_OTHER;
	if (event_has(event, EVENT_HAS_EDE))
		cell->ede[group][event->ede < EDE_SLOT_COUNT - 1 ? event->ede : EDE_SLOT_COUNT - 1]++;
	if (event_has(event, EVENT_HAS_SECURITY) && event->security < SECURITY_COUNT)
		cell->security[group][event->security]++;
	if (event_has(event, EVENT_HAS_SIZE) && fact->is_udp)
		cell->sizes[size_bucket_of(event->size)]++;
	if (event_has(event, EVENT_HAS_DURATION) && fact->family != FAMILY_COUNT)
		cell->times[fact->family][series_bucket(event->duration_us)]++;
	if (event_has(event, EVENT_HAS_UP_TIME) && fact->up_family != FAMILY_COUNT)
		cell->up_times[fact->up_family][series_bucket(event->up_us)]++;
}

static uint64_t time_of(const struct event *event, uint64_t now_us)
{
	uint64_t hour_us = (uint64_t)SERIES_FINE_MINUTES * 60 * 1000000;
	bool is_recent =
		event_has(event, EVENT_HAS_TIME) && event->time_us <= now_us && now_us - event->time_us < hour_us;
	return is_recent ? event->time_us : now_us;
}

void series_event(struct series *series, const struct event *event, uint64_t now_us)
{
	if (event->kind != EVENT_REPLY || event->stream >= STREAM_COUNT)
		return;
	pthread_mutex_lock(&series->lock);
	uint64_t at_us = time_of(event, now_us);
	struct series_fact fact = fact_of(series, event, at_us);
	struct series_cell *fine = cell_at(&series->fine[event->stream], at_us);
	struct series_cell *coarse = cell_at(&series->coarse[event->stream], at_us);
	if (fine != NULL)
		cell_count(fine, event, &fact);
	if (coarse != NULL)
		cell_count(coarse, event, &fact);
	pthread_mutex_unlock(&series->lock);
}

void series_second(struct series *series, uint64_t now_us)
{
	pthread_mutex_lock(&series->lock);
	for (int stream = 0; stream < STREAM_COUNT; stream++) {
		cell_at(&series->fine[stream], now_us);
		cell_at(&series->coarse[stream], now_us);
	}
	pthread_mutex_unlock(&series->lock);
}

json_t *series_json(struct series *series, enum event_stream stream, unsigned minutes, uint64_t now_us)
{
	bool is_fine = minutes <= SERIES_FINE_MINUTES;
	const struct ring *ring = is_fine ? &series->fine[stream] : &series->coarse[stream];
	if (minutes > SERIES_KEPT_MINUTES)
		minutes = SERIES_KEPT_MINUTES;
	size_t steps = (size_t)minutes * 60 / ring->step_s;
	uint64_t end = now_us / 1000000 / ring->step_s; /* the step that is filled now is left out */
	const struct series_cell **cells = calloc(steps + 1, sizeof(cells[0]));
	if (cells == NULL)
		return NULL;
	pthread_mutex_lock(&series->lock);
	for (size_t i = 0; i < steps; i++) {
		uint64_t step = end - steps + i;
		const struct series_cell *cell = &ring->cells[step % ring->count];
		cells[i] = cell->step == step ? cell : NULL;
	}
	json_t *lines = series_lines(cells, steps);
	pthread_mutex_unlock(&series->lock);
	free(cells);
	char start[CLOCK_TEXT_MAX];
	clock_text((end - steps) * ring->step_s * 1000000, start);
	return json_pack("{s:i, s:s, s:i, s:o}", "step_s", (int)ring->step_s, "start", start, "kept_minutes",
			 SERIES_KEPT_MINUTES, "series", lines);
}
