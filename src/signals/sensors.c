/* SPDX-License-Identifier: BSD-2-Clause */
#include "signals/sensors.h"

#include "dns/header.h"
#include "dns/rrtype.h"
#include "signals/sensors_rules.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

#define MINUTE_US 60000000
#define PAIR_US 2000000
#define TCP_US 5000000
#define SLOTS 16384 /* half-seen pairs and truncated answers; the newer of two that meet stays */
#define SIGNALS_MAX 1024
#define CALM_MINUTES 3
#define LEAP_MINUTES 60 /* a stamp further ahead is taken for wrong ... */
#define LEAP_EVENTS 3   /* ... until as many have come in a row: the log has a gap */

/* What a first event leaves for the second that belongs to it. */
struct half {
	uint64_t key; /* 0: free */
	uint64_t time_us;
	bool is_aaaa;
	uint8_t outcome;
};

struct sensors {
	struct cells cells;
	struct half pairs[SLOTS];
	struct half truncated[SLOTS];
	uint64_t minute; /* the one that is counted; 0: none yet */
	uint64_t first_us, last_us;
	uint64_t untimed_count;
	unsigned ahead_count; /* events that wait, in a row */
	struct event ahead[LEAP_EVENTS - 1];
	bool can_see[SENSOR_COUNT];
	struct signal signals[SIGNALS_MAX];
	size_t signal_count;
	uint64_t raised_count; /* the last id */
	signal_listener *listener;
	void *owner;
	uint64_t dropped_count;
};

int sensors_new(uint64_t seed, struct sensors **ret)
{
	struct sensors *sensors = calloc(1, sizeof(*sensors));
	if (sensors == NULL)
		return -ENOMEM;
	sensors->cells.seed = seed;
	*ret = sensors;
	return ERR_OK;
}

void sensors_free(struct sensors *sensors)
{
	free(sensors);
}

/* --- What signals do over time --- */

static uint64_t since_of(const struct cell *cell, enum tally tally)
{
	uint64_t first = cell->minute >= RECENT_MINUTES ? cell->minute - (RECENT_MINUTES - 1) : 0;
	while (tally != TALLY_COUNT && first < cell->minute &&
	       cell->minutes[first % RECENT_MINUTES].tallies[tally] == 0)
		first++;
	return first * MINUTE_US;
}

/* Some shares are worse the lower they are. */
static bool is_worse(const struct judgement *judgement, const struct signal *signal)
{
	if (judgement->level != signal->level)
		return judgement->level > signal->level;
	return fabs(judgement->now - judgement->usual) > fabs(signal->now - signal->usual);
}

static void signal_tell(const struct sensors *sensors, const struct signal *signal, enum signal_change change)
{
	if (sensors->listener != NULL)
		sensors->listener(sensors->owner, signal, change);
}

/* A free place, or that of the one that was cleared first; NULL: all hold. */
static struct signal *signal_place(struct sensors *sensors)
{
	struct signal *first = NULL;
	if (sensors->signal_count < SIGNALS_MAX)
		return &sensors->signals[sensors->signal_count++];
	for (size_t i = 0; i < SIGNALS_MAX; i++) {
		struct signal *signal = &sensors->signals[i];
		if (signal->cleared_us != 0 && (first == NULL || signal->cleared_us < first->cleared_us))
			first = signal;
	}
	return first;
}

static void signal_show(struct sensors *sensors, struct cell *cell, enum sensor sensor,
			const struct judgement *judgement)
{
	struct signal *signal = NULL;
	enum signal_change change = cell->holding[sensor] != 0 ? SIGNAL_WORSENED : SIGNAL_RAISED;
	cell->calm[sensor] = 0;
	if (change == SIGNAL_WORSENED) {
		signal = &sensors->signals[cell->holding[sensor] - 1];
		if (!is_worse(judgement, signal))
			return;
	} else {
		signal = signal_place(sensors);
		if (signal == NULL) {
			sensors->dropped_count++;
			return;
		}
		*signal = (struct signal){.id = ++sensors->raised_count,
					  .sensor = sensor,
					  .scope = cell->scope,
					  .since_us = since_of(cell, judgement->main),
					  .raised_us = (cell->minute + 1) * MINUTE_US};
		cell->holding[sensor] = (uint16_t)(signal - sensors->signals + 1);
	}
	signal->level = judgement->level;
	signal->now = judgement->now;
	signal->usual = judgement->usual;
	signal->baseline = judgement->baseline;
	memcpy(signal->evidence, judgement->evidence, sizeof(signal->evidence));
	signal_tell(sensors, signal, change);
}

static void signal_calm(struct sensors *sensors, struct cell *cell, enum sensor sensor)
{
	if (cell->holding[sensor] == 0 || ++cell->calm[sensor] < CALM_MINUTES)
		return;
	struct signal *signal = &sensors->signals[cell->holding[sensor] - 1];
	signal->cleared_us = (cell->minute + 1) * MINUTE_US;
	cell->holding[sensor] = 0;
	cell->calm[sensor] = 0;
	signal_tell(sensors, signal, SIGNAL_CLEARED);
}

static bool cell_judge(struct sensors *sensors, struct cell *cell, enum sensor sensor)
{
	struct judgement judgement = {0};
	if (sensor_judge(sensor, cell, &sensors->cells.all[cell->scope.stream], &judgement))
		signal_show(sensors, cell, sensor, &judgement);
	else
		signal_calm(sensors, cell, sensor);
	return cell->holding[sensor] != 0;
}

/* Zones and networks first: "all" is said only of what none of them explains. */
static void minute_close(struct sensors *sensors)
{
	bool is_explained[STREAM_COUNT][SENSOR_COUNT] = {0};
	for (unsigned stream = 0; stream < STREAM_COUNT; stream++)
		cells_all(&sensors->cells, (enum event_stream)stream, sensors->minute);
	for (size_t i = 0; i < 2 * (size_t)CELL_BUCKETS * CELL_WAYS; i++) {
		size_t bucket = i / CELL_WAYS;
		struct cell *cell = bucket < CELL_BUCKETS
					    ? &sensors->cells.zones[bucket][i % CELL_WAYS]
					    : &sensors->cells.networks[bucket - CELL_BUCKETS][i % CELL_WAYS];
		if (cell->key == 0 || cell_is_idle(cell))
			continue;
		cell_roll(cell, sensors->minute);
		for (unsigned sensor = 0; sensor < SENSOR_COUNT; sensor++) {
			if (cell_judge(sensors, cell, (enum sensor)sensor))
				is_explained[cell->scope.stream][sensor] = true;
		}
	}
	for (unsigned stream = 0; stream < STREAM_COUNT; stream++) {
		struct cell *all = &sensors->cells.all[stream];
		for (unsigned sensor = 0; sensor < SENSOR_COUNT; sensor++) {
			if (is_explained[stream][sensor])
				signal_calm(sensors, all, (enum sensor)sensor);
			else
				cell_judge(sensors, all, (enum sensor)sensor);
		}
	}
}

/* Minutes without events are closed too, until all is forgotten. Lines that come late belong to the minute that is
 * open. */
static void minute_advance(struct sensors *sensors, uint64_t minute)
{
	if (sensors->minute == 0)
		sensors->minute = minute;
	for (unsigned i = 0; sensors->minute < minute && i < 2 * RECENT_MINUTES; i++) {
		minute_close(sensors);
		sensors->minute++;
	}
	if (sensors->minute < minute)
		sensors->minute = minute;
}

/* --- What an event counts as --- */

struct counted {
	struct cell *cells[3];
};

static void count(const struct counted *counted, enum tally tally)
{
	for (size_t i = 0; i < 3; i++) {
		struct cell *cell = counted->cells[i];
		if (cell != NULL)
			cell->minutes[cell->minute % RECENT_MINUTES].tallies[tally]++;
	}
}

static enum tally by_type(const struct event *event, enum tally aaaa)
{
	if (event->qtype == RR_AAAA)
		return aaaa;
	return event->qtype == RR_A ? aaaa + 1 : aaaa + 2;
}

static void failure_count(struct sensors *sensors, const struct event *event, const struct counted *counted)
{
	count(counted, by_type(event, TALLY_FAILED_AAAA));
	for (size_t i = 0; i < 3 && counted->cells[1] != NULL; i++) {
		struct cell *cell = counted->cells[i];
		if (cell != NULL)
			cell->minutes[cell->minute % RECENT_MINUTES].zones |= 1ull << (counted->cells[1]->key >> 58);
	}
	if (event->qtype != RR_AAAA)
		return;
	if (event_has(event, EVENT_HAS_SECURITY) && event->security == SECURITY_BOGUS)
		count(counted, TALLY_BOGUS_AAAA);
	else if (event_has(event, EVENT_HAS_UPSTREAM))
		count(counted, TALLY_SERVERS_AAAA);
	if (!event_has(event, EVENT_HAS_CLIENT))
		return;
	struct ip_prefix network = network_of(&event->client.addr);
	uint64_t bit = hash_octets(sensors->cells.seed, network.addr.bytes, sizeof(network.addr.bytes)) >> 58;
	for (size_t i = 0; i < 3; i++) {
		struct cell *cell = counted->cells[i];
		if (cell != NULL)
			cell->minutes[cell->minute % RECENT_MINUTES].networks |= 1ull << bit;
	}
}

/* The client's address, the name and whatever else belongs to it. */
static uint64_t half_key(const struct sensors *sensors, const struct event *event, uint64_t more)
{
	struct name name = event_qname(event);
	uint64_t words[2];
	memcpy(words, event->client.addr.bytes, sizeof(words));
	uint64_t hash = hash_word(hash_word(sensors->cells.seed ^ more, words[0]), words[1]);
	return hash_octets(hash, name.wire, name.size) | 1;
}

static bool is_within(const struct half *half, uint64_t key, uint64_t time_us, uint64_t window_us)
{
	return half->key == key && time_us + window_us >= half->time_us && time_us <= half->time_us + window_us;
}

/* From good to bad: an answer, the statement that there is no such name, a failure. */
static uint8_t outcome_of(const struct event *event)
{
	if (event->rcode == RCODE_NOERROR)
		return 0;
	return event->rcode == RCODE_NXDOMAIN ? 1 : 2;
}

static void pair_observe(struct sensors *sensors, const struct event *event, const struct counted *counted)
{
	uint64_t key = half_key(sensors, event, (uint64_t)event->stream);
	struct half *half = &sensors->pairs[(key >> 1) % SLOTS];
	bool is_aaaa = event->qtype == RR_AAAA;
	uint8_t outcome = outcome_of(event);
	if (!is_within(half, key, event->time_us, PAIR_US) || half->is_aaaa == is_aaaa) {
		*half = (struct half){.key = key, .time_us = event->time_us, .is_aaaa = is_aaaa, .outcome = outcome};
		return;
	}
	uint8_t aaaa = is_aaaa ? outcome : half->outcome, a = is_aaaa ? half->outcome : outcome;
	half->key = 0;
	count(counted, TALLY_PAIRS);
	/* NXDOMAIN beside an address is a lie as well: the name is there. */
	if (aaaa > a)
		count(counted, TALLY_PAIRS_AAAA_FAILED);
	if (a > aaaa)
		count(counted, TALLY_PAIRS_A_FAILED);
}

static void truncation_observe(struct sensors *sensors, const struct event *event, const struct counted *counted)
{
	bool is_udp = event->transport == EVENT_UDP, is_told = (event->flags_known & EVENT_TC) != 0;
	uint64_t key = half_key(sensors, event, (uint64_t)event->stream + 16 * (uint64_t)event->qtype);
	struct half *half = &sensors->truncated[(key >> 1) % SLOTS];
	if (is_udp && is_told) {
		count(counted, TALLY_UDP);
		if ((event->flags & EVENT_TC) == 0)
			return;
		count(counted, TALLY_TC);
		/* The same again and again is no client that waits for an answer: floods from forged addresses do so. */
		if (!is_within(half, key, event->time_us, TCP_US))
			count(counted, TALLY_TC_NEW);
		*half = (struct half){.key = key, .time_us = event->time_us};
	} else if (!is_udp && is_within(half, key, event->time_us, TCP_US)) {
		count(counted, TALLY_TC_FOLLOWED);
		half->key = 0;
	}
}

static void sight_note(struct sensors *sensors, const struct event *event)
{
	bool has_client = event_has(event, EVENT_HAS_CLIENT), has_name = event_has(event, EVENT_HAS_QNAME);
	bool has_outcome = event->kind == EVENT_REPLY && event_has(event, EVENT_HAS_RCODE);
	bool has_tc = (event->flags_known & EVENT_TC) != 0 && event_has(event, EVENT_HAS_TRANSPORT);
	sensors->can_see[SENSOR_AAAA_SERVFAIL] |= has_outcome;
	sensors->can_see[SENSOR_A_TILT] |= has_client;
	sensors->can_see[SENSOR_PAIRS] |= has_outcome && has_client && has_name && event->rcode == RCODE_NOERROR;
	sensors->can_see[SENSOR_TC_SHARE] |= has_tc;
	sensors->can_see[SENSOR_TC_LOST] |= has_tc && has_client && has_name;
	sensors->can_see[SENSOR_CLUSTER] |= has_outcome && has_client;
	sensors->can_see[SENSOR_FAMILY_SILENT] |= has_client;
	sensors->can_see[SENSOR_SYNTH_SHIFT] |= event_has(event, EVENT_HAS_ORIGIN) && event->origin != AAAA_NONE;
}

static void event_count(struct sensors *sensors, const struct event *event)
{
	uint64_t minute = sensors->minute;
	struct counted counted = {{cells_all(&sensors->cells, event->stream, minute),
				   cells_zone(&sensors->cells, event, minute),
				   cells_network(&sensors->cells, event, minute)}};
	bool is_reply = event->kind == EVENT_REPLY && event_has(event, EVENT_HAS_RCODE);
	bool has_both = event_has(event, EVENT_HAS_CLIENT | EVENT_HAS_QNAME);
	if (!event->is_completion)
		count(&counted, by_type(event, TALLY_ASKED_AAAA));
	if (!event->is_completion && event_has(event, EVENT_HAS_CLIENT))
		count(&counted, event->client.addr.family == FAMILY_IPV6 ? TALLY_ASKED_IPV6 : TALLY_ASKED_IPV4);
	if (event_has(event, EVENT_HAS_ORIGIN) && (event->origin == AAAA_NATIVE || event->origin == AAAA_DNS64))
		count(&counted, event->origin == AAAA_NATIVE ? TALLY_NATIVE : TALLY_DNS64);
	if (is_reply && event->rcode == RCODE_SERVFAIL)
		failure_count(sensors, event, &counted);
	if (is_reply && has_both && (event->qtype == RR_AAAA || event->qtype == RR_A))
		pair_observe(sensors, event, &counted);
	if (has_both && event_has(event, EVENT_HAS_TRANSPORT))
		truncation_observe(sensors, event, &counted);
}

/* --- Events --- */

static void event_take(struct sensors *sensors, const struct event *event)
{
	if (sensors->first_us == 0)
		sensors->first_us = event->time_us;
	if (event->time_us > sensors->last_us)
		sensors->last_us = event->time_us;
	sight_note(sensors, event);
	minute_advance(sensors, event->time_us / MINUTE_US);
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
	if (sensors->minute == 0 || event->time_us / MINUTE_US <= sensors->minute + LEAP_MINUTES) {
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

void sensors_observe(struct sensors *sensors, const struct event *event)
{
	if ((event->kind != EVENT_QUERY && event->kind != EVENT_REPLY) || !event_has(event, EVENT_HAS_QTYPE))
		return;
	if (!event_has(event, EVENT_HAS_TIME))
		sensors->untimed_count++;
	else if (!is_astray(sensors, event))
		event_take(sensors, event);
}

void sensors_listen(struct sensors *sensors, signal_listener *listener, void *owner)
{
	sensors->listener = listener;
	sensors->owner = owner;
}

void sensors_advance(struct sensors *sensors, uint64_t now_us)
{
	if (sensors->minute != 0)
		minute_advance(sensors, now_us / MINUTE_US);
}

void sensors_finish(struct sensors *sensors)
{
	ahead_drop(sensors);
	if (sensors->minute != 0)
		minute_close(sensors);
}

const struct signal *sensors_signals(const struct sensors *sensors, size_t *ret_count)
{
	*ret_count = sensors->signal_count;
	return sensors->signals;
}

uint64_t sensors_dropped(const struct sensors *sensors)
{
	return sensors->dropped_count;
}

bool sensors_can_see(const struct sensors *sensors, enum sensor sensor)
{
	return sensors->can_see[sensor];
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
