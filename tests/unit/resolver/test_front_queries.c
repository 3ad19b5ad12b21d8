/* SPDX-License-Identifier: BSD-2-Clause */
#include "dns/cookie.h"
#include "dns/tsig.h"
#include "tests/unit/resolver/front_fixture.h"

#include <stdio.h>

#define LINKS(...) ((struct outcome *const[]){__VA_ARGS__, NULL})
#define SETS(...) ((const char *const[]){__VA_ARGS__, NULL})

/* --- Who is answered, and what --- */

/* */
static void strangers_are_refused(void **state)
{
	struct fixture *fixture = *state;
	static const struct {
		const char *client;
		bool is_allowed;
	} rows[] = {{"2001:db8:ffff::1", true}, {"2001:db9::1", false}, {"192.0.2.255", true}, {"192.0.3.1", false}};
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		const struct asked asked = {.qname = "www.example.", .qtype = RR_AAAA, .flags = HEADER_RD, .has_edns = true,
		                            .client = rows[i].client};
		assert_int_equal(take(fixture, &asked), rows[i].is_allowed ? FRONT_MISS : FRONT_ANSWERED);
		if (rows[i].is_allowed)
			continue;
		assert_int_equal(fixture->answer.rcode, RCODE_REFUSED);
		assert_int_equal(fixture->answer.edns.ede[0].code, EDE_PROHIBITED);
		assert_int_equal(fixture->event.ede, EDE_PROHIBITED);
	}
}

/* Questions that no data answers. */
static void questions_of_other_kinds(void **state)
{
	struct fixture *fixture = *state;
	static const struct {
		uint16_t flags, qtype, qclass, rcode;
		int32_t ede;
		enum transport transport;
	} rows[] = {
		{OPCODE_NOTIFY << HEADER_OPCODE_SHIFT, RR_SOA, CLASS_IN, RCODE_NOTIMP, EDE_NOT_SUPPORTED, TRANSPORT_UDP},
		{OPCODE_UPDATE << HEADER_OPCODE_SHIFT, RR_SOA, CLASS_IN, RCODE_NOTIMP, EDE_NOT_SUPPORTED, TRANSPORT_UDP},
		{7 << HEADER_OPCODE_SHIFT, RR_A, CLASS_IN, RCODE_NOTIMP, EDE_NOT_SUPPORTED, TRANSPORT_UDP},
		{HEADER_RD, RR_AXFR, CLASS_IN, RCODE_REFUSED, EDE_PROHIBITED, TRANSPORT_TCP},
		{HEADER_RD, RR_IXFR, CLASS_IN, RCODE_REFUSED, EDE_PROHIBITED, TRANSPORT_UDP},
		{HEADER_RD, RR_OPT, CLASS_IN, RCODE_FORMERR, EDE_INVALID_QUERY_TYPE, TRANSPORT_UDP},
		{HEADER_RD, RR_A, CLASS_HS, RCODE_REFUSED, EDE_NOT_AUTHORITATIVE, TRANSPORT_UDP},
		{HEADER_RD, RR_A, CLASS_ANY, RCODE_NOTIMP, EDE_NOT_SUPPORTED, TRANSPORT_UDP},
		{0, RR_A, CLASS_IN, RCODE_REFUSED, EDE_NOT_AUTHORITATIVE, TRANSPORT_UDP}, /* RD=0, nothing known */
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		const struct asked asked = {.qname = "www.example.", .qtype = rows[i].qtype, .flags = rows[i].flags,
		                            .qclass = rows[i].qclass, .has_edns = true, .transport = rows[i].transport};
		assert_int_equal(take(fixture, &asked), FRONT_ANSWERED);
		assert_int_equal(fixture->answer.rcode, rows[i].rcode);
		assert_int_equal(fixture->answer.edns.ede[0].code, rows[i].ede);
		assert_int_equal(fixture->answer.counts[SECTION_ANSWER], 0);
		assert_int_equal(fixture->answer.flags & HEADER_OPCODE_MASK, rows[i].flags & HEADER_OPCODE_MASK);
	}
	const struct asked any = {.qname = "www.example.", .qtype = RR_ANY, .flags = HEADER_RD};
	assert_int_equal(take(fixture, &any), FRONT_MISS);
}

static void server_itself(void **state)
{
	struct fixture *fixture = *state;
	struct asked asked = {.qname = "id.server.", .qtype = RR_TXT, .flags = HEADER_RD, .qclass = CLASS_CH};
	assert_int_equal(take(fixture, &asked), FRONT_ANSWERED);
	assert_int_equal(fixture->answer.rcode, RCODE_REFUSED);
	fixture->policy.identity = "resolver-1";
	assert_int_equal(take(fixture, &asked), FRONT_ANSWERED);
	assert_string_equal(section_text(fixture, SECTION_ANSWER), "id.server. 0 CH TXT \"resolver-1\"\n");
	asked.qname = "version.bind.";
	assert_int_equal(take(fixture, &asked), FRONT_ANSWERED);
	assert_int_equal(fixture->answer.rcode, RCODE_REFUSED);
	fixture->policy.version = "9";
	assert_int_equal(take(fixture, &asked), FRONT_ANSWERED);
	assert_string_equal(section_text(fixture, SECTION_ANSWER), "version.bind. 0 CH TXT \"9\"\n");
}

/* --- Octets that are not quite a query --- */

static enum front_result take_octets(struct fixture *fixture, const void *octets, size_t size)
{
	struct resolver_request request = {.message = span_of(octets, size)};
	assert_int_equal(ip_addr_from_text("2001:db8::1", &request.client.addr), ERR_OK);
	fixture->out = writer_of(fixture->octets, sizeof(fixture->octets));
	enum front_result result = front_take(&fixture->policy, fixture->cache, fixture->scratch, fixture->now, &request,
	                                      &fixture->out, &fixture->event, &fixture->front);
	if (result == FRONT_ANSWERED) {
		assert_int_equal(message_read(writer_span(&fixture->out), &fixture->answer), ERR_OK);
		assert_int_equal(fixture->answer.error, ERR_OK);
	}
	return result;
}

static void malformed_and_foreign(void **state)
{
	struct fixture *fixture = *state;
	static const struct {
		const char *octets;
		size_t size;
		enum front_result result;
		uint16_t rcode;
	} rows[] = {
		{"\x12\x34\1\0\0\1\0\0\0\0\0", 11, FRONT_DROPPED, 0},
		{"\x12\x34\x81\0\0\1\0\0\0\0\0\0\0\0\1\0\1", 17, FRONT_DROPPED, 0}, /* an answer */
		{"\x12\x34\1\0\0\1\0\0\0\0\0\0\0\0\1", 15, FRONT_ANSWERED, RCODE_FORMERR},
		{"\x12\x34\1\0\0\0\0\0\0\0\0\0", 12, FRONT_ANSWERED, RCODE_FORMERR},
		{"\x12\x34\1\0\0\2\0\0\0\0\0\0\0\0\1\0\1\0\0\1\0\1", 22, FRONT_ANSWERED, RCODE_FORMERR},
		{"\x12\x34\1\0\0\1\0\0\0\0\0\1\0\0\1\0\1\0\0\x29\4\xd0\0\1\0\0\0\0", 28, FRONT_ANSWERED, RCODE_BADVERS},
		{"\x12\x34\1\0\0\1\0\0\0\0\0\0\0\0\1\0\1", 17, FRONT_MISS, 0},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		assert_int_equal(take_octets(fixture, rows[i].octets, rows[i].size), rows[i].result);
		if (rows[i].result == FRONT_ANSWERED)
			assert_int_equal(fixture->answer.rcode, rows[i].rcode);
	}
}

/* RFC 8945 5.2: signed with a key that is not ours, which a resolver has none of. */
static void signed_queries(void **state)
{
	struct fixture *fixture = *state;
	uint8_t octets[512] = "\x12\x34\1\0\0\1\0\0\0\0\0\0\0\0\1\0\1";
	struct writer query = {.data = octets, .size = 17, .capacity = sizeof(octets)};
	struct tsig_key *key;
	struct tsig tsig;
	assert_int_equal(tsig_key_new(name_made(fixture->arena, "key."), TSIG_HMAC_SHA256, span_text("0123456789abcdef"), &key), ERR_OK);
	assert_int_equal(tsig_sign_query(key, fixture->now.wall_s, &query, &tsig), ERR_OK);
	assert_int_equal(take_octets(fixture, octets, query.size), FRONT_ANSWERED);
	assert_int_equal(fixture->answer.rcode, RCODE_NOTAUTH);
	assert_true(fixture->answer.tsig_offset != 0);
	uint16_t error;
	(void)!tsig_verify_answer(&tsig, writer_span(&fixture->out), fixture->answer.tsig_offset, fixture->now.wall_s, &error);
	assert_int_equal(error, RCODE_BADKEY);
	assert_true(fixture->event.has_tsig);
	tsig_key_free(key);
}

/* --- Options --- */

#define COOKIE_OPTION "\0\012\0\010abcdefgh"

/* RFC 7873 5.2, 5.4; RFC 9018. */
static void cookies(void **state)
{
	struct fixture *fixture = *state;
	uint8_t option[4 + COOKIE_SIZE] = {0, EDNS_COOKIE, 0, COOKIE_SIZE};
	struct asked asked = {.qname = "www.example.", .qtype = RR_AXFR, .has_edns = true, .transport = TRANSPORT_TCP,
	                      .options = span_of(COOKIE_OPTION, 12)};
	assert_int_equal(take(fixture, &asked), FRONT_ANSWERED);
	assert_null(fixture->answer.edns.cookie.data); /* the service gives none */
	fixture->policy.is_cookie_on = true;
	assert_int_equal(take(fixture, &asked), FRONT_ANSWERED);
	assert_int_equal(fixture->answer.edns.cookie.size, COOKIE_SIZE);
	assert_memory_equal(fixture->answer.edns.cookie.data, "abcdefgh", 8);
	assert_false(fixture->event.is_cookie_valid);
	memcpy(option + 4, fixture->answer.edns.cookie.data, COOKIE_SIZE);
	asked.options = span_of(option, sizeof(option));
	assert_int_equal(take(fixture, &asked), FRONT_ANSWERED);
	assert_true(fixture->event.is_cookie_valid);
	asked.client = "2001:db8::2";
	assert_int_equal(take(fixture, &asked), FRONT_ANSWERED);
	assert_false(fixture->event.is_cookie_valid);
	/* No question: a cookie is all that is wanted. */
	static const char only[] = "\x12\x34\1\0\0\0\0\0\0\0\0\1\0\0\x29\4\xd0\0\0\0\0\0\014" COOKIE_OPTION;
	assert_int_equal(take_octets(fixture, only, sizeof(only) - 1), FRONT_ANSWERED);
	assert_int_equal(fixture->answer.rcode, RCODE_NOERROR);
	assert_int_equal(fixture->answer.edns.cookie.size, COOKIE_SIZE);
}

static void identity_and_keepalive(void **state)
{
	struct fixture *fixture = *state;
	static const char options[] = "\0\3\0\0\0\013\0\0"; /* NSID, KEEPALIVE */
	struct asked asked = {.qname = "www.example.", .qtype = RR_IXFR, .has_edns = true, .options = span_of(options, 8)};
	fixture->policy.identity = "resolver-1";
	fixture->policy.tcp_idle_timeout_ds = 100;
	assert_int_equal(take(fixture, &asked), FRONT_ANSWERED);
	assert_true(span_equal(fixture->answer.edns.nsid, span_text("resolver-1")));
	assert_false(fixture->answer.edns.has_keepalive); /* RFC 7828 3.2.1 */
	asked.transport = TRANSPORT_TCP;
	assert_int_equal(take(fixture, &asked), FRONT_ANSWERED);
	assert_int_equal(fixture->answer.edns.keepalive_ds, 100);
	assert_int_equal(fixture->answer.edns.udp_size, 1232);
}

/* --- Views --- */

static void dns64_has_its_view(void **state)
{
	struct fixture *fixture = *state;
	assert_int_equal(ip_prefix_from_text("2001:db8:64::/48", &fixture->dns64_client), ERR_OK);
	fixture->dns64 = (struct dns64){.clients = &fixture->dns64_client, .client_count = 1};
	static const struct {
		const char *client;
		uint16_t qtype, flags;
		bool is_do, has_dns64;
		uint32_t view;
	} rows[] = {
		{"2001:db8:64::1", RR_AAAA, 0, false, true, VIEW_DNS64},
		{"2001:db8:64::1", RR_AAAA, 0, true, true, VIEW_DNS64 | VIEW_DO},
		{"2001:db8:64::1", RR_AAAA, HEADER_CD, false, true, VIEW_DNS64 | VIEW_CD},
		{"2001:db8:64::1", RR_AAAA, HEADER_CD, true, false, VIEW_DO | VIEW_CD}, /* RFC 6147 5.5 */
		{"2001:db8:64::1", RR_MX, 0, false, true, 0},
		{"2001:db8:1::1", RR_AAAA, 0, false, false, 0},
	};
	fixture->policy.dns64 = &fixture->dns64;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		const struct asked asked = {.qname = "www.example.", .qtype = rows[i].qtype, .flags = HEADER_RD | rows[i].flags,
		                            .is_do = rows[i].is_do, .client = rows[i].client};
		assert_int_equal(take(fixture, &asked), FRONT_MISS);
		assert_int_equal(fixture->front.view, rows[i].view);
		assert_int_equal(fixture->front.has_dns64, rows[i].has_dns64);
	}
}

/* --- What is known --- */

static void remember(struct fixture *fixture, const struct outcome *outcome, uint16_t type)
{
	const struct cache_key key = {.kind = CACHE_OUTCOME, .name = outcome->qname, .type = type};
	uint8_t *at;
	assert_int_equal(cache_begin(fixture->cache, &key, outcome_size(outcome), fixture->now.mono_us, outcome->ttl_s, 0, &at), ERR_OK);
	outcome_write(outcome, at);
	cache_commit(fixture->cache);
}

static void known_world(struct fixture *fixture)
{
	struct outcome *outcome = outcome_made(fixture, OUTCOME_CNAME, "a.example.", RR_AAAA, 100, SETS("a.example. 100 CNAME www.example.\n"), NULL);
	remember(fixture, outcome, RR_CNAME);
	remember(fixture, outcome_made(fixture, OUTCOME_ANSWER, "www.example.", RR_AAAA, 300, SETS("www.example. 300 AAAA 2001:db8::5\n"), NULL), RR_AAAA);
	remember(fixture, outcome_made(fixture, OUTCOME_NXDOMAIN, "no.example.", RR_AAAA, 200, NULL, SETS("example. 3600 SOA ns.example. admin.example. 1 2 3 4 300\n")), 0);
	outcome = outcome_made(fixture, OUTCOME_ANSWER, "raw.example.", RR_AAAA, 300, SETS("raw.example. 300 AAAA 2001:db8::6\n"), NULL);
	outcome->security = SECURITY_UNCHECKED;
	remember(fixture, outcome, RR_AAAA);
	outcome = outcome_made(fixture, OUTCOME_CNAME, "half.example.", RR_AAAA, 100, SETS("half.example. 100 CNAME unknown.test.\n"), NULL);
	outcome->security = SECURITY_INSECURE;
	remember(fixture, outcome, RR_CNAME);
}

/* RD=0. */
static void outcomes_answer_without_recursion(void **state)
{
	struct fixture *fixture = *state;
	static const struct {
		const char *qname, *text;
		uint16_t flags, rcode;
		bool is_ad;
	} rows[] = {
		{"a.example.", "a.example. 90 IN CNAME www.example.\nwww.example. 290 IN AAAA 2001:db8::5\n", HEADER_AD, RCODE_NOERROR, true},
		{"no.example.", "", HEADER_AD, RCODE_NXDOMAIN, true},
		{"raw.example.", "", 0, RCODE_REFUSED, false},
		{"raw.example.", "raw.example. 290 IN AAAA 2001:db8::6\n", HEADER_CD, RCODE_NOERROR, false},
		{"half.example.", "half.example. 90 IN CNAME unknown.test.\n", HEADER_AD, RCODE_NOERROR, false},
		{"other.example.", "", 0, RCODE_REFUSED, false},
	};
	known_world(fixture);
	fixture->now.mono_us += 10 * SECOND;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		const struct asked asked = {.qname = rows[i].qname, .qtype = RR_AAAA, .flags = rows[i].flags};
		assert_int_equal(take(fixture, &asked), FRONT_ANSWERED);
		assert_int_equal(fixture->answer.rcode, rows[i].rcode);
		assert_string_equal(section_text(fixture, SECTION_ANSWER), rows[i].text);
		assert_int_equal(has_flag(fixture, HEADER_AD), rows[i].is_ad);
	}
	fixture->now.mono_us += 1000 * SECOND;
	const struct asked asked = {.qname = "a.example.", .qtype = RR_AAAA};
	assert_int_equal(take(fixture, &asked), FRONT_ANSWERED);
	assert_int_equal(fixture->answer.rcode, RCODE_REFUSED);
}

/* What DNS64 would make of it is not known here. */
static void denials_of_aaaa_are_not_whole_with_dns64(void **state)
{
	struct fixture *fixture = *state;
	fixture->policy.dns64 = &fixture->dns64;
	known_world(fixture);
	struct asked asked = {.qname = "no.example.", .qtype = RR_AAAA};
	assert_int_equal(take(fixture, &asked), FRONT_ANSWERED);
	assert_int_equal(fixture->answer.rcode, RCODE_REFUSED);
	asked.qtype = RR_MX;
	assert_int_equal(take(fixture, &asked), FRONT_ANSWERED);
	assert_int_equal(fixture->answer.rcode, RCODE_NXDOMAIN);
}

/* --- Answers that are not minimal --- */

static void servers_and_addresses_where_wanted(void **state)
{
	struct fixture *fixture = *state;
	struct outcome *mx = outcome_made(fixture, OUTCOME_ANSWER, "example.", RR_MX, 300, SETS("example. 300 MX 10 mail.example.\n"), NULL);
	const struct asked asked = {.qname = "example.", .qtype = RR_MX, .flags = HEADER_RD};
	struct asked small = asked;
	mx->zone = mx->qname;
	struct resolution resolution = resolution_made(fixture, 1, LINKS(mx));
	remember(fixture, outcome_made(fixture, OUTCOME_ANSWER, "example.", RR_NS, 250, SETS("example. 250 NS ns.example.\nexample. 250 NS mail.example.\n"), NULL), RR_NS);
	remember(fixture, outcome_made(fixture, OUTCOME_ANSWER, "mail.example.", RR_AAAA, 300, SETS("mail.example. 300 AAAA 2001:db8::25\n"), NULL), RR_AAAA);
	remember(fixture, outcome_made(fixture, OUTCOME_ANSWER, "mail.example.", RR_A, 10, SETS("mail.example. 10 A 192.0.2.25\n"), NULL), RR_A);
	remember(fixture, outcome_made(fixture, OUTCOME_ANSWER, "ns.example.", RR_A, 200, SETS("ns.example. 200 A 192.0.2.53\n"), NULL), RR_A);
	assert_int_equal(take(fixture, &asked), FRONT_MISS); /* the scratch knows the cache now */
	encode(fixture, &asked, &resolution);
	assert_int_equal(fixture->answer.counts[SECTION_AUTHORITY] + fixture->answer.counts[SECTION_ADDITIONAL], 0);
	fixture->policy.is_minimal = false;
	keep(fixture, &asked, &resolution);
	assert_int_equal(take(fixture, &asked), FRONT_ANSWERED);
	assert_string_equal(section_text(fixture, SECTION_AUTHORITY), "example. 250 IN NS ns.example.\nexample. 250 IN NS mail.example.\n");
	/* 10 s would make the whole end in 10 s. */
	assert_string_equal(section_text(fixture, SECTION_ADDITIONAL), "mail.example. 300 IN AAAA 2001:db8::25\nns.example. 200 IN A 192.0.2.53\n");
	size_t size = fixture->out.size;
	/* They never cost an answer. */
	fixture->policy.udp_size = (uint16_t)(size - 1);
	assert_int_equal(take(fixture, &small), FRONT_ANSWERED);
	assert_false(has_flag(fixture, HEADER_TC));
	assert_int_equal(fixture->answer.counts[SECTION_ANSWER], 1);
	assert_int_equal(fixture->answer.counts[SECTION_AUTHORITY] + fixture->answer.counts[SECTION_ADDITIONAL], 0);
	/* The first to end is an address. */
	fixture->now.mono_us += 200 * SECOND;
	assert_int_equal(take(fixture, &asked), FRONT_MISS);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, fixture_setup, fixture_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(strangers_are_refused), TEST(questions_of_other_kinds), TEST(server_itself), TEST(malformed_and_foreign),
		TEST(signed_queries), TEST(cookies), TEST(identity_and_keepalive), TEST(dns64_has_its_view),
		TEST(outcomes_answer_without_recursion), TEST(denials_of_aaaa_are_not_whole_with_dns64),
		TEST(servers_and_addresses_where_wanted),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
