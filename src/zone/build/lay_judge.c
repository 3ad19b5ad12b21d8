/* SPDX-License-Identifier: BSD-2-Clause */
/* What may be at a node: findings about the records being laid down. */
#include "zone/build/lay.h"

#include <inttypes.h>

#define ANSWER_RECORDS_MAX (65535 - 12 - 255 - 4) /* octets behind header and question */
#define POINTER_SIZE 2                            /* a compressed owner */

static const uint16_t beside_cname[] = {RR_CNAME, RR_RRSIG, RR_NSEC, RR_KEY, RR_SIG, RR_NXT};
static const uint16_t at_cut[] = {RR_NS, RR_DS, RR_RRSIG, RR_NSEC, RR_AAAA, RR_A, RR_KEY, RR_SIG, RR_NXT};
static const uint16_t below_cut[] = {RR_AAAA, RR_A, RR_RRSIG};

static bool is_among(uint16_t type, const uint16_t *types, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (types[i] == type)
			return true;
	}
	return false;
}

#define IS_AMONG(type, types) is_among(type, types, sizeof(types) / sizeof(types[0]))

struct labelled {
	char owner[NAME_TEXT_MAX];
	char type[RRTYPE_TEXT_MAX];
};

static struct labelled labelled(const struct lay *lay, uint16_t type)
{
	struct labelled text;
	name_to_display(lay->name, text.owner);
	rrtype_to_text(type, text.type);
	return text;
}

void lay_judge_duplicate(struct lay *lay, const struct raw_record *record, const struct raw_record *first)
{
	struct labelled text = labelled(lay, record->type);
	judge_add(&lay->build->judge, FINDING_ZONE_DUPLICATE, record, "remove one of them",
	          "%s %s is given on line %" PRIu32 " already", text.owner, text.type, first->line);
}

void lay_judge_limit(struct lay *lay, const struct raw_record *record, const char *what)
{
	struct labelled text = labelled(lay, record->type);
	judge_add(&lay->build->judge, FINDING_ZONE_LIMIT, record, NULL, "%s %s %s", text.owner, text.type, what);
}

static void judge_ttl(struct lay *lay, const struct rrset_group *group)
{
	const struct raw_record *first = lay->refs[group->first].record;
	bool differs = false;
	for (size_t i = group->first; i < group->first + group->count; i++) {
		const struct raw_record *record = lay->refs[i].record;
		if (record->ttl > INT32_MAX) {
			struct labelled text = labelled(lay, record->type);
			judge_add(&lay->build->judge, FINDING_ZONE_TTL_LARGE, record, "give a TTL of at most 2147483647",
			          "%s %s has TTL %" PRIu32 ", which is read as 0", text.owner, text.type, record->ttl);
		}
		differs |= record->ttl != first->ttl;
	}
	/* RRSIGs of one type may differ: RFC 4034 3 ties each to its own RRset. */
	if (!differs || group->type == RR_RRSIG)
		return;
	struct labelled text = labelled(lay, group->type);
	judge_add(&lay->build->judge, FINDING_ZONE_TTL_DIFFERS, first, "give all records of the RRset one TTL",
	          "%s %s has records of different TTLs; the lowest, %" PRIu32 ", is used for all", text.owner, text.type,
	          group->ttl);
}

void lay_judge_rrsets(struct lay *lay)
{
	for (size_t i = 0; i < lay->group_count; i++) {
		const struct rrset_group *group = &lay->groups[i];
		judge_ttl(lay, group);
		if (group->count * POINTER_SIZE + group->size > ANSWER_RECORDS_MAX)
			lay_judge_limit(lay, lay->refs[group->first].record, "is larger than any answer can be");
	}
}

/* RFC 1034 3.6.2; RFC 4034 and RFC 3007 name what may stay beside a CNAME. */
static void judge_cname(struct lay *lay, const struct rrset_group *group, bool has_cname)
{
	if (!has_cname || IS_AMONG(group->type, beside_cname))
		return;
	struct labelled text = labelled(lay, group->type);
	judge_add(&lay->build->judge, FINDING_ZONE_CNAME_OTHER, lay->refs[group->first].record,
	          "remove the CNAME or the other records", "%s has a CNAME and %s records", text.owner, text.type);
}

static void judge_singleton(struct lay *lay, const struct rrset_group *group, bool is_apex)
{
	if (group->type == RR_SOA && is_apex && group->count == 1)
		return;
	const struct raw_record *record = lay->refs[group->first + group->count - 1].record;
	struct labelled text = labelled(lay, group->type);
	if (group->type == RR_SOA && !is_apex)
		judge_add(&lay->build->judge, FINDING_ZONE_SOA, record, "remove it", "%s is not the apex but has a SOA",
		          text.owner);
	else if (group->type == RR_SOA && group->count > 1)
		judge_add(&lay->build->judge, FINDING_ZONE_SOA, record, "keep one", "there are %zu SOA records", group->count);
	else if (group->count > 1)
		judge_add(&lay->build->judge, FINDING_ZONE_SINGLETON, record, "keep one", "%s has %zu %s records", text.owner,
		          group->count, text.type);
}

static void judge_cut(struct lay *lay, const struct rrset_group *group)
{
	if (IS_AMONG(group->type, at_cut))
		return;
	struct labelled text = labelled(lay, group->type);
	judge_add(&lay->build->judge, FINDING_ZONE_OCCLUDED, lay->refs[group->first].record,
	          "move it into the child zone", "%s is delegated, so its %s records here are never served", text.owner,
	          text.type);
}

/* RFC 2136 7.18, RFC 6672 2.4: what is at or below a delegation, or below a DNAME, is never answered. */
static void judge_occlusion(struct lay *lay, const struct rrset_group *group)
{
	if (lay->flags & NODE_CUT) {
		judge_cut(lay, group);
		return;
	}
	const struct zone_node *above = lay->levels[lay->occluder_labels - lay->build->zone->apex.labels];
	if (above->flags & NODE_CUT && IS_AMONG(group->type, below_cut))
		return;
	struct labelled text = labelled(lay, group->type);
	char name[NAME_TEXT_MAX];
	name_to_display(node_name(above), name);
	judge_add(&lay->build->judge, FINDING_ZONE_OCCLUDED, lay->refs[group->first].record,
	          "remove it, or move it where it is served",
	          "%s %s is below the %s at %s and never served", text.owner, text.type,
	          above->flags & NODE_CUT ? "delegation" : "DNAME", name);
}

void lay_judge_node(struct lay *lay, bool is_apex)
{
	lay_judge_rrsets(lay);
	bool has_cname = false;
	for (size_t i = 0; i < lay->group_count; i++)
		has_cname |= lay->groups[i].type == RR_CNAME;
	for (size_t i = 0; i < lay->group_count; i++) {
		const struct rrset_group *group = &lay->groups[i];
		judge_cname(lay, group, has_cname);
		if (group->type == RR_SOA || (group->count > 1 && rrtype_is_singleton(group->type)))
			judge_singleton(lay, group, is_apex);
		if (lay->flags & (NODE_CUT | NODE_OCCLUDED))
			judge_occlusion(lay, group);
	}
}

#define SOA_SERIAL_FROM_END 20

void lay_judge_apex(struct build *build)
{
	struct zone *zone = build->zone;
	const struct rrset *soa = zone_node_rrset(zone->apex_node, RR_SOA);
	size_t position = 0;
	struct span rdata;
	if (soa == NULL)
		judge_add(&build->judge, FINDING_ZONE_SOA, NULL, "add the zone's SOA", "there is no SOA at the apex");
	else if (rrset_next(soa, &position, &rdata) && rdata.size > SOA_SERIAL_FROM_END)
		zone->serial = load_u32(rdata.data + rdata.size - SOA_SERIAL_FROM_END);
	if (zone_node_rrset(zone->apex_node, RR_NS) == NULL)
		judge_add(&build->judge, FINDING_ZONE_NO_NS, NULL, "add the zone's name servers",
		          "there is no NS at the apex");
	zone->is_signed = zone_node_rrset(zone->apex_node, RR_DNSKEY) != NULL &&
	                  zone->apex_node->types & rrset_type_bit(RR_RRSIG);
}
