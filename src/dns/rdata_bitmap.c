/* SPDX-License-Identifier: BSD-2-Clause */
#include "dns/rdata_field.h"

/* A window block: number, octets of bits, bits from type 256 * number on (RFC 4034 4.1.2). */
#define WINDOW_HEADER 2
#define WINDOW_BITS_MAX 32 /* octets */

int rdata_bitmap_measure(struct span rdata, size_t at, size_t *ret_size)
{
	int last = -1;
	for (size_t i = at; i < rdata.size;) {
		if (rdata.size - i < WINDOW_HEADER)
			return ERR_TRUNCATED;
		unsigned size = rdata.data[i + 1];
		/* RFC 4034 4.1.2: in order; empty blocks and trailing zero octets must not be included. */
		if (rdata.data[i] <= last || size == 0 || size > WINDOW_BITS_MAX)
			return ERR_SYNTAX;
		if (rdata.size - i - WINDOW_HEADER < size)
			return ERR_TRUNCATED;
		if (rdata.data[i + 1 + size] == 0)
			return ERR_SYNTAX;
		last = rdata.data[i];
		i += WINDOW_HEADER + size;
	}
	*ret_size = rdata.size - at;
	return ERR_OK;
}

static void window_print(unsigned window, struct span bits, bool is_first, struct text *out)
{
	char mnemonic[RRTYPE_TEXT_MAX];
	for (unsigned i = 0; i < bits.size * 8; i++) {
		if (!(bits.data[i / 8] & (0x80 >> i % 8)))
			continue;
		if (!is_first)
			text_add_char(out, ' ');
		is_first = false;
		rrtype_to_text((uint16_t)(window * 256 + i), mnemonic);
		text_add(out, mnemonic);
	}
}

bool rdata_bitmap_print(const struct rdata_piece *piece, struct text *out)
{
	const uint8_t *at = piece->octets.data;
	const uint8_t *end = at + piece->octets.size;
	for (; at < end; at += WINDOW_HEADER + at[1])
		window_print(at[0], span_of(at + WINDOW_HEADER, at[1]), at == piece->octets.data, out);
	return true;
}

static void window_write(unsigned window, const uint8_t bits[WINDOW_BITS_MAX], struct writer *out)
{
	unsigned size = WINDOW_BITS_MAX;
	while (bits[size - 1] == 0)
		size--;
	writer_u8(out, (uint8_t)window);
	writer_u8(out, (uint8_t)size);
	writer_bytes(out, bits, size);
}

int rdata_bitmap_parse(struct rdata_input *input)
{
	/* Only windows that a type falls into are ever touched: clearing all 8 KiB for each NSEC3 would cost more
	 * than parsing it. */
	uint8_t bits[256][WINDOW_BITS_MAX];
	bool is_used[256] = {false};
	unsigned last = 0;
	for (; input->next < input->count; input->next++) {
		uint16_t type;
		if (rrtype_from_text(rdata_input_token(input)->text, &type) != ERR_OK)
			return rdata_input_unfit(input, ERR_SYNTAX);
		unsigned window = type >> 8;
		if (!is_used[window]) {
			is_used[window] = true;
			last = window > last ? window : last;
			memset(bits[window], 0, WINDOW_BITS_MAX);
		}
		bits[window][(type & 0xff) / 8] |= (uint8_t)(0x80 >> type % 8);
	}
	for (unsigned window = 0; window <= last; window++) {
		if (is_used[window])
			window_write(window, bits[window], input->out);
	}
	return ERR_OK;
}

bool rdata_bitmap_has(uint16_t owner_type, struct span rdata, uint16_t type)
{
	const struct rrtype *row = rrtype_find(owner_type);
	if (row == NULL || row->fields == NULL)
		return false;
	struct rdata_cursor cursor;
	struct rdata_piece piece;
	rdata_cursor_start(&cursor, row, rdata);
	while (rdata_cursor_next(&cursor, &piece) == ERR_OK) {
		if (piece.field->kind != FIELD_BITMAP)
			continue;
		const uint8_t *at = piece.octets.data;
		const uint8_t *end = at + piece.octets.size;
		while (at < end && at[0] < type >> 8)
			at += WINDOW_HEADER + at[1];
		unsigned octet = (type & 0xff) / 8;
		return at < end && at[0] == type >> 8 && octet < at[1] &&
		       (at[WINDOW_HEADER + octet] & (0x80 >> type % 8)) != 0;
	}
	return false;
}
