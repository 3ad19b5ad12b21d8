/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The zones of one authoritative service: an immutable set, found by the longest matching apex.
 * Owned: zoneset_new/zoneset_free; the set borrows its zones, whose life its maker rules.
 * Never changes once made: reloading one zone makes a new set that shares the other zones.
 */
#ifndef ZONE_ZONESET_H
#define ZONE_ZONESET_H

#include "zone/zone.h"

struct zoneset;
struct zone_history; /* of a higher room (transfer/zone_history.h): carried, never looked at */

/* zone NULL: the zone is configured but not loaded; questions for it get SERVFAIL with EDE 14 (Not Ready), or 24 (Invalid
 * Data) where a secondary's data have expired. */
struct zoneset_entry {
	struct name apex;
	const struct zone *zone;
	const struct zone_history *history; /* what led to it; NULL: it is not kept */
	bool is_expired;
};

/* Entries are copied. Two entries with one apex: ERR_EXISTS. */
int zoneset_new(const struct zoneset_entry *entries, size_t count, struct zoneset **ret) MUST_USE;
void zoneset_free(struct zoneset *set);
/* The entry with the longest apex at or above name; for a DS question (is_ds) an apex equal to name is
 * passed over when a parent is served too (RFC 4035 3.1.4.1). NULL: not served. */
const struct zoneset_entry *zoneset_find(const struct zoneset *set, struct name name, bool is_ds);
size_t zoneset_count(const struct zoneset *set);
const struct zoneset_entry *zoneset_at(const struct zoneset *set, size_t index);

#endif
