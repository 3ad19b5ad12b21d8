/* SPDX-License-Identifier: BSD-2-Clause */
/* An inventory of service names, as any text: what is taken from it, written out again, is read as the same. */
#include "audit/inventory.h"
#include "base/text.h"
#include "dns/rrtype.h"
#include "tests/fuzz/require.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void row_write(const struct inventory_row *row, struct text *out)
{
	char text[NAME_TEXT_MAX];
	name_to_text(row->name, text);
	for (const char *at = text; *at != '\0'; at++) { /* in a name, "#" begins no comment when it is escaped */
		if (*at == '#')
			text_add(out, "\\035");
		else
			text_add_char(out, *at);
	}
	for (enum inventory_type type = INVENTORY_AAAA; type < INVENTORY_TYPE_COUNT; type++) {
		rrtype_to_text(inventory_rrtype(type), text);
		if (row->wants[type])
			text_addf(out, " %s", text);
	}
	if (row->port > 0)
		text_addf(out, "\t%u", row->port);
	text_add_char(out, '\n');
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char message[160] = "";
	struct arena *arena = arena_new(1 << 16);
	struct inventory first, second;
	struct text out = {0};
	int err = inventory_read(arena, span_of(data, size), &first, message);
	REQUIRE(err == ERR_OK || strlen(message) > 3);
	for (size_t i = 0; err == ERR_OK && i < first.count; i++)
		row_write(&first.rows[i], &out);
	if (err == ERR_OK) {
		REQUIRE(inventory_read(arena, span_of((const uint8_t *)text_string(&out), out.size), &second,
				       message) == ERR_OK);
		REQUIRE(first.count == second.count);
	}
	for (size_t i = 0; err == ERR_OK && i < first.count; i++) {
		const struct inventory_row *a = &first.rows[i], *b = &second.rows[i];
		REQUIRE(name_equal(a->name, b->name) && a->port == b->port && a->has_types == b->has_types);
		REQUIRE(memcmp(a->wants, b->wants, sizeof(a->wants)) == 0);
	}
	text_free(&out);
	arena_free(arena);
	return 0;
}
