/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where each record of a zone was read: 4 to 6 octets a record and 12 an RRset, kept only as long as checks run.
 * Owned: places_new/zone_places_free.
 * Never looked at while answering.
 */
#ifndef ZONE_BUILD_PLACES_H
#define ZONE_BUILD_PLACES_H

#include "zone/builder.h"

/* record_count: the most that will be added. -ENOMEM. */
int places_new(size_t record_count, char *const *files, size_t file_count, struct zone_places **ret) MUST_USE;
/* An RRset, then each of its records in order. */
void places_add_rrset(struct zone_places *places, const struct rrset *rrset);
void places_add_record(struct zone_places *places, uint16_t file, uint32_t line);

#endif
