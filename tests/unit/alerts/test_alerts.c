/* SPDX-License-Identifier: BSD-2-Clause */
/* Alerts of signals, in virtual time. */
#include "alerts/alerts.h"

#include "tests/unit/cmocka_all.h"

#include <stdio.h>

#define SECOND_US 1000000ull
#define MINUTE_US (60 * SECOND_US)
#define START_US (1795305600 * SECOND_US) /* 2026-11-22T00:00Z, a Sunday */

/* What was told, as "raised 1 critical AAAA-SERVFAIL zone a.lab (2)\n"; refreshing is counted only. */
static struct {
	char text[8192];
	size_t size;
	unsigned refreshed;
	uint64_t last_us;
} told;

static struct alerts *alerts;

static void hear(void *owner, const struct alert_message *message)
{
	struct text scope = {0};
	(void)owner;
	if (message->change == ALERT_REFRESHED) {
		told.refreshed++;
		return;
	}
	scope_to_text(&message->alerts[0]->scope, &scope);
	told.size += (size_t)snprintf(told.text + told.size, sizeof(told.text) - told.size, "%s %u %s %s %s (%zu)\n",
				      alert_change_text(message->change), (unsigned)message->id,
				      signal_level_text(message->level), message->alerts[0]->name, text_string(&scope),
				      message->total);
	told.last_us = message->time_us;
	text_free(&scope);
}

static void begin(const struct alert_rules *rules, uint32_t repeat_s)
{
	static const struct alert_rules none = {0};
	const struct alerts_options options = {
		.rules = rules != NULL ? rules : &none, .repeat_s = repeat_s, .seed = 7, .listener = hear};
	memset(&told, 0, sizeof(told));
	assert_int_equal(alerts_new(&options, &alerts), ERR_OK);
	alerts_advance(alerts, START_US);
}

static int end(void **state)
{
	(void)state;
	alerts_free(alerts);
	alerts = NULL;
	return 0;
}

static void told_is(const char *want)
{
	assert_string_equal(told.text, want);
	told.text[0] = '\0';
	told.size = 0;
}

static void signal_give(enum sensor sensor, const char *zone, enum signal_level level, enum signal_change change,
			uint64_t second)
{
	struct signal signal = {.sensor = sensor, .level = level, .now = 0.5, .usual = 0.01, .scope.kind = SCOPE_ZONE};
	struct event event;
	event_clear(&event);
	assert_true(event_set_qname(&event, span_text(zone)));
	memcpy(signal.scope.zone, event.qname.wire, event_qname(&event).size);
	signal.since_us = signal.raised_us = START_US + second * SECOND_US;
	signal.cleared_us = change == SIGNAL_CLEARED ? START_US + second * SECOND_US : 0;
	alerts_signal(alerts, &signal, change);
}

static void time_is(uint64_t second)
{
	alerts_advance(alerts, START_US + second * SECOND_US);
}

/* Second by second, as a live source does. */
static void time_passes(uint64_t from_s, uint64_t until_s)
{
	for (uint64_t second = from_s; second <= until_s; second++)
		time_is(second);
}

static void test_raise_hold_clear(void **state)
{
	(void)state;
	begin(NULL, 3600);
	signal_give(SENSOR_AAAA_SERVFAIL, "a.lab", SIGNAL_CRITICAL, SIGNAL_RAISED, 60);
	told_is("");
	time_passes(61, 3600);
	told_is("raised 1 critical AAAA-SERVFAIL zone a.lab (1)\n");
	assert_int_equal(told.refreshed, 58); /* once a minute */
	time_passes(3601, 3700);
	told_is("holds 1 critical AAAA-SERVFAIL zone a.lab (1)\n");
	assert_int_equal(alerts_holding(alerts), 1);
	signal_give(SENSOR_AAAA_SERVFAIL, "a.lab", SIGNAL_CRITICAL, SIGNAL_CLEARED, 3700);
	time_passes(3701, 3999);
	told_is("");
	time_is(4000); /* 300 s later */
	told_is("cleared 1 critical AAAA-SERVFAIL zone a.lab (1)\n");
	assert_int_equal(alerts_holding(alerts), 0);
	time_passes(4001, 9000);
	told_is("");
}

/* Comes and goes: one alert. */
static void test_hysteresis(void **state)
{
	(void)state;
	begin(NULL, 0);
	for (uint64_t minute = 1; minute < 40; minute += 2) {
		signal_give(SENSOR_AAAA_SERVFAIL, "a.lab", SIGNAL_CRITICAL, SIGNAL_RAISED, minute * 60);
		time_is(minute * 60 + 1);
		signal_give(SENSOR_AAAA_SERVFAIL, "a.lab", SIGNAL_CRITICAL, SIGNAL_CLEARED, minute * 60 + 60);
		time_is(minute * 60 + 61);
	}
	told_is("raised 1 critical AAAA-SERVFAIL zone a.lab (1)\n");
	time_is(60 * 60);
	told_is("cleared 1 critical AAAA-SERVFAIL zone a.lab (1)\n");
}

/* A fault in many zones, seen by two sensors: one message, and one when it is over. */
static void test_one_fault_one_message(void **state)
{
	char zone[32];
	(void)state;
	begin(NULL, 0);
	for (unsigned i = 0; i < 100; i++) {
		snprintf(zone, sizeof(zone), "zone%u.lab", i);
		signal_give(SENSOR_AAAA_SERVFAIL, zone, i == 42 ? SIGNAL_CRITICAL : SIGNAL_WARNING, SIGNAL_RAISED, 60);
		signal_give(SENSOR_PAIRS, zone, SIGNAL_WARNING, SIGNAL_RAISED, 60);
	}
	time_is(76);
	told_is("raised 1 critical AAAA-SERVFAIL zone zone42.lab (200)\n");
	for (unsigned i = 0; i < 100; i++) {
		snprintf(zone, sizeof(zone), "zone%u.lab", i);
		signal_give(SENSOR_AAAA_SERVFAIL, zone, SIGNAL_WARNING, SIGNAL_CLEARED, 300);
	}
	time_is(900);
	told_is("");
	for (unsigned i = 0; i < 100; i++) {
		snprintf(zone, sizeof(zone), "zone%u.lab", i);
		signal_give(SENSOR_PAIRS, zone, SIGNAL_WARNING, SIGNAL_CLEARED, 900);
	}
	time_is(1200);
	told_is("cleared 1 critical AAAA-SERVFAIL zone zone42.lab (200)\n");
}

/* Another sensor group, and another time, are other faults; the same zone is not. */
static void test_other_faults(void **state)
{
	(void)state;
	begin(NULL, 0);
	signal_give(SENSOR_AAAA_SERVFAIL, "a.lab", SIGNAL_WARNING, SIGNAL_RAISED, 60);
	signal_give(SENSOR_TC_LOST, "a.lab", SIGNAL_WARNING, SIGNAL_RAISED, 60);
	time_is(76);
	told_is("raised 1 warning AAAA-SERVFAIL zone a.lab (1)\nraised 2 warning TC-WITHOUT-TCP zone a.lab (1)\n");
	signal_give(SENSOR_AAAA_SERVFAIL, "b.lab", SIGNAL_WARNING, SIGNAL_RAISED, 660);
	time_is(676);
	told_is("raised 3 warning AAAA-SERVFAIL zone b.lab (1)\n");
	signal_give(SENSOR_PAIRS, "a.lab", SIGNAL_WARNING, SIGNAL_RAISED, 720);
	time_is(721);
	told_is("worsened 1 warning AAAA-SERVFAIL zone a.lab (2)\n");
	signal_give(SENSOR_AAAA_SERVFAIL, "b.lab", SIGNAL_CRITICAL, SIGNAL_WORSENED, 780);
	time_is(781);
	told_is("worsened 3 critical AAAA-SERVFAIL zone b.lab (1)\n");
}

static void test_for_and_level(void **state)
{
	const struct alert_rule list[] = {
		{.signal = "*",
		 .has_for = true,
		 .has_least = true,
		 .conduct = {.for_s = 120, .least = SIGNAL_WARNING, .sinks = ALERT_SINK_LOG}}};
	const struct alert_rules rules = {.rules = list, .rule_count = 1};
	(void)state;
	begin(&rules, 0);
	signal_give(SENSOR_TC_SHARE, "a.lab", SIGNAL_NOTICE, SIGNAL_RAISED, 60);
	signal_give(SENSOR_PAIRS, "b.lab", SIGNAL_WARNING, SIGNAL_RAISED, 60);
	time_passes(61, 120);
	signal_give(SENSOR_PAIRS, "b.lab", SIGNAL_WARNING, SIGNAL_CLEARED, 120); /* too short */
	time_passes(121, 600);
	told_is("");
	signal_give(SENSOR_TC_SHARE, "a.lab", SIGNAL_WARNING, SIGNAL_WORSENED, 600);
	time_is(601);
	told_is("raised 1 warning TC-SHARE zone a.lab (1)\n");
}

/* Sunday until 01:00 nothing is told, but for what was told before. */
static void test_mute_and_off(void **state)
{
	struct alert_mute mute;
	assert_int_equal(alert_mute_parse(span_text("sun 00:02-01:00"), &mute), ERR_OK);
	const struct alert_rule list[] = {
		{.signal = "TC-*", .conduct = {.is_off = true}},
		{.signal = "*", .conduct = {.sinks = ALERT_SINKS_ALL, .mutes = &mute, .mute_count = 1}}};
	const struct alert_rules rules = {.rules = list, .rule_count = 2};
	(void)state;
	begin(&rules, 600);
	signal_give(SENSOR_TC_LOST, "x.lab", SIGNAL_WARNING, SIGNAL_RAISED, 60);
	signal_give(SENSOR_AAAA_SERVFAIL, "a.lab", SIGNAL_WARNING, SIGNAL_RAISED, 60);
	time_is(76);
	told_is("raised 1 warning AAAA-SERVFAIL zone a.lab (1)\n");
	signal_give(SENSOR_AAAA_SERVFAIL, "b.lab", SIGNAL_WARNING, SIGNAL_RAISED, 900);
	signal_give(SENSOR_SYNTH_SHIFT, "c.lab", SIGNAL_WARNING, SIGNAL_RAISED, 900);
	time_passes(901, 1200);
	told_is("");
	signal_give(SENSOR_AAAA_SERVFAIL, "a.lab", SIGNAL_WARNING, SIGNAL_CLEARED, 1200);
	signal_give(SENSOR_SYNTH_SHIFT, "c.lab", SIGNAL_WARNING, SIGNAL_CLEARED, 1200);
	time_passes(1201, 3599);
	told_is("cleared 1 warning AAAA-SERVFAIL zone a.lab (1)\n");
	time_is(3600);
	told_is("raised 2 warning AAAA-SERVFAIL zone b.lab (1)\n");
}

/* More than there is room for: counted, and none of those that hold is lost. */
static void test_bounded(void **state)
{
	char zone[32];
	(void)state;
	begin(NULL, 0);
	for (unsigned i = 0; i < ALERTS_MAX + 50; i++) {
		snprintf(zone, sizeof(zone), "zone%u.lab", i);
		signal_give(SENSOR_AAAA_SERVFAIL, zone, SIGNAL_WARNING, SIGNAL_RAISED, 60);
	}
	time_is(76);
	told_is("raised 1 warning AAAA-SERVFAIL zone zone0.lab (1024)\n");
	assert_int_equal(alerts_dropped(alerts), 50);
	assert_int_equal(alerts_holding(alerts), ALERTS_MAX);
}

/* A new fault every ten minutes that never ends: the messages are bounded, too. */
static void test_bounded_groups(void **state)
{
	char zone[32];
	(void)state;
	begin(NULL, 0);
	for (unsigned i = 0; i < ALERT_GROUPS_MAX + 3; i++) {
		snprintf(zone, sizeof(zone), "zone%u.lab", i);
		signal_give(SENSOR_AAAA_SERVFAIL, zone, SIGNAL_WARNING, SIGNAL_RAISED, i * 600);
		time_is(i * 600 + 1);
		told.size = 0;
	}
	assert_int_equal(alerts_dropped(alerts), 3);
	assert_int_equal(alerts_holding(alerts), ALERT_GROUPS_MAX);
}

/* New rules: what holds goes on under its id and is not told again; what the new rules leave out is gone. */
static void test_inherit(void **state)
{
	const struct alert_rule list[] = {{.signal = "TC-*", .conduct = {.is_off = true}}};
	const struct alert_rules rules = {.rules = list, .rule_count = 1};
	(void)state;
	begin(NULL, 600);
	signal_give(SENSOR_AAAA_SERVFAIL, "a.lab", SIGNAL_WARNING, SIGNAL_RAISED, 60);
	signal_give(SENSOR_PAIRS, "a.lab", SIGNAL_WARNING, SIGNAL_RAISED, 60);
	signal_give(SENSOR_TC_LOST, "x.lab", SIGNAL_WARNING, SIGNAL_RAISED, 60);
	time_is(76);
	signal_give(SENSOR_AAAA_SERVFAIL, "late.lab", SIGNAL_WARNING, SIGNAL_RAISED, 900); /* not yet told */
	struct alerts *old = alerts;
	begin(&rules, 600);
	alerts_inherit(alerts, old);
	alerts_free(old);
	time_passes(901, 916);
	told_is("holds 1 warning AAAA-SERVFAIL zone a.lab (2)\nraised 4 warning AAAA-SERVFAIL zone late.lab (1)\n");
	assert_int_equal(alerts_holding(alerts), 3);
	signal_give(SENSOR_AAAA_SERVFAIL, "a.lab", SIGNAL_WARNING, SIGNAL_CLEARED, 910);
	signal_give(SENSOR_PAIRS, "a.lab", SIGNAL_WARNING, SIGNAL_CLEARED, 910);
	time_is(1210);
	told_is("cleared 1 warning AAAA-SERVFAIL zone a.lab (2)\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(test_raise_hold_clear, end),
		cmocka_unit_test_teardown(test_hysteresis, end),
		cmocka_unit_test_teardown(test_one_fault_one_message, end),
		cmocka_unit_test_teardown(test_other_faults, end),
		cmocka_unit_test_teardown(test_for_and_level, end),
		cmocka_unit_test_teardown(test_mute_and_off, end),
		cmocka_unit_test_teardown(test_inherit, end),
		cmocka_unit_test_teardown(test_bounded, end),
		cmocka_unit_test_teardown(test_bounded_groups, end),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
