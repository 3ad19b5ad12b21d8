/* SPDX-License-Identifier: BSD-2-Clause */
#include "zone/build/links.h"

#include "zone/build/build.h"

struct link_row {
	uint16_t type;
	uint8_t offset;      /* of the host's name in the RDATA */
	bool is_dot_owner;   /* "." is the owner, RFC 9460 2.5 */
};

static const struct link_row link_rows[] = {
	{RR_NS, 0, false},    {RR_MX, 2, false},  {RR_SRV, 6, false}, {RR_HTTPS, 2, true},
	{RR_SVCB, 2, true},   {RR_KX, 2, false},  {18 /* AFSDB */, 2, false}, {21 /* RT */, 2, false},
};

static const struct link_row *link_row(uint16_t type)
{
	for (size_t i = 0; i < sizeof(link_rows) / sizeof(link_rows[0]); i++) {
		if (link_rows[i].type == type)
			return &link_rows[i];
	}
	return NULL;
}

bool link_target(uint16_t type, struct name owner, struct span rdata, struct name *ret)
{
	const struct link_row *row = link_row(type);
	struct span skipped;
	if (row == NULL || !span_take(&rdata, row->offset, &skipped) || name_take(&rdata, ret) != ERR_OK)
		return false;
	if (row->is_dot_owner && name_is_root(*ret)) {
		/* RFC 9460 2.5.1: in AliasMode (priority 0) "." says that there is no service. */
		if (load_u16(skipped.data) == 0)
			return false;
		*ret = owner;
	}
	return true;
}

/* Addresses below or at a delegation are glue: they go with delegations only. */
static bool address_find(const struct zone *zone, const struct zone_node *from, struct name target,
                         struct zone_address *ret)
{
	const struct zone_node *node = zone_node_find(zone, target);
	if (node == NULL || (node->flags & (NODE_CUT | NODE_OCCLUDED) && !(from->flags & NODE_CUT)))
		return false;
	*ret = (struct zone_address){.name = node_name(node),
	                             .aaaa = zone_node_rrset(node, RR_AAAA),
	                             .a = zone_node_rrset(node, RR_A),
	                             .node = node};
	ret->is_in_domain = from->flags & NODE_CUT && name_is_at_or_below(target, node_name(from));
	return ret->aaaa != NULL || ret->a != NULL;
}

static bool address_is_known(const struct zone_address *addresses, size_t count, const struct zone_node *node)
{
	for (size_t i = 0; i < count; i++) {
		if (addresses[i].node == node)
			return true;
	}
	return false;
}

/* RFC 9471 3.1: in-domain glue is what must be there, so it comes first. */
static size_t link_pass(const struct zone *zone, const struct pending_link *link, bool is_in_domain, size_t count)
{
	struct zone_address *addresses = (struct zone_address *)(uintptr_t)rrset_addresses(link->rrset);
	size_t capacity = rrset_address_capacity(link->rrset);
	size_t position = 0;
	struct span rdata;
	while (count < capacity && rrset_next(link->rrset, &position, &rdata)) {
		struct name target;
		struct zone_address address;
		if (link_target(link->rrset->type, node_name(link->node), rdata, &target) &&
		    address_find(zone, link->node, target, &address) && address.is_in_domain == is_in_domain &&
		    !address_is_known(addresses, count, address.node))
			addresses[count++] = address;
	}
	return count;
}

void build_link(struct build *build)
{
	for (size_t i = 0; i < build->link_count; i++) {
		const struct pending_link *link = &build->links[i];
		size_t count = 0;
		if (link->node->flags & NODE_CUT)
			count = link_pass(build->zone, link, true, count);
		if (link->rrset->type == RR_NS || !(link->node->flags & NODE_CUT))
			count = link_pass(build->zone, link, false, count);
		link->rrset->flags = (uint16_t)(link->rrset->flags | count);
	}
}

const struct zone_address *zone_additional(const struct zone *zone, const struct zone_node *node,
                                           const struct rrset *rrset, size_t *ret_count)
{
	(void)zone;
	(void)node;
	*ret_count = rrset_address_count(rrset);
	return *ret_count > 0 ? rrset_addresses(rrset) : NULL;
}
