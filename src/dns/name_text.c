/* SPDX-License-Identifier: BSD-2-Clause */
#include "dns/name.h"

/* Characters that mean something in a master file (RFC 1035 5.1): escaped so that the text reads back the same. */
static bool octet_is_special(uint8_t octet)
{
	return octet == '.' || octet == '\\' || octet == '"' || octet == ';' || octet == '(' || octet == ')' ||
	       octet == '@' || octet == '$';
}

static size_t octet_to_text(uint8_t octet, char *at)
{
	if (octet_is_special(octet)) {
		at[0] = '\\';
		at[1] = (char)octet;
		return 2;
	}
	if (octet > 0x20 && octet < 0x7f) {
		at[0] = (char)octet;
		return 1;
	}
	at[0] = '\\';
	at[1] = (char)('0' + octet / 100);
	at[2] = (char)('0' + octet / 10 % 10);
	at[3] = (char)('0' + octet % 10);
	return 4;
}

size_t name_to_text(struct name name, char ret_text[NAME_TEXT_MAX])
{
	char *at = ret_text;
	if (name.labels == 0)
		*at++ = '.';
	for (const uint8_t *label = name.wire; *label != 0; label += 1 + *label) {
		for (unsigned i = 1; i <= *label; i++)
			at += octet_to_text(label[i], at);
		*at++ = '.';
	}
	*at = '\0';
	return (size_t)(at - ret_text);
}

size_t name_to_display(struct name name, char ret_text[NAME_TEXT_MAX])
{
	size_t size = name_to_text(name, ret_text);
	if (size > 1)
		ret_text[--size] = '\0';
	return size;
}

/* The octet that text spells at *at, which moves on. ERR_SYNTAX: an escape that is none. */
static int octet_from_escape(struct span text, size_t *at, uint8_t *ret)
{
	const uint8_t *digits = text.data + *at + 1;
	size_t left = text.size - *at - 1;
	if (left == 0)
		return ERR_SYNTAX;
	if (digits[0] < '0' || digits[0] > '9') {
		*ret = digits[0];
		*at += 2;
		return ERR_OK;
	}
	if (left < 3 || digits[1] < '0' || digits[1] > '9' || digits[2] < '0' || digits[2] > '9')
		return ERR_SYNTAX;
	unsigned value =
		(unsigned)(digits[0] - '0') * 100 + (unsigned)(digits[1] - '0') * 10 + (unsigned)(digits[2] - '0');
	if (value > 255)
		return ERR_SYNTAX;
	*ret = (uint8_t)value;
	*at += 4;
	return ERR_OK;
}

/* What is built so far: octets written, and where the open label began. */
struct name_writer {
	uint8_t *wire;
	unsigned size;  /* octets, the open label's length octet included */
	unsigned label; /* offset of the open label's length octet */
	unsigned labels;
};

static int label_close(struct name_writer *writer)
{
	unsigned size = writer->size - writer->label - 1;
	if (size == 0)
		return ERR_SYNTAX;
	writer->wire[writer->label] = (uint8_t)size;
	writer->labels++;
	writer->label = writer->size;
	return ERR_OK;
}

static int label_open(struct name_writer *writer)
{
	if (writer->size >= NAME_MAX - 1)
		return ERR_RANGE;
	writer->size++;
	return ERR_OK;
}

static int label_add(struct name_writer *writer, uint8_t octet)
{
	if (writer->size - writer->label > NAME_LABEL_MAX || writer->size >= NAME_MAX - 1)
		return ERR_RANGE;
	writer->wire[writer->size++] = octet;
	return ERR_OK;
}

/* Octets from text up to the next dot or backslash, moved over at once: nearly all of a name. ERR_RANGE: *at is
 * the first that does not fit. */
static int label_add_plain(struct name_writer *writer, struct span text, size_t *at)
{
	unsigned label_room = writer->label + NAME_LABEL_MAX + 1 - writer->size;
	unsigned name_room = NAME_MAX - 1 - writer->size;
	unsigned room = label_room < name_room ? label_room : name_room;
	uint8_t *to = writer->wire + writer->size;
	const uint8_t *from = text.data + *at;
	size_t left = text.size - *at;
	size_t size = 0;
	while (size < left && from[size] != '.' && from[size] != '\\') {
		if (size == room)
			break;
		to[size] = from[size];
		size++;
	}
	writer->size += (unsigned)size;
	*at += size;
	return size < left && size == room && from[size] != '.' && from[size] != '\\' ? ERR_RANGE : ERR_OK;
}

/* Labels up to the end of the text; *ret_absolute: it ended in a dot. */
static int labels_from_text(struct span text, struct name_writer *writer, size_t *at, bool *ret_absolute)
{
	int rc = label_open(writer);
	while (rc == ERR_OK && *at < text.size) {
		uint8_t octet = text.data[*at];
		if (octet == '.') {
			rc = label_close(writer);
			if (rc != ERR_OK)
				return rc;
			++*at;
			if (*at == text.size) {
				*ret_absolute = true;
				return ERR_OK;
			}
			rc = label_open(writer);
		} else if (octet == '\\') {
			size_t next = *at;
			rc = octet_from_escape(text, &next, &octet);
			if (rc == ERR_OK)
				rc = label_add(writer, octet);
			if (rc == ERR_OK)
				*at = next;
		} else {
			rc = label_add_plain(writer, text, at);
		}
	}
	*ret_absolute = false;
	return rc == ERR_OK ? label_close(writer) : rc;
}

static int name_finish(struct name_writer *writer, struct name tail, struct name *ret)
{
	if (writer->size + tail.size > NAME_MAX)
		return ERR_RANGE;
	memmove(writer->wire + writer->size, tail.wire, tail.size);
	*ret = (struct name){.wire = writer->wire,
			     .size = (uint8_t)(writer->size + tail.size),
			     .labels = (uint8_t)(writer->labels + tail.labels)};
	return ERR_OK;
}

int name_from_text(struct span text, struct name origin, struct name_buffer *buffer, struct name *ret, size_t *ret_bad)
{
	size_t ignored;
	size_t *at = ret_bad != NULL ? ret_bad : &ignored;
	*at = 0;
	struct name_writer writer = {.wire = buffer->wire};
	if (text.size == 1 && text.data[0] == '.')
		return name_finish(&writer, name_root, ret);
	if (text.size == 1 && text.data[0] == '@')
		return origin.wire != NULL ? name_finish(&writer, origin, ret) : ERR_SYNTAX;
	bool is_absolute;
	int rc = labels_from_text(text, &writer, at, &is_absolute);
	if (rc != ERR_OK)
		return rc;
	if (!is_absolute && origin.wire == NULL)
		return ERR_SYNTAX;
	return name_finish(&writer, is_absolute ? name_root : origin, ret);
}
