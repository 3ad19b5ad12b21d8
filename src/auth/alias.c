/* SPDX-License-Identifier: BSD-2-Clause */
#include "auth/answer.h"

#include "auth/denial.h"

/* RDATA that is one name and nothing else: CNAME, DNAME. */
static struct name rrset_target(const struct rrset *rrset)
{
	return name_of(rrset->records + RRSET_RECORD_HEADER);
}

enum answer_step answer_cname(struct answer *answer, const struct zone *zone, struct name name,
                              const struct zone_match *match, const struct rrset *cname, struct name *ret_target)
{
	answer_add(answer, ANSWER_ANSWER, name, match->node, cname);
	if (match->outcome == ZONE_WILDCARD && answer->is_do)
		deny_closer_match(answer, zone, name, match->encloser);
	*ret_target = rrset_target(cname);
	return ANSWER_FOLLOW;
}

/* A CNAME for the rewritten name, in the form of a zone's RRset. ERR_RANGE: the new name is too long. */
static int cname_synthesize(struct answer *answer, struct name prefix, const struct rrset *dname,
                            const struct rrset **ret)
{
	struct name_buffer buffer;
	struct name target;
	int err = name_concatenate(prefix, rrset_target(dname), &buffer, &target);
	if (err != ERR_OK)
		return err;
	struct rrset *cname = (struct rrset *)(void *)answer->syntheses[answer->synthesis_count++].octets;
	*cname = (struct rrset){.type = RR_CNAME, .count = 1, .ttl = dname->ttl};
	cname->size = RRSET_RECORD_HEADER + target.size;
	store_u16(cname->records, RR_CNAME);
	store_u16(cname->records + 2, CLASS_IN);
	store_u32(cname->records + 4, dname->ttl); /* RFC 6672 3.1: the CNAME's TTL is the DNAME's. */
	store_u16(cname->records + 8, target.size);
	memcpy(cname->records + RRSET_RECORD_HEADER, target.wire, target.size);
	*ret = cname;
	return ERR_OK;
}

enum answer_step answer_dname(struct answer *answer, const struct zone *zone, struct name name,
                              const struct zone_match *match, struct name *ret_target)
{
	const struct zone_node *node = match->node;
	const struct rrset *dname = zone_node_rrset(node, RR_DNAME);
	struct name owner = zone_node_name(node);
	struct name_buffer buffer;
	const struct rrset *cname;

	answer->is_aa = true;
	answer_add(answer, ANSWER_ANSWER, name_strip(name, name.labels - owner.labels), node, dname);
	/* The labels left of the DNAME's owner, as a name of their own. */
	struct name prefix = {.wire = buffer.wire, .size = (uint8_t)(name.size - owner.size + 1),
	                      .labels = (uint8_t)(name.labels - owner.labels)};
	memcpy(buffer.wire, name.wire, prefix.size - 1u);
	buffer.wire[prefix.size - 1u] = 0;
	if (cname_synthesize(answer, prefix, dname, &cname) != ERR_OK) {
		answer->rcode = RCODE_YXDOMAIN; /* RFC 6672 2.2: the new name is too long. */
		return ANSWER_DONE;
	}
	/* RFC 6672 5.3.1: the synthesized CNAME carries no signature. */
	answer_add(answer, ANSWER_ANSWER, name, NULL, cname);
	*ret_target = rrset_target(cname);
	/* RFC 1034 3.6.2: a question for the alias itself has its answer now. */
	return answer->qtype == RR_CNAME ? ANSWER_DONE : ANSWER_FOLLOW;
}
