/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The little world of the stress test: zones below a root whose servers misbehave in turns, and the random numbers that
 * say how. Owned: world_start/world_end.
 * Never draws a number that is not its seed's: a run is its seed.
 */
#ifndef TESTS_UNIT_RESOLVER_STRESS_WORLD_H
#define TESTS_UNIT_RESOLVER_STRESS_WORLD_H

#include "tests/unit/resolver/engine_fixture.h"

#define CLIENTS 600
#define ZONES 6
#define SERVERS 3
#define FILLED 4 /* addresses that another worker keeps full for a while */
#define POLICIES 6

struct waiting {
	uint64_t since_us;
	bool is_waiting;
};

struct world {
	uint64_t random;
	struct policy_server hints[2];
	struct policy_server forwarder;
	struct policy_zone forward;
	struct dns64 dns64;
	struct resolver_policy policies[POLICIES];
	struct fixture engine;
	struct waiting clients[CLIENTS];
	size_t asked, answered;
	uint8_t moods[ZONES + 2][SERVERS];
	bool is_filled[FILLED];
};

void world_start(struct world *world, uint64_t seed);
/* Also checks that no question stays counted. */
void world_end(struct world *world);

/* A number below the bound. */
uint64_t chance(struct world *world, uint64_t below);
void moods_change(struct world *world);
/* Another worker fills an address with questions, or takes them back. */
void fill(struct world *world, unsigned index, bool is_filled);
void nobody_is_counted(struct world *world);

/* Takes the actions that there are. */
void act(struct world *world);
/* The servers' replies and the engine's deadlines until then, in order. */
void pass_to(struct world *world, uint64_t until_us);

void label_put(struct writer *out, const char *text);
/* ZONES: the root. */
void zone_put(struct writer *out, unsigned zone);

#endif
