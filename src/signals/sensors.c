/* SPDX-License-Identifier: BSD-2-Clause */
#include "signals/sensors.h"

#include "dns/header.h"
#include "dns/rrtype.h"
#include "signals/sensors/cause.h"
#include "signals/sensors/ede.h"
#include "signals/sensors/facts.h"
#include "signals/sensors/halves.h"
#include "signals/sensors/judge.h"
#include "signals/sensors/latency.h"
#include "signals/sensors/probes.h"
#include "signals/sensors/refresh.h"

#include <errno.h>
#include <stdlib.h>

#define STEP_BEATS (STEP_US / BEAT_US)
#define LEAP_BEATS 360   /* a stamp further ahead is taken for wrong ... */
#define LEAP_EVENTS 3    /* ... until as many have come in a row: the log has a gap */
#define JUDGED_EVENTS 15 /* fewer in three minutes are below the floor of every rule */

struct sensors {
	struct cells cells;
	struct halves halves;
	struct ede_codes ede;
	struct latency latency;
	struct refresh refresh;
	struct probes probes;
	uint64_t beat; /* the one that is counted; 0: none yet */
	uint64_t first_us, last_us;
	uint64_t untimed_count;
	unsigned ahead_count; /* events that wait, in a row */
	struct event ahead[LEAP_EVENTS - 1];
	uint32_t facts[STREAM_COUNT];
	struct signal_list list;
};

int sensors_new(uint64_t seed, struct sensors **ret)
{
	struct sensors *sensors = calloc(1, sizeof(*sensors));
	if (sensors == NULL)
		return -ENOMEM;
	sensors->cells.seed = sensors->halves.seed = seed;
	*ret = sensors;
	return ERR_OK;
}

void sensors_free(struct sensors *sensors)
{
	free(sensors);
}

void sensors_name_sites(struct sensors *sensors, const struct sites *sites)
{
	sensors->cells.sites = sites;
}

void sensors_know_hour(struct sensors *sensors, const struct sensors_hour *known, uint64_t now_us)
{
	cells_know_hour(&sensors->cells, known, now_us);
}

/* --- What is judged at the end of each beat --- */

static uint64_t step_of(uint64_t beat)
{
	return beat / STEP_BEATS;
}

static uint64_t end_us(const struct sensors *sensors)
{
	return (sensors->beat + 1) * BEAT_US;
}

static void view_make(const struct sensors *sensors, const struct cell *cell, const struct step *everybody,
		      struct view *ret)
{
	uint64_t first = cell->step - (STEPS - 1) > cell->born ? cell->step - (STEPS - 1) : cell->born;
	ret->cell = cell;
	cell_sum(cell, &ret->recent);
	ret->window = (double)(end_us(sensors) - first * STEP_US) / STEP_US;
	ret->hour = cells_hour(&sensors->cells, cell, &ret->hour_steps);
	ret->everybody = everybody;
}

/* *explained: the sensors that show here, of those that are not said of everybody besides. */
static void cell_judge(struct sensors *sensors, struct cell *cell, const struct step *everybody,
		       bool explained[SENSOR_COUNT])
{
	struct view view;
	view_make(sensors, cell, everybody, &view);
	for (unsigned i = 0; i < SENSOR_COUNT; i++) {
		enum sensor sensor = (enum sensor)i;
		struct judgement judgement = {0};
		if (!sensor_has_scope(sensor, cell->scope.kind) || !sensor_is_of_stream(sensor, cell->scope.stream))
			continue;
		bool is_explained = cell->scope.kind == SCOPE_ALL && explained[sensor];
		if (!is_explained && sensor_judge(sensor, &view, &judgement))
			signal_show(&sensors->list, &cell->holds[sensor], sensor, &cell->scope, &judgement,
				    end_us(sensors));
		else
			signal_calm(&sensors->list, &cell->holds[sensor], CALM_BEATS, end_us(sensors));
		explained[sensor] = explained[sensor] || cell->holds[sensor].place != 0;
	}
}

static void table_judge(struct sensors *sensors, struct cell_table *table, const struct step everybody[STREAM_COUNT],
			bool explained[STREAM_COUNT][SENSOR_COUNT])
{
	uint64_t step = step_of(sensors->beat);
	struct cell *cell;
	for (size_t at = 0; (cell = cell_table_next(table, &at)) != NULL;) {
		if (cell_is_idle(cell, step)) {
			cell_table_rest(table, cell);
			continue;
		}
		if (cell->events < JUDGED_EVENTS && !cell_holds(cell))
			continue;
		cells_roll(&sensors->cells, cell, step);
		cell_judge(sensors, cell, &everybody[cell->scope.stream], explained[cell->scope.stream]);
	}
}

/* Zones and networks first: "all" is said only of what none of them explains. */
static void beat_close(struct sensors *sensors)
{
	bool explained[STREAM_COUNT][SENSOR_COUNT] = {0};
	struct step everybody[STREAM_COUNT];
	uint64_t step = step_of(sensors->beat);
	for (unsigned stream = 0; stream < STREAM_COUNT; stream++)
		cell_sum(cells_all(&sensors->cells, (enum event_stream)stream, step), &everybody[stream]);
	table_judge(sensors, &sensors->cells.zones, everybody, explained);
	table_judge(sensors, &sensors->cells.networks, everybody, explained);
	for (unsigned stream = 0; stream < STREAM_COUNT; stream++)
		cell_judge(sensors, &sensors->cells.all[stream], &everybody[stream], explained[stream]);
	ede_judge(&sensors->ede, step, &sensors->list, end_us(sensors));
	latency_judge(&sensors->latency, step, &sensors->list, end_us(sensors));
	refresh_judge(&sensors->refresh, &sensors->list, end_us(sensors));
}

/* Beats without events are closed too, until all is forgotten. Lines that come late belong to the beat that is open. */
static void beat_advance(struct sensors *sensors, uint64_t beat)
{
	if (sensors->beat == 0)
		sensors->beat = beat;
	for (unsigned i = 0; sensors->beat < beat && i < 2 * STEPS * STEP_BEATS; i++) {
		beat_close(sensors);
		sensors->beat++;
	}
	if (sensors->beat < beat)
		sensors->beat = beat;
}

/* --- What an event counts as --- */

static enum tally by_type(const struct event *event, enum tally aaaa)
{
	if (event->qtype == RR_AAAA)
		return aaaa;
	return event->qtype == RR_A ? aaaa + 1 : aaaa + 2;
}

static void question_count(const struct event *event, struct counts *counts)
{
	count(counts, by_type(event, TALLY_ASKED_AAAA));
	if (!event_has(event, EVENT_HAS_CLIENT))
		return;
	bool is_ipv6 = event->client.addr.family == FAMILY_IPV6;
	count(counts, is_ipv6 ? TALLY_ASKED_IPV6 : TALLY_ASKED_IPV4);
	if (is_gateway(&event->client.addr))
		count(counts, TALLY_GATEWAY);
	if (event_has(event, EVENT_HAS_TRANSPORT) && event->transport == EVENT_TCP)
		count(counts, is_ipv6 ? TALLY_TCP_IPV6 : TALLY_TCP_IPV4);
	else if (event_has(event, EVENT_HAS_TRANSPORT) && event->transport == EVENT_UDP)
		count(counts, is_ipv6 ? TALLY_UDP_IPV6 : TALLY_UDP_IPV4);
}

static void failure_count(const struct event *event, struct counts *counts)
{
	count(counts, by_type(event, TALLY_FAILED_AAAA));
	if (event->qtype != RR_AAAA)
		return;
	switch (cause_of_failure(event)) {
	case CAUSE_VALIDATION:
		count(counts, TALLY_BOGUS_AAAA);
		break;
	case CAUSE_DELEGATION:
		count(counts, TALLY_LAME_AAAA);
		break;
	case CAUSE_PATH:
		count(counts, TALLY_PATH_AAAA);
		break;
	case CAUSE_UNKNOWN:
		break;
	}
}

/* Which families were tried for an answer that came. */
static void upstream_count(const struct event *event, struct counts *counts)
{
	bool has_tried_ipv6 = (event->up_families & event_family_bit(FAMILY_IPV6)) != 0;
	bool has_tried_ipv4 = (event->up_families & event_family_bit(FAMILY_IPV4)) != 0;
	if (has_tried_ipv6)
		count(counts, TALLY_TRIED_IPV6);
	if (has_tried_ipv4)
		count(counts, TALLY_TRIED_IPV4);
	if (has_tried_ipv6 && event->up_answered == FAMILY_IPV4)
		count(counts, TALLY_FELL_TO_IPV4);
	if (has_tried_ipv4 && event->up_answered == FAMILY_IPV6)
		count(counts, TALLY_FELL_TO_IPV6);
}

static void event_tally(struct sensors *sensors, const struct event *event, struct counts *counts)
{
	bool is_reply = event->kind == EVENT_REPLY && event_has(event, EVENT_HAS_RCODE);
	if (!event->is_completion)
		question_count(event, counts);
	if (event_has(event, EVENT_HAS_ORIGIN) && (event->origin == AAAA_NATIVE || event->origin == AAAA_DNS64))
		count(counts, event->origin == AAAA_NATIVE ? TALLY_NATIVE : TALLY_DNS64);
	if (is_reply && event->rcode == RCODE_SERVFAIL)
		failure_count(event, counts);
	if (event_has(event, EVENT_HAS_UP_FAMILIES | EVENT_HAS_UP_ANSWERED))
		upstream_count(event, counts);
	halves_observe(&sensors->halves, event, counts);
}

/* One host that has most of it is no matter of the family. */
static void tcp_note(struct step *step, uint64_t bit, uint32_t host)
{
	step->tcp_hosts |= bit;
	if (step->tcp_lead == 0)
		step->tcp_host = host;
	step->tcp_lead = step->tcp_host == host ? step->tcp_lead + 1 : step->tcp_lead - 1;
}

/* How many networks, zones and hosts it was. */
static void maps_note(const struct event *event, const struct counts *counts, uint64_t seed, const struct cell *zone,
		      struct step *step)
{
	bool is_failure =
		event->kind == EVENT_REPLY && event_has(event, EVENT_HAS_RCODE) && event->rcode == RCODE_SERVFAIL;
	bool is_tcp = event_has(event, EVENT_HAS_TRANSPORT) && event->transport == EVENT_TCP;
	bool is_tc = (event->flags & event->flags_known & EVENT_TC) != 0;
	if (!is_failure && !is_tcp && !is_tc && !counts->is_asked_again)
		return;
	if (is_failure && zone != NULL)
		step->zones |= 1ull << (zone->key >> 58);
	if (!event_has(event, EVENT_HAS_CLIENT))
		return;
	struct ip_prefix network = network_of(&event->client.addr);
	uint64_t host = 1ull << (hash_addr(seed, &event->client.addr) >> 58);
	if (is_failure && event->qtype == RR_AAAA)
		step->networks |= 1ull << (hash_addr(seed, &network.addr) >> 58);
	if (is_tcp)
		tcp_note(step, host, (uint32_t)hash_addr(seed, &event->client.addr));
	if (is_tc)
		step->tc_pairs |= pair_bit(event, seed);
	if (counts->is_asked_again)
		step->again_hosts |= host;
}

/* What will be written to, fetched while it is found out what it is. */
static void step_fetch(const struct cell *cell, uint64_t step)
{
	if (cell == NULL)
		return;
	const char *at = (const char *)&cell->steps[step % STEPS];
	for (size_t i = 0; i < sizeof(struct step); i += 64)
		__builtin_prefetch(at + i, 1);
}

static void event_count(struct sensors *sensors, const struct event *event)
{
	uint64_t step = step_of(sensors->beat);
	struct counts counts = {0};
	struct cell *cells[] = {cells_all(&sensors->cells, event->stream, step),
				cells_zone(&sensors->cells, event, step), cells_network(&sensors->cells, event, step)};
	step_fetch(cells[1], step);
	step_fetch(cells[2], step);
	event_tally(sensors, event, &counts);
	for (size_t i = 0; i < sizeof(cells) / sizeof(*cells); i++) {
		if (cells[i] == NULL)
			continue;
		struct step *now = &cells[i]->steps[step % STEPS];
		for (unsigned j = 0; j < counts.size; j++)
			now->tallies[counts.tallies[j]]++;
		now->events++;
		cells[i]->events++;
		maps_note(event, &counts, sensors->cells.seed, cells[1], now);
	}
	if (event->kind == EVENT_REPLY && (sensors->facts[event->stream] & FACT_EDE) != 0)
		ede_observe(&sensors->ede, event, step, sensors->cells.seed);
	if (event->kind == EVENT_REPLY && event_has(event, EVENT_HAS_DURATION))
		latency_observe(&sensors->latency, event, step);
}

/* --- Events --- */

static void event_take(struct sensors *sensors, const struct event *event)
{
	if (sensors->first_us == 0)
		sensors->first_us = event->time_us;
	if (event->time_us > sensors->last_us)
		sensors->last_us = event->time_us;
	sensors->facts[event->stream] |= facts_of(event);
	beat_advance(sensors, event->time_us / BEAT_US);
	if (event->stream == STREAM_PROBE)
		probes_observe(&sensors->probes, event, sensors->cells.seed, &sensors->list);
	else if (event->kind == EVENT_REFRESH)
		refresh_observe(&sensors->refresh, event, sensors->cells.seed);
	else
		event_count(sensors, event);
}

/* Nothing went on where they were. */
static void ahead_drop(struct sensors *sensors)
{
	sensors->untimed_count += sensors->ahead_count;
	sensors->ahead_count = 0;
}

/* One wrong stamp must not make all that come after it late: it waits until others follow it, and the gap is real. */
static bool is_astray(struct sensors *sensors, const struct event *event)
{
	if (sensors->beat == 0 || event->time_us / BEAT_US <= sensors->beat + LEAP_BEATS) {
		ahead_drop(sensors);
		return false;
	}
	if (sensors->ahead_count < LEAP_EVENTS - 1) {
		sensors->ahead[sensors->ahead_count++] = *event;
		return true;
	}
	for (unsigned i = 0; i < sensors->ahead_count; i++)
		event_take(sensors, &sensors->ahead[i]);
	sensors->ahead_count = 0;
	return false;
}

static bool is_counted(const struct event *event)
{
	bool is_of_kind = event->kind == EVENT_QUERY || event->kind == EVENT_REPLY || event->kind == EVENT_REFRESH;
	return is_of_kind && event_has(event, EVENT_HAS_QTYPE);
}

void sensors_observe(struct sensors *sensors, const struct event *event)
{
	if (!is_counted(event))
		return;
	if (!event_has(event, EVENT_HAS_TIME))
		sensors->untimed_count++;
	else if (!is_astray(sensors, event))
		event_take(sensors, event);
}

void sensors_advance(struct sensors *sensors, uint64_t now_us)
{
	if (sensors->beat != 0)
		beat_advance(sensors, now_us / BEAT_US);
}

void sensors_finish(struct sensors *sensors)
{
	ahead_drop(sensors);
	if (sensors->beat != 0)
		beat_close(sensors);
}

/* --- What is known --- */

void sensors_listen(struct sensors *sensors, signal_listener *listener, void *owner)
{
	sensors->list.listener = listener;
	sensors->list.owner = owner;
}

const struct signal *sensors_signals(const struct sensors *sensors, size_t *ret_count)
{
	*ret_count = sensors->list.count;
	return sensors->list.signals;
}

uint64_t sensors_dropped(const struct sensors *sensors)
{
	return sensors->list.dropped_count;
}

bool sensors_can_see(const struct sensors *sensors, enum sensor sensor)
{
	for (unsigned stream = 0; stream < STREAM_COUNT; stream++) {
		if (sensor_is_of_stream(sensor, (enum event_stream)stream) &&
		    sensor_is_fed(sensor, sensors->facts[stream]))
			return true;
	}
	return false;
}

uint64_t sensors_untimed(const struct sensors *sensors)
{
	return sensors->untimed_count;
}

uint64_t sensors_first_us(const struct sensors *sensors)
{
	return sensors->first_us;
}

uint64_t sensors_last_us(const struct sensors *sensors)
{
	return sensors->last_us;
}

size_t sensors_memory(void)
{
	return sizeof(struct sensors);
}
