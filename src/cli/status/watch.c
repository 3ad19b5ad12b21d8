/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/status/watch.h"

#include <stdbool.h>
#include <string.h>

#define ROWS_SHOWN 20

static const char *text_of(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));
	return text != NULL ? text : "";
}

static long long number_of(const json_t *object, const char *key)
{
	return (long long)json_integer_value(json_object_get(object, key));
}

/* --- Probes --- */

/* "3 of 24", or why there is no such number. */
static void family_print(FILE *out, const json_t *set, const char *family)
{
	const json_t *side = json_object_get(json_object_get(set, "families"), family);
	const char *sight = text_of(side, "sight");
	char cell[64] = "-";
	if (number_of(set, "rounds") > 0 && strcmp(sight, "not-tested") == 0)
		snprintf(cell, sizeof(cell), "not tested");
	else if (number_of(set, "rounds") > 0 && strcmp(sight, "untried") != 0)
		snprintf(cell, sizeof(cell), "%lld of %lld", number_of(side, "failing"), number_of(side, "probes"));
	fprintf(out, " %-14s", cell);
}

static void set_print(FILE *out, const json_t *set)
{
	const json_t *last = json_object_get(set, "last");
	fprintf(out, "%-12s %8lld ", text_of(set, "set"), number_of(set, "rounds"));
	family_print(out, set, "ipv6");
	family_print(out, set, "ipv4");
	fprintf(out, " %.19s\n", last != NULL ? text_of(last, "begun") : "not yet");
}

static void failing_print(FILE *out, const json_t *set)
{
	size_t i;
	json_t *row;
	const json_t *rows = json_object_get(json_object_get(set, "last"), "rows");
	json_array_foreach(rows, i, row)
	{
		if (i == ROWS_SHOWN) {
			fprintf(out, "  and %zu more: --json has them\n", json_array_size(rows) - ROWS_SHOWN);
			return;
		}
		fprintf(out, "  %-8s %s: %s (since %.19s)\n", text_of(row, "state"), text_of(row, "probe"),
			text_of(row, "reason"), text_of(row, "since"));
	}
}

static void sets_print(FILE *out, const json_t *sets)
{
	size_t i;
	json_t *set;
	if (json_array_size(sets) == 0)
		return;
	fprintf(out, "\n%-12s %8s  %-14s %-14s %s\n", "watch", "rounds", "v6 failing", "v4 failing", "last round");
	json_array_foreach(sets, i, set) set_print(out, set);
	json_array_foreach(sets, i, set) failing_print(out, set);
}

/* --- Delegations --- */

static void servers_print(FILE *out, const json_t *zone, const char *family)
{
	const json_t *side = json_object_get(zone, family);
	char cell[64] = "-";
	bool is_seen = strcmp(text_of(side, "resolvable"), "untested") != 0 &&
		       strcmp(text_of(side, "resolvable"), "unknown") != 0;
	if (side != NULL && is_seen)
		snprintf(cell, sizeof(cell), "%lld of %lld%s", number_of(side, "servers_ok"),
			 number_of(side, "servers"), strcmp(text_of(side, "state"), "good") == 0 ? "" : " !");
	else if (side != NULL)
		snprintf(cell, sizeof(cell), "not tested");
	fprintf(out, " %-12s", cell);
}

static void zone_print(FILE *out, const json_t *zone)
{
	fprintf(out, "%-40s", text_of(zone, "zone"));
	servers_print(out, zone, "ipv6");
	servers_print(out, zone, "ipv4");
	if (json_object_get(zone, "audited") != NULL)
		fprintf(out, " %-12s %.19s", text_of(zone, "verdict"), text_of(zone, "audited"));
	else
		fprintf(out, " %-12s %s", "-", "not yet");
	if (json_object_get(zone, "trouble") != NULL)
		fprintf(out, "  %s", text_of(zone, "trouble"));
	fputc('\n', out);
}

void status_watch_print(FILE *out, const json_t *watch)
{
	size_t i;
	json_t *zone;
	const json_t *zones = json_object_get(watch, "delegations");
	sets_print(out, json_object_get(watch, "sets"));
	if (json_array_size(zones) > 0)
		fprintf(out, "\n%-40s %-12s %-12s %-12s %s\n", "delegation", "v6 servers", "v4 servers", "resolvable",
			"audited");
	json_array_foreach(zones, i, zone) zone_print(out, zone);
}
