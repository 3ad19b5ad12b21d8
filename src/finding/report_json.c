/* SPDX-License-Identifier: BSD-2-Clause */
#include "finding/report.h"

static void json_place(struct json_writer *json, const struct place *place)
{
	json_text(json, "file", place->file);
	if (place->line > 0)
		json_number(json, "line", place->line);
	else
		json_nothing(json, "line");
	if (place->column > 0)
		json_number(json, "column", place->column);
	else
		json_nothing(json, "column");
}

static void json_finding(struct json_writer *json, const struct finding *finding)
{
	const struct finding_row *row = finding_row(finding->code);
	json_begin_object(json, NULL);
	json_text(json, "code", row->code);
	json_text(json, "severity", severity_text(finding->severity));
	json_text(json, "title", row->title);
	json_text(json, "subject", finding->subject);
	json_place(json, &finding->place);
	json_text(json, "cause", finding->cause);
	json_text(json, "fix", finding->fix);
	json_text(json, "reference", row->reference);
	json_text(json, "excerpt", finding->excerpt);
	json_bool(json, "undetermined", finding->is_undetermined);
	json_end_object(json);
}

void finding_report_json_counts(const struct finding_list *list, struct json_writer *json)
{
	json_begin_object(json, "counts");
	for (int severity = SEVERITY_ERROR; severity >= SEVERITY_NOTICE; severity--)
		json_number(json, severity_text((enum severity)severity),
			    (int64_t)finding_count_severity(list, (enum severity)severity));
	json_number(json, "undetermined", (int64_t)finding_count_undetermined(list));
	json_begin_object(json, "codes");
	for (size_t code = 0; code < FINDING_CODE_COUNT; code++) {
		size_t count = finding_count_code(list, (enum finding_code)code);
		if (count > 0)
			json_number(json, finding_row((enum finding_code)code)->code, (int64_t)count);
	}
	json_end_object(json);
	json_end_object(json);
}

/* What was counted but not kept: without this a reader would take a capped list for the whole. */
static void json_folded(struct json_writer *json, const struct finding_list *list)
{
	json_begin_object(json, "folded");
	for (size_t code = 0; code < FINDING_CODE_COUNT; code++) {
		size_t count = finding_count_folded(list, (enum finding_code)code);
		if (count > 0)
			json_number(json, finding_row((enum finding_code)code)->code, (int64_t)count);
	}
	json_end_object(json);
}

static void json_undetermined(struct json_writer *json, const struct finding_list *list)
{
	json_begin_array(json, "undetermined");
	for (size_t i = 0; i < finding_count(list); i++) {
		const struct finding *finding = finding_at(list, i);
		if (!finding->is_undetermined)
			continue;
		json_begin_object(json, NULL);
		json_text(json, "code", finding_row(finding->code)->code);
		json_text(json, "subject", finding->subject);
		json_text(json, "cause", finding->cause);
		json_end_object(json);
	}
	json_end_array(json);
}

void finding_report_json_members(const struct finding_list *list, struct json_writer *json)
{
	json_begin_array(json, "findings");
	for (size_t i = 0; i < finding_count(list); i++)
		json_finding(json, finding_at(list, i));
	json_end_array(json);
	finding_report_json_counts(list, json);
	json_folded(json, list);
	json_undetermined(json, list);
}

void finding_report_json(const struct finding_list *list, const char *schema, struct text *out)
{
	struct json_writer json = {.out = out};
	json_begin_object(&json, NULL);
	json_text(&json, "schema", schema);
	finding_report_json_members(list, &json);
	json_end_object(&json);
	text_add_char(out, '\n');
}

void finding_report_explanation_json(const struct finding_row *row, struct text *out)
{
	struct json_writer json = {.out = out};
	json_begin_object(&json, NULL);
	json_text(&json, "schema", "sextant.explanation/1");
	json_text(&json, "code", row->code);
	json_text(&json, "severity", severity_text(row->severity));
	json_text(&json, "title", row->title);
	json_text(&json, "explanation", row->explanation);
	json_text(&json, "reference", row->reference);
	json_end_object(&json);
	text_add_char(out, '\n');
}
