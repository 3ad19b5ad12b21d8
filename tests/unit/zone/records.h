/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Records made in C for zone tests, and finished zones.
 * Never reads files: the parser has tests of its own.
 */
#ifndef TESTS_UNIT_ZONE_RECORDS_H
#define TESTS_UNIT_ZONE_RECORDS_H

#include "tests/unit/cmocka_all.h"
#include "zone/builder.h"
#include "zone/search.h"

#include <string.h>

struct made {
	struct zone_builder *builder;
	struct finding_list *findings;
	struct zone *zone;
	struct zone_places *places;
	uint32_t line;
};

static inline struct name name_made(const char *text, struct name_buffer *buffer)
{
	struct name name;
	assert_int_equal(name_from_text(span_text(text), name_root, buffer, &name, NULL), ERR_OK);
	return name;
}

static inline struct made made_new(const char *apex)
{
	struct made made = {.findings = finding_list_new()};
	struct name_buffer buffer;
	uint16_t file;
	assert_int_equal(zone_builder_new(name_made(apex, &buffer), &made.builder), ERR_OK);
	assert_int_equal(zone_builder_add_file(made.builder, "made.zone", &file), ERR_OK);
	assert_int_equal(file, 0);
	return made;
}

static inline void made_add_span(struct made *made, struct name owner, uint16_t type, uint32_t ttl, struct span rdata)
{
	assert_int_equal(zone_builder_add(made->builder, owner, type, ttl, rdata, 0, ++made->line), ERR_OK);
}

/* RDATA: the octets of front, then, unless NULL, a name. */
static inline void made_add(struct made *made, const char *owner, uint16_t type, uint32_t ttl, const void *front,
                            size_t front_size, const char *target)
{
	uint8_t rdata[600];
	struct name_buffer owner_buffer, target_buffer;
	if (front_size > 0)
		memcpy(rdata, front, front_size);
	if (target != NULL) {
		struct name name = name_made(target, &target_buffer);
		memcpy(rdata + front_size, name.wire, name.size);
		front_size += name.size;
	}
	made_add_span(made, name_made(owner, &owner_buffer), type, ttl, span_of(rdata, front_size));
}

static inline void made_add_a(struct made *made, const char *owner, uint8_t last)
{
	made_add(made, owner, RR_A, 300, (uint8_t[]){192, 0, 2, last}, 4, NULL);
}

static inline void made_add_aaaa(struct made *made, const char *owner, uint8_t last)
{
	made_add(made, owner, RR_AAAA, 300, (uint8_t[16]){0x20, 1, 0xd, 0xb8, [15] = last}, 16, NULL);
}

static inline void made_add_soa(struct made *made, const char *owner)
{
	uint8_t rdata[22] = {0, 0, 0, 0, 0, 7};
	made_add(made, owner, RR_SOA, 3600, rdata, sizeof(rdata), NULL);
}

static inline int made_finish(struct made *made)
{
	int err = zone_builder_finish(made->builder, made->findings, &made->zone, &made->places);
	made->builder = NULL;
	return err;
}

static inline void made_free(struct made *made)
{
	zone_builder_free(made->builder);
	zone_free(made->zone);
	zone_places_free(made->places);
	finding_list_free(made->findings);
}

static inline size_t made_findings(const struct made *made, enum finding_code code)
{
	size_t count = 0;
	for (size_t i = 0; i < finding_count(made->findings); i++)
		count += finding_at(made->findings, i)->code == code;
	return count;
}

static inline const struct zone_node *made_node(const struct made *made, const char *text)
{
	struct name_buffer buffer;
	return zone_node_find(made->zone, name_made(text, &buffer));
}

static inline struct zone_match made_search(const struct made *made, const char *text)
{
	struct name_buffer buffer;
	struct zone_match match = {0};
	zone_search(made->zone, name_made(text, &buffer), &match);
	return match;
}

static inline void assert_node_name(const struct zone_node *node, const char *text)
{
	char got[NAME_TEXT_MAX];
	assert_non_null(node);
	name_to_text(zone_node_name(node), got);
	assert_string_equal(got, text);
}

#endif
