/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Two results of audits, one beside the other: what is new, what is gone, and which facts changed.
 * A pure function of two JSON documents of schema sextant.audit/1; the caller owns what it gets.
 * Never calls worse what one of the runs could not see.
 */
#ifndef CLI_AUDIT_DIFF_H
#define CLI_AUDIT_DIFF_H

#include "base/text.h"
#include "finding/finding.h"

#include <jansson.h>

/*
 * {"verdicts":[{zone,family,before,after,worse}], "findings":{"new":[finding],"gone":[finding],"unchanged":n},
 *  "facts":[{zone,change}], "zones":{"new":[name],"gone":[name]}}
 * Only zones that both have are compared. NULL: no memory.
 */
json_t *diff_results(json_t *before, json_t *after);
/* A verdict is worse, or a finding of at least this severity is new. */
bool diff_is_worse(json_t *diff, enum severity least);
void diff_text(json_t *diff, struct text *out);
/* One line for each change, called with what it is of ("verdict", "finding", "fact"), the zone and a sentence. */
void diff_each(json_t *diff, void (*tell)(void *owner, const char *kind, const char *zone, const char *change),
	       void *owner);

#endif
