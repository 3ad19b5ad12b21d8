/* SPDX-License-Identifier: BSD-2-Clause */
#include "dns/svcb.h"

/* The value of one parameter being read: escapes of the string are undone octet by octet, and a list's own escapes
 * on top of them, without a copy of the whole. */
struct value_reader {
	struct span text;
	bool is_escaped_list;
	bool is_comma; /* the octet taken separates two items */
};

/* ERR_TRUNCATED: the end. */
static int value_take(struct value_reader *reader, uint8_t *ret)
{
	int err = rdata_octet_take(&reader->text, ret);
	reader->is_comma = err == ERR_OK && *ret == ',';
	if (err != ERR_OK || !reader->is_escaped_list || *ret != '\\')
		return err;
	/* RFC 9460 A.1: only a comma and a backslash are escaped in a list. */
	err = rdata_octet_take(&reader->text, ret);
	if (err != ERR_OK || (*ret != ',' && *ret != '\\'))
		return ERR_SYNTAX;
	return ERR_OK;
}

/* Items are short: the longest is a protocol of 255 octets. */
#define ITEM_MAX 256

static int list_parse(const struct svcparam_row *row, struct value_reader *reader, struct writer *out)
{
	uint8_t item[ITEM_MAX];
	bool is_last = false;
	while (!is_last) {
		size_t size = 0;
		uint8_t octet;
		int err;
		while ((err = value_take(reader, &octet)) == ERR_OK && !reader->is_comma) {
			if (size == ITEM_MAX)
				return ERR_RANGE;
			item[size++] = octet;
		}
		if (err != ERR_OK && err != ERR_TRUNCATED)
			return err;
		is_last = err == ERR_TRUNCATED;
		err = row->item(span_of(item, size), out);
		if (err != ERR_OK)
			return err;
	}
	return ERR_OK;
}

static int string_parse(struct value_reader *reader, struct writer *out)
{
	uint8_t octet;
	int err;
	while ((err = value_take(reader, &octet)) == ERR_OK)
		writer_u8(out, octet);
	return err == ERR_TRUNCATED ? ERR_OK : err;
}

/* Keys are written in any order but stand in ascending order on the wire (RFC 9460 8). */
static void keys_sort(uint8_t *keys, size_t size)
{
	for (size_t i = 2; i < size; i += 2) {
		uint16_t key = load_u16(keys + i);
		size_t at = i;
		for (; at > 0 && load_u16(keys + at - 2) > key; at -= 2)
			memcpy(keys + at, keys + at - 2, 2);
		store_u16(keys + at, key);
	}
}

static int value_parse(uint16_t key, bool is_numbered, struct span text, struct writer *out)
{
	const struct svcparam_row *row = is_numbered ? NULL : svcparam_find(key);
	struct value_reader reader = {.text = text, .is_escaped_list = row != NULL && row->is_escaped_list};
	if (row == NULL || row->item == NULL)
		return string_parse(&reader, out);
	if (row->is_whole)
		return row->item(text, out);
	size_t start = out->size;
	int err = list_parse(row, &reader, out);
	if (err == ERR_OK && key == SVCPARAM_MANDATORY && !out->is_full)
		keys_sort(out->data + start, out->size - start);
	return err;
}

/* Takes the quotes off a value; false: they do not match. */
static bool value_unquote(struct span *value)
{
	if (value->size == 0 || value->data[0] != '"')
		return !rdata_has_bare_quote(*value);
	if (value->size < 2 || value->data[value->size - 1] != '"')
		return false;
	*value = span_of(value->data + 1, value->size - 2);
	return !rdata_has_bare_quote(*value);
}

/* Moves the parameter at the end of params to where its key belongs. false: the key is there already. */
static bool param_place(uint8_t *params, size_t size, size_t last)
{
	uint16_t key = load_u16(params + last);
	struct span rest = span_of(params, last);
	struct span value;
	uint16_t other;
	size_t at = 0;
	while (svcparam_take(&rest, &other, &value) == ERR_OK && other < key)
		at = last - rest.size;
	if (at == last)
		return true;
	if (load_u16(params + at) == key)
		return false;
	/* Rotate by three reversals: no second buffer, whatever the sizes. */
	const size_t bounds[3][2] = {{at, last}, {last, size}, {at, size}};
	for (unsigned part = 0; part < 3; part++) {
		for (size_t i = bounds[part][0], j = bounds[part][1]; i + 1 < j; i++) {
			uint8_t held = params[i];
			params[i] = params[--j];
			params[j] = held;
		}
	}
	return true;
}

/* "alpn=h2,h3", "key65000=\"a b\"", "ohttp" */
static int param_parse(struct rdata_input *input, size_t start)
{
	struct writer *out = input->out;
	const struct rdata_token *token = rdata_input_token(input);
	struct span text = token->text;
	const uint8_t *equals = text.size > 0 ? memchr(text.data, '=', text.size) : NULL;
	struct span name = span_of(text.data, equals != NULL ? (size_t)(equals - text.data) : text.size);
	struct span value = equals != NULL ? span_of(equals + 1, text.size - name.size - 1) : span_of("", 0);
	uint16_t key;
	if (token->is_quoted)
		return rdata_input_wrong(input, ERR_SYNTAX, "the quotes go around the value: key=\"value\"");
	if (svcparam_from_text(name, &key) != ERR_OK)
		return rdata_input_unfit(input, ERR_SYNTAX);
	if (!value_unquote(&value))
		return rdata_input_wrong(input, ERR_SYNTAX, "the quotes around a value do not match");
	const struct svcparam_row *row = svcparam_find(key);
	bool is_numbered = row == NULL || !span_equal(name, span_text(row->name));
	size_t at = out->size;
	writer_u16(out, key);
	writer_u16(out, 0);
	int err = value_parse(key, is_numbered, value, out);
	if (out->is_full)
		return ERR_SPACE;
	size_t size = out->size - at - SVCPARAM_HEADER;
	if (err == ERR_OK && size > UINT16_MAX)
		err = ERR_RANGE;
	if (err == ERR_OK && row != NULL && !row->is_valid(span_of(out->data + at + SVCPARAM_HEADER, size)))
		err = ERR_SYNTAX;
	if (err != ERR_OK)
		return rdata_input_wrong(input, err, "%.*s needs %s", (int)(name.size < 32 ? name.size : 32), name.data,
					 row != NULL ? row->wanted : "a string with escapes \\DDD or \\X");
	store_u16(out->data + at + 2, (uint16_t)size);
	if (!param_place(out->data + start, out->size - start, at - start))
		return rdata_input_wrong(input, ERR_EXISTS, "%.*s is given twice", (int)name.size, name.data);
	return ERR_OK;
}

int rdata_svcparams_parse(struct rdata_input *input)
{
	size_t start = input->out->size;
	char name[SVCPARAM_TEXT_MAX];
	struct svcb_fault fault;
	for (; input->next < input->count; input->next++) {
		int err = param_parse(input, start);
		if (err != ERR_OK)
			return err;
	}
	int err = svcb_check(span_of(input->out->data + start, input->out->size - start), &fault);
	if (err == ERR_OK)
		return err;
	input->next--;
	svcparam_to_text(fault.key, name);
	return rdata_input_wrong(input, err, "%s %s", name, fault.reason);
}
