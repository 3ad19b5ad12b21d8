/* SPDX-License-Identifier: BSD-2-Clause */
#include "dns/name.h"

#include "dns/name_case.h"

const struct name name_root = {.wire = (const uint8_t *)"", .size = 1, .labels = 0};

int name_take(struct span *wire, struct name *ret)
{
	size_t at = 0;
	unsigned labels = 0;
	for (;;) {
		if (at >= wire->size)
			return ERR_TRUNCATED;
		uint8_t size = wire->data[at];
		if (size == 0)
			break;
		if (size > NAME_LABEL_MAX)
			return ERR_SYNTAX;
		at += 1u + size;
		labels++;
		if (at >= NAME_MAX)
			return ERR_SYNTAX;
	}
	at++;
	*ret = (struct name){.wire = wire->data, .size = (uint8_t)at, .labels = (uint8_t)labels};
	wire->data += at;
	wire->size -= at;
	return ERR_OK;
}

struct name name_of(const uint8_t *wire)
{
	size_t at = 0;
	unsigned labels = 0;
	while (wire[at] != 0) {
		at += 1u + wire[at];
		labels++;
	}
	return (struct name){.wire = wire, .size = (uint8_t)(at + 1), .labels = (uint8_t)labels};
}

int name_from_message(struct span message, size_t offset, struct name_buffer *buffer, struct name *ret,
                      size_t *ret_end)
{
	size_t at = offset;
	size_t before = offset; /* a pointer must lead to an offset before this one, so the walk ends */
	size_t end = 0;
	unsigned size = 0;
	unsigned labels = 0;
	for (;;) {
		if (at >= message.size)
			return ERR_TRUNCATED;
		uint8_t first = message.data[at];
		if ((first & 0xc0) == 0xc0) {
			if (message.size - at < 2)
				return ERR_TRUNCATED;
			size_t target = load_u16(message.data + at) & 0x3fff;
			if (end == 0)
				end = at + 2;
			/* RFC 1035 4.1.4: a pointer is to a *prior* occurrence. */
			if (target >= before)
				return ERR_SYNTAX;
			before = target;
			at = target;
			continue;
		}
		if (first > NAME_LABEL_MAX || size + 1u + first > NAME_MAX)
			return ERR_SYNTAX;
		if (message.size - at < 1u + first)
			return ERR_TRUNCATED;
		memcpy(buffer->wire + size, message.data + at, 1u + first);
		size += 1u + first;
		at += 1u + first;
		if (first == 0)
			break;
		labels++;
	}
	*ret = (struct name){.wire = buffer->wire, .size = (uint8_t)size, .labels = (uint8_t)labels};
	*ret_end = end != 0 ? end : at;
	return ERR_OK;
}

bool name_equal(struct name a, struct name b)
{
	if (a.size != b.size)
		return false;
	/* Length octets are below 64 and so no letters: they compare like all else. */
	return octets_equal_any_case(a.wire, b.wire, a.size);
}

/* Offsets of the labels, leftmost first. */
static void name_offsets(struct name name, uint8_t ret_offsets[NAME_LABELS_MAX])
{
	unsigned at = 0;
	for (unsigned i = 0; i < name.labels; i++) {
		ret_offsets[i] = (uint8_t)at;
		at += 1u + name.wire[at];
	}
}

static int label_compare(const uint8_t *a, const uint8_t *b)
{
	unsigned shorter = a[0] < b[0] ? a[0] : b[0];
	for (unsigned i = 1; i <= shorter; i++) {
		int order = octet_lower(a[i]) - octet_lower(b[i]);
		if (order != 0)
			return order;
	}
	return a[0] - b[0];
}

int name_compare(struct name a, struct name b)
{
	uint8_t a_offsets[NAME_LABELS_MAX];
	uint8_t b_offsets[NAME_LABELS_MAX];
	name_offsets(a, a_offsets);
	name_offsets(b, b_offsets);
	unsigned shorter = a.labels < b.labels ? a.labels : b.labels;
	for (unsigned i = 1; i <= shorter; i++) {
		int order = label_compare(a.wire + a_offsets[a.labels - i], b.wire + b_offsets[b.labels - i]);
		if (order != 0)
			return order;
	}
	return a.labels - b.labels;
}

bool name_is_at_or_below(struct name name, struct name ancestor)
{
	if (name.labels < ancestor.labels)
		return false;
	return name_equal(name_strip(name, (unsigned)(name.labels - ancestor.labels)), ancestor);
}

bool name_is_root(struct name name)
{
	return name.labels == 0;
}

bool name_is_wildcard(struct name name)
{
	return name.wire[0] == 1 && name.wire[1] == '*';
}

struct name name_parent(struct name name)
{
	return name_strip(name, 1);
}

struct name name_strip(struct name name, unsigned labels)
{
	while (labels > 0 && name.labels > 0) {
		unsigned size = 1u + name.wire[0];
		name.wire += size;
		name.size = (uint8_t)(name.size - size);
		name.labels--;
		labels--;
	}
	return name;
}

unsigned name_common_labels(struct name a, struct name b)
{
	if (a.labels > b.labels)
		a = name_strip(a, (unsigned)(a.labels - b.labels));
	else
		b = name_strip(b, (unsigned)(b.labels - a.labels));
	unsigned common = 0;
	for (; a.labels > 0; a = name_parent(a), b = name_parent(b)) {
		bool is_equal = a.wire[0] == b.wire[0] && octets_equal_any_case(a.wire + 1, b.wire + 1, a.wire[0]);
		common = is_equal ? common + 1 : 0;
	}
	return common;
}

struct name name_lower(struct name name, struct name_buffer *buffer)
{
	for (unsigned i = 0; i < name.size; i++)
		buffer->wire[i] = octet_lower(name.wire[i]);
	name.wire = buffer->wire;
	return name;
}

struct name name_copy(struct name name, struct name_buffer *buffer)
{
	memmove(buffer->wire, name.wire, name.size);
	name.wire = buffer->wire;
	return name;
}

int name_concatenate(struct name prefix, struct name suffix, struct name_buffer *buffer, struct name *ret)
{
	unsigned head = prefix.size - 1u;
	if (head + suffix.size > NAME_MAX)
		return ERR_RANGE;
	struct name_buffer joined; /* so that either part may lie in buffer already */
	memcpy(joined.wire, prefix.wire, head);
	memcpy(joined.wire + head, suffix.wire, suffix.size);
	memcpy(buffer->wire, joined.wire, head + suffix.size);
	*ret = (struct name){.wire = buffer->wire,
	                     .size = (uint8_t)(head + suffix.size),
	                     .labels = (uint8_t)(prefix.labels + suffix.labels)};
	return ERR_OK;
}
