/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/query/grid.h"

#include "base/encoding.h"
#include "dns/rdata.h"

#include <stdlib.h>

static void record_add(const struct message *message, const struct message_item *item, struct text *out)
{
	uint8_t octets[RDATA_MAX], canonical_octets[RDATA_MAX];
	struct writer rdata = writer_of(octets, sizeof(octets));
	struct writer canonical = writer_of(canonical_octets, sizeof(canonical_octets));
	struct name_buffer buffer;
	char owner[NAME_TEXT_MAX];
	name_to_text(name_lower(item->owner, &buffer), owner);
	text_addf(out, "%s %u %u ", owner, item->class, item->type);
	bool is_checked = message_rdata(message, item, &rdata) == ERR_OK &&
	                  rdata_canonical(item->type, writer_span(&rdata), &canonical) == ERR_OK;
	hex_encode(is_checked ? writer_span(&canonical) : item->rdata, out);
}

static int line_compare(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* The lines of text, sorted and without repetitions, appended to out. text is cut up. */
static void lines_sort(struct text *text, size_t count, struct text *out)
{
	char **lines = calloc(count == 0 ? 1 : count, sizeof(*lines));
	if (lines == NULL) {
		out->is_failed = true;
		return;
	}
	char *at = text->data, *rest = NULL;
	for (size_t i = 0; i < count; i++, at = NULL)
		lines[i] = strtok_r(at, "\n", &rest);
	qsort(lines, count, sizeof(*lines), line_compare);
	for (size_t i = 0; i < count; i++)
		if (i == 0 || strcmp(lines[i], lines[i - 1]) != 0)
			text_addf(out, "%s\n", lines[i]);
	free(lines);
}

void query_signature(const struct message *message, struct text *out)
{
	char rcode[HEADER_TEXT_MAX];
	rcode_to_text(message->rcode, rcode);
	text_addf(out, "%s%s\n", rcode, message->error != ERR_OK ? " malformed" : "");
	struct message_place place = {0};
	struct message_item item;
	struct text lines = {0};
	size_t count = 0;
	while (message_next(message, &place, &item) == ERR_OK) {
		bool is_answer = item.section == SECTION_ANSWER && item.type != RR_RRSIG;
		bool is_authority = item.section == SECTION_AUTHORITY && message->counts[SECTION_ANSWER] == 0 &&
		                    (item.type == RR_NS || item.type == RR_SOA);
		if (!is_answer && !is_authority)
			continue;
		record_add(message, &item, &lines);
		text_add_char(&lines, '\n');
		count++;
	}
	if (!lines.is_failed)
		lines_sort(&lines, count, out);
	text_free(&lines);
}
