/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/resolver/stress_world.h"

#include <stdio.h>

#define ASKS_MAX 65536

/* What a server does to a question. */
enum mood { WELL, DEAD, SLOW, PLAIN, FAILING, LAME, TRUNCATING, MUMBLING, GUESSED, MOOD_COUNT };

uint64_t chance(struct world *world, uint64_t below)
{
	world->random = world->random * 6364136223846793005u + 1442695040888963407u;
	return (world->random >> 33) % below;
}

/* --- Addresses: zone and server are in them --- */

#define ROOT_ZONE ZONES
#define FORWARDER_ZONE (ZONES + 1)

static struct ip_addr server_addr(unsigned zone, unsigned server, enum family family)
{
	const uint8_t v6[16] = {0x20, 0x01, 0x0d, 0xb8, (uint8_t)zone,        0, 0, 0, 0, 0, 0,
				0,    0,    0,    0,    (uint8_t)(server + 1)};
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
	return (struct ip_endpoint){.addr = server_addr(index, 0, FAMILY_IPV6), .port = 53};
}

/* --- Start and end --- */

static void policy_start(struct world *world)
{
	struct resolver_policy *policy = &world->engine.policy;
	policy->has_family[FAMILY_IPV4] = true;
	policy->minimise = MINIMISE_RELAXED;
	policy->is_case_mixed = policy->is_speculative = policy->is_primed = policy->is_prefetch_on = true;
	policy->is_serve_stale_on = true;
	policy->stale_most_s = 86400;
	policy->stale_ttl_s = 30;
	policy->stale_wait_ms = 1800;
	policy->hints = world->hints;
	policy->hint_count = 2;
}

static void policies_start(struct world *world)
{
	for (unsigned i = 0; i < POLICIES; i++)
		world->policies[i] = world->engine.policy;
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

void world_start(struct world *world, uint64_t seed)
{
	*world = (struct world){.random = seed};
	for (unsigned i = 0; i < 2; i++)
		world->hints[i] = server_at(server_addr(ROOT_ZONE, i, (enum family)i));
	world->forwarder = server_at(server_addr(FORWARDER_ZONE, 0, FAMILY_IPV6));
	world->forward = (struct policy_zone){.zone = {.wire = (const uint8_t *)"\2z2", .size = 4, .labels = 1},
					      .is_forward = true,
					      .is_first = true,
					      .servers = &world->forwarder,
					      .server_count = 1};
	fixture_prepare(&world->engine, "stress");
	world->dns64 = (struct dns64){.clients = &world->engine.everybody, .client_count = 1};
	policy_start(world);
	policies_start(world);
	fixture_start(&world->engine, 1 << 20, ASKS_MAX, seed);
}

void fill(struct world *world, unsigned index, bool is_filled)
{
	const struct ip_endpoint server = filled_of(index);
	if (world->is_filled[index] == is_filled)
		return;
	world->is_filled[index] = is_filled;
	for (unsigned i = 0; i < LIMIT_ASKS_PER_SERVER - 1; i++) {
		if (is_filled)
			(void)address_book_begin(world->engine.parts.book, &server, world->engine.now.mono_us,
						 UINT32_MAX);
		else
			address_book_cancel(world->engine.parts.book, &server);
	}
}

void nobody_is_counted(struct world *world)
{
	struct ip_endpoint server;
	struct address_facts facts;
	size_t position = 0;
	while (address_book_next(world->engine.parts.book, &position, world->engine.now.mono_us, &server, &facts))
		assert_int_equal(facts.asks, 0);
}

void world_end(struct world *world)
{
	/* The engine goes first, with all that it asked; the book is left to be counted. */
	resolver_free(world->engine.resolver);
	world->engine.resolver = NULL;
	for (unsigned i = 0; i < FILLED; i++)
		fill(world, i, false);
	nobody_is_counted(world);
	fixture_end(&world->engine);
}

/* --- What the engine wants --- */

static void ask_plan(struct world *world, const struct action *action)
{
	const struct ip_addr *addr = &action->question.server.addr;
	enum mood mood = world->moods[zone_of(addr)][server_of(addr)];
	uint64_t wait_us = 1000 + chance(world, 40000);
	struct kept_ask *ask = ask_keep(&world->engine, action);
	ask->is_lost = mood == DEAD || chance(world, 20) == 0;
	ask->due_us = world->engine.now.mono_us + (mood == SLOW ? 100000 + chance(world, 4000000) : wait_us);
}

static void answer_take(struct world *world, const struct action *action)
{
	struct waiting *client = action->owner;
	assert_true(client->is_waiting);
	client->is_waiting = false;
	world->answered++;
	assert_in_range(world->engine.now.mono_us - client->since_us, 0, LIMIT_CLIENT_MS * 1000 + 1000);
}

void act(struct world *world)
{
	struct action action;
	while (resolver_act(world->engine.resolver, world->engine.now, &action)) {
		if (action.kind == ACTION_ASK)
			ask_plan(world, &action);
		if (action.kind == ACTION_CANCEL)
			ask_drop(&world->engine, action.ask_id);
		if (action.kind == ACTION_ANSWER)
			answer_take(world, &action);
	}
}

/* --- Replies --- */

void label_put(struct writer *out, const char *text)
{
	writer_u8(out, (uint8_t)strlen(text));
	writer_bytes(out, text, strlen(text));
}

void zone_put(struct writer *out, unsigned zone)
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
			struct ip_addr addr = server_addr(home_of(zone, server), server, family);
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
	struct ip_addr addr = server_addr(zone, server, type == RR_A ? FAMILY_IPV4 : FAMILY_IPV6);
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
	resolver_reply(world->engine.resolver, world->engine.now, ask->id, writer_span(&reply.out));
}

static void ask_end(struct world *world, size_t index)
{
	struct kept_ask ask = world->engine.asks[index];
	const struct ip_addr *addr = &ask.question.server.addr;
	enum mood mood = world->moods[zone_of(addr)][server_of(addr)];
	ask.question.qname.wire = ask.qname.wire;
	if (chance(world, 30) == 0) {
		ask_drop(&world->engine, ask.id);
		resolver_unreachable(world->engine.resolver, world->engine.now, ask.id,
				     (enum ask_failure)chance(world, ASK_OVERLOAD + 1));
	} else if (mood == GUESSED && ask.question.transport == QUESTION_UDP) {
		resolver_suspicious(world->engine.resolver, world->engine.now, ask.id);
	} else {
		ask_drop(&world->engine, ask.id);
		message_reply(world, &ask, mood);
	}
	act(world);
}

/* --- Time --- */

static uint64_t next_due(const struct world *world, size_t *ret)
{
	uint64_t due_us = UINT64_MAX;
	for (size_t i = 0; i < world->engine.ask_count; i++) {
		if (world->engine.asks[i].is_lost || world->engine.asks[i].due_us >= due_us)
			continue;
		due_us = world->engine.asks[i].due_us;
		*ret = i;
	}
	return due_us;
}

void pass_to(struct world *world, uint64_t until_us)
{
	for (;;) {
		size_t index = 0;
		uint64_t due_us = next_due(world, &index), alarm_us = resolver_deadline_us(world->engine.resolver);
		uint64_t next_us = due_us < alarm_us ? due_us : alarm_us;
		if (next_us > until_us)
			break;
		if (next_us > world->engine.now.mono_us)
			world->engine.now.mono_us = next_us;
		if (due_us <= alarm_us) {
			ask_end(world, index);
			continue;
		}
		resolver_tick(world->engine.resolver, world->engine.now);
		act(world);
	}
	world->engine.now.mono_us = until_us;
}

void moods_change(struct world *world)
{
	for (unsigned zone = 0; zone < ZONES + 2; zone++) {
		for (unsigned server = 0; server < SERVERS; server++)
			world->moods[zone][server] = chance(world, 3) > 0 ? WELL : (uint8_t)chance(world, MOOD_COUNT);
	}
}
