/* SPDX-License-Identifier: BSD-2-Clause */
/* Two results of audits, from anywhere, one after the other with a NUL between: any two can be compared and told. */
#include "cli/audit/diff.h"
#include "tests/fuzz/require.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *end = memchr(data, '\0', size);
	size_t first = end != NULL ? (size_t)(end - data) : size, second = end != NULL ? size - first - 1 : 0;
	json_t *before = json_loadb((const char *)data, first, JSON_REJECT_DUPLICATES, NULL);
	json_t *after = json_loadb((const char *)data + size - second, second, JSON_REJECT_DUPLICATES, NULL);
	if (before != NULL && after != NULL) {
		struct text out = {0};
		json_t *diff = diff_results(before, after), *same = diff_results(after, after);
		if (diff != NULL) {
			diff_text(diff, &out);
			(void)diff_is_worse(diff, SEVERITY_WARNING);
		}
		/* Nothing is worse than itself. */
		REQUIRE(same == NULL || !diff_is_worse(same, SEVERITY_NOTICE));
		json_decref(diff);
		json_decref(same);
		text_free(&out);
	}
	json_decref(before);
	json_decref(after);
	return 0;
}
