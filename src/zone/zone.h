/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A zone: an immutable snapshot of its names and RRsets, with everything an answer needs linked at load.
 * Owned: made by zone/builder; counted, see zone_hold.
 * Never changes once built: a reload makes another.
 */
#ifndef ZONE_ZONE_H
#define ZONE_ZONE_H

#include "dns/name.h"
#include "dns/rrset.h"
#include "dns/rrtype.h"

struct zone;
struct zone_node; /* one owner name, or an empty non-terminal */

/* Zones are counted: who made it holds it, and who holds it, or reads it in a snapshot, may hold it once more. */
const struct zone *zone_hold(const struct zone *zone);
void zone_free(struct zone *zone); /* lets go; the last one ends it. NULL is fine */
struct name zone_apex(const struct zone *zone);
uint32_t zone_serial(const struct zone *zone);
size_t zone_record_count(const struct zone *zone);
size_t zone_node_count(const struct zone *zone); /* empty non-terminals included */
size_t zone_memory(const struct zone *zone);     /* octets */
bool zone_is_signed(const struct zone *zone);    /* DNSKEY and RRSIG at the apex */

/* Exact; empty non-terminals and names below cuts are found too. NULL: no such name. */
const struct zone_node *zone_node_find(const struct zone *zone, struct name name);
const struct zone_node *zone_apex_node(const struct zone *zone);
/* Canonical order (RFC 4034 6.1); NULL behind the last. NSEC3 owners come in a walk of their own. */
const struct zone_node *zone_node_first(const struct zone *zone);
const struct zone_node *zone_node_next(const struct zone *zone, const struct zone_node *node);
const struct zone_node *zone_nsec3_first(const struct zone *zone);
const struct zone_node *zone_nsec3_next(const struct zone *zone, const struct zone_node *node);

struct name zone_node_name(const struct zone_node *node); /* borrowed from the zone */
bool zone_node_is_cut(const struct zone_node *node);       /* NS below the apex: a delegation */
bool zone_node_is_below_cut(const struct zone_node *node); /* glue, occluded by the delegation above or by a DNAME */
bool zone_node_is_empty(const struct zone_node *node);     /* an empty non-terminal */
/* NULL when the node has none. Not for RRSIG: see below. */
const struct rrset *zone_node_rrset(const struct zone_node *node, uint16_t type);
const struct rrset *zone_node_signatures(const struct zone_node *node, uint16_t covered);
/* The signatures of an RRset of the node: as zone_node_signatures, and quicker. NULL: none. */
const struct rrset *zone_rrset_signatures(const struct zone_node *node, const struct rrset *rrset);
/* The RRset behind one of the node (NULL: its first), RRSIGs included; NULL behind the last. How to walk them all. */
const struct rrset *zone_node_rrset_next(const struct zone_node *node, const struct rrset *rrset);
size_t zone_node_rrset_count(const struct zone_node *node);
/* All of them by number, RRSIGs included; NULL behind the last. Counts from the first: not for walks. */
const struct rrset *zone_node_rrset_at(const struct zone_node *node, size_t index);

#endif
