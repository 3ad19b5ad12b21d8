/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Any octets as alert rules: they are refused with findings, or alerts live by them through an hour of events.
 */
#include "alerts/alerts.h"
#include "config/alerts/rules_file.h"

#include <assert.h>

#define START_US 1795305600000000
#define SECOND_US 1000000ull

/* libfyaml 0.7.12 loses a token's buffer (1 KiB) after some syntax errors; what is lost in our own code still counts.
 */
const char *__lsan_default_suppressions(void)
{
	return "leak:libfyaml\n";
}

static void hear(void *owner, const struct alert_message *message)
{
	(void)owner;
	assert(message->count > 0 && message->count <= ALERT_SHOWN_MAX && message->total >= message->count);
	assert(message->since_us <= message->time_us);
}

/* A failure each second for a quarter of an hour, a signal, then calm. */
static void live(const struct alert_rules *rules)
{
	const struct alerts_options options = {.rules = rules, .repeat_s = 300, .seed = 1, .listener = hear};
	struct signal signal = {.sensor = SENSOR_CLUSTER, .level = SIGNAL_WARNING, .raised_us = START_US + SECOND_US};
	struct alerts *alerts;
	struct event event;
	event_clear(&event);
	event.kind = EVENT_REPLY;
	assert(event_set_client(&event, span_text("2001:db8::1")) && event_set_qname(&event, span_text("www.a.lab")) &&
	       event_set_qtype(&event, span_text("AAAA")) && event_set_rcode(&event, span_text("SERVFAIL")));
	if (alerts_new(&options, &alerts) != ERR_OK)
		return;
	alerts_signal(alerts, &signal, SIGNAL_RAISED);
	for (uint64_t second = 1; second < 900; second++) {
		alerts_event(alerts, &event);
		alerts_advance(alerts, START_US + second * SECOND_US);
	}
	signal.cleared_us = START_US + 900 * SECOND_US;
	alerts_signal(alerts, &signal, SIGNAL_CLEARED);
	for (uint64_t minute = 15; minute < 60 + 2 * 24 * 60; minute += 30)
		alerts_advance(alerts, START_US + minute * 60 * SECOND_US);
	alerts_finish(alerts);
	alerts_free(alerts);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct finding_list *findings = finding_list_new();
	struct rules_file *file = NULL;
	int err = rules_file_load_text("rules.yaml", span_of(data, size), findings, &file);
	if (err == ERR_OK)
		live(rules_file_rules(file));
	else
		assert((err == ERR_FINDINGS || err == ERR_SYNTAX) &&
		       finding_count_at_least(findings, SEVERITY_ERROR) > 0);
	rules_file_free(file);
	finding_list_free(findings);
	return 0;
}
