/* SPDX-License-Identifier: BSD-2-Clause */
#include "auth/encode.h"

/* A name that is a view into the question's own is pointed at without looking for it. */
static uint16_t owner_offset(const struct answer *answer, const struct builder *builder, struct name owner)
{
	size_t distance = (size_t)(owner.wire - answer->qname.wire);
	return distance < answer->qname.size ? builder_question_suffix(builder, owner) : BUILDER_UNKNOWN;
}

/* Where the owner of the record at that place stands, which may be there. */
static uint16_t written_offset(const struct builder *builder, size_t at)
{
	uint16_t first = load_u16(builder->data + at);
	if (first >= 0xc000)
		return first & BUILDER_POINTER_MAX;
	/* The root takes less room than a pointer to it. */
	return first < 0x100 || at > BUILDER_POINTER_MAX ? BUILDER_UNKNOWN : (uint16_t)at;
}

/* An RRset with its signatures, or nothing. */
static bool rrset_encode(struct builder *builder, enum section section, uint16_t offset,
                         const struct answer_rrset *added)
{
	struct builder_mark mark = builder_mark(builder);
	uint32_t ttl_s = added->ttl_s;
	bool is_ttl_stored = ttl_s == ANSWER_TTL_STORED;
	if (is_ttl_stored ? !builder_rrset(builder, section, added->owner, offset, added->rrset)
	                  : !builder_rrset_ttl(builder, section, added->owner, offset, added->rrset, ttl_s))
		return false;
	if (added->signatures == NULL)
		return true;
	if (offset == BUILDER_UNKNOWN)
		offset = written_offset(builder, mark.size);
	/* RFC 4034 3: the TTL of signatures is that of what they sign. */
	if (is_ttl_stored ? builder_rrset(builder, section, added->owner, offset, added->signatures)
	                  : builder_rrset_ttl(builder, section, added->owner, offset, added->signatures, ttl_s))
		return true;
	builder_rollback(builder, mark);
	return false;
}

/* False: an RRset that is not optional does not fit. */
static bool section_encode(const struct answer *answer, enum answer_section from, enum section section,
                           struct builder *builder)
{
	for (uint16_t i = 0; i < answer->counts[from]; i++) {
		const struct answer_rrset *added = &answer->rrsets[from][i];
		uint16_t offset = owner_offset(answer, builder, added->owner);
		if (!rrset_encode(builder, section, offset, added) && !added->is_optional)
			return false;
	}
	return true;
}

/* Is the RRset in the answer, or among the addresses of an earlier source? */
static bool is_sent_before(const struct answer *answer, uint16_t source, const struct rrset *rrset)
{
	for (uint16_t i = 0; i < answer->counts[ANSWER_ANSWER]; i++)
		if (answer->rrsets[ANSWER_ANSWER][i].rrset == rrset)
			return true;
	for (uint16_t i = 0; i < source; i++) {
		const struct answer_source *earlier = &answer->sources[i];
		size_t count;
		const struct zone_address *addresses =
			zone_additional(earlier->zone, earlier->node, earlier->rrset, &count);
		for (size_t j = 0; j < count; j++)
			if (addresses[j].aaaa == rrset || addresses[j].a == rrset)
				return true;
	}
	return false;
}

static bool address_encode(const struct answer *answer, uint16_t source, const struct zone_address *address,
                           const struct rrset *rrset, uint16_t *offset, struct builder *builder)
{
	if (rrset == NULL || is_sent_before(answer, source, rrset))
		return true;
	struct answer_rrset added = {.owner = address->name, .rrset = rrset, .ttl_s = ANSWER_TTL_STORED};
	if (answer->is_do)
		added.signatures = zone_rrset_signatures(address->node, rrset);
	if (*offset == BUILDER_UNKNOWN)
		*offset = builder_name_offset(builder, address->name);
	return rrset_encode(builder, SECTION_ADDITIONAL, *offset, &added);
}

/*
 * Name by name, AAAA first: a client of either family finds whole servers in what fits, and the first address that
 * does not fit ends the section, so that no A is there without the AAAA of its name. False: that was required glue.
 */
static bool source_encode(const struct answer *answer, uint16_t source, struct builder *builder, bool *ret_is_room)
{
	const struct answer_source *from = &answer->sources[source];
	size_t count;
	const struct zone_address *addresses = zone_additional(from->zone, from->node, from->rrset, &count);
	for (size_t i = 0; i < count; i++) {
		uint16_t offset = BUILDER_UNKNOWN;
		if (address_encode(answer, source, &addresses[i], addresses[i].aaaa, &offset, builder) &&
		    address_encode(answer, source, &addresses[i], addresses[i].a, &offset, builder))
			continue;
		*ret_is_room = false;
		/* RFC 9471 3.1: TC when not all in-domain glue fits; 3.2: sibling glue may stay away silently. */
		return !(from->is_referral && addresses[i].is_in_domain);
	}
	return true;
}

void answer_encode(const struct answer *answer, struct builder *builder)
{
	struct builder_mark question = builder_mark(builder);
	if (!section_encode(answer, ANSWER_ANSWER, SECTION_ANSWER, builder) ||
	    !section_encode(answer, ANSWER_AUTHORITY, SECTION_AUTHORITY, builder)) {
		/* RFC 2181 9: the client asks again over TCP and may use nothing of this. */
		builder_rollback(builder, question);
		builder_flag(builder, HEADER_TC);
		return;
	}
	bool is_room = true;
	for (uint16_t i = 0; i < answer->source_count && is_room; i++)
		if (!source_encode(answer, i, builder, &is_room))
			builder_flag(builder, HEADER_TC);
}
