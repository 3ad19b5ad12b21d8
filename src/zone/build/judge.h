/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Findings about a zone in the making, the many of one kind folded.
 * Borrowed: list and file names are the caller's.
 * Never stops the build: all faults of a zone are reported together.
 */
#ifndef ZONE_BUILD_JUDGE_H
#define ZONE_BUILD_JUDGE_H

#include "dns/name.h"
#include "finding/finding.h"

struct raw_record;

#define JUDGE_SHOWN 20 /* findings of one code; the rest are counted */

struct judge {
	struct finding_list *findings;
	char *const *files;
	char subject[NAME_TEXT_MAX + 8];
	size_t counts[FINDING_CODE_COUNT];
	bool is_failed; /* an error was among them */
};

void judge_init(struct judge *judge, struct finding_list *findings, struct name apex, char *const *files);
/* record NULL: no place. */
void judge_add(struct judge *judge, enum finding_code code, const struct raw_record *record, const char *fix,
               const char *format, ...) PRINTF_LIKE(5, 6);
/* Says how many were not shown. */
void judge_close(struct judge *judge);

#endif
