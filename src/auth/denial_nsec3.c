/* SPDX-License-Identifier: BSD-2-Clause */
#include "auth/denial.h"

static void nsec3_add(struct answer *answer, const struct zone_node *node)
{
	const struct rrset *nsec3 = node == NULL ? NULL : zone_node_rrset(node, RR_NSEC3);
	if (nsec3 != NULL)
		answer_add_once(answer, node, nsec3);
}

/* The NSEC3 that matches or covers a name. */
static void nsec3_add_for(struct answer *answer, const struct zone *zone, struct name name)
{
	uint8_t hash[ZONE_NSEC3_HASH_SIZE];
	bool is_match;
	zone_nsec3_hash(zone, name, hash);
	nsec3_add(answer, zone_nsec3_find(zone, hash, &is_match));
}

/* The ancestor of name one label below the encloser, RFC 5155 1.3. */
static struct name name_next_closer(struct name name, struct name encloser)
{
	return name_strip(name, name.labels - encloser.labels - 1u);
}

/*
 * RFC 5155 7.2.1: the encloser's NSEC3 and the one over the next closer name. Under opt-out, names that only lead to
 * insecure delegations have no NSEC3: the closest ancestor that has one takes their place ("closest provable
 * encloser", 7.2.4 and 7.2.7). Returns the node that was proven.
 */
static const struct zone_node *nsec3_encloser_proof(struct answer *answer, const struct zone *zone, struct name name,
                                                    const struct zone_node *encloser)
{
	const struct zone_node *match = zone_node_nsec3(zone, encloser);
	const struct zone_node *apex = zone_apex_node(zone);
	while (match == NULL && encloser != apex) {
		encloser = zone_node_find(zone, name_parent(zone_node_name(encloser)));
		if (encloser == NULL)
			return apex;
		match = zone_node_nsec3(zone, encloser);
	}
	nsec3_add(answer, match);
	struct name encloser_name = zone_node_name(encloser);
	if (name.labels > encloser_name.labels)
		nsec3_add_for(answer, zone, name_next_closer(name, encloser_name));
	return encloser;
}

/* RFC 5155 7.2.2 */
static void nsec3_name(struct answer *answer, const struct zone *zone, struct name name,
                       const struct zone_node *encloser)
{
	struct name_buffer buffer;
	struct name wildcard;
	encloser = nsec3_encloser_proof(answer, zone, name, encloser);
	if (wildcard_name(zone_node_name(encloser), &buffer, &wildcard))
		nsec3_add_for(answer, zone, wildcard);
}

/* RFC 5155 7.2.3, 7.2.4, 7.2.7 */
static void nsec3_type(struct answer *answer, const struct zone *zone, struct name name, const struct zone_node *node)
{
	nsec3_encloser_proof(answer, zone, name, node);
}

/* RFC 5155 7.2.6: the signature's label count tells the encloser, so only the next closer name is left to deny. */
static void nsec3_closer_match(struct answer *answer, const struct zone *zone, struct name name,
                               const struct zone_node *encloser)
{
	nsec3_add_for(answer, zone, name_next_closer(name, zone_node_name(encloser)));
}

/* RFC 5155 7.2.5 */
static void nsec3_wildcard_type(struct answer *answer, const struct zone *zone, struct name name,
                                const struct zone_match *match)
{
	nsec3_encloser_proof(answer, zone, name, match->encloser);
	nsec3_add(answer, zone_node_nsec3(zone, match->node));
}

const struct denial_chain denial_nsec3 = {nsec3_name, nsec3_type, nsec3_closer_match, nsec3_wildcard_type};
