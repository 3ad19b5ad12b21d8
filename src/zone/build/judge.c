/* SPDX-License-Identifier: BSD-2-Clause */
#include "zone/build/judge.h"

#include "zone/build/build.h"

#include <stdarg.h>
#include <stdio.h>

#define CAUSE_MAX 2560 /* two names and a sentence */

void judge_init(struct judge *judge, struct finding_list *findings, struct name apex, char *const *files)
{
	*judge = (struct judge){.findings = findings, .files = files};
	char text[NAME_TEXT_MAX];
	name_to_display(apex, text);
	snprintf(judge->subject, sizeof(judge->subject), "zone %s", text);
}

void judge_add(struct judge *judge, enum finding_code code, const struct raw_record *record, const char *fix,
               const char *format, ...)
{
	if (finding_row(code)->severity == SEVERITY_ERROR)
		judge->is_failed = true;
	if (judge->counts[code]++ >= JUDGE_SHOWN)
		return;
	char cause[CAUSE_MAX];
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(cause, sizeof(cause), format, arguments);
	va_end(arguments);
	struct place place = {0};
	if (record != NULL && record->line > 0)
		place = (struct place){.file = judge->files[record->file], .line = record->line};
	finding_add(judge->findings, code, place, judge->subject, fix, "%s", cause);
}

void judge_close(struct judge *judge)
{
	for (unsigned code = 0; code < FINDING_CODE_COUNT; code++) {
		if (judge->counts[code] > JUDGE_SHOWN)
			finding_add(judge->findings, code, (struct place){0}, judge->subject, NULL,
			            "%zu more of these are not shown", judge->counts[code] - JUDGE_SHOWN);
	}
}
