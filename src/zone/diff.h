/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What differs between two versions of a zone, and how long caches may go on with the old one.
 * Borrowed: changes point into both zones.
 * Never judges: whether a change is right is for the linter.
 */
#ifndef ZONE_DIFF_H
#define ZONE_DIFF_H

#include "zone/zone.h"

enum zone_change_kind { ZONE_ADDED, ZONE_REMOVED, ZONE_CHANGED, ZONE_CHANGE_KINDS };

struct zone_change {
	enum zone_change_kind kind;
	struct name owner;
	const struct rrset *before; /* NULL: ZONE_ADDED */
	const struct rrset *after;  /* NULL: ZONE_REMOVED */
};

struct zone_diff {
	size_t counts[ZONE_CHANGE_KINDS]; /* RRsets, without RRSIG, NSEC and NSEC3; the SOA counts when more than its serial differs */
	size_t denials;    /* NSEC, NSEC3 and RRSIG sets that differ */
	uint32_t wait_s;   /* from when all servers have the new version until the last cache has forgotten the old one */
	uint32_t old_serial, new_serial;
	bool is_serial_greater; /* RFC 1982 3.2 */
	bool is_ns_changed;     /* the apex NS set: the parent's copy has a TTL of its own */
	bool is_delegation_changed; /* an NS set below: the child's copy has a TTL of its own */
};

/*
 * Visits what differs in canonical order; visit may be NULL. RRSIG, NSEC and NSEC3 are counted, not visited.
 *
 * wait_s is the largest of: the TTL of each old RRset that changed or went, and the negative TTL of the old zone
 * (RFC 2308 5: the smaller of the SOA's TTL and its MINIMUM) when something was added.
 */
void zone_diff(const struct zone *before, const struct zone *after,
               void (*visit)(void *data, const struct zone_change *change), void *data, struct zone_diff *ret);

/* The zone's negative TTL, RFC 2308 5, in seconds. */
uint32_t zone_negative_ttl(const struct zone *zone);

#endif
