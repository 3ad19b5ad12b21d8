/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Queries against a cache that has answers: of any octets, or well formed ones for names that are there. Every answer
 * can be read, is the question's, and never larger than client, service and buffer allow.
 */
#include "cache/cache.h"
#include "dns/message/message.h"
#include "dns/rrtype.h"
#include "resolver/resolution.h"
#include "tests/fuzz/require.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define NAMES 6

static const struct {
	const char *text;
	uint16_t type;
	unsigned records, size; /* of one RDATA */
} kept_names[NAMES] = {{"www.example.", RR_AAAA, 2, 16},     {"big.example.", RR_TXT, 20, 60},
                       {"huge.example.", RR_TXT, 300, 250},   {".", RR_TXT, 1, 4},
                       {"www.alias.example.", RR_AAAA, 1, 16}, {"no.example.", RR_AAAA, 0, 0}};

static struct world {
	struct cache *cache;
	struct front_scratch *scratch;
	struct resolver_policy policy;
	struct ip_prefix allow;
	struct resolver_time now;
	struct name_buffer buffers[NAMES];
	struct name names[NAMES];
} world;

static struct rrset *rrset_make(uint16_t type, unsigned count, unsigned size)
{
	size_t each = RRSET_RECORD_HEADER + size;
	struct rrset *rrset = calloc(1, sizeof(*rrset) + count * each);
	REQUIRE(rrset != NULL);
	*rrset = (struct rrset){.type = type, .count = (uint16_t)count, .ttl = 300, .size = (uint32_t)(count * each)};
	for (unsigned i = 0; i < count; i++) {
		uint8_t *at = rrset->records + i * each;
		store_u16(at, type);
		store_u16(at + 2, CLASS_IN);
		store_u32(at + 4, 300);
		store_u16(at + 8, (uint16_t)size);
		if (type == RR_TXT)
			at[10] = (uint8_t)(size - 1); /* one character-string */
		at[10 + size - 1] = (uint8_t)i;
	}
	return rrset;
}

static void keep(unsigned at, uint32_t view)
{
	struct rrset *rrset = rrset_make(kept_names[at].type, kept_names[at].records, kept_names[at].size);
	struct rrset_view set = {.owner = world.names[at], .rrset = rrset};
	struct outcome outcome = {.kind = kept_names[at].records > 0 ? OUTCOME_ANSWER : OUTCOME_NXDOMAIN,
	                          .security = SECURITY_SECURE, .qname = world.names[at], .qtype = kept_names[at].type,
	                          .sets = &set, .ttl_s = 300, .ede = -1};
	outcome.answer_count = outcome.set_count = kept_names[at].records > 0;
	const struct outcome *links[] = {&outcome};
	struct resolution resolution = {.links = links, .link_count = 1, .is_secure = true, .is_checked = true,
	                                .is_keepable = true, .ede_count = 1};
	resolution.edes[0] = (struct edns_ede){.code = EDE_OTHER, .text = span_text("a sentence that takes some room")};
	resolution_keep(&resolution, &world.policy, world.cache, world.scratch, world.now, world.names[at],
	                kept_names[at].type, view);
	const struct cache_key key = {.kind = CACHE_OUTCOME, .name = world.names[at], .type = kept_names[at].type};
	uint8_t *flat;
	if (outcome_size(&outcome) > 0 &&
	    cache_begin(world.cache, &key, outcome_size(&outcome), world.now.mono_us, 300, 0, &flat) == ERR_OK) {
		outcome_write(&outcome, flat);
		cache_commit(world.cache);
	}
	free(rrset);
}

static void world_make(void)
{
	world.cache = cache_new(8 << 20);
	world.scratch = front_scratch_new();
	world.now = (struct resolver_time){.mono_us = 1000000, .wall_s = 1700000000};
	world.policy = (struct resolver_policy){.allow = &world.allow, .allow_count = 1, .is_cookie_on = true,
	                                        .identity = "an identity", .version = "1", .udp_size = 1232,
	                                        .ttl_most_s = 86400, .is_prefetch_on = true, .tcp_idle_timeout_ds = 100};
	REQUIRE(world.cache != NULL && world.scratch != NULL);
	REQUIRE(ip_prefix_from_text("2001:db8::/32", &world.allow) == ERR_OK);
	for (unsigned i = 0; i < NAMES; i++) {
		REQUIRE(name_from_text(span_text(kept_names[i].text), name_root, &world.buffers[i], &world.names[i], NULL) == ERR_OK);
		keep(i, 0);
		keep(i, VIEW_DO);
	}
}

/* A question for a name that is kept, flags as the input says; what is left of the input goes behind it. */
static size_t query_make(struct span input, uint8_t *octets)
{
	unsigned at = input.data[0] % NAMES;
	struct writer out = writer_of(octets, 65535);
	writer_u16(&out, 0x4321);
	writer_u16(&out, input.size > 2 ? load_u16(input.data + 1) & 0x07ff : HEADER_RD);
	writer_u16(&out, 1);
	writer_u32(&out, 0);
	writer_u16(&out, input.size > 3 ? input.data[3] % 3 : 0);
	writer_bytes(&out, world.names[at].wire, world.names[at].size);
	writer_u16(&out, kept_names[at].type);
	writer_u16(&out, CLASS_IN);
	if (input.size > 4)
		writer_bytes(&out, input.data + 4, input.size - 4);
	return out.is_full ? 0 : out.size;
}

static void answer_check(struct span query, const struct resolver_request *request, const struct writer *out,
                         const struct query_event *event)
{
	struct message message;
	struct query read;
	(void)query_parse(query, &read);
	REQUIRE(out->size >= HEADER_SIZE && out->size <= out->capacity && event->size == out->size);
	REQUIRE(message_read(writer_span(out), &message) == ERR_OK && message.error == ERR_OK);
	REQUIRE((message.flags & HEADER_QR) && message.id == load_u16(query.data));
	size_t limit = read.edns_size < 512 ? 512 : read.edns_size;
	if (limit > world.policy.udp_size)
		limit = world.policy.udp_size;
	REQUIRE(request->transport == TRANSPORT_TCP || out->size <= limit);
	REQUIRE(!(message.flags & HEADER_TC) || message.counts[SECTION_ANSWER] == 0);
	if (message.counts[SECTION_QUESTION] > 0)
		REQUIRE(memcmp(out->data + HEADER_SIZE, query.data + HEADER_SIZE, read.question_end - (size_t)HEADER_SIZE) == 0);
	REQUIRE(!(message.flags & HEADER_AD) || event->is_ad);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static uint8_t octets[65536], reply[UINT16_MAX];
	if (world.cache == NULL)
		world_make();
	if (size < 3)
		return 0;
	uint8_t how = data[0];
	struct span input = span_of(data + 2, size - 2), query = input;
	if (how & 1) {
		size_t made = query_make(input, octets);
		query = span_of(octets, made);
	}
	struct resolver_request request = {.message = query, .transport = how & 2 ? TRANSPORT_TCP : TRANSPORT_UDP};
	(void)!ip_addr_from_text(how & 4 ? "2001:db8::7" : "192.0.2.7", &request.client.addr);
	world.policy.udp_size = (uint16_t)(512 + data[1] * 4);
	world.policy.is_minimal = (how & 8) != 0;
	size_t capacity = request.transport == TRANSPORT_TCP ? sizeof(reply) : world.policy.udp_size;
	struct resolver_time now = {.mono_us = world.now.mono_us + (how >> 4) * UINT64_C(1000000), .wall_s = world.now.wall_s};
	struct writer out = writer_of(reply, capacity);
	struct query_event event;
	struct front front;
	cache_expect_value(world.cache, front_expect(&world.policy, world.cache, &request));
	if (front_take(&world.policy, world.cache, world.scratch, now, &request, &out, &event, &front) == FRONT_ANSWERED)
		answer_check(query, &request, &out, &event);
	return 0;
}
