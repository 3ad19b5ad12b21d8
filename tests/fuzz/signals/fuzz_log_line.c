/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Lines of logs: whatever they say, what is printed holds no command for a terminal, and what is printed as JSON is
 * read as the same event.
 */
#include "signals/column.h"
#include "signals/line.h"
#include "tests/fuzz/require.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct stamp_clock fuzz_clock = {.now_us = 1795350000000000, .zone_s = 3600};

static void check_text(const struct event *event)
{
	struct text out = {0};
	event_print_text(event, &out);
	REQUIRE(out.size > 0 && out.data[out.size - 1] == '\n');
	for (size_t i = 0; i + 1 < out.size; i++)
		REQUIRE((unsigned char)out.data[i] >= ' ' && out.data[i] != 0x7f);
	text_free(&out);
}

static void check_json(const struct event *event)
{
	struct line_reader reader = {.clock = fuzz_clock, .format = LINE_SEXTANT};
	struct event plain = *event, again;
	struct text first = {0}, second = {0};
	/* What is no UTF-8 in these is replaced, and may grow out of its room. */
	plain.reason[0] = plain.service[0] = '\0';
	event_print_json(&plain, &first);
	REQUIRE(line_read(&reader, span_of(first.data, first.size - 1), &again) == LINE_EVENT);
	again.source = plain.source;
	event_print_json(&again, &second);
	REQUIRE(strcmp(first.data, second.data) == 0);
	text_free(&first);
	text_free(&second);
}

static void check_line(struct line_reader *reader, struct span line)
{
	struct event event;
	uint64_t count = reader->event_count;
	if (line_read(reader, line, &event) != LINE_EVENT) {
		REQUIRE(reader->event_count == count);
		return;
	}
	REQUIRE(event.source < LINE_FORMAT_COUNT && event.kind < EVENT_KIND_COUNT && event.stream < STREAM_COUNT);
	REQUIRE((event.flags & ~event.flags_known) == 0);
	if (event_has(&event, EVENT_HAS_QNAME)) {
		struct span wire = span_of(event.qname.wire, sizeof(event.qname.wire));
		struct name name;
		REQUIRE(name_take(&wire, &name) == ERR_OK);
	}
	check_text(&event);
	check_json(&event);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct line_reader reader = {.clock = fuzz_clock, .format = LINE_ANY};
	while (size > 0) {
		const uint8_t *end = memchr(data, '\n', size);
		size_t length = end != NULL ? (size_t)(end - data) : size;
		check_line(&reader, span_of(data, length));
		length += end != NULL;
		data += length;
		size -= length;
	}
	REQUIRE(reader.line_count == reader.event_count + reader.passed_over_count + reader.unread_count);
	return 0;
}
