/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Findings: what a check says, each with a stable code, a place, a cause, a fix and a reference.
 * Owned: finding_list_new/finding_list_free; a finding's texts belong to its list.
 * Never prints and never judges DNS data: checks add, reports read.
 */
#ifndef FINDING_FINDING_H
#define FINDING_FINDING_H

#include "base/err.h"
#include "base/text.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum severity { SEVERITY_NOTICE, SEVERITY_WARNING, SEVERITY_ERROR };
const char *severity_text(enum severity severity); /* "error" */

/* One row per code, in finding/findings.def:
 * FINDING(identifier, "D01", SEVERITY_ERROR, "title", "explanation", "reference") */
enum finding_code {
#define FINDING(id, code, severity, title, explanation, reference) FINDING_##id,
#include "finding/findings.def"
#undef FINDING
	FINDING_CODE_COUNT
};

struct finding_row {
	const char *code;        /* "D01", "ZON-17": what users see */
	enum severity severity;  /* the usual one */
	const char *title;       /* one line */
	const char *explanation; /* the runbook page: what it means, how to mend it */
	const char *reference;   /* "RFC 10001 4.1; A-01" */
};

const struct finding_row *finding_row(enum finding_code code);
/* NULL when there is no such code; case does not matter. */
const struct finding_row *finding_row_by_code(const char *code);

/* Where in a text file. All zero: no place. */
struct place {
	const char *file; /* borrowed by the caller's call; copied into a list */
	uint32_t line;    /* from 1; 0: the whole file */
	uint32_t column;  /* from 1; 0: the whole line */
	uint32_t width;   /* characters to underline; 0: one */
};

struct finding {
	enum finding_code code;
	enum severity severity;
	struct place place;
	const char *excerpt; /* the line itself, NULL when unknown */
	const char *subject; /* "zone example.com", NULL when none */
	const char *cause;   /* a sentence */
	const char *fix;     /* a sentence or a command, NULL when none */
	bool is_undetermined; /* the check could not see enough to decide: reported as "undetermined" */
};

struct finding_list;

struct finding_list *finding_list_new(void);
void finding_list_free(struct finding_list *list);

/*
 * Adds a copy of what is given; severity is the row's. Texts may be NULL where the field says so.
 * Returns the finding, for finding_set_severity and the like; NULL when there is no memory (counted).
 */
struct finding *finding_add(struct finding_list *list, enum finding_code code, struct place place,
                            const char *subject, const char *fix, const char *cause_format, ...)
	PRINTF_LIKE(6, 7);
/* The source line, to be shown under the place. Copied (at most 400 octets). */
void finding_set_excerpt(struct finding_list *list, struct finding *finding, const char *line, size_t size);

size_t finding_count(const struct finding_list *list);
const struct finding *finding_at(const struct finding_list *list, size_t index);
size_t finding_count_at_least(const struct finding_list *list, enum severity severity);
/* Errors before warnings before notices, then by file, line, code. */
void finding_sort(struct finding_list *list);

#endif
