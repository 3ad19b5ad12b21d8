/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/audit/audit.h"

#include <string.h>

/* Z-18: the delegations in a zone file, before the file is served. */

#define ADDRESSES_MOST 64 /* rows of one delegation; more than any referral holds */

struct reading {
	struct audit *audit;
	const struct zone *zone;
	const struct zone_places *places;
	struct given_server rows[ADDRESSES_MOST]; /* of the delegation at hand */
	size_t count;
};

/* The addresses that the zone's servers give with the referral: glue at or below the cut, and what the zone itself says
 * of a host. What lies below another delegation need not be sent (RFC 9471 2.2): that zone is walked. */
static const struct zone_node *addresses_node(const struct reading *reading, struct name cut, struct name server)
{
	if (!name_is_at_or_below(server, zone_apex(reading->zone)))
		return NULL;
	const struct zone_node *node = zone_node_find(reading->zone, server);
	if (node == NULL || name_is_at_or_below(server, cut))
		return node;
	return zone_node_is_cut(node) || zone_node_is_below_cut(node) ? NULL : node;
}

static void row_add(struct reading *reading, struct name server, const struct ip_endpoint *endpoint)
{
	if (reading->count < ADDRESSES_MOST)
		reading->rows[reading->count++] = (struct given_server){.name = server, .endpoint = *endpoint};
}

static void server_add(struct reading *reading, struct name cut, struct name server)
{
	static const uint16_t types[FAMILY_COUNT] = {[FAMILY_IPV6] = RR_AAAA, [FAMILY_IPV4] = RR_A};
	const struct zone_node *node = addresses_node(reading, cut, server);
	struct ip_endpoint endpoint = {0};
	size_t before = reading->count;
	for (enum family family = FAMILY_IPV6; node != NULL && family < FAMILY_COUNT; family++) {
		const struct rrset *rrset = zone_node_rrset(node, types[family]);
		size_t position = 0;
		struct span rdata;
		while (rrset != NULL && rrset_next(rrset, &position, &rdata)) {
			endpoint = (struct ip_endpoint){.addr.family = family, .port = reading->audit->options.port};
			memcpy(endpoint.addr.bytes, rdata.data, rdata.size);
			row_add(reading, server, &endpoint);
		}
	}
	if (reading->count == before)
		row_add(reading, server, &(struct ip_endpoint){0});
}

static bool is_target(const struct audit *audit, size_t operands, struct name zone)
{
	for (size_t i = 0; i < operands; i++) {
		if (name_equal(audit->targets[i].zone, zone))
			return true;
	}
	return false;
}

static int cut_take(struct reading *reading, const struct zone_node *node, size_t operands)
{
	struct audit *audit = reading->audit;
	const struct rrset *ns = zone_node_rrset(node, RR_NS);
	struct name cut = zone_node_name(node);
	size_t position = 0;
	struct span rdata;
	reading->count = 0;
	while (rrset_next(ns, &position, &rdata))
		server_add(reading, cut, name_of(rdata.data));
	const struct given_server *servers = arena_copy(
		audit->arena, reading->rows, reading->count * sizeof(*reading->rows), _Alignof(struct given_server));
	struct given *given = servers != NULL ? audit_given_add(audit) : NULL;
	if (given == NULL || (!is_target(audit, operands, cut) && audit_target_add(audit, cut) == NULL))
		return EXIT_INTERNAL;
	*given = (struct given){.zone = cut,
				.servers = servers,
				.server_count = reading->count,
				.has_ds = true,
				.ds = zone_node_rrset(node, RR_DS),
				.place = zone_place(reading->places, ns, 0)};
	return EXIT_OK;
}

static int cuts_take(struct audit *audit, const struct check_zone *from)
{
	struct reading reading = {.audit = audit, .zone = from->zone, .places = from->places};
	size_t operands = audit->count, before = audit->given_count;
	for (const struct zone_node *node = zone_node_first(from->zone); node != NULL;
	     node = zone_node_next(from->zone, node)) {
		if (!zone_node_is_cut(node) || zone_node_is_below_cut(node))
			continue;
		int code = cut_take(&reading, node, operands);
		if (code != EXIT_OK)
			return code;
	}
	if (audit->given_count == before)
		return cli_usage_error(audit->cli, "--children %s: there is no delegation in it", from->path);
	return EXIT_OK;
}

/* What is wrong with the file is told as `sextant check` tells it; it cannot be served, so its delegations are not
 * asked. */
static int file_take(struct audit *audit, const char *path, const char *origin, struct finding_list *findings)
{
	struct name_buffer buffer;
	struct name apex;
	int err = origin != NULL ? name_from_text(span_text(origin), name_root, &buffer, &apex, NULL)
				 : check_guess_apex(path, &buffer, &apex);
	if (err != ERR_OK && origin != NULL)
		return cli_usage_error(audit->cli, "-o %s: no domain name", origin);
	if (err == ERR_NOT_FOUND)
		return cli_usage_error(audit->cli, "%s does not say which zone it is; give its name with -o", path);
	if (err != ERR_OK)
		return cli_usage_error(audit->cli, "%s: %s", path, err_text(err));
	return check_load_zone(&audit->children, path, apex, findings) == ERR_OK ? EXIT_OK : EXIT_INTERNAL;
}

static int files_take(struct audit *audit, const char *const *paths, size_t count, struct finding_list *findings)
{
	const char *const *origins;
	size_t origin_count = cli_values(audit->cli, "origin", &origins);
	bool is_whole = true;
	if (origin_count > count)
		return cli_usage_error(audit->cli, "%zu times -o for %zu zone file%s", origin_count, count,
				       count == 1 ? "" : "s");
	for (size_t i = 0; i < count; i++) {
		int code = file_take(audit, paths[i], i < origin_count ? origins[i] : NULL, findings);
		if (code != EXIT_OK)
			return code;
		is_whole = is_whole && audit->children.zones[i].zone != NULL;
	}
	if (!is_whole) {
		int code = cli_report_findings(audit->cli, "sextant.audit/1", findings, 0);
		return code != EXIT_OK ? code : EXIT_FOUND;
	}
	for (size_t i = 0; i < count; i++) {
		int code = cuts_take(audit, &audit->children.zones[i]);
		if (code != EXIT_OK)
			return code;
	}
	return EXIT_OK;
}

/* The whole table in order; of two delegations of one zone nobody knows which is meant. */
static int given_close(struct audit *audit)
{
	char zone[NAME_TEXT_MAX];
	given_sort(audit->given, audit->given_count);
	audit->options.given = (struct given_table){.rows = audit->given, .count = audit->given_count};
	for (size_t i = 1; i < audit->given_count; i++) {
		if (!name_equal(audit->given[i - 1].zone, audit->given[i].zone))
			continue;
		name_to_display(audit->given[i].zone, zone);
		return cli_usage_error(audit->cli, "the delegation of %s is given twice", zone);
	}
	return EXIT_OK;
}

int audit_children_take(struct audit *audit)
{
	const char *const *paths;
	size_t count = cli_values(audit->cli, "children", &paths);
	struct finding_list *findings = finding_list_new();
	if (findings == NULL)
		return EXIT_INTERNAL;
	int code = files_take(audit, paths, count, findings);
	finding_list_free(findings);
	return code == EXIT_OK ? given_close(audit) : code;
}
