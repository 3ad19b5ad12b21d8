/* SPDX-License-Identifier: BSD-2-Clause */
#include "signals/sensors_cells.h"

#include "dns/name_case.h"
#include "signals/scope/scope.h"

#define FADE 0.98f

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

static bool cell_holds(const struct cell *cell)
{
	bool is_holding = false;
	for (unsigned i = 0; i < SENSOR_COUNT; i++)
		is_holding = is_holding || cell->holding[i] != 0;
	return is_holding;
}

/* One minute on: the oldest of the three makes room. */
static void minute_leave(struct cell *cell)
{
	struct minute *oldest = &cell->minutes[(cell->minute + 1) % RECENT_MINUTES];
	if (!cell_holds(cell) && cell->minute + 1 >= cell->born + RECENT_MINUTES) {
		for (unsigned i = 0; i < TALLY_COUNT; i++)
			cell->usual[i] = cell->usual[i] * FADE + (float)oldest->tallies[i];
		cell->usual_minutes = cell->usual_minutes * FADE + 1;
	}
	*oldest = (struct minute){0};
	cell->minute++;
}

void cell_roll(struct cell *cell, uint64_t minute)
{
	/* After a silence longer than what is remembered, there is nothing to roll. */
	if (minute > cell->minute + 400) {
		memset(cell->minutes, 0, sizeof(cell->minutes));
		memset(cell->usual, 0, sizeof(cell->usual));
		cell->usual_minutes = 0;
		cell->minute = minute;
	}
	while (cell->minute < minute)
		minute_leave(cell);
}

bool cell_is_idle(const struct cell *cell)
{
	static const struct minute nothing[RECENT_MINUTES];
	return memcmp(cell->minutes, nothing, sizeof(nothing)) == 0 && !cell_holds(cell);
}

struct minute cell_recent(const struct cell *cell)
{
	struct minute sum = {0};
	for (unsigned m = 0; m < RECENT_MINUTES; m++) {
		for (unsigned i = 0; i < TALLY_COUNT; i++)
			sum.tallies[i] += cell->minutes[m].tallies[i];
		sum.networks |= cell->minutes[m].networks;
		sum.zones |= cell->minutes[m].zones;
	}
	return sum;
}

static void cell_begin(struct cell *cell, uint64_t key, const struct scope *scope, uint64_t minute)
{
	*cell = (struct cell){.key = key, .scope = *scope, .minute = minute, .born = minute};
}

struct cell *cells_all(struct cells *cells, enum event_stream stream, uint64_t minute)
{
	struct cell *cell = &cells->all[stream];
	if (cell->key == 0)
		cell_begin(cell, 1, &(struct scope){.kind = SCOPE_ALL, .stream = stream}, minute);
	cell_roll(cell, minute);
	return cell;
}

static uint32_t weight(const struct cell *cell)
{
	uint32_t sum = 0;
	for (unsigned m = 0; m < RECENT_MINUTES; m++) {
		for (unsigned i = TALLY_ASKED_AAAA; i <= TALLY_ASKED_OTHER; i++)
			sum += cell->minutes[m].tallies[i];
	}
	return sum;
}

/* Who makes room: none that holds a signal; the one not seen for longest, then the one seen least. */
static bool is_worth_less(const struct cell *a, const struct cell *b)
{
	if ((a->key == 0) != (b->key == 0))
		return a->key == 0;
	if (cell_holds(a) != cell_holds(b))
		return cell_holds(b);
	return weight(a) < weight(b);
}

static struct cell *cell_find(struct cell buckets[CELL_BUCKETS][CELL_WAYS], uint64_t key, const struct scope *scope,
			      uint64_t minute)
{
	struct cell *bucket = buckets[(key >> 1) % CELL_BUCKETS];
	struct cell *least = bucket;
	for (unsigned i = 0; i < CELL_WAYS; i++) {
		if (bucket[i].key == key) {
			cell_roll(&bucket[i], minute);
			return &bucket[i];
		}
	}
	for (unsigned i = 0; i < CELL_WAYS; i++) {
		if (bucket[i].key != 0)
			cell_roll(&bucket[i], minute);
		if (is_worth_less(&bucket[i], least))
			least = &bucket[i];
	}
	cell_begin(least, key, scope, minute);
	return least;
}

struct cell *cells_zone(struct cells *cells, const struct event *event, uint64_t minute)
{
	struct scope scope = {.kind = SCOPE_ZONE, .stream = event->stream};
	if (!scope_set_zone(&scope, event))
		return NULL;
	struct name name = name_of(scope.zone);
	uint64_t key = hash_octets(hash_word(cells->seed, (uint64_t)event->stream + 16), name.wire, name.size);
	return cell_find(cells->zones, key | 1, &scope, minute);
}

struct cell *cells_network(struct cells *cells, const struct event *event, uint64_t minute)
{
	if (!event_has(event, EVENT_HAS_CLIENT))
		return NULL;
	struct scope scope = {
		.kind = SCOPE_NETWORK, .stream = event->stream, .network = network_of(&event->client.addr)};
	uint64_t words[2];
	memcpy(words, scope.network.addr.bytes, sizeof(words));
	uint64_t key = hash_word(cells->seed, (uint64_t)event->stream + 32 + 64 * (uint64_t)scope.network.addr.family);
	return cell_find(cells->networks, hash_word(hash_word(key, words[0]), words[1]) | 1, &scope, minute);
}
