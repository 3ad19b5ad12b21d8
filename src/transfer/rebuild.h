/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The next version of a zone, from the one that is here and the differences that lead on from it (RFC 1995 4).
 * Stateless; the zone that is made belongs to the caller.
 * Never guesses: a difference that removes what is not there, or adds what is, does not fit.
 */
#ifndef TRANSFER_REBUILD_H
#define TRANSFER_REBUILD_H

#include "finding/finding.h"
#include "zone/difference.h"

/*
 * Builds the zone anew; costs a walk over all of it. primary: the place of findings. ERR_MISMATCH: the differences do
 * not fit it or each other: take the zone whole; ERR_FINDINGS: what they make is no zone; -ENOMEM.
 */
int zone_rebuild(const struct zone *before, const struct difference *const *differences, size_t count,
		 const char *primary, struct finding_list *findings, struct zone **ret) MUST_USE;

#endif
