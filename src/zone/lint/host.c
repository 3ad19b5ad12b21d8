/* SPDX-License-Identifier: BSD-2-Clause */
#include "zone/lint/walk.h"

struct ip_addr address_of(enum family family, struct span rdata)
{
	if (rdata.size < ip_addr_size(family))
		return (struct ip_addr){.family = family}; /* cannot be: RDATA in a zone is checked */
	return family == FAMILY_IPV6 ? ip_addr_v6(rdata.data) : ip_addr_v4(rdata.data);
}

static void host_take(struct host *host, const struct zone_node *node, enum knowledge knowledge)
{
	for (int family = 0; family < FAMILY_COUNT; family++) {
		host->rrsets[family] = zone_node_rrset(node, FAMILY_TYPE(family));
		/* Glue can only say that an address is there: its absence means nothing (RFC 9471 2.2). */
		if (knowledge == KNOWLEDGE_FULL || host->rrsets[family] != NULL)
			host->knowledge[family] = knowledge;
	}
	host->is_alias = knowledge == KNOWLEDGE_FULL && zone_node_rrset(node, RR_CNAME) != NULL;
}

static void host_is_empty(struct host *host, bool is_absent)
{
	host->is_absent = is_absent;
	host->knowledge[FAMILY_IPV6] = host->knowledge[FAMILY_IPV4] = KNOWLEDGE_FULL;
}

void host_find_in(const struct zone *zone, struct name name, struct host *ret)
{
	*ret = (struct host){.name = name, .zone = zone};
	const struct zone_node *node = zone_node_find(zone, name);
	if (node != NULL && !zone_node_is_empty(node)) {
		bool is_glue = zone_node_is_below_cut(node) || zone_node_is_cut(node);
		host_take(ret, node, is_glue ? KNOWLEDGE_GLUE : KNOWLEDGE_FULL);
		return;
	}
	struct zone_match match;
	zone_search(zone, name, &match);
	if (match.outcome == ZONE_WILDCARD)
		host_take(ret, match.node, KNOWLEDGE_FULL);
	else if (match.outcome == ZONE_EXACT || match.outcome == ZONE_ABSENT)
		host_is_empty(ret, match.outcome == ZONE_ABSENT);
	else if (match.outcome == ZONE_DNAME)
		ret->is_alias = true; /* where it leads is not followed */
}

void host_find(const struct lint *lint, struct name name, struct host *ret)
{
	const struct zone *zone = lint_zone_for(lint, name);
	if (zone == NULL)
		*ret = (struct host){.name = name};
	else
		host_find_in(zone, name, ret);
}
