/* SPDX-License-Identifier: BSD-2-Clause */
#include "zone/zonefile.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Any octets as the zone file of example.com, into the real builder. Every finding must lie inside the text. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct name_buffer buffer;
	struct zonefile_options options = {.path = "fuzz.zone", .generate_max = 300};
	struct zone_builder *builder;
	struct zone *zone;
	struct finding_list *findings = finding_list_new();
	if (findings == NULL ||
	    name_from_text(span_text("example.com."), name_root, &buffer, &options.origin, NULL) != ERR_OK ||
	    zone_builder_new(options.origin, &builder) != ERR_OK)
		abort();
	int err = zonefile_parse_text(&options, span_of(data, size), builder, findings);
	size_t errors = finding_count_at_least(findings, SEVERITY_ERROR);
	if ((err == ERR_OK) != (errors == 0) || (err != ERR_OK && err != ERR_FINDINGS))
		abort();
	for (size_t i = 0; i < finding_count(findings); i++) {
		const struct finding *finding = finding_at(findings, i);
		if (finding->place.line > size + 1 || finding->place.column > size + 1)
			abort();
	}
	if (err != ERR_OK)
		zone_builder_free(builder);
	else if (zone_builder_finish(builder, findings, &zone, NULL) == ERR_OK)
		zone_free(zone);
	finding_list_free(findings);
	return 0;
}
