/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where events are counted: a cell for each scope, with its last three minutes and what is usual for it.
 * Owned by struct sensors.
 * Never seen outside this room.
 */
#ifndef SIGNALS_SENSORS_CELLS_H
#define SIGNALS_SENSORS_CELLS_H

#include "signals/sensors.h"
#include "signals/sensors/hold.h"
#include "signals/sites.h"

enum tally {
#define TALLY(id) TALLY_##id,
#include "signals/sensors/tallies.def"
	TALLY_COUNT
};

/* Judged each BEAT; counted by steps of 30 s, of which the last six, the open one among them, are the three minutes. */
#define BEAT_US 10000000
#define STEP_US 30000000
#define STEPS 6
#define SILENCE_STEPS 3 /* whole steps over which a family is silent, or is not */

struct step {
	uint32_t tallies[TALLY_COUNT];
	uint32_t events;
	uint64_t networks;    /* a bit for each network that failed, by its hash: how many there were about */
	uint64_t zones;       /* likewise for each zone with a failure */
	uint64_t tcp_hosts;   /* for each client that asked over TCP */
	uint32_t tcp_host;    /* the one that did so most, by its hash, if it is most of them (Boyer and Moore) ... */
	uint32_t tcp_lead;    /* ... and by how many it is ahead of all others */
	uint64_t again_hosts; /* for each client that asked again for what it has */
	uint64_t tc_pairs;    /* for each client and name, together, of which an answer was truncated */
};

/*
 * steps[s % 6] counts step s for the last six up to `step`. What leaves them is added to `usual`, which fades by 1 % a
 * step, so that it is about the last 50 minutes; while a signal holds nothing is added, for a failure must not become
 * usual; but notices become usual for the hour of the day, as a job of each night is. `usual_steps` fades likewise:
 * tallies divided by it are those of a usual step. `low`: the fewest questions of each family in three steps; it rises
 * by 1 % a step, so that gaps and floods are forgotten.
 */
struct cell {
	uint64_t key; /* 0: free */
	struct scope scope;
	uint64_t step, born;
	uint32_t events; /* of all steps */
	struct step steps[STEPS];
	float usual[TALLY_COUNT];
	float usual_steps;
	float low[FAMILY_COUNT];
	uint16_t hours; /* number of its struct hours, from 1; 0: none */
	struct hold holds[SENSOR_COUNT];
};

/*
 * What the hours of earlier days were like, for the scopes with most traffic. `old` is of the days before, each day
 * half of the next; `now` becomes part of it when the hour is over.
 */
struct hours {
	uint64_t key;  /* of the cell; 0: free */
	uint64_t hour; /* since 1970 */
	float now[TALLY_COUNT], now_steps;
	float old[24][TALLY_COUNT], old_steps[24];
};

#define CELL_BUCKETS 1024
#define CELL_WAYS 4
#define HOURS_BUCKETS 64
#define HOURS_WAYS 4

struct cell_table {
	uint64_t live[CELL_BUCKETS * CELL_WAYS / 64]; /* a bit for each cell that may have something to judge */
	struct cell cells[CELL_BUCKETS * CELL_WAYS];
};

struct cells {
	uint64_t seed;
	uint64_t draw; /* the last lot */
	const struct sites *sites; /* NULL: none are named */
	struct cell all[STREAM_COUNT];
	struct cell_table zones;
	struct cell_table networks; /* and sites */
	struct hours hours[HOURS_BUCKETS * HOURS_WAYS];
};

/* The cells that an event counts in, rolled to the step; room is made for new ones. NULL: the event does not tell, or
 * there is no room. */
struct cell *cells_all(struct cells *cells, enum event_stream stream, uint64_t step);
struct cell *cells_zone(struct cells *cells, const struct event *event, uint64_t step);
struct cell *cells_network(struct cells *cells, const struct event *event, uint64_t step);

/* The next cell that may have something to judge, from *at on; NULL: there is none. *at is behind it then. */
struct cell *cell_table_next(struct cell_table *table, size_t *at);
/* It has nothing until it is seen again. */
void cell_table_rest(struct cell_table *table, const struct cell *cell);

void cells_roll(struct cells *cells, struct cell *cell, uint64_t step);
bool cell_holds(const struct cell *cell);
bool cell_holds_warning(const struct cell *cell); /* or worse */
/* Nothing in its steps at that time and no signal: no rule has anything to say, and it may be rolled when it is seen
 * again. */
bool cell_is_idle(const struct cell *cell, uint64_t step);
/* Sum of the steps. */
void cell_sum(const struct cell *cell, struct step *ret);
/* By how many questions over TCP one client is ahead of all others; 0: none is. */
uint32_t cell_tcp_lead(const struct cell *cell);
/* Of the last `steps` whole ones and of the one that is open. */
uint32_t cell_trailing(const struct cell *cell, enum tally tally, unsigned steps);
void cells_know_hour(struct cells *cells, const struct sensors_hour *known, uint64_t now_us);
/* This hour on the days before; NULL: none is known. */
const float *cells_hour(const struct cells *cells, const struct cell *cell, float *ret_steps);

struct ip_prefix network_of(const struct ip_addr *addr); /* /56 or /24 */
uint64_t hash_word(uint64_t hash, uint64_t word);
uint64_t hash_octets(uint64_t hash, const uint8_t *octets, size_t size); /* letters of either case are equal */
uint64_t hash_addr(uint64_t hash, const struct ip_addr *addr);
/* One bit of 64 for the client and the name of an event, together. */
uint64_t pair_bit(const struct event *event, uint64_t seed);

#endif
