/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * zone_dump FILE ORIGIN: loads a zone and prints its records in canonical order, one a line, RDATA as RFC 3597
 * writes unknown types, so that a comparison with other programs does not lean on our own text forms.
 * Findings go to stderr as FILE:LINE:COLUMN: CODE: cause. Exit code 1: the zone does not load.
 */
#include "base/encoding.h"
#include "zone/zonefile.h"

#include <stdio.h>

static void record_print(struct name owner, const struct rrset *rrset, struct span rdata)
{
	char name[NAME_TEXT_MAX];
	struct text hex = {0};
	name_to_text(owner, name);
	hex_encode(rdata, &hex);
	printf("%s %u CLASS1 TYPE%u \\# %zu %s\n", name, rrset->ttl, rrset->type, rdata.size, text_string(&hex));
	text_free(&hex);
}

static void node_print(const struct zone_node *node)
{
	const struct rrset *rrset;
	for (size_t i = 0; (rrset = zone_node_rrset_at(node, i)) != NULL; i++) {
		struct span rdata;
		for (size_t position = 0; rrset_next(rrset, &position, &rdata);)
			record_print(zone_node_name(node), rrset, rdata);
	}
}

static void zone_print(const struct zone *zone)
{
	const struct zone_node *node;
	for (node = zone_node_first(zone); node != NULL; node = zone_node_next(zone, node))
		node_print(node);
	for (node = zone_nsec3_first(zone); node != NULL; node = zone_nsec3_next(zone, node))
		node_print(node);
}

int main(int argc, char **argv)
{
	struct name_buffer buffer;
	struct zonefile_options options = {.is_include_allowed = true};
	struct finding_list *findings = finding_list_new();
	if (argc != 3 || findings == NULL ||
	    name_from_text(span_text(argv[2]), name_root, &buffer, &options.origin, NULL) != ERR_OK) {
		fprintf(stderr, "usage: zone_dump FILE ORIGIN\n");
		return 2;
	}
	options.path = argv[1];
	struct zone *zone = NULL;
	int err = zone_load(&options, findings, &zone, NULL);
	for (size_t i = 0; i < finding_count(findings); i++) {
		const struct finding *finding = finding_at(findings, i);
		fprintf(stderr, "%s:%u:%u: %s: %s\n", finding->place.file, finding->place.line, finding->place.column,
		        finding_row(finding->code)->code, finding->cause);
	}
	if (err == ERR_OK) {
		zone_print(zone);
		zone_free(zone);
	}
	finding_list_free(findings);
	return err == ERR_OK ? 0 : 1;
}
