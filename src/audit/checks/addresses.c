/* SPDX-License-Identifier: BSD-2-Clause */
#include "audit/checks/check.h"

#include "audit/view_places.h"
#include "ip/special.h"
#include "zone/lint/judge.h"

static enum finding_code kind_code(enum ip_kind kind)
{
	switch (kind) {
	case IP_KIND_MAPPED:
		return FINDING_ADDRESS_MAPPED;
	case IP_KIND_COMPATIBLE:
		return FINDING_ADDRESS_COMPATIBLE;
	case IP_KIND_NAT64:
	case IP_KIND_NAT64_LOCAL:
		return FINDING_ADDRESS_NAT64;
	case IP_KIND_GLOBAL:
		return FINDING_CODE_COUNT;
	default:
		return FINDING_ADDRESS_SPECIAL;
	}
}

static void check_kind(struct check *check, const struct view_server *server, const struct view_address *address)
{
	char name[NAME_TEXT_MAX], text[IP_ADDR_TEXT_MAX];
	enum ip_kind kind = ip_addr_kind(&address->endpoint.addr);
	struct ip_addr inside;
	bool is_pref64 = view_is_pref64(check->view, &address->endpoint.addr, &inside) && !ip_kind_is_ipv4_embedded(kind);
	enum finding_code code = is_pref64 ? FINDING_ADDRESS_PREF64 : kind_code(kind);
	if (code == FINDING_CODE_COUNT)
		return;
	ip_addr_to_text(&address->endpoint.addr, text);
	struct finding *finding = finding_add(check->findings, code, NOWHERE, check->subject, NULL, "%s has %s: %s.",
					      view_name_text(server->name, name), text,
					      is_pref64 ? "inside a NAT64 prefix that is in use" : ip_kind_text(kind));
	if (finding != NULL && !is_pref64 && kind == IP_KIND_DOCUMENTATION)
		finding->severity = SEVERITY_NOTICE;
}

void check_kinds(struct check *check)
{
	check_each_address(check, check_kind);
}

void check_ttls(struct check *check)
{
	const struct judge_at at = {.findings = check->findings, .subject = check->subject};
	for (unsigned i = 0; i < check->view->server_count; i++) {
		const struct view_server *server = &check->view->servers[i];
		const struct view_family *ipv6 = &server->families[FAMILY_IPV6], *ipv4 = &server->families[FAMILY_IPV4];
		if (ipv6->has_child && ipv4->has_child && ipv6->child_ttl_s != ipv4->child_ttl_s)
			judge_ttl(&at, server->name, ipv6->child_ttl_s, ipv4->child_ttl_s);
	}
}
