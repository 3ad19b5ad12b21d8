/* SPDX-License-Identifier: BSD-2-Clause */
#include "audit/verdict.h"

#include "audit/view_servers.h"
#include "dnssec/validity.h"

static bool is_known(enum chain_state state)
{
	return state == CHAIN_GOOD || state == CHAIN_BROKEN;
}

enum verdict verdict_of(const struct view *view)
{
	enum chain_state ipv6 = view->states[FAMILY_IPV6], ipv4 = view->states[FAMILY_IPV4];
	if (view->is_absent)
		return VERDICT_ABSENT;
	if (!is_known(ipv6) || !is_known(ipv4))
		return VERDICT_UNDETERMINED;
	if (ipv6 == CHAIN_GOOD)
		return ipv4 == CHAIN_GOOD ? VERDICT_BOTH : VERDICT_IPV6_ONLY;
	if (ipv4 == CHAIN_GOOD)
		return VERDICT_IPV4_ONLY;
	if (!is_known(view->dual))
		return VERDICT_UNDETERMINED;
	return view->dual == CHAIN_GOOD ? VERDICT_DUAL_ONLY : VERDICT_NONE;
}

const char *verdict_text(enum verdict verdict)
{
	static const char *const texts[VERDICT_COUNT] = {
		[VERDICT_BOTH] = "both",
		[VERDICT_IPV6_ONLY] = "ipv6_only",
		[VERDICT_IPV4_ONLY] = "ipv4_only",
		[VERDICT_DUAL_ONLY] = "dual_only",
		[VERDICT_NONE] = "none",
		[VERDICT_ABSENT] = "absent",
		[VERDICT_UNDETERMINED] = "undetermined",
	};
	return texts[verdict];
}

const char *verdict_title(enum verdict verdict)
{
	static const char *const texts[VERDICT_COUNT] = {
		[VERDICT_BOTH] = "each family alone",
		[VERDICT_IPV6_ONLY] = "IPv6 alone, not IPv4 alone",
		[VERDICT_IPV4_ONLY] = "IPv4 alone, not IPv6 alone",
		[VERDICT_DUAL_ONLY] = "only both families together",
		[VERDICT_NONE] = "nobody",
		[VERDICT_ABSENT] = "there is no such zone",
		[VERDICT_UNDETERMINED] = "could not be tested",
	};
	return texts[verdict];
}

bool verdict_is_meant(const struct view *view, enum family family)
{
	for (unsigned i = 0; i < view->server_count; i++) {
		const struct view_family *side = &view->servers[i].families[family];
		for (unsigned j = 0; j < side->count; j++) {
			if (!side->addresses[j].is_embedded)
				return true;
		}
	}
	return false;
}

/* Whoever has authority for the names of the servers says that none has an address of the family. */
static bool is_unmeant_for_sure(const struct view *view, enum family family)
{
	for (unsigned i = 0; i < view->server_count; i++) {
		if (!view->servers[i].families[family].is_child_known)
			return false;
	}
	return view->server_count > 0 && !verdict_is_meant(view, family);
}

static enum finding_code server_zone_code(const struct chain *chain)
{
	for (unsigned i = 0; i < chain->server_count; i++) {
		const struct chain_server *server = &chain->servers[i];
		bool is_through = server->cause == CAUSE_SERVER_ZONE || server->cause == CAUSE_CIRCLE;
		if (is_through && server->is_sibling)
			return FINDING_SERVER_ZONE_SIBLING;
	}
	return FINDING_SERVER_ZONE_OTHER;
}

enum finding_code verdict_cause(const struct view *view, enum family family)
{
	static const enum finding_code codes[CAUSE_COUNT] = {
		[CAUSE_NONE] = FINDING_CODE_COUNT,       [CAUSE_NO_ADDRESS] = FINDING_SERVERS_ONE_FAMILY,
		[CAUSE_NO_GLUE] = FINDING_GLUE_MISSING,  [CAUSE_EMBEDDED] = FINDING_ADDRESS_NAT64,
		[CAUSE_SILENT] = FINDING_ADDRESS_SILENT, [CAUSE_LAME] = FINDING_ADDRESS_SILENT,
		[CAUSE_ALIAS] = FINDING_SERVER_ALIAS,    [CAUSE_ANCESTOR] = FINDING_ANCESTOR_BROKEN,
		[CAUSE_ABSENT] = FINDING_ZONE_ABSENT,
	};
	const struct chain *chain = view->chains[family];
	if (view->is_absent)
		return FINDING_ZONE_ABSENT;
	if (view->states[family] != CHAIN_BROKEN)
		return FINDING_CODE_COUNT;
	if (!name_equal(chain->zone, view->zone))
		return FINDING_ANCESTOR_BROKEN;
	/* The zones of servers that have no address of the family anyway do not matter. */
	if (is_unmeant_for_sure(view, family))
		return FINDING_SERVERS_ONE_FAMILY;
	if (chain->cause == CAUSE_SERVER_ZONE || chain->cause == CAUSE_CIRCLE)
		return server_zone_code(chain);
	/* No glue of a family that no server has an address of at all is no matter of glue. */
	if (chain->cause == CAUSE_NO_GLUE && !verdict_is_meant(view, family))
		return FINDING_SERVERS_ONE_FAMILY;
	return codes[chain->cause];
}

/* --- Signatures --- */

static void reply_left(const struct view_reply *reply, uint64_t now_s, int64_t *least_s)
{
	for (size_t i = 0; reply->state == WAY_GOOD && reply->gathered != NULL && i < reply->gathered->count; i++) {
		const struct rrset_view *set = &reply->gathered->sets[i];
		if (set->rrset == NULL || set->signatures == NULL || reply->gathered->sections[i] == SECTION_ADDITIONAL)
			continue;
		struct validity validity = validity_of(set->signatures, (uint32_t)now_s);
		if (validity.left_s != INT64_MIN && validity.left_s < *least_s)
			*least_s = validity.left_s;
	}
}

bool verdict_signed_until(const struct view *view, uint64_t *ret_s)
{
	int64_t least_s = INT64_MAX;
	for (unsigned i = 0; i < view->server_count; i++) {
		for (enum family family = FAMILY_IPV6; family < FAMILY_COUNT; family++) {
			const struct view_family *side = &view->servers[i].families[family];
			for (unsigned j = 0; j < side->count; j++) {
				const struct view_probe *probe = side->addresses[j].probe;
				for (enum reply_row row = REPLY_SOA; probe != NULL && row <= REPLY_NO_TYPE; row++)
					reply_left(&probe->replies[row], view->now_s, &least_s);
			}
		}
	}
	if (least_s == INT64_MAX || least_s < -(int64_t)view->now_s)
		return false;
	*ret_s = (uint64_t)((int64_t)view->now_s + least_s);
	return true;
}
