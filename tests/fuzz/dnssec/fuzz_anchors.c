/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The input is a file of trust anchors and a state file of RFC 5011 at once. What is taken is found again, and a state that
 * was read is written and read back the same.
 */
#include "dnssec/anchor_upkeep.h"
#include "dnssec/sentinel.h"
#include "tests/fuzz/require.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void file_play(struct span text)
{
	struct anchors *anchors = anchors_new();
	const struct anchor *anchor;
	struct name_buffer buffer;
	struct name name;
	size_t line = 0, lines = 1;
	bool is_negative;
	for (size_t i = 0; i < text.size; i++)
		lines += text.data[i] == '\n';
	int err = anchors_add_file_text(anchors, text, &line);
	REQUIRE(err == ERR_OK || (line >= 1 && line <= lines));
	for (size_t i = 0; (anchor = anchors_at(anchors, i)) != NULL; i++) {
		REQUIRE(anchors_find(anchors, anchor->owner, &is_negative) == anchor && !is_negative);
		REQUIRE(anchor->ds != NULL || anchor->dnskey != NULL);
	}
	if (sentinel_signal(anchors, &buffer, &name) == ERR_OK)
		REQUIRE(name.labels == 1);
	anchors_free(anchors);
}

static void state_play(struct span text)
{
	static const struct anchor root = {.owner = {.wire = (const uint8_t *)"", .size = 1}};
	struct anchor_upkeep *upkeep = NULL, *again = NULL;
	struct text first = {0}, second = {0};
	size_t line = 0;
	REQUIRE(anchor_upkeep_new(&root, &upkeep) == ERR_OK && anchor_upkeep_new(&root, &again) == ERR_OK);
	if (anchor_upkeep_read(upkeep, text, &line) == ERR_OK) {
		struct anchors *anchors = anchors_new();
		anchor_upkeep_write(upkeep, &first);
		REQUIRE(anchor_upkeep_read(again, span_of(first.data, first.size), &line) == ERR_OK);
		anchor_upkeep_write(again, &second);
		REQUIRE(first.size == second.size && memcmp(first.data, second.data, first.size) == 0);
		REQUIRE(anchor_upkeep_anchors(again, anchors) == ERR_OK);
		anchors_free(anchors);
	}
	anchor_upkeep_free(upkeep);
	anchor_upkeep_free(again);
	text_free(&first);
	text_free(&second);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	file_play(span_of(data, size));
	state_play(span_of(data, size));
	return 0;
}
