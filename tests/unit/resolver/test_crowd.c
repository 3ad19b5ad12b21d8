/* SPDX-License-Identifier: BSD-2-Clause */
#include "resolver/engine.h"
#include "tests/unit/resolver/engine_fixture.h"

#include <stdio.h>

#define MANY (LIMIT_ASKS_PER_SERVER + 100)

/* A root and one zone below it, z., each with one server. */
struct world {
	struct policy_server hint;
	struct fixture engine;
	size_t root_count, child_count; /* questions to each, ever */
	size_t answers, failures;
};

static void world_start(struct world *world)
{
	*world = (struct world){.hint = server_at(addr_text("2001:db8::53"))};
	fixture_prepare(&world->engine, "crowd");
	world->engine.policy.minimise = MINIMISE_RELAXED;
	world->engine.policy.hints = &world->hint;
	world->engine.policy.hint_count = 1;
	fixture_start(&world->engine, 8 << 20, (size_t)2 * MANY, 1);
}

static bool is_at_child(const struct world *world, const struct question *question)
{
	return !ip_addr_equal(&question->server.addr, &world->hint.endpoint.addr);
}

static void ask_count(struct world *world, const struct action *action)
{
	bool is_childs = is_at_child(world, &action->question);
	(void)ask_keep(&world->engine, action);
	world->root_count += !is_childs;
	world->child_count += is_childs;
}

static void act(struct world *world)
{
	struct action action;
	while (resolver_act(world->engine.resolver, world->engine.now, &action)) {
		if (action.kind == ACTION_ASK)
			ask_count(world, &action);
		if (action.kind == ACTION_CANCEL)
			ask_drop(&world->engine, action.ask_id);
		if (action.kind != ACTION_ANSWER)
			continue;
		world->answers++;
		world->failures += (action.message.data[3] & 15) != RCODE_NOERROR;
	}
}

/* Asks for the A record of nNUMBER.z, below another label if one is given. */
static void query(struct world *world, unsigned number, const char *below)
{
	uint8_t qname[64];
	char label[16];
	struct writer out = writer_of(qname, sizeof(qname));
	writer_u8(&out, (uint8_t)snprintf(label, sizeof(label), "n%u", number));
	writer_bytes(&out, label, strlen(label));
	if (below[0] != '\0') {
		writer_u8(&out, (uint8_t)strlen(below));
		writer_bytes(&out, below, strlen(below));
	}
	writer_bytes(&out, "\1z", 3);
	const struct client_query query = {.client = "2001:db8:c::1",
					   .qname = writer_span(&out),
					   .qtype = RR_A,
					   .owner = (void *)(uintptr_t)(number + 1)};
	assert_int_equal(fixture_query(&world->engine, &query), RESOLVER_WAITING);
	act(world);
}

/* The root refers to z, z has the name that is asked, or only what is below it. */
static void reply(struct world *world, size_t index, bool is_empty)
{
	static const uint8_t referral[] =
		"\1z\0\0\2\0\1\0\0\x0e\x10\0\5\2ns\xc0\x0c"
		"\2ns\1z\0\0\x1c\0\1\0\0\x0e\x10\0\x10\x20\1\xd\xb8\0\1\0\0\0\0\0\0\0\0\0\x53";
	static const uint8_t answer[] = "\xc0\x0c\0\1\0\1\0\0\x0e\x10\0\4\300\0\2\1";
	static const uint8_t soa[] =
		"\1z\0\0\6\0\1\0\0\x0e\x10\0\x16\0\0\0\0\0\1\0\0\x0e\x10\0\0\3\x84\0\x9\x3a\x80\0\0\x0e\x10";
	struct kept_ask ask = world->engine.asks[index];
	bool is_childs = is_at_child(world, &ask.question);
	uint8_t message[512];
	struct writer out = writer_of(message, sizeof(message));
	ask_drop(&world->engine, ask.id);
	writer_bytes(&out, (const uint8_t *)"\0\0", 2);
	writer_u16(&out, is_childs ? 0x8400 : 0x8000);
	writer_u16(&out, 1);
	writer_u16(&out, is_childs && !is_empty);
	writer_u16(&out, !is_childs || is_empty);
	writer_u16(&out, !is_childs);
	writer_bytes(&out, ask.qname.wire, ask.question.qname.size);
	writer_u16(&out, ask.question.qtype);
	writer_u16(&out, 1);
	if (!is_childs)
		writer_bytes(&out, referral, sizeof(referral) - 1);
	else if (is_empty)
		writer_bytes(&out, soa, sizeof(soa) - 1);
	else
		writer_bytes(&out, answer, sizeof(answer) - 1);
	resolver_reply(world->engine.resolver, world->engine.now, ask.id, writer_span(&out));
	act(world);
}

static void pass(struct world *world, uint64_t us)
{
	world->engine.now.mono_us += us;
	do {
		resolver_tick(world->engine.resolver, world->engine.now);
		act(world);
	} while (resolver_deadline_us(world->engine.resolver) <= world->engine.now.mono_us);
}

/* A flood of names in a zone that nobody knows yet: the servers above it are asked once. */
static void test_one_asks_for_many(void **state)
{
	struct world world;
	world_start(&world);
	for (unsigned i = 0; i < 100; i++)
		query(&world, i, "");
	assert_int_equal(world.root_count, 1);
	reply(&world, 0, false);
	assert_int_equal(world.root_count, 1);
	assert_int_equal(world.child_count, 100);
	while (world.engine.ask_count > 0)
		reply(&world, 0, false);
	assert_int_equal(world.answers, 100);
	assert_int_equal(world.failures, 0);
	fixture_end(&world.engine);
}

/* A label between that is no cut is asked for once, too. */
static void test_many_pass_an_empty_label(void **state)
{
	struct world world;
	world_start(&world);
	for (unsigned i = 0; i < 100; i++)
		query(&world, i, "office");
	reply(&world, 0, false);
	assert_int_equal(world.child_count, 1);
	reply(&world, 0, true);
	assert_int_equal(world.child_count, 101);
	while (world.engine.ask_count > 0)
		reply(&world, 0, false);
	assert_int_equal(world.answers, 100);
	assert_int_equal(world.failures, 0);
	fixture_end(&world.engine);
}

/* The one that all wait for gets no answer: they go on by themselves, and all end. */
static void test_a_silent_server_fails_all(void **state)
{
	struct world world;
	world_start(&world);
	for (unsigned i = 0; i < 100; i++)
		query(&world, i, "");
	for (unsigned i = 0; i < 200; i++)
		pass(&world, 100000);
	assert_int_equal(world.answers, 100);
	assert_int_equal(world.failures, 100);
	assert_true(resolver_is_settled(world.engine.resolver));
	fixture_end(&world.engine);
}

/* More questions than one server may have: the rest wait for their turn, and none fails. */
static void test_turns_are_taken(void **state)
{
	struct world world;
	world_start(&world);
	for (unsigned i = 0; i < MANY; i++)
		query(&world, i, "");
	reply(&world, 0, false);
	assert_int_equal(world.child_count, LIMIT_ASKS_PER_SERVER);
	for (unsigned i = 0; i < 10; i++)
		reply(&world, world.engine.ask_count - 1, false);
	assert_int_equal(world.child_count, LIMIT_ASKS_PER_SERVER + 10);
	assert_int_equal(world.engine.ask_count, LIMIT_ASKS_PER_SERVER);
	while (world.engine.ask_count > 0)
		reply(&world, world.engine.ask_count - 1, false);
	assert_int_equal(world.answers, MANY);
	assert_int_equal(world.failures, 0);
	fixture_end(&world.engine);
}

/* Another worker keeps the only server busy and never gives a turn: those who waited in vain are gone in time. */
static void test_a_crowd_without_turns_ends(void **state)
{
	struct world world;
	world_start(&world);
	for (unsigned i = 0; i < LIMIT_ASKS_PER_SERVER; i++)
		(void)address_book_begin(world.engine.parts.book, &world.hint.endpoint, world.engine.now.mono_us,
					 UINT32_MAX);
	for (unsigned i = 0; i < 5000; i++)
		query(&world, i, "");
	for (unsigned ms = 0; ms < LIMIT_CLIENT_MS + 400; ms += ms < LIMIT_CLIENT_MS ? 1000 : 20)
		pass(&world, ms < LIMIT_CLIENT_MS ? 1000000 : 20000);
	assert_int_equal(world.root_count, 0);
	assert_int_equal(world.answers, 5000);
	assert_true(resolver_is_settled(world.engine.resolver));
	fixture_end(&world.engine);
}

/* A crowd that is given a stale answer while it is looked for anew takes no memory with it. */
static void test_stale_answers_are_found_once(void **state)
{
	struct world world;
	world_start(&world);
	world.engine.policy.is_serve_stale_on = true;
	world.engine.policy.stale_most_s = 86400;
	world.engine.policy.stale_ttl_s = 30;
	world.engine.policy.stale_wait_ms = 1800;
	query(&world, 1, "");
	reply(&world, 0, false);
	reply(&world, 0, false);
	assert_int_equal(world.answers, 1);
	world.engine.now.mono_us += 7200 * 1000000ull;
	query(&world, 1, "");
	pass(&world, 1900000);
	assert_int_equal(world.answers, 2);
	size_t size = arena_size(LIST_FIRST(&world.engine.resolver->all_inquiries)->arena);
	for (unsigned i = 0; i < 1000; i++)
		query(&world, 1, "");
	assert_int_equal(world.answers, 1002);
	assert_int_equal(world.failures, 0);
	assert_int_equal(arena_size(LIST_FIRST(&world.engine.resolver->all_inquiries)->arena), size);
	fixture_end(&world.engine);
}

/* Nothing is left behind when it ends in the middle. */
static void test_an_end_amid_the_crowd(void **state)
{
	struct world world;
	world_start(&world);
	for (unsigned i = 0; i < MANY; i++)
		query(&world, i, "");
	reply(&world, 0, false);
	query(&world, MANY, "office");
	query(&world, MANY + 1, "office");
	fixture_end(&world.engine);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_one_asks_for_many),
		cmocka_unit_test(test_many_pass_an_empty_label),
		cmocka_unit_test(test_a_silent_server_fails_all),
		cmocka_unit_test(test_turns_are_taken),
		cmocka_unit_test(test_an_end_amid_the_crowd),
		cmocka_unit_test(test_a_crowd_without_turns_ends),
		cmocka_unit_test(test_stale_answers_are_found_once),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
