/* SPDX-License-Identifier: BSD-2-Clause */
/* What the observer hears becomes lines of the daemon's log, and a reload takes over what holds; in virtual time. */
#include "daemon/observe/alerting.h"

#include "tests/unit/cmocka_all.h"

#include <poll.h>
#include <unistd.h>

#define START_US 1795305600000000
#define SECOND_US 1000000ull

#define CONFIG(alerts)                                                                                                 \
	"version: 1\nservices:\n  public: {role: authoritative, listen: ['::1@5300', 127.0.0.1@5300], zones: "         \
	"[a.lab]}\n"                                                                                                   \
	"zones:\n  a.lab: {file: a.lab.zone}\nobservability:\n" alerts

static struct observer *observer;
static struct alerting *alerting;
static struct log *log_to;
static int ends[2];
static uint64_t now_s;

static struct config *config_of(const char *text)
{
	struct finding_list *findings = finding_list_new();
	struct config *config = NULL;
	if (config_load_text("sextant.yaml", span_text(text), NULL, findings, &config) != ERR_OK)
		fail_msg("%s: %s", text, finding_at(findings, 0)->cause);
	finding_list_free(findings);
	return config;
}

static void stage_set(const struct config *config)
{
	struct alerting_stage *stage;
	assert_int_equal(alerting_plan(alerting, config, &stage), ERR_OK);
	alerting_commit(alerting, stage);
}

static int begin(void **state)
{
	const struct observer_options options = {.seed = 7};
	(void)state;
	now_s = 0;
	if (pipe(ends) != 0 || observer_new(&options, &observer) != ERR_OK)
		return -1;
	log_to = log_new(ends[1], LOG_FORMAT_JSON, LOG_LEVEL_INFO, NULL);
	const struct alerting_options alerts = {.observer = observer, .node = "ns1", .log = log_to};
	return alerting_new(&alerts, &alerting);
}

static int end(void **state)
{
	(void)state;
	alerting_free(alerting);
	observer_free(observer);
	log_free(log_to);
	close(ends[0]);
	close(ends[1]);
	return 0;
}

static void ask(const char *qtype, const char *rcode)
{
	struct event event;
	event_clear(&event);
	event.kind = EVENT_REPLY;
	event.stream = STREAM_RECURSIVE;
	event.time_us = START_US + now_s * SECOND_US;
	event.known |= EVENT_HAS_TIME;
	assert_true(event_set_client(&event, span_text("2001:db8::1")) &&
		    event_set_qname(&event, span_text("www.bogus.lab")) && event_set_qtype(&event, span_text(qtype)) &&
		    event_set_rcode(&event, span_text(rcode)));
	observer_event(observer, &event);
}

static void seconds(unsigned count, const char *aaaa)
{
	for (unsigned i = 0; i < count; i++, now_s++) {
		ask("AAAA", aaaa);
		ask("A", "NOERROR");
		observer_second(observer, START_US + now_s * SECOND_US);
	}
}

/* All lines so far; the courier has a thread of its own. */
static const char *lines(bool is_any)
{
	static char text[65536];
	struct pollfd wait = {.fd = ends[0], .events = POLLIN};
	size_t size = 0;
	while (size < sizeof(text) - 1 && poll(&wait, 1, is_any && size == 0 ? 5000 : 50) > 0) {
		ssize_t got = read(ends[0], text + size, sizeof(text) - 1 - size);
		if (got <= 0)
			break;
		size += (size_t)got;
	}
	text[size] = '\0';
	return text;
}

static void test_a_signal_is_told_over_reloads(void **state)
{
	(void)state;
	struct config *off = config_of(CONFIG("  signals: on\n")), *on = config_of(CONFIG("  alerts: {}\n"));
	struct config *again = config_of(CONFIG("  alerts: {repeat: 1h}\n"));
	stage_set(off);
	assert_true(json_is_null(alerting_status(alerting)));
	seconds(60, "NOERROR");
	stage_set(on);
	seconds(180, "SERVFAIL");
	const char *told = lines(true);
	assert_non_null(strstr(told, "\"ev\":\"signal\",\"node\":\"ns1\",\"change\":\"raised\",\"signal\":\"AAAA-"));
	assert_non_null(strstr(told, "\"stream\":\"rec\",\"scope\":\"zone bogus.lab\""));
	stage_set(again); /* it holds, and is not told again */
	seconds(120, "SERVFAIL");
	assert_null(strstr(lines(false), "\"change\":\"raised\""));
	json_t *status = alerting_status(alerting);
	assert_true(json_integer_value(json_object_get(status, "holding")) >= 1);
	assert_non_null(json_object_get(json_object_get(status, "sinks"), "log"));
	json_decref(status);
	seconds(900, "NOERROR");
	assert_non_null(strstr(lines(true), "\"change\":\"cleared\",\"signal\":\"AAAA-"));
	stage_set(off);
	seconds(300, "SERVFAIL");
	assert_string_equal(lines(false), "");
	config_free(on);
	config_free(again);
	config_free(off);
}

static void test_without_observation(void **state)
{
	struct alerting *blind;
	struct alerting_stage *stage;
	const struct alerting_options options = {.log = log_to};
	struct config *config = config_of(CONFIG("  alerts: {}\n"));
	(void)state;
	assert_int_equal(alerting_new(&options, &blind), ERR_OK);
	assert_int_equal(alerting_plan(blind, config, &stage), ERR_OK);
	assert_null(stage);
	alerting_free(blind);
	config_free(config);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_a_signal_is_told_over_reloads, begin, end),
		cmocka_unit_test_setup_teardown(test_without_observation, begin, end),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
