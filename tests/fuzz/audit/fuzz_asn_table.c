/* SPDX-License-Identifier: BSD-2-Clause */
/* A table of autonomous systems, from anywhere: reading it ends, and no look-up leaves it. */
#include "audit/asn_table.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct asn_table *table = NULL;
	size_t line = 0;
	if (asn_table_new(span_of(data, size), &line, &table) != ERR_OK)
		return 0;
	for (size_t i = 0; i + 16 <= size && i < 64; i++) {
		struct ip_addr six = ip_addr_v6(data + i), four = ip_addr_v4(data + i);
		uint32_t asn;
		bool is_found = asn_table_find(table, &six, &asn) || asn_table_find(table, &four, &asn);
		if (is_found && asn_table_count(table) == 0)
			abort();
	}
	asn_table_free(table);
	return 0;
}
