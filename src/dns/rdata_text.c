/* SPDX-License-Identifier: BSD-2-Clause */
#include "dns/rdata.h"

#include "base/encoding.h"
#include "dns/rdata_field.h"

#include <stdarg.h>
#include <stdio.h>

/* RFC 3597 5: "\# 4 C0000201". */
static void generic_print(struct span rdata, struct text *out)
{
	text_addf(out, "\\# %zu", rdata.size);
	if (rdata.size > 0)
		text_add_char(out, ' ');
	hex_encode(rdata, out);
}

/* false: some value has no text form. */
static bool fields_print(const struct rrtype *row, struct span rdata, struct text *out)
{
	struct rdata_cursor cursor;
	struct rdata_piece piece;
	int err;
	rdata_cursor_start(&cursor, row, rdata);
	for (bool is_first = true; (err = rdata_cursor_next(&cursor, &piece)) == ERR_OK; is_first = false) {
		if (!is_first)
			text_add_char(out, ' ');
		if (!rdata_kinds[piece.field->kind].print(&piece, out))
			return false;
	}
	return err == ERR_NOT_FOUND;
}

void rdata_to_text(uint16_t type, struct span rdata, struct text *out)
{
	size_t start = out->size;
	const struct rrtype *row = rrtype_find(type);
	if (row != NULL && row->fields != NULL) {
		if (fields_print(row, rdata, out))
			return;
		out->size = start;
		if (out->data != NULL)
			out->data[start] = '\0';
	}
	generic_print(rdata, out);
}

/* A token as it can stand in a message: short and printable. */
#define SHOWN_MAX 32
static void token_show(struct span text, char ret[SHOWN_MAX + 4])
{
	size_t size = text.size < SHOWN_MAX ? text.size : SHOWN_MAX;
	for (size_t i = 0; i < size; i++)
		ret[i] = text.data[i] >= 0x20 && text.data[i] < 0x7f ? (char)text.data[i] : '?';
	strcpy(ret + size, text.size > SHOWN_MAX ? "..." : "");
}

static const char *article_of(const char *noun)
{
	return strchr("aeioAEIO", noun[0]) != NULL ? "an" : "a";
}

/* A type without a row can still be written as RFC 3597 has it, and wrongly. */
static const char *type_named(const struct rdata_input *input)
{
	return input->row != NULL ? input->row->mnemonic : "RDATA";
}

/* "MX needs a preference (a number from 0 to 65535) before the host" */
static int field_wanted(struct rdata_input *input, char *at, size_t size)
{
	const struct rrfield *field = input->field;
	const struct rrfield *following = field + 1;
	bool has_following = following->kind != FIELD_END && !(field->flags & RRFIELD_REPEATED);
	return snprintf(at, size, "%s needs %s %s (%s)%s%s", type_named(input), article_of(field->name), field->name,
			rdata_kinds[field->kind].wanted, has_following ? " before the " : "",
			has_following ? following->name : "");
}

static int error_place(struct rdata_input *input, int code)
{
	input->error->token = input->next;
	input->error->field = input->field != NULL ? input->field->name : "";
	return code;
}

int rdata_input_unfit(struct rdata_input *input, int code)
{
	char shown[SHOWN_MAX + 4];
	char *message = input->error->message;
	size_t capacity = sizeof input->error->message;
	token_show(rdata_input_token(input)->text, shown);
	int size = field_wanted(input, message, capacity);
	if (size > 0 && (size_t)size < capacity)
		snprintf(message + size, capacity - (size_t)size, ", not \"%s\"", shown);
	return error_place(input, code);
}

int rdata_input_missing(struct rdata_input *input)
{
	input->next = input->count;
	field_wanted(input, input->error->message, sizeof input->error->message);
	return error_place(input, ERR_TRUNCATED);
}

int rdata_input_wrong(struct rdata_input *input, int code, const char *format, ...)
{
	char *message = input->error->message;
	size_t capacity = sizeof input->error->message;
	va_list arguments;
	int size = snprintf(message, capacity, "%s: ", type_named(input));
	va_start(arguments, format);
	vsnprintf(message + size, capacity - (size_t)size, format, arguments);
	va_end(arguments);
	return error_place(input, code);
}

/* "\# 4 C0 00 02 01": tokens from the second on. */
static int generic_parse(struct rdata_input *input, uint16_t type)
{
	static const struct rrfield fields[] = {
		{FIELD_U16, 0, "length"}, {FIELD_HEX, 0, "octets"}, {FIELD_END, 0, NULL}};
	const struct rrfield *length_field = &fields[0];
	const struct rrfield *octets_field = &fields[1];
	uint32_t size;
	input->field = length_field;
	input->next = 1;
	if (input->count < 2)
		return rdata_input_wrong(input, ERR_TRUNCATED, "\\# needs a length and then that many octets in hex");
	if (rdata_decimal(input->tokens[1].text, RDATA_MAX, &size) != ERR_OK)
		return rdata_input_wrong(input, ERR_SYNTAX, "\\# needs a length from 0 to 65535, then octets in hex");
	input->field = octets_field;
	input->next = 2;
	if (input->count > 2) {
		int err = rdata_hex_parse(input);
		if (err == ERR_SPACE)
			return err;
		if (err != ERR_OK)
			return rdata_input_wrong(input, err, "what follows \\# and the length is not octets in hex");
	}
	struct span rdata = span_of(input->out->data + input->start, input->out->size - input->start);
	input->next = 1;
	input->field = length_field;
	if (rdata.size != size)
		return rdata_input_wrong(input, ERR_RANGE, "\\# says %u octets, but %zu follow", size, rdata.size);
	/* RFC 3597 5: a known type may be written like this too; it must still be one. */
	int err = rdata_check(type, rdata);
	input->next = 2;
	input->field = octets_field;
	if (err != ERR_OK)
		return rdata_input_wrong(input, err, "these octets are no RDATA of the type: %s", err_text(err));
	return ERR_OK;
}

static int field_parse(struct rdata_input *input)
{
	const struct rrfield *field = input->field;
	if (input->next == input->count)
		return (field->flags & RRFIELD_OPTIONAL) ? ERR_OK : rdata_input_missing(input);
	int (*parse)(struct rdata_input *) = rdata_kinds[field->kind].parse;
	int err;
	do {
		err = parse(input);
		if (err == ERR_OK && input->out->is_full)
			err = ERR_SPACE;
	} while (err == ERR_OK && (field->flags & RRFIELD_REPEATED) && input->next < input->count);
	return err;
}

static int fields_parse(struct rdata_input *input)
{
	for (input->field = input->row->fields; input->field->kind != FIELD_END; input->field++) {
		int err = field_parse(input);
		if (err != ERR_OK)
			return err;
	}
	input->field--;
	if (input->next < input->count)
		return rdata_input_wrong(input, ERR_TRAILING,
					 "nothing may follow the %s; is a quote or a line end missing?",
					 input->field->name);
	return ERR_OK;
}

int rdata_from_text(uint16_t type, const struct rdata_token *tokens, size_t token_count, struct name origin,
		    struct writer *out, struct rdata_error *ret_error)
{
	struct rdata_input input = {
		.row = rrtype_find(type),
		.tokens = tokens,
		.count = token_count,
		.origin = origin,
		.out = out,
		.start = out->size,
		.error = ret_error,
	};
	int err;
	if (token_count > 0 && !tokens[0].is_quoted && span_equal(tokens[0].text, span_text("\\#")))
		err = generic_parse(&input, type);
	else if (input.row == NULL || input.row->fields == NULL)
		err = rdata_input_wrong(&input, ERR_UNSUPPORTED,
					"this type has no text form of its own: write \\# LENGTH HEX (RFC 3597 5)");
	else
		err = fields_parse(&input);
	if (err == ERR_OK && !out->is_full && out->size - input.start > RDATA_MAX)
		return rdata_input_wrong(&input, ERR_RANGE, "more than 65535 octets");
	if (err == ERR_SPACE || (err == ERR_OK && out->is_full))
		return rdata_input_wrong(&input, ERR_SPACE, "more octets than a record holds");
	return err;
}
