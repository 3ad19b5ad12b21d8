/* SPDX-License-Identifier: BSD-2-Clause */
#include "zone/search.h"

#include "zone/store.h"

#define CACHE_LINE 64
#define NODE_LINES 4 /* what most nodes and their glue fill */

void zone_search_begin(const struct zone *zone, struct name name, struct zone_search_state *state)
{
	uint64_t hashes[NAME_LABELS_MAX + 1];
	unsigned depth = table_hashes(&zone->table, name.wire, (size_t)(name.size - zone->apex.size), hashes);
	state->zone = zone;
	state->name = name;
	state->depth = (uint8_t)depth;
	state->likely = NULL;
	state->is_absent = false;
	state->hash = hashes[depth];
	for (unsigned i = 0; i <= depth && i < ZONE_SEARCH_HASHES; i++)
		state->hashes[i] = hashes[i];
	__builtin_prefetch(table_bucket(&zone->table, hashes[depth]));
	if (depth > 1)
		__builtin_prefetch(table_bucket(&zone->table, hashes[depth - 1]));
}

void zone_search_touch(struct zone_search_state *state)
{
	const struct zone_table *table = &state->zone->table;
	const struct zone_node *node;
	enum table_answer answer = table_peek(table, state->hash, &node);
	state->likely = node;
	state->is_absent = answer == TABLE_ABSENT;
	if (node == NULL && state->depth > 1 && state->depth <= ZONE_SEARCH_HASHES)
		table_peek(table, state->hashes[state->depth - 1], &node); /* the parent, then */
	if (node == NULL)
		return;
	for (size_t line = 0; line < NODE_LINES; line++)
		__builtin_prefetch((const char *)node + line * CACHE_LINE);
}

void zone_search_prefetch(const struct zone *zone, struct name name)
{
	struct zone_search_state state;
	zone_search_begin(zone, name, &state);
}

/* A name and the hashes of its ancestors, for looking at ancestors. */
struct lineage {
	const struct zone *zone;
	struct name name;
	unsigned depth;
	const uint64_t *hashes;
};

static const struct zone_node *lineage_find(const struct lineage *lineage, unsigned depth)
{
	struct name name = name_strip(lineage->name, lineage->depth - depth);
	return table_find(&lineage->zone->table, lineage->hashes[depth], name.wire, name.size);
}

/* The deepest ancestor there is. Existence falls with depth, so halving finds it: 7 look-ups for any name. */
static const struct zone_node *encloser_find(const struct lineage *lineage, unsigned *ret_depth)
{
	const struct zone_node *best = lineage->zone->apex_node;
	unsigned low = 0;                   /* exists */
	unsigned high = lineage->depth;     /* does not */
	unsigned next = lineage->depth - 1; /* most often it is the parent */
	while (high - low > 1) {
		const struct zone_node *node = lineage_find(lineage, next);
		if (node != NULL) {
			best = node;
			low = next;
		} else {
			high = next;
		}
		next = low + (high - low) / 2;
	}
	*ret_depth = low;
	return best;
}

/* RFC 4592 2.2.1, 3.3.1: the wildcard must be the child of the closest encloser. */
static void match_below(const struct lineage *lineage, struct zone_match *ret)
{
	unsigned depth;
	const struct zone_node *encloser = encloser_find(lineage, &depth);
	if (encloser->flags & NODE_OCCLUDED) {
		depth = (unsigned)(encloser->occluder_labels - lineage->zone->apex.labels);
		encloser = lineage_find(lineage, depth);
	}
	ret->encloser = encloser;
	ret->node = encloser;
	if (encloser->flags & NODE_CUT) {
		ret->outcome = ZONE_CUT;
		return;
	}
	if (encloser->flags & NODE_DNAME) {
		ret->outcome = ZONE_DNAME;
		return;
	}
	ret->node = NULL;
	if (encloser->flags & NODE_WILDCARD)
		ret->node = table_find_wildcard(&lineage->zone->table, lineage->hashes[depth], encloser);
	ret->outcome = ret->node != NULL ? ZONE_WILDCARD : ZONE_ABSENT;
}

/* The name is there but a cut or DNAME above it occludes it. */
static void match_occluded(const struct lineage *lineage, const struct zone_node *hidden, struct zone_match *ret)
{
	unsigned depth = (unsigned)(hidden->occluder_labels - lineage->zone->apex.labels);
	const struct zone_node *node = lineage_find(lineage, depth);
	ret->outcome = node->flags & NODE_CUT ? ZONE_CUT : ZONE_DNAME;
	ret->node = node;
	ret->encloser = node;
}

static const struct zone_node *name_find(const struct zone_search_state *state)
{
	if (state->depth == 0)
		return state->zone->apex_node;
	if (state->is_absent)
		return NULL;
	if (state->likely != NULL && node_has_name(state->likely, state->name.wire, state->name.size))
		return state->likely;
	return table_find(&state->zone->table, state->hash, state->name.wire, state->name.size);
}

void zone_search_end(const struct zone_search_state *state, struct zone_match *ret)
{
	const struct zone *zone = state->zone;
	const struct zone_node *node = name_find(state);
	if (node != NULL && !(node->flags & NODE_OCCLUDED)) {
		ret->outcome = node->flags & NODE_CUT ? ZONE_CUT : ZONE_EXACT;
		ret->node = node;
		ret->encloser = node;
		return;
	}
	uint64_t hashes[NAME_LABELS_MAX + 1];
	struct lineage lineage = {.zone = zone, .name = state->name, .depth = state->depth, .hashes = state->hashes};
	if (state->depth > ZONE_SEARCH_HASHES) {
		table_hashes(&zone->table, state->name.wire, (size_t)(state->name.size - zone->apex.size), hashes);
		lineage.hashes = hashes;
	}
	if (node != NULL)
		match_occluded(&lineage, node, ret);
	else
		match_below(&lineage, ret);
}

void zone_search(const struct zone *zone, struct name name, struct zone_match *ret)
{
	struct zone_search_state state;
	zone_search_begin(zone, name, &state);
	zone_search_end(&state, ret);
}
