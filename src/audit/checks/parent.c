/* SPDX-License-Identifier: BSD-2-Clause */
#include "audit/checks/check.h"

#include "audit/view_parent.h"

/* The referral as it came, apart from what lint works out of a zone file. */

static bool is_truncated(const struct view_reply *reply)
{
	return reply->state == WAY_GOOD && (reply->message.flags & HEADER_TC) != 0;
}

/* --- D12: it does not fit --- */

void check_referral_size(struct check *check)
{
	char server[IP_ADDR_TEXT_MAX];
	for (enum family family = FAMILY_IPV6; family < FAMILY_COUNT; family++) {
		const struct view_referral *referral = check->view->referrals[family];
		if (referral == NULL)
			continue;
		enum referral_size size =
			is_truncated(&referral->replies[REFERRAL_EDNS]) ? REFERRAL_EDNS : REFERRAL_SMALL;
		if (!is_truncated(&referral->replies[size]))
			continue;
		ip_addr_to_text(&referral->server.addr, server);
		struct finding *finding =
			finding_add(check->findings, FINDING_REFERRAL_SIZE, NOWHERE, check->subject,
				    "use fewer or shorter server names, or servers named outside the zone",
				    "The referral to %s with all its glue has %zu octets; where %u are allowed, the "
				    "parent's server %s "
				    "truncates it, and it is asked for again over TCP.",
				    check->zone, referral->replies[REFERRAL_WHOLE].message.octets.size,
				    view_referral_octets(size), server);
		if (finding != NULL && size == REFERRAL_SMALL)
			finding->severity = SEVERITY_NOTICE;
		return; /* the other family's referral is as large */
	}
}

/* --- D12, D13: it leaves glue out --- */

/* Glue that the parent has: in the whole referral, over either family. */
static bool is_known(const struct check *check, struct name server, enum family glue)
{
	for (enum family family = FAMILY_IPV6; family < FAMILY_COUNT; family++) {
		const struct view_referral *referral = check->view->referrals[family];
		if (referral != NULL && view_referral_has(&referral->replies[REFERRAL_WHOLE], server, glue))
			return true;
	}
	return false;
}

/* How much of the family's glue of servers inside the zone is there, and how much is not. */
static void glue_count(const struct check *check, const struct view_reply *reply, enum family glue, unsigned *there,
		       unsigned *missing, struct name *first_missing)
{
	for (unsigned i = 0; i < check->view->server_count; i++) {
		const struct view_server *server = &check->view->servers[i];
		if (!server->is_in_parent || !server->is_in_domain || !is_known(check, server->name, glue))
			continue;
		bool is_there = view_referral_has(reply, server->name, glue);
		if (!is_there && *missing == 0)
			*first_missing = server->name;
		*there += is_there;
		*missing += !is_there;
	}
}

/* RFC 9471 3.1: glue that does not fit makes the reply truncated. */
static void referral_judge(struct check *check, const struct view_referral *referral, enum referral_size size)
{
	unsigned there[FAMILY_COUNT] = {0}, missing[FAMILY_COUNT] = {0};
	char server[IP_ADDR_TEXT_MAX], name[NAME_TEXT_MAX];
	struct name first = name_root;
	const struct view_reply *reply = &referral->replies[size];
	if (reply->state != WAY_GOOD || is_truncated(reply) || reply->message.rcode != RCODE_NOERROR)
		return;
	for (enum family glue = FAMILY_IPV6; glue < FAMILY_COUNT; glue++)
		glue_count(check, reply, glue, &there[glue], &missing[glue], &first);
	if (missing[FAMILY_IPV6] + missing[FAMILY_IPV4] == 0)
		return;
	bool is_family = missing[FAMILY_IPV6] > 0 && missing[FAMILY_IPV4] == 0 && there[FAMILY_IPV4] > 0;
	ip_addr_to_text(&referral->server.addr, server);
	/* What is allowed but rarely, and leaves some of each family, is noted only. */
	bool is_lost = (there[FAMILY_IPV6] == 0 && missing[FAMILY_IPV6] > 0) ||
		       (there[FAMILY_IPV4] == 0 && missing[FAMILY_IPV4] > 0);
	struct finding *finding = finding_add(
		check->findings, is_family ? FINDING_REFERRAL_FAMILY : FINDING_REFERRAL_SIZE, NOWHERE, check->subject,
		"tell the operator of the parent: its server does not obey RFC 9471",
		"Where %u octets are allowed, the parent's server %s leaves out glue (%u AAAA, %u A; one is of %s) and "
		"does not set TC: %s.",
		view_referral_octets(size), server, missing[FAMILY_IPV6], missing[FAMILY_IPV4],
		view_name_text(first, name),
		is_family ? "IPv4 comes first, and IPv6-only resolvers see fewer servers, or none"
			  : "resolvers take the rest for all there is");
	if (finding != NULL && size == REFERRAL_SMALL && !is_lost)
		finding->severity = SEVERITY_NOTICE;
}

void check_referral_glue(struct check *check)
{
	for (enum family family = FAMILY_IPV6; family < FAMILY_COUNT; family++) {
		for (enum referral_size size = REFERRAL_SMALL; size < REFERRAL_WHOLE; size++) {
			if (check->view->referrals[family] != NULL)
				referral_judge(check, check->view->referrals[family], size);
		}
	}
}
