/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/resolver/engine_fixture.h"

#include <stdio.h>

#define SERVERS LIMIT_SERVERS
#define FEW 2000
#define MANY 40000 /* more than LIMIT_ASKS_HEDGED */
#define FIRST_MS ((uint64_t)LIMIT_ASK_FIRST_MS)

/* Forwards everything to servers that never answer. */
struct world {
	struct policy_server servers[SERVERS];
	struct policy_zone zone;
	struct fixture engine;
	unsigned asked, asks_most; /* under way at once */
	uint8_t owners[MANY];
};

static void world_start(struct world *world)
{
	*world = (struct world){.zone = {.zone = name_root, .is_forward = true, .server_count = SERVERS}};
	for (unsigned i = 0; i < SERVERS; i++) {
		char text[IP_ADDR_TEXT_MAX];
		snprintf(text, sizeof(text), "2001:db8::%x", i + 1);
		world->servers[i] = server_at(addr_text(text));
	}
	world->zone.servers = world->servers;
	fixture_prepare(&world->engine, "late");
	world->engine.policy.zones = &world->zone;
	world->engine.policy.zone_count = 1;
	fixture_start(&world->engine, 1 << 20, 0, 1);
}

static void act(struct world *world)
{
	struct action action;
	struct resolver_load load;
	while (resolver_act(world->engine.resolver, world->engine.now, &action))
		world->asked += action.kind == ACTION_ASK;
	resolver_load(world->engine.resolver, &load);
	if (load.asks > world->asks_most)
		world->asks_most = load.asks;
}

/* Distinct names, each asked once. */
static void crowd_ask(struct world *world, unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		uint8_t qname[32];
		struct writer out = writer_of(qname, sizeof(qname));
		char label[16];
		int size = snprintf(label, sizeof(label), "n%07u", i);
		writer_u8(&out, (uint8_t)size);
		writer_bytes(&out, label, (size_t)size);
		writer_bytes(&out, "\4test", 6);
		const struct client_query query = {.client = "2001:db8:c::1",
						   .qname = writer_span(&out),
						   .qtype = RR_AAAA,
						   .owner = &world->owners[i]};
		assert_int_equal(fixture_query(&world->engine, &query), RESOLVER_WAITING);
		act(world);
	}
}

static void time_goes_on(struct world *world, uint64_t until_us)
{
	uint64_t next_us;
	while ((next_us = resolver_deadline_us(world->engine.resolver)) <= until_us) {
		if (next_us > world->engine.now.mono_us)
			world->engine.now.mono_us = next_us;
		resolver_tick(world->engine.resolver, world->engine.now);
		act(world);
	}
	world->engine.now.mono_us = until_us;
}

/* Many questions that wait for slow servers do not double themselves by hedges; few do. */
static void test_a_crowd_is_not_hedged(void **state)
{
	(void)state;
	static struct world world;
	world_start(&world);
	crowd_ask(&world, FEW);
	assert_int_equal(world.asked, FEW);
	time_goes_on(&world, world.engine.now.mono_us + (FIRST_MS - 1) * 1000);
	assert_in_range(world.asked, 2 * FEW, LIMIT_ASKS_HEDGED);
	fixture_end(&world.engine);

	world_start(&world);
	crowd_ask(&world, MANY);
	time_goes_on(&world, world.engine.now.mono_us + (FIRST_MS - 1) * 1000);
	assert_int_equal(world.asked, MANY);
	fixture_end(&world.engine);
}

/* Questions whose time is over are kept for late replies, but no more than LIMIT_LATE, and not for ever. */
static void test_late_ones_are_bounded(void **state)
{
	(void)state;
	static struct world world;
	struct resolver_load load;
	world_start(&world);
	crowd_ask(&world, MANY);
	uint64_t begin_us = world.engine.now.mono_us;
	time_goes_on(&world, begin_us + (FIRST_MS + 1) * 1000);
	resolver_load(world.engine.resolver, &load);
	assert_true(load.asks > LIMIT_LATE);
	time_goes_on(&world, begin_us + LIMIT_CLIENT_MS * 1000ull);
	assert_in_range(world.asks_most, MANY, MANY + LIMIT_LATE);
	time_goes_on(&world, begin_us + (LIMIT_CLIENT_MS + LIMIT_ASK_MOST_MS + LIMIT_ASK_LATE_MS) * 1000ull);
	resolver_load(world.engine.resolver, &load);
	assert_int_equal(load.asks, 0);
	assert_true(resolver_is_settled(world.engine.resolver));
	fixture_end(&world.engine);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_crowd_is_not_hedged),
		cmocka_unit_test(test_late_ones_are_bounded),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
