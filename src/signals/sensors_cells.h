/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where events are counted: a cell for each scope, with its last three minutes and what is usual for it.
 * Owned by struct sensors.
 * Never seen outside this room.
 */
#ifndef SIGNALS_SENSORS_CELLS_H
#define SIGNALS_SENSORS_CELLS_H

#include "signals/sensors.h"

enum tally {
	TALLY_ASKED_AAAA,
	TALLY_ASKED_A,
	TALLY_ASKED_OTHER,
	TALLY_FAILED_AAAA, /* SERVFAIL */
	TALLY_FAILED_A,
	TALLY_FAILED_OTHER,
	TALLY_BOGUS_AAAA,   /* of FAILED_AAAA: validation failed */
	TALLY_SERVERS_AAAA, /* of FAILED_AAAA: servers failed on the way */
	TALLY_UDP,          /* answers over UDP of which TC is told */
	TALLY_TC,
	TALLY_TC_NEW,      /* of TC: the client was not told the same just before */
	TALLY_TC_FOLLOWED, /* and asked for over TCP soon after */
	TALLY_PAIRS,       /* A and AAAA of a name, both with an outcome, within 2 s */
	TALLY_PAIRS_AAAA_FAILED,
	TALLY_PAIRS_A_FAILED,
	TALLY_ASKED_IPV6, /* by the client's address */
	TALLY_ASKED_IPV4,
	TALLY_NATIVE, /* good answers to AAAA */
	TALLY_DNS64,
	TALLY_COUNT
};

#define RECENT_MINUTES 3

struct minute {
	uint32_t tallies[TALLY_COUNT];
	uint64_t networks; /* a bit for each network that failed, by its hash: how many there were about */
	uint64_t zones;    /* likewise for each zone with a failure */
};

/*
 * minutes[m % 3] counts minute m for the last three m up to `minute`. What leaves them is added to `usual`, which fades
 * by 2 % a minute, so that it is about the last 50 minutes; while a signal holds nothing is added, for a failure must
 * not become usual. `usual_minutes` fades likewise: tallies divided by it are those of a usual minute.
 */
struct cell {
	uint64_t key; /* 0: free */
	struct scope scope;
	uint64_t minute, born;
	struct minute minutes[RECENT_MINUTES];
	float usual[TALLY_COUNT];
	float usual_minutes;
	uint16_t holding[SENSOR_COUNT]; /* number of the signal that holds, from 1; 0: none */
	uint8_t calm[SENSOR_COUNT];     /* minutes in a row in which it did not show */
};

#define CELL_BUCKETS 1024
#define CELL_WAYS 4

struct cells {
	uint64_t seed;
	struct cell all[STREAM_COUNT];
	struct cell zones[CELL_BUCKETS][CELL_WAYS];
	struct cell networks[CELL_BUCKETS][CELL_WAYS];
};

/* The cells that an event counts in, rolled to the minute; room is made for new ones. NULL: the event does not tell. */
struct cell *cells_all(struct cells *cells, enum event_stream stream, uint64_t minute);
struct cell *cells_zone(struct cells *cells, const struct event *event, uint64_t minute);
struct cell *cells_network(struct cells *cells, const struct event *event, uint64_t minute);

void cell_roll(struct cell *cell, uint64_t minute);
/* Nothing in its minutes and no signal: no rule has anything to say, and it may be rolled when it is seen again. */
bool cell_is_idle(const struct cell *cell);
/* Sum of the last three minutes. */
struct minute cell_recent(const struct cell *cell);
struct ip_prefix network_of(const struct ip_addr *addr); /* /56 or /24 */
uint64_t hash_word(uint64_t hash, uint64_t word);
uint64_t hash_octets(uint64_t hash, const uint8_t *octets, size_t size); /* letters of either case are equal */

#endif
