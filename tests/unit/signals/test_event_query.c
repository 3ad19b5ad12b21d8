/* SPDX-License-Identifier: BSD-2-Clause */
/* The oracle is the reader of the query log: the event made live is the one read from the line that is written. */
#include "signals/event_query.h"

#include "signals/column.h"
#include "signals/line.h"
#include "tests/unit/cmocka_all.h"

#include <stdlib.h>

static struct event read_back(const struct querylog_source *source, const struct query_event *query)
{
	struct text line = {0};
	struct line_reader reader = {.format = LINE_ANY};
	struct event event;
	querylog_json(source, query, &line);
	assert_int_equal(line_read(&reader, span_of(line.data, line.size - 1), &event), LINE_EVENT);
	text_free(&line);
	return event;
}

static void events_compare(const struct event *live, const struct event *read)
{
	struct text left = {0}, right = {0};
	event_print_json(live, &left);
	event_print_json(read, &right);
	assert_string_equal(text_string(&left), text_string(&right));
	assert_int_equal(live->known, read->known);
	assert_int_equal(live->flags_known, read->flags_known);
	assert_int_equal(live->flags, read->flags);
	assert_int_equal(live->kind, read->kind);
	assert_int_equal(live->stream, read->stream);
	assert_int_equal(live->source, read->source);
	assert_int_equal(live->is_completion, read->is_completion);
	assert_int_equal(live->is_rcode_inferred, read->is_rcode_inferred);
	assert_int_equal(live->is_zone_assumed, read->is_zone_assumed);
	assert_true(ip_addr_equal(&live->client.addr, &read->client.addr));
	assert_int_equal(live->client.addr.scope, read->client.addr.scope);
	assert_string_equal(live->reason, read->reason);
	assert_string_equal(live->service, read->service);
	text_free(&left);
	text_free(&right);
}

static void compare(const struct querylog_source *source, const struct query_event *query)
{
	struct event live, read = read_back(source, query);
	event_from_query(source, query, &live);
	events_compare(&live, &read);
}

static const struct querylog_source authoritative = {
	.node = "ns1", .service = "public", .role = "authoritative", .stream = "authoritative"};
static const struct querylog_source resolver = {
	.service = "a service with a name that is longer than an event has room for, which is cut the same way",
	.role = "resolver",
	.is_resolver = true,
	.stream = "recursive"};

static struct query_event full(void)
{
	struct query_event query = {.wall_us = 1795318005870123,
				    .duration_us = 2103,
				    .transport = TRANSPORT_TCP,
				    .qname = (const uint8_t *)"\3w\x07w\5bo.us\3lab",
				    .qname_size = 15,
				    .qtype = 28,
				    .qclass = 1,
				    .id = 37269,
				    .edns_size = 1232,
				    .rcode = 2,
				    .size = 136,
				    .answer_count = 3,
				    .ttl_s = 300,
				    .ede = 6,
				    .is_aa = true,
				    .is_rd = true,
				    .is_cd = true,
				    .is_ad = true,
				    .has_tsig = true,
				    .has_cookie = true,
				    .origin = AAAA_DNS64,
				    .cache = CACHE_USE_MISS,
				    .security = SECURITY_BOGUS,
				    .upstream_count = 4,
				    .reason = span_text("the signature of www.bogus.lab AAAA has expired")};
	assert_int_equal(ip_endpoint_from_text("2001:db8:c::10@39627", 0, &query.client), ERR_OK);
	assert_int_equal(ip_addr_from_text("2001:db8:f::1", &query.server), ERR_OK);
	assert_int_equal(ip_endpoint_from_text("192.0.2.53@53", 0, &query.upstream), ERR_OK);
	return query;
}

static void test_full_and_bare_events(void **state)
{
	(void)state;
	struct query_event query = full();
	compare(&resolver, &query);
	compare(&authoritative, &query);
	struct query_event bare = {.wall_us = 1795318005870123, .size = 12, .ede = -1, .rcode = 1};
	assert_int_equal(ip_endpoint_from_text("192.0.2.7@53", 0, &bare.client), ERR_OK);
	assert_int_equal(ip_addr_from_text("192.0.2.53", &bare.server), ERR_OK);
	compare(&resolver, &bare);
	compare(&authoritative, &bare);
	query.client.addr.scope = 2; /* of fe80::1%lo */
	memcpy(query.client.addr.bytes, "\xfe\x80\0\0\0\0\0\0", 8);
	compare(&authoritative, &query);
}

/* Each field over values that matter, one after the other; the generator is seeded, so that a failure comes again. */
static void test_every_field(void **state)
{
	(void)state;
	static const uint16_t types[] = {1, 28, 12, 65, 255, 65280, 0}, codes[] = {0, 2, 3, 5, 16, 23, 4095};
	srandom(20261130);
	for (int i = 0; i < 3000; i++) {
		struct query_event query = full();
		query.wall_us += (uint64_t)random();
		query.duration_us = (uint32_t)random();
		query.transport = (enum transport)(random() % TRANSPORT_COUNT);
		query.qname = random() % 8 != 0 ? query.qname : NULL;
		query.qtype = types[random() % 7];
		query.qclass = random() % 4 == 0 ? 3 : 1;
		query.id = (uint16_t)random();
		query.edns_size = random() % 3 == 0 ? 0 : (uint16_t)random();
		query.rcode = codes[random() % 7];
		query.answer_count = random() % 2 == 0 ? 0 : (uint16_t)random();
		query.ttl_s = (uint32_t)random();
		query.size = (uint32_t)(random() % 65536);
		query.ede = random() % 2 == 0 ? -1 : (int32_t)(random() % 65536);
		query.opcode = (uint8_t)(random() % 8 == 0 ? 4 : 0);
		query.is_rd = random() % 2;
		query.is_do = random() % 2;
		query.is_cd = random() % 2;
		query.is_aa = random() % 2;
		query.is_tc = random() % 2;
		query.is_ad = random() % 2;
		query.has_tsig = random() % 2;
		query.origin = (enum aaaa_origin)(random() % AAAA_ORIGIN_COUNT);
		query.cache = (enum cache_use)(random() % CACHE_USE_COUNT);
		query.security = (uint8_t)(random() % SECURITY_COUNT);
		query.upstream_count = (uint16_t)(random() % 4);
		query.upstream_tried = (uint8_t)(random() % (1 << FAMILY_COUNT));
		query.upstream_turns = (uint8_t)(random() % (1 << TURN_COUNT));
		query.upstream_timeouts = (uint16_t)random();
		query.upstream_us = (uint32_t)random();
		query.is_upstream_failed = random() % 2;
		query.upstream.port = random() % 2 == 0 ? 0 : 53;
		query.reason.size = random() % 2 == 0 ? 0 : query.reason.size;
		compare(random() % 2 == 0 ? &resolver : &authoritative, &query);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_full_and_bare_events),
					   cmocka_unit_test(test_every_field)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
