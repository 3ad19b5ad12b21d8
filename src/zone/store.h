/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The parts of a zone: its memory, its table of names, its order, its chain of denial.
 * Owned by the zone, which lies in its own arena.
 * Never changed once the builder has given the zone away.
 */
#ifndef ZONE_STORE_H
#define ZONE_STORE_H

#include "base/arena.h"
#include "zone/index.h"
#include "zone/node.h"
#include "zone/table.h"

#include <stdatomic.h>

#define NSEC3_SALT_MAX 255
/* Most extra iterations of a chain that is loaded. RFC 9276 3.1 wants 0 and lets servers refuse more than they like;
 * 500 is what the field accepted when signing with more became an error, and keeps a hash below 50 us. */
#define NSEC3_ITERATIONS_MAX 500

/*
 * A zone has three ways in, each made of pages behind a directory:
 *
 *   table   hash of the name -> node, buckets of one cache line (table.h): exact matches and ancestors
 *   order   nodes in canonical order, ORDER_PAGE pointers a page: walks
 *   denial  NSEC or NSEC3 owners with 8-octet keys in order (index.h): the record that covers a name
 *
 * Invariants: every ancestor of a node down to the apex is a node (empty non-terminals are nodes), so whether a
 * name exists falls monotonically with depth and a closest encloser is found by halving; an occluded node knows
 * the depth of what occludes it; a node with NODE_WILDCARD has a child "*" in the table.
 *
 * Cost: an exact match reads one table line and the node's block, a name that does not exist reads one line for
 * itself and those of its encloser. A node costs 8 octets in order, 16 in the table, 14 and its name in the block.
 *
 * A partial change (IXFR, UPDATE) makes a new zone without copying this one: it copies the directories (8 octets for
 * 512 or 64 nodes), writes the changed nodes as new blocks into an arena of its own, and copies just the pages of
 * table, order and denial that held them; all other pages and blocks are shared, and old arenas live as long as the
 * newest zone that shares them. Blocks refer to each other in two places only, which the change must follow: the
 * addresses of an RRset (whoever names a host whose addresses changed is found by its type filter and names) and
 * the NSEC3 link (1:1 with the name it matches). An order page that overflows is split; the hint in
 * zone_node.order then names a page that no longer holds the node, and the name finds it again.
 */
#define ORDER_PAGE 64

struct order_page {
	const struct zone_node *nodes[ORDER_PAGE];
};

struct zone {
	struct arena *arena;
	atomic_uint holders; /* beside the one who made it */
	struct name apex;
	const struct zone_node *apex_node;
	struct zone_table table;
	struct order_page **order; /* full pages but for the last */
	size_t node_count;
	size_t record_count;
	uint32_t serial;
	bool is_signed;
	bool has_nsec3_links;      /* blocks begin with an NSEC3 link */
	enum zone_denial denial;
	struct zone_index chain;   /* NSEC owners by name, or the NSEC3 chain in use by hash */
	const struct zone_node *const *nsec3; /* all NSEC3 nodes in order */
	size_t nsec3_count;
	uint16_t nsec3_iterations;
	uint8_t nsec3_salt_size;
	uint8_t nsec3_salt[NSEC3_SALT_MAX];
};

#endif
