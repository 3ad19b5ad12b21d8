/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/resolver/engine_fixture.h"

/* An IPv6-only resolver without a route, and a dual-stack one that it falls back to. */
struct world {
	struct policy_server hint, fallback;
	struct fixture engine;
	struct name_buffer asked; /* what the fallback was asked, as it was written */
	uint8_t asked_size;
	unsigned answers, notes;
	uint8_t rcode; /* of the last answer */
};

static void world_start(struct world *world)
{
	*world = (struct world){.hint = server_at(addr_text("2001:db8::53")),
				.fallback = server_at(addr_text("2001:db8:fa::53"))};
	fixture_prepare(&world->engine, "loop");
	world->engine.policy.hints = &world->hint;
	world->engine.policy.hint_count = 1;
	world->engine.policy.fallback = &world->fallback;
	world->engine.policy.fallback_count = 1;
	fixture_start(&world->engine, 1 << 20, 0, 1);
}

static void ask_take(struct world *world, const struct action *action)
{
	if (!ip_addr_equal(&action->question.server.addr, &world->fallback.endpoint.addr)) {
		resolver_unreachable(world->engine.resolver, world->engine.now, action->ask_id, ASK_NO_ROUTE);
		return;
	}
	name_copy(action->question.qname, &world->asked);
	world->asked_size = action->question.qname.size;
	assert_false(action->question.is_case_mixed);
}

static void act(struct world *world)
{
	struct action action;
	while (resolver_act(world->engine.resolver, world->engine.now, &action)) {
		if (action.kind == ACTION_ASK)
			ask_take(world, &action);
		world->notes += action.kind == ACTION_NOTE && action.note.kind == NOTE_LOOP;
		if (action.kind != ACTION_ANSWER)
			continue;
		world->answers++;
		world->rcode = action.message.data[3] & 15;
	}
}

static void query(struct world *world, const char *client, const uint8_t *name, size_t size)
{
	const struct client_query query = {
		.client = client, .qname = span_of(name, size), .qtype = RR_AAAA, .owner = world};
	assert_int_equal(fixture_query(&world->engine, &query), RESOLVER_WAITING);
	act(world);
}

/* The fallback hands the question on to us over its other family: from an address that we never asked. */
static void test_a_question_that_comes_back(void **state)
{
	static const uint8_t lower[] = "\3www\5grave\7example";
	struct world world;
	world_start(&world);
	query(&world, "2001:db8:c::1", lower, sizeof(lower));
	assert_int_equal(world.asked_size, sizeof(lower));
	assert_memory_not_equal(world.asked.wire, lower, sizeof(lower));
	assert_int_equal(world.answers, 0);

	query(&world, "2001:db8:d::1", world.asked.wire, world.asked_size);
	assert_int_equal(world.answers, 1);
	assert_int_equal(world.rcode, RCODE_SERVFAIL);
	assert_int_equal(world.notes, 1);
	/* Another client who asks the same waits as the first does. */
	query(&world, "2001:db8:c::2", lower, sizeof(lower));
	assert_int_equal(world.answers, 1);
	fixture_end(&world.engine);
}

static void test_short_names_are_not_marked(void **state)
{
	static const uint8_t lower[] = "\1a\7example";
	struct world world;
	world_start(&world);
	query(&world, "2001:db8:c::1", lower, sizeof(lower));
	assert_memory_equal(world.asked.wire, lower, sizeof(lower));
	query(&world, "2001:db8:d::1", lower, sizeof(lower));
	assert_int_equal(world.answers, 0);
	fixture_end(&world.engine);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_question_that_comes_back),
		cmocka_unit_test(test_short_names_are_not_marked),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
