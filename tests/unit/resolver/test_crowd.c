/* SPDX-License-Identifier: BSD-2-Clause */
#include "cache/cache.h"
#include "dns/rrtype.h"
#include "resolver/engine.h"
#include "tests/unit/cmocka_all.h"
#include "upstream/address_book.h"
#include "upstream/reach.h"

#include <stdio.h>
#include <stdlib.h>

#define MANY (LIMIT_ASKS_PER_SERVER + 100)

struct kept_ask {
	uint64_t id;
	bool is_at_child;
	struct name_buffer qname;
	uint8_t qname_size;
	uint16_t qtype;
};

/* A root and one zone below it, z., each with one server; the questions that are under way. */
struct world {
	struct policy_server hint;
	struct ip_prefix everybody;
	struct resolver_policy policy;
	struct resolver_parts parts;
	struct resolver *resolver;
	struct resolver_time now;
	struct kept_ask *asks;
	size_t ask_count, root_count, child_count; /* under way; ever */
	size_t answers, failures;
};

static struct ip_addr addr_of(const char *text)
{
	struct ip_addr addr;
	assert_int_equal(ip_addr_from_text(text, &addr), ERR_OK);
	return addr;
}

static void world_start(struct world *world)
{
	static const uint8_t seed[32] = {1};
	*world = (struct world){
		.hint = {.name = name_root, .endpoint = {.addr = addr_of("2001:db8::53"), .port = 53}},
		.everybody = {.addr = {.family = FAMILY_IPV6}},
		.now = {.mono_us = 1000000, .wall_s = 1700000000},
		.asks = calloc(2 * MANY, sizeof(struct kept_ask)),
	};
	world->policy = (struct resolver_policy){.service = "crowd",
						 .allow = &world->everybody,
						 .allow_count = 1,
						 .udp_size = 1232,
						 .has_family = {[FAMILY_IPV6] = true},
						 .port = 53,
						 .upstream_udp_size = 1232,
						 .minimise = MINIMISE_RELAXED,
						 .hints = &world->hint,
						 .hint_count = 1,
						 .node_id = {1, 2, 3},
						 .ttl_most_s = 86400,
						 .negative_ttl_most_s = 3600};
	world->parts = (struct resolver_parts){&world->policy, cache_new(8 << 20), address_book_new(64), reach_new()};
	world->resolver = resolver_new(&world->parts, seed);
	assert_non_null(world->resolver);
	assert_non_null(world->asks);
}

static void world_end(struct world *world)
{
	resolver_free(world->resolver);
	cache_free(world->parts.cache);
	address_book_free(world->parts.book);
	reach_free(world->parts.reach);
	free(world->asks);
}

static void ask_keep(struct world *world, const struct action *action)
{
	bool is_at_child = !ip_addr_equal(&action->question.server.addr, &world->hint.endpoint.addr);
	assert_true(world->ask_count < 2 * MANY);
	struct kept_ask *ask = &world->asks[world->ask_count++];
	*ask = (struct kept_ask){.id = action->ask_id,
				 .is_at_child = is_at_child,
				 .qname_size = action->question.qname.size,
				 .qtype = action->question.qtype};
	name_copy(action->question.qname, &ask->qname);
	world->root_count += !is_at_child;
	world->child_count += is_at_child;
}

static void ask_drop(struct world *world, uint64_t id)
{
	for (size_t i = 0; i < world->ask_count; i++) {
		if (world->asks[i].id == id) {
			world->asks[i] = world->asks[--world->ask_count];
			return;
		}
	}
}

static void act(struct world *world)
{
	struct action action;
	while (resolver_act(world->resolver, world->now, &action)) {
		if (action.kind == ACTION_ASK)
			ask_keep(world, &action);
		if (action.kind == ACTION_CANCEL)
			ask_drop(world, action.ask_id);
		if (action.kind != ACTION_ANSWER)
			continue;
		world->answers++;
		world->failures += (action.message.data[3] & 15) != RCODE_NOERROR;
	}
}

/* Asks for the A record of nNUMBER.z, below another label if one is given. */
static void query(struct world *world, unsigned number, const char *below)
{
	uint8_t message[512], answer[1232];
	char label[16];
	struct writer out = writer_of(message, sizeof(message)), answered = writer_of(answer, sizeof(answer));
	struct query_event event;
	writer_bytes(&out, (const uint8_t *)"\x12\x34\1\0\0\1\0\0\0\0\0\0", 12);
	writer_u8(&out, (uint8_t)snprintf(label, sizeof(label), "n%u", number));
	writer_bytes(&out, (const uint8_t *)label, strlen(label));
	if (below[0] != '\0') {
		writer_u8(&out, (uint8_t)strlen(below));
		writer_bytes(&out, (const uint8_t *)below, strlen(below));
	}
	writer_bytes(&out, (const uint8_t *)"\1z\0\0\1\0\1", 7);
	const struct resolver_request request = {.message = writer_span(&out),
						 .transport = TRANSPORT_UDP,
						 .client = {.addr = addr_of("2001:db8:c::1"), .port = 5300},
						 .owner = (void *)(uintptr_t)(number + 1)};
	assert_int_equal(resolver_query(world->resolver, world->now, &request, &answered, &event), RESOLVER_WAITING);
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
	struct kept_ask ask = world->asks[index];
	uint8_t message[512];
	struct writer out = writer_of(message, sizeof(message));
	ask_drop(world, ask.id);
	writer_bytes(&out, (const uint8_t *)"\0\0", 2);
	writer_u16(&out, ask.is_at_child ? 0x8400 : 0x8000);
	writer_u16(&out, 1);
	writer_u16(&out, ask.is_at_child && !is_empty);
	writer_u16(&out, !ask.is_at_child || is_empty);
	writer_u16(&out, !ask.is_at_child);
	writer_bytes(&out, ask.qname.wire, ask.qname_size);
	writer_u16(&out, ask.qtype);
	writer_u16(&out, 1);
	if (!ask.is_at_child)
		writer_bytes(&out, referral, sizeof(referral) - 1);
	else if (is_empty)
		writer_bytes(&out, soa, sizeof(soa) - 1);
	else
		writer_bytes(&out, answer, sizeof(answer) - 1);
	resolver_reply(world->resolver, world->now, ask.id, writer_span(&out));
	act(world);
}

static void pass(struct world *world, uint64_t us)
{
	world->now.mono_us += us;
	do {
		resolver_tick(world->resolver, world->now);
		act(world);
	} while (resolver_deadline_us(world->resolver) <= world->now.mono_us);
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
	while (world.ask_count > 0)
		reply(&world, 0, false);
	assert_int_equal(world.answers, 100);
	assert_int_equal(world.failures, 0);
	world_end(&world);
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
	while (world.ask_count > 0)
		reply(&world, 0, false);
	assert_int_equal(world.answers, 100);
	assert_int_equal(world.failures, 0);
	world_end(&world);
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
	assert_true(resolver_is_settled(world.resolver));
	world_end(&world);
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
		reply(&world, world.ask_count - 1, false);
	assert_int_equal(world.child_count, LIMIT_ASKS_PER_SERVER + 10);
	assert_int_equal(world.ask_count, LIMIT_ASKS_PER_SERVER);
	while (world.ask_count > 0)
		reply(&world, world.ask_count - 1, false);
	assert_int_equal(world.answers, MANY);
	assert_int_equal(world.failures, 0);
	world_end(&world);
}

/* Another worker keeps the only server busy and never gives a turn: those who waited in vain are gone in time. */
static void test_a_crowd_without_turns_ends(void **state)
{
	struct world world;
	world_start(&world);
	for (unsigned i = 0; i < LIMIT_ASKS_PER_SERVER; i++)
		(void)address_book_begin(world.parts.book, &world.hint.endpoint, world.now.mono_us, UINT32_MAX);
	for (unsigned i = 0; i < 5000; i++)
		query(&world, i, "");
	for (unsigned ms = 0; ms < LIMIT_CLIENT_MS + 400; ms += ms < LIMIT_CLIENT_MS ? 1000 : 20)
		pass(&world, ms < LIMIT_CLIENT_MS ? 1000000 : 20000);
	assert_int_equal(world.root_count, 0);
	assert_int_equal(world.answers, 5000);
	assert_true(resolver_is_settled(world.resolver));
	world_end(&world);
}

/* A crowd that is given a stale answer while it is looked for anew takes no memory with it. */
static void test_stale_answers_are_found_once(void **state)
{
	struct world world;
	world_start(&world);
	world.policy.is_serve_stale_on = true;
	world.policy.stale_most_s = 86400;
	world.policy.stale_ttl_s = 30;
	world.policy.stale_wait_ms = 1800;
	query(&world, 1, "");
	reply(&world, 0, false);
	reply(&world, 0, false);
	assert_int_equal(world.answers, 1);
	world.now.mono_us += 7200 * 1000000ull;
	query(&world, 1, "");
	pass(&world, 1900000);
	assert_int_equal(world.answers, 2);
	size_t size = arena_size(LIST_FIRST(&world.resolver->all_inquiries)->arena);
	for (unsigned i = 0; i < 1000; i++)
		query(&world, 1, "");
	assert_int_equal(world.answers, 1002);
	assert_int_equal(world.failures, 0);
	assert_int_equal(arena_size(LIST_FIRST(&world.resolver->all_inquiries)->arena), size);
	world_end(&world);
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
	world_end(&world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_one_asks_for_many),         cmocka_unit_test(test_many_pass_an_empty_label),
		cmocka_unit_test(test_a_silent_server_fails_all), cmocka_unit_test(test_turns_are_taken),
		cmocka_unit_test(test_an_end_amid_the_crowd),     cmocka_unit_test(test_a_crowd_without_turns_ends),
		cmocka_unit_test(test_stale_answers_are_found_once),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
