/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/resolver/front_fixture.h"

#include <ldns/ldns.h>

int fixture_setup(void **state)
{
	struct fixture *fixture = calloc(1, sizeof(*fixture));
	*state = fixture;
	if (fixture == NULL)
		return 1;
	fixture->arena = arena_new(65536);
	fixture->cache = cache_new(1 << 20);
	fixture->scratch = front_scratch_new();
	fixture->now = (struct resolver_time){.mono_us = 1000 * SECOND, .wall_s = 1700000000};
	fixture->policy = (struct resolver_policy){.allow = fixture->allow, .allow_count = 2, .udp_size = 1232,
	                                           .is_minimal = true, .ttl_most_s = 86400, .negative_ttl_most_s = 3600,
	                                           .stale_ttl_s = 30, .is_prefetch_on = true};
	(void)!ip_prefix_from_text("2001:db8::/32", &fixture->allow[0]);
	(void)!ip_prefix_from_text("192.0.2.0/24", &fixture->allow[1]);
	return fixture->arena == NULL || fixture->cache == NULL || fixture->scratch == NULL;
}

int fixture_teardown(void **state)
{
	struct fixture *fixture = *state;
	arena_free(fixture->arena);
	cache_free(fixture->cache);
	front_scratch_free(fixture->scratch);
	text_free(&fixture->text);
	free(fixture);
	return 0;
}

/* --- Outcomes --- */

static uint8_t sets_add(struct fixture *fixture, const char *const texts[], struct rrset_view *sets, uint8_t count)
{
	for (size_t i = 0; texts != NULL && texts[i] != NULL; i++)
		sets[count++] = set_made(fixture->arena, texts[i]);
	return count;
}

struct outcome *outcome_made(struct fixture *fixture, enum outcome_kind kind, const char *qname, uint16_t qtype,
                             uint32_t ttl_s, const char *const answers[], const char *const authority[])
{
	struct rrset_view *sets = arena_alloc(fixture->arena, OUTCOME_SETS_MAX * sizeof(*sets), 8);
	struct outcome outcome = {.kind = kind, .security = SECURITY_SECURE, .qtype = qtype, .sets = sets,
	                          .ttl_s = ttl_s, .ede = -1};
	outcome.qname = name_made(fixture->arena, qname);
	outcome.answer_count = sets_add(fixture, answers, sets, 0);
	outcome.set_count = sets_add(fixture, authority, sets, outcome.answer_count);
	return arena_copy(fixture->arena, &outcome, sizeof(outcome), 8);
}

struct resolution resolution_made(struct fixture *fixture, size_t count, struct outcome *const links[])
{
	struct resolution resolution = {.link_count = count, .is_secure = count > 0, .is_checked = true, .is_keepable = true};
	resolution.links = arena_copy(fixture->arena, links, count * sizeof(*links), 8);
	for (size_t i = 0; i < count; i++)
		resolution.is_secure = resolution.is_secure && links[i]->security == SECURITY_SECURE;
	if (count > 0 && links[count - 1]->kind == OUTCOME_NXDOMAIN)
		resolution.rcode = RCODE_NXDOMAIN;
	return resolution;
}

/* --- Asking --- */

static void query_write(struct fixture *fixture, const struct asked *asked)
{
	struct writer out = writer_of(fixture->query, sizeof(fixture->query));
	struct name_buffer buffer;
	struct name qname;
	assert_int_equal(name_from_text(span_text(asked->qname), name_root, &buffer, &qname, NULL), ERR_OK);
	writer_u16(&out, 0x1234);
	writer_u16(&out, asked->flags);
	writer_u16(&out, 1);
	writer_u32(&out, 0);
	writer_u16(&out, asked->has_edns || asked->is_do);
	writer_bytes(&out, qname.wire, qname.size);
	writer_u16(&out, asked->qtype);
	writer_u16(&out, asked->qclass != 0 ? asked->qclass : CLASS_IN);
	if (asked->has_edns || asked->is_do) {
		writer_u8(&out, 0);
		writer_u16(&out, RR_OPT);
		writer_u16(&out, asked->edns_size != 0 ? asked->edns_size : 1232);
		writer_u32(&out, asked->is_do ? EDNS_FLAG_DO : 0);
		writer_u16(&out, (uint16_t)asked->options.size);
		writer_bytes(&out, asked->options.data, asked->options.size);
	}
	fixture->query_size = out.size;
}

static struct resolver_request request_of(struct fixture *fixture, const struct asked *asked)
{
	struct resolver_request request = {.message = span_of(fixture->query, fixture->query_size),
	                                   .transport = asked->transport,
	                                   .client = {.port = 4000}};
	assert_int_equal(ip_addr_from_text(asked->client != NULL ? asked->client : "2001:db8::1", &request.client.addr), ERR_OK);
	return request;
}

static void answer_read(struct fixture *fixture, const struct asked *asked)
{
	struct span octets = writer_span(&fixture->out);
	assert_int_equal(message_read(octets, &fixture->answer), ERR_OK);
	assert_int_equal(fixture->answer.error, ERR_OK);
	assert_int_equal(fixture->answer.id, 0x1234);
	assert_true(fixture->answer.flags & HEADER_QR);
	assert_true(fixture->answer.flags & HEADER_RA);
	assert_int_equal(fixture->answer.flags & (HEADER_RD | HEADER_CD), asked->flags & (HEADER_RD | HEADER_CD));
	assert_int_equal(fixture->answer.has_edns, asked->has_edns || asked->is_do);
	assert_int_equal(fixture->event.rcode, fixture->answer.rcode);
	assert_int_equal(fixture->event.size, octets.size);
	assert_int_equal(fixture->event.answer_count, fixture->answer.counts[SECTION_ANSWER]);
	/* The question comes back octet by octet. */
	assert_memory_equal(octets.data + HEADER_SIZE, fixture->query + HEADER_SIZE, strlen(asked->qname));
	ldns_pkt *packet;
	assert_int_equal(ldns_wire2pkt(&packet, octets.data, octets.size), LDNS_STATUS_OK);
	assert_int_equal(ldns_pkt_ancount(packet), fixture->answer.counts[SECTION_ANSWER]);
	assert_int_equal(ldns_pkt_nscount(packet), fixture->answer.counts[SECTION_AUTHORITY]);
	ldns_pkt_free(packet);
}

/* What is expected of a query is what is looked for. */
static void expectation_check(const struct fixture *fixture, const struct resolver_request *request)
{
	const struct query *query = &fixture->front.query;
	const struct cache_key key = {
		.kind = CACHE_REPLY, .name = query->qname, .type = query->qtype, .view = fixture->front.view};
	assert_int_equal(front_expect(&fixture->policy, fixture->cache, request), cache_expect(fixture->cache, &key));
}

enum front_result take(struct fixture *fixture, const struct asked *asked)
{
	query_write(fixture, asked);
	struct resolver_request request = request_of(fixture, asked);
	fixture->out = writer_of(fixture->octets, sizeof(fixture->octets));
	enum front_result result = front_take(&fixture->policy, fixture->cache, fixture->scratch, fixture->now, &request,
	                                      &fixture->out, &fixture->event, &fixture->front);
	if (result == FRONT_MISS || fixture->event.cache == CACHE_USE_HIT)
		expectation_check(fixture, &request);
	if (result == FRONT_ANSWERED)
		answer_read(fixture, asked);
	return result;
}

void encode(struct fixture *fixture, const struct asked *asked, const struct resolution *resolution)
{
	query_write(fixture, asked);
	struct resolver_request request = request_of(fixture, asked);
	assert_int_equal(query_parse(request.message, &fixture->front.query), QUERY_OK);
	fixture->out = writer_of(fixture->octets, sizeof(fixture->octets));
	size_t size = resolution_encode(resolution, &fixture->policy, fixture->scratch, fixture->now, &fixture->front.query,
	                                &request, &fixture->out, &fixture->event);
	assert_int_equal(size, fixture->out.size);
	answer_read(fixture, asked);
}

void keep(struct fixture *fixture, const struct asked *asked, const struct resolution *resolution)
{
	uint32_t view = (asked->is_do ? VIEW_DO : 0) | ((asked->flags & HEADER_CD) != 0 ? VIEW_CD : 0);
	resolution_keep(resolution, &fixture->policy, fixture->cache, fixture->scratch, fixture->now,
	                name_made(fixture->arena, asked->qname), asked->qtype, view);
}

/* --- Reading --- */

const char *section_text(struct fixture *fixture, enum section section)
{
	struct message_place place = {0};
	struct message_item item;
	text_clear(&fixture->text);
	while (message_next(&fixture->answer, &place, &item) == ERR_OK) {
		if (item.section != section || item.type == RR_OPT)
			continue;
		message_item_to_text(&fixture->answer, &item, &fixture->text);
		text_add(&fixture->text, "\n");
	}
	for (size_t i = 0; i < fixture->text.size; i++) {
		if (fixture->text.data[i] == '\t')
			fixture->text.data[i] = ' ';
	}
	return text_string(&fixture->text);
}

bool has_flag(const struct fixture *fixture, uint16_t flag)
{
	return (fixture->answer.flags & flag) != 0;
}
