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

/* All checks on zones[index]. */
void zone_lint(const struct lint_input *input, size_t index, struct finding_list *findings);

#endif
