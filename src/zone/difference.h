/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One version of a zone to the next, as IXFR tells it (RFC 1995 4): the records that go, and those that come.
 * Owned: difference_new/difference_free; every record is copied into its memory.
 * Never says whether it fits a zone: zone_patch finds that out.
 */
#ifndef ZONE_DIFFERENCE_H
#define ZONE_DIFFERENCE_H

#include "zone/zone.h"

struct zone_record { /* borrowed views */
	struct name owner;
	uint16_t type;
	uint32_t ttl;
	struct span rdata; /* checked, uncompressed */
};

enum difference_side { DIFFERENCE_REMOVED, DIFFERENCE_ADDED, DIFFERENCE_SIDES };

struct difference;

int difference_new(struct difference **ret) MUST_USE; /* -ENOMEM */
void difference_free(struct difference *difference);  /* NULL is fine */

/* The first of each side must be the SOA: ERR_SYNTAX; so is a second SOA, and one too short to have a serial. -ENOMEM. */
int difference_put(struct difference *difference, enum difference_side side, const struct zone_record *record) MUST_USE;
size_t difference_count(const struct difference *difference, enum difference_side side);
/* 0 is the SOA; NULL behind the last. */
const struct zone_record *difference_at(const struct difference *difference, enum difference_side side, size_t index);
/* The serial of the side's SOA; the side must have one. */
uint32_t difference_serial(const struct difference *difference, enum difference_side side);
/* Octets of the records, uncompressed, as a transfer without compression has them. */
size_t difference_size(const struct difference *difference);

/* What takes before to after, in canonical order; RRSIGs and denial records too. Two SOAs alone when nothing differs.
 * -ENOMEM. */
int difference_between(const struct zone *before, const struct zone *after, struct difference **ret) MUST_USE;

#endif
