/* SPDX-License-Identifier: BSD-2-Clause */
#include "audit/checks.h"

#include "ip/special.h"

#include <stdio.h>

#define EDNS_SIZE_MOST 1400 /* RFC 10001 3.2 */
#define SERVERS_LEAST 2     /* of each family: RFC 10001 4.1 */

struct check {
	const struct view *view;
	struct finding_list *findings;
	char zone[NAME_TEXT_MAX];
	char subject[NAME_TEXT_MAX + 16];
};

#define NOWHERE ((struct place){0})

static const char *record_text(enum family family)
{
	return family == FAMILY_IPV6 ? "AAAA" : "A";
}

static enum family other(enum family family)
{
	return family == FAMILY_IPV6 ? FAMILY_IPV4 : FAMILY_IPV6;
}

/* --- Counting and delegation content --- */

/* Addresses of the family that somebody who follows the delegation gets, apart from those that are none. */
static unsigned addresses_real(const struct view_family *side)
{
	unsigned count = 0;
	for (unsigned i = 0; i < side->count; i++)
		count += !side->addresses[i].is_embedded;
	return count;
}

static bool is_addressed(const struct view_server *server, enum family family)
{
	const struct view_family *side = &server->families[family];
	return server->is_in_parent && addresses_real(side) > 0 && (side->has_glue || !server->is_in_domain);
}

static void check_count(struct check *check)
{
	static const enum finding_code codes[FAMILY_COUNT] = {
		[FAMILY_IPV6] = FINDING_SERVERS_IPV6, [FAMILY_IPV4] = FINDING_SERVERS_IPV4};
	const struct view *view = check->view;
	for (enum family family = FAMILY_IPV6; family < FAMILY_COUNT && view->server_count > 0; family++) {
		unsigned count = 0;
		char missing[NAME_TEXT_MAX] = "";
		for (unsigned i = 0; i < view->server_count; i++) {
			count += is_addressed(&view->servers[i], family);
			if (view->servers[i].is_in_parent && !is_addressed(&view->servers[i], family) &&
			    missing[0] == '\0')
				view_name_text(view->servers[i].name, missing);
		}
		if (count >= SERVERS_LEAST)
			continue;
		if (missing[0] != '\0')
			finding_add(
				check->findings, codes[family], NOWHERE, check->subject,
				"give the server an address of the family, in the zone and as glue at the parent",
				"%s has %u name server%s with %s in the delegation; 2 are required. %s has none there.",
				check->zone, count, count == 1 ? "" : "s", family_title(family), missing);
		else
			finding_add(check->findings, codes[family], NOWHERE, check->subject, "add a second name server",
				    "%s has %u name server%s with %s in the delegation; 2 are required.", check->zone,
				    count, count == 1 ? "" : "s", family_title(family));
	}
}

static void check_child_count(struct check *check)
{
	const struct view *view = check->view;
	for (enum family family = FAMILY_IPV6; family < FAMILY_COUNT && view->has_child_set; family++) {
		unsigned count = 0, parent = 0;
		bool is_known = true;
		for (unsigned i = 0; i < view->server_count; i++) {
			const struct view_family *side = &view->servers[i].families[family];
			count += view->servers[i].is_in_child && side->has_child && addresses_real(side) > 0;
			parent += is_addressed(&view->servers[i], family);
			is_known = is_known && (!view->servers[i].is_in_child || side->is_child_known);
		}
		if (is_known && count < SERVERS_LEAST && parent >= SERVERS_LEAST)
			finding_add(check->findings, FINDING_SERVERS_CHILD, NOWHERE, check->subject,
				    "bring the zone's NS set and addresses in line with the delegation",
				    "The zone's own NS set has %u name server%s with %s, though the delegation has %u.",
				    count, count == 1 ? "" : "s", family_title(family), parent);
	}
}

static void check_one_family(struct check *check)
{
	const struct view *view = check->view;
	unsigned counts[FAMILY_COUNT] = {0};
	for (unsigned i = 0; i < view->server_count; i++) {
		for (enum family family = FAMILY_IPV6; family < FAMILY_COUNT; family++)
			counts[family] += is_addressed(&view->servers[i], family);
	}
	for (enum family family = FAMILY_IPV6; family < FAMILY_COUNT; family++) {
		if (counts[family] == 0 && counts[other(family)] > 0)
			finding_add(check->findings, FINDING_SERVERS_ONE_FAMILY, NOWHERE, check->subject,
				    "give at least two servers addresses of the missing family, in the zone and at the "
				    "parent",
				    "No name server of %s has an %s address in the delegation: %s-only resolvers "
				    "cannot resolve it.",
				    check->zone, family_title(family), family_title(family));
	}
}

static void check_glue(struct check *check)
{
	const struct view *view = check->view;
	char name[NAME_TEXT_MAX];
	for (unsigned i = 0; i < view->server_count; i++) {
		const struct view_server *server = &view->servers[i];
		for (enum family family = FAMILY_IPV6; family < FAMILY_COUNT && server->is_in_parent; family++) {
			const struct view_family *side = &server->families[family];
			if (!server->is_in_domain || view->chains[family]->is_shared)
				continue;
			if (!side->has_glue && side->has_child)
				finding_add(check->findings, FINDING_GLUE_MISSING, NOWHERE, check->subject,
					    "ask the operator of the parent to add the glue",
					    "%s has %s in the zone, and the delegation has no such glue.",
					    view_name_text(server->name, name), record_text(family));
			if (side->has_glue && side->is_child_known && !side->has_child)
				finding_add(check->findings, FINDING_GLUE_ONLY, NOWHERE, check->subject,
					    "add the record to the zone, or have the glue removed",
					    "The delegation has %s glue for %s, and the zone has no such record: "
					    "resolvers that revalidate lose it.",
					    record_text(family), view_name_text(server->name, name));
			for (unsigned j = 0; j < side->count; j++) {
				char text[IP_ADDR_TEXT_MAX];
				if (!side->has_glue || !side->has_child ||
				    side->addresses[j].is_glue == side->addresses[j].is_child)
					continue;
				ip_addr_to_text(&side->addresses[j].endpoint.addr, text);
				finding_add(check->findings, FINDING_GLUE_DIFFERS, NOWHERE, check->subject,
					    "give the parent the address that the zone has",
					    "%s of %s is in the %s and not in the %s.", text,
					    view_name_text(server->name, name),
					    side->addresses[j].is_glue ? "delegation" : "zone",
					    side->addresses[j].is_glue ? "zone" : "delegation");
			}
		}
	}
}

static void check_server_zones(struct check *check)
{
	const struct view *view = check->view;
	char name[NAME_TEXT_MAX], zone[NAME_TEXT_MAX];
	for (unsigned i = 0; i < view->server_count; i++) {
		const struct view_server *server = &view->servers[i];
		for (enum family family = FAMILY_IPV6; family < FAMILY_COUNT; family++) {
			const struct view_family *side = &server->families[family];
			if ((side->cause != CAUSE_SERVER_ZONE && side->cause != CAUSE_CIRCLE) || side->through == NULL)
				continue;
			const struct chain *culprit = side->through->culprit;
			finding_add(check->findings,
				    server->is_sibling ? FINDING_SERVER_ZONE_SIBLING : FINDING_SERVER_ZONE_OTHER,
				    NOWHERE, check->subject, NULL,
				    "Over %s alone the address of %s cannot be found: zone %s %s.",
				    family_title(family), view_name_text(server->name, name),
				    view_name_text(culprit->zone, zone),
				    side->cause == CAUSE_CIRCLE ? "needs this one" : "is not resolvable");
		}
	}
}

static void check_ancestors(struct check *check)
{
	const struct view *view = check->view;
	char zone[NAME_TEXT_MAX];
	for (enum family family = FAMILY_IPV6; family < FAMILY_COUNT && !view->is_absent; family++) {
		const struct chain *chain = view->chains[family];
		if (chain->state != CHAIN_BROKEN || name_equal(chain->zone, view->zone))
			continue;
		finding_add(check->findings, FINDING_ANCESTOR_BROKEN, NOWHERE, check->subject, NULL,
			    "Over %s alone nothing below %s can be resolved: no name server of %s is of use there (one "
			    "%s).",
			    family_title(family), view_name_text(chain->zone, zone), zone,
			    chain_cause_text(chain->cause));
	}
}

static void check_set(struct check *check)
{
	const struct view *view = check->view;
	char name[NAME_TEXT_MAX];
	for (unsigned i = 0; i < view->server_count; i++) {
		const struct view_server *server = &view->servers[i];
		view_name_text(server->name, name);
		if (view->has_child_set && server->is_in_parent != server->is_in_child)
			finding_add(check->findings, FINDING_SERVER_SETS_DIFFER, NOWHERE, check->subject, NULL,
				    "%s is a name server in the %s and not in the %s.", name,
				    server->is_in_parent ? "delegation" : "zone",
				    server->is_in_parent ? "zone" : "delegation");
		if (server->is_alias)
			finding_add(check->findings, FINDING_SERVER_ALIAS, NOWHERE, check->subject,
				    "name the server by the name that has its addresses", "%s is an alias (CNAME).",
				    name);
		for (enum family family = FAMILY_IPV6; family < FAMILY_COUNT; family++) {
			if (addresses_real(&server->families[family]) == 0 &&
			    addresses_real(&server->families[other(family)]) > 0)
				finding_add(check->findings, FINDING_SERVER_ONE_FAMILY, NOWHERE, check->subject, NULL,
					    "%s has no %s address.", name, family_title(family));
		}
	}
}

/* --- Addresses --- */

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
	if (code == FINDING_CODE_COUNT)
		return;
	ip_addr_to_text(&address->endpoint.addr, text);
	struct finding *finding = finding_add(check->findings, code, NOWHERE, check->subject, NULL, "%s has %s: %s.",
					      view_name_text(server->name, name), text, ip_kind_text(kind));
	if (finding != NULL && kind == IP_KIND_DOCUMENTATION)
		finding->severity = SEVERITY_NOTICE;
}

static void check_shared_address(struct check *check)
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

/* --- What each address answers --- */

static void check_answers(struct check *check, const struct view_server *server, const struct view_address *address)
{
	char name[NAME_TEXT_MAX], text[IP_ADDR_TEXT_MAX];
	ip_addr_to_text(&address->endpoint.addr, text);
	view_name_text(server->name, name);
	if (address->udp == WAY_SILENT || address->udp == WAY_BAD)
		finding_add(check->findings, FINDING_ADDRESS_SILENT, NOWHERE, check->subject, NULL, "%s at %s %s.",
			    name, text,
			    address->udp == WAY_SILENT ? "does not answer over UDP"
						       : "answers, but does not serve the zone");
	if (address->udp == WAY_GOOD && (address->tcp == WAY_SILENT || address->tcp == WAY_BAD))
		finding_add(check->findings, FINDING_TCP_SILENT, NOWHERE, check->subject, NULL,
			    "%s at %s answers over UDP and not over TCP.", name, text);
	if (address->udp == WAY_GOOD && !address->has_edns)
		finding_add(check->findings, FINDING_EDNS_SIZE, NOWHERE, check->subject, NULL, "%s at %s has no EDNS.",
			    name, text);
	if (address->udp == WAY_GOOD && address->edns_size > EDNS_SIZE_MOST)
		finding_add(check->findings, FINDING_EDNS_SIZE, NOWHERE, check->subject, NULL,
			    "%s at %s says that it takes %u octets over UDP; at most %d pass everywhere.", name, text,
			    address->edns_size, EDNS_SIZE_MOST);
	if (address->large == WAY_SILENT)
		finding_add(check->findings, FINDING_SIZE_HOLE, NOWHERE, check->subject, NULL,
			    "%s at %s answers 512 octets, and is silent where 1232 are allowed.", name, text);
	if (address->udp == WAY_GOOD && address->serial != check->view->serial)
		finding_add(check->findings, FINDING_SERIAL_DIFFERS, NOWHERE, check->subject, NULL,
			    "%s at %s has serial %u, the first server that answers has %u.", name, text,
			    address->serial, check->view->serial);
	else if (address->same == WAY_BAD)
		finding_add(check->findings, FINDING_DATA_DIFFERS, NOWHERE, check->subject, NULL,
			    "%s at %s gives another NS set than the first server that answers.", name, text);
}

static void check_addresses(struct check *check)
{
	const struct view *view = check->view;
	for (unsigned i = 0; i < view->server_count; i++) {
		for (enum family family = FAMILY_IPV6; family < FAMILY_COUNT; family++) {
			const struct view_family *side = &view->servers[i].families[family];
			for (unsigned j = 0; j < side->count; j++) {
				check_kind(check, &view->servers[i], &side->addresses[j]);
				check_answers(check, &view->servers[i], &side->addresses[j]);
			}
		}
	}
}

/* --- The rest --- */

static void check_signed(struct check *check)
{
	if (check->view->is_signed_known && !check->view->is_signed && !name_is_root(check->view->zone))
		finding_add(check->findings, FINDING_ZONE_UNSIGNED, NOWHERE, check->subject, NULL, "%s is not signed.",
			    check->zone);
}

static bool is_bogus(const struct secure *secure)
{
	return secure->is_known && secure->security == SECURITY_BOGUS;
}

/* S01: one of the two address types of a name validates, the other does not. */
static void check_types(struct check *check, enum family family, unsigned index)
{
	char name[NAME_TEXT_MAX];
	struct name_buffer buffer;
	struct name at;
	const struct secure *secure = check->view->secure[family][index];
	if (!secure[1].is_known || !secure[2].is_known || !view_name(check->view, index, &buffer, &at))
		return;
	if (is_bogus(&secure[1]) && is_bogus(&secure[2]) && family == FAMILY_IPV6)
		finding_add(check->findings, FINDING_SIGNATURE_BAD, NOWHERE, check->subject, "sign the zone again",
			    "AAAA and A of %s do not validate: %s.", view_name_text(at, name), secure[1].reason);
	if (is_bogus(&secure[1]) == is_bogus(&secure[2]))
		return;
	bool is_aaaa = is_bogus(&secure[1]);
	finding_add(check->findings, FINDING_SIGNATURE_FAMILY, NOWHERE, check->subject,
		    "sign the zone again, and see that all its servers have the new version",
		    "%s of %s does not validate over %s, and %s does: %s.", is_aaaa ? "AAAA" : "A",
		    view_name_text(at, name), family_title(family), is_aaaa ? "A" : "AAAA",
		    secure[is_aaaa ? 1 : 2].reason);
}

static void check_signatures(struct check *check)
{
	bool bogus[FAMILY_COUNT], known[FAMILY_COUNT];
	const struct view *view = check->view;
	for (enum family family = FAMILY_IPV6; family < FAMILY_COUNT; family++) {
		known[family] = view->secure[family][0][0].is_known;
		bogus[family] = is_bogus(&view->secure[family][0][0]);
	}
	for (enum family family = FAMILY_IPV6; family < FAMILY_COUNT; family++) {
		const struct secure *secure = &view->secure[family][0][0];
		if (bogus[family] && known[other(family)] && !bogus[other(family)])
			finding_add(check->findings, FINDING_SIGNATURE_PATH, NOWHERE, check->subject, NULL,
				    "The zone validates over %s and not over %s: %s.", family_title(other(family)),
				    family_title(family), secure->reason);
		else if (bogus[family] && (family == FAMILY_IPV6 || !bogus[FAMILY_IPV6]))
			finding_add(check->findings, FINDING_TRUST_BROKEN, NOWHERE, check->subject,
				    "sign the zone again, or have the DS at the parent replaced or removed",
				    "The zone does not validate: %s.", secure->reason);
		for (unsigned i = 0; i < VIEW_NAMES && !bogus[family]; i++)
			check_types(check, family, i);
	}
}

static void check_absent(struct check *check)
{
	if (check->view->is_absent)
		finding_add(check->findings, FINDING_ZONE_ABSENT, NOWHERE, check->subject, NULL,
			    "The servers of the zone above know of no delegation of %s.", check->zone);
}

static void check_vantage(struct check *check)
{
	for (enum family family = FAMILY_IPV6; family < FAMILY_COUNT; family++) {
		if (check->view->states[family] != CHAIN_UNTESTED)
			continue;
		bool is_reached = check->view->chains[family]->state == CHAIN_GOOD;
		struct finding *finding = finding_add(check->findings, FINDING_FAMILY_UNTESTED, NOWHERE, check->subject,
						      "run the audit on a host that has the family",
						      "Not tested over %s: %s.", family_title(family),
						      is_reached ? "servers on the way to the zone were not asked"
								 : "this host does not reach the root servers over it");
		if (finding != NULL)
			finding->is_undetermined = true;
	}
}

void checks_run(const struct view *view, struct finding_list *findings)
{
	static void (*const checks[])(struct check * check) = {
		check_absent, check_ancestors,    check_count,   check_child_count, check_one_family,
		check_glue,   check_server_zones, check_set,     check_addresses,   check_shared_address,
		check_signed, check_signatures,   check_vantage,
	};
	struct check check = {.view = view, .findings = findings};
	view_name_text(view->zone, check.zone);
	snprintf(check.subject, sizeof(check.subject), "zone %s", check.zone);
	for (size_t i = 0; i < sizeof(checks) / sizeof(checks[0]); i++)
		checks[i](&check);
}
