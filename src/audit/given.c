/* SPDX-License-Identifier: BSD-2-Clause */
#include "audit/given.h"

#include <stdlib.h>

static int given_order(const void *left, const void *right)
{
	return name_compare(((const struct given *)left)->zone, ((const struct given *)right)->zone);
}

void given_sort(struct given *rows, size_t count)
{
	if (count > 1)
		qsort(rows, count, sizeof(*rows), given_order);
}

const struct given *given_find(const struct given_table *table, struct name zone)
{
	const struct given wanted = {.zone = zone};
	return table->count == 0 ? NULL
				 : bsearch(&wanted, table->rows, table->count, sizeof(*table->rows), given_order);
}

const struct given *given_below(const struct given_table *table, struct name zone, struct name name)
{
	for (unsigned labels = zone.labels + 1u; table->count > 0 && labels <= name.labels; labels++) {
		const struct given *given = given_find(table, name_strip(name, name.labels - labels));
		if (given != NULL && given->server_count > 0)
			return given;
	}
	return NULL;
}
