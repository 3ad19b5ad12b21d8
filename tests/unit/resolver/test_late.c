/* SPDX-License-Identifier: BSD-2-Clause */
#include "cache/cache.h"
#include "resolver/limits.h"
#include "resolver/resolver.h"
#include "tests/unit/cmocka_all.h"
#include "upstream/address_book.h"
#include "upstream/reach.h"

#include <stdio.h>

#define SERVERS LIMIT_SERVERS
#define FEW 2000
#define MANY 40000 /* more than LIMIT_ASKS_HEDGED */
#define FIRST_MS ((uint64_t)LIMIT_ASK_FIRST_MS)

/* Forwards everything to servers that never answer. */
struct world {
	struct policy_server servers[SERVERS];
	struct policy_zone zone;
	struct ip_prefix everybody;
	struct resolver_policy policy;
	struct resolver_parts parts;
	struct resolver *resolver;
	struct resolver_time now;
	unsigned asked, asks_most; /* under way at once */
	uint8_t owners[MANY];
};

static void world_start(struct world *world)
{
	static const uint8_t seed[32] = {1};
	*world = (struct world){.zone = {.zone = name_root, .is_forward = true, .server_count = SERVERS},
	                        .everybody = {.addr = {.family = FAMILY_IPV6}},
	                        .now = {.mono_us = 1000000, .wall_s = 1700000000}};
	for (unsigned i = 0; i < SERVERS; i++) {
		world->servers[i] = (struct policy_server){
			.name = name_root,
			.endpoint = {.addr = {.family = FAMILY_IPV6, .bytes = {0x20, 1, 0xd, 0xb8, [15] = (uint8_t)(i + 1)}},
		                     .port = 53}};
	}
	world->zone.servers = world->servers;
	world->policy = (struct resolver_policy){.service = "late",
	                                         .allow = &world->everybody,
	                                         .allow_count = 1,
	                                         .udp_size = 1232,
	                                         .has_family = {[FAMILY_IPV6] = true},
	                                         .port = 53,
	                                         .upstream_udp_size = 1232,
	                                         .zones = &world->zone,
	                                         .zone_count = 1,
	                                         .node_id = {1, 2, 3},
	                                         .ttl_most_s = 86400,
	                                         .negative_ttl_most_s = 3600};
	world->parts = (struct resolver_parts){&world->policy, cache_new(1 << 20), address_book_new(64), reach_new()};
	world->resolver = resolver_new(&world->parts, seed);
	assert_non_null(world->resolver);
}

static void world_end(struct world *world)
{
	resolver_free(world->resolver);
	cache_free(world->parts.cache);
	address_book_free(world->parts.book);
	reach_free(world->parts.reach);
}

static void act(struct world *world)
{
	struct action action;
	struct resolver_load load;
	while (resolver_act(world->resolver, world->now, &action))
		world->asked += action.kind == ACTION_ASK;
	resolver_load(world->resolver, &load);
	if (load.asks > world->asks_most)
		world->asks_most = load.asks;
}

/* Distinct names, each asked once. */
static void crowd_ask(struct world *world, unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		uint8_t message[64], answer[1232];
		struct writer out = writer_of(message, sizeof(message)), answered = writer_of(answer, sizeof(answer));
		struct query_event event;
		char label[16];
		int size = snprintf(label, sizeof(label), "n%07u", i);
		writer_bytes(&out, (const uint8_t *)"\x12\x34\1\0\0\1\0\0\0\0\0\0\x08", 13);
		writer_bytes(&out, (const uint8_t *)label, (size_t)size);
		writer_bytes(&out, (const uint8_t *)"\4test\0\0\x1c\0\1", 10);
		const struct resolver_request request = {
			.message = writer_span(&out),
			.transport = TRANSPORT_UDP,
			.client = {.addr = {.family = FAMILY_IPV6, .bytes = {0x20, 1, 0xd, 0xb8, 0xc}}, .port = 5300},
			.owner = &world->owners[i]};
		assert_int_equal(resolver_query(world->resolver, world->now, &request, &answered, &event),
		                 RESOLVER_WAITING);
		act(world);
	}
}

static void time_goes_on(struct world *world, uint64_t until_us)
{
	uint64_t next_us;
	while ((next_us = resolver_deadline_us(world->resolver)) <= until_us) {
		if (next_us > world->now.mono_us)
			world->now.mono_us = next_us;
		resolver_tick(world->resolver, world->now);
		act(world);
	}
	world->now.mono_us = until_us;
}

/* Many questions that wait for slow servers do not double themselves by hedges; few do. */
static void test_a_crowd_is_not_hedged(void **state)
{
	(void)state;
	static struct world world;
	world_start(&world);
	crowd_ask(&world, FEW);
	assert_int_equal(world.asked, FEW);
	time_goes_on(&world, world.now.mono_us + (FIRST_MS - 1) * 1000);
	assert_in_range(world.asked, 2 * FEW, LIMIT_ASKS_HEDGED);
	world_end(&world);

	world_start(&world);
	crowd_ask(&world, MANY);
	time_goes_on(&world, world.now.mono_us + (FIRST_MS - 1) * 1000);
	assert_int_equal(world.asked, MANY);
	world_end(&world);
}

/* Questions whose time is over are kept for late replies, but no more than LIMIT_LATE, and not for ever. */
static void test_late_ones_are_bounded(void **state)
{
	(void)state;
	static struct world world;
	struct resolver_load load;
	world_start(&world);
	crowd_ask(&world, MANY);
	uint64_t begin_us = world.now.mono_us;
	time_goes_on(&world, begin_us + (FIRST_MS + 1) * 1000);
	resolver_load(world.resolver, &load);
	assert_true(load.asks > LIMIT_LATE);
	time_goes_on(&world, begin_us + LIMIT_CLIENT_MS * 1000ull);
	assert_in_range(world.asks_most, MANY, MANY + LIMIT_LATE);
	time_goes_on(&world, begin_us + (LIMIT_CLIENT_MS + LIMIT_ASK_MOST_MS + LIMIT_ASK_LATE_MS) * 1000ull);
	resolver_load(world.resolver, &load);
	assert_int_equal(load.asks, 0);
	assert_true(resolver_is_settled(world.resolver));
	world_end(&world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_crowd_is_not_hedged),
		cmocka_unit_test(test_late_ones_are_bounded),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
