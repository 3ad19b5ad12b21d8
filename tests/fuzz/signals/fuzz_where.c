/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Expressions: each is compiled, or refused with a place inside it and a message. What is compiled and its negation are
 * opposites for every event, or both unknown.
 */
#include "signals/line.h"
#include "signals/where.h"
#include "tests/fuzz/require.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *const lines[] = {
	"client @0x7f 2001:db8:c::10#39627 (a.lab): query: a.lab IN AAAA + (2001:db8:f::1)",
	"[1795318006] unbound[1:0] reply: 192.0.2.1 www.bogus.lab. A IN SERVFAIL 0.002103 0 136",
	("22-Nov-2026 03:26:45.870 lame-servers: info: RRSIG failed to verify resolving 'www.bogus.lab/AAAA/IN': "
	 "2001:db8::53#53"),
};

static void check_opposite(struct span text, const struct where *where)
{
	struct text opposite = {0};
	struct where *turned;
	struct where_fault fault;
	text_add(&opposite, "not (");
	text_add_size(&opposite, (const char *)text.data, text.size);
	text_add(&opposite, "\n)");
	/* Both limits may be met by one more. */
	if (where_parse(span_of(opposite.data, opposite.size), &turned, &fault) == ERR_OK) {
		for (size_t i = 0; i < sizeof(lines) / sizeof(*lines); i++) {
			struct line_reader reader = {.format = LINE_ANY};
			struct event event;
			REQUIRE(line_read(&reader, span_text(lines[i]), &event) == LINE_EVENT);
			enum truth truth = where_judge(where, &event);
			REQUIRE(where_judge(turned, &event) == TRUTH_YES - truth);
			REQUIRE(truth != TRUTH_UNKNOWN || where_not_told(where, &event) != NULL);
		}
		where_free(turned);
	} else {
		REQUIRE(strstr(fault.message, "at most") != NULL);
	}
	text_free(&opposite);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct where *where;
	struct where_fault fault;
	struct span text = span_of(data, size);
	if (where_parse(text, &where, &fault) == ERR_OK) {
		check_opposite(text, where);
		where_free(where);
		return 0;
	}
	REQUIRE(fault.at + fault.size <= size && fault.message[0] != '\0');
	for (const char *at = fault.message; *at != '\0'; at++)
		REQUIRE(*at >= ' ' && *at <= '~');
	return 0;
}
