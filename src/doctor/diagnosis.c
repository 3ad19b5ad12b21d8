/* SPDX-License-Identifier: BSD-2-Clause */
#include "doctor/diagnosis.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TEXT_MAX 1024

static const struct step_row steps[STEP_COUNT] = {
	[STEP_AUTHORITY] = {"authority", "authoritative answers"}, [STEP_TRANSPORT] = {"transport", "IPv6 transport"},
	[STEP_VALIDATION] = {"validation", "validation"},          [STEP_DISCOVERY] = {"discovery", "client discovery"},
	[STEP_FALLBACK] = {"fallback", "fallback masking"},        [STEP_RADIUS] = {"radius", "blast radius"},
};

/* Where a cause belongs. Codes that are not here are of client discovery. */
struct cause_row {
	enum finding_code code;
	enum step step;
	bool is_aside;
};

static const struct cause_row rows[] = {
	{FINDING_NAME_ABSENT, STEP_AUTHORITY, false},         {FINDING_NAME_ONE_FAMILY, STEP_AUTHORITY, true},
	{FINDING_SERVER_STALE, STEP_AUTHORITY, false},        {FINDING_SERVER_LAME, STEP_AUTHORITY, false},
	{FINDING_TYPE_UNANSWERED, STEP_AUTHORITY, false},     {FINDING_REVERSE_ABSENT, STEP_AUTHORITY, true},
	{FINDING_DELEGATION_FAMILY, STEP_AUTHORITY, false},   {FINDING_ADDRESS_UNREACHABLE, STEP_AUTHORITY, false},
	{FINDING_SERVER_DEAD, STEP_TRANSPORT, false},         {FINDING_TCP_BLOCKED, STEP_TRANSPORT, false},
	{FINDING_UDP_BLOCKED, STEP_TRANSPORT, false},         {FINDING_SIZE_BLOCKED, STEP_TRANSPORT, false},
	{FINDING_RESOLVER_DEAD, STEP_TRANSPORT, false},       {FINDING_RESOLVER_REFUSES, STEP_TRANSPORT, false},
	{FINDING_TYPE_BOGUS, STEP_VALIDATION, false},         {FINDING_SIGNATURE_EXPIRED, STEP_VALIDATION, false},
	{FINDING_DS_MISMATCH, STEP_VALIDATION, false},        {FINDING_NAME_BOGUS, STEP_VALIDATION, false},
	{FINDING_PATH_BOGUS, STEP_VALIDATION, false},         {FINDING_RESOLVER_CLOCK, STEP_VALIDATION, false},
	{FINDING_RESOLVER_REMEMBERS, STEP_VALIDATION, false}, {FINDING_RESOLVER_PATH, STEP_VALIDATION, false},
	{FINDING_RESOLVER_DIFFERS, STEP_VALIDATION, false},   {FINDING_DNS64_WRONG, STEP_VALIDATION, false},
	{FINDING_RESOLVER_BLIND, STEP_VALIDATION, true},      {FINDING_SERVICE_FAMILY_DEAD, STEP_FALLBACK, false},
	{FINDING_SERVICE_DEAD, STEP_FALLBACK, false},         {FINDING_SERVICE_SLOW, STEP_FALLBACK, false},
	{FINDING_FALLBACK_MASKED, STEP_FALLBACK, false},
};

const struct step_row *step_row(enum step step)
{
	return &steps[step];
}

int step_from_text(const char *text, enum step *ret)
{
	for (enum step step = STEP_AUTHORITY; step < STEP_COUNT; step++) {
		const char number[2] = {(char)('1' + step), '\0'};
		if (strcmp(text, steps[step].word) == 0 || strcmp(text, number) == 0) {
			*ret = step;
			return ERR_OK;
		}
	}
	return ERR_NOT_FOUND;
}

const char *evidence_state_text(enum evidence_state state)
{
	static const char *const texts[EVIDENCE_STATE_COUNT] = {
		[EVIDENCE_OK] = "ok",
		[EVIDENCE_NOTE] = "note",
		[EVIDENCE_UNSEEN] = "undetermined",
		[EVIDENCE_BAD] = "broken",
	};
	return texts[state];
}

static const char *text_keep(struct diagnosis *diagnosis, const char *format, va_list arguments)
{
	char text[TEXT_MAX];
	int size = vsnprintf(text, sizeof(text), format, arguments);
	const char *kept = size < 0 ? NULL : arena_text(diagnosis->arena, text, strlen(text));
	return kept != NULL ? kept : "";
}

const char *diagnosis_text(struct diagnosis *diagnosis, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	const char *text = text_keep(diagnosis, format, arguments);
	va_end(arguments);
	return text;
}

void diagnosis_note(struct diagnosis *diagnosis, enum step step, enum evidence_state state, const char *label,
		    const char *format, ...)
{
	va_list arguments;
	if (diagnosis->evidence_count == DIAGNOSIS_EVIDENCE_MAX) {
		diagnosis->is_cut = true;
		return;
	}
	va_start(arguments, format);
	const char *text = text_keep(diagnosis, format, arguments);
	va_end(arguments);
	diagnosis->evidence[diagnosis->evidence_count++] =
		(struct evidence){.step = step, .state = state, .label = label, .text = text};
}

static struct cause_row row_of(enum finding_code code)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (rows[i].code == code)
			return rows[i];
	}
	return (struct cause_row){.code = code, .step = STEP_DISCOVERY};
}

void diagnosis_blame(struct diagnosis *diagnosis, enum finding_code code, enum severity severity, const char *subject,
		     const char *next, const char *sentence, ...)
{
	const struct cause_row row = row_of(code);
	va_list arguments;
	for (unsigned i = 0; i < diagnosis->cause_count; i++) {
		if (diagnosis->causes[i].code == code && strcmp(diagnosis->causes[i].subject, subject) == 0)
			return;
	}
	if (diagnosis->cause_count == DIAGNOSIS_CAUSES_MAX) {
		diagnosis->is_cut = true;
		return;
	}
	va_start(arguments, sentence);
	const char *text = text_keep(diagnosis, sentence, arguments);
	va_end(arguments);
	diagnosis->causes[diagnosis->cause_count] = (struct cause){.code = code,
								   .severity = severity,
								   .step = row.step,
								   .is_aside = row.is_aside,
								   .order = diagnosis->cause_count,
								   .subject = subject,
								   .sentence = text,
								   .next = next};
	diagnosis->cause_count++;
}

static int causes_compare(const void *left, const void *right)
{
	const struct cause *a = left, *b = right;
	if (a->severity != b->severity)
		return a->severity > b->severity ? -1 : 1;
	if (a->is_aside != b->is_aside)
		return a->is_aside ? 1 : -1;
	if (a->step != b->step)
		return a->step < b->step ? -1 : 1;
	return a->order < b->order ? -1 : 1;
}

void diagnosis_rank(struct diagnosis *diagnosis)
{
	qsort(diagnosis->causes, diagnosis->cause_count, sizeof(diagnosis->causes[0]), causes_compare);
}

enum evidence_state diagnosis_step_state(const struct diagnosis *diagnosis, enum step step)
{
	bool is_noted = false;
	enum evidence_state state = EVIDENCE_OK;
	for (unsigned i = 0; i < diagnosis->evidence_count; i++) {
		const struct evidence *evidence = &diagnosis->evidence[i];
		if (evidence->step != step)
			continue;
		is_noted = true;
		state = evidence->state > state ? evidence->state : state;
	}
	return is_noted ? state : EVIDENCE_UNSEEN;
}

void diagnosis_to_findings(const struct diagnosis *diagnosis, struct finding_list *findings)
{
	for (unsigned i = 0; i < diagnosis->cause_count; i++) {
		const struct cause *cause = &diagnosis->causes[i];
		struct finding *finding = finding_add(findings, cause->code, (struct place){0}, cause->subject,
						      cause->next, "%s", cause->sentence);
		if (finding != NULL)
			finding->severity = cause->severity;
	}
	for (unsigned i = 0; i < diagnosis->evidence_count; i++) {
		const struct evidence *evidence = &diagnosis->evidence[i];
		if (evidence->state != EVIDENCE_UNSEEN)
			continue;
		struct finding *finding =
			finding_add(findings, FINDING_EXAMINATION_UNSEEN, (struct place){0},
				    steps[evidence->step].title, NULL, "%s: %s", evidence->label, evidence->text);
		if (finding != NULL)
			finding->is_undetermined = true;
	}
}
