/* SPDX-License-Identifier: BSD-2-Clause */
#include "dns/rdata_field.h"

#define STRING_MAX 255 /* octets of one <character-string>, RFC 1035 3.3 */

static bool is_digit(uint8_t c)
{
	return c >= '0' && c <= '9';
}

int rdata_octet_take(struct span *text, uint8_t *ret)
{
	struct span got;
	if (!span_take_u8(text, ret))
		return ERR_TRUNCATED;
	if (*ret != '\\')
		return ERR_OK;
	if (text->size >= 1 && !is_digit(text->data[0])) {
		span_take_u8(text, ret);
		return ERR_OK;
	}
	if (!span_take(text, 3, &got) || !is_digit(got.data[0]) || !is_digit(got.data[1]) || !is_digit(got.data[2]))
		return ERR_SYNTAX;
	unsigned value = (unsigned)(got.data[0] - '0') * 100 + (unsigned)(got.data[1] - '0') * 10 +
			 (unsigned)(got.data[2] - '0');
	*ret = (uint8_t)value;
	return value > 255 ? ERR_SYNTAX : ERR_OK;
}

bool rdata_has_bare_quote(struct span text)
{
	for (size_t i = 0; i < text.size; i++) {
		if (text.data[i] == '"')
			return true;
		i += text.data[i] == '\\';
	}
	return false;
}

void rdata_quoted_print(struct span octets, struct text *out)
{
	text_add_char(out, '"');
	for (size_t i = 0; i < octets.size; i++) {
		uint8_t octet = octets.data[i];
		if (octet < 0x20 || octet > 0x7e) {
			text_addf(out, "\\%03u", octet);
			continue;
		}
		if (octet == '"' || octet == '\\')
			text_add_char(out, '\\');
		text_add_char(out, (char)octet);
	}
	text_add_char(out, '"');
}

int rdata_name_measure(struct span rdata, size_t at, size_t *ret_size)
{
	struct span rest = span_of(rdata.data + at, rdata.size - at);
	struct name name;
	int err = name_take(&rest, &name);
	if (err == ERR_OK)
		*ret_size = name.size;
	return err;
}

bool rdata_name_print(const struct rdata_piece *piece, struct text *out)
{
	char text[NAME_TEXT_MAX];
	text_add_size(out, text, name_to_text(name_of(piece->octets.data), text));
	return true;
}

int rdata_name_parse(struct rdata_input *input)
{
	struct writer *out = input->out;
	struct name_buffer buffer;
	struct name name;
	/* Where a name of any size fits it is made in its place: most RDATA of a zone is names. */
	bool has_room = !out->is_full && out->capacity - out->size >= NAME_MAX;
	struct name_buffer *place = has_room ? (struct name_buffer *)(out->data + out->size) : &buffer;
	int err = name_from_text(rdata_input_token(input)->text, input->origin, place, &name, NULL);
	if (err == ERR_RANGE)
		return rdata_input_wrong(input, err, "the %s is too long: a label has at most 63 octets, a name 255",
					 input->field->name);
	if (err != ERR_OK)
		return rdata_input_unfit(input, err);
	if (has_room)
		out->size += name.size;
	else
		writer_bytes(out, name.wire, name.size);
	input->next++;
	return ERR_OK;
}

int rdata_text_measure(struct span rdata, size_t at, size_t *ret_size)
{
	if (at >= rdata.size)
		return ERR_TRUNCATED;
	*ret_size = 1u + rdata.data[at];
	return ERR_OK;
}

bool rdata_text_print(const struct rdata_piece *piece, struct text *out)
{
	rdata_quoted_print(span_of(piece->octets.data + 1, piece->octets.size - 1), out);
	return true;
}

/* The octets that a token spells, appended. */
static int string_write(struct rdata_input *input)
{
	const struct rdata_token *token = rdata_input_token(input);
	struct span text = token->text;
	if (!token->is_quoted && rdata_has_bare_quote(text))
		return rdata_input_wrong(input, ERR_SYNTAX,
					 "a quote inside the %s: put a space before it, or write \\\"",
					 input->field->name);
	if (text.size == 0 || memchr(text.data, '\\', text.size) == NULL) {
		writer_bytes(input->out, text.data, text.size);
		return ERR_OK;
	}
	while (text.size > 0) {
		uint8_t octet;
		if (rdata_octet_take(&text, &octet) != ERR_OK)
			return rdata_input_wrong(
				input, ERR_SYNTAX,
				"an escape in the %s is neither \\DDD (000-255) nor \\ and a character",
				input->field->name);
		writer_u8(input->out, octet);
	}
	return ERR_OK;
}

static bool octets_are_tag(struct span octets)
{
	for (size_t i = 0; i < octets.size; i++) {
		uint8_t letter = octets.data[i] | 0x20;
		if (!is_digit(octets.data[i]) && (letter < 'a' || letter > 'z'))
			return false;
	}
	return octets.size > 0;
}

int rdata_text_parse(struct rdata_input *input)
{
	struct writer *out = input->out;
	size_t start = out->size;
	writer_u8(out, 0);
	int err = string_write(input);
	if (err != ERR_OK || out->is_full)
		return err;
	size_t size = out->size - start - 1;
	if (size > STRING_MAX)
		return rdata_input_wrong(input, ERR_RANGE,
					 "the %s has %zu octets and a string holds at most 255: split it into several",
					 input->field->name, size);
	if (input->field->kind == FIELD_TAG && !octets_are_tag(span_of(out->data + start + 1, size)))
		return rdata_input_unfit(input, ERR_SYNTAX);
	out->data[start] = (uint8_t)size;
	input->next++;
	return ERR_OK;
}

/* RFC 8659 4.1: one letter or digit at least. */
int rdata_tag_measure(struct span rdata, size_t at, size_t *ret_size)
{
	int err = rdata_text_measure(rdata, at, ret_size);
	if (err != ERR_OK)
		return err;
	if (*ret_size > rdata.size - at)
		return ERR_TRUNCATED;
	return octets_are_tag(span_of(rdata.data + at + 1, *ret_size - 1)) ? ERR_OK : ERR_SYNTAX;
}

bool rdata_tag_print(const struct rdata_piece *piece, struct text *out)
{
	text_add_size(out, (const char *)piece->octets.data + 1, piece->octets.size - 1);
	return true;
}

int rdata_rest_measure(struct span rdata, size_t at, size_t *ret_size)
{
	*ret_size = rdata.size - at;
	return ERR_OK;
}

int rdata_rest_filled_measure(struct span rdata, size_t at, size_t *ret_size)
{
	*ret_size = rdata.size - at;
	return *ret_size > 0 ? ERR_OK : ERR_TRUNCATED;
}

bool rdata_rest_print(const struct rdata_piece *piece, struct text *out)
{
	rdata_quoted_print(piece->octets, out);
	return true;
}

int rdata_rest_parse(struct rdata_input *input)
{
	if (input->field->kind == FIELD_REST_FILLED && rdata_input_token(input)->text.size == 0)
		return rdata_input_unfit(input, ERR_SYNTAX);
	int err = string_write(input);
	if (err == ERR_OK)
		input->next++;
	return err;
}
