/* SPDX-License-Identifier: BSD-2-Clause */
/* Thresholds over events, in virtual time. */
#include "alerts/alerts.h"

#include "tests/unit/cmocka_all.h"

#include <stdio.h>

#define SECOND_US 1000000ull
#define START_US (1795305600 * SECOND_US)

static char told[4096];
static size_t told_size;
static struct alerts *alerts;
static struct alert_threshold threshold;
static struct alert_rules rules;
static uint64_t now_s;

static void hear(void *owner, const struct alert_message *message)
{
	struct text scope = {0};
	(void)owner;
	if (message->change == ALERT_REFRESHED)
		return;
	scope_to_text(&message->alerts[0]->scope, &scope);
	told_size += (size_t)snprintf(told + told_size, sizeof(told) - told_size, "%u %s %s %s (%zu)\n",
				      (unsigned)((message->time_us - START_US) / SECOND_US),
				      alert_change_text(message->change), message->alerts[0]->name, text_string(&scope),
				      message->total);
	text_free(&scope);
}

static struct where *expression(const char *text)
{
	struct where *where;
	struct where_fault fault;
	if (where_parse(span_text(text), &where, &fault) != ERR_OK)
		fail_msg("%s: %s", text, fault.message);
	return where;
}

static void begin(const char *where, const char *of, double limit, enum scope_kind by, uint32_t for_s)
{
	threshold = (struct alert_threshold){
		.name = "mine",
		.text = "",
		.next = "",
		.where = expression(where),
		.of = of != NULL ? expression(of) : NULL,
		.limit = limit,
		.window_s = 60,
		.by = by,
		.level = SIGNAL_WARNING,
		.conduct = {.for_s = for_s, .calm_s = 60, .sinks = ALERT_SINKS_ALL},
	};
	rules = (struct alert_rules){.thresholds = &threshold, .threshold_count = 1};
	const struct alerts_options options = {.rules = &rules, .seed = 3, .listener = hear};
	assert_int_equal(alerts_new(&options, &alerts), ERR_OK);
	told[0] = '\0';
	told_size = 0;
	now_s = 0;
	alerts_advance(alerts, START_US);
}

static int end(void **state)
{
	(void)state;
	alerts_free(alerts);
	where_free(threshold.where);
	where_free(threshold.of);
	return 0;
}

static struct event event_make(const char *client, const char *qname, const char *qtype, const char *rcode)
{
	struct event event;
	event_clear(&event);
	event.kind = EVENT_REPLY;
	event.stream = STREAM_RECURSIVE;
	assert_true(event_set_client(&event, span_text(client)) && event_set_qname(&event, span_text(qname)) &&
		    event_set_qtype(&event, span_text(qtype)) && event_set_rcode(&event, span_text(rcode)));
	return event;
}

/* Each second `count` events, of which `bad` fail. */
static void seconds(unsigned how_long, unsigned count, unsigned bad, const char *client, const char *qname)
{
	struct event good = event_make(client, qname, "AAAA", "NOERROR");
	struct event failed = event_make(client, qname, "AAAA", "SERVFAIL");
	for (unsigned s = 0; s < how_long; s++) {
		for (unsigned i = 0; i < count; i++)
			alerts_event(alerts, i < bad ? &failed : &good);
		alerts_advance(alerts, START_US + ++now_s * SECOND_US);
	}
}

static void told_is(const char *want)
{
	assert_string_equal(told, want);
	told[0] = '\0';
	told_size = 0;
}

static void test_rate(void **state)
{
	(void)state;
	begin("rcode=SERVFAIL", NULL, 100, SCOPE_ALL, 0);
	seconds(60, 10, 1, "2001:db8::1", "www.a.lab"); /* 60 a minute */
	told_is("");
	seconds(60, 10, 2, "2001:db8::1", "www.a.lab"); /* 120: above 100 once forty seconds of them have come */
	told_is("110 raised mine all (1)\n");
	seconds(60, 10, 2, "2001:db8::1", "www.a.lab");
	seconds(120, 0, 0, "2001:db8::1", "www.a.lab");
	told_is("260 cleared mine all (1)\n"); /* 80 at 200, and a minute of calm */
}

static void test_share_with_floor(void **state)
{
	(void)state;
	begin("rcode=SERVFAIL", "qtype=AAAA", 0.05, SCOPE_ALL, 0);
	seconds(15, 1, 1, "2001:db8::1", "www.a.lab");
	seconds(120, 0, 0, "2001:db8::1", "www.a.lab"); /* all of 15 fail: too few to say anything */
	told_is("");
	seconds(60, 10, 1, "2001:db8::1", "www.a.lab");
	assert_string_equal(told, "140 raised mine all (1)\n");
}

static void test_for_needs_all_of_it(void **state)
{
	(void)state;
	begin("rcode=SERVFAIL", "qtype=AAAA", 0.05, SCOPE_ALL, 120);
	seconds(60, 10, 1, "2001:db8::1", "www.a.lab");
	seconds(120, 10, 0, "2001:db8::1", "www.a.lab");
	told_is("");
	seconds(160, 10, 1, "2001:db8::1", "www.a.lab");
	told_is("340 raised mine all (1)\n"); /* above since 220: five in a hundred is not above */
}

/* Between four fifths of the limit and the limit: what holds goes on, what does not does not begin. */
static void test_hysteresis(void **state)
{
	(void)state;
	begin("rcode=SERVFAIL", NULL, 65, SCOPE_ALL, 0);
	seconds(300, 1, 1, "2001:db8::1", "www.a.lab"); /* 60 a minute */
	told_is("");
	seconds(60, 2, 2, "2001:db8::1", "www.a.lab");
	seconds(600, 1, 1, "2001:db8::1", "www.a.lab");
	told_is("310 raised mine all (1)\n");
	seconds(200, 0, 0, "2001:db8::1", "www.a.lab");
	assert_non_null(strstr(told, "cleared"));
}

static void test_by_zone_and_network(void **state)
{
	(void)state;
	begin("rcode=SERVFAIL", NULL, 30, SCOPE_ZONE, 0);
	for (int i = 0; i < 60; i++) {
		seconds(1, 1, 1, "2001:db8::1", "www.a.lab");
		seconds(1, 1, 0, "2001:db8::1", "www.b.lab");
		seconds(1, 3, 3, "2001:db8::1", "mail.c.lab");
	}
	told_is("40 raised mine zone c.lab (1)\n");
	(void)end(state);
	begin("rcode=SERVFAIL", NULL, 30, SCOPE_NETWORK, 0);
	for (int i = 0; i < 60; i++) {
		seconds(1, 1, 1, "2001:db8:0:100::1", "www.a.lab");
		seconds(1, 1, 1, "2001:db8:0:1ff::1", "www.a.lab");
		seconds(1, 1, 1, "192.0.2.7", "www.a.lab");
	}
	told_is("50 raised mine network 2001:db8:0:100::/56 (1)\n");
}

/* BIND: the question on one line, its failure on a later one. It is one question of the whole. */
static void test_completions(void **state)
{
	struct event question = event_make("2001:db8::1", "www.a.lab", "AAAA", "NOERROR"), failure;
	(void)state;
	begin("rcode=SERVFAIL", "qtype=AAAA", 0.7, SCOPE_ALL, 0);
	question.kind = EVENT_QUERY;
	question.known &= ~(uint32_t)EVENT_HAS_RCODE;
	failure = event_make("2001:db8::1", "www.a.lab", "AAAA", "SERVFAIL");
	failure.is_completion = true;
	for (int i = 0; i < 120; i++) {
		alerts_event(alerts, &question);
		alerts_event(alerts, &failure); /* 100 %, not 50 % */
		alerts_advance(alerts, START_US + ++now_s * SECOND_US);
	}
	told_is("20 raised mine all (1)\n");
}

/* Probes are not questions of clients; they count where the threshold is about them. */
static void test_streams(void **state)
{
	struct event probe = event_make("2001:db8::1", "www.a.lab", "AAAA", "SERVFAIL");
	(void)state;
	begin("rcode=SERVFAIL", NULL, 10, SCOPE_ALL, 0);
	probe.stream = STREAM_PROBE;
	for (int i = 0; i < 120; i++) {
		alerts_event(alerts, &probe);
		alerts_advance(alerts, START_US + ++now_s * SECOND_US);
	}
	told_is("");
	threshold.stream = STREAM_PROBE;
	for (int i = 0; i < 60; i++) {
		alerts_event(alerts, &probe);
		alerts_advance(alerts, START_US + ++now_s * SECOND_US);
	}
	assert_non_null(strstr(told, "raised mine probe all (1)"));
}

/* Far more zones than there is room for; a gap of a day in the log. */
static void test_bounded(void **state)
{
	char qname[64];
	(void)state;
	begin("rcode=SERVFAIL", NULL, 30, SCOPE_ZONE, 0);
	for (unsigned i = 0; i < 20000; i++) {
		snprintf(qname, sizeof(qname), "www.zone%u.lab", i);
		struct event event = event_make("2001:db8::1", qname, "AAAA", "SERVFAIL");
		alerts_event(alerts, &event);
	}
	seconds(60, 1, 1, "2001:db8::1", "www.bad.lab");
	assert_non_null(strstr(told, "raised mine zone bad.lab (1)"));
	alerts_advance(alerts, START_US + 86400 * SECOND_US);
	alerts_advance(alerts, START_US + 86500 * SECOND_US);
	assert_non_null(strstr(told, "cleared mine zone bad.lab (1)"));
	assert_int_equal(alerts_holding(alerts), 0);
}

/* What comes between a reload and the next second counts: the rules that were read anew know the time of the old ones. */
static void test_a_burst_after_a_reload(void **state)
{
	(void)state;
	for (unsigned shift = 0; shift < 7; shift++) {
		struct alerts *before;
		begin("rcode=SERVFAIL", NULL, 20, SCOPE_ALL, 0);
		now_s = shift * 10;
		alerts_advance(alerts, START_US + now_s * SECOND_US);
		before = alerts;
		const struct alerts_options options = {.rules = &rules, .seed = 3, .listener = hear};
		assert_int_equal(alerts_new(&options, &alerts), ERR_OK);
		alerts_inherit(alerts, before);
		alerts_free(before);
		struct event failed = event_make("2001:db8::1", "www.a.lab", "AAAA", "SERVFAIL");
		for (unsigned i = 0; i < 30; i++)
			alerts_event(alerts, &failed);
		for (unsigned i = 0; i < 20; i++)
			alerts_advance(alerts, START_US + ++now_s * SECOND_US);
		if (strstr(told, "raised") == NULL)
			fail_msg("nothing was raised %u s after the start", shift * 10);
		if (shift < 6)
			end(NULL);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(test_rate, end),
		cmocka_unit_test_teardown(test_share_with_floor, end),
		cmocka_unit_test_teardown(test_for_needs_all_of_it, end),
		cmocka_unit_test_teardown(test_hysteresis, end),
		cmocka_unit_test_teardown(test_by_zone_and_network, end),
		cmocka_unit_test_teardown(test_completions, end),
		cmocka_unit_test_teardown(test_streams, end),
		cmocka_unit_test_teardown(test_bounded, end),
		cmocka_unit_test_teardown(test_a_burst_after_a_reload, end),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
