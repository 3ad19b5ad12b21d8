/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What an examination came to: evidence for each step of the incident checklist, and causes, the most likely one first.
 * A value whose texts lie in the arena of the examination.
 * Never holds an opinion of its own: steps note and blame, this keeps order. What was not seen is UNSEEN, never OK.
 */
#ifndef DOCTOR_DIAGNOSIS_H
#define DOCTOR_DIAGNOSIS_H

#include "base/arena.h"
#include "dns/name.h"
#include "finding/finding.h"

#define DIAGNOSIS_EVIDENCE_MAX 512
#define DIAGNOSIS_CAUSES_MAX 96

/* The checklist, in its order (I-07). */
enum step { STEP_AUTHORITY, STEP_TRANSPORT, STEP_VALIDATION, STEP_DISCOVERY, STEP_FALLBACK, STEP_RADIUS, STEP_COUNT };

struct step_row {
	const char *word;  /* for --only: "authority" */
	const char *title; /* "authoritative answers" */
};
const struct step_row *step_row(enum step step);
/* By word or number ("3"). ERR_NOT_FOUND. */
int step_from_text(const char *text, enum step *ret) MUST_USE;

enum evidence_state {
	EVIDENCE_OK,
	EVIDENCE_NOTE,   /* worth knowing, nothing wrong */
	EVIDENCE_UNSEEN, /* could not be seen from here: no verdict */
	EVIDENCE_BAD,    /* this is broken */
	EVIDENCE_STATE_COUNT
};
const char *evidence_state_text(enum evidence_state state); /* "undetermined" */

struct evidence {
	enum step step;
	enum evidence_state state;
	const char *label; /* a word or an address */
	const char *text;
};

struct cause {
	enum finding_code code;
	enum severity severity;
	enum step step;
	bool is_aside;       /* true and to be mended, but it keeps nobody from resolving or connecting */
	unsigned order;      /* in which it was found */
	const char *subject; /* "zone example.com" */
	const char *sentence;
	const char *next; /* what to do, and the command */
};

struct diagnosis {
	struct arena *arena;
	struct evidence evidence[DIAGNOSIS_EVIDENCE_MAX];
	unsigned evidence_count;
	struct cause causes[DIAGNOSIS_CAUSES_MAX];
	unsigned cause_count;
	const struct name *zone; /* that the name is in; NULL: not known, or no name */
	bool is_examined[STEP_COUNT];
	bool is_cut; /* something did not fit */
};

/* A text in the arena, "" without memory. */
const char *diagnosis_text(struct diagnosis *diagnosis, const char *format, ...) PRINTF_LIKE(2, 3);
void diagnosis_note(struct diagnosis *diagnosis, enum step step, enum evidence_state state, const char *label,
		    const char *format, ...) PRINTF_LIKE(5, 6);
/* The same code with the same subject counts once. subject and next are borrowed: of the arena, or constants. */
void diagnosis_blame(struct diagnosis *diagnosis, enum finding_code code, enum severity severity, const char *subject,
		     const char *next, const char *sentence, ...) PRINTF_LIKE(6, 7);

/* The most likely cause first: what is graver before what is less so, what hinders before what is aside, then the first
 * layer of the checklist, then the order in which they were found. */
void diagnosis_rank(struct diagnosis *diagnosis);
/* The worst of the step's evidence; is_examined false or nothing noted: UNSEEN. */
enum evidence_state diagnosis_step_state(const struct diagnosis *diagnosis, enum step step);
/* Each cause as a finding, and what was not seen as an undetermined one. */
void diagnosis_to_findings(const struct diagnosis *diagnosis, struct finding_list *findings);

#endif
