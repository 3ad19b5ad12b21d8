/* SPDX-License-Identifier: BSD-2-Clause */
#include "audit/checks/check.h"

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
	enum finding_code code = kind_code(kind);
	if (kind != IP_KIND_NAT64 && kind != IP_KIND_NAT64_LOCAL && check->view->nat64 != NULL &&
	    nat64_has(check->view->nat64, &address->endpoint.addr)) {
		ip_addr_to_text(&address->endpoint.addr, text);
		finding_add(check->findings, FINDING_ADDRESS_PREF64, NOWHERE, check->subject, NULL,
			    "%s has %s, which is inside the NAT64 prefix of this network.",
			    view_name_text(server->name, name), text);
	}
	if (code == FINDING_CODE_COUNT)
		return;
	ip_addr_to_text(&address->endpoint.addr, text);
	struct finding *finding = finding_add(check->findings, code, NOWHERE, check->subject, NULL, "%s has %s: %s.",
					      view_name_text(server->name, name), text, ip_kind_text(kind));
	if (finding != NULL && kind == IP_KIND_DOCUMENTATION)
		finding->severity = SEVERITY_NOTICE;
}

void check_kinds(struct check *check)
{
	check_each_address(check, check_kind);
}

void check_shared_address(struct check *check)
{
	const struct view *view = check->view;
	char a[NAME_TEXT_MAX], b[NAME_TEXT_MAX], text[IP_ADDR_TEXT_MAX];
	for (enum family family = FAMILY_IPV6; family < FAMILY_COUNT; family++) {
		for (unsigned i = 0; i + 1 < view->server_count; i++) {
			for (unsigned j = i + 1; j < view->server_count; j++) {
				const struct view_family *one = &view->servers[i].families[family];
				const struct view_family *two = &view->servers[j].families[family];
				if (one->count == 0 || two->count == 0 ||
				    !ip_addr_equal(&one->addresses[0].endpoint.addr, &two->addresses[0].endpoint.addr))
					continue;
				ip_addr_to_text(&one->addresses[0].endpoint.addr, text);
				finding_add(check->findings, FINDING_ADDRESS_SHARED, NOWHERE, check->subject, NULL,
					    "%s and %s share %s.", view_name_text(view->servers[i].name, a),
					    view_name_text(view->servers[j].name, b), text);
			}
		}
	}
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
