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
 * Returns the finding, whose severity and is_undetermined may be set until the list is sorted;
 * NULL when it was folded or there is no memory (it is counted with the row's severity either way).
 */
struct finding *finding_add(struct finding_list *list, enum finding_code code, struct place place,
                            const char *subject, const char *fix, const char *cause_format, ...)
	PRINTF_LIKE(6, 7);
/* The source line, to be shown under the place. Copied (at most 400 octets). */
void finding_set_excerpt(struct finding_list *list, struct finding *finding, const char *line, size_t size);
/*
 * Reads the excerpts that are missing from the files that the places name; a file that cannot be read gives none.
 * A place with column 1 and width 0 gets the width of the owner at the front of its line.
 */
void finding_list_read_excerpts(struct finding_list *list);

/*
 * Folding: a list keeps at most FINDING_KEPT_MAX findings of one code and only counts the rest, so that a zone
 * with the same fault 250,000 times costs neither memory nor the wording of 250,000 sentences.
 */
#define FINDING_KEPT_MAX 1000
/* Another limit: SIZE_MAX keeps all (JSON output), 0 keeps none. For what is added from now on. */
void finding_list_set_limit(struct finding_list *list, size_t kept_per_code);
/*
 * true: the list is full of this code, the finding has been counted with the given severity and there is nothing
 * more to do. false: word it and call finding_add. For checks on the way through a large zone.
 */
bool finding_fold(struct finding_list *list, enum finding_code code, enum severity severity);

/* Gives the kept findings of a code from index on another severity: what came later showed how grave they are. */
void finding_list_raise(struct finding_list *list, size_t index, enum finding_code code, enum severity severity);

/* Gives the kept findings from index on that have no place this one. */
void finding_list_place(struct finding_list *list, size_t index, struct place place);

size_t finding_count(const struct finding_list *list); /* kept: what finding_at gives */
const struct finding *finding_at(const struct finding_list *list, size_t index);
/* Exact counts, folded ones included. */
size_t finding_count_at_least(const struct finding_list *list, enum severity severity);
size_t finding_count_severity(const struct finding_list *list, enum severity severity);
size_t finding_count_code(const struct finding_list *list, enum finding_code code);
size_t finding_count_undetermined(const struct finding_list *list);
/* Counted but not kept. */
size_t finding_count_folded(const struct finding_list *list, enum finding_code code);
/* Errors before warnings before notices, then by file, line, code. */
void finding_sort(struct finding_list *list);

#endif
