/* SPDX-License-Identifier: BSD-2-Clause */
#include "dns/rdata.h"
#include "zone/lint/judge.h"
#include "zone/lint/walk.h"

/* The zone's own data: addresses of one family, translated addresses, targets that are not there. */

/* Hosts that are name servers are told of by D19; everything else with IPv4 only is one row of the inventory. */
static void lint_only_ipv4(struct lint *lint, const struct zone_node *node, const struct rrset *a)
{
	if (zone_node_rrset(node, RR_AAAA) != NULL || lint_was_reported(lint, FINDING_SERVER_ONE_FAMILY, a))
		return;
	const struct judge_at at = {.findings = lint->findings, .place = lint_place(lint, lint->zone, a, 0)};
	judge_only_ipv4(&at, zone_node_name(node));
}

static void lint_translated(struct lint *lint, const struct zone_node *node, const struct rrset *aaaa)
{
	size_t position = 0;
	struct span rdata;
	for (size_t index = 0; rrset_next(aaaa, &position, &rdata); index++) {
		struct ip_addr addr = address_of(FAMILY_IPV6, rdata);
		if (!lint_is_embedded(lint, &addr) || lint_was_reported(lint, FINDING_ADDRESS_TRANSLATED, rdata.data))
			continue;
		const struct judge_at at = {.findings = lint->findings,
					    .place = lint_place(lint, lint->zone, aaaa, index)};
		judge_translated(&at, zone_node_name(node), &addr);
	}
}

/* --- Targets --- */

/* What a target must be: an MX or SRV host owns addresses and is no alias; an alias may lead to any name there is. */
struct target_row {
	uint16_t type;
	const char *text;
	bool may_be_alias;
	bool needs_address;
};

static const struct target_row target_rows[] = {
	{RR_CNAME, "CNAME", true, false}, {RR_MX, "MX", false, true},      {RR_SRV, "SRV", false, true},
	{RR_SVCB, "SVCB", true, true},    {RR_HTTPS, "HTTPS", true, true},
};

static const struct target_row *target_row(uint16_t type)
{
	for (size_t i = 0; i < sizeof(target_rows) / sizeof(target_rows[0]); i++) {
		if (target_rows[i].type == type)
			return &target_rows[i];
	}
	return NULL;
}

static void target_add(struct lint *lint, const struct zone_node *node, const struct rrset *rrset, size_t index,
		       const struct target_row *row, const struct host *host)
{
	enum finding_code code = host->is_alias ? FINDING_ZONE_TARGET_ALIAS : FINDING_ZONE_TARGET_MISSING;
	if (finding_fold(lint->findings, code, finding_row(code)->severity))
		return;
	char owner[NAME_TEXT_MAX], target[NAME_TEXT_MAX];
	name_to_display(zone_node_name(node), owner);
	name_to_display(host->name, target);
	finding_add(lint->findings, code, lint_place(lint, lint->zone, rrset, index), owner, NULL,
		    "The %s of %s points to %s, which %s.", row->text, owner, target,
		    host->is_alias    ? "is an alias (CNAME)"
		    : host->is_absent ? "does not exist"
				      : "has no address");
}

static bool target_is_wrong(const struct target_row *row, const struct host *host)
{
	if (host->is_alias)
		return !row->may_be_alias;
	bool is_known =
		host->knowledge[FAMILY_IPV6] == KNOWLEDGE_FULL && host->knowledge[FAMILY_IPV4] == KNOWLEDGE_FULL;
	bool has_address = host->rrsets[FAMILY_IPV6] != NULL || host->rrsets[FAMILY_IPV4] != NULL;
	return is_known && (host->is_absent || (row->needs_address && !has_address));
}

static void lint_targets(struct lint *lint, const struct zone_node *node, const struct rrset *rrset)
{
	const struct target_row *row = target_row(rrset->type);
	size_t at = 0;
	struct span rdata;
	for (size_t index = 0; row != NULL && rrset_next(rrset, &at, &rdata); index++) {
		size_t position = 0;
		struct rdata_name target;
		struct host host;
		if (!rdata_next_name(rrset->type, rdata, &position, &target) || name_is_root(target.name))
			continue; /* "." means no service, or the owner itself */
		host_find(lint, target.name, &host);
		if (target_is_wrong(row, &host))
			target_add(lint, node, rrset, index, row, &host);
	}
}

/* --- A name --- */

void lint_names(struct lint *lint, const struct zone_node *node)
{
	const struct rrset *rrset;
	for (size_t index = 0; (rrset = zone_node_rrset_at(node, index)) != NULL; index++) {
		switch (rrset->type) {
		case RR_A:
			lint_only_ipv4(lint, node, rrset);
			lint_reverse_of(lint, node, rrset);
			break;
		case RR_AAAA:
			lint_translated(lint, node, rrset);
			lint_reverse_of(lint, node, rrset);
			break;
		case RR_PTR:
			lint_ptr(lint, node, rrset);
			break;
		case RR_TXT:
		case RR_URI:
			lint_text(lint, node, rrset);
			break;
		case RR_SVCB:
		case RR_HTTPS:
			lint_service(lint, node, rrset);
			lint_targets(lint, node, rrset);
			break;
		case RR_CNAME:
		case RR_MX:
		case RR_SRV:
			lint_targets(lint, node, rrset);
			break;
		default:
			break;
		}
	}
}
