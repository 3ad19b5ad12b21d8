/* SPDX-License-Identifier: BSD-2-Clause */
#include "dns/rdata_field.h"

#include <strings.h>

int rdata_decimal(struct span text, uint32_t maximum, uint32_t *ret)
{
	uint64_t value = 0;
	if (text.size == 0)
		return ERR_SYNTAX;
	for (size_t i = 0; i < text.size; i++) {
		unsigned digit = text.data[i] - (unsigned)'0';
		if (digit > 9)
			return ERR_SYNTAX;
		/* Held at the first value that is too large, so that any number of digits is read without overflow. */
		if (value <= UINT32_MAX)
			value = value * 10 + digit;
	}
	if (value > maximum)
		return ERR_RANGE;
	*ret = (uint32_t)value;
	return ERR_OK;
}

static uint32_t piece_value(const struct rdata_piece *piece)
{
	uint32_t value = 0;
	for (size_t i = 0; i < piece->octets.size; i++)
		value = value << 8 | piece->octets.data[i];
	return value;
}

bool rdata_number_print(const struct rdata_piece *piece, struct text *out)
{
	const struct rdata_kind *kind = &rdata_kinds[piece->field->kind];
	uint32_t value = piece_value(piece);
	if (kind->flags & KIND_MNEMONIC) {
		for (const struct rdata_mnemonic *row = kind->mnemonics; row->text != NULL; row++) {
			if (row->value == value) {
				text_add(out, row->text);
				return true;
			}
		}
	}
	text_addf(out, "%u", value);
	return true;
}

static int mnemonic_value(const struct rdata_mnemonic *row, struct span text, uint32_t *ret)
{
	for (; row != NULL && row->text != NULL; row++) {
		if (strlen(row->text) == text.size && strncasecmp(row->text, (const char *)text.data, text.size) == 0) {
			*ret = row->value;
			return ERR_OK;
		}
	}
	return ERR_SYNTAX;
}

static int value_write(struct rdata_input *input, uint32_t value, unsigned size)
{
	uint8_t *at = writer_reserve(input->out, size);
	if (at == NULL)
		return ERR_SPACE;
	for (unsigned i = 0; i < size; i++)
		at[i] = (uint8_t)(value >> 8 * (size - 1 - i));
	input->next++;
	return ERR_OK;
}

int rdata_number_parse(struct rdata_input *input)
{
	const struct rdata_kind *kind = &rdata_kinds[input->field->kind];
	struct span text = rdata_input_token(input)->text;
	uint32_t value;
	int err = rdata_decimal(text, UINT32_MAX >> (32 - 8 * kind->size), &value);
	if (err == ERR_SYNTAX)
		err = mnemonic_value(kind->mnemonics, text, &value);
	return err == ERR_OK ? value_write(input, value, kind->size) : rdata_input_unfit(input, err);
}

static uint64_t unit_seconds(uint8_t unit)
{
	switch (unit | 0x20) {
	case 's':
		return 1;
	case 'm':
		return 60;
	case 'h':
		return 3600;
	case 'd':
		return 86400;
	case 'w':
		return 604800;
	default:
		return 0;
	}
}

int rdata_ttl_from_text(struct span text, uint32_t *ret)
{
	uint64_t total = 0;
	uint64_t value = 0;
	bool has_digits = false;
	if (text.size == 0)
		return ERR_SYNTAX;
	for (size_t i = 0; i < text.size; i++) {
		unsigned digit = text.data[i] - (unsigned)'0';
		if (digit <= 9) {
			/* Held once too large, and read to the end: 99999999999.example.com is no TTL at all. */
			if (value <= UINT32_MAX)
				value = value * 10 + digit;
			has_digits = true;
			continue;
		}
		uint64_t unit = unit_seconds(text.data[i]);
		if (unit == 0 || !has_digits)
			return ERR_SYNTAX;
		if (total <= UINT32_MAX)
			total += value * unit;
		value = 0;
		has_digits = false;
	}
	/* "1h30": BIND takes the last number as seconds, and so do we. */
	if (total + value > UINT32_MAX)
		return ERR_RANGE;
	*ret = (uint32_t)(total + value);
	return ERR_OK;
}

int rdata_ttl_parse(struct rdata_input *input)
{
	uint32_t seconds;
	int err = rdata_ttl_from_text(rdata_input_token(input)->text, &seconds);
	return err == ERR_OK ? value_write(input, seconds, 4) : rdata_input_unfit(input, err);
}

bool rdata_type_print(const struct rdata_piece *piece, struct text *out)
{
	char mnemonic[RRTYPE_TEXT_MAX];
	rrtype_to_text(load_u16(piece->octets.data), mnemonic);
	text_add(out, mnemonic);
	return true;
}

int rdata_type_parse(struct rdata_input *input)
{
	uint16_t type;
	uint32_t value;
	struct span text = rdata_input_token(input)->text;
	if (rrtype_from_text(text, &type) == ERR_OK)
		value = type;
	else if (rdata_decimal(text, UINT16_MAX, &value) != ERR_OK)
		return rdata_input_unfit(input, ERR_SYNTAX);
	return value_write(input, value, 2);
}
