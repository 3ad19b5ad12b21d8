/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The short form of an audit: which resolvers get a zone, and where not, whether its operator meant it so and which of
 * the misconfigurations of RFC 10001 3.1 stands in the way.
 * Pure functions of a whole view.
 * Never takes for a verdict what could not be tested.
 */
#ifndef AUDIT_VERDICT_H
#define AUDIT_VERDICT_H

#include "audit/view.h"
#include "finding/finding.h"

enum verdict {
	VERDICT_BOTH, /* resolvers of each family alone get it */
	VERDICT_IPV6_ONLY,
	VERDICT_IPV4_ONLY,
	VERDICT_DUAL_ONLY, /* those that have both, and those of neither family alone */
	VERDICT_NONE,
	VERDICT_ABSENT, /* there is no such zone */
	VERDICT_UNDETERMINED,
	VERDICT_COUNT
};

enum verdict verdict_of(const struct view *view);
const char *verdict_text(enum verdict verdict);  /* "ipv6_only" */
const char *verdict_title(enum verdict verdict); /* "IPv6 alone" */

/* Somebody published an address of the family for one of the zone's servers: the delegation, or who has authority for
 * the server's name (D16). A zone without any is of one family on purpose. */
bool verdict_is_meant(const struct view *view, enum family family);

/* Why resolvers of the family alone do not get it, as the finding that says so: D04 (no address), D05 (glue is
 * missing), D08, D09 (a server's zone), D10 (a zone above), D11 (nothing answers), D14, A03, ZON-25.
 * FINDING_CODE_COUNT: they do, or it is not known. */
enum finding_code verdict_cause(const struct view *view, enum family family);

/* When the first of all signatures that its servers gave with answers ends, wall clock; of an RRset with several the last
 * one counts. False: none was seen. */
bool verdict_signed_until(const struct view *view, uint64_t *ret_s);

#endif
