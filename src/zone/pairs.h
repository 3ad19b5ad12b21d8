/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Two versions of a zone side by side: each owner name with its node in either.
 * Stateless; nodes are borrowed from the zones.
 * Never says what differs: the visitor finds that out.
 */
#ifndef ZONE_PAIRS_H
#define ZONE_PAIRS_H

#include "zone/zone.h"

/* In canonical order, NSEC3 owners behind all others. before or after is NULL where the version has no such name; where
 * the versions share a node it is not visited. */
void zone_pairs(const struct zone *before, const struct zone *after,
                void (*visit)(void *owner, const struct zone_node *before, const struct zone_node *after), void *owner);
/* The node's RRset of the same type, of RRSIGs that over the same type. NULL: none, or no node. */
const struct rrset *zone_pair_set(const struct zone_node *node, const struct rrset *rrset);

#endif
