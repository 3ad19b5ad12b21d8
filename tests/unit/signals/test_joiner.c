/* SPDX-License-Identifier: BSD-2-Clause */
#include "signals/joiner.h"

#include "signals/column.h"
#include "signals/line.h"
#include "tests/unit/cmocka_all.h"

#include <stdio.h>

static struct line_reader reader;
static struct joiner *joiner;

static int begin(void **state)
{
	(void)state;
	reader = (struct line_reader){.clock = {.now_us = 1795350000000000}, .format = LINE_ANY};
	return joiner_new(7, &joiner);
}

static int end(void **state)
{
	(void)state;
	joiner_free(joiner);
	return 0;
}

static bool take(const char *line, struct event *ret)
{
	if (line_read(&reader, span_text(line), ret) != LINE_EVENT)
		fail_msg("not read: %s", line);
	return joiner_join(joiner, ret);
}

#define QUERY(time, port, flags)                                                                                       \
	"22-Nov-2026 03:26:" time " queries: info: client @0x7f 2001:db8:c::10#" port                                  \
	" (www.bogus.lab): query: www.Bogus.lab IN AAAA " flags " (2001:db8:f::1)"
#define FAILED(time, port)                                                                                             \
	"22-Nov-2026 03:26:" time " query-errors: info: client @0x7f 2001:db8:c::10#" port                             \
	" (www.bogus.lab): query failed (failure) for www.bogus.lab/IN/AAAA at query.c:7916"

/* The answer's line has neither flags nor address; the question's had them. */
static void test_bind_failure(void **state)
{
	(void)state;
	struct event event;
	assert_true(take(QUERY("45.870", "39627", "+E(0)CK"), &event));
	assert_int_equal(event.kind, EVENT_QUERY);
	assert_true(
		take("22-Nov-2026 03:26:45.871 dnssec: info: validating www.bogus.lab/AAAA: no valid signature found",
		     &event));
	assert_true(take("22-Nov-2026 03:26:45.872 lame-servers: info: RRSIG failed to verify resolving "
			 "'www.bogus.lab/AAAA/IN': 2001:db8:1::53#53",
			 &event));
	assert_true(take(FAILED("45.873", "39627"), &event));
	assert_true(event.is_completion);
	assert_int_equal(event.rcode, 2);
	assert_int_equal(event.transport, EVENT_UDP);
	assert_int_equal(event.flags & event.flags_known & (EVENT_CD | EVENT_RD), EVENT_CD | EVENT_RD);
	assert_true(event_has(&event, EVENT_HAS_SERVER | EVENT_HAS_DURATION | EVENT_HAS_SECURITY));
	assert_int_equal(event.duration_us, 3000);
	assert_int_equal(event.security, SECURITY_BOGUS);
	assert_string_equal(event.reason, "no valid signature found");
	/* Once is enough: the same failure again has no question before it. */
	assert_true(take(FAILED("45.874", "39627"), &event));
	assert_false(event.is_completion);
	assert_false(event_has(&event, EVENT_HAS_TRANSPORT));
}

static void test_others_are_not_joined(void **state)
{
	(void)state;
	struct event event;
	take(QUERY("10.000", "1000", "+"), &event);
	take(FAILED("10.001", "1001"), &event); /* another port */
	assert_false(event.is_completion);
	take(FAILED("22.100", "1000"), &event); /* too late to be of it */
	assert_false(event.is_completion);
	take(QUERY("30.000", "1000", "+"), &event);
	take("client @0x7f 2001:db8:c::10#1000 (x): query failed (failure) for www.bogus.lab/IN/A at query.c:1",
	     &event);
	assert_false(event.is_completion);
	take("client @0x7f 2001:db8:c::11#1000 (x): query failed (failure) for www.bogus.lab/IN/AAAA at query.c:1",
	     &event);
	assert_false(event.is_completion);
	take("[1795318006] unbound[1:0] reply: 2001:db8:c::10 www.bogus.lab. AAAA IN SERVFAIL 0.1 0 1", &event);
	assert_false(event.is_completion);
	take("client @0x7f 2001:db8:c::10#1000 (x): query failed (failure) for www.bogus.lab/IN/AAAA at query.c:1",
	     &event);
	assert_true(event.is_completion); /* no stamp: the order is all there is */
}

/* With CD a failure is logged and yet the answer is good: the reply says so, and gets no cause. */
static void test_unbound(void **state)
{
	(void)state;
	struct event event;
	take("[1795318006] unbound[1:0] query: 2001:db8:c::10 www.bogus.lab. AAAA IN", &event);
	take("[1795318006] unbound[1:0] query: 2001:db8:c::10 www.bogus.lab. AAAA IN", &event);
	take("[1795318006] unbound[1:0] info: validation failure <www.bogus.lab. AAAA IN>: signature crypto failed "
	     "from "
	     "2001:db8:1::53",
	     &event);
	take("[1795318006] unbound[1:0] reply: 2001:db8:c::10 www.bogus.lab. AAAA IN NOERROR 0.002103 0 136", &event);
	assert_true(event.is_completion);
	assert_false(event_has(&event, EVENT_HAS_SECURITY));
	assert_string_equal(event.reason, "");
	take("[1795318006] unbound[1:0] reply: 2001:db8:c::10 www.bogus.lab. AAAA IN SERVFAIL 0.002103 0 136", &event);
	assert_true(event.is_completion);
	assert_int_equal(event.security, SECURITY_BOGUS);
	assert_int_equal(event.duration_us, 2103);
	assert_true(event_has(&event, EVENT_HAS_UPSTREAM));
	assert_string_equal(event.reason, "signature crypto failed from 2001:db8:1::53");
}

/* A reply that names a server without a port does not get the port of the one that failed before. */
static void test_server_of_its_own(void **state)
{
	(void)state;
	struct event event;
	take("{\"v\":1,\"ev\":\"upstream\",\"qname\":\"www.a.lab.\",\"qtype\":\"AAAA\",\"up_server\":\"2001:db8:1::53\","
	     "\"up_port\":5353}",
	     &event);
	take("{\"v\":1,\"ev\":\"reply\",\"client\":\"2001:db8:c::10\",\"qname\":\"www.a.lab.\",\"qtype\":\"AAAA\","
	     "\"rcode\":\"SERVFAIL\",\"up_server\":\"192.0.2.53\"}",
	     &event);
	assert_int_equal(event.upstream.addr.family, FAMILY_IPV4);
	assert_false(event_has(&event, EVENT_HAS_UPSTREAM_PORT));
	take("{\"v\":1,\"ev\":\"reply\",\"client\":\"2001:db8:c::10\",\"qname\":\"www.a.lab.\",\"qtype\":\"AAAA\","
	     "\"rcode\":\"SERVFAIL\"}",
	     &event);
	assert_int_equal(event.upstream.addr.family, FAMILY_IPV6);
	assert_true(event_has(&event, EVENT_HAS_UPSTREAM_PORT));
	assert_int_equal(event.upstream.port, 5353);
}

/* Stamps of whole seconds tell no time taken. */
static void test_coarse_stamps(void **state)
{
	(void)state;
	struct event event;
	take("Nov 22 03:26:45 ns1 named[1]: client ::1#9 (a): query: a IN A + (::1)", &event);
	take("Nov 22 03:26:46 ns1 named[1]: client ::1#9 (a): query failed (timed out) for a/IN/A at query.c:1",
	     &event);
	assert_true(event.is_completion);
	assert_false(event_has(&event, EVENT_HAS_DURATION));
	assert_string_equal(event.reason, "timed out");
}

static void test_repeats(void **state)
{
	(void)state;
	struct event event;
	static const char line[] = "2026-11-22T03:26:45.100Z [dnssec] validation failure: www.bogus.lab. AAAA";
	assert_true(take(line, &event));
	assert_false(take(line, &event));
	assert_false(take(line, &event));
	assert_true(take("2026-11-22T03:26:45.100Z [dnssec] validation failure: www.bogus.lab. A", &event));
	assert_true(take("2026-11-22T03:26:47.100Z [dnssec] validation failure: www.bogus.lab. AAAA", &event));
	/* without stamps: in a row */
	assert_true(take("[dnssec] validation failure: b.lab. AAAA", &event));
	assert_false(take("[dnssec] validation failure: b.lab. AAAA", &event));
	assert_true(take("[dnssec] validation failure: b.lab. A", &event));
	assert_true(take("[dnssec] validation failure: b.lab. AAAA", &event));
}

/* More questions than there is room for: none is joined wrongly, the last ones still are joined. */
static void test_many(void **state)
{
	(void)state;
	struct event event;
	char line[200];
	unsigned joined = 0;
	for (int i = 0; i < 40000; i++) {
		snprintf(line, sizeof(line), "client 2001:db8::%x#9 (a): query: a%d.lab IN A + (::1)", i, i);
		take(line, &event);
	}
	for (int i = 0; i < 40000; i++) {
		snprintf(line, sizeof(line),
			 "client 2001:db8::%x#9 (a): query failed (failure) for a%d.lab/IN/A at q:1", i, i);
		take(line, &event);
		joined += event.is_completion;
		if (i > 39990)
			assert_true(event.is_completion);
	}
	assert_true(joined > 10000 && joined <= 16384);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test_setup_teardown(test_bind_failure, begin, end),
					   cmocka_unit_test_setup_teardown(test_others_are_not_joined, begin, end),
					   cmocka_unit_test_setup_teardown(test_unbound, begin, end),
					   cmocka_unit_test_setup_teardown(test_server_of_its_own, begin, end),
					   cmocka_unit_test_setup_teardown(test_coarse_stamps, begin, end),
					   cmocka_unit_test_setup_teardown(test_repeats, begin, end),
					   cmocka_unit_test_setup_teardown(test_many, begin, end)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
