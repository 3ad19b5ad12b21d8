/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Looking a name up in a zone as an answer needs it (RFC 1034 4.3.2, RFC 4592, RFC 6672, RFC 5155).
 * Borrowed: all that is returned lives as long as the zone.
 * Never allocates; what can be worked out at load (cuts, glue, wildcards, NSEC and NSEC3 owners) was linked then.
 */
#ifndef ZONE_SEARCH_H
#define ZONE_SEARCH_H

#include "zone/zone.h"

enum zone_outcome {
	ZONE_EXACT,    /* node is the name (an empty non-terminal too: no RRsets) */
	ZONE_CUT,      /* node is the delegation at or above the name */
	ZONE_DNAME,    /* node owns a DNAME and is a proper ancestor of the name */
	ZONE_WILDCARD, /* node is the wildcard that the name is made from; encloser is its parent */
	ZONE_ABSENT    /* encloser is the closest encloser; no wildcard there */
};

struct zone_match {
	enum zone_outcome outcome;
	const struct zone_node *node;     /* NULL when ZONE_ABSENT */
	const struct zone_node *encloser; /* the closest encloser for ZONE_WILDCARD and ZONE_ABSENT */
};

/* name is at or below the apex. A name at a cut: ZONE_CUT (the caller knows when the question is DS). */
void zone_search(const struct zone *zone, struct name name, struct zone_match *ret);

/* A hint to the processor that name will be searched soon: no result, no cost worth counting. */
void zone_search_prefetch(const struct zone *zone, struct name name);

/*
 * The same search in three steps, for a batch: take each step for all names of the batch before the next, and
 * the cache misses of one name pass while the others are worked on.
 *   begin   hashes the name, fetches its line of the table
 *   touch   finds its node by that line, fetches the node and its first RRsets
 *   end     compares and decides: what zone_search gives
 * The name's octets and the zone must stay until end.
 */
#define ZONE_SEARCH_HASHES 4
struct zone_search_state {
	const struct zone *zone;
	struct name name;
	uint64_t hashes[ZONE_SEARCH_HASHES]; /* of the first depths below the apex */
	uint64_t hash;                       /* of the name itself */
	const struct zone_node *likely;      /* by touch: the node, not compared yet */
	uint8_t depth;                       /* labels below the apex */
	bool is_absent;                      /* by touch: there is no node of that name */
};
void zone_search_begin(const struct zone *zone, struct name name, struct zone_search_state *state);
void zone_search_touch(struct zone_search_state *state);
void zone_search_end(const struct zone_search_state *state, struct zone_match *ret);

/* --- Glue and additional addresses, linked at load --- */

struct zone_address {
	struct name name;                /* a name server or mail host inside this zone */
	const struct rrset *aaaa;        /* NULL: none */
	const struct rrset *a;           /* NULL: none */
	const struct zone_node *node;    /* for their signatures */
	bool is_in_domain;               /* at or below the delegation it serves: required glue (RFC 9471 2.1) */
};

/*
 * Addresses in this zone for the names in an RRset of node: NS, MX, SRV, SVCB, HTTPS (target, or the owner when "."),
 * KX, AFSDB ...; in-domain ones first, each name once. *ret_count 0: none.
 */
const struct zone_address *zone_additional(const struct zone *zone, const struct zone_node *node,
                                           const struct rrset *rrset, size_t *ret_count);

/* --- Denial of existence in pre-signed zones --- */

enum zone_denial { ZONE_DENIAL_NONE, ZONE_DENIAL_NSEC, ZONE_DENIAL_NSEC3 };
enum zone_denial zone_denial(const struct zone *zone);

/* The node whose NSEC covers name or is name's own (canonical predecessor with an NSEC, RFC 4035 3.1.3). NULL: none. */
const struct zone_node *zone_nsec_covering(const struct zone *zone, struct name name);

#define ZONE_NSEC3_HASH_SIZE 20 /* SHA-1, the one algorithm there is (RFC 5155 11) */
/* RFC 5155 5 with the zone's salt and iterations. */
void zone_nsec3_hash(const struct zone *zone, struct name name, uint8_t ret_hash[ZONE_NSEC3_HASH_SIZE]);
/* The NSEC3 node that matches the node's own name, linked at load; NULL: none (an opt-out delegation, glue). */
const struct zone_node *zone_node_nsec3(const struct zone *zone, const struct zone_node *node);
/* The NSEC3 node whose owner is the hash or whose interval covers it; *ret_is_match tells which. NULL: no chain. */
const struct zone_node *zone_nsec3_find(const struct zone *zone, const uint8_t hash[ZONE_NSEC3_HASH_SIZE],
                                        bool *ret_is_match);

#endif
