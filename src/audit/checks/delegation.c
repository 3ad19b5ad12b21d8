/* SPDX-License-Identifier: BSD-2-Clause */
#include "audit/checks/check.h"

/* --- The way to the zone --- */

void check_absent(struct check *check)
{
	if (check->view->is_absent)
		finding_add(check->findings, FINDING_ZONE_ABSENT, NOWHERE, check->subject, NULL,
			    "The servers of the zone above know of no delegation of %s.", check->zone);
}

void check_ancestors(struct check *check)
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

/* --- Counting --- */

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

/* One that no server before it has: two names of one address are one server. */
static bool has_own_address(const struct view *view, unsigned index, enum family family)
{
	const struct view_family *side = &view->servers[index].families[family];
	for (unsigned i = 0; i < side->count; i++) {
		bool is_own = !side->addresses[i].is_embedded;
		for (unsigned j = 0; is_own && j < index; j++) {
			const struct view_family *before = &view->servers[j].families[family];
			for (unsigned k = 0; k < before->count && is_addressed(&view->servers[j], family); k++)
				is_own = is_own && !ip_addr_equal(&before->addresses[k].endpoint.addr,
								  &side->addresses[i].endpoint.addr);
		}
		if (is_own)
			return true;
	}
	return false;
}

void check_count(struct check *check)
{
	static const enum finding_code codes[FAMILY_COUNT] = {
		[FAMILY_IPV6] = FINDING_SERVERS_IPV6, [FAMILY_IPV4] = FINDING_SERVERS_IPV4};
	const struct view *view = check->view;
	for (enum family family = FAMILY_IPV6; family < FAMILY_COUNT && view->server_count > 0; family++) {
		unsigned count = 0, unseen = 0;
		struct finding *finding;
		char missing[NAME_TEXT_MAX] = "";
		for (unsigned i = 0; i < view->server_count; i++) {
			count += is_addressed(&view->servers[i], family) && has_own_address(view, i, family);
			unseen += view->servers[i].is_in_parent && !is_addressed(&view->servers[i], family) &&
				  view->servers[i].families[family].is_child_unseen;
			if (view->servers[i].is_in_parent && !is_addressed(&view->servers[i], family) &&
			    missing[0] == '\0')
				view_name_text(view->servers[i].name, missing);
		}
		if (count >= SERVERS_LEAST)
			continue;
		if (missing[0] != '\0')
			finding = finding_add(
				check->findings, codes[family], NOWHERE, check->subject,
				"give the server an address of the family, in the zone and as glue at the parent",
				"%s has %u name server%s with %s in the delegation; 2 are required. %s has none there.",
				check->zone, count, count == 1 ? "" : "s", family_title(family), missing);
		else
			finding = finding_add(
				check->findings, codes[family], NOWHERE, check->subject, "add a second name server",
				"%s has %u name server%s with %s in the delegation; 2 are required.", check->zone,
				count, count == 1 ? "" : "s", family_title(family));
		/* V04: what this host could not ask for may be there. */
		if (finding != NULL)
			finding->is_undetermined = count + unseen >= SERVERS_LEAST;
	}
}

void check_child_count(struct check *check)
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

void check_one_family(struct check *check)
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

/* --- Content --- */

/* Inside the zone and without any glue: nobody gets as far as to see what the zone has. */
static bool is_unfindable(const struct view_server *server)
{
	const struct view_family *six = &server->families[FAMILY_IPV6], *four = &server->families[FAMILY_IPV4];
	return server->is_in_domain && server->is_in_parent && !six->has_glue && !four->has_glue &&
	       !six->is_child_known && !four->is_child_known;
}

static void check_any_glue(struct check *check, const struct view_server *server)
{
	char name[NAME_TEXT_MAX];
	if (is_unfindable(server))
		finding_add(check->findings, FINDING_GLUE_MISSING, NOWHERE, check->subject,
			    "ask the operator of the parent to add AAAA and A glue",
			    "%s is inside the zone, and the delegation has no glue for it: nobody can find it.",
			    view_name_text(server->name, name));
}

void check_glue(struct check *check)
{
	const struct view *view = check->view;
	char name[NAME_TEXT_MAX];
	for (unsigned i = 0; i < view->server_count; i++) {
		const struct view_server *server = &view->servers[i];
		check_any_glue(check, server);
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

void check_server_zones(struct check *check)
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

void check_set(struct check *check)
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
