/* SPDX-License-Identifier: BSD-2-Clause */
/* PROBE-FAILING: which results of scheduled probes raise it, when, and what clears it. */
#include "signals/sensors.h"

#include "tests/unit/cmocka_all.h"

#include <stdio.h>

#define START_US 1795305600000000
#define ROUND_US 30000000
#define ROUNDS_MOST 8

/* A probe: of a server (its address), of a service (address, behind '>'), or a verdict on the zone ("", the family). */
static void observe(struct sensors *sensors, unsigned round, const char *target, enum family family, const char *qtype,
		    enum probe_state state)
{
	struct event event;
	event_clear(&event);
	event.kind = EVENT_REPLY;
	event.stream = STREAM_PROBE;
	event.time_us = START_US + round * ROUND_US;
	event.client.addr.family = family;
	event.probe = (uint8_t)state;
	event.known |= EVENT_HAS_TIME | EVENT_HAS_PROBE | EVENT_HAS_CLIENT;
	assert_true(event_set_qname(&event, span_text("www.example.com")) && event_set_qtype(&event, span_text(qtype)));
	bool is_service = target[0] == '>', is_server = target[0] != '\0' && !is_service;
	if (is_server)
		assert_true(event_set_server(&event, span_text(target)));
	if (is_service)
		assert_true(event_set_upstream(&event, span_text(target + 1)));
	if (!is_server && !is_service)
		event.upstream.addr.family = event.server.family = family;
	bool is_answered = state == PROBE_STATE_GOOD || state == PROBE_STATE_BOGUS || state == PROBE_STATE_EXPIRING;
	if (is_answered && (is_server || is_service))
		event_set_rcode_number(&event, 0);
	event_set_reason(&event, span_text(state == PROBE_STATE_GOOD ? "" : "why"));
	sensors_observe(sensors, &event);
}

static bool holds(const struct sensors *sensors)
{
	size_t count;
	const struct signal *signals = sensors_signals(sensors, &count);
	for (size_t i = 0; i < count; i++) {
		if (signals[i].sensor == SENSOR_PROBE && signals[i].cleared_us == 0)
			return true;
	}
	return false;
}

/* results: one a round: . good, x failing. wanted: ! the signal holds after it. */
static void results(void **state)
{
	static const struct {
		const char *label, *target, *qtype;
		enum probe_state failure;
		const char *results, *wanted;
	} rows[] = {
		{"a server is silent twice", "2001:db8::53", "AAAA", PROBE_STATE_SILENT, "..xxx", "...!!"},
		{"once is lost on the way", "2001:db8::53", "AAAA", PROBE_STATE_SILENT, "..x.x.", "......"},
		{"bogus", "2001:db8::53", "AAAA", PROBE_STATE_BOGUS, "..xx..", "...!!."},
		{"a signature ends soon", "2001:db8::53", "AAAA", PROBE_STATE_EXPIRING, "..xx", "...!"},
		{"a service refuses", ">2001:db8::80", "AAAA", PROBE_STATE_REFUSED, "..xx..", "...!!."},
		{"never there, nothing beside it", "2001:db8::53", "AAAA", PROBE_STATE_SILENT, "xxxx", "...."},
		{"an audit finds no way", "", "NS", PROBE_STATE_NO_PATH, "..x.", "..!."},
		{"an audit finds something new", "", "SOA", PROBE_STATE_FINDING, ".x.", ".!."},
		{"an audit found it at first", "", "NS", PROBE_STATE_NO_PATH, "xx", ".."},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct sensors *sensors;
		char got[ROUNDS_MOST + 1] = "";
		assert_int_equal(sensors_new(7, &sensors), ERR_OK);
		for (unsigned round = 0; rows[i].results[round] != '\0'; round++) {
			observe(sensors, round, rows[i].target, FAMILY_IPV6, rows[i].qtype,
				rows[i].results[round] == '.' ? PROBE_STATE_GOOD : rows[i].failure);
			got[round] = holds(sensors) ? '!' : '.';
		}
		if (strcmp(got, rows[i].wanted) != 0)
			fail_msg("%s: %s, and %s is wanted", rows[i].label, got, rows[i].wanted);
		sensors_free(sensors);
	}
}

/* What never was good is told when a control is: the other family here. */
static void a_control_tells(void **state)
{
	struct sensors *sensors;
	assert_int_equal(sensors_new(7, &sensors), ERR_OK);
	for (unsigned round = 0; round < 3; round++) {
		observe(sensors, round, "192.0.2.53", FAMILY_IPV4, "AAAA", PROBE_STATE_GOOD);
		observe(sensors, round, "2001:db8::53", FAMILY_IPV6, "AAAA", PROBE_STATE_SILENT);
	}
	assert_true(holds(sensors));
	sensors_free(sensors);
}

/* A name of many servers, types and ways has room. */
static void forty_ways(void **state)
{
	struct sensors *sensors;
	assert_int_equal(sensors_new(7, &sensors), ERR_OK);
	for (unsigned round = 0; round < 4; round++) {
		for (unsigned server = 0; server < 40; server++) {
			char address[64];
			snprintf(address, sizeof(address), "2001:db8::%x", server + 1);
			observe(sensors, round, address, FAMILY_IPV6, "AAAA",
				server == 39 && round > 1 ? PROBE_STATE_SILENT : PROBE_STATE_GOOD);
		}
	}
	assert_true(holds(sensors));
	sensors_free(sensors);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(results),
		cmocka_unit_test(a_control_tells),
		cmocka_unit_test(forty_ways),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
