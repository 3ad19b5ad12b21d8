/* SPDX-License-Identifier: BSD-2-Clause */
#include "auth/answer.h"

#include "auth/denial.h"

/* The last field of a SOA record, behind two names and four numbers. */
static uint32_t soa_minimum(const struct rrset *soa)
{
	return load_u32(soa->records + soa->size - 4);
}

/* RFC 2308 3: the SOA of a negative answer lives as long as the answer may be kept. */
static void answer_add_soa(struct answer *answer, const struct zone *zone, struct name name)
{
	const struct zone_node *apex = zone_apex_node(zone);
	const struct rrset *soa = zone_node_rrset(apex, RR_SOA);
	uint32_t minimum = soa_minimum(soa);
	/* The owner is taken from the question's name: a pointer then, and in the client's own letters. */
	struct name owner = name_strip(name, name.labels - zone_apex(zone).labels);
	answer_add(answer, ANSWER_AUTHORITY, owner, apex, soa)->ttl_s = minimum < soa->ttl ? minimum : soa->ttl;
}

void answer_nodata(struct answer *answer, const struct zone *zone, struct name name, const struct zone_match *match)
{
	answer->is_aa = true;
	answer_add_soa(answer, zone, name);
	if (!answer->is_do)
		return;
	if (match->outcome == ZONE_WILDCARD)
		deny_wildcard_type(answer, zone, name, match);
	else
		deny_type(answer, zone, name, match->node);
}

enum answer_step answer_absent(struct answer *answer, const struct zone *zone, struct name name,
                               const struct zone_match *match, struct name *ret_target)
{
	answer->is_aa = true;
	answer->rcode = RCODE_NXDOMAIN; /* RFC 6604 2: the last name of a chain decides. */
	answer_add_soa(answer, zone, name);
	if (answer->is_do)
		deny_name(answer, zone, name, match->encloser);
	return ANSWER_DONE;
}
