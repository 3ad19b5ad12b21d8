/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * First octet even: the rest is a message, the second octet an offset in it where a name stands. Odd: the rest is the
 * text of a name. Where we and libknot both take it, the octets must be the same; what we take must come back from
 * its own text.
 */
#include "dns/name.h"
#include "tests/fuzz/require.h"

#include <libknot/dname.h>
#include <libknot/errcode.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void text_round_trip(struct name name)
{
	char text[NAME_TEXT_MAX];
	struct name_buffer buffer;
	struct name back;
	size_t size = name_to_text(name, text);
	REQUIRE(strlen(text) == size && size < NAME_TEXT_MAX);
	for (size_t i = 0; i < size; i++)
		REQUIRE(text[i] > 0x20 && text[i] < 0x7f);
	REQUIRE(name_from_text(span_of(text, size), name_root, &buffer, &back, NULL) == ERR_OK);
	REQUIRE(back.size == name.size && memcmp(back.wire, name.wire, name.size) == 0);
}

static void arithmetic(struct name name)
{
	struct name_buffer buffer;
	struct name lower = name_lower(name, &buffer);
	REQUIRE(name_equal(name, lower) && name_compare(name, lower) == 0);
	REQUIRE(name_of(name.wire).size == name.size && name_of(name.wire).labels == name.labels);
	REQUIRE(name_common_labels(name, lower) == name.labels);
	struct name parent = name_parent(name);
	REQUIRE(name_is_at_or_below(name, parent));
	REQUIRE(name_is_root(name) == name_is_at_or_below(parent, name));
	REQUIRE(name_is_root(name_strip(name, name.labels)));
}

static void from_message(struct span message, size_t offset)
{
	struct name_buffer buffer;
	struct name name;
	size_t end;
	uint8_t theirs[KNOT_DNAME_MAXLEN];
	int err = name_from_message(message, offset, &buffer, &name, &end);
	int wire_size = offset < message.size ? knot_dname_wire_check(message.data + offset, message.data + message.size,
	                                                              message.data)
	                                      : KNOT_EMALF;
	if (err != ERR_OK)
		return;
	REQUIRE(end > offset && end <= message.size);
	text_round_trip(name);
	arithmetic(name);
	if (wire_size <= 0)
		return;
	int size = knot_dname_unpack(theirs, message.data + offset, sizeof(theirs), message.data);
	REQUIRE((size_t)wire_size == end - offset);
	REQUIRE(size == name.size && memcmp(theirs, name.wire, name.size) == 0);
}

static void from_text(struct span text)
{
	struct name_buffer buffer;
	struct name name;
	size_t bad = 0;
	int err = name_from_text(text, name_root, &buffer, &name, &bad);
	if (err != ERR_OK) {
		REQUIRE(bad <= text.size);
		return;
	}
	text_round_trip(name);
	arithmetic(name);
	char copy[2000];
	knot_dname_storage_t theirs;
	if (text.size >= sizeof(copy) || memchr(text.data, '\0', text.size) != NULL ||
	    (text.size == 1 && text.data[0] == '@'))
		return; /* "@" is the origin here, a label there */
	memcpy(copy, text.data, text.size);
	copy[text.size] = '\0';
	if (knot_dname_from_str(theirs, copy, sizeof(theirs)) == NULL)
		return;
	REQUIRE(knot_dname_size(theirs) == name.size && memcmp(theirs, name.wire, name.size) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size < 2)
		return 0;
	if (data[0] % 2 == 0)
		from_message(span_of(data + 2, size - 2), data[1]);
	else
		from_text(span_of(data + 1, size - 1));
	return 0;
}
