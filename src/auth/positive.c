/* SPDX-License-Identifier: BSD-2-Clause */
#include "auth/answer.h"

#include "auth/denial.h"

/* minimal-responses: no: the zone's name servers and the addresses that save the client a question. */
static void answer_add_courtesies(struct answer *answer, const struct zone *zone, struct name name,
                                  const struct zone_node *node, const struct rrset *rrset)
{
	/* RFC 9609 4: whoever asks for the name servers wants to talk to them, so their addresses always come along. */
	if (!answer->options->is_minimal || rrset->type == RR_NS)
		answer_add_source(answer, zone, node, rrset, false);
	const struct zone_node *apex = zone_apex_node(zone);
	const struct rrset *servers = zone_node_rrset(apex, RR_NS);
	if (answer->options->is_minimal || servers == NULL || servers == rrset)
		return;
	struct name owner = name_strip(name, name.labels - zone_apex(zone).labels);
	answer_add(answer, ANSWER_AUTHORITY, owner, apex, servers)->is_optional = true;
	answer_add_source(answer, zone, apex, servers, false);
}

/*
 * RFC 8482 4.1: one RRset is enough. The IPv6 addresses, else the smallest; DNSSEC's own records only when there is
 * nothing else.
 */
static const struct rrset *node_choose_rrset(const struct zone_node *node)
{
	const struct rrset *smallest = zone_node_rrset(node, RR_AAAA);
	if (smallest != NULL)
		return smallest;
	for (const struct rrset *rrset = NULL; (rrset = zone_node_rrset_next(node, rrset)) != NULL;) {
		if (rrset->type == RR_RRSIG || rrset->type == RR_NSEC)
			continue;
		if (smallest == NULL || rrset->size < smallest->size)
			smallest = rrset;
	}
	return smallest != NULL ? smallest : zone_node_rrset(node, RR_NSEC);
}

/* All RRsets of the node of one kind: the signatures, or everything for `any: full`. */
static bool answer_add_all(struct answer *answer, struct name owner, const struct zone_node *node,
                           bool is_signatures_only)
{
	bool has_any = false;
	const struct rrset *rrset = NULL;
	/* RFC 8482 4.1 lets an owner of more types than the list holds answer with a part of them. */
	while (answer->counts[ANSWER_ANSWER] < ANSWER_RRSETS_MAX &&
	       (rrset = zone_node_rrset_next(node, rrset)) != NULL) {
		if (is_signatures_only && rrset->type != RR_RRSIG)
			continue;
		/* Signatures are in the walk already. */
		answer_add(answer, ANSWER_ANSWER, owner, NULL, rrset);
		has_any = true;
	}
	return has_any;
}

/* ANY and RRSIG name no RRset of their own. */
static bool answer_add_matching(struct answer *answer, struct name owner, const struct zone_node *node)
{
	if (answer->qtype == RR_RRSIG || answer->options->is_any_full)
		return answer_add_all(answer, owner, node, answer->qtype == RR_RRSIG);
	const struct rrset *rrset = node_choose_rrset(node);
	if (rrset != NULL)
		answer_add(answer, ANSWER_ANSWER, owner, node, rrset);
	return rrset != NULL;
}

enum answer_step answer_positive(struct answer *answer, const struct zone *zone, struct name name,
                                 const struct zone_match *match, struct name *ret_target)
{
	const struct zone_node *node = match->node;
	const struct rrset *rrset = NULL;
	answer->is_aa = true;
	if (answer->qtype == RR_ANY || answer->qtype == RR_RRSIG) {
		if (!answer_add_matching(answer, name, node)) {
			answer_nodata(answer, zone, name, match);
			return ANSWER_DONE;
		}
	} else {
		rrset = zone_node_rrset(node, answer->qtype);
		if (rrset == NULL) {
			/* RFC 4035 2.5: NSEC stands beside a CNAME, so its absence is not the target's business. */
			const struct rrset *cname = zone_node_rrset(node, RR_CNAME);
			if (cname != NULL && answer->qtype != RR_NSEC)
				return answer_cname(answer, zone, name, match, cname, ret_target);
			answer_nodata(answer, zone, name, match);
			return ANSWER_DONE;
		}
		answer_add(answer, ANSWER_ANSWER, name, node, rrset);
	}
	if (match->outcome == ZONE_WILDCARD && answer->is_do)
		deny_closer_match(answer, zone, name, match->encloser);
	if (rrset != NULL)
		answer_add_courtesies(answer, zone, name, node, rrset);
	return ANSWER_DONE;
}
