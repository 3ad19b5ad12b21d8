/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/resolver/engine_fixture.h"

#include <stdlib.h>

#define ADDRESSES 512

void fixture_prepare(struct fixture *fixture, const char *service)
{
	*fixture = (struct fixture){.everybody = {.addr = {.family = FAMILY_IPV6}},
				    .now = {.mono_us = 1000000, .wall_s = 1700000000}};
	fixture->policy = (struct resolver_policy){.service = service,
						   .allow = &fixture->everybody,
						   .allow_count = 1,
						   .udp_size = 1232,
						   .has_family = {[FAMILY_IPV6] = true},
						   .port = 53,
						   .upstream_udp_size = 1232,
						   .node_id = {1, 2, 3},
						   .ttl_most_s = 86400,
						   .negative_ttl_most_s = 3600};
}

void fixture_start(struct fixture *fixture, size_t cache_size, size_t asks_most, uint64_t seed)
{
	uint8_t octets[32] = {0};
	memcpy(octets, &seed, sizeof(seed));
	fixture->parts = (struct resolver_parts){&fixture->policy, cache_new(cache_size), address_book_new(ADDRESSES),
						 reach_new()};
	fixture->resolver = resolver_new(&fixture->parts, octets);
	assert_non_null(fixture->resolver);
	if (asks_most > 0) {
		fixture->asks = calloc(asks_most, sizeof(*fixture->asks));
		assert_non_null(fixture->asks);
	}
	fixture->asks_most = asks_most;
}

void fixture_end(struct fixture *fixture)
{
	resolver_free(fixture->resolver);
	cache_free(fixture->parts.cache);
	address_book_free(fixture->parts.book);
	reach_free(fixture->parts.reach);
	free(fixture->asks);
}

struct ip_addr addr_text(const char *text)
{
	struct ip_addr addr;
	assert_int_equal(ip_addr_from_text(text, &addr), ERR_OK);
	return addr;
}

struct policy_server server_at(struct ip_addr addr)
{
	return (struct policy_server){.name = name_root, .endpoint = {.addr = addr, .port = 53}};
}

enum resolver_taken fixture_query(struct fixture *fixture, const struct client_query *query)
{
	uint8_t message[512], answer[1232];
	struct writer out = writer_of(message, sizeof(message)), answered = writer_of(answer, sizeof(answer));
	struct query_event event;
	writer_bytes(&out, "\x12\x34\1\0\0\1\0\0\0\0\0\0", 12); /* RD */
	writer_bytes(&out, query->qname.data, query->qname.size);
	writer_u16(&out, query->qtype);
	writer_u16(&out, 1);
	message[3] = query->is_cd ? 0x10 : 0;
	const struct resolver_request request = {.message = writer_span(&out),
						 .transport = TRANSPORT_UDP,
						 .client = {.addr = addr_text(query->client), .port = 5300},
						 .owner = query->owner};
	return resolver_query(fixture->resolver, fixture->now, &request, &answered, &event);
}

struct kept_ask *ask_keep(struct fixture *fixture, const struct action *action)
{
	assert_true(fixture->ask_count < fixture->asks_most);
	struct kept_ask *ask = &fixture->asks[fixture->ask_count++];
	*ask = (struct kept_ask){.id = action->ask_id, .question = action->question};
	(void)name_copy(action->question.qname, &ask->qname);
	return ask;
}

void ask_drop(struct fixture *fixture, uint64_t id)
{
	for (size_t i = 0; i < fixture->ask_count; i++) {
		if (fixture->asks[i].id == id) {
			fixture->asks[i] = fixture->asks[--fixture->ask_count];
			return;
		}
	}
}
