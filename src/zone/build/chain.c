/* SPDX-License-Identifier: BSD-2-Clause */
/* How a signed zone denies: its NSEC or NSEC3 chain found, checked and linked at load. */
#include "zone/build/build.h"
#include "zone/denial.h"

#include <errno.h>

#define NSEC3_SHA1 1
#define NSEC3_OPT_OUT 1
#define NSEC3_FIXED 5 /* algorithm, flags, iterations, salt length */

/* The front of an NSEC3 or NSEC3PARAM RDATA (RFC 5155 3.2, 4.2). */
struct nsec3_front {
	uint8_t algorithm;
	uint8_t flags;
	uint16_t iterations;
	struct span salt;
	struct span next; /* NSEC3 only: the next hash */
};

static bool nsec3_front(struct span rdata, struct nsec3_front *ret)
{
	uint8_t size;
	if (!span_take_u8(&rdata, &ret->algorithm) || !span_take_u8(&rdata, &ret->flags) ||
	    !span_take_u16(&rdata, &ret->iterations) || !span_take_u8(&rdata, &size) ||
	    !span_take(&rdata, size, &ret->salt))
		return false;
	ret->next = span_of(NULL, 0);
	return !span_take_u8(&rdata, &size) || span_take(&rdata, size, &ret->next);
}

static bool is_of_chain(const struct nsec3_front *front, const struct nsec3_front *wanted)
{
	return front->algorithm == wanted->algorithm && front->iterations == wanted->iterations &&
	       span_equal(front->salt, wanted->salt);
}

/* The node's record of the chain wanted. */
static bool nsec3_of_chain(const struct zone_node *node, const struct nsec3_front *wanted, struct nsec3_front *ret)
{
	const struct rrset *rrset = zone_node_rrset(node, RR_NSEC3);
	size_t position = 0;
	struct span rdata;
	while (rrset != NULL && rrset_next(rrset, &position, &rdata)) {
		if (nsec3_front(rdata, ret) && is_of_chain(ret, wanted))
			return true;
	}
	return false;
}

static const char *node_text(const struct zone_node *node, char ret_text[NAME_TEXT_MAX])
{
	name_to_display(node_name(node), ret_text);
	return ret_text;
}

#define CHAIN_FIX "sign the zone again"

/* --- NSEC --- */

static bool is_authoritative(const struct zone_node *node)
{
	return !(node->flags & NODE_OCCLUDED);
}

/* RFC 4035 2.3: each NSEC names the next owner of one, the last the apex. */
static void nsec_check_next(struct build *build, const struct zone_node *node, const struct zone_node *next)
{
	const struct rrset *nsec = zone_node_rrset(node, RR_NSEC);
	size_t position = 0;
	struct span rdata;
	struct name named;
	if (rrset_next(nsec, &position, &rdata) && name_take(&rdata, &named) == ERR_OK &&
	    name_equal(named, node_name(next)))
		return;
	char owner[NAME_TEXT_MAX], wanted[NAME_TEXT_MAX];
	judge_add(&build->judge, FINDING_ZONE_NSEC3_MIXED, NULL, CHAIN_FIX,
	          "the NSEC of %s does not lead to the next name, %s", node_text(node, owner), node_text(next, wanted));
}

static int nsec_build(struct build *build)
{
	struct zone *zone = build->zone;
	struct index_entry *entries = arena_alloc(build->temporary, zone->node_count * sizeof(*entries), 8);
	if (entries == NULL)
		return -ENOMEM;
	size_t count = 0;
	for (size_t i = 0; i < zone->node_count; i++) {
		const struct zone_node *node = build->nodes[i];
		char text[NAME_TEXT_MAX];
		if (!is_authoritative(node) || node->rrset_count == 0)
			continue;
		if (zone_node_rrset(node, RR_NSEC) == NULL) {
			judge_add(&build->judge, FINDING_ZONE_NSEC3_MIXED, NULL, CHAIN_FIX, "%s has no NSEC",
			          node_text(node, text));
			continue;
		}
		uint64_t key[2];
		name_sort_key(node_name(node), zone->apex.size, 0, key);
		entries[count++] = (struct index_entry){.key = key[0], .node = node};
	}
	for (size_t i = 0; i < count; i++)
		nsec_check_next(build, entries[i].node, entries[(i + 1) % count].node);
	zone->denial = ZONE_DENIAL_NSEC;
	return index_init(&zone->chain, zone->arena, entries, count);
}

/* --- NSEC3 --- */

static void nsec3_check_next(struct build *build, const struct index_entry *at, const struct index_entry *next,
                             const struct nsec3_front *wanted)
{
	struct nsec3_front front;
	uint8_t hash[ZONE_NSEC3_HASH_SIZE];
	if (nsec3_of_chain(at->node, wanted, &front) && nsec3_owner_hash(next->node, hash) &&
	    span_equal(front.next, span_of(hash, sizeof(hash))))
		return;
	char owner[NAME_TEXT_MAX], text[NAME_TEXT_MAX];
	judge_add(&build->judge, FINDING_ZONE_NSEC3_MIXED, NULL, CHAIN_FIX,
	          "the NSEC3 at %s does not lead to the next hash, that of %s", node_text(at->node, owner),
	          node_text(next->node, text));
}

/* All nodes of the chain, in the order of their hashes, which is that of their names (RFC 5155 1.3). */
static int nsec3_entries(struct build *build, const struct nsec3_front *wanted, struct index_entry **ret,
                         size_t *ret_count)
{
	struct zone *zone = build->zone;
	struct index_entry *entries = arena_alloc(build->temporary, zone->nsec3_count * sizeof(*entries), 8);
	if (entries == NULL)
		return -ENOMEM;
	size_t count = 0;
	for (size_t i = 0; i < zone->nsec3_count; i++) {
		const struct zone_node *node = zone->nsec3[i];
		struct nsec3_front front;
		uint8_t hash[ZONE_NSEC3_HASH_SIZE];
		if (node->labels == zone->apex.labels + 1 && nsec3_owner_hash(node, hash) &&
		    nsec3_of_chain(node, wanted, &front))
			entries[count++] = (struct index_entry){.key = nsec3_key(hash), .node = node};
	}
	*ret = entries;
	*ret_count = count;
	return ERR_OK;
}

/* RFC 5155 7.1: opt-out leaves out insecure delegations, and empty non-terminals that lead to nothing else. */
static bool may_be_left_out(const struct zone_node *node, const struct zone_node *covering,
                            const struct nsec3_front *wanted)
{
	struct nsec3_front front;
	bool is_insecure = node->rrset_count == 0 ||
	                   (node->flags & NODE_CUT && zone_node_rrset(node, RR_DS) == NULL);
	return is_insecure && covering != NULL && nsec3_of_chain(covering, wanted, &front) &&
	       front.flags & NSEC3_OPT_OUT;
}

static void nsec3_link(struct build *build, const struct nsec3_front *wanted)
{
	const struct zone *zone = build->zone;
	for (size_t i = 0; i < zone->node_count; i++) {
		const struct zone_node *node = build->nodes[i];
		if (!is_authoritative(node))
			continue;
		uint8_t hash[ZONE_NSEC3_HASH_SIZE];
		bool is_match;
		zone_nsec3_hash(zone, node_name(node), hash);
		const struct zone_node *found = zone_nsec3_find(zone, hash, &is_match);
		char text[NAME_TEXT_MAX];
		if (is_match)
			*node_link(node) = found;
		else if (!may_be_left_out(node, found, wanted))
			judge_add(&build->judge, FINDING_ZONE_NSEC3_MIXED, NULL, CHAIN_FIX,
			          "there is no NSEC3 for the hash of %s", node_text(node, text));
	}
}

/* Takes the chain that an NSEC3PARAM promises; *ret_is_taken false when there is nothing of it. */
static int nsec3_take(struct build *build, const struct nsec3_front *wanted, bool *ret_is_taken)
{
	struct zone *zone = build->zone;
	struct index_entry *entries;
	size_t count;
	int err = nsec3_entries(build, wanted, &entries, &count);
	if (err != ERR_OK || count == 0)
		return err;
	err = index_init(&zone->chain, zone->arena, entries, count);
	if (err != ERR_OK)
		return err;
	zone->denial = ZONE_DENIAL_NSEC3;
	zone->nsec3_iterations = wanted->iterations;
	zone->nsec3_salt_size = (uint8_t)wanted->salt.size;
	memcpy(zone->nsec3_salt, wanted->salt.data, wanted->salt.size);
	for (size_t i = 0; i < count; i++)
		nsec3_check_next(build, &entries[i], &entries[(i + 1) % count], wanted);
	nsec3_link(build, wanted);
	*ret_is_taken = true;
	return ERR_OK;
}

/* RFC 5155 4.1.2: an NSEC3PARAM with flags set is not in use. The first that has a chain is taken. */
static int nsec3_build(struct build *build, const struct rrset *params, bool *ret_is_taken)
{
	size_t position = 0;
	struct span rdata;
	while (!*ret_is_taken && rrset_next(params, &position, &rdata)) {
		struct nsec3_front wanted;
		if (!nsec3_front(rdata, &wanted) || wanted.algorithm != NSEC3_SHA1 || wanted.flags != 0)
			continue;
		if (wanted.iterations > NSEC3_ITERATIONS_MAX) {
			judge_add(&build->judge, FINDING_ZONE_LIMIT, NULL, "sign the zone with 0 iterations (RFC 9276 3.1)",
			          "NSEC3 with %u iterations; at most %u are served", wanted.iterations,
			          NSEC3_ITERATIONS_MAX);
			continue;
		}
		int err = nsec3_take(build, &wanted, ret_is_taken);
		if (err != ERR_OK)
			return err;
	}
	return ERR_OK;
}

int build_chain(struct build *build)
{
	struct zone *zone = build->zone;
	const struct rrset *params = zone_node_rrset(zone->apex_node, RR_NSEC3PARAM);
	bool is_taken = false;
	int err = params != NULL ? nsec3_build(build, params, &is_taken) : ERR_OK;
	if (err != ERR_OK || is_taken)
		return err;
	if (zone_node_rrset(zone->apex_node, RR_NSEC) != NULL)
		return nsec_build(build);
	if (zone->nsec3_count > 0 || params != NULL)
		judge_add(&build->judge, FINDING_ZONE_NSEC3_MIXED, NULL, CHAIN_FIX,
		          "NSEC3 records and NSEC3PARAM at the apex do not go together");
	return ERR_OK;
}
