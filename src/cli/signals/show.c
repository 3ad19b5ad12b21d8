/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/signals/show.h"

#include <string.h>

#define SCHEMA "sextant.signals/1"

static const char *word(const json_t *row, const char *key)
{
	const char *text = json_string_value(json_object_get(row, key));
	return text != NULL ? text : "";
}

static long long number(const json_t *row, const char *key)
{
	return (long long)json_integer_value(json_object_get(row, key));
}

static const json_t *rows(const json_t *report, const char *key)
{
	return json_object_get(report, key);
}

void signals_narrow(json_t *report, const char *since)
{
	json_t *signals = json_object_get(report, "signals");
	for (size_t i = json_array_size(signals); since != NULL && i-- > 0;) {
		const char *cleared = word(json_array_get(signals, i), "cleared");
		/* RFC 3339 of one length and zone: the order of the texts is that of the times. */
		if (cleared[0] != '\0' && strcmp(cleared, since) < 0)
			json_array_remove(signals, i);
	}
}

/* "2026-11-22T03:26Z" */
static void minute_add(struct text *out, const char *stamp)
{
	text_addf(out, "%.16sZ", stamp);
}

/* What a daemon says is printed as it came only where it can do no harm. */
static void word_add(struct text *out, const char *text)
{
	text_add_clean(out, text, strlen(text));
}

static void signal_add(const json_t *signal, struct text *out)
{
	size_t start = out->size;
	word_add(out, word(signal, "level"));
	text_pad_to(out, start, 9);
	word_add(out, word(signal, "signal"));
	text_pad_to(out, start, 25);
	word_add(out, word(signal, "scope"));
	text_pad_to(out, start, 58);
	text_add_char(out, ' ');
	word_add(out, word(signal, "now_text"));
	text_pad_to(out, start, 67);
	text_add_char(out, ' ');
	word_add(out, word(signal, "usual_text"));
	text_addf(out, " (%s)", word(signal, "baseline"));
	text_pad_to(out, start, 84);
	text_add_char(out, ' ');
	minute_add(out, word(signal, "since"));
	text_add_char(out, ' ');
	if (word(signal, "cleared")[0] != '\0')
		minute_add(out, word(signal, "cleared"));
	else
		text_add(out, "holds            ");
	text_add(out, strcmp(word(signal, "ended"), "restart") == 0 ? " until the daemon ended: " : " ");
	word_add(out, word(signal, "evidence"));
	text_add_char(out, '\n');
}

static bool is_first_of_its_kind(const json_t *signals, size_t at)
{
	const char *name = word(json_array_get(signals, at), "signal");
	for (size_t i = 0; i < at; i++) {
		if (strcmp(word(json_array_get(signals, i), "signal"), name) == 0)
			return false;
	}
	return true;
}

static void signals_add(const json_t *signals, struct text *out)
{
	size_t i;
	json_t *signal;
	if (json_array_size(signals) > 0)
		text_add(out, "\nLEVEL    SIGNAL          SCOPE                             NOW      USUAL            "
			      "SINCE             UNTIL             EVIDENCE\n");
	json_array_foreach(signals, i, signal) signal_add(signal, out);
	json_array_foreach(signals, i, signal)
	{
		if (!is_first_of_its_kind(signals, i))
			continue;
		text_add_char(out, '\n');
		word_add(out, word(signal, "signal"));
		text_add(out, ": ");
		word_add(out, word(signal, "means"));
		text_add(out, "\n  next: ");
		word_add(out, word(signal, "next"));
		text_add_char(out, '\n');
	}
}

static void undetermined_add(const struct signals_page *page, struct text *out)
{
	const json_t *undetermined = rows(page->report, "undetermined");
	size_t i;
	json_t *row;
	if (json_array_size(undetermined) == 0)
		return;
	text_addf(out, "\nnot observable from %s:\n", page->source);
	json_array_foreach(undetermined, i, row)
		text_addf(out, "  %-15s needs %s\n", word(row, "signal"), word(row, "needs"));
	if (page->advice != NULL)
		text_addf(out, "  what to add to the server's configuration: %s\n", page->advice);
}

static void page_add(const struct signals_page *page, struct text *out)
{
	const json_t *report = page->report;
	bool has_events = word(report, "first")[0] != '\0';
	text_add(out, page->head);
	if (has_events) {
		text_add(out, "; ");
		minute_add(out, word(report, "first"));
		text_add(out, " to ");
		minute_add(out, word(report, "last"));
	}
	text_add_char(out, '\n');
	signals_add(rows(report, "signals"), out);
	if (json_array_size(rows(report, "signals")) == 0 && has_events)
		text_addf(out, "nothing unusual in what %s tell\n", page->source);
	if (page->told != NULL)
		told_text(page->told, out);
	if (number(report, "untimed") > 0)
		text_addf(out,
			  "%lld events have no time stamp, or one an hour ahead of those around it, and were not "
			  "judged\n",
			  number(report, "untimed"));
	if (number(report, "no_room") > 0)
		text_addf(out, "%lld more signals had no room\n", number(report, "no_room"));
	undetermined_add(page, out);
}

static json_t *alerts_json(const struct told *told)
{
	struct text text = {0};
	struct json_writer json = {.out = &text};
	json_begin_object(&json, NULL);
	told_json(told, &json);
	json_end_object(&json);
	json_t *alerts = json_loads(text_string(&text), 0, NULL);
	text_free(&text);
	return alerts;
}

static void page_dump(struct cli *cli, const struct signals_page *page)
{
	json_t *document = json_pack("{s:s}", "schema", SCHEMA);
	json_object_update(document, (json_t *)(uintptr_t)page->report);
	json_t *alerts = page->told != NULL ? alerts_json(page->told) : NULL;
	if (alerts != NULL)
		json_object_update(document, alerts);
	json_dumpf(document, cli_out(cli), page->is_repeated ? JSON_COMPACT : JSON_INDENT(2));
	fputc('\n', cli_out(cli));
	json_decref(alerts);
	json_decref(document);
}

int signals_show(struct cli *cli, const struct signals_page *page)
{
	struct text out = {0};
	if (cli_is_json(cli))
		page_dump(cli, page);
	else
		page_add(page, &out);
	fputs(text_string(&out), cli_out(cli));
	bool is_failed = out.is_failed;
	text_free(&out);
	if (is_failed)
		return EXIT_INTERNAL;
	if (json_array_size(rows(page->report, "signals")) > 0 || (page->told != NULL && told_any(page->told)))
		return EXIT_FOUND;
	return word(page->report, "first")[0] != '\0' ? EXIT_OK : EXIT_UNDETERMINED;
}
