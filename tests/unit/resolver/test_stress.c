/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Random queries, replies, losses, floods, reloads and ends in a little world whose servers misbehave in turns.
 * Whatever happens, each client gets one answer in time, nothing is left under way, no question stays counted.
 * A run is its seed: SEED and RUNS in the environment play others.
 */
#include "tests/unit/resolver/stress_world.h"

#include <stdio.h>
#include <stdlib.h>

static struct waiting *client_free(struct world *world)
{
	for (unsigned i = 0; i < CLIENTS; i++) {
		if (!world->clients[i].is_waiting)
			return &world->clients[i];
	}
	return NULL;
}

/* false: all clients wait, and nothing is asked. */
static bool query_make(struct world *world, struct writer *qname, struct client_query *ret)
{
	static const uint16_t types[] = {RR_A, RR_AAAA, RR_AAAA, RR_NS, RR_DS, RR_TXT};
	char host[16];
	struct waiting *client = client_free(world);
	unsigned zone = (unsigned)chance(world, ZONES + 1);
	if (client == NULL)
		return false;
	snprintf(host, sizeof(host), "h%u", (unsigned)chance(world, 40));
	if (chance(world, 10) > 0)
		label_put(qname, chance(world, 10) == 0 ? "ns1" : host);
	for (uint64_t i = chance(world, 3); i > 0; i--)
		label_put(qname, i == 1 ? "office" : "sub");
	zone_put(qname, zone);
	uint16_t qtype = types[chance(world, sizeof(types) / sizeof(types[0]))];
	*ret = (struct client_query){.client = "2001:db8:900::a",
				     .qname = writer_span(qname),
				     .qtype = qtype,
				     .is_cd = chance(world, 4) == 0,
				     .owner = client};
	return true;
}

static void query(struct world *world)
{
	uint8_t octets[64];
	struct writer qname = writer_of(octets, sizeof(octets));
	struct client_query query;
	if (!query_make(world, &qname, &query))
		return;
	struct waiting *client = query.owner;
	*client = (struct waiting){.since_us = world->engine.now.mono_us, .is_waiting = true};
	world->asked++;
	switch (fixture_query(&world->engine, &query)) {
	case RESOLVER_ANSWERED:
		client->is_waiting = false;
		world->answered++;
		break;
	case RESOLVER_WAITING:
		break;
	case RESOLVER_DROPPED:
		fail_msg("a query was dropped");
	}
	act(world);
}

static void forget(struct world *world)
{
	struct waiting *client = &world->clients[chance(world, CLIENTS)];
	if (!client->is_waiting)
		return;
	resolver_forget(world->engine.resolver, client);
	client->is_waiting = false;
	world->answered++;
}

/* --- The run --- */

static void event(struct world *world)
{
	switch (chance(world, 400)) {
	case 0:
		moods_change(world);
		break;
	case 1:
		resolver_set_policy(world->engine.resolver, &world->policies[chance(world, POLICIES)]);
		break;
	case 2:
		resolver_flush(world->engine.resolver, name_root, true);
		cache_flush(world->engine.parts.cache, name_root, true);
		break;
	case 3:
		address_book_forget(world->engine.parts.book, NULL);
		break;
	case 4:
	case 5:
		fill(world, (unsigned)chance(world, FILLED), chance(world, 2) == 0);
		break;
	case 6:
	case 7:
		forget(world);
		break;
	case 8:
		for (unsigned i = 0; i < 100; i++)
			query(world);
		break;
	default:
		query(world);
		break;
	}
	if (chance(world, 4) == 0)
		pass_to(world, world->engine.now.mono_us + chance(world, chance(world, 20) == 0 ? 2000000 : 20000));
}

static void settle(struct world *world)
{
	struct resolver_load load;
	pass_to(world, world->engine.now.mono_us + LIMIT_CLIENT_MS * 1000 + 1000);
	for (unsigned i = 0; i < CLIENTS; i++)
		assert_false(world->clients[i].is_waiting);
	assert_int_equal(world->answered, world->asked);
	/* What nobody waits for may have begun at the very end: priming, refreshing, revalidation. */
	pass_to(world, world->engine.now.mono_us + 2 * LIMIT_CLIENT_MS * 1000);
	resolver_load(world->engine.resolver, &load);
	assert_int_equal(load.asks, 0);
	assert_true(resolver_is_settled(world->engine.resolver));
	for (unsigned i = 0; i < FILLED; i++)
		fill(world, i, false);
	nobody_is_counted(world);
}

static void play(uint64_t seed, unsigned events, bool is_settled)
{
	struct world *world = calloc(1, sizeof(*world));
	assert_non_null(world);
	world_start(world, seed);
	for (unsigned i = 0; i < events; i++)
		event(world);
	if (is_settled)
		settle(world);
	world_end(world);
	free(world);
}

static uint64_t number_of(const char *variable, uint64_t otherwise)
{
	const char *text = getenv(variable);
	return text != NULL ? strtoull(text, NULL, 10) : otherwise;
}

static void test_all_settles(void **state)
{
	uint64_t seed = number_of("SEED", 1), runs = number_of("RUNS", 12);
	for (uint64_t i = 0; i < runs; i++) {
		print_message("seed %llu\n", (unsigned long long)(seed + i));
		play(seed + i, 800, true);
	}
}

static void test_it_ends_at_any_time(void **state)
{
	for (uint64_t seed = 1; seed <= 40; seed++)
		play(seed, (unsigned)(seed * 5), false);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_all_settles),
		cmocka_unit_test(test_it_ends_at_any_time),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
