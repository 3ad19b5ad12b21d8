/* SPDX-License-Identifier: BSD-2-Clause */
#include "audit/asn_table.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define ROWS_MOST 10000000 /* the Internet has 1.3 million */
#define LENGTHS 129

struct row {
	struct ip_prefix prefix;
	uint32_t asn, line;
};

/* Sorted by family, length, address: each length that occurs is a run of its own, searched by halves. */
struct asn_table {
	struct row *rows;
	size_t count, capacity;
	struct {
		size_t start, count;
	} runs[FAMILY_COUNT][LENGTHS];
};

/* --- Reading --- */

static bool is_blank(uint8_t octet)
{
	return octet == ' ' || octet == '\t' || octet == '\r';
}

/* The next word of a line, NUL behind it. False: none, or it is too long. */
static bool word_take(struct span *line, char *ret, size_t size)
{
	size_t length = 0;
	while (line->size > 0 && is_blank(line->data[0]))
		*line = span_of(line->data + 1, line->size - 1);
	while (length < line->size && !is_blank(line->data[length]))
		length++;
	if (length == 0 || length >= size || memchr(line->data, 0, length) != NULL)
		return false;
	memcpy(ret, line->data, length);
	ret[length] = '\0';
	*line = span_of(line->data + length, line->size - length);
	return true;
}

static bool asn_read(const char *text, uint32_t *ret)
{
	uint64_t number = 0;
	if ((text[0] == 'A' || text[0] == 'a') && (text[1] == 'S' || text[1] == 's'))
		text += 2;
	if (*text == '\0')
		return false;
	for (; *text != '\0'; text++) {
		if (*text < '0' || *text > '9' || (number = number * 10 + (uint64_t)(*text - '0')) > UINT32_MAX)
			return false;
	}
	*ret = (uint32_t)number;
	return true;
}

static int row_add(struct asn_table *table, const struct row *row)
{
	if (table->count == ROWS_MOST)
		return ERR_LIMIT;
	if (table->count == table->capacity) {
		size_t capacity = table->capacity == 0 ? 1024 : table->capacity * 2;
		struct row *rows = realloc(table->rows, capacity * sizeof(*rows));
		if (rows == NULL)
			return -ENOMEM;
		table->rows = rows;
		table->capacity = capacity;
	}
	table->rows[table->count++] = *row;
	return ERR_OK;
}

static int line_read(struct asn_table *table, struct span line, uint32_t number)
{
	char prefix[IP_PREFIX_TEXT_MAX], asn[16];
	struct row row = {.line = number};
	for (size_t i = 0; i < line.size; i++) {
		if (line.data[i] == '#' || line.data[i] == ';')
			line.size = i;
	}
	struct span rest = line;
	while (rest.size > 0 && is_blank(rest.data[0]))
		rest = span_of(rest.data + 1, rest.size - 1);
	if (rest.size == 0)
		return ERR_OK;
	if (!word_take(&rest, prefix, sizeof(prefix)) || !word_take(&rest, asn, sizeof(asn)) ||
	    ip_prefix_from_text(prefix, &row.prefix) != ERR_OK || !asn_read(asn, &row.asn))
		return ERR_SYNTAX;
	while (rest.size > 0 && is_blank(rest.data[0]))
		rest = span_of(rest.data + 1, rest.size - 1);
	return rest.size == 0 ? row_add(table, &row) : ERR_SYNTAX;
}

/* --- Order --- */

static int key_compare(const struct row *a, const struct row *b)
{
	if (a->prefix.addr.family != b->prefix.addr.family)
		return a->prefix.addr.family < b->prefix.addr.family ? -1 : 1;
	if (a->prefix.length != b->prefix.length)
		return a->prefix.length < b->prefix.length ? -1 : 1;
	return memcmp(a->prefix.addr.bytes, b->prefix.addr.bytes, sizeof(a->prefix.addr.bytes));
}

static int row_compare(const void *a, const void *b)
{
	const struct row *one = a, *two = b;
	int order = key_compare(one, two);
	return order != 0 ? order : (one->line > two->line) - (one->line < two->line);
}

static void table_order(struct asn_table *table)
{
	size_t kept = 0;
	if (table->count > 0)
		qsort(table->rows, table->count, sizeof(*table->rows), row_compare);
	for (size_t i = 0; i < table->count; i++) {
		if (kept > 0 && key_compare(&table->rows[kept - 1], &table->rows[i]) == 0)
			continue;
		table->rows[kept++] = table->rows[i];
	}
	table->count = kept;
	for (size_t i = 0; i < kept; i++) {
		const struct ip_prefix *prefix = &table->rows[i].prefix;
		if (table->runs[prefix->addr.family][prefix->length].count++ == 0)
			table->runs[prefix->addr.family][prefix->length].start = i;
	}
}

int asn_table_new(struct span text, size_t *ret_line, struct asn_table **ret)
{
	struct asn_table *table = calloc(1, sizeof(*table));
	int err = table != NULL ? ERR_OK : -ENOMEM;
	for (*ret_line = 0; err == ERR_OK && text.size > 0;) {
		const uint8_t *end = memchr(text.data, '\n', text.size);
		size_t size = end != NULL ? (size_t)(end - text.data) : text.size;
		++*ret_line;
		err = line_read(table, span_of(text.data, size), (uint32_t)*ret_line);
		size += end != NULL;
		text = span_of(text.data + size, text.size - size);
	}
	if (err != ERR_OK) {
		asn_table_free(table);
		return err;
	}
	table_order(table);
	*ret = table;
	return ERR_OK;
}

void asn_table_free(struct asn_table *table)
{
	if (table == NULL)
		return;
	free(table->rows);
	free(table);
}

size_t asn_table_count(const struct asn_table *table)
{
	return table->count;
}

bool asn_table_find(const struct asn_table *table, const struct ip_addr *addr, uint32_t *ret)
{
	for (int length = (int)(8 * ip_addr_size(addr->family)); length >= 0; length--) {
		size_t start = table->runs[addr->family][length].start, count = table->runs[addr->family][length].count;
		const struct row key = {.prefix = ip_prefix_of(addr, (uint8_t)length)};
		while (count > 0) {
			const struct row *middle = &table->rows[start + count / 2];
			int order = key_compare(&key, middle);
			if (order == 0) {
				*ret = middle->asn;
				return true;
			}
			if (order > 0)
				start += count / 2 + 1;
			count = order > 0 ? count - count / 2 - 1 : count / 2;
		}
	}
	return false;
}
