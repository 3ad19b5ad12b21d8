/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Random queries, replies, losses, floods, reloads and ends in a little world whose servers misbehave in turns.
 * Whatever happens, each client gets one answer in time, nothing is left under way, no question stays counted.
 * A run is its seed: SEED and RUNS in the environment play others.
 */
#include "cache/cache.h"
#include "dns/rrtype.h"
#include "resolver/limits.h"
#include "resolver/resolver.h"
#include "tests/unit/cmocka_all.h"
#include "upstream/address_book.h"
#include "upstream/reach.h"

#include <stdio.h>
#include <stdlib.h>

#define CLIENTS 600
#define ASKS_MAX 65536
#define ZONES 6
#define SERVERS 3
#define FILLED 4 /* addresses that another worker keeps full for a while */
#define POLICIES 6

/* What a server does to a question. */
enum mood { WELL, DEAD, SLOW, PLAIN, FAILING, LAME, TRUNCATING, MUMBLING, GUESSED, MOOD_COUNT };

struct kept_ask {
	uint64_t id, due_us;
	struct question question;
	struct name_buffer qname;
	bool is_lost;
};

struct waiting {
	uint64_t since_us;
	bool is_waiting;
};

struct world {
	uint64_t random;
	struct policy_server hints[2];
	struct policy_server forwarder;
	struct policy_zone forward;
	struct ip_prefix everybody;
	struct dns64 dns64;
	struct resolver_policy policies[POLICIES];
	struct resolver_parts parts;
	struct resolver *resolver;
	struct resolver_time now;
	struct kept_ask *asks;
	size_t ask_count;
	struct waiting clients[CLIENTS];
	size_t asked, answered;
	uint8_t moods[ZONES + 2][SERVERS];
	bool is_filled[FILLED];
};

static uint64_t chance(struct world *world, uint64_t below)
{
	world->random = world->random * 6364136223846793005u + 1442695040888963407u;
	return (world->random >> 33) % below;
}

/* --- Addresses: zone and server are in them --- */

#define ROOT_ZONE ZONES
#define FORWARDER_ZONE (ZONES + 1)

static struct ip_addr addr_of(unsigned zone, unsigned server, enum family family)
{
	const uint8_t v6[16] = {0x20, 0x01, 0x0d, 0xb8, (uint8_t)zone, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, (uint8_t)(server + 1)};
	const uint8_t v4[4] = {(uint8_t)(193 + zone), 0, 0, (uint8_t)(server + 1)};
	return family == FAMILY_IPV6 ? ip_addr_v6(v6) : ip_addr_v4(v4);
}

static unsigned zone_of(const struct ip_addr *addr)
{
	return addr->family == FAMILY_IPV6 ? addr->bytes[4] : addr->bytes[0] - 193u;
}

static unsigned server_of(const struct ip_addr *addr)
{
	return (addr->family == FAMILY_IPV6 ? addr->bytes[15] : addr->bytes[3]) - 1u;
}

static struct ip_endpoint filled_of(unsigned index)
{
	return (struct ip_endpoint){.addr = addr_of(index, 0, FAMILY_IPV6), .port = 53};
}

/* --- Start and end --- */

static void policies_start(struct world *world)
{
	world->policies[0] = (struct resolver_policy){.service = "stress",
	                                              .allow = &world->everybody,
	                                              .allow_count = 1,
	                                              .udp_size = 1232,
	                                              .has_family = {[FAMILY_IPV6] = true, [FAMILY_IPV4] = true},
	                                              .port = 53,
	                                              .upstream_udp_size = 1232,
	                                              .minimise = MINIMISE_RELAXED,
	                                              .is_case_mixed = true,
	                                              .is_speculative = true,
	                                              .is_primed = true,
	                                              .is_prefetch_on = true,
	                                              .is_serve_stale_on = true,
	                                              .stale_most_s = 86400,
	                                              .stale_ttl_s = 30,
	                                              .stale_wait_ms = 1800,
	                                              .hints = world->hints,
	                                              .hint_count = 2,
	                                              .node_id = {1, 2, 3},
	                                              .ttl_most_s = 86400,
	                                              .negative_ttl_most_s = 3600};
	for (unsigned i = 1; i < POLICIES; i++)
		world->policies[i] = world->policies[0];
	world->policies[1].minimise = MINIMISE_STRICT;
	world->policies[1].is_glue_hardened = true;
	world->policies[2].dns64 = &world->dns64;
	world->policies[2].is_serve_stale_on = false;
	world->policies[3].is_tcp_only = true;
	world->policies[3].minimise = MINIMISE_OFF;
	world->policies[4].zones = &world->forward;
	world->policies[4].zone_count = 1;
	world->policies[4].has_family[FAMILY_IPV4] = false;
	world->policies[5].fallback = &world->forwarder;
	world->policies[5].fallback_count = 1;
	world->policies[5].is_speculative = false;
	world->policies[5].validation = VALIDATION_ON;
}

static void world_start(struct world *world, uint64_t seed)
{
	uint8_t octets[32] = {1};
	memcpy(octets, &seed, sizeof(seed));
	*world = (struct world){.random = seed,
	                        .everybody = {.addr = {.family = FAMILY_IPV6}},
	                        .now = {.mono_us = 1000000, .wall_s = 1700000000},
	                        .asks = calloc(ASKS_MAX, sizeof(struct kept_ask))};
	for (unsigned i = 0; i < 2; i++)
		world->hints[i] = (struct policy_server){
			.name = name_root, .endpoint = {.addr = addr_of(ROOT_ZONE, i, (enum family)i), .port = 53}};
	world->forwarder = (struct policy_server){
		.name = name_root, .endpoint = {.addr = addr_of(FORWARDER_ZONE, 0, FAMILY_IPV6), .port = 53}};
	world->forward = (struct policy_zone){.zone = {.wire = (const uint8_t *)"\2z2", .size = 4, .labels = 1},
	                                      .is_forward = true,
	                                      .is_first = true,
	                                      .servers = &world->forwarder,
	                                      .server_count = 1};
	world->dns64 = (struct dns64){.clients = &world->everybody, .client_count = 1};
	policies_start(world);
	world->parts =
		(struct resolver_parts){&world->policies[0], cache_new(1 << 20), address_book_new(512), reach_new()};
	world->resolver = resolver_new(&world->parts, octets);
	assert_non_null(world->resolver);
	assert_non_null(world->asks);
}

static void fill(struct world *world, unsigned index, bool is_filled)
{
	const struct ip_endpoint server = filled_of(index);
	if (world->is_filled[index] == is_filled)
		return;
	world->is_filled[index] = is_filled;
	for (unsigned i = 0; i < LIMIT_ASKS_PER_SERVER - 1; i++) {
		if (is_filled)
			(void)address_book_begin(world->parts.book, &server, world->now.mono_us, UINT32_MAX);
		else
			address_book_cancel(world->parts.book, &server);
	}
}

static void nobody_is_counted(struct world *world)
{
	struct ip_endpoint server;
	struct address_facts facts;
	size_t position = 0;
	while (address_book_next(world->parts.book, &position, world->now.mono_us, &server, &facts))
		assert_int_equal(facts.asks, 0);
}

static void world_end(struct world *world)
{
	resolver_free(world->resolver);
	for (unsigned i = 0; i < FILLED; i++)
		fill(world, i, false);
	nobody_is_counted(world);
	cache_free(world->parts.cache);
	address_book_free(world->parts.book);
	reach_free(world->parts.reach);
	free(world->asks);
}

/* --- What the engine wants --- */

static void ask_keep(struct world *world, const struct action *action)
{
	const struct ip_addr *addr = &action->question.server.addr;
	enum mood mood = world->moods[zone_of(addr)][server_of(addr)];
	uint64_t wait_us = 1000 + chance(world, 40000);
	assert_true(world->ask_count < ASKS_MAX);
	struct kept_ask *ask = &world->asks[world->ask_count++];
	*ask = (struct kept_ask){.id = action->ask_id, .question = action->question};
	ask->is_lost = mood == DEAD || chance(world, 20) == 0;
	ask->due_us = world->now.mono_us + (mood == SLOW ? 100000 + chance(world, 4000000) : wait_us);
	(void)name_copy(action->question.qname, &ask->qname);
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

static void answer_take(struct world *world, const struct action *action)
{
	struct waiting *client = action->owner;
	assert_true(client->is_waiting);
	client->is_waiting = false;
	world->answered++;
	assert_in_range(world->now.mono_us - client->since_us, 0, LIMIT_CLIENT_MS * 1000 + 1000);
}

static void act(struct world *world)
{
	struct action action;
	while (resolver_act(world->resolver, world->now, &action)) {
		if (action.kind == ACTION_ASK)
			ask_keep(world, &action);
		if (action.kind == ACTION_CANCEL)
			ask_drop(world, action.ask_id);
		if (action.kind == ACTION_ANSWER)
			answer_take(world, &action);
	}
}

/* --- Replies --- */

static void label_put(struct writer *out, const char *text)
{
	writer_u8(out, (uint8_t)strlen(text));
	writer_bytes(out, text, strlen(text));
}

static void zone_put(struct writer *out, unsigned zone)
{
	char label[8];
	snprintf(label, sizeof(label), "z%u", zone);
	if (zone < ZONES)
		label_put(out, label);
	writer_u8(out, 0);
}

static void server_put(struct writer *out, unsigned zone, unsigned server)
{
	char label[8];
	snprintf(label, sizeof(label), "ns%u", server);
	label_put(out, label);
	zone_put(out, zone);
}

static void record_put(struct writer *out, uint16_t type, uint32_t ttl_s, const void *rdata, uint16_t size)
{
	writer_u16(out, type);
	writer_u16(out, 1);
	writer_u16(out, (uint16_t)(ttl_s >> 16));
	writer_u16(out, (uint16_t)ttl_s);
	writer_u16(out, size);
	writer_bytes(out, rdata, size);
}

struct reply {
	struct writer out;
	uint16_t flags;
	uint16_t counts[3];
};

/* Where the servers of a zone are: some in others, two in each other and nowhere else. */
static unsigned home_of(unsigned zone, unsigned server)
{
	static const uint8_t homes[ZONES][SERVERS] = {{0, 0, 0}, {1, 1, 1}, {2, 2, 2}, {0, 1, 2}, {5, 5, 3}, {4, 4, 4}};
	return zone < ZONES ? homes[zone][server] : zone;
}

static void servers_put(struct world *world, struct reply *reply, unsigned zone, unsigned section, uint32_t ttl_s)
{
	for (unsigned server = 0; server < SERVERS; server++) {
		uint8_t rdata[32];
		struct writer target = writer_of(rdata, sizeof(rdata));
		server_put(&target, home_of(zone, server), server);
		zone_put(&reply->out, zone);
		record_put(&reply->out, RR_NS, ttl_s, rdata, (uint16_t)target.size);
		reply->counts[section]++;
	}
	for (unsigned server = 0; server < SERVERS; server++) {
		for (enum family family = FAMILY_IPV6; family < FAMILY_COUNT; family++) {
			struct ip_addr addr = addr_of(home_of(zone, server), server, family);
			if (home_of(zone, server) != zone || chance(world, 4) == 0)
				continue;
			server_put(&reply->out, zone, server);
			bool is_v6 = family == FAMILY_IPV6;
			record_put(&reply->out, is_v6 ? RR_AAAA : RR_A, ttl_s, addr.bytes, is_v6 ? 16 : 4);
			reply->counts[2]++;
		}
	}
}

static void denial_put(struct reply *reply, unsigned zone)
{
	static const uint8_t soa[22] = {[5] = 1, [9] = 60, [13] = 60, [17] = 60, [21] = 5};
	zone_put(&reply->out, zone);
	record_put(&reply->out, RR_SOA, 5, soa, sizeof(soa));
	reply->counts[1]++;
}

/* The label that says which zone: the last one, "zN". ZONES: none. */
static unsigned zone_named(struct name name)
{
	if (name.labels == 0)
		return ZONES;
	struct name last = name_strip(name, name.labels - 1u);
	return last.size == 4 && (last.wire[1] | 32) == 'z' && last.wire[2] >= '0' && last.wire[2] < '0' + ZONES
	               ? last.wire[2] - '0'
	               : ZONES;
}

static void address_put(struct world *world, struct reply *reply, struct name name, uint16_t type, unsigned zone)
{
	bool is_server = name.labels == 2 && (name.wire[1] | 32) == 'n';
	unsigned server = is_server ? (name.wire[3] - '0') % SERVERS : 0;
	struct ip_addr addr = addr_of(zone, server, type == RR_A ? FAMILY_IPV4 : FAMILY_IPV6);
	writer_u16(&reply->out, 0xc00c);
	record_put(&reply->out, type, (uint32_t)chance(world, 8), addr.bytes, type == RR_A ? 4 : 16);
	reply->counts[0]++;
}

/* Of a host: h1 is another one's alias, h2 is not there, h3 has no AAAA, the rest has all. */
static void host_put(struct world *world, struct reply *reply, struct name name, uint16_t type, unsigned zone)
{
	uint8_t target[8];
	char which = name.size > 2 && (name.wire[1] | 32) == 'h' ? (char)name.wire[2] : '0';
	struct writer out = writer_of(target, sizeof(target));
	if (which == '1' && type != RR_NS) {
		label_put(&out, chance(world, 3) == 0 ? "h1" : "h3");
		zone_put(&out, (unsigned)chance(world, ZONES));
		writer_u16(&reply->out, 0xc00c);
		record_put(&reply->out, RR_CNAME, (uint32_t)chance(world, 8), target, (uint16_t)out.size);
		reply->counts[0]++;
	} else if (which == '2') {
		reply->flags |= RCODE_NXDOMAIN;
		denial_put(reply, zone);
	} else if (type == RR_A || (type == RR_AAAA && which != '3')) {
		address_put(world, reply, name, type, zone);
	} else {
		denial_put(reply, zone);
	}
}

static void body_put(struct world *world, struct reply *reply, unsigned at, const struct question *question)
{
	unsigned zone = zone_named(question->qname);
	uint32_t ttl_s = (uint32_t)chance(world, 20);
	bool is_apex = question->qname.labels == (at == ROOT_ZONE ? 0 : 1);
	if (at == FORWARDER_ZONE) {
		reply->flags |= HEADER_RA;
		host_put(world, reply, question->qname, question->qtype, zone % ZONES);
	} else if (at == ROOT_ZONE && zone < ZONES) {
		servers_put(world, reply, zone, 1, ttl_s);
	} else if (question->qtype == RR_NS && is_apex) {
		reply->flags |= HEADER_AA;
		servers_put(world, reply, at, 0, ttl_s);
	} else if (at == ROOT_ZONE) {
		reply->flags |= HEADER_AA | RCODE_NXDOMAIN;
		denial_put(reply, at);
	} else {
		reply->flags |= HEADER_AA;
		host_put(world, reply, question->qname, question->qtype, zone % ZONES);
	}
}

static void mood_put(struct world *world, struct reply *reply, enum mood mood, const struct kept_ask *ask, unsigned at)
{
	switch (mood) {
	case PLAIN:
		if (ask->question.edns_size != 0) {
			reply->flags |= RCODE_FORMERR;
			return;
		}
		break;
	case FAILING:
		reply->flags |= RCODE_SERVFAIL;
		return;
	case LAME:
		servers_put(world, reply, ROOT_ZONE, 1, 60);
		return;
	case TRUNCATING:
		if (ask->question.transport == QUESTION_UDP) {
			reply->flags |= HEADER_TC;
			return;
		}
		break;
	default:
		break;
	}
	body_put(world, reply, at, &ask->question);
}

static void message_reply(struct world *world, const struct kept_ask *ask, enum mood mood)
{
	uint8_t octets[2048];
	struct reply reply = {.out = writer_of(octets, sizeof(octets)), .flags = HEADER_QR};
	unsigned at = zone_of(&ask->question.server.addr);
	writer_bytes(&reply.out, "\0\0\0\0\0\1\0\0\0\0\0\0", 12);
	writer_bytes(&reply.out, ask->qname.wire, ask->question.qname.size);
	writer_u16(&reply.out, ask->question.qtype);
	writer_u16(&reply.out, 1);
	mood_put(world, &reply, mood, ask, at);
	store_u16(octets + 2, reply.flags);
	for (unsigned i = 0; i < 3; i++)
		store_u16(octets + 6 + 2 * i, reply.counts[i]);
	assert_false(reply.out.is_full);
	if (mood == MUMBLING)
		reply.out.size = chance(world, reply.out.size);
	resolver_reply(world->resolver, world->now, ask->id, writer_span(&reply.out));
}

static void ask_end(struct world *world, size_t index)
{
	struct kept_ask ask = world->asks[index];
	const struct ip_addr *addr = &ask.question.server.addr;
	enum mood mood = world->moods[zone_of(addr)][server_of(addr)];
	ask.question.qname.wire = ask.qname.wire;
	if (chance(world, 30) == 0) {
		ask_drop(world, ask.id);
		resolver_unreachable(world->resolver, world->now, ask.id, (enum ask_failure)chance(world, ASK_OVERLOAD + 1));
	} else if (mood == GUESSED && ask.question.transport == QUESTION_UDP) {
		resolver_suspicious(world->resolver, world->now, ask.id);
	} else {
		ask_drop(world, ask.id);
		message_reply(world, &ask, mood);
	}
	act(world);
}

/* --- Time --- */

static uint64_t next_due(const struct world *world, size_t *ret)
{
	uint64_t due_us = UINT64_MAX;
	for (size_t i = 0; i < world->ask_count; i++) {
		if (world->asks[i].is_lost || world->asks[i].due_us >= due_us)
			continue;
		due_us = world->asks[i].due_us;
		*ret = i;
	}
	return due_us;
}

static void pass_to(struct world *world, uint64_t until_us)
{
	for (;;) {
		size_t index = 0;
		uint64_t due_us = next_due(world, &index), alarm_us = resolver_deadline_us(world->resolver);
		uint64_t next_us = due_us < alarm_us ? due_us : alarm_us;
		if (next_us > until_us)
			break;
		if (next_us > world->now.mono_us)
			world->now.mono_us = next_us;
		if (due_us <= alarm_us) {
			ask_end(world, index);
			continue;
		}
		resolver_tick(world->resolver, world->now);
		act(world);
	}
	world->now.mono_us = until_us;
}

/* --- Clients --- */

static struct waiting *client_free(struct world *world)
{
	for (unsigned i = 0; i < CLIENTS; i++) {
		if (!world->clients[i].is_waiting)
			return &world->clients[i];
	}
	return NULL;
}

static void query(struct world *world)
{
	static const uint16_t types[] = {RR_A, RR_AAAA, RR_AAAA, RR_NS, RR_DS, RR_TXT};
	uint8_t message[512], answer[1232];
	char host[16];
	struct writer out = writer_of(message, sizeof(message)), answered = writer_of(answer, sizeof(answer));
	struct query_event event;
	struct waiting *client = client_free(world);
	unsigned zone = (unsigned)chance(world, ZONES + 1);
	if (client == NULL)
		return;
	writer_bytes(&out, "\x12\x34\1\0\0\1\0\0\0\0\0\0", 12);
	snprintf(host, sizeof(host), "h%u", (unsigned)chance(world, 40));
	if (chance(world, 10) > 0)
		label_put(&out, chance(world, 10) == 0 ? "ns1" : host);
	for (uint64_t i = chance(world, 3); i > 0; i--)
		label_put(&out, i == 1 ? "office" : "sub");
	zone_put(&out, zone);
	writer_u16(&out, types[chance(world, sizeof(types) / sizeof(types[0]))]);
	writer_u16(&out, 1);
	if (chance(world, 4) == 0)
		message[3] = 0x10; /* CD */
	const struct resolver_request request = {.message = writer_span(&out),
	                                         .transport = TRANSPORT_UDP,
	                                         .client = {.addr = addr_of(9, 9, FAMILY_IPV6), .port = 5300},
	                                         .owner = client};
	*client = (struct waiting){.since_us = world->now.mono_us, .is_waiting = true};
	world->asked++;
	switch (resolver_query(world->resolver, world->now, &request, &answered, &event)) {
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
	resolver_forget(world->resolver, client);
	client->is_waiting = false;
	world->answered++;
}

/* --- The run --- */

static void moods_change(struct world *world)
{
	for (unsigned zone = 0; zone < ZONES + 2; zone++) {
		for (unsigned server = 0; server < SERVERS; server++)
			world->moods[zone][server] = chance(world, 3) > 0 ? WELL : (uint8_t)chance(world, MOOD_COUNT);
	}
}

static void event(struct world *world)
{
	switch (chance(world, 400)) {
	case 0:
		moods_change(world);
		break;
	case 1:
		resolver_set_policy(world->resolver, &world->policies[chance(world, POLICIES)]);
		break;
	case 2:
		resolver_flush(world->resolver, name_root, true);
		cache_flush(world->parts.cache, name_root, true);
		break;
	case 3:
		address_book_forget(world->parts.book, NULL);
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
		pass_to(world, world->now.mono_us + chance(world, chance(world, 20) == 0 ? 2000000 : 20000));
}

static void settle(struct world *world)
{
	struct resolver_load load;
	pass_to(world, world->now.mono_us + LIMIT_CLIENT_MS * 1000 + 1000);
	for (unsigned i = 0; i < CLIENTS; i++)
		assert_false(world->clients[i].is_waiting);
	assert_int_equal(world->answered, world->asked);
	/* What nobody waits for may have begun at the very end: priming, refreshing, revalidation. */
	pass_to(world, world->now.mono_us + 2 * LIMIT_CLIENT_MS * 1000);
	resolver_load(world->resolver, &load);
	assert_int_equal(load.asks, 0);
	assert_true(resolver_is_settled(world->resolver));
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
