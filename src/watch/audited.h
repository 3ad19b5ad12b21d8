/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What one audit said of one zone: how many of its name servers answer over each family, and is that what is wanted?
 * Values; read from the JSON that `sextant audit --json` writes.
 * Never a failure where the audit could not see a family.
 */
#ifndef WATCH_AUDITED_H
#define WATCH_AUDITED_H

#include "watch/probe.h"

#include <jansson.h>

#define AUDITED_FINDINGS_MAX 40
#define AUDITED_CAUSE_MAX 300

enum audited_require { AUDITED_TWO, AUDITED_ONE, AUDITED_REACHABLE };

enum audited_sight { AUDITED_UNKNOWN, AUDITED_RESOLVED, AUDITED_BROKEN, AUDITED_UNTESTED };
const char *audited_sight_text(enum audited_sight sight); /* "yes", "no", "untested", "unknown" */

struct audited_family {
	enum audited_sight sight;      /* resolvers of this family alone get the zone */
	unsigned usable, total;        /* name servers that answer over it; all that the zone has */
	bool is_meant;                 /* somebody published an address of the family */
	char cause[AUDITED_CAUSE_MAX]; /* of BROKEN */
};

struct audited_finding {
	char code[16], severity[16];
	char subject[256], cause[AUDITED_CAUSE_MAX];
};

struct audited {
	char verdict[32]; /* "both"; "": not audited yet */
	bool is_signed;
	uint64_t signed_until_s; /* wall clock: when the first signature ends; 0: none was seen */
	struct audited_family families[FAMILY_COUNT];
	struct audited_finding findings[AUDITED_FINDINGS_MAX];
	size_t finding_count, errors, warnings;
};

/* The zone (as name_to_display writes it) in the document of an audit. False: it is not in there. */
bool audited_read(const json_t *document, const char *zone, struct audited *ret);
/* Is it less than is wanted over the family? The result is that of a probe, for the sensors. */
void audited_judge(const struct audited *audited, enum family family, enum audited_require require,
		   struct probe_result *ret);
json_t *audited_json(const struct audited *audited);

#endif
