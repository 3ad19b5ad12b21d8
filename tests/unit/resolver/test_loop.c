/* SPDX-License-Identifier: BSD-2-Clause */
#include "cache/cache.h"
#include "dns/rrtype.h"
#include "resolver/resolver.h"
#include "tests/unit/cmocka_all.h"
#include "upstream/address_book.h"
#include "upstream/reach.h"

#define QUERY_HEAD "\x12\x34\1\0\0\1\0\0\0\0\0\0"
#define QUERY_TAIL "\0\x1c\0\1"

/* An IPv6-only resolver without a route, and a dual-stack one that it falls back to. */
struct world {
	struct policy_server hint, fallback;
	struct ip_prefix everybody;
	struct resolver_policy policy;
	struct resolver_parts parts;
	struct resolver *resolver;
	struct resolver_time now;
	struct name_buffer asked; /* what the fallback was asked, as it was written */
	uint8_t asked_size;
	unsigned answers, notes;
	uint8_t rcode; /* of the last answer */
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
		.fallback = {.name = name_root, .endpoint = {.addr = addr_of("2001:db8:fa::53"), .port = 53}},
		.everybody = {.addr = {.family = FAMILY_IPV6}},
		.now = {.mono_us = 1000000, .wall_s = 1700000000},
	};
	world->policy = (struct resolver_policy){.service = "loop",
	                                         .allow = &world->everybody,
	                                         .allow_count = 1,
	                                         .udp_size = 1232,
	                                         .has_family = {[FAMILY_IPV6] = true},
	                                         .port = 53,
	                                         .upstream_udp_size = 1232,
	                                         .hints = &world->hint,
	                                         .hint_count = 1,
	                                         .fallback = &world->fallback,
	                                         .fallback_count = 1,
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

static void ask_take(struct world *world, const struct action *action)
{
	if (!ip_addr_equal(&action->question.server.addr, &world->fallback.endpoint.addr)) {
		resolver_unreachable(world->resolver, world->now, action->ask_id, ASK_NO_ROUTE);
		return;
	}
	name_copy(action->question.qname, &world->asked);
	world->asked_size = action->question.qname.size;
	assert_false(action->question.is_case_mixed);
}

static void act(struct world *world)
{
	struct action action;
	while (resolver_act(world->resolver, world->now, &action)) {
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
	uint8_t message[512], answer[1232];
	struct writer out = writer_of(message, sizeof(message)), answered = writer_of(answer, sizeof(answer));
	struct query_event event;
	writer_bytes(&out, (const uint8_t *)QUERY_HEAD, sizeof(QUERY_HEAD) - 1);
	writer_bytes(&out, name, size);
	writer_bytes(&out, (const uint8_t *)QUERY_TAIL, sizeof(QUERY_TAIL) - 1);
	const struct resolver_request request = {.message = writer_span(&out),
	                                         .transport = TRANSPORT_UDP,
	                                         .client = {.addr = addr_of(client), .port = 5300},
	                                         .owner = world};
	assert_int_equal(resolver_query(world->resolver, world->now, &request, &answered, &event), RESOLVER_WAITING);
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
	world_end(&world);
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
	world_end(&world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_question_that_comes_back),
		cmocka_unit_test(test_short_names_are_not_marked),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
