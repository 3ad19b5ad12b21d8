/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The node that is being laid down: its records sorted and grouped, and what is wrong with them.
 * Owned by build_lay.
 * Never seen outside lay.c and lay_judge.c.
 */
#ifndef ZONE_BUILD_LAY_H
#define ZONE_BUILD_LAY_H

#include "dns/rdata.h"
#include "zone/build/build.h"

#define RRSETS_MAX 1024 /* of one node; an owner of more types is no name but an attack on whoever walks it */

#define RRSET_SIZE_MAX (1024 * 1024) /* octets; what is too large for any answer is cut off here, and the zone refused */

struct record_ref {
	uint32_t rank;     /* type, or type covered; its lowest bit: a signature */
	uint32_t sequence; /* as read */
	const struct raw_record *record;
};

struct rrset_group {
	size_t first; /* in refs */
	size_t count;
	size_t size;  /* octets of records */
	size_t capacity; /* addresses */
	size_t offset;   /* in the block */
	uint32_t ttl;
	uint16_t type;
	uint16_t covered;
};

struct lay {
	struct build *build;
	struct zone_node *levels[NAME_LABELS_MAX + 1]; /* the last node and its ancestors, by depth */
	unsigned depth;                                /* of the last node */
	struct name name;                              /* being laid */
	uint8_t flags;
	uint8_t occluder_labels;
	struct record_ref *refs;
	size_t ref_count;
	size_t ref_capacity;
	struct rrset_group groups[RRSETS_MAX];
	size_t group_count;
	size_t fetched; /* owners whose memory was asked for ahead */
};

static inline struct span record_rdata(const struct raw_record *record)
{
	return span_of(record->rdata, record->rdata_size);
}

static inline uint16_t record_covered(const struct raw_record *record)
{
	return record->type == RR_RRSIG && record->rdata_size >= 2 ? load_u16(record->rdata) : 0;
}

void lay_judge_duplicate(struct lay *lay, const struct raw_record *record, const struct raw_record *first);
void lay_judge_limit(struct lay *lay, const struct raw_record *record, const char *what);
/* TTLs and sizes of the groups. */
void lay_judge_rrsets(struct lay *lay);
/* The same, and which types may be together here. */
void lay_judge_node(struct lay *lay, bool is_apex);
/* SOA and NS. Notes serial and whether the zone is signed. */
void lay_judge_apex(struct build *build);

#endif
