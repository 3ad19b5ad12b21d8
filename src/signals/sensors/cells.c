/* SPDX-License-Identifier: BSD-2-Clause */
#include "signals/sensors/cells.h"

#include "dns/name_case.h"
#include "signals/scope/scope.h"

#include <stdio.h>

#define FADE 0.99f
#define RISE 1.01f
#define FORGOTTEN_STEPS 800

uint64_t hash_word(uint64_t hash, uint64_t word)
{
	hash = (hash ^ word) * 0x9e3779b97f4a7c15;
	return hash ^ (hash >> 29);
}

uint64_t hash_octets(uint64_t hash, const uint8_t *octets, size_t size)
{
	for (size_t at = 0; at < size; at += 8) {
		uint64_t word = 0;
		memcpy(&word, octets + at, size - at < 8 ? size - at : 8);
		hash = hash_word(hash, octets_lower(word));
	}
	return hash;
}

struct ip_prefix network_of(const struct ip_addr *addr)
{
	return ip_prefix_of(addr, addr->family == FAMILY_IPV6 ? 56 : 24);
}

uint64_t hash_addr(uint64_t hash, const struct ip_addr *addr)
{
	uint64_t words[2];
	memcpy(words, addr->bytes, sizeof(words));
	return hash_word(hash_word(hash ^ (uint64_t)addr->family, words[0]), words[1]);
}

uint64_t pair_bit(const struct event *event, uint64_t seed)
{
	struct name name = event_qname(event);
	return 1ull << (hash_addr(hash_octets(seed, name.wire, name.size), &event->client.addr) >> 58);
}

bool cell_holds(const struct cell *cell)
{
	bool is_holding = false;
	for (unsigned i = 0; i < SENSOR_COUNT; i++)
		is_holding = is_holding || cell->holds[i].place != 0;
	return is_holding;
}

bool cell_holds_warning(const struct cell *cell)
{
	bool is_holding = false;
	for (unsigned i = 0; i < SENSOR_COUNT; i++)
		is_holding = is_holding || (cell->holds[i].place != 0 && cell->holds[i].level >= SIGNAL_WARNING);
	return is_holding;
}

/* --- Hours of earlier days --- */

#define STEPS_AN_HOUR (3600000000u / STEP_US)
#define HOURS_EVENTS 500   /* in the last 50 minutes: less does not make a day worth comparing with */
#define HOURS_FORGOTTEN 50 /* hours without the scope: another may have its place */

/* The hour is over: it becomes one of those that days are compared with. */
static void hours_turn(struct hours *hours, uint64_t hour)
{
	if (hours->hour == hour)
		return;
	unsigned at = (unsigned)(hours->hour % 24);
	for (unsigned i = 0; i < TALLY_COUNT; i++)
		hours->old[at][i] = hours->old[at][i] / 2 + hours->now[i];
	hours->old_steps[at] = hours->old_steps[at] / 2 + hours->now_steps;
	memset(hours->now, 0, sizeof(hours->now));
	hours->now_steps = 0;
	hours->hour = hour;
}

static struct hours *hours_bucket(struct cells *cells, uint64_t key)
{
	return &cells->hours[(key >> 1) % HOURS_BUCKETS * HOURS_WAYS];
}

/* 0: there are none. */
static uint16_t hours_find(struct cells *cells, uint64_t key)
{
	const struct hours *bucket = hours_bucket(cells, key);
	for (unsigned i = 0; i < HOURS_WAYS; i++) {
		if (bucket[i].key == key)
			return (uint16_t)(&bucket[i] - cells->hours + 1);
	}
	return 0;
}

static uint16_t hours_begin(struct cells *cells, uint64_t key, uint64_t hour)
{
	struct hours *bucket = hours_bucket(cells, key);
	uint16_t number = hours_find(cells, key);
	for (unsigned i = 0; number == 0 && i < HOURS_WAYS; i++) {
		if (bucket[i].key != 0 && bucket[i].hour + HOURS_FORGOTTEN > hour)
			continue;
		bucket[i] = (struct hours){.key = key, .hour = hour};
		number = (uint16_t)(&bucket[i] - cells->hours + 1);
	}
	return number;
}

static struct hours *hours_of(struct cells *cells, const struct cell *cell)
{
	struct hours *hours = cell->hours != 0 ? &cells->hours[cell->hours - 1] : NULL;
	return hours != NULL && hours->key == cell->key ? hours : NULL;
}

static void hours_add(struct cells *cells, struct cell *cell, uint64_t step, const struct step *over)
{
	uint64_t hour = step / STEPS_AN_HOUR;
	struct hours *hours = hours_of(cells, cell);
	if (hours == NULL) {
		float asked =
			cell->usual[TALLY_ASKED_AAAA] + cell->usual[TALLY_ASKED_A] + cell->usual[TALLY_ASKED_OTHER];
		cell->hours = asked >= HOURS_EVENTS ? hours_begin(cells, cell->key, hour) : 0;
		hours = hours_of(cells, cell);
	}
	if (hours == NULL)
		return;
	hours_turn(hours, hour);
	for (unsigned i = 0; i < TALLY_COUNT; i++)
		hours->now[i] += (float)over->tallies[i];
	hours->now_steps++;
}

const float *cells_hour(const struct cells *cells, const struct cell *cell, float *ret_steps)
{
	const struct hours *hours = cell->hours != 0 ? &cells->hours[cell->hours - 1] : NULL;
	unsigned at = (unsigned)(cell->step / STEPS_AN_HOUR % 24);
	*ret_steps = hours != NULL && hours->key == cell->key ? hours->old_steps[at] : 0;
	/* Less than half an hour of it is no hour. */
	return *ret_steps >= STEPS_AN_HOUR / 2 ? hours->old[at] : NULL;
}

/* --- Steps --- */

/*
 * The lowest three steps in a row: what is less than a tenth of that is silence. Those three are taken that come before
 * the three that are judged, else a silence would be its own measure.
 */
static void low_note(struct cell *cell)
{
	static const enum tally asked[FAMILY_COUNT] = {TALLY_ASKED_IPV6, TALLY_ASKED_IPV4};
	_Static_assert(2 * SILENCE_STEPS <= STEPS, "both are among the steps");
	uint64_t first = cell->born + 2 * SILENCE_STEPS; /* the step of birth is no whole one */
	if (cell->step < first)
		return;
	for (unsigned i = 0; i < FAMILY_COUNT; i++) {
		float sum = 0, *low = &cell->low[i];
		for (unsigned m = SILENCE_STEPS; m < 2 * SILENCE_STEPS; m++)
			sum += (float)cell->steps[(cell->step - m) % STEPS].tallies[asked[i]];
		*low = cell->step == first ? sum : *low * RISE;
		if (sum < *low)
			*low = sum;
	}
}

/* One step on: the oldest makes room. */
static void step_leave(struct cells *cells, struct cell *cell)
{
	struct step *oldest = &cell->steps[(cell->step + 1) % STEPS];
	bool is_holding = cell_holds(cell);
	if (!is_holding && cell->scope.kind != SCOPE_ZONE)
		low_note(cell);
	if (!is_holding && cell->step + 1 >= cell->born + STEPS) {
		for (unsigned i = 0; i < TALLY_COUNT; i++)
			cell->usual[i] = cell->usual[i] * FADE + (float)oldest->tallies[i];
		cell->usual_steps = cell->usual_steps * FADE + 1;
	}
	if (cell->step + 1 >= cell->born + STEPS && (!is_holding || !cell_holds_warning(cell)))
		hours_add(cells, cell, cell->step + 1 - STEPS, oldest);
	cell->events -= oldest->events;
	*oldest = (struct step){0};
	cell->step++;
}

void cells_roll(struct cells *cells, struct cell *cell, uint64_t step)
{
	/* After a silence longer than what is remembered, there is nothing to roll. */
	if (step > cell->step + FORGOTTEN_STEPS) {
		memset(cell->steps, 0, sizeof(cell->steps));
		memset(cell->usual, 0, sizeof(cell->usual));
		memset(cell->low, 0, sizeof(cell->low));
		cell->events = 0;
		cell->usual_steps = 0;
		cell->born = cell->step = step;
	}
	while (cell->step < step)
		step_leave(cells, cell);
}

bool cell_is_idle(const struct cell *cell, uint64_t step)
{
	return (cell->events == 0 || step >= cell->step + STEPS) && !cell_holds(cell);
}

void cell_sum(const struct cell *cell, struct step *ret)
{
	*ret = cell->steps[0];
	for (unsigned m = 1; m < STEPS; m++) {
		const struct step *step = &cell->steps[m];
		for (unsigned i = 0; i < TALLY_COUNT; i++)
			ret->tallies[i] += step->tallies[i];
		ret->events += step->events;
		ret->networks |= step->networks;
		ret->zones |= step->zones;
		ret->tcp_hosts |= step->tcp_hosts;
		ret->again_hosts |= step->again_hosts;
		ret->tc_pairs |= step->tc_pairs;
	}
}

uint32_t cell_tcp_lead(const struct cell *cell)
{
	uint32_t most = 0;
	for (unsigned m = 0; m < STEPS; m++) {
		uint32_t sum = 0;
		for (unsigned n = 0; n < STEPS; n++)
			sum += cell->steps[n].tcp_host == cell->steps[m].tcp_host ? cell->steps[n].tcp_lead : 0;
		most = sum > most ? sum : most;
	}
	return most;
}

uint32_t cell_trailing(const struct cell *cell, enum tally tally, unsigned steps)
{
	uint32_t sum = 0;
	for (uint64_t m = 0; m <= steps && m < STEPS && m <= cell->step; m++)
		sum += cell->steps[(cell->step - m) % STEPS].tallies[tally];
	return sum;
}

static void cell_begin(struct cell *cell, uint64_t key, const struct scope *scope, uint64_t step)
{
	*cell = (struct cell){.key = key, .scope = *scope, .step = step, .born = step};
}

static uint64_t all_key(const struct cells *cells, enum event_stream stream)
{
	return hash_word(cells->seed, (uint64_t)stream) | 1;
}

struct cell *cells_all(struct cells *cells, enum event_stream stream, uint64_t step)
{
	struct cell *cell = &cells->all[stream];
	if (cell->key == 0) {
		cell_begin(cell, all_key(cells, stream), &(struct scope){.kind = SCOPE_ALL, .stream = stream}, step);
		cell->hours = hours_find(cells, cell->key);
	}
	cells_roll(cells, cell, step);
	return cell;
}

/* What is not told stays zero: rules ask first whether there is a whole for the part they look at. */
static void hour_fill(const struct sensors_hour *known, float ret[TALLY_COUNT])
{
	for (unsigned i = 0; i < 3; i++) {
		ret[TALLY_ASKED_AAAA + i] = (float)known->asked[i];
		ret[TALLY_FAILED_AAAA + i] = (float)known->failed[i];
	}
	for (unsigned family = 0; family < FAMILY_COUNT; family++) {
		ret[TALLY_ASKED_IPV6 + family] = (float)(known->udp[family] + known->tcp[family]);
		ret[TALLY_TCP_IPV6 + family] = (float)known->tcp[family];
		ret[TALLY_UDP_IPV6 + family] = (float)known->udp[family];
		ret[TALLY_UDP] += (float)known->udp[family];
	}
	ret[TALLY_TC] = (float)known->truncated;
	ret[TALLY_NATIVE] = (float)known->native;
	ret[TALLY_DNS64] = (float)known->dns64;
}

void cells_know_hour(struct cells *cells, const struct sensors_hour *known, uint64_t now_us)
{
	uint64_t key = all_key(cells, known->stream);
	uint16_t number = hours_begin(cells, key, now_us / 3600000000u);
	unsigned at = (unsigned)(known->hour % 24);
	if (number == 0 || cells->hours[number - 1].old_steps[at] > 0)
		return;
	hour_fill(known, cells->hours[number - 1].old[at]);
	cells->hours[number - 1].old_steps[at] = STEPS_AN_HOUR;
	if (cells->all[known->stream].key == key)
		cells->all[known->stream].hours = number;
}

/* Who makes room: none that holds a signal; the one not seen for longest, then the one seen least. */
static bool is_worth_less(const struct cell *a, const struct cell *b)
{
	if ((a->key == 0) != (b->key == 0))
		return a->key == 0;
	if (cell_holds(a) != cell_holds(b))
		return cell_holds(b);
	return a->events < b->events;
}

struct cell *cell_table_next(struct cell_table *table, size_t *at)
{
	while (*at < CELL_BUCKETS * CELL_WAYS) {
		uint64_t rest = table->live[*at / 64] >> (*at % 64);
		if (rest != 0) {
			*at += (size_t)__builtin_ctzll(rest) + 1;
			return &table->cells[*at - 1];
		}
		*at = (*at / 64 + 1) * 64;
	}
	return NULL;
}

void cell_table_rest(struct cell_table *table, const struct cell *cell)
{
	size_t at = (size_t)(cell - table->cells);
	table->live[at / 64] &= ~(1ull << (at % 64));
}

static struct cell *bucket_of(struct cell_table *table, uint64_t key)
{
	return &table->cells[(key >> 1) % CELL_BUCKETS * CELL_WAYS];
}

/* It is seen: it will be judged. */
static struct cell *cell_find(struct cell_table *table, uint64_t key)
{
	struct cell *bucket = bucket_of(table, key);
	for (unsigned i = 0; i < CELL_WAYS; i++) {
		size_t at = (size_t)(&bucket[i] - table->cells);
		if (bucket[i].key != key)
			continue;
		table->live[at / 64] |= 1ull << (at % 64);
		return &bucket[i];
	}
	return NULL;
}

static struct cell *cell_make(struct cells *cells, struct cell_table *table, uint64_t key, const struct scope *scope,
			      uint64_t step)
{
	struct cell *bucket = bucket_of(table, key);
	struct cell *least = bucket;
	for (unsigned i = 0; i < CELL_WAYS; i++) {
		if (bucket[i].key != 0)
			cells_roll(cells, &bucket[i], step);
		if (is_worth_less(&bucket[i], least))
			least = &bucket[i];
	}
	/*
	 * Where all are alive, one in eight newcomers gets in: who comes often is soon among them, and those that come
	 * once, of which there may be any number, do not push each other out at each event.
	 */
	cells->draw = hash_word(cells->draw + 1, key);
	if (least->key != 0 && least->events > 0 && (cells->draw >> 32) % 8 != 0)
		return NULL;
	cell_begin(least, key, scope, step);
	return cell_find(table, key);
}

struct cell *cells_zone(struct cells *cells, const struct event *event, uint64_t step)
{
	if (!event_has(event, EVENT_HAS_QNAME))
		return NULL;
	struct name name = zone_of(event);
	uint64_t key = hash_octets(hash_word(cells->seed, (uint64_t)event->stream + 16), name.wire, name.size) | 1;
	struct cell *cell = cell_find(&cells->zones, key);
	if (cell == NULL) {
		struct scope scope = {.kind = SCOPE_ZONE, .stream = event->stream};
		memcpy(scope.zone, name.wire, name.size);
		return cell_make(cells, &cells->zones, key, &scope, step);
	}
	cells_roll(cells, cell, step);
	return cell;
}

struct cell *cells_network(struct cells *cells, const struct event *event, uint64_t step)
{
	if (!event_has(event, EVENT_HAS_CLIENT))
		return NULL;
	const char *site = cells->sites != NULL ? sites_find(cells->sites, &event->client.addr) : NULL;
	struct ip_prefix network = network_of(&event->client.addr);
	uint64_t key = hash_word(cells->seed, (uint64_t)event->stream + 32);
	key = site != NULL ? hash_octets(key + 1, (const uint8_t *)site, strlen(site)) : hash_addr(key, &network.addr);
	struct cell *cell = cell_find(&cells->networks, key | 1);
	if (cell == NULL) {
		struct scope scope = {.kind = site != NULL ? SCOPE_SITE : SCOPE_NETWORK, .stream = event->stream};
		scope.network = network;
		snprintf(scope.site, sizeof(scope.site), "%s", site != NULL ? site : "");
		return cell_make(cells, &cells->networks, key | 1, &scope, step);
	}
	cells_roll(cells, cell, step);
	return cell;
}
