/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Judges zones by RFC 10001, the guide and common sense: adds findings, changes nothing.
 * Pure: the time and what else is known (other zones, PREF64s) are arguments.
 * Never guesses: an address that cannot be known from the given zones is "undetermined".
 */
#ifndef ZONE_LINT_H
#define ZONE_LINT_H

#include "ip/prefix.h"
#include "zone/builder.h"
#include "zone/zone.h"

struct lint_zone {
	const struct zone *zone;
	const struct zone_places *places; /* may be NULL */
};

struct lint_input {
	const struct lint_zone *zones; /* all that are given: addresses, PTRs and child zones are looked up across them */
	size_t zone_count;
	const struct ip_prefix *pref64; /* configured NAT64 prefixes besides the well-known ones */
	size_t pref64_count;
	uint64_t now_s;                 /* seconds since 1970, for signatures */
};

/* All checks on zones[index]. Costs one walk of the zone, and sorting the names of all zones: for many use the next. */
void zone_lint(const struct lint_input *input, size_t index, struct finding_list *findings);
/* All checks on all zones, judged together: a server that many of them share is judged once. */
void zone_lint_all(const struct lint_input *input, struct finding_list *findings);

/* Each zone into a list of its own, lists[0..zone_count); a zone whose list is NULL is not judged, only looked into. */
void zone_lint_each(const struct lint_input *input, struct finding_list *const *lists);

/* When the first signature of a signed zone expires, in seconds since 1970 near now_s; 0: it has none. */
uint64_t zone_signed_until(const struct zone *zone, uint64_t now_s);

#endif
