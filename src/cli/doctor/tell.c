/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/doctor/tell.h"

#include "dns/rrtype.h"
#include "finding/report.h"

#define FINE_SHOWN 4 /* lines of a step that say nothing but that all is well */
#define TITLE_COLUMN 28
#define LABEL_COLUMN 5
#define SCHEMA "sextant.doctor/1"

/* --- For people --- */

static void plain_add(const char *text, struct text *out)
{
	for (; *text != '\0'; text++)
		text_add_char(out, *text >= ' ' && *text <= '~' ? *text : '?');
}

static void evidence_add(const struct evidence *evidence, struct text *out)
{
	static const char *const marks[EVIDENCE_STATE_COUNT] = {
		[EVIDENCE_OK] = "ok ", [EVIDENCE_NOTE] = " . ", [EVIDENCE_UNSEEN] = "?? ", [EVIDENCE_BAD] = "!! "};
	text_add(out, "  ");
	text_add(out, marks[evidence->state]);
	plain_add(evidence->label, out);
	text_add(out, ": ");
	plain_add(evidence->text, out);
	text_add(out, evidence->state == EVIDENCE_BAD ? "   <-- here\n" : "\n");
}

static void step_add(const struct inquiry *inquiry, enum step step, struct text *out)
{
	const struct diagnosis *diagnosis = inquiry->diagnosis;
	bool is_all = cli_flag(inquiry->cli, "verbose");
	size_t start = out->size;
	unsigned fine = 0;
	text_addf(out, "%d %s", (int)step + 1, step_row(step)->title);
	text_pad_to(out, start, TITLE_COLUMN);
	if (!diagnosis->is_examined[step]) {
		text_add(out, "not examined (--only)\n");
		return;
	}
	text_add(out, evidence_state_text(diagnosis_step_state(diagnosis, step)));
	text_add_char(out, '\n');
	for (unsigned i = 0; i < diagnosis->evidence_count; i++) {
		const struct evidence *evidence = &diagnosis->evidence[i];
		if (evidence->step != step)
			continue;
		fine += evidence->state == EVIDENCE_OK;
		if (is_all || evidence->state != EVIDENCE_OK || fine <= FINE_SHOWN)
			evidence_add(evidence, out);
	}
	if (!is_all && fine > FINE_SHOWN)
		text_addf(out, "  ok %u more, shown with -v\n", fine - FINE_SHOWN);
}

/* The same fault elsewhere: one line for all of them. */
static void likewise_add(const struct diagnosis *diagnosis, unsigned index, struct text *out)
{
	const char *before = "Likewise: ";
	for (unsigned i = index + 1; i < diagnosis->cause_count; i++) {
		if (diagnosis->causes[i].code != diagnosis->causes[index].code)
			continue;
		text_add(out, before);
		plain_add(diagnosis->causes[i].subject, out);
		before = ", ";
	}
	if (before[0] == ',')
		text_add_char(out, '\n');
}

static bool is_told(const struct diagnosis *diagnosis, unsigned index)
{
	for (unsigned i = 0; i < index; i++) {
		if (diagnosis->causes[i].code == diagnosis->causes[index].code)
			return true;
	}
	return false;
}

static void others_add(const struct diagnosis *diagnosis, struct text *out)
{
	const char *before = "\nAlso found:\n";
	for (unsigned i = 1; i < diagnosis->cause_count; i++) {
		const struct cause *cause = &diagnosis->causes[i];
		if (is_told(diagnosis, i))
			continue;
		text_add(out, before);
		text_addf(out, "%s %s, step %d: ", severity_text(cause->severity), finding_row(cause->code)->code,
			  (int)cause->step + 1);
		plain_add(cause->sentence, out);
		text_add(out, "\nNext: ");
		plain_add(cause->next, out);
		text_add_char(out, '\n');
		likewise_add(diagnosis, i, out);
		before = "";
	}
}

/* Of the steps that were made. */
static bool has_step(const struct diagnosis *diagnosis, enum evidence_state state)
{
	for (enum step step = STEP_AUTHORITY; step < STEP_COUNT; step++) {
		if (diagnosis->is_examined[step] && diagnosis_step_state(diagnosis, step) == state)
			return true;
	}
	return false;
}

static void likely_add(const struct inquiry *inquiry, struct text *out)
{
	const struct diagnosis *diagnosis = inquiry->diagnosis;
	if (diagnosis->cause_count == 0) {
		text_add(out, has_step(diagnosis, EVIDENCE_BAD)
				      ? "\nWhat is marked !! fails, and no cause was found for it.\n"
			      : has_step(diagnosis, EVIDENCE_UNSEEN)
				      ? "\nNothing that could be seen from here is broken; what is marked ?? could not "
					"be decided.\n"
				      : "\nNothing is broken.\n");
		return;
	}
	const struct cause *first = &diagnosis->causes[0];
	text_add(out, "\nMost likely: ");
	plain_add(first->sentence, out);
	text_add(out, "\nNext: ");
	plain_add(first->next, out);
	text_addf(out, "\nMore: sextant --explain %s\n", finding_row(first->code)->code);
	likewise_add(diagnosis, 0, out);
	others_add(diagnosis, out);
}

static void head_add(const struct inquiry *inquiry, struct text *out)
{
	const struct incident *incident = &inquiry->incident;
	char text[NAME_TEXT_MAX];
	if (incident->has_name) {
		(void)name_to_display(incident->name, text);
		text_add(out, text);
	} else {
		text_add(out, "no name given");
	}
	text_add(out, "   resolvers:");
	for (unsigned i = 0; i < incident->resolver_count; i++) {
		ip_endpoint_to_text(&incident->resolvers[i], text);
		text_addf(out, " %s", text);
	}
	text_add_char(out, '\n');
}

static void tell_text(const struct inquiry *inquiry, struct text *out)
{
	if (!cli_is_quiet(inquiry->cli)) {
		head_add(inquiry, out);
		for (enum step step = STEP_AUTHORITY; step < STEP_COUNT; step++)
			step_add(inquiry, step, out);
	}
	likely_add(inquiry, out);
	if (inquiry->diagnosis->is_cut)
		text_add(out, "There is more than an examination holds: look at less with --only.\n");
}

/* --- For programs --- */

static void step_to_json(const struct diagnosis *diagnosis, enum step step, struct json_writer *json)
{
	json_begin_object(json, NULL);
	json_number(json, "step", (int)step + 1);
	json_text(json, "word", step_row(step)->word);
	json_text(json, "title", step_row(step)->title);
	json_text(json, "state",
		  diagnosis->is_examined[step] ? evidence_state_text(diagnosis_step_state(diagnosis, step))
					       : "not examined");
	json_begin_array(json, "evidence");
	for (unsigned i = 0; i < diagnosis->evidence_count; i++) {
		const struct evidence *evidence = &diagnosis->evidence[i];
		if (evidence->step != step)
			continue;
		json_begin_object(json, NULL);
		json_text(json, "state", evidence_state_text(evidence->state));
		json_text(json, "label", evidence->label);
		json_text(json, "text", evidence->text);
		json_end_object(json);
	}
	json_end_array(json);
	json_end_object(json);
}

static void cause_to_json(const struct cause *cause, const char *key, struct json_writer *json)
{
	json_begin_object(json, key);
	json_text(json, "code", finding_row(cause->code)->code);
	json_text(json, "severity", severity_text(cause->severity));
	json_number(json, "step", (int)cause->step + 1);
	json_bool(json, "aside", cause->is_aside);
	json_text(json, "subject", cause->subject);
	json_text(json, "cause", cause->sentence);
	json_text(json, "next", cause->next);
	json_end_object(json);
}

static void question_to_json(const struct inquiry *inquiry, struct json_writer *json)
{
	const struct incident *incident = &inquiry->incident;
	char text[NAME_TEXT_MAX];
	if (incident->has_name)
		(void)name_to_text(incident->name, text);
	json_text(json, "name", incident->has_name ? text : NULL);
	json_begin_array(json, "types");
	for (unsigned i = 0; i < incident->type_count; i++) {
		rrtype_to_text(incident->types[i], text);
		json_text(json, NULL, text);
	}
	json_end_array(json);
	json_begin_array(json, "resolvers");
	for (unsigned i = 0; i < incident->resolver_count; i++) {
		ip_endpoint_to_text(&incident->resolvers[i], text);
		json_text(json, NULL, text);
	}
	json_end_array(json);
}

void inquiry_to_json(const struct inquiry *inquiry, struct json_writer *json)
{
	const struct diagnosis *diagnosis = inquiry->diagnosis;
	question_to_json(inquiry, json);
	json_begin_array(json, "steps");
	for (enum step step = STEP_AUTHORITY; step < STEP_COUNT; step++)
		step_to_json(diagnosis, step, json);
	json_end_array(json);
	if (diagnosis->cause_count > 0)
		cause_to_json(&diagnosis->causes[0], "most_likely", json);
	else
		json_nothing(json, "most_likely");
	json_begin_array(json, "causes");
	for (unsigned i = 0; i < diagnosis->cause_count; i++)
		cause_to_json(&diagnosis->causes[i], NULL, json);
	json_end_array(json);
	json_bool(json, "cut", diagnosis->is_cut);
}

static void tell_json(const struct inquiry *inquiry, struct finding_list *findings, struct text *out)
{
	struct json_writer json = {.out = out};
	json_begin_object(&json, NULL);
	json_text(&json, "schema", SCHEMA);
	inquiry_to_json(inquiry, &json);
	finding_report_json_members(findings, &json);
	json_end_object(&json);
	text_add_char(out, '\n');
}

int inquiry_tell(struct inquiry *inquiry)
{
	struct finding_list *findings = finding_list_new();
	struct text out = {0};
	if (findings == NULL)
		return EXIT_INTERNAL;
	diagnosis_to_findings(inquiry->diagnosis, findings);
	finding_sort(findings);
	if (cli_is_json(inquiry->cli))
		tell_json(inquiry, findings, &out);
	else
		tell_text(inquiry, &out);
	fputs(text_string(&out), cli_out(inquiry->cli));
	int code = out.is_failed ? EXIT_INTERNAL : cli_findings_exit(inquiry->cli, findings);
	/* 1 wins over 3, and 3 over 0. What fails without a cause is not decided. */
	bool is_open = inquiry->diagnosis->cause_count == 0 && has_step(inquiry->diagnosis, EVIDENCE_BAD);
	if (code == EXIT_OK && (is_open || finding_count_undetermined(findings) > 0))
		code = EXIT_UNDETERMINED;
	text_free(&out);
	finding_list_free(findings);
	return code;
}
