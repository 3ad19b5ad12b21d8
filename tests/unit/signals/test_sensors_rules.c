/* SPDX-License-Identifier: BSD-2-Clause */
/* Single sensors: probes and their causes, refreshes, sites, hours of earlier days, causes of failures, and what
 * formats tell. */
#include "signals/joiner.h"
#include "signals/line.h"
#include "signals/sensors/cause.h"
#include "signals/sensors/facts.h"
#include "signals/sensors/halves.h"
#include "signals/sites.h"

#include "dns/header.h"
#include "tests/unit/cmocka_all.h"

#include <stdio.h>
#include <stdlib.h>

#define START_US 1795305600000000
#define SECOND_US 1000000ull
#define MINUTE_US 60000000ull

static struct sensors *sensors;

static int begin(void **state)
{
	(void)state;
	return sensors_new(7, &sensors);
}

static int end(void **state)
{
	(void)state;
	sensors_free(sensors);
	return 0;
}

static const struct signal *signal_last(enum sensor sensor)
{
	size_t count;
	const struct signal *signals = sensors_signals(sensors, &count), *last = NULL;
	for (size_t i = 0; i < count; i++) {
		if (signals[i].sensor == sensor)
			last = &signals[i];
	}
	return last;
}

static void scope_is(const struct signal *signal, const char *want)
{
	struct text text = {0};
	assert_non_null(signal);
	scope_to_text(&signal->scope, &text);
	assert_string_equal(text.data, want);
	text_free(&text);
}

static struct event event_of(uint64_t time_us, const char *qname, const char *qtype)
{
	struct event event;
	event_clear(&event);
	event.kind = EVENT_REPLY;
	event.time_us = time_us;
	event.known |= EVENT_HAS_TIME;
	assert_true(event_set_qname(&event, span_text(qname)) && event_set_qtype(&event, span_text(qtype)));
	return event;
}

/* --- Probes --- */

/* rcode NULL: no answer. */
static void probe(unsigned round, const char *qtype, const char *server, const char *transport, bool is_cd,
		  const char *rcode)
{
	struct event event = event_of(START_US + round * 30 * SECOND_US, "www.example.com", qtype);
	event.stream = STREAM_PROBE;
	event_set_flag(&event, EVENT_CD, is_cd);
	assert_true(event_set_server(&event, span_text(server)) && event_set_transport(&event, span_text(transport)));
	event.answers = 1;
	event.known |= EVENT_HAS_ANSWERS;
	if (rcode != NULL)
		assert_true(event_set_rcode(&event, span_text(rcode)));
	else
		event_set_reason(&event, span_text("no answer within 2 s"));
	sensors_observe(sensors, &event);
}

#define V6 "2001:db8::53"
#define V4 "192.0.2.53"

static void probe_all(unsigned round)
{
	static const char *const servers[] = {V6, V4, "2001:db8::54"}, *const transports[] = {"udp", "tcp"};
	for (unsigned i = 0; i < 3; i++) {
		for (unsigned j = 0; j < 2; j++) {
			probe(round, "AAAA", servers[i], transports[j], false, "NOERROR");
			probe(round, "AAAA", servers[i], transports[j], true, "NOERROR");
			probe(round, "A", servers[i], transports[j], false, "NOERROR");
		}
	}
}

/* Answered before, then failing: of each way the control that still answers names the cause. */
static void test_probe_causes(void **state)
{
	(void)state;
	static const struct {
		const char *qtype, *server, *transport, *rcode, *says;
		bool is_both_types, is_both_cd;
	} rows[] = {
		{"AAAA", V6, "udp", "SERVFAIL",
		 "only AAAA, only without CD (validation), only 2001:db8::53, only udp: 1 of 18 ways"},
		{"AAAA", V6, "udp", NULL, "only AAAA, only 2001:db8::53, only udp: 2 of 18", .is_both_cd = true},
		{"AAAA", V6, "udp", NULL, "only 2001:db8::53, only udp: 3 of 18", .is_both_cd = true,
		 .is_both_types = true},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		assert_int_equal(sensors_new(7, &sensors), ERR_OK);
		probe_all(0);
		for (unsigned round = 1; round <= 2; round++) {
			assert_null(signal_last(SENSOR_PROBE)); /* one failure may be a loss */
			if (rows[i].is_both_cd)
				probe(round, rows[i].qtype, rows[i].server, rows[i].transport, true, rows[i].rcode);
			if (rows[i].is_both_types)
				probe(round, "A", rows[i].server, rows[i].transport, false, rows[i].rcode);
			probe(round, rows[i].qtype, rows[i].server, rows[i].transport, false, rows[i].rcode);
		}
		const struct signal *signal = signal_last(SENSOR_PROBE);
		scope_is(signal, "probe www.example.com");
		if (strstr(signal->evidence, rows[i].says) == NULL)
			fail_msg("row %zu: %s", i, signal->evidence);
		assert_int_equal(signal->raised_us, START_US + 60 * SECOND_US);
		assert_int_equal(signal->since_us, START_US + 30 * SECOND_US);
		/* Two good rounds end it. */
		probe_all(3);
		assert_int_equal(signal->cleared_us, 0);
		probe_all(4);
		assert_true(signal->cleared_us != 0);
		sensors_free(sensors);
	}
}

/* All servers of one family. */
static void test_probe_family(void **state)
{
	(void)state;
	probe_all(0);
	for (unsigned round = 1; round <= 2; round++) {
		for (unsigned i = 0; i < 12; i++)
			probe(round, i / 4 == 0 ? "A" : "AAAA", i % 2 != 0 ? V6 : "2001:db8::54",
			      i % 4 < 2 ? "udp" : "tcp", i / 4 == 2, NULL);
		probe(round, "AAAA", V4, "udp", false, "NOERROR");
	}
	assert_non_null(strstr(signal_last(SENSOR_PROBE)->evidence, "only IPv6: 12 of 18 ways"));
	assert_non_null(strstr(signal_last(SENSOR_PROBE)->evidence, "no answer within 2 s"));
}

/* As the daemon probes: servers without CD, a resolver with it, too, which answers from its cache. */
static void servers_and_resolver(unsigned round, const char *const *servers, unsigned count, unsigned failing)
{
	for (unsigned i = 0; i < count; i++)
		probe(round, "AAAA", servers[i], "udp", false, i < failing && round > 0 ? NULL : "NOERROR");
	probe(round, "AAAA", "2001:db8:f::1", "udp", true, "NOERROR");
	probe(round, "AAAA", "2001:db8:f::1", "udp", false, "NOERROR");
}

static void test_probe_cd_is_no_cause(void **state)
{
	(void)state;
	static const struct {
		const char *servers[3], *says;
		unsigned failing;
	} rows[] = {{{V6, "2001:db8::54", V4}, "only IPv6: 2 of 5 ways fail", 2},
		    {{V6, "2001:db8::54", V4}, "only 2001:db8::53: 1 of 5 ways fail", 1},
		    {{V6, V4, "2001:db8::54"}, "nothing in common: 2 of 5 ways fail", 2}};
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		assert_int_equal(sensors_new(7, &sensors), ERR_OK);
		for (unsigned round = 0; round <= 2; round++)
			servers_and_resolver(round, rows[i].servers, 3, rows[i].failing);
		const char *evidence = signal_last(SENSOR_PROBE)->evidence;
		if (strncmp(evidence, rows[i].says, strlen(rows[i].says)) != 0)
			fail_msg("row %zu: %s", i, evidence);
		sensors_free(sensors);
	}
}

/* Failing from the first time on: with a control that answers it is a fault, without one it may never have been there.
 */
static void test_probe_from_the_start(void **state)
{
	(void)state;
	for (unsigned round = 0; round < 3; round++)
		probe(round, "AAAA", V6, "udp", false, "SERVFAIL");
	assert_null(signal_last(SENSOR_PROBE));
	probe(3, "A", V6, "udp", false, "NOERROR");
	assert_non_null(signal_last(SENSOR_PROBE));
	assert_int_equal(signal_last(SENSOR_PROBE)->baseline, BASELINE_CONTROL);
	assert_true(sensors_can_see(sensors, SENSOR_PROBE));
	/* Clients' questions are others: nothing was counted as such. */
	assert_false(sensors_can_see(sensors, SENSOR_AAAA_SERVFAIL));
}

/* --- Refreshes --- */

static void refresh(uint64_t second, const char *qname, const char *rcode, uint32_t left_s)
{
	struct event event = event_of(START_US + second * SECOND_US, qname, "AAAA");
	event.kind = EVENT_REFRESH;
	event.stream = STREAM_RECURSIVE;
	event.ttl_left_s = left_s;
	event.known |= EVENT_HAS_TTL_LEFT;
	assert_true(event_set_rcode(&event, span_text(rcode)));
	sensors_observe(sensors, &event);
}

static void test_refresh(void **state)
{
	(void)state;
	refresh(0, "a.lab", "SERVFAIL", 400);
	refresh(1, "a.lab", "SERVFAIL", 399); /* the same again */
	refresh(2, "b.lab", "SERVFAIL", 130);
	sensors_advance(sensors, START_US + 20 * SECOND_US);
	assert_null(signal_last(SENSOR_REFRESH));
	refresh(21, "c.lab", "SERVFAIL", 300);
	sensors_advance(sensors, START_US + 31 * SECOND_US);
	const struct signal *signal = signal_last(SENSOR_REFRESH);
	scope_is(signal, "rec all");
	assert_true(signal->now == 3);
	assert_non_null(strstr(signal->evidence, "3 names break within 7 minutes, the first in 102 s"));
	struct text text = {0};
	signal_number_to_text(SENSOR_REFRESH, signal->now, &text);
	assert_string_equal(text.data, "3");
	text_free(&text);
	/* One of them could be had after all; the others are still to break. */
	refresh(40, "b.lab", "NOERROR", 0);
	sensors_advance(sensors, START_US + 230 * SECOND_US);
	assert_true(signal->cleared_us != 0);
}

/* --- Sites, hours --- */

static void answer(uint64_t time_us, const char *client, unsigned zone, const char *qtype, const char *rcode)
{
	char qname[64];
	snprintf(qname, sizeof(qname), "www.zone%u.lab", zone);
	struct event event = event_of(time_us, qname, qtype);
	assert_true(event_set_client(&event, span_text(client)) && event_set_rcode(&event, span_text(rcode)));
	sensors_observe(sensors, &event);
}

/* Two networks of one site, of both families, are one scope. */
static bool is_asked_again(int ttl_s, unsigned after_s)
{
	struct halves *halves = calloc(1, sizeof(*halves));
	struct counts counts = {0};
	assert_non_null(halves);
	for (unsigned i = 0; i < 2; i++) {
		struct event event = event_of(START_US + i * after_s * SECOND_US, "www.example.com", "AAAA");
		event.stream = STREAM_AUTHORITATIVE;
		assert_true(event_set_client(&event, span_text("2001:db8::53")) &&
			    event_set_rcode(&event, span_text("NOERROR")));
		event.ttl_s = (uint32_t)ttl_s;
		event.known |= ttl_s >= 0 ? EVENT_HAS_TTL : 0u;
		halves_observe(halves, &event, &counts);
	}
	free(halves);
	return counts.is_asked_again;
}

/* M-19: within the TTL, and ten seconds. */
static void test_asked_again(void **state)
{
	(void)state;
	assert_true(is_asked_again(-1, 9) && is_asked_again(300, 9) && is_asked_again(5, 4));
	assert_false(is_asked_again(-1, 12) || is_asked_again(300, 12) || is_asked_again(5, 7) || is_asked_again(0, 1));
}

static void test_site(void **state)
{
	(void)state;
	struct sites *sites;
	struct sites_fault fault;
	assert_int_equal(sites_parse(span_text("2001:db8:20::/48 Paris\n10.1.0.0/16 Paris\n"), &sites, &fault), ERR_OK);
	sensors_name_sites(sensors, sites);
	for (unsigned i = 0; i < 600; i++) {
		uint64_t time_us = START_US + i * 100000;
		answer(time_us, "2001:db8:30::1", i % 50, "A", "NOERROR");
		answer(time_us, "10.2.0.1", i % 50, "AAAA", "NOERROR");
		if (i % 8 == 0)
			answer(time_us, i % 16 != 0 ? "2001:db8:20:7::1" : "10.1.9.1", i % 50, "AAAA", "SERVFAIL");
	}
	sensors_finish(sensors);
	scope_is(signal_last(SENSOR_CLUSTER), "site Paris");
	sites_free(sites);
}

/* On the third day something fails at ten: on the days before, nothing did at that hour. */
static void test_same_hour(void **state)
{
	(void)state;
	for (uint64_t minute = 0; minute < 2 * 1440 + 610; minute++) {
		bool fails = minute >= 2 * 1440 + 600;
		for (uint64_t i = 0; i < 30; i++) {
			uint64_t time_us = START_US + minute * MINUTE_US + i * 2 * SECOND_US;
			answer(time_us, "2001:db8::1", (unsigned)i % 2, "AAAA",
			       fails && i % 3 == 0 ? "SERVFAIL" : "NOERROR");
			answer(time_us + 1000, "2001:db8::1", (unsigned)i % 2, "A", "NOERROR");
		}
	}
	const struct signal *signal = signal_last(SENSOR_AAAA_SERVFAIL);
	assert_non_null(signal);
	assert_int_equal(signal->baseline, BASELINE_SAME_HOUR);
	assert_string_equal(signal_baseline_text(signal->baseline), "same hour");
	size_t count;
	const struct signal *signals = sensors_signals(sensors, &count);
	for (size_t i = 0; i < count; i++)
		assert_true(signals[i].raised_us >= START_US + (2 * 1440 + 600) * MINUTE_US);
}

/* What is usual at that hour is no news, although the hour before was without it. */
static void test_daily_job(void **state)
{
	(void)state;
	for (uint64_t minute = 0; minute < 3 * 1440; minute++) {
		bool is_job = minute / 60 % 24 == 10;
		for (uint64_t i = 0; i < 30; i++) {
			struct event event =
				event_of(START_US + minute * MINUTE_US + i * 2 * SECOND_US, "www.zone1.lab", "AAAA");
			char client[32];
			snprintf(client, sizeof(client), "2001:db8::%u", (unsigned)i);
			assert_true(event_set_client(&event, span_text(client)) &&
				    event_set_rcode(&event, span_text("NOERROR")) &&
				    event_set_transport(&event, span_text("udp")));
			bool is_truncated = is_job && i % 4 == 0;
			event_set_flag(&event, EVENT_TC, is_truncated);
			sensors_observe(sensors, &event);
			event.transport = EVENT_TCP;
			event_set_flag(&event, EVENT_TC, false);
			event.time_us += 100000;
			if (is_truncated)
				sensors_observe(sensors, &event);
		}
	}
	size_t count;
	const struct signal *signals = sensors_signals(sensors, &count);
	assert_true(count > 0); /* on the first day it was news */
	for (size_t i = 0; i < count; i++)
		assert_true(signals[i].raised_us < START_US + 1440 * MINUTE_US);
}

/* --- Causes, gateways --- */

static void test_causes(void **state)
{
	(void)state;
	static const struct {
		int ede;
		const char *reason;
		enum failure_cause cause;
	} rows[] = {
		{6, "", CAUSE_VALIDATION},
		{7, "", CAUSE_VALIDATION},
		{22, "", CAUSE_DELEGATION},
		{23, "", CAUSE_PATH},
		{-1, "RRSIG failed to verify", CAUSE_VALIDATION},
		{-1, "unexpected RCODE REFUSED", CAUSE_DELEGATION},
		{-1, "lame server", CAUSE_DELEGATION},
		{-1, "host unreachable", CAUSE_PATH},
		{-1, "exceeded time limit: timed out", CAUSE_PATH},
		{-1, "failure", CAUSE_UNKNOWN},
		{0, "", CAUSE_UNKNOWN},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct event event = event_of(START_US, "www.lab", "AAAA");
		event_set_reason(&event, span_text(rows[i].reason));
		event.ede = (uint16_t)rows[i].ede;
		event.known |= rows[i].ede >= 0 ? EVENT_HAS_EDE : 0;
		if (cause_of_failure(&event) != rows[i].cause)
			fail_msg("row %zu: %u", i, cause_of_failure(&event));
	}
}

static void test_gateways(void **state)
{
	(void)state;
	static const struct {
		const char *addr;
		bool is;
	} rows[] = {{"172.17.0.1", true},  {"172.31.0.1", true}, {"172.16.0.1", false},
		    {"172.17.0.2", false}, {"10.88.0.1", true},  {"10.0.2.100", true},
		    {"10.0.0.1", false},   {"192.0.2.1", false}, {"2001:db8::1", false}};
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct ip_addr addr;
		assert_int_equal(ip_addr_from_text(rows[i].addr, &addr), ERR_OK);
		assert_int_equal(is_gateway(&addr), rows[i].is);
	}
}

/* --- What formats tell --- */

/* Lines as the servers write them, with all switched on: together they tell what the table says, and no more. */
static const struct {
	enum line_format format;
	const char *line;
} lines[] = {
	{LINE_BIND,
	 "22-Nov-2026 03:26:45.870 queries: info: client @0x7f70 2001:db8:c::10#39627 (www.bogus.lab): query: "
	 "www.bogus.lab IN AAAA +E(0)K (2001:db8:f::1)"},
	{LINE_BIND,
	 "22-Nov-2026 03:26:45.870 responses: info: client @0x7f70 2001:db8:c::10#39627 (www.good.lab): response: "
	 "www.good.lab IN AAAA NOERROR 1 2 3 +E(0)K (2001:db8:f::1)"},
	{LINE_BIND,
	 "22-Nov-2026 03:26:45.901 query-errors: info: client @0x7f70 2001:db8:c::10#39627 (www.bogus.lab): query "
	 "failed (SERVFAIL) for www.bogus.lab/IN/AAAA at query.c:7916"},
	{LINE_UNBOUND,
	 "[1795318006] unbound[6894:0] reply: 2001:db8:c::10 www.good.lab. AAAA IN NOERROR 0.002103 0 136"},
	{LINE_UNBOUND,
	 "[1795318006] unbound[6894:0] reply: 2001:db8:c::10 www.good.lab. AAAA IN NOERROR 0.002103 0 136 "
	 "on udp 2001:db8:f::1@53"},
	{LINE_COREDNS,
	 "[INFO] [2001:db8:c::10]:39627 - 12345 \"AAAA IN www.good.lab. udp 45 false 1232\" NOERROR qr,aa,rd 78 "
	 "0.000213251s"},
	{LINE_ROUTE53, "1.0 2026-11-22T03:26:45Z Z123412341234 example.com AAAA NOERROR UDP SFO5 2001:db8:c::10 -"},
};

static void test_formats(void **state)
{
	(void)state;
	uint32_t told[LINE_FORMAT_COUNT] = {0};
	bool is_seen[LINE_FORMAT_COUNT] = {0};
	struct joiner *joiner;
	assert_int_equal(joiner_new(1, &joiner), ERR_OK);
	for (size_t i = 0; i < sizeof(lines) / sizeof(*lines); i++) {
		struct line_reader reader = {.clock = {.now_us = START_US}, .format = LINE_ANY};
		struct event event;
		if (line_read(&reader, span_text(lines[i].line), &event) != LINE_EVENT)
			fail_msg("line %zu is not read", i);
		assert_int_equal(event.source, lines[i].format);
		joiner_join(joiner, &event);
		told[event.source] |= facts_of(&event);
		is_seen[event.source] = true;
	}
	for (unsigned format = 0; format < LINE_FORMAT_COUNT; format++) {
		for (unsigned i = 0; i < SENSOR_COUNT && is_seen[format]; i++) {
			enum sensor sensor = (enum sensor)i;
			/* Of the stream only those sensors are said that it can have. */
			bool is_told = sensor_is_fed(sensor, told[format]);
			if (is_told != sensor_is_carried_by(sensor, (enum line_format)format) &&
			    !(is_told && format == LINE_UNBOUND && sensor == SENSOR_REASK))
				fail_msg("%s, %s: the lines say %d", line_format_name((enum line_format)format),
					 sensor_name(sensor), is_told);
		}
	}
	joiner_free(joiner);
	assert_false(sensor_is_carried_by(SENSOR_AAAA_SERVFAIL, LINE_KRESD));
	assert_true(sensor_is_carried_by(SENSOR_PROBE, LINE_SEXTANT) &&
		    !sensor_is_carried_by(SENSOR_PROBE, LINE_DNSTAP));
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_probe_causes),
					   cmocka_unit_test_setup_teardown(test_probe_family, begin, end),
					   cmocka_unit_test(test_probe_cd_is_no_cause),
					   cmocka_unit_test_setup_teardown(test_probe_from_the_start, begin, end),
					   cmocka_unit_test_setup_teardown(test_refresh, begin, end),
					   cmocka_unit_test(test_asked_again),
					   cmocka_unit_test_setup_teardown(test_site, begin, end),
					   cmocka_unit_test_setup_teardown(test_same_hour, begin, end),
					   cmocka_unit_test_setup_teardown(test_daily_job, begin, end),
					   cmocka_unit_test(test_causes),
					   cmocka_unit_test(test_gateways),
					   cmocka_unit_test(test_formats)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
