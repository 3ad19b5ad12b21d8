/* SPDX-License-Identifier: BSD-2-Clause */
#include "auth/answer.h"

#include "auth/denial.h"

/* RFC 4035 3.1.4.1: the DS RRset lives on the parent's side of the cut, and so does its absence. */
static void answer_ds(struct answer *answer, const struct zone *zone, struct name name,
                      const struct zone_match *match)
{
	const struct rrset *ds = zone_node_rrset(match->node, RR_DS);
	answer->is_aa = true;
	if (ds != NULL)
		answer_add(answer, ANSWER_ANSWER, name, match->node, ds);
	else
		answer_nodata(answer, zone, name, match);
}

enum answer_step answer_referral(struct answer *answer, const struct zone *zone, struct name name,
                                 const struct zone_match *match, struct name *ret_target)
{
	const struct zone_node *cut = match->node;
	struct name owner = zone_node_name(cut);
	if (answer->qtype == RR_DS && owner.labels == name.labels) {
		answer_ds(answer, zone, name, match);
		return ANSWER_DONE;
	}
	const struct rrset *servers = zone_node_rrset(cut, RR_NS);
	owner = name_strip(name, name.labels - owner.labels); /* the question's letters */
	/* The delegation's NS RRset is not signed: the child's is. */
	answer_add(answer, ANSWER_AUTHORITY, owner, NULL, servers);
	answer_add_source(answer, zone, cut, servers, true);
	if (!answer->is_do)
		return ANSWER_DONE;
	const struct rrset *ds = zone_node_rrset(cut, RR_DS);
	/* A DS without a signature proves nothing, and its zone is not signed. */
	if (ds != NULL && zone_rrset_signatures(cut, ds) != NULL)
		answer_add(answer, ANSWER_AUTHORITY, owner, cut, ds);
	else if (ds == NULL)
		deny_type(answer, zone, owner, cut); /* RFC 4035 3.1.4: no DS, and the proof of it. */
	return ANSWER_DONE;
}
