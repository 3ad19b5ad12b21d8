/* SPDX-License-Identifier: BSD-2-Clause */
/* The engine between one client and servers that answer anything: it must end, answer once, and stay inside its limits. */
#include "base/snapshot.h"
#include "resolver/limits.h"
#include "resolver/resolver.h"
#include "cache/cache.h"
#include "dns/rrtype.h"
#include "dnssec/anchors.h"
#include "upstream/address_book.h"
#include "upstream/reach.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define ROUNDS_MAX 2000

static void claim(bool is_true)
{
	if (!is_true)
		abort();
}

struct world {
	struct span rest; /* of the input */
	struct resolver *resolver;
	struct resolver_time now;
	unsigned asks, answers;
};

/* A chunk of the input behind the question: section counts, flags, records. False: silence. */
static void reply(struct world *world, const struct action *action)
{
	static const uint8_t seed[32];
	uint8_t message[1024];
	uint8_t kind, length;
	struct span chunk = {0};
	size_t size = question_encode(&action->question, 0, seed, message);
	if (!span_take_u8(&world->rest, &kind) || kind < 16)
		return;
	if (kind < 24) {
		resolver_unreachable(world->resolver, world->now, action->ask_id, (enum ask_failure)(kind % 4));
		return;
	}
	size = HEADER_SIZE + action->question.qname.size + 4u;
	if (span_take_u8(&world->rest, &length) && length < world->rest.size)
		(void)span_take(&world->rest, length, &chunk);
	if (chunk.size >= 5) {
		store_u16(message + 2, HEADER_QR | load_u16(chunk.data) % 0x0610);
		for (unsigned i = 0; i < 3; i++)
			store_u16(message + 6 + 2 * i, chunk.data[2 + i] % 8);
		memcpy(message + size, chunk.data + 5, chunk.size - 5);
		size += chunk.size - 5;
	}
	resolver_reply(world->resolver, world->now, action->ask_id, span_of(message, size));
}

static void act(struct world *world)
{
	struct action action;
	while (resolver_act(world->resolver, world->now, &action)) {
		if (action.kind == ACTION_ASK) {
			world->asks++;
			claim(action.question.qname.size > 0 && action.question.server.port != 0);
			reply(world, &action);
		} else if (action.kind == ACTION_ANSWER) {
			world->answers++;
			claim(action.message.size >= HEADER_SIZE && (action.message.data[2] & 0x80));
		}
	}
}

static void play(struct world *world)
{
	static const uint8_t query[] = "\x12\x34\x01\x00\0\1\0\0\0\0\0\1\3www\7example\0\0\x1c\0\1\0\0\x29\x04\xd0\0\0\x80\0\0\0";
	const struct resolver_request request = {.message = span_of(query, sizeof(query) - 1),
	                                         .transport = TRANSPORT_UDP,
	                                         .client = {.addr = ip_addr_v6((const uint8_t *)"\x20\1\xd\xb8\0\0\0\0\0\0\0\0\0\0\0\1"), .port = 1000},
	                                         .owner = world};
	uint8_t out_octets[4096];
	struct writer out = writer_of(out_octets, sizeof(out_octets));
	struct query_event event;
	enum resolver_taken taken = resolver_query(world->resolver, world->now, &request, &out, &event);
	claim(taken == RESOLVER_WAITING);
	act(world);
	for (unsigned i = 0; i < ROUNDS_MAX && !resolver_is_settled(world->resolver); i++) {
		uint64_t next_us = resolver_deadline_us(world->resolver);
		claim(next_us != UINT64_MAX);
		world->now.mono_us = next_us > world->now.mono_us ? next_us : world->now.mono_us;
		resolver_tick(world->resolver, world->now);
		act(world);
	}
	claim(resolver_is_settled(world->resolver));
	claim(world->answers == 1);
	claim(world->asks <= LIMIT_ASKS_PER_CLIENT);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct ip_prefix everybody = {.addr = {.family = FAMILY_IPV6}};
	static const uint8_t seed[32] = {1};
	struct policy_server hints[2] = {
		{.name = name_root, .endpoint = {.addr = ip_addr_v6((const uint8_t *)"\x20\1\xd\xb8\0\0\0\0\0\0\0\0\0\0\0\x53"), .port = 53}},
		{.name = name_root, .endpoint = {.addr = ip_addr_v4((const uint8_t *)"\300\0\2\1"), .port = 53}}};
	struct resolver_policy policy = {.service = "fuzz", .allow = &everybody, .allow_count = 1, .udp_size = 1232,
	                                 .has_family = {true, true}, .port = 53, .upstream_udp_size = 1232,
	                                 .minimise = MINIMISE_RELAXED, .is_glue_hardened = true, .hints = hints,
	                                 .hint_count = 2, .ttl_most_s = 86400, .negative_ttl_most_s = 3600,
	                                 .is_aggressive = true, .validation = VALIDATION_ON};
	policy.anchors = anchors_new();
	struct resolver_parts parts = {&policy, cache_new(1 << 20), address_book_new(64), reach_new()};
	if (size > 0 && data[0] & 1)
		claim(anchors_add_text((struct anchors *)(uintptr_t)policy.anchors,
		                       span_text(". DS 20326 8 2 "
		                                 "E06D44B80B8F1D39A95C0B0D7C65D08458E880409BBC683457104237C7F8EC8D")) == ERR_OK);
	struct world world = {.rest = span_of(data + (size > 0), size > 0 ? size - 1 : 0),
	                      .resolver = resolver_new(&parts, seed),
	                      .now = {.mono_us = 1000000, .wall_s = 1700000000}};
	play(&world);
	resolver_free(world.resolver);
	cache_free(parts.cache);
	address_book_free(parts.book);
	reach_free(parts.reach);
	anchors_free((struct anchors *)(uintptr_t)policy.anchors);
	return 0;
}
