/* SPDX-License-Identifier: BSD-2-Clause */
/* A saved book of facts, from anywhere: what is taken from it is written out the same way. */
#include "audit/facts.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void text_of(const struct facts *facts, struct text *out)
{
	facts_to_json(facts, out);
	if (out->is_failed)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char message[160];
	struct text first = {0}, second = {0};
	struct facts *facts = facts_new(SIZE_MAX), *again = facts_new(SIZE_MAX);
	if (facts_from_json(facts, (const char *)data, size, message) == ERR_OK) {
		text_of(facts, &first);
		if (facts_from_json(again, first.data, first.size, message) != ERR_OK)
			abort();
		text_of(again, &second);
		if (first.size != second.size || memcmp(first.data, second.data, first.size) != 0)
			abort();
	}
	text_free(&first);
	text_free(&second);
	facts_free(facts);
	facts_free(again);
	return 0;
}
