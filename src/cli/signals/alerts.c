/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/signals/alerts.h"

#include "alerts/message.h"
#include "base/clock.h"
#include "config/alerts/rules_file.h"

#include <stdlib.h>

#define SCHEMA "sextant.signals/1"

struct told {
	struct rules_file *file;
	struct alerts *alerts;
	struct text lines;
	struct text items; /* JSON, joined by commas */
	struct json_writer json;
	size_t count;
};

static void sinks_text(unsigned sinks, struct text *out)
{
	static const char *const words[] = {"log", "exec", "webhook"};
	size_t start = out->size;
	for (unsigned i = 0; i < sizeof(words) / sizeof(*words); i++) {
		if ((sinks & (1u << i)) != 0)
			text_addf(out, "%s%s", out->size > start ? "," : "", words[i]);
	}
	text_add(out, out->size > start ? "" : "nobody");
}

static void message_hear(void *owner, const struct alert_message *message)
{
	struct told *told = owner;
	char time[CLOCK_TEXT_MAX];
	struct text title = {0}, sinks = {0};
	if (message->change == ALERT_REFRESHED)
		return;
	told->count++;
	clock_text(message->time_us, time);
	alert_message_title(message, &title);
	sinks_text(message->sinks, &sinks);
	text_addf(&told->lines, "%.19sZ %-8s %-8s #%-3llu %s: %s -> %s\n", time, alert_change_text(message->change),
		  signal_level_text(message->level), (unsigned long long)message->id, text_string(&title),
		  message->alerts[0]->evidence, text_string(&sinks));
	json_begin_object(&told->json, NULL);
	json_text(&told->json, "time", time);
	json_number(&told->json, "id", (int64_t)message->id);
	json_text(&told->json, "change", alert_change_text(message->change));
	json_text(&told->json, "level", signal_level_text(message->level));
	json_text(&told->json, "title", text_string(&title));
	json_text(&told->json, "to", text_string(&sinks));
	json_number(&told->json, "count", (int64_t)message->total);
	json_begin_array(&told->json, "alerts");
	for (size_t i = 0; i < message->count; i++)
		alert_json(message->alerts[i], &told->json);
	json_end_array(&told->json);
	json_end_object(&told->json);
	text_free(&title);
	text_free(&sinks);
}

static void signal_hear(void *owner, const struct signal *signal, enum signal_change change)
{
	alerts_signal(((struct told *)owner)->alerts, signal, change);
}

static int rules_read(struct cli *cli, const char *path, struct rules_file **ret)
{
	struct finding_list *findings = finding_list_new();
	if (findings == NULL)
		return EXIT_INTERNAL;
	int code = EXIT_OK, err = rules_file_load(path, findings, ret);
	if (err == ERR_FINDINGS || err == ERR_SYNTAX) {
		cli_report_findings(cli, SCHEMA, findings, 0);
		code = EXIT_USAGE;
	} else if (err != ERR_OK) {
		code = cli_usage_error(cli, "--rules %s: %s", path, err_text(err));
	}
	finding_list_free(findings);
	return code;
}

int told_open(struct cli *cli, const char *rules_path, struct sensors *sensors, uint64_t seed, struct told **ret)
{
	struct told *told = calloc(1, sizeof(*told));
	int code = told != NULL ? rules_read(cli, rules_path, &told->file) : EXIT_INTERNAL;
	if (code == EXIT_OK) {
		const struct alerts_options options = {.rules = rules_file_rules(told->file),
						       .repeat_s = ALERT_REPEAT_S,
						       .seed = seed,
						       .listener = message_hear,
						       .owner = told};
		told->json.out = &told->items;
		code = alerts_new(&options, &told->alerts) == ERR_OK ? EXIT_OK : EXIT_INTERNAL;
	}
	if (code != EXIT_OK) {
		told_close(told);
		return code;
	}
	sensors_listen(sensors, signal_hear, told);
	*ret = told;
	return EXIT_OK;
}

void told_close(struct told *told)
{
	if (told == NULL)
		return;
	alerts_free(told->alerts);
	rules_file_free(told->file);
	text_free(&told->lines);
	text_free(&told->items);
	free(told);
}

/* The sensors know which stamps can be believed. */
void told_event(struct told *told, const struct sensors *sensors, const struct event *event)
{
	alerts_advance(told->alerts, sensors_last_us(sensors));
	alerts_event(told->alerts, event);
}

void told_finish(struct told *told)
{
	alerts_finish(told->alerts);
}

bool told_any(const struct told *told)
{
	return told->count > 0;
}

void told_text(const struct told *told, struct text *out)
{
	text_add(out, "\nalerts that the rules make of them:\n");
	text_add(out, told->count > 0 ? text_string(&told->lines) : "none\n");
	if (alerts_dropped(told->alerts) > 0)
		text_addf(out, "%llu more alerts had no room\n", (unsigned long long)alerts_dropped(told->alerts));
}

void told_json(const struct told *told, struct json_writer *json)
{
	json_begin_array(json, "alerts");
	text_add(json->out, text_string(&told->items));
	json_end_array(json);
}
