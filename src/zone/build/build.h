/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the parts of the builder share: raw records as they were added, and the zone in the making.
 * Owned by the builder; everything here ends with it.
 * Never seen outside this room.
 */
#ifndef ZONE_BUILD_H
#define ZONE_BUILD_H

#include "zone/builder.h"
#include "zone/build/judge.h"
#include "zone/build/places.h"
#include "zone/store.h"

/*
 * Records wait in the order in which they came, in lists by owner: a file mostly gives the records of an owner in a
 * row, and only owners are sorted. An owner that comes again later is another raw_owner of the same name.
 */
struct raw_record {
	struct raw_record *next;
	uint32_t ttl;
	uint32_t line;
	uint16_t type;
	uint16_t file;
	uint16_t rdata_size;
	uint8_t rdata[];
};

struct raw_owner {
	struct raw_owner *next;
	struct raw_record *first;
	uint8_t name_size;
	uint8_t labels;
	uint8_t name[];
};

struct zone_builder {
	struct arena *raw;
	struct name apex;
	struct raw_owner *first;
	struct raw_owner *last;
	struct raw_record *last_record;
	size_t owner_count;
	size_t record_count;
	size_t octets;       /* of names and RDATA */
	size_t depth_sum;    /* labels below the apex, over all owners: most nodes there can be */
	size_t nsec3_count;  /* records of that type */
	char **files;
	size_t file_count;
};

/* An owner with 16 octets of its sort key. */
struct owner_entry {
	uint64_t key[2];
	const struct raw_owner *owner;
};

static inline struct name raw_owner_name(const struct raw_owner *owner)
{
	return (struct name){.wire = owner->name, .size = owner->name_size, .labels = owner->labels};
}

/* All owners in canonical order of names, equal names in the order they came. *ret lies in the arena. -ENOMEM. */
int owners_sort(const struct zone_builder *builder, struct arena *temporary, struct owner_entry **ret) MUST_USE;

/* An RRset whose names have addresses to be linked, and its node. */
struct pending_link {
	const struct zone_node *node;
	struct rrset *rrset;
};

/* A zone in the making. The arrays lie in temporary. */
struct build {
	const struct zone_builder *builder;
	struct zone *zone;
	struct arena *temporary;
	struct zone_places *places; /* NULL: nobody asks */
	struct judge judge;
	struct zone_node **nodes; /* in order; zone->node_count are there */
	uint64_t *hashes;         /* of their names */
	struct pending_link *links;
	size_t link_count;
	const struct zone_node **nsec3; /* zone->nsec3_count are there */
};

/* Lays nodes and RRsets down in the zone's arena, judging them. -ENOMEM. */
int build_lay(struct build *build, const struct owner_entry *entries) MUST_USE;
/* Fills the table and the order. -ENOMEM. */
int build_order(struct build *build) MUST_USE;
/* Finds the addresses for every pending link. */
void build_link(struct build *build);


/* Works out how the zone denies, checks the chain, links nodes to NSEC3 records. -ENOMEM. */
int build_chain(struct build *build) MUST_USE;

#endif
