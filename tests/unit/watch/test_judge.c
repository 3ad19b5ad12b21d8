/* SPDX-License-Identifier: BSD-2-Clause */
#include "watch/judge.h"

#include "dns/rrtype.h"
#include "tests/unit/cmocka_all.h"

#include <errno.h>

#define NOW_S 1800000000u

static const uint8_t qname[] = "\3www\7example\3com";

/* A reply to www.example.com AAAA, made octet by octet. */
struct reply {
	uint8_t octets[512];
	struct writer out;
};

static void reply_begin(struct reply *reply, uint16_t flags, uint16_t answers)
{
	reply->out = writer_of(reply->octets, sizeof(reply->octets));
	writer_u16(&reply->out, 1);
	writer_u16(&reply->out, (uint16_t)(HEADER_QR | flags));
	writer_u16(&reply->out, 1);
	writer_u16(&reply->out, answers);
	writer_u16(&reply->out, 0);
	writer_u16(&reply->out, 0);
	writer_bytes(&reply->out, qname, sizeof(qname));
	writer_u16(&reply->out, RR_AAAA);
	writer_u16(&reply->out, CLASS_IN);
}

static void record_add(struct reply *reply, uint16_t type, const uint8_t *rdata, uint16_t size)
{
	writer_u16(&reply->out, 0xc00c);
	writer_u16(&reply->out, type);
	writer_u16(&reply->out, CLASS_IN);
	writer_u16(&reply->out, 0);
	writer_u16(&reply->out, 300);
	writer_u16(&reply->out, size);
	writer_bytes(&reply->out, rdata, size);
}

static void address_add(struct reply *reply, uint8_t last)
{
	const uint8_t address[16] = {0x20, 0x01, 0x0d, 0xb8, [15] = last};
	record_add(reply, RR_AAAA, address, sizeof(address));
}

static void signature_add(struct reply *reply, uint32_t ends_s)
{
	uint8_t rdata[64] = {0, RR_AAAA, 13, 3, 0, 0, 1, 44};
	rdata[8] = (uint8_t)(ends_s >> 24);
	rdata[9] = (uint8_t)(ends_s >> 16);
	rdata[10] = (uint8_t)(ends_s >> 8);
	rdata[11] = (uint8_t)ends_s;
	memcpy(rdata + 18, "\7example\3com", 13);
	record_add(reply, RR_RRSIG, rdata, 18 + 13 + 32);
}

static struct secure secure_said;

static void secure_say(void *owner, struct name name, uint16_t type, const struct fact *fact, struct secure *ret)
{
	(void)owner, (void)name, (void)type, (void)fact;
	*ret = secure_said;
}

struct asked {
	struct probe probe;
	struct fact fact, unchecked;
	struct judge_request request;
	struct probe_result result;
};

static struct asked asked_of(enum probe_target target, enum fact_state state, const struct reply *reply)
{
	struct asked asked = {.probe = {.target = target, .name = {qname, sizeof(qname), 3}, .type = RR_AAAA},
			      .fact = {.state = state, .duration_us = 1500}};
	if (reply != NULL)
		asked.fact.message = writer_span(&reply->out);
	return asked;
}

static void judge_it(struct asked *asked)
{
	struct arena *arena = arena_new(1 << 16);
	asked->request =
		(struct judge_request){.probe = &asked->probe,
				       .fact = &asked->fact,
				       .unchecked = asked->unchecked.state == FACT_REPLY ? &asked->unchecked : NULL,
				       .arena = arena,
				       .now_s = NOW_S,
				       .timeout_ms = 2000,
				       .left_least_s = 12 * 3600,
				       .secure = secure_say};
	judge_reply(&asked->request, &asked->result);
	arena_free(arena);
}

static void expect(struct asked asked, enum probe_state state, const char *words)
{
	judge_it(&asked);
	if (asked.result.state != state || strstr(asked.result.reason, words) == NULL)
		fail_msg("%s (%s), not %s (%s)", probe_state_text(asked.result.state), asked.result.reason,
			 probe_state_text(state), words);
}

static void test_without_a_reply(void **state)
{
	(void)state;
	expect(asked_of(PROBE_SERVER, FACT_SILENT, NULL), PROBE_STATE_SILENT, "no reply over UDP within 2000 ms");
	expect(asked_of(PROBE_SERVER, FACT_REFUSED, NULL), PROBE_STATE_REFUSED, "unreachable");
	expect(asked_of(PROBE_SERVER, FACT_NO_ROUTE, NULL), PROBE_STATE_UNTESTED, "this host");
	expect(asked_of(PROBE_SERVER, FACT_UNKNOWN, NULL), PROBE_STATE_UNTESTED, "this host");
}

static void test_replies_of_servers(void **state)
{
	(void)state;
	struct reply reply;
	secure_said = (struct secure){0};
	reply_begin(&reply, HEADER_AA, 1);
	address_add(&reply, 1);
	expect(asked_of(PROBE_SERVER, FACT_REPLY, &reply), PROBE_STATE_GOOD, "");
	reply_begin(&reply, 0, 1);
	address_add(&reply, 1);
	expect(asked_of(PROBE_SERVER, FACT_REPLY, &reply), PROBE_STATE_LAME, "without authority");
	expect(asked_of(PROBE_RESOLVER, FACT_REPLY, &reply), PROBE_STATE_GOOD, "");
	reply_begin(&reply, HEADER_AA, 0);
	expect(asked_of(PROBE_SERVER, FACT_REPLY, &reply), PROBE_STATE_ABSENT, "has no AAAA");
	reply_begin(&reply, HEADER_AA | RCODE_NXDOMAIN, 0);
	expect(asked_of(PROBE_SERVER, FACT_REPLY, &reply), PROBE_STATE_ABSENT, "NXDOMAIN");
	reply_begin(&reply, RCODE_REFUSED, 0);
	expect(asked_of(PROBE_SERVER, FACT_REPLY, &reply), PROBE_STATE_RCODE, "REFUSED");
	reply_begin(&reply, HEADER_AA | HEADER_TC, 0);
	expect(asked_of(PROBE_SERVER, FACT_REPLY, &reply), PROBE_STATE_GOOD, "");
	reply_begin(&reply, HEADER_AA, 2); /* one record is missing */
	address_add(&reply, 1);
	expect(asked_of(PROBE_SERVER, FACT_REPLY, &reply), PROBE_STATE_LAME, "cannot be read");
}

static void test_signatures(void **state)
{
	(void)state;
	struct reply reply;
	reply_begin(&reply, HEADER_AA, 2);
	address_add(&reply, 1);
	signature_add(&reply, NOW_S + 7 * 3600 + 60);
	secure_said = (struct secure){.is_known = true, .security = SECURITY_SECURE};
	expect(asked_of(PROBE_SERVER, FACT_REPLY, &reply), PROBE_STATE_EXPIRING,
	       "the signature of AAAA ends in 7 hours");
	secure_said = (struct secure){
		.is_known = true, .security = SECURITY_BOGUS, .reason = "signature crypto failed", .ede = 6};
	struct asked asked = asked_of(PROBE_SERVER, FACT_REPLY, &reply);
	expect(asked, PROBE_STATE_BOGUS, "signature crypto failed");
	judge_it(&asked);
	assert_int_equal(asked.result.security, SECURITY_BOGUS);
	assert_int_equal(asked.result.ede, 6);
	/* A resolver's answer is not judged by us, but for the time that is left. */
	expect(asked_of(PROBE_RESOLVER, FACT_REPLY, &reply), PROBE_STATE_EXPIRING, "7 hours");
	secure_said = (struct secure){.is_known = true, .security = SECURITY_SECURE};
	reply_begin(&reply, HEADER_AA, 2);
	address_add(&reply, 1);
	signature_add(&reply, NOW_S + 14 * 86400);
	expect(asked_of(PROBE_SERVER, FACT_REPLY, &reply), PROBE_STATE_GOOD, "");
	reply_begin(&reply, HEADER_AA, 2);
	address_add(&reply, 1);
	signature_add(&reply, NOW_S - 3 * 3600);
	expect(asked_of(PROBE_RESOLVER, FACT_REPLY, &reply), PROBE_STATE_EXPIRING, "ended 3 hours ago");
}

/* SERVFAIL alone is a failure; with an answer under CD it is validation that fails. */
static void test_resolvers(void **state)
{
	(void)state;
	struct reply failure, answer;
	reply_begin(&failure, HEADER_RA | RCODE_SERVFAIL, 0);
	reply_begin(&answer, HEADER_RA, 1);
	address_add(&answer, 1);
	struct asked asked = asked_of(PROBE_RESOLVER, FACT_REPLY, &failure);
	expect(asked, PROBE_STATE_RCODE, "SERVFAIL");
	asked.unchecked = (struct fact){.state = FACT_REPLY, .message = writer_span(&failure.out)};
	expect(asked, PROBE_STATE_RCODE, "SERVFAIL");
	asked.unchecked.message = writer_span(&answer.out);
	expect(asked, PROBE_STATE_BOGUS, "checking disabled");
	asked.probe.is_cd = true;
	asked.unchecked.state = FACT_WANTED;
	expect(asked, PROBE_STATE_RCODE, "SERVFAIL");
}

static void test_addresses_of_answers(void **state)
{
	(void)state;
	struct reply reply;
	struct found found = {0};
	reply_begin(&reply, HEADER_AA, 3);
	address_add(&reply, 1);
	address_add(&reply, 2);
	address_add(&reply, 1);
	struct asked asked = asked_of(PROBE_SERVER, FACT_REPLY, &reply);
	judge_it(&asked);
	judge_addresses(&asked.request, &found);
	assert_int_equal(found.count, 2);
	judge_addresses(&asked.request, &found);
	assert_int_equal(found.count, 2);
	/* However many an answer has. */
	reply_begin(&reply, HEADER_AA, 17);
	for (uint8_t i = 3; i < 20; i++)
		address_add(&reply, i);
	asked = asked_of(PROBE_SERVER, FACT_REPLY, &reply);
	judge_it(&asked);
	judge_addresses(&asked.request, &found);
	assert_int_equal(found.count, FOUND_ADDRESSES_MAX);
}

static void test_connections(void **state)
{
	(void)state;
	struct probe_result result;
	judge_connect(0, false, 2000, 700, &result);
	assert_int_equal(result.state, PROBE_STATE_GOOD);
	assert_int_equal(result.duration_us, 700);
	judge_connect(ECONNREFUSED, false, 2000, 700, &result);
	assert_int_equal(result.state, PROBE_STATE_REFUSED);
	judge_connect(ETIMEDOUT, false, 2000, 700, &result);
	assert_int_equal(result.state, PROBE_STATE_SILENT);
	judge_connect(ENETUNREACH, true, 2000, 0, &result);
	assert_int_equal(result.state, PROBE_STATE_UNTESTED);
	assert_false(probe_is_failing(&result));
}

static void test_events(void **state)
{
	(void)state;
	struct probe probe = {.target = PROBE_SERVER,
			      .transport = QUESTION_TCP,
			      .endpoint = {.addr = {.family = FAMILY_IPV6, .bytes = {0x20, 1}}, .port = 53},
			      .name = {qname, sizeof(qname), 3},
			      .type = RR_AAAA};
	struct probe_result result = {.state = PROBE_STATE_SILENT, .reason = "no reply", .ede = -1, .duration_us = 5};
	struct event event;
	probe_to_event(&probe, &result, NULL, 42, &event);
	assert_int_equal(event.stream, STREAM_PROBE);
	assert_true(event_has(&event, EVENT_HAS_SERVER | EVENT_HAS_QNAME | EVENT_HAS_PROBE | EVENT_HAS_TIME));
	assert_false(event_has(&event, EVENT_HAS_RCODE));
	assert_true(event_is_failing_probe(&event));
	assert_int_equal(event_family(&event), FAMILY_IPV6);
	assert_string_equal(event.reason, "no reply");
	/* A connection that stood. */
	probe.target = PROBE_SERVICE;
	judge_connect(0, false, 2000, 700, &result);
	probe_to_event(&probe, &result, NULL, 42, &event);
	assert_true(event_has(&event, EVENT_HAS_UPSTREAM | EVENT_HAS_RCODE) && !event_has(&event, EVENT_HAS_SERVER));
	assert_false(event_is_failing_probe(&event));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_without_a_reply),
		cmocka_unit_test(test_replies_of_servers),
		cmocka_unit_test(test_signatures),
		cmocka_unit_test(test_resolvers),
		cmocka_unit_test(test_addresses_of_answers),
		cmocka_unit_test(test_connections),
		cmocka_unit_test(test_events),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
