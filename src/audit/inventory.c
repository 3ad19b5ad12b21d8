/* SPDX-License-Identifier: BSD-2-Clause */
#include "audit/inventory.h"

#include "dns/rrtype.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define PORT_DIGITS_MAX 5

uint16_t inventory_rrtype(enum inventory_type type)
{
	static const uint16_t types[INVENTORY_TYPE_COUNT] = {[INVENTORY_AAAA] = RR_AAAA,
							     [INVENTORY_A] = RR_A,
							     [INVENTORY_MX] = RR_MX,
							     [INVENTORY_HTTPS] = RR_HTTPS,
							     [INVENTORY_SVCB] = RR_SVCB};
	return types[type];
}

struct reading {
	struct span left;
	uint32_t line;
	char *message; /* 160 octets */
};

static bool is_blank(uint8_t octet)
{
	return octet == ' ' || octet == '\t' || octet == '\r';
}

static struct span line_take(struct reading *reading)
{
	const uint8_t *end = memchr(reading->left.data, '\n', reading->left.size);
	size_t size = end != NULL ? (size_t)(end - reading->left.data) : reading->left.size;
	struct span line = span_of(reading->left.data, size);
	const uint8_t *comment = size > 0 ? memchr(line.data, '#', size) : NULL;
	reading->left.data += size + (end != NULL);
	reading->left.size -= size + (end != NULL);
	reading->line++;
	return comment != NULL ? span_of(line.data, (size_t)(comment - line.data)) : line;
}

static struct span word_take(struct span *line)
{
	size_t start = 0, end;
	while (start < line->size && is_blank(line->data[start]))
		start++;
	for (end = start; end < line->size && !is_blank(line->data[end]);)
		end++;
	struct span word = span_of(line->data + start, end - start);
	*line = span_of(line->data + end, line->size - end);
	return word;
}

/* At most 40 characters of it, what is not printable as "?". */
static int refuse(struct reading *reading, struct span word, const char *what)
{
	char shown[41];
	size_t size = word.size < sizeof(shown) - 1 ? word.size : sizeof(shown) - 1;
	for (size_t i = 0; i < size; i++)
		shown[i] = word.data[i] >= 0x20 && word.data[i] < 0x7f ? (char)word.data[i] : '?';
	shown[size] = '\0';
	snprintf(reading->message, 160, "%u: %s %s", reading->line, shown, what);
	return ERR_SYNTAX;
}

static bool port_read(struct span word, uint16_t *ret)
{
	unsigned long port = 0;
	if (word.size > PORT_DIGITS_MAX)
		return false;
	for (size_t i = 0; i < word.size; i++) {
		if (word.data[i] < '0' || word.data[i] > '9')
			return false;
		port = port * 10 + (word.data[i] - '0');
	}
	*ret = (uint16_t)port;
	return port > 0 && port <= UINT16_MAX;
}

static int word_read(struct reading *reading, struct span word, struct inventory_row *row)
{
	uint16_t rrtype;
	if (word.data[0] >= '0' && word.data[0] <= '9')
		return row->port == 0 && port_read(word, &row->port)
			       ? ERR_OK
			       : refuse(reading, word, "is no port, or a second one (1 to 65535, once in a line)");
	for (enum inventory_type type = INVENTORY_AAAA;
	     rrtype_from_text(word, &rrtype) == ERR_OK && type < INVENTORY_TYPE_COUNT; type++) {
		if (inventory_rrtype(type) != rrtype)
			continue;
		row->wants[type] = row->has_types = true;
		return ERR_OK;
	}
	return refuse(reading, word, "is none of AAAA, A, MX, HTTPS, SVCB, nor a port");
}

/* A line that says something. */
static int row_read(struct reading *reading, struct arena *arena, struct span name_text, struct span line,
		    struct inventory_row *row)
{
	struct name_buffer buffer;
	struct name name;
	*row = (struct inventory_row){.line = reading->line};
	if (name_from_text(name_text, name_root, &buffer, &name, NULL) != ERR_OK || name_is_root(name) ||
	    name_is_wildcard(name))
		return refuse(reading, name_text, "is no domain name of a service");
	uint8_t *wire = arena_copy(arena, name.wire, name.size, 1);
	if (wire == NULL)
		return -ENOMEM;
	row->name = (struct name){.wire = wire, .size = name.size, .labels = name.labels};
	for (struct span word = word_take(&line); word.size > 0; word = word_take(&line)) {
		int err = word_read(reading, word, row);
		if (err != ERR_OK)
			return err;
	}
	return ERR_OK;
}

static size_t lines_count(struct span text)
{
	size_t count = 1;
	for (size_t i = 0; i < text.size; i++)
		count += text.data[i] == '\n';
	return count;
}

int inventory_read(struct arena *arena, struct span text, struct inventory *ret, char ret_message[160])
{
	struct reading reading = {.left = text, .message = ret_message};
	size_t room = lines_count(text);
	struct inventory_row *rows = arena_alloc(arena, room * sizeof(*rows), _Alignof(struct inventory_row));
	size_t count = 0;
	if (rows == NULL)
		return -ENOMEM;
	while (reading.left.size > 0) {
		struct span line = line_take(&reading);
		struct span name = word_take(&line);
		if (name.size == 0)
			continue;
		int err = row_read(&reading, arena, name, line, &rows[count]);
		if (err != ERR_OK)
			return err;
		count++;
	}
	*ret = (struct inventory){.rows = rows, .count = count};
	return ERR_OK;
}
