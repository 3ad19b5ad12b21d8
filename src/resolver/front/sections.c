/* SPDX-License-Identifier: BSD-2-Clause */
#include "dns/rrtype.h"
#include "resolver/front/front.h"

struct sections {
	const struct resolution *resolution;
	const struct form_wish *wish;
	struct front_scratch *scratch;
	struct builder *builder;
};

static bool is_negative(const struct outcome *link)
{
	return link->kind == OUTCOME_NODATA || link->kind == OUTCOME_NXDOMAIN;
}

/* --- TTLs --- */

/* As of storing. */
static uint32_t whole_ttl(const struct sections *sections, const struct outcome *link, const struct rrset_view *set)
{
	const struct resolver_policy *policy = sections->wish->policy;
	if (sections->resolution->is_local)
		return set->rrset->ttl;
	/*
	 * The outcome's time has floor, cap and the signatures' end in it, and for a denial RFC 2308 5. It is that of the
	 * first to end, so that several insecure sets (type ANY) have times of their own.
	 */
	if (is_negative(link) || link->answer_count == 1 || link->security == SECURITY_SECURE)
		return link->ttl_s;
	uint32_t ttl_s = set->rrset->ttl < policy->ttl_least_s ? policy->ttl_least_s : set->rrset->ttl;
	return ttl_s > policy->ttl_most_s ? policy->ttl_most_s : ttl_s;
}

static uint32_t ttl_now(const struct sections *sections, const struct outcome *link, const struct rrset_view *set)
{
	if (sections->resolution->is_stale)
		return sections->wish->policy->stale_ttl_s; /* RFC 8767 4 */
	uint32_t whole_s = whole_ttl(sections, link, set);
	uint32_t age_s = outcome_age_s(link, sections->wish->now.mono_us);
	return whole_s > age_s ? whole_s - age_s : 0;
}

/* --- Sets --- */

static uint16_t owner_offset(const struct sections *sections, struct name owner)
{
	return owner.size > 1 && name_equal(owner, sections->wish->qname) ? BUILDER_QUESTION : BUILDER_UNKNOWN;
}

static bool set_write(const struct sections *sections, enum section section, const struct outcome *link,
                      const struct rrset_view *set)
{
	struct builder *builder = sections->builder;
	uint16_t qtype = sections->wish->qtype, offset = owner_offset(sections, set->owner);
	uint32_t ttl_s = ttl_now(sections, link, set);
	/* RFC 4035 3.2.1: without DO only those who ask for signatures get them. */
	bool has_signatures = set->signatures != NULL && (sections->wish->is_do || qtype == RR_ANY || qtype == RR_RRSIG);
	return builder_rrset_ttl(builder, section, set->owner, offset, set->rrset, ttl_s) &&
	       (!has_signatures || builder_rrset_ttl(builder, section, set->owner, offset, set->signatures, ttl_s));
}

/* Was it in the same section of an earlier link? Two names of a chain may be below one DNAME, denied by one NSEC. */
static bool is_written(const struct sections *sections, size_t link_index, bool is_answer, const struct rrset_view *set)
{
	for (size_t i = 0; i < link_index; i++) {
		const struct outcome *link = sections->resolution->links[i];
		unsigned from = is_answer ? 0 : link->answer_count;
		unsigned to = is_answer ? link->answer_count : link->set_count;
		for (unsigned j = from; j < to; j++) {
			if (link->sets[j].rrset->type == set->rrset->type && name_equal(link->sets[j].owner, set->owner))
				return true;
		}
	}
	return false;
}

/* RFC 4035 3.2.1: DNSSEC's own types go without DO only to those who name them. */
static bool is_dnssec_type(uint16_t type)
{
	return type == RR_RRSIG || type == RR_NSEC || type == RR_NSEC3;
}

/* RFC 6672 3.1: the CNAME that a DNAME makes goes with it, with its TTL, and cannot have a signature. */
static bool cname_write(const struct sections *sections, const struct outcome *link, size_t link_index)
{
	struct name target;
	/* The builder keeps views of names until the message is done: the buffer is the scratch's. */
	if (link_index > LIMIT_ALIASES ||
	    outcome_target(link, &sections->scratch->targets[link_index], &target) != ERR_OK)
		return true; /* too long: YXDOMAIN says it */
	return builder_record(sections->builder, SECTION_ANSWER, link->qname, owner_offset(sections, link->qname),
	                      RR_CNAME, CLASS_IN, ttl_now(sections, link, &link->sets[0]),
	                      span_of(target.wire, target.size));
}

static bool answer_write(const struct sections *sections, size_t link_index)
{
	const struct outcome *link = sections->resolution->links[link_index];
	uint16_t qtype = sections->wish->qtype;
	for (unsigned i = 0; i < link->answer_count; i++) {
		const struct rrset_view *set = &link->sets[i];
		bool is_hidden = is_dnssec_type(set->rrset->type) && !sections->wish->is_do && qtype != RR_ANY &&
		                 qtype != set->rrset->type;
		if (!is_hidden && !is_written(sections, link_index, true, set) &&
		    !set_write(sections, SECTION_ANSWER, link, set))
			return false;
	}
	return link->kind != OUTCOME_DNAME || cname_write(sections, link, link_index);
}

/*
 * A denial's SOA is for everybody (RFC 2308 2.1, 2.2); records that only prove something are for those who validate
 * (RFC 4035 3.1.3), those of wildcards among them.
 */
static bool authority_write(const struct sections *sections, size_t link_index)
{
	const struct outcome *link = sections->resolution->links[link_index];
	for (unsigned i = link->answer_count; i < link->set_count; i++) {
		const struct rrset_view *set = &link->sets[i];
		bool is_due = set->rrset->type == RR_SOA ? is_negative(link) : sections->wish->is_do;
		if (is_due && !is_written(sections, link_index, false, set) &&
		    !set_write(sections, SECTION_AUTHORITY, link, set))
			return false;
	}
	return true;
}

bool sections_write(const struct resolution *resolution, const struct form_wish *wish, struct front_scratch *scratch)
{
	const struct sections sections = {resolution, wish, scratch, &scratch->form_builder};
	for (size_t i = 0; i < resolution->link_count; i++) {
		if (!answer_write(&sections, i))
			return false;
	}
	for (size_t i = 0; i < resolution->link_count; i++) {
		if (!authority_write(&sections, i))
			return false;
	}
	return true;
}
