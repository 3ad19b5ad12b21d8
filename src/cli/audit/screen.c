/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/audit/screen.h"

#include "audit/verdict.h"
#include "cli/audit/screen_validators.h"

#include <stdio.h>

#define SERVERS_LEAST 2

static const int widths[SCREEN_COLUMNS] = {6, 6, 5, 5, 6, 8};

/* --- Cells --- */

static const char *way_text(enum way_state state)
{
	static const char *const texts[WAY_STATE_COUNT] = {
		[WAY_OPEN] = "??", [WAY_GOOD] = "ok", [WAY_BAD] = "!!", [WAY_SILENT] = "??", [WAY_UNTESTED] = "..",
	};
	return texts[state];
}

/* Of several addresses the worst counts. */
static enum way_state worst(enum way_state a, enum way_state b)
{
	static const int ranks[WAY_STATE_COUNT] = {
		[WAY_GOOD] = 0, [WAY_UNTESTED] = 1, [WAY_OPEN] = 2, [WAY_BAD] = 3, [WAY_SILENT] = 4};
	return ranks[a] > ranks[b] ? a : b;
}

struct cells {
	enum way_state udp, tcp, large, same;
};

static struct cells cells_of(const struct view_family *side)
{
	struct cells cells = {WAY_UNTESTED, WAY_UNTESTED, WAY_UNTESTED, WAY_UNTESTED};
	for (unsigned i = 0; i < side->count; i++) {
		const struct view_address *address = &side->addresses[i];
		cells.udp = i == 0 ? address->udp : worst(cells.udp, address->udp);
		cells.tcp = i == 0 ? address->tcp : worst(cells.tcp, address->tcp);
		cells.large = i == 0 ? address->large : worst(cells.large, address->large);
		cells.same = i == 0 ? address->same : worst(cells.same, address->same);
	}
	return cells;
}

static const char *glue_text(const struct view *view, const struct view_server *server, const struct view_family *side)
{
	if (!server->is_in_parent)
		return "..";
	if (side->has_glue)
		return "ok";
	return server->is_in_domain && view->parent.wire != NULL ? "--" : "..";
}

static const char *child_text(const struct view_family *side)
{
	if (side->has_child)
		return "ok";
	return side->is_child_known ? "--" : "..";
}

const char *screen_column(unsigned index)
{
	static const char *const titles[SCREEN_COLUMNS] = {"glue", "zone", "udp", "tcp", "1232", "same"};
	return titles[index];
}

void screen_cells(const struct view *view, const struct view_server *server, enum family family,
		  const char *ret[SCREEN_COLUMNS])
{
	const struct view_family *side = &server->families[family];
	struct cells cells = cells_of(side);
	ret[0] = glue_text(view, server, side);
	ret[1] = child_text(side);
	ret[2] = way_text(cells.udp);
	ret[3] = way_text(cells.tcp);
	ret[4] = way_text(cells.large);
	ret[5] = way_text(cells.same);
}

static void row_side(const struct view *view, const struct view_server *server, enum family family, struct text *out)
{
	const char *cells[SCREEN_COLUMNS];
	screen_cells(view, server, family, cells);
	for (unsigned i = 0; i < SCREEN_COLUMNS; i++)
		text_addf(out, "%-*s", widths[i], cells[i]);
}

/* --- The table --- */

const char *screen_state(enum chain_state state)
{
	static const char *const words[CHAIN_STATE_COUNT] = {[CHAIN_OPEN] = "not known",
							     [CHAIN_GOOD] = "yes",
							     [CHAIN_BROKEN] = "no",
							     [CHAIN_UNTESTED] = "not tested"};
	return words[state];
}

static unsigned width_of(const struct view *view)
{
	char text[NAME_TEXT_MAX];
	size_t width = 16;
	for (unsigned i = 0; i < view->server_count; i++) {
		size_t size = name_to_display(view->servers[i].name, text);
		width = size > width ? size : width;
	}
	return (unsigned)(width < 60 ? width : 60);
}

static void usable_text(const struct view *view, enum family family, struct text *out)
{
	char cell[64];
	unsigned usable = view_usable(view, family);
	snprintf(cell, sizeof(cell), "%u of %d required%s", usable, SERVERS_LEAST,
		 view->states[family] == CHAIN_UNTESTED ? "  not tested"
		 : usable < SERVERS_LEAST               ? "  NOT MET"
							: "");
	text_addf(out, "%-36s", cell);
}

static void chain_text(const struct view *view, enum family family, struct text *out)
{
	char zone[NAME_TEXT_MAX], cell[NAME_TEXT_MAX + 64];
	const struct chain *chain = view->chains[family];
	if (view->states[family] == CHAIN_GOOD)
		snprintf(cell, sizeof(cell), "ok over %s alone", family_title(family));
	else if (view->states[family] == CHAIN_BROKEN)
		snprintf(cell, sizeof(cell), "broken at %s", view_name_text(chain->culprit->zone, zone));
	else
		snprintf(cell, sizeof(cell), "%s", screen_state(view->states[family]));
	text_addf(out, "%-36s", cell);
}

static void line_end(struct text *out)
{
	while (out->size > 0 && out->data[out->size - 1] == ' ')
		out->size--;
	text_add_char(out, '\n');
}

/* V03: a host that IPv4 is made for. */
static void vantage_text(const struct view *view, struct text *out)
{
	char text[IP_PREFIX_TEXT_MAX];
	for (size_t i = 0; view->nat64 != NULL && i < view->nat64->count; i++) {
		ip_prefix_to_text(&view->nat64->prefixes[i], text);
		text_addf(out, ", NAT64 %s", text);
	}
	if (view->is_ipv4_translated)
		text_addf(out, ", IPv4 translated");
}

void screen_zone(const struct view *view, struct text *out)
{
	char zone[NAME_TEXT_MAX], parent[NAME_TEXT_MAX];
	unsigned in_parent = 0, in_child = 0;
	int width = (int)width_of(view) + 4;
	for (unsigned i = 0; i < view->server_count; i++) {
		in_parent += view->servers[i].is_in_parent;
		in_child += view->servers[i].is_in_child;
	}
	text_addf(out, "%s   parent %s (%u NS in delegation, %u in zone)   vantage:", view_name_text(view->zone, zone),
		  view_name_text(view->parent, parent), in_parent, in_child);
	for (enum family family = FAMILY_IPV6; family < FAMILY_COUNT; family++)
		text_addf(out, "%s %s %s", family == FAMILY_IPV6 ? "" : ",", family_title(family),
			  view->states[family] == CHAIN_UNTESTED ? "no" : "yes");
	vantage_text(view, out);
	text_addf(out, "\n\n%-*s%-36s%s\n", width, "", family_title(FAMILY_IPV6), family_title(FAMILY_IPV4));
	text_addf(out, "%-*s", width, "");
	for (unsigned i = 0; i < 2 * SCREEN_COLUMNS; i++)
		text_addf(out, "%-*s", widths[i % SCREEN_COLUMNS], screen_column(i % SCREEN_COLUMNS));
	line_end(out);
	for (unsigned i = 0; i < view->server_count; i++) {
		char name[NAME_TEXT_MAX];
		text_addf(out, "  %-*s", width - 2, view_name_text(view->servers[i].name, name));
		for (enum family family = FAMILY_IPV6; family < FAMILY_COUNT; family++)
			row_side(view, &view->servers[i], family, out);
		line_end(out);
	}
	text_addf(out, "  %-*s", width - 2, "usable servers");
	for (enum family family = FAMILY_IPV6; family < FAMILY_COUNT; family++)
		usable_text(view, family, out);
	line_end(out);
	text_addf(out, "  %-*s", width - 2, "chain from root");
	for (enum family family = FAMILY_IPV6; family < FAMILY_COUNT; family++)
		chain_text(view, family, out);
	line_end(out);
	text_add_char(out, '\n');
	screen_validators(view, out);
}

void screen_legend(struct text *out)
{
	text_addf(out, "legend: ok fine  -- missing  .. not testable or not needed  !! wrong  ?? no answer\n");
}

const char *screen_same(const struct view *view)
{
	enum way_state state = WAY_GOOD;
	for (unsigned i = 0; i < view->server_count; i++) {
		for (enum family family = FAMILY_IPV6; family < FAMILY_COUNT; family++) {
			const struct view_family *side = &view->servers[i].families[family];
			for (unsigned j = 0; j < side->count; j++) {
				if (side->addresses[j].same == WAY_BAD)
					return "no";
				if (side->addresses[j].same != WAY_GOOD)
					state = side->addresses[j].same;
			}
		}
	}
	return state == WAY_GOOD ? "yes" : "where it could be seen";
}

void screen_result(const struct view *view, struct text *out)
{
	char zone[NAME_TEXT_MAX];
	text_addf(out, "result: %s", view_name_text(view->zone, zone));
	for (enum family family = FAMILY_IPV6; family < FAMILY_COUNT; family++) {
		bool is_single = view->states[family] == CHAIN_GOOD && view_usable(view, family) < SERVERS_LEAST;
		text_addf(out, "%s %s-only resolvable %s%s", family == FAMILY_IPV6 ? "" : " |", family_title(family),
			  screen_state(view->states[family]), is_single ? ", without redundancy" : "");
	}
	if (verdict_of(view) == VERDICT_DUAL_ONLY || verdict_of(view) == VERDICT_NONE)
		text_addf(out, " | with both families %s", screen_state(view->dual));
	text_addf(out, " | identical data %s\n", view->server_count > 0 ? screen_same(view) : "not known");
}

/* --- JSON --- */

static void address_json(const struct view_address *address, struct json_writer *json)
{
	char text[IP_ADDR_TEXT_MAX];
	static const char *const words[WAY_STATE_COUNT] = {[WAY_OPEN] = "open",
							   [WAY_GOOD] = "good",
							   [WAY_BAD] = "wrong",
							   [WAY_SILENT] = "silent",
							   [WAY_UNTESTED] = "untested"};
	ip_addr_to_text(&address->endpoint.addr, text);
	json_begin_object(json, NULL);
	json_text(json, "address", text);
	json_bool(json, "glue", address->is_glue);
	json_bool(json, "zone", address->is_child);
	json_text(json, "udp", words[address->udp]);
	json_text(json, "tcp", words[address->tcp]);
	json_text(json, "edns1232", words[address->large]);
	json_text(json, "same", words[address->same]);
	if (address->udp == WAY_GOOD)
		json_number(json, "serial", address->serial);
	if (address->tls != NULL) {
		json_text(json, "tls", words[address->tls->state != FACT_REPLY ? WAY_SILENT : WAY_GOOD]);
		json_bool(json, "tls_name_right", address->tls->seen.is_name_right);
	}
	if (address->https != NULL) {
		json_text(json, "https", words[address->https->state != FACT_REPLY ? WAY_SILENT : WAY_GOOD]);
		json_bool(json, "https_name_right", address->https->seen.is_name_right);
	}
	json_number(json, "udp_sent", address->wire.udp_sent);
	json_number(json, "udp_passed", address->wire.udp_passed);
	json_number(json, "udp_lost", address->wire.udp_lost);
	json_number(json, "fragment", address->wire.fragment);
	json_number(json, "segment", address->wire.segment);
	json_number(json, "segment_passed", address->wire.segment_passed);
	json_number(json, "segment_lost", address->wire.segment_lost);
	json_end_object(json);
}

static void server_json(const struct view_server *server, struct json_writer *json)
{
	char text[NAME_TEXT_MAX];
	json_begin_object(json, NULL);
	json_text(json, "name", view_name_text(server->name, text));
	json_bool(json, "in_delegation", server->is_in_parent);
	json_bool(json, "in_zone", server->is_in_child);
	for (enum family family = FAMILY_IPV6; family < FAMILY_COUNT; family++) {
		json_begin_array(json, family_text(family));
		for (unsigned i = 0; i < server->families[family].count; i++)
			address_json(&server->families[family].addresses[i], json);
		json_end_array(json);
	}
	json_end_object(json);
}

static void family_json(const struct view *view, enum family family, struct json_writer *json)
{
	static const char *const words[CHAIN_STATE_COUNT] = {
		[CHAIN_OPEN] = "open", [CHAIN_GOOD] = "yes", [CHAIN_BROKEN] = "no", [CHAIN_UNTESTED] = "untested"};
	char text[NAME_TEXT_MAX];
	json_begin_object(json, family_text(family));
	json_text(json, "resolvable", words[view->states[family]]);
	json_number(json, "usable_servers", view_usable(view, family));
	json_bool(json, "meant", verdict_is_meant(view, family));
	if (view->states[family] == CHAIN_BROKEN) {
		json_text(json, "culprit", view_name_text(view->chains[family]->culprit->zone, text));
		json_text(json, "cause", chain_cause_text(view->chains[family]->culprit->cause));
		if (verdict_cause(view, family) != FINDING_CODE_COUNT)
			json_text(json, "code", finding_row(verdict_cause(view, family))->code);
	}
	json_end_object(json);
}

void screen_json(const struct view *view, struct json_writer *json)
{
	char text[NAME_TEXT_MAX], prefix[IP_PREFIX_TEXT_MAX];
	uint64_t signed_until_s;
	json_begin_object(json, NULL);
	json_text(json, "zone", view_name_text(view->zone, text));
	json_text(json, "parent", view_name_text(view->parent, text));
	for (enum family family = FAMILY_IPV6; family < FAMILY_COUNT; family++)
		family_json(view, family, json);
	json_text(json, "verdict", verdict_text(verdict_of(view)));
	json_bool(json, "signed", view->is_signed);
	if (verdict_signed_until(view, &signed_until_s))
		json_number(json, "signed_until", (int64_t)signed_until_s);
	json_begin_array(json, "nat64");
	for (size_t i = 0; view->nat64 != NULL && i < view->nat64->count; i++) {
		ip_prefix_to_text(&view->nat64->prefixes[i], prefix);
		json_text(json, NULL, prefix);
	}
	json_end_array(json);
	json_begin_array(json, "servers");
	for (unsigned i = 0; i < view->server_count; i++)
		server_json(&view->servers[i], json);
	json_end_array(json);
	screen_validators_json(view, json);
	json_end_object(json);
}
