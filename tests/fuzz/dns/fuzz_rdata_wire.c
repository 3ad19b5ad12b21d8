/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Octets 0-1: the type (reduced to the range that has rows); octet 2: where the RDATA starts in what follows when
 * that is read as a message. Whatever passes the check must survive all walkers and come back from its text.
 */
#include "dns/rdata.h"
#include "tests/unit/dns/rdata_tokens.h"
#include "tests/fuzz/require.h"

#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct rdata_token tokens[70000];
static uint8_t first[RDATA_MAX + 1];
static uint8_t second[RDATA_MAX + 1];

static void text_round_trip(uint16_t type, struct span rdata)
{
	struct text text = {0};
	struct rdata_error error;
	struct writer out = writer_of(first, sizeof first);
	rdata_to_text(type, rdata, &text);
	size_t count = tokens_of(span_of(text_string(&text), text.size), tokens, sizeof tokens / sizeof tokens[0]);
	int err = rdata_from_text(type, tokens, count, name_root, &out, &error);
	if (err != ERR_OK)
		fprintf(stderr, "%s: %s\n", text_string(&text), error.message);
	REQUIRE(err == ERR_OK);
	REQUIRE(span_equal(writer_span(&out), rdata));
	text_free(&text);
}

static void walk(uint16_t type, struct span rdata)
{
	struct rdata_name name;
	struct writer out = writer_of(second, sizeof second);
	REQUIRE(rdata_canonical(type, rdata, &out) == ERR_OK);
	REQUIRE(out.size == rdata.size);
	REQUIRE(rdata_check(type, writer_span(&out)) == ERR_OK);
	REQUIRE(rdata_compare(type, rdata, writer_span(&out)) == 0);
	for (size_t position = 0; rdata_next_name(type, rdata, &position, &name);)
		REQUIRE(name.offset + name.name.size <= rdata.size && name.name.wire == rdata.data + name.offset);
	uint16_t key;
	struct span value;
	size_t values = 0;
	for (size_t position = 0; type == RR_SVCB && rdata_next_svcparam(rdata, &position, &key, &value);)
		values += value.size + 4;
	REQUIRE(values <= rdata.size);
	rdata_bitmap_has(type, rdata, (uint16_t)rdata.size);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size < 3 || size > RDATA_MAX)
		return 0;
	uint16_t type = load_u16(data) % 270;
	size_t offset = data[2];
	struct span rest = span_of(data + 3, size - 3);
	if (rdata_check(type, rest) == ERR_OK) {
		text_round_trip(type, rest);
		walk(type, rest);
	}
	static uint8_t copied[RDATA_MAX + 1];
	struct writer out = writer_of(copied, sizeof copied);
	if (offset <= rest.size && rdata_from_message(type, rest, offset, rest.size - offset, &out) == ERR_OK) {
		REQUIRE(rdata_check(type, writer_span(&out)) == ERR_OK);
		text_round_trip(type, writer_span(&out));
		walk(type, writer_span(&out));
	}
	return 0;
}
