/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How a node, its name, its RRsets and their links lie in memory.
 * Owned by a zone's arena; written by the builder, read by zone, search and links.
 * Never seen outside this room: others ask zone.h and search.h.
 */
#ifndef ZONE_NODE_H
#define ZONE_NODE_H

#include "dns/name.h"
#include "dns/rrset.h"
#include "dns/rrtype.h"
#include "zone/search.h"

/*
 * One owner name is one block, so that an answer that has found its node has all it needs in neighbouring cache
 * lines, and nodes lie in canonical order, so that the glue below a delegation follows it directly:
 *
 *   [NSEC3 link, 8]                 only in zones with NSEC3 records: the node that matches this name, or NULL
 *   struct zone_node, 14            the pointer to a node points here
 *   name, 1-255                     in full, in the case of the file
 *   for each RRset, aligned to 4:
 *     struct rrset, 16, and its records
 *     [struct zone_address, 48 each, aligned to 8]   the addresses its names have in this zone; count in rrset.flags
 *
 * RRsets are ordered by type; the RRSIGs that cover a type follow its RRset directly. There is no index of
 * them: a node has few, and types, a filter of 32 bits, tells most that are absent without looking.
 *
 * A block never points to its parent, its children or its place in the order: those are found by name (the hash
 * of an ancestor's name comes with the hash of the name itself). So a changed node is a new block, and nothing but
 * the table's page and the order's page that hold it needs a copy; see store.h.
 */
struct zone_node {
	uint32_t types;       /* bit rrset_type_bit(type) for each RRset */
	uint32_t order;       /* where it is in the order: page and slot */
	uint16_t rrset_count;
	uint8_t flags;
	uint8_t occluder_labels; /* NODE_OCCLUDED: labels of the highest cut or DNAME above */
	uint8_t name_size;
	uint8_t labels;
	uint8_t name[];
};

enum zone_node_flag {
	NODE_CUT = 1,       /* NS below the apex */
	NODE_DNAME = 2,     /* owns a DNAME that counts */
	NODE_OCCLUDED = 4,  /* below a cut or a DNAME */
	NODE_WILDCARD = 8,  /* has a child "*" */
	NODE_NSEC3 = 16     /* a hashed owner: outside the name space */
};

#define NODE_ALIGN 8
#define NODE_LINK_SIZE 8
#define NODE_NAME_OFFSET offsetof(struct zone_node, name)
#define RRSET_ALIGN 4

static inline size_t align_up(size_t value, size_t to)
{
	return (value + to - 1) & ~(to - 1);
}

/* Common types get bits of their own. */
static inline uint32_t rrset_type_bit(uint16_t type)
{
	return UINT32_C(1) << ((type ^ (type >> 5)) & 31);
}

/* rrset.flags: whether it is its node's last; room for addresses (bits 8-14), addresses there (bits 0-6). */
#define RRSET_LAST 0x8000
#define RRSET_ADDRESSES_MAX 127 /* more servers than any answer has room for */

static inline size_t rrset_address_capacity(const struct rrset *rrset)
{
	return (rrset->flags >> 8) & RRSET_ADDRESSES_MAX;
}

static inline size_t rrset_address_count(const struct rrset *rrset)
{
	return rrset->flags & RRSET_ADDRESSES_MAX;
}

static inline const struct zone_address *rrset_addresses(const struct rrset *rrset)
{
	uintptr_t end = (uintptr_t)(rrset->records + rrset->size);
	return (const struct zone_address *)align_up(end, _Alignof(struct zone_address));
}

static inline const struct rrset *rrset_after(const struct rrset *rrset)
{
	if (rrset->flags & ~RRSET_LAST)
		return (const struct rrset *)(const void *)(rrset_addresses(rrset) + rrset_address_capacity(rrset));
	return (const struct rrset *)align_up((uintptr_t)(rrset->records + rrset->size), RRSET_ALIGN);
}

static inline const struct rrset *node_first_rrset(const struct zone_node *node)
{
	return (const struct rrset *)align_up((uintptr_t)(node->name + node->name_size), RRSET_ALIGN);
}

static inline const struct zone_node **node_link(const struct zone_node *node)
{
	return (const struct zone_node **)(uintptr_t)((const char *)node - NODE_LINK_SIZE);
}

static inline struct name node_name(const struct zone_node *node)
{
	return (struct name){.wire = node->name, .size = node->name_size, .labels = node->labels};
}

/* Is a name, of the size given, the node's? In any case (RFC 4343). */
bool node_has_name(const struct zone_node *node, const uint8_t *wire, size_t size);

#endif
