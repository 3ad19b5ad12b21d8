/* SPDX-License-Identifier: BSD-2-Clause */
/* A frame of dnstap: what is told is well formed, and prints harmlessly. */
#include "signals/column.h"
#include "signals/line.h"
#include "tests/fuzz/require.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct line_reader reader = {.format = LINE_ANY};
	struct event event;
	struct text out = {0};
	if (line_read_frame(&reader, span_of(data, size), &event) != LINE_EVENT)
		return 0;
	REQUIRE(event.kind < EVENT_VALIDATION && event.stream != STREAM_UNKNOWN);
	REQUIRE((event.flags & ~event.flags_known) == 0);
	if (event_has(&event, EVENT_HAS_QNAME)) {
		struct span wire = span_of(event.qname.wire, sizeof(event.qname.wire));
		struct name name;
		REQUIRE(name_take(&wire, &name) == ERR_OK);
	}
	event_print_json(&event, &out);
	size_t line = out.size;
	event_print_text(&event, &out);
	for (size_t i = line; i + 1 < out.size; i++)
		REQUIRE((unsigned char)out.data[i] >= ' ' && out.data[i] != 0x7f);
	text_free(&out);
	return 0;
}
