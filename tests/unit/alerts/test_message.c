/* SPDX-License-Identifier: BSD-2-Clause */
/* The forms of a message; jansson, and for Alertmanager a system test with the program itself, are the oracles. */
#include "alerts/message.h"

#include "tests/unit/cmocka_all.h"

#include <jansson.h>

static const struct alert first = {
	.id = 4,
	.name = "AAAA-SERVFAIL",
	.means = "AAAA fails.",
	.next = "sextant query NAME",
	.is_signal = true,
	.level = SIGNAL_CRITICAL,
	.scope = {.kind = SCOPE_ZONE, .stream = STREAM_RECURSIVE, .zone = "\5b\"\n\x80s\3lab"},
	.now = 0.92,
	.usual = 0.003,
	.since_us = 1795305605000000,
	.raised_us = 1795305700000000,
	.evidence = "92 of 100 \"fail\"",
};
static const struct alert second = {.name = "mine",
				    .means = "",
				    .next = "",
				    .unit = ALERT_PER_MINUTE,
				    .now = 120,
				    .usual = 100,
				    .since_us = 1795305605000000,
				    .raised_us = 1795305700000000,
				    .cleared_us = 1795305800000000,
				    .evidence = "120 events"};

static struct alert_message message_make(enum alert_change change)
{
	return (struct alert_message){.id = 4,
				      .change = change,
				      .level = SIGNAL_CRITICAL,
				      .time_us = 1795305900000000,
				      .since_us = 1795305605000000,
				      .alerts = {&first, &second},
				      .count = 2,
				      .total = 12};
}

static json_t *parse(struct text *text)
{
	json_error_t error;
	json_t *root = json_loads(text_string(text), 0, &error);
	if (root == NULL)
		fail_msg("%s in %s", error.text, text_string(text));
	text_free(text);
	return root;
}

static const char *string_of(const json_t *object, const char *key)
{
	return json_string_value(json_object_get(object, key));
}

static void test_log_json(void **state)
{
	struct alert_message message = message_make(ALERT_RAISED);
	struct text line = {0};
	(void)state;
	alert_message_log_json(&message, "ns1", &line);
	assert_null(strchr(text_string(&line), '\n'));
	json_t *root = parse(&line);
	assert_string_equal(string_of(root, "ev"), "signal");
	assert_string_equal(string_of(root, "node"), "ns1");
	assert_string_equal(string_of(root, "change"), "raised");
	assert_string_equal(string_of(root, "signal"), "AAAA-SERVFAIL");
	assert_string_equal(string_of(root, "level"), "critical");
	assert_string_equal(string_of(root, "stream"), "rec");
	assert_string_equal(string_of(root, "since"), "2026-11-22T00:00:05.000000Z");
	assert_string_equal(string_of(root, "also"), "mine all");
	assert_true(json_real_value(json_object_get(root, "now")) > 0.91);
	assert_int_equal(json_integer_value(json_object_get(root, "count")), 12);
	json_decref(root);
}

static void test_log_text(void **state)
{
	struct alert_message message = message_make(ALERT_WORSENED);
	struct text line = {0};
	(void)state;
	alert_message_log_text(&message, &line);
	assert_string_equal(text_string(&line),
			    "2026-11-22T00:05:00.000000Z critical signal: worsened AAAA-SERVFAIL rec zone "
			    "b\\\"\\010\\128s.lab: 92.0%, usual 0.3%, since 2026-11-22T00:00Z; 92 of 100 \"fail\"; "
			    "also 11: mine all; next: sextant query NAME");
	text_free(&line);
}

static void test_document(void **state)
{
	struct alert_message message = message_make(ALERT_HOLDS);
	struct text text = {0};
	(void)state;
	alert_message_json(&message, "ns1", &text);
	json_t *root = parse(&text), *alerts = json_object_get(root, "alerts");
	assert_string_equal(string_of(root, "schema"), "sextant.alert/1");
	assert_string_equal(string_of(root, "change"), "holds");
	assert_non_null(strstr(string_of(root, "title"), " and 11 more"));
	assert_int_equal(json_array_size(alerts), 2);
	assert_string_equal(string_of(json_array_get(alerts, 0), "evidence"), first.evidence);
	assert_true(json_is_null(json_object_get(json_array_get(alerts, 0), "cleared")));
	assert_true(json_number_value(json_object_get(json_array_get(alerts, 1), "limit")) == 100);
	assert_string_equal(string_of(json_array_get(alerts, 1), "unit"), "per-minute");
	json_decref(root);
}

static void test_alertmanager(void **state)
{
	struct alert_message message = message_make(ALERT_REFRESHED);
	struct text text = {0};
	(void)state;
	alert_message_alertmanager(&message, "ns1", &text);
	json_t *root = parse(&text), *one = json_array_get(root, 0), *labels = json_object_get(one, "labels");
	assert_string_equal(string_of(labels, "alertname"), "AAAA-SERVFAIL");
	assert_string_equal(string_of(labels, "severity"), "critical");
	assert_string_equal(string_of(labels, "instance"), "ns1");
	assert_string_equal(string_of(json_object_get(one, "annotations"), "runbook"),
			    "sextant --explain AAAA-SERVFAIL");
	assert_string_equal(string_of(one, "startsAt"), "2026-11-22T00:00:05.000000Z");
	assert_string_equal(string_of(one, "endsAt"), "2026-11-22T00:10:00.000000Z"); /* it holds: five minutes more */
	assert_string_equal(string_of(json_array_get(root, 1), "endsAt"), "2026-11-22T00:05:00.000000Z");
	json_decref(root);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_log_json),
		cmocka_unit_test(test_log_text),
		cmocka_unit_test(test_document),
		cmocka_unit_test(test_alertmanager),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
