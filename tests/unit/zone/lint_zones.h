/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Zones from text for tests of the linter and of differences.
 * Freed by the caller with lint_zone_free.
 * Never tolerates an error in the text: the test fails.
 */
#ifndef TESTS_UNIT_ZONE_LINT_ZONES_H
#define TESTS_UNIT_ZONE_LINT_ZONES_H

#include "zone/lint.h"
#include "zone/zonefile.h"

#include "tests/unit/cmocka_all.h"

static inline struct lint_zone lint_zone_make(const char *origin_text, const char *text)
{
	struct name_buffer buffer;
	struct name origin;
	struct zone_builder *builder;
	struct finding_list *findings = finding_list_new();
	struct zone *zone = NULL;
	struct zone_places *places = NULL;
	assert_int_equal(name_from_text(span_text(origin_text), name_root, &buffer, &origin, NULL), ERR_OK);
	struct zonefile_options options = {.path = origin_text, .origin = origin};
	assert_int_equal(zone_builder_new(origin, &builder), ERR_OK);
	assert_int_equal(zonefile_parse_text(&options, span_text(text), builder, findings), ERR_OK);
	int rc = zone_builder_finish(builder, findings, &zone, &places);
	if (rc != ERR_OK)
		fail_msg("zone %s: %s: %s", origin_text, err_text(rc),
		         finding_count(findings) > 0 ? finding_at(findings, 0)->cause : "");
	finding_list_free(findings);
	return (struct lint_zone){.zone = zone, .places = places};
}

static inline void lint_zone_free(struct lint_zone *given)
{
	zone_places_free((struct zone_places *)given->places);
	zone_free((struct zone *)given->zone);
}

#endif
