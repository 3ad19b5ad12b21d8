/* SPDX-License-Identifier: BSD-2-Clause */
/* The sensors' memory and time; what they find is shown on whole logs in tests/system/test_signals.py. */
#include "signals/sensors.h"

#include "tests/unit/cmocka_all.h"

#include <stdio.h>
#include <time.h>

#define START_US 1795305600000000
#define MINUTE_US 60000000

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

static void observe(uint64_t time_us, const char *client, const char *qname, const char *qtype, const char *rcode)
{
	struct event event;
	event_clear(&event);
	event.kind = EVENT_REPLY;
	event.time_us = time_us;
	event.known |= EVENT_HAS_TIME;
	assert_true(event_set_client(&event, span_text(client)) && event_set_qname(&event, span_text(qname)) &&
		    event_set_qtype(&event, span_text(qtype)) && event_set_rcode(&event, span_text(rcode)));
	sensors_observe(sensors, &event);
}

/* One zone whose AAAA fails, asked 30 times a minute for each type. */
static void zone_fail(uint64_t minute, const char *qname)
{
	for (uint64_t i = 0; i < 30; i++) {
		uint64_t time_us = START_US + minute * MINUTE_US + i * 2000000;
		observe(time_us, "2001:db8::1", qname, "AAAA", "SERVFAIL");
		observe(time_us + 1000, "2001:db8::1", qname, "A", "NOERROR");
	}
}

static const struct signal *signal_find(enum sensor sensor, enum scope_kind kind)
{
	size_t count;
	const struct signal *signals = sensors_signals(sensors, &count);
	for (size_t i = 0; i < count; i++) {
		if (signals[i].sensor == sensor && signals[i].scope.kind == kind)
			return &signals[i];
	}
	return NULL;
}

static void scope_is(const struct signal *signal, const char *want)
{
	struct text text = {0};
	assert_non_null(signal);
	scope_to_text(&signal->scope, &text);
	assert_string_equal(text.data, want);
	text_free(&text);
}

/* Four of ten AAAA fail, in many zones: everybody's cell alone sees it. The first minutes after a start. */
static void many_fail(unsigned stream)
{
	for (unsigned i = 0; i < 400; i++) {
		struct event event;
		char qname[32];
		snprintf(qname, sizeof(qname), "www.z%u.lab", i);
		for (int is_a = 0; is_a < 2; is_a++) {
			event_clear(&event);
			event.kind = EVENT_REPLY;
			event.stream = (enum event_stream)stream;
			event.time_us = START_US + i * 300000 + (uint64_t)is_a;
			event.known |= EVENT_HAS_TIME;
			assert_true(event_set_client(&event, span_text("2001:db8::1")) &&
				    event_set_qname(&event, span_text(qname)) &&
				    event_set_qtype(&event, span_text(is_a ? "A" : "AAAA")) &&
				    event_set_rcode(&event, span_text(!is_a && i % 10 < 4 ? "SERVFAIL" : "NOERROR")));
			sensors_observe(sensors, &event);
		}
	}
	sensors_finish(sensors);
}

static void hour_know(double failed_aaaa)
{
	const struct sensors_hour known = {.stream = STREAM_RECURSIVE,
					   .hour = START_US / 3600000000u,
					   .asked = {10000, 10000, 500},
					   .failed = {failed_aaaa, 10, 0},
					   .udp = {10000, 10500}};
	sensors_know_hour(sensors, &known, START_US);
}

static void test_a_history_tells_what_is_usual(void **state)
{
	(void)state;
	many_fail(STREAM_RECURSIVE);
	const struct signal *signal = signal_find(SENSOR_AAAA_SERVFAIL, SCOPE_ALL);
	assert_non_null(signal);
	assert_int_equal(signal->baseline, BASELINE_CONTROL);
	sensors_free(sensors);
	assert_int_equal(sensors_new(7, &sensors), ERR_OK);
	hour_know(20);
	many_fail(STREAM_RECURSIVE);
	signal = signal_find(SENSOR_AAAA_SERVFAIL, SCOPE_ALL);
	assert_non_null(signal);
	assert_int_equal(signal->baseline, BASELINE_SAME_HOUR);
	assert_true(signal->usual > 0.0019 && signal->usual < 0.0021);
	/* It is so every day at this hour: nothing is unusual. */
	sensors_free(sensors);
	assert_int_equal(sensors_new(7, &sensors), ERR_OK);
	hour_know(3900);
	hour_know(1); /* what is known is not told again */
	many_fail(STREAM_RECURSIVE);
	assert_null(signal_find(SENSOR_AAAA_SERVFAIL, SCOPE_ALL));
	/* Of the one stream, not of the other. */
	many_fail(STREAM_AUTHORITATIVE);
	signal = signal_find(SENSOR_AAAA_SERVFAIL, SCOPE_ALL);
	assert_non_null(signal);
	assert_int_equal(signal->scope.stream, STREAM_AUTHORITATIVE);
}

static void test_zone(void **state)
{
	(void)state;
	zone_fail(0, "www.bogus.lab");
	zone_fail(1, "mail.BOGUS.lab");
	sensors_finish(sensors);
	const struct signal *signal = signal_find(SENSOR_AAAA_SERVFAIL, SCOPE_ZONE);
	scope_is(signal, "zone bogus.lab");
	assert_int_equal(signal->level, SIGNAL_CRITICAL);
	assert_int_equal(signal->since_us, START_US);
	/* As soon as there are twenty questions, at the end of those ten seconds. */
	assert_int_equal(signal->raised_us, START_US + 40000000);
	assert_int_equal(signal->cleared_us, 0);
	assert_int_equal(signal->baseline, BASELINE_CONTROL);
	/* The zone explains it: nothing is said of everybody. */
	assert_null(signal_find(SENSOR_AAAA_SERVFAIL, SCOPE_ALL));
	assert_true(sensors_can_see(sensors, SENSOR_PAIRS));
	assert_false(sensors_can_see(sensors, SENSOR_TC_SHARE));
}

struct heard {
	unsigned counts[SIGNAL_CLEARED + 1];
	uint64_t last_id;
};

static void hear(void *owner, const struct signal *signal, enum signal_change change)
{
	struct heard *heard = owner;
	heard->counts[change]++;
	if (change == SIGNAL_RAISED) {
		assert_true(signal->id > heard->last_id);
		heard->last_id = signal->id;
	}
	assert_true((change == SIGNAL_CLEARED) == (signal->cleared_us != 0));
}

/* Raised, worse, over, with nothing but time going on; and again under another id. */
static void test_listener(void **state)
{
	(void)state;
	struct heard heard = {0};
	sensors_listen(sensors, hear, &heard);
	sensors_advance(sensors, START_US); /* before any event there is nothing to judge */
	zone_fail(0, "www.bogus.lab");
	sensors_advance(sensors, START_US + MINUTE_US);
	assert_int_equal(heard.counts[SIGNAL_RAISED], 2); /* AAAA-SERVFAIL, AAAA-PAIRS */
	assert_int_equal(heard.last_id, 2);
	sensors_advance(sensors, START_US + 7ull * MINUTE_US);
	assert_int_equal(heard.counts[SIGNAL_CLEARED], 2);
	zone_fail(8, "www.bogus.lab");
	sensors_advance(sensors, START_US + 9ull * MINUTE_US);
	assert_int_equal(heard.last_id, 4);
	sensors_listen(sensors, NULL, NULL);
	sensors_advance(sensors, START_US + 16ull * MINUTE_US);
	assert_int_equal(heard.counts[SIGNAL_CLEARED], 2);
}

/* More signals over time than there are places: those that were cleared first make room. */
static void test_places(void **state)
{
	(void)state;
	struct heard heard = {0};
	char qname[64];
	sensors_listen(sensors, hear, &heard);
	for (uint64_t i = 0; i < 600; i++) {
		snprintf(qname, sizeof(qname), "www.zone%u.lab", (unsigned)i);
		zone_fail(2 * i, qname);
	}
	sensors_finish(sensors);
	size_t count;
	const struct signal *signals = sensors_signals(sensors, &count);
	assert_true(heard.last_id >= 1200 && count < heard.last_id);
	assert_int_equal(sensors_dropped(sensors), 0);
	bool is_last_there = false;
	for (size_t i = 0; i < count; i++) {
		assert_true(signals[i].id > heard.last_id - count); /* no gap: the oldest went first */
		is_last_there = is_last_there || signals[i].id == heard.last_id;
	}
	assert_true(is_last_there);
}

/* When A fails as well it is not an AAAA matter. */
static void test_both_fail(void **state)
{
	(void)state;
	for (uint64_t i = 0; i < 100; i++) {
		observe(START_US + i * 1000000, "2001:db8::1", "www.down.lab", "AAAA", "SERVFAIL");
		observe(START_US + i * 1000000, "2001:db8::1", "www.down.lab", "A", "SERVFAIL");
	}
	sensors_finish(sensors);
	assert_null(signal_find(SENSOR_AAAA_SERVFAIL, SCOPE_ZONE));
	assert_null(signal_find(SENSOR_PAIRS, SCOPE_ZONE));
}

/* Reverse zones go by the network; names that are long beyond reason are cut. */
static void test_reverse_and_long_names(void **state)
{
	(void)state;
	char name[1024], label[64];
	memset(label, 'a', 63);
	label[63] = '\0';
	snprintf(name, sizeof(name), "%s.%s.%s.ip6.arpa", label, label, label);
	zone_fail(0, name);
	zone_fail(0, "1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.1.0.0.8.b.d.0.1.0.0.2.ip6.arpa");
	sensors_finish(sensors);
	size_t count;
	const struct signal *signals = sensors_signals(sensors, &count);
	assert_int_equal(count, 4); /* AAAA-SERVFAIL and AAAA-PAIRS of both */
	bool is_found = false;
	for (size_t i = 0; i < count; i++) {
		struct text text = {0};
		scope_to_text(&signals[i].scope, &text);
		is_found = is_found || strcmp(text.data, "zone 8.b.d.0.1.0.0.2.ip6.arpa") == 0;
		text_free(&text);
	}
	assert_true(is_found);
}

/* Far more zones and networks than there is room for: the one with much traffic is not pushed out. */
static void test_many_scopes(void **state)
{
	(void)state;
	char qname[64], client[64];
	zone_fail(0, "www.bogus.lab");
	for (int i = 0; i < 60000; i++) {
		snprintf(qname, sizeof(qname), "www.zone%d.lab", i);
		snprintf(client, sizeof(client), "2001:db8:%x:%x::1", i % 65536, (i * 7) % 65536);
		observe(START_US + MINUTE_US + (uint64_t)i * 900, client, qname, "AAAA", "NOERROR");
	}
	zone_fail(2, "www.bogus.lab");
	sensors_finish(sensors);
	scope_is(signal_find(SENSOR_AAAA_SERVFAIL, SCOPE_ZONE), "zone bogus.lab");
	assert_true(sensors_memory() < 24u << 20);
}

/* Lines out of order; one whose clock is a year ahead: it is left out, and what comes behind it is judged as before. */
static void test_time(void **state)
{
	(void)state;
	zone_fail(5, "www.bogus.lab");
	zone_fail(3, "www.bogus.lab");
	observe(START_US + 525600ull * MINUTE_US, "2001:db8::1", "www.good.lab", "AAAA", "NOERROR");
	zone_fail(6, "www.bogus.lab");
	sensors_finish(sensors);
	const struct signal *signal = signal_find(SENSOR_AAAA_SERVFAIL, SCOPE_ZONE);
	scope_is(signal, "zone bogus.lab");
	assert_int_equal(signal->since_us, START_US + 5ull * MINUTE_US);
	assert_int_equal(signal->cleared_us, 0);
	assert_int_equal(sensors_untimed(sensors), 1);
	assert_int_equal(sensors_first_us(sensors), START_US + 5ull * MINUTE_US);
	assert_true(sensors_last_us(sensors) < START_US + 7ull * MINUTE_US);
	/* A log that really goes on a year later does so in more than one line, and none of them is lost. */
	zone_fail(525600, "www.good.lab");
	assert_int_equal(sensors_untimed(sensors), 1);
	assert_true(sensors_last_us(sensors) > START_US + 525600ull * MINUTE_US);
}

/* NXDOMAIN for AAAA beside an address for A: the server lies about the name. */
static void test_pairs(void **state)
{
	(void)state;
	for (uint64_t i = 0; i < 30; i++) {
		uint64_t time_us = START_US + i * 1000000;
		observe(time_us, "192.0.2.1", "www.lies.lab", "A", "NOERROR");
		observe(time_us + 100, "192.0.2.1", "www.lies.lab", "AAAA", "NXDOMAIN");
		observe(time_us, "192.0.2.1", "nope.good.lab", "A", "NXDOMAIN");
		observe(time_us + 100, "192.0.2.1", "nope.good.lab", "AAAA", "NXDOMAIN");
	}
	sensors_finish(sensors);
	size_t count;
	sensors_signals(sensors, &count);
	assert_int_equal(count, 2);
	scope_is(signal_find(SENSOR_PAIRS, SCOPE_ZONE), "zone lies.lab");
	scope_is(signal_find(SENSOR_AAAA_NXDOMAIN, SCOPE_ZONE), "zone lies.lab");
}

static void ask(uint64_t time_us, const char *client)
{
	observe(time_us, client, "www.good.lab", "AAAA", "NOERROR");
}

/* A family that fades to nothing: the signal says so, although it was raised when a few questions still came. */
static void test_family_fades(void **state)
{
	(void)state;
	for (uint64_t minute = 0; minute < 20; minute++) {
		for (uint64_t i = 0; i < 40; i++) {
			uint64_t time_us = START_US + minute * MINUTE_US + i * 1000000;
			if (minute < 10 || (minute < 14 && i < 2))
				ask(time_us, "2001:db8::1");
			ask(time_us, "192.0.2.1");
		}
	}
	sensors_finish(sensors);
	const struct signal *signal = signal_find(SENSOR_FAMILY_SILENT, SCOPE_ALL);
	assert_non_null(signal);
	assert_true(signal->raised_us > START_US + 11ull * MINUTE_US && signal->raised_us <= START_US + 12ull * MINUTE_US);
	assert_int_equal(signal->level, SIGNAL_CRITICAL);
	assert_non_null(strstr(signal->evidence, "IPv6: 0 questions"));
}

/* A host that asks for one broken name over and over says nothing of its network; failures of many zones do. */
static void test_cluster_of_one_name(void **state)
{
	(void)state;
	char qname[64];
	for (uint64_t i = 0; i < 60; i++) {
		ask(START_US + i * 500000, "192.0.2.1");
		ask(START_US + i * 500000, "198.51.100.1");
		observe(START_US + i * 500000, "203.0.113.1", "www.bogus.lab", "AAAA", "SERVFAIL");
		observe(START_US + i * 500000, "203.0.113.1", "www.bogus.lab", "A", "SERVFAIL");
		snprintf(qname, sizeof(qname), "www.zone%u.lab", (unsigned)i % 10);
		observe(START_US + i * 500000, "2001:db8::1", qname, "A", "SERVFAIL");
	}
	for (uint64_t i = 0; i < 2000; i++)
		ask(START_US + 30000000 + i * 10000, "192.0.2.1");
	sensors_finish(sensors);
	size_t count, clusters = 0;
	const struct signal *signals = sensors_signals(sensors, &count);
	for (size_t i = 0; i < count; i++)
		clusters += signals[i].sensor == SENSOR_CLUSTER;
	assert_int_equal(clusters, 1);
	scope_is(signal_find(SENSOR_CLUSTER, SCOPE_NETWORK), "network 2001:db8::/56");
}

/* A resolver of few questions: two weeks of them, one every third minute, take no time but for what they tell. */
static void test_sparse(void **state)
{
	(void)state;
	char qname[64];
	clock_t start = clock(); /* of the processor, however busy the host is */
	for (uint64_t i = 0; i < 6000; i++) {
		snprintf(qname, sizeof(qname), "www.zone%u.lab", (unsigned)i % 5000);
		observe(START_US + 3 * i * MINUTE_US, "2001:db8::1", qname, "AAAA", "NOERROR");
	}
	for (uint64_t minute = 18000; minute < 18002; minute++)
		zone_fail(minute, "www.bogus.lab");
	sensors_finish(sensors);
	assert_true((double)(clock() - start) / CLOCKS_PER_SEC < 10);
	scope_is(signal_find(SENSOR_AAAA_SERVFAIL, SCOPE_ZONE), "zone bogus.lab");
}

static void answered(uint64_t time_us, const char *client, const char *qname, const char *transport)
{
	struct event event;
	event_clear(&event);
	event.kind = EVENT_REPLY;
	event.time_us = time_us;
	event.known |= EVENT_HAS_TIME;
	event_set_flag(&event, EVENT_TC, transport[0] == 'u');
	assert_true(event_set_client(&event, span_text(client)) && event_set_qname(&event, span_text(qname)) &&
		    event_set_qtype(&event, span_text("ANY")) && event_set_rcode(&event, span_text("NOERROR")) &&
		    event_set_transport(&event, span_text(transport)));
	sensors_observe(sensors, &event);
}

static void truncated(uint64_t time_us, const char *client, const char *qname)
{
	answered(time_us, client, qname, "udp");
}

/* The connection is often another worker's, and its events are read first. */
static void test_tcp_is_told_before_the_truncation(void **state)
{
	(void)state;
	char client[64];
	for (uint64_t i = 0; i < 60; i++) {
		snprintf(client, sizeof(client), "2001:db8::%u", (unsigned)i + 2);
		answered(START_US + i * 100000 + 2000, client, "big.real.lab", "tcp");
		truncated(START_US + i * 100000, client, "big.real.lab");
	}
	sensors_finish(sensors);
	assert_null(signal_find(SENSOR_TC_LOST, SCOPE_ZONE));
}

/* Whoever floods a forged address with truncated answers does not want them over TCP: TCP is not to blame. */
static void test_flood_of_truncated(void **state)
{
	(void)state;
	char client[64];
	for (uint64_t i = 0; i < 500; i++)
		truncated(START_US + i * 100000, "2001:db8::1", "big.flood.lab");
	sensors_finish(sensors);
	assert_null(signal_find(SENSOR_TC_LOST, SCOPE_ZONE));
	for (uint64_t i = 0; i < 40; i++) {
		snprintf(client, sizeof(client), "2001:db8::%u", (unsigned)i + 2);
		truncated(START_US + MINUTE_US + i * 100000, client, "big.real.lab");
	}
	sensors_finish(sensors);
	scope_is(signal_find(SENSOR_TC_LOST, SCOPE_ZONE), "zone real.lab");
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test_setup_teardown(test_zone, begin, end),
					   cmocka_unit_test_setup_teardown(test_tcp_is_told_before_the_truncation, begin, end),
					   cmocka_unit_test_setup_teardown(test_listener, begin, end),
					   cmocka_unit_test_setup_teardown(test_a_history_tells_what_is_usual, begin, end),
					   cmocka_unit_test_setup_teardown(test_places, begin, end),
					   cmocka_unit_test_setup_teardown(test_both_fail, begin, end),
					   cmocka_unit_test_setup_teardown(test_reverse_and_long_names, begin, end),
					   cmocka_unit_test_setup_teardown(test_many_scopes, begin, end),
					   cmocka_unit_test_setup_teardown(test_time, begin, end),
					   cmocka_unit_test_setup_teardown(test_pairs, begin, end),
					   cmocka_unit_test_setup_teardown(test_family_fades, begin, end),
					   cmocka_unit_test_setup_teardown(test_cluster_of_one_name, begin, end),
					   cmocka_unit_test_setup_teardown(test_flood_of_truncated, begin, end),
					   cmocka_unit_test_setup_teardown(test_sparse, begin, end)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
