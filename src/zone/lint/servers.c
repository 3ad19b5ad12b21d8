/* SPDX-License-Identifier: BSD-2-Clause */
#include "zone/lint/judge.h"
#include "zone/lint/walk.h"

#include <stdio.h>

/* Name servers are counted here: RFC 10001 4.1 wants two of each family for a zone and for each delegation in it. */

#define SERVERS_WANTED 2
#define ADDRESSES_COMPARED 16 /* of one family in one NS set */

const char *server_set_title(struct server_set *set)
{
	if (set->title[0] == '\0') {
		char name[NAME_TEXT_MAX];
		name_to_display(set->name, name);
		snprintf(set->title, sizeof(set->title), "%s%s", set->is_apex ? "" : "delegation ", name);
	}
	return set->title;
}

struct place server_set_place(const struct lint *lint, const struct server_set *set, size_t index)
{
	return lint_place(lint, lint->zone, set->ns, index);
}

/* --- What is known of each server --- */

/* What a resolver learns from the delegation. The zone's own name servers are asked in the zone itself. */
static void server_find(const struct lint *lint, const struct server_set *set, struct server *server, struct name name)
{
	server->is_in_domain = !set->is_apex && name_is_at_or_below(name, set->name);
	if (!server->is_in_domain) {
		host_find(lint, name, &server->host);
		return;
	}
	host_find_in(lint->zone, name, &server->host);
	/* Required glue (RFC 9471 3.1): what is not here, no resolver learns from this delegation. */
	for (int family = 0; family < FAMILY_COUNT; family++)
		server->host.knowledge[family] = KNOWLEDGE_FULL;
	const struct zone *child = lint_zone_for(lint, name);
	if (child == NULL || child == lint->zone)
		return;
	host_find_in(child, name, &server->child);
	server->has_child = server->child.knowledge[FAMILY_IPV6] == KNOWLEDGE_FULL &&
			    server->child.knowledge[FAMILY_IPV4] == KNOWLEDGE_FULL;
}

static void server_set_fill(const struct lint *lint, struct server_set *set)
{
	size_t position = 0;
	struct span rdata;
	while (set->count < SERVERS_MAX && rrset_next(set->ns, &position, &rdata)) {
		struct server *server = &set->servers[set->count++];
		server->has_child = false;
		server_find(lint, set, server, name_of(rdata.data));
	}
}

/* --- Counting --- */

struct count {
	size_t servers;  /* with an address of the family that counts */
	size_t unknown;  /* servers that may have one */
	size_t distinct; /* addresses, up to ADDRESSES_COMPARED */
	const uint8_t *addresses[ADDRESSES_COMPARED];
};

static void count_address(struct count *count, enum family family, const uint8_t *address)
{
	for (size_t i = 0; i < count->distinct; i++) {
		if (memcmp(count->addresses[i], address, ip_addr_size(family)) == 0)
			return;
	}
	if (count->distinct < ADDRESSES_COMPARED)
		count->addresses[count->distinct++] = address;
}

static void count_server(const struct lint *lint, const struct host *host, enum family family, struct count *count)
{
	const struct rrset *rrset = host->rrsets[family];
	if (rrset == NULL) {
		count->unknown += host->knowledge[family] == KNOWLEDGE_NONE;
		return;
	}
	bool is_counted = false;
	size_t position = 0;
	struct span rdata;
	while (rrset_next(rrset, &position, &rdata)) {
		struct ip_addr addr = address_of(family, rdata);
		if (lint_is_embedded(lint, &addr))
			continue;
		count_address(count, family, rdata.data);
		is_counted = true;
	}
	count->servers += is_counted;
}

static struct count server_set_count(const struct lint *lint, const struct server_set *set, enum family family)
{
	struct count count = {0};
	for (size_t i = 0; i < set->count; i++)
		count_server(lint, &set->servers[i].host, family, &count);
	return count;
}

/* Two names with one address are one server. */
static size_t count_sure(const struct count *count)
{
	return count->distinct < count->servers ? count->distinct : count->servers;
}

static size_t count_most(const struct count *count)
{
	return count_sure(count) + count->unknown;
}

/* --- Judging the counts --- */

static void count_judge(struct lint *lint, struct server_set *set, enum family family, const struct count *count)
{
	static const enum finding_code codes[FAMILY_COUNT] = {
		[FAMILY_IPV6] = FINDING_SERVERS_IPV6, [FAMILY_IPV4] = FINDING_SERVERS_IPV4};
	enum finding_code code = set->is_apex && lint->has_parent ? FINDING_SERVERS_CHILD : codes[family];
	if (count_most(count) >= SERVERS_WANTED || finding_fold(lint->findings, code, SEVERITY_ERROR))
		return;
	size_t most = count_most(count);
	char fix[96];
	snprintf(fix, sizeof(fix), "give a second server an %s record%s", family == FAMILY_IPV6 ? "AAAA" : "A",
		 set->is_apex ? ", here and as glue at the parent" : ", here and in the child zone");
	finding_add(lint->findings, code, server_set_place(lint, set, 0), server_set_title(set), fix,
		    "%s has %s%zu name server%s that can be reached over %s; 2 are required (RFC 10001 §4.1).%s",
		    server_set_title(set), count->unknown > 0 ? "at most " : "", most, most == 1 ? "" : "s",
		    family_title(family),
		    count->servers > count->distinct ? " Names that share one address count once." : "");
}

/* All servers of one family, as the records say; addresses that embed IPv4 are told of by A01-A04. */
static void lint_one_family(struct lint *lint, struct server_set *set)
{
	size_t with[FAMILY_COUNT] = {0};
	for (size_t i = 0; i < set->count; i++) {
		const struct host *host = &set->servers[i].host;
		for (int family = 0; family < FAMILY_COUNT; family++) {
			if (host->rrsets[family] == NULL && host->knowledge[family] == KNOWLEDGE_NONE)
				return;
			with[family] += host->rrsets[family] != NULL;
		}
	}
	if ((with[FAMILY_IPV6] == 0) == (with[FAMILY_IPV4] == 0) ||
	    finding_fold(lint->findings, FINDING_SERVERS_ONE_FAMILY, SEVERITY_ERROR))
		return;
	enum family has = with[FAMILY_IPV6] > 0 ? FAMILY_IPV6 : FAMILY_IPV4,
		    lacks = has == FAMILY_IPV6 ? FAMILY_IPV4 : FAMILY_IPV6;
	finding_add(lint->findings, FINDING_SERVERS_ONE_FAMILY, server_set_place(lint, set, 0), server_set_title(set),
		    NULL, "All name servers of %s have only %s addresses: nobody can resolve it over %s alone.",
		    server_set_title(set), family_title(has), family_title(lacks));
}

static void lint_single(struct lint *lint, struct server_set *set)
{
	if (set->ns->count > 1 || finding_fold(lint->findings, FINDING_SERVER_SINGLE, SEVERITY_WARNING))
		return;
	finding_add(lint->findings, FINDING_SERVER_SINGLE, server_set_place(lint, set, 0), server_set_title(set),
		    "add a second name server in another network", "%s has only one name server.",
		    server_set_title(set));
}

static void lint_unknown(struct lint *lint, struct server_set *set, const struct count counts[FAMILY_COUNT])
{
	size_t unknown = 0;
	for (int family = 0; family < FAMILY_COUNT; family++)
		unknown = counts[family].unknown > unknown ? counts[family].unknown : unknown;
	bool is_settled = count_sure(&counts[FAMILY_IPV6]) >= SERVERS_WANTED &&
			  count_sure(&counts[FAMILY_IPV4]) >= SERVERS_WANTED;
	if (unknown == 0 || is_settled || finding_fold(lint->findings, FINDING_SERVERS_UNKNOWN, SEVERITY_NOTICE))
		return;
	char first[NAME_TEXT_MAX] = "";
	for (size_t i = 0; i < set->count && first[0] == '\0'; i++) {
		const struct host *host = &set->servers[i].host;
		if (host->knowledge[FAMILY_IPV6] == KNOWLEDGE_NONE || host->knowledge[FAMILY_IPV4] == KNOWLEDGE_NONE)
			name_to_display(host->name, first);
	}
	struct finding *finding = finding_add(
		lint->findings, FINDING_SERVERS_UNKNOWN, server_set_place(lint, set, 0), server_set_title(set), NULL,
		"Undetermined: the addresses of %zu of the %u name servers of %s (%s%s) are not in the given zones.",
		unknown, (unsigned)set->ns->count, server_set_title(set), first, unknown > 1 ? ", ..." : "");
	if (finding != NULL)
		finding->is_undetermined = true;
}

/* --- One server --- */

static void lint_alias(struct lint *lint, struct server_set *set, size_t index)
{
	const struct host *host = &set->servers[index].host;
	if (!host->is_alias || finding_fold(lint->findings, FINDING_SERVER_ALIAS, SEVERITY_ERROR))
		return;
	char name[NAME_TEXT_MAX];
	name_to_display(host->name, name);
	finding_add(lint->findings, FINDING_SERVER_ALIAS, server_set_place(lint, set, index), server_set_title(set),
		    "name the host that the alias leads to",
		    "The name server %s of %s is an alias (CNAME or DNAME); it must own addresses.", name,
		    server_set_title(set));
}

/* A server that owns no address at all, seen by the zone that is authoritative for its name. */
static void lint_no_address(struct lint *lint, struct server_set *set, size_t index)
{
	const struct server *server = &set->servers[index];
	const struct host *host = &server->host;
	bool is_bare = host->rrsets[FAMILY_IPV6] == NULL && host->rrsets[FAMILY_IPV4] == NULL && !host->is_alias &&
		       host->knowledge[FAMILY_IPV6] == KNOWLEDGE_FULL && host->knowledge[FAMILY_IPV4] == KNOWLEDGE_FULL;
	if (!is_bare || server->is_in_domain ||
	    finding_fold(lint->findings, FINDING_ZONE_TARGET_MISSING, SEVERITY_WARNING))
		return;
	char name[NAME_TEXT_MAX];
	name_to_display(host->name, name);
	finding_add(lint->findings, FINDING_ZONE_TARGET_MISSING, server_set_place(lint, set, index),
		    server_set_title(set), NULL, "The name server %s of %s %s.", name, server_set_title(set),
		    host->is_absent ? "does not exist" : "has neither AAAA nor A");
}

static void lint_half(struct lint *lint, struct server_set *set, size_t index)
{
	const struct server *server = &set->servers[index];
	const struct host *host = &server->host;
	enum family has = host->rrsets[FAMILY_IPV6] != NULL ? FAMILY_IPV6 : FAMILY_IPV4;
	enum family lacks = has == FAMILY_IPV6 ? FAMILY_IPV4 : FAMILY_IPV6;
	if (host->rrsets[has] == NULL || host->rrsets[lacks] != NULL || host->knowledge[lacks] != KNOWLEDGE_FULL)
		return;
	if (server->has_child && server->child.rrsets[lacks] != NULL)
		return; /* the server has both; its glue does not: D05 */
	if (lint_is_reported(lint, FINDING_SERVER_ONE_FAMILY, host->rrsets[has]) ||
	    finding_fold(lint->findings, FINDING_SERVER_ONE_FAMILY, SEVERITY_NOTICE))
		return;
	char name[NAME_TEXT_MAX];
	name_to_display(host->name, name);
	finding_add(lint->findings, FINDING_SERVER_ONE_FAMILY, lint_place(lint, host->zone, host->rrsets[has], 0),
		    server_set_title(set), NULL, "The name server %s has %s and no %s.", name,
		    has == FAMILY_IPV6 ? "AAAA" : "A", has == FAMILY_IPV6 ? "A" : "AAAA");
}

static void lint_ttls(struct lint *lint, struct server_set *set, size_t index)
{
	const struct host *host = &set->servers[index].host;
	const struct rrset *aaaa = host->rrsets[FAMILY_IPV6], *a = host->rrsets[FAMILY_IPV4];
	if (aaaa == NULL || a == NULL || aaaa->ttl == a->ttl || lint_is_reported(lint, FINDING_TTL_FAMILY, aaaa))
		return;
	const struct judge_at at = {.findings = lint->findings,
				    .place = lint_place(lint, host->zone, aaaa, 0),
				    .subject = server_set_title(set)};
	judge_ttl(&at, host->name, aaaa->ttl, a->ttl);
}

void lint_servers(struct lint *lint, const struct zone_node *node, const struct rrset *ns)
{
	struct server_set set;
	set.node = node;
	set.ns = ns;
	set.name = zone_node_name(node);
	set.is_apex = !zone_node_is_cut(node);
	set.count = 0;
	set.title[0] = '\0';
	server_set_fill(lint, &set);
	struct count counts[FAMILY_COUNT];
	for (int family = 0; family < FAMILY_COUNT; family++) {
		counts[family] = server_set_count(lint, &set, (enum family)family);
		count_judge(lint, &set, (enum family)family, &counts[family]);
	}
	lint_one_family(lint, &set);
	lint_single(lint, &set);
	lint_unknown(lint, &set, counts);
	for (size_t i = 0; i < set.count; i++) {
		lint_alias(lint, &set, i);
		lint_no_address(lint, &set, i);
		lint_half(lint, &set, i);
		lint_ttls(lint, &set, i);
	}
	lint_server_addresses(lint, &set);
	if (set.is_apex)
		return;
	lint_glue(lint, &set);
	lint_referral(lint, &set);
}
