/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Findings as people and programs read them: text with carets and fixes, one JSON document, the runbook of a code.
 * Borrowed: reads a sorted list and appends to the caller's text.
 * Never lets an octet of a zone file or a name reach the terminal as a control character.
 */
#ifndef FINDING_REPORT_H
#define FINDING_REPORT_H

#include "finding/finding.h"

#define REPORT_FOLD_OVER 20 /* more findings of one code than this are folded into a count */
#define REPORT_FOLD_SHOWN 3 /* of a folded code, this many are shown as examples */

struct report_options {
	enum severity least;  /* findings below are left out */
	bool is_color;        /* terminal colours: only where the reader asked for them or sits at a terminal */
	bool is_unfolded;     /* show every finding that the list keeps */
	bool has_summary;     /* the closing line "2 errors, 1 warning in 2 zones (0.04 s)" */
	unsigned columns;     /* width of the terminal; 0: 100 */
	size_t zone_count;    /* for the summary; 0: not mentioned */
	uint64_t elapsed_us;  /* for the summary; 0: not mentioned */
};

void finding_report_text(const struct finding_list *list, const struct report_options *options, struct text *out);

/*
 * {"schema":schema,"findings":[{code,severity,subject,file,line,column,cause,fix,reference,excerpt,undetermined}],
 *  "counts":{error,warning,notice,"codes":{...}},"folded":{...},"undetermined":[{code,subject,cause}]}
 */
void finding_report_json(const struct finding_list *list, const char *schema, struct text *out);
/* The members without the braces and the schema, for a document that has more to say. */
void finding_report_json_members(const struct finding_list *list, struct json_writer *json);
/* The member "counts" alone. */
void finding_report_json_counts(const struct finding_list *list, struct json_writer *json);

/* The runbook page of a code: `--explain CODE`. */
void finding_report_explanation(const struct finding_row *row, unsigned columns, struct text *out);
/* A text of paragraphs, a line each, wrapped likewise. */
void finding_report_paragraphs(const char *text, unsigned columns, struct text *out);
void finding_report_explanation_json(const struct finding_row *row, struct text *out);

#endif
