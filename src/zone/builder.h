/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Makes a zone from records in any order.
 * Owned: zone_builder_new, then zone_builder_finish or zone_builder_free, either of which ends it.
 * Never keeps a caller's octets: everything is copied.
 */
#ifndef ZONE_BUILDER_H
#define ZONE_BUILDER_H

#include "finding/finding.h"
#include "zone/zone.h"

struct zone_builder;
struct zone_places; /* where each record of a zone was read */

int zone_builder_new(struct name apex, struct zone_builder **ret) MUST_USE;
void zone_builder_free(struct zone_builder *builder);

/* Names a source file; the index is given back to zone_builder_add. */
int zone_builder_add_file(struct zone_builder *builder, const char *path, uint16_t *ret_index) MUST_USE;

/* One record; rdata must be checked, uncompressed wire form. ERR_RANGE: owner outside the zone. -ENOMEM. */
int zone_builder_add(struct zone_builder *builder, struct name owner, uint16_t type, uint32_t ttl, struct span rdata,
                     uint16_t file, uint32_t line) MUST_USE;
size_t zone_builder_record_count(const struct zone_builder *builder);

/*
 * Sorts, checks what a zone must be (one SOA, NS at the apex, CNAME alone, one TTL an RRset, ...: findings with
 * places), links, and gives the zone. ERR_FINDINGS: an error finding was added and no zone made. Ends the builder.
 * ret_places may be NULL when nobody will ask.
 */
int zone_builder_finish(struct zone_builder *builder, struct finding_list *findings, struct zone **ret,
                        struct zone_places **ret_places) MUST_USE;

void zone_places_free(struct zone_places *places);
/* The place of record index (0 first) of an RRset of the zone; line 0 when unknown. The file name is borrowed. */
struct place zone_place(const struct zone_places *places, const struct rrset *rrset, size_t index);

#endif
