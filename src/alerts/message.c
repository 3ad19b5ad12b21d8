/* SPDX-License-Identifier: BSD-2-Clause */
#include "alerts/message.h"

#include "base/clock.h"

#include <stdio.h>

#define ALSO_MAX 400 /* octets of "also": a line of the log stays a line */

/* By enum alert_unit. */
static const struct {
	const char *name, *form;
	double times;
} units[ALERT_UNIT_COUNT] = {
	[ALERT_SHARE] = {"share", "%.1f%%", 100},
	[ALERT_RATIO] = {"ratio", "%.1f", 1},
	[ALERT_MS] = {"ms", "%.0f ms", 1},
	[ALERT_NAMES] = {"names", "%.0f", 1},
	[ALERT_PER_MINUTE] = {"per-minute", "%.1f/min", 1},
};

_Static_assert(ALERT_SHARE == (int)UNIT_SHARE && ALERT_RATIO == (int)UNIT_RATIO && ALERT_MS == (int)UNIT_MS &&
		       ALERT_NAMES == (int)UNIT_NAMES,
	       "the units of signals come first");

void alert_number(enum alert_unit unit, double number, struct text *out)
{
	char text[32];
	snprintf(text, sizeof(text), units[unit].form, number * units[unit].times);
	text_add(out, text);
}

void alert_scope(const struct alert *alert, struct text *out)
{
	struct scope bare = alert->scope;
	bare.stream = STREAM_UNKNOWN;
	scope_to_text(&bare, out);
}

static void alert_title(const struct alert *alert, struct text *out)
{
	text_addf(out, "%s ", alert->name);
	scope_to_text(&alert->scope, out);
}

void alert_message_title(const struct alert_message *message, struct text *out)
{
	alert_title(message->alerts[0], out);
	if (message->total > 1)
		text_addf(out, " and %zu more", message->total - 1);
}

static void time_json(struct json_writer *json, const char *key, uint64_t time_us)
{
	char time[CLOCK_TEXT_MAX];
	clock_text(time_us, time);
	json_text(json, key, time_us != 0 ? time : NULL);
}

/* What the lines of the log and the documents share, in the order of both. */
static void alert_fields(const struct alert *alert, struct json_writer *json)
{
	struct text scope = {0};
	alert_scope(alert, &scope);
	json_text(json, "signal", alert->name);
	json_text(json, "level", signal_level_text(alert->level));
	json_text(json, "stream", event_stream_text(alert->scope.stream));
	json_text(json, "scope", text_string(&scope));
	json_decimal(json, "now", alert->now);
	json_decimal(json, alert->is_signal ? "usual" : "limit", alert->usual);
	if (alert->is_signal)
		json_text(json, "baseline", signal_baseline_text(alert->baseline));
	text_free(&scope);
}

static const char *known(const char *text)
{
	return text[0] != '\0' ? text : NULL;
}

void alert_json(const struct alert *alert, struct json_writer *json)
{
	json_begin_object(json, NULL);
	json_number(json, "id", (int64_t)alert->id);
	alert_fields(alert, json);
	json_text(json, "unit", units[alert->unit].name);
	time_json(json, "since", alert->since_us);
	time_json(json, "raised", alert->raised_us);
	time_json(json, "cleared", alert->cleared_us);
	json_text(json, "evidence", alert->evidence);
	json_text(json, "means", known(alert->means));
	json_text(json, "next", known(alert->next));
	json_end_object(json);
}

/* --- the log --- */

static void also_add(const struct alert_message *message, struct text *out)
{
	for (size_t i = 1; i < message->count; i++) {
		if (out->size > ALSO_MAX) {
			text_add(out, "; ...");
			return;
		}
		text_add(out, i > 1 ? "; " : "");
		alert_title(message->alerts[i], out);
	}
}

void alert_message_log_json(const struct alert_message *message, const char *node, struct text *out)
{
	const struct alert *first = message->alerts[0];
	struct json_writer json = {.out = out};
	struct text also = {0};
	also_add(message, &also);
	json_begin_object(&json, NULL);
	json_number(&json, "v", 1);
	time_json(&json, "ts", message->time_us);
	json_text(&json, "ev", "signal");
	if (node != NULL)
		json_text(&json, "node", node);
	json_text(&json, "change", alert_change_text(message->change));
	alert_fields(first, &json);
	time_json(&json, "since", message->since_us);
	json_number(&json, "alert", (int64_t)message->id);
	json_number(&json, "count", (int64_t)message->total);
	json_text(&json, "also", also.size > 0 ? text_string(&also) : NULL);
	json_text(&json, "evidence", first->evidence);
	json_text(&json, "next", known(first->next));
	json_end_object(&json);
	text_free(&also);
}

void alert_message_log_text(const struct alert_message *message, struct text *out)
{
	const struct alert *first = message->alerts[0];
	char time[CLOCK_TEXT_MAX];
	struct text also = {0};
	clock_text(message->time_us, time);
	text_addf(out, "%s %s signal: %s ", time, signal_level_text(message->level),
		  alert_change_text(message->change));
	alert_title(first, out);
	text_add(out, ": ");
	alert_number(first->unit, first->now, out);
	text_add(out, first->is_signal ? ", usual " : ", limit ");
	alert_number(first->unit, first->usual, out);
	clock_text(message->since_us, time);
	text_addf(out, ", since %.16sZ; %s", time, first->evidence);
	also_add(message, &also);
	if (also.size > 0)
		text_addf(out, "; also %zu: %s", message->total - 1, text_string(&also));
	if (first->next[0] != '\0')
		text_addf(out, "; next: %s", first->next);
	text_free(&also);
}

/* --- documents --- */

void alert_message_json(const struct alert_message *message, const char *node, struct text *out)
{
	struct json_writer json = {.out = out};
	struct text title = {0};
	alert_message_title(message, &title);
	json_begin_object(&json, NULL);
	json_text(&json, "schema", "sextant.alert/1");
	json_number(&json, "id", (int64_t)message->id);
	json_text(&json, "node", node);
	json_text(&json, "change", alert_change_text(message->change));
	json_text(&json, "level", signal_level_text(message->level));
	json_text(&json, "title", text_string(&title));
	time_json(&json, "time", message->time_us);
	time_json(&json, "since", message->since_us);
	json_number(&json, "count", (int64_t)message->total);
	json_begin_array(&json, "alerts");
	for (size_t i = 0; i < message->count; i++)
		alert_json(message->alerts[i], &json);
	json_end_array(&json);
	json_end_object(&json);
	text_free(&title);
}

static void annotations_add(const struct alert *alert, struct json_writer *json)
{
	struct text summary = {0};
	alert_title(alert, &summary);
	text_add(&summary, ": ");
	alert_number(alert->unit, alert->now, &summary);
	json_begin_object(json, "annotations");
	json_text(json, "summary", text_string(&summary));
	json_text(json, "description", alert->means);
	json_text(json, "evidence", alert->evidence);
	json_text(json, "next", alert->next);
	if (alert->is_signal) {
		text_clear(&summary);
		text_addf(&summary, "sextant --explain %s", alert->name);
		json_text(json, "runbook", text_string(&summary));
	}
	json_end_object(json);
	text_free(&summary);
}

static void alertmanager_add(const struct alert_message *message, const struct alert *alert, const char *node,
			     struct json_writer *json)
{
	struct text scope = {0};
	alert_scope(alert, &scope);
	json_begin_object(json, NULL);
	json_begin_object(json, "labels");
	json_text(json, "alertname", alert->name);
	json_text(json, "severity", signal_level_text(alert->level));
	json_text(json, "scope", text_string(&scope));
	json_text(json, "stream", event_stream_text(alert->scope.stream));
	json_text(json, "job", "sextantd"); /* not what Prometheus has for it */
	if (node != NULL)
		json_text(json, "instance", node);
	json_end_object(json);
	annotations_add(alert, json);
	time_json(json, "startsAt", alert->since_us);
	bool is_over = message->change == ALERT_CLEARED || alert->cleared_us != 0;
	time_json(json, "endsAt", message->time_us + (is_over ? 0 : ALERT_FORGET_S * 1000000ull));
	json_end_object(json);
	text_free(&scope);
}

void alert_message_alertmanager(const struct alert_message *message, const char *node, struct text *out)
{
	struct json_writer json = {.out = out};
	json_begin_array(&json, NULL);
	for (size_t i = 0; i < message->count; i++)
		alertmanager_add(message, message->alerts[i], node, &json);
	json_end_array(&json);
}
