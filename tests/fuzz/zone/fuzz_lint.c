/* SPDX-License-Identifier: BSD-2-Clause */
#include "finding/report.h"
#include "zone/diff.h"
#include "zone/lint.h"
#include "zone/zonefile.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define ZONES_MAX 3
#define NOW_S UINT64_C(1795305600) /* 2026-11-22 */

/* The first octet of each part says which zone it is. */
static const char *const origins[] = {"example.", "c.example.", "8.b.d.0.1.0.0.2.ip6.arpa.", "2.0.192.in-addr.arpa.", "."};

static bool zone_make(struct span text, struct lint_zone *ret)
{
	struct name_buffer buffer;
	struct zonefile_options options = {.path = "fuzz.zone", .generate_max = 100};
	struct zone_builder *builder;
	struct zone *zone;
	struct zone_places *places;
	uint8_t origin;
	if (!span_take_u8(&text, &origin))
		return false;
	struct finding_list *findings = finding_list_new();
	const char *name = origins[origin % (sizeof(origins) / sizeof(origins[0]))];
	if (findings == NULL || name_from_text(span_text(name), name_root, &buffer, &options.origin, NULL) != ERR_OK ||
	    zone_builder_new(options.origin, &builder) != ERR_OK)
		abort();
	bool is_made = zonefile_parse_text(&options, text, builder, findings) == ERR_OK;
	if (!is_made)
		zone_builder_free(builder);
	else
		is_made = zone_builder_finish(builder, findings, &zone, &places) == ERR_OK;
	if (is_made)
		*ret = (struct lint_zone){.zone = zone, .places = places};
	finding_list_free(findings);
	return is_made;
}

/* Whatever is judged, counts agree with what is kept, and nothing in a report can drive a terminal. */
static void judge(const struct lint_zone *zones, size_t count)
{
	struct ip_prefix pref64;
	if (ip_prefix_from_text("2001:db8:64::/64", &pref64) != ERR_OK)
		abort();
	struct lint_input input = {.zones = zones, .zone_count = count, .pref64 = &pref64, .pref64_count = 1, .now_s = NOW_S};
	struct finding_list *findings = finding_list_new();
	struct report_options options = {.has_summary = true, .zone_count = count};
	struct text out = {0};
	zone_lint_all(&input, findings);
	if (finding_count_at_least(findings, SEVERITY_NOTICE) < finding_count(findings))
		abort();
	finding_sort(findings);
	finding_report_text(findings, &options, &out);
	for (size_t i = 0; i < out.size; i++) {
		if (((uint8_t)out.data[i] < 0x20 && out.data[i] != '\n') || out.data[i] == 0x7f)
			abort();
	}
	finding_report_json(findings, "sextant.check/1", &out);
	text_free(&out);
	finding_list_free(findings);
}

/* Up to three zones, with a form feed between them. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct lint_zone zones[ZONES_MAX];
	size_t count = 0;
	while (count < ZONES_MAX && size > 0) {
		const uint8_t *end = memchr(data, '\f', size);
		size_t part = end == NULL ? size : (size_t)(end - data);
		if (zone_make(span_of(data, part), &zones[count]))
			count++;
		data += part + (end != NULL);
		size -= part + (end != NULL);
	}
	if (count > 0)
		judge(zones, count);
	struct zone_diff diff;
	if (count > 1 && name_equal(zone_apex(zones[0].zone), zone_apex(zones[1].zone)))
		zone_diff(zones[0].zone, zones[1].zone, NULL, NULL, &diff);
	for (size_t i = 0; i < count; i++) {
		zone_places_free((struct zone_places *)zones[i].places);
		zone_free((struct zone *)zones[i].zone);
	}
	return 0;
}
