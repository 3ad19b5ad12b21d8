/* SPDX-License-Identifier: BSD-2-Clause */
#include "observe/observer.h"

#include "tests/unit/cmocka_all.h"

#include <pthread.h>

#define START_US 1795305600000000
#define MINUTE_US 60000000
#define BEAT_US 10000000

struct heard {
	unsigned events, seconds, changes[3];
	uint64_t last_second;
	struct signal last;
};

static void event_hear(void *owner, const struct event *event)
{
	assert_int_equal(event->kind, EVENT_REPLY);
	((struct heard *)owner)->events++;
}

static void signal_hear(void *owner, const struct signal *signal, enum signal_change change)
{
	struct heard *heard = owner;
	heard->changes[change]++;
	heard->last = *signal;
}

static void second_hear(void *owner, uint64_t now_us)
{
	struct heard *heard = owner;
	heard->seconds++;
	heard->last_second = now_us;
}

static struct observer *observer_make(void)
{
	const struct observer_options options = {.seed = 7};
	struct observer *observer;
	assert_int_equal(observer_new(&options, &observer), ERR_OK);
	return observer;
}

static struct event reply(uint64_t time_us, const char *qtype, const char *rcode)
{
	struct event event;
	event_clear(&event);
	event.kind = EVENT_REPLY;
	event.time_us = time_us;
	event.known |= EVENT_HAS_TIME;
	assert_true(event_set_client(&event, span_text("2001:db8::1")) &&
		    event_set_qname(&event, span_text("www.bogus.lab.")) && event_set_qtype(&event, span_text(qtype)) &&
		    event_set_rcode(&event, span_text(rcode)));
	return event;
}

static void failures_give(struct observer *observer, unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		struct event aaaa = reply(START_US + i * 150000, "AAAA", "SERVFAIL");
		struct event a = reply(START_US + i * 150000 + 1000, "A", "NOERROR");
		observer_event(observer, &aaaa);
		observer_event(observer, &a);
	}
}

static size_t signal_count(struct observer *observer, bool is_holding)
{
	json_t *report = observer_signals(observer), *signal;
	size_t i, count = 0;
	assert_non_null(report);
	json_array_foreach(json_object_get(report, "signals"), i, signal) count +=
		json_is_null(json_object_get(signal, "cleared")) == is_holding;
	json_decref(report);
	return count;
}

/* Ten seconds of failures, and then nothing: only the seconds that go by raise the signal and, later, clear it. */
static void test_taps_hear_events_signals_and_seconds(void **state)
{
	(void)state;
	struct observer *observer = observer_make();
	struct heard heard = {0}, other = {0};
	const struct observer_tap all = {
		.owner = &heard, .event = event_hear, .signal = signal_hear, .second = second_hear};
	const struct observer_tap seconds = {.owner = &other, .second = second_hear};
	assert_int_equal(observer_add_tap(observer, &all), ERR_OK);
	assert_int_equal(observer_add_tap(observer, &seconds), ERR_OK);
	failures_give(observer, 50);
	assert_int_equal(heard.events, 100);
	assert_int_equal(heard.changes[SIGNAL_RAISED], 0);
	/* What is late by a second still belongs to the ten seconds that are judged together. */
	observer_second(observer, START_US + BEAT_US + 1000000);
	assert_int_equal(heard.changes[SIGNAL_RAISED], 0);
	observer_second(observer, START_US + BEAT_US + 3000000);
	unsigned raised = heard.changes[SIGNAL_RAISED];
	assert_true(raised >= 2); /* AAAA-SERVFAIL and AAAA-PAIRS of the zone */
	assert_int_equal(signal_count(observer, true), raised);
	for (uint64_t minute = 2; minute < 12; minute++)
		observer_second(observer, START_US + minute * MINUTE_US + 3000000);
	assert_int_equal(heard.changes[SIGNAL_CLEARED], raised);
	assert_int_equal(signal_count(observer, true), 0);
	assert_int_equal(signal_count(observer, false), raised);
	assert_int_equal(heard.seconds, 12);
	assert_int_equal(other.seconds, 12);
	assert_int_equal(other.events, 0);
	/* An hour later nobody wants to know any more. */
	observer_second(observer, START_US + 80 * (uint64_t)MINUTE_US);
	assert_int_equal(signal_count(observer, false), 0);
	observer_free(observer);
}

static void test_a_tap_that_left_hears_nothing(void **state)
{
	(void)state;
	struct observer *observer = observer_make();
	struct heard first = {0}, second = {0};
	const struct observer_tap taps[] = {{.owner = &first, .event = event_hear},
					    {.owner = &second, .event = event_hear}};
	assert_int_equal(observer_add_tap(observer, &taps[0]), ERR_OK);
	assert_int_equal(observer_add_tap(observer, &taps[1]), ERR_OK);
	observer_remove_tap(observer, &first);
	failures_give(observer, 1);
	assert_int_equal(first.events, 0);
	assert_int_equal(second.events, 2);
	int rc = ERR_OK;
	for (int i = 0; i < 100 && rc == ERR_OK; i++)
		rc = observer_add_tap(observer, &taps[1]);
	assert_int_equal(rc, ERR_LIMIT);
	observer_free(observer);
}

static void *events_bring(void *owner)
{
	failures_give(owner, 200);
	return NULL;
}

/* Probes and recorders come from threads of their own. */
static void test_threads_may_bring_events_at_once(void **state)
{
	(void)state;
	struct observer *observer = observer_make();
	struct heard heard = {0};
	const struct observer_tap tap = {.owner = &heard, .event = event_hear};
	pthread_t threads[2];
	assert_int_equal(observer_add_tap(observer, &tap), ERR_OK);
	for (int i = 0; i < 2; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, events_bring, observer), 0);
	for (int i = 0; i < 50; i++)
		json_decref(observer_signals(observer));
	for (int i = 0; i < 2; i++)
		pthread_join(threads[i], NULL);
	assert_int_equal(heard.events, 800);
	observer_free(observer);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_taps_hear_events_signals_and_seconds),
					   cmocka_unit_test(test_a_tap_that_left_hears_nothing),
					   cmocka_unit_test(test_threads_may_bring_events_at_once)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
