/* SPDX-License-Identifier: BSD-2-Clause */
#include "dns/rdata.h"

#include "dns/rdata_field.h"

void rdata_cursor_start(struct rdata_cursor *cursor, const struct rrtype *row, struct span rdata)
{
	/* The name buffer stays as it is: 255 octets that most records never need. */
	cursor->field = row->fields;
	cursor->rdata = rdata.data != NULL ? rdata : span_text("");
	cursor->at = 0;
	cursor->repeats = 0;
	cursor->message = span_of(NULL, 0);
}

/* The field that stands at cursor->at: those that may be missing are passed over at the end. */
static const struct rrfield *cursor_field(struct rdata_cursor *cursor)
{
	while (cursor->field->kind != FIELD_END && cursor->at == cursor->rdata.size &&
	       (cursor->repeats > 0 || (cursor->field->flags & RRFIELD_OPTIONAL))) {
		cursor->field++;
		cursor->repeats = 0;
	}
	return cursor->field;
}

static int cursor_name(struct rdata_cursor *cursor, const struct rdata_kind *kind, struct rdata_piece *piece,
		       size_t *ret_size)
{
	if (cursor->message.data != NULL && (kind->flags & KIND_DECOMPRESSED)) {
		size_t end;
		size_t base = cursor->message.size - cursor->rdata.size;
		int err = name_from_message(cursor->message, base + cursor->at, &cursor->buffer, &piece->name, &end);
		if (err == ERR_OK)
			*ret_size = end - base - cursor->at;
		return err;
	}
	struct span rest = span_of(cursor->rdata.data + cursor->at, cursor->rdata.size - cursor->at);
	int err = name_take(&rest, &piece->name);
	if (err == ERR_OK)
		*ret_size = piece->name.size;
	return err;
}

int rdata_cursor_next(struct rdata_cursor *cursor, struct rdata_piece *ret)
{
	const struct rrfield *field = cursor_field(cursor);
	if (field->kind == FIELD_END)
		return cursor->at == cursor->rdata.size ? ERR_NOT_FOUND : ERR_TRAILING;
	const struct rdata_kind *kind = &rdata_kinds[field->kind];
	size_t left = cursor->rdata.size - cursor->at;
	size_t size = kind->size;
	int err = ERR_OK;
	if (kind->flags & KIND_NAME)
		err = cursor_name(cursor, kind, ret, &size);
	else if (size == 0)
		err = kind->measure(cursor->rdata, cursor->at, &size);
	if (err != ERR_OK)
		return err;
	if (size > left)
		return ERR_TRUNCATED;
	ret->field = field;
	ret->rdata = cursor->rdata;
	ret->offset = cursor->at;
	ret->octets = span_of(cursor->rdata.data + cursor->at, size);
	cursor->at += size;
	if (field->flags & RRFIELD_REPEATED)
		cursor->repeats++;
	else
		cursor->field++;
	return ERR_OK;
}

static const struct rrtype *row_with_fields(uint16_t type)
{
	const struct rrtype *row = rrtype_find(type);
	return row != NULL && row->fields != NULL ? row : NULL;
}

static int end_of_walk(int err)
{
	return err == ERR_NOT_FOUND ? ERR_OK : err;
}

int rdata_check(uint16_t type, struct span rdata)
{
	if (rdata.size > RDATA_MAX)
		return ERR_RANGE;
	const struct rrtype *row = row_with_fields(type);
	if (row == NULL)
		return ERR_OK;
	struct rdata_cursor cursor;
	struct rdata_piece piece;
	int err;
	rdata_cursor_start(&cursor, row, rdata);
	while ((err = rdata_cursor_next(&cursor, &piece)) == ERR_OK)
		continue;
	return end_of_walk(err);
}

int rdata_from_message(uint16_t type, struct span message, size_t offset, size_t size, struct writer *out)
{
	if (offset > message.size || size > message.size - offset)
		return ERR_TRUNCATED;
	struct span rdata = span_of(message.data + offset, size);
	const struct rrtype *row = row_with_fields(type);
	if (row == NULL) {
		writer_bytes(out, rdata.data, rdata.size);
		return out->is_full ? ERR_SPACE : ERR_OK;
	}
	struct rdata_cursor cursor;
	struct rdata_piece piece;
	int err;
	rdata_cursor_start(&cursor, row, rdata);
	/* Cut at the end of the RDATA, so that a name in it cannot run into the next record. */
	cursor.message = span_of(message.data, offset + size);
	while ((err = rdata_cursor_next(&cursor, &piece)) == ERR_OK) {
		if (rdata_kinds[piece.field->kind].flags & KIND_NAME)
			writer_bytes(out, piece.name.wire, piece.name.size);
		else
			writer_bytes(out, piece.octets.data, piece.octets.size);
	}
	if (err != ERR_NOT_FOUND)
		return err;
	return out->is_full ? ERR_SPACE : ERR_OK;
}

static bool piece_is_lowered(const struct rdata_piece *piece)
{
	return (rdata_kinds[piece->field->kind].flags & KIND_LOWERED) != 0;
}

int rdata_canonical(uint16_t type, struct span rdata, struct writer *out)
{
	const struct rrtype *row = row_with_fields(type);
	if (row == NULL) {
		writer_bytes(out, rdata.data, rdata.size);
		return out->is_full ? ERR_SPACE : ERR_OK;
	}
	struct rdata_cursor cursor;
	struct rdata_piece piece;
	int err;
	rdata_cursor_start(&cursor, row, rdata);
	while ((err = rdata_cursor_next(&cursor, &piece)) == ERR_OK) {
		struct name_buffer buffer;
		struct span octets = piece.octets;
		if (piece_is_lowered(&piece))
			octets.data = name_lower(piece.name, &buffer).wire;
		writer_bytes(out, octets.data, octets.size);
	}
	if (err != ERR_NOT_FOUND)
		return err;
	return out->is_full ? ERR_SPACE : ERR_OK;
}

static int octets_compare(struct span a, struct span b, bool is_lowered)
{
	size_t size = a.size < b.size ? a.size : b.size;
	if (!is_lowered) {
		int order = size > 0 ? memcmp(a.data, b.data, size) : 0;
		return order != 0 ? order : (a.size > b.size) - (a.size < b.size);
	}
	for (size_t i = 0; i < size; i++) {
		/* Length octets are below 64, so lowering letters leaves them alone. */
		uint8_t x = a.data[i];
		uint8_t y = b.data[i];
		x |= x >= 'A' && x <= 'Z' ? 0x20 : 0;
		y |= y >= 'A' && y <= 'Z' ? 0x20 : 0;
		if (x != y)
			return x < y ? -1 : 1;
	}
	return (a.size > b.size) - (a.size < b.size);
}

int rdata_compare(uint16_t type, struct span a, struct span b)
{
	const struct rrtype *row = row_with_fields(type);
	struct rdata_cursor left;
	struct rdata_cursor right;
	struct rdata_piece x;
	struct rdata_piece y;
	if (row != NULL) {
		rdata_cursor_start(&left, row, a);
		rdata_cursor_start(&right, row, b);
	}
	/* While the octets so far are equal both sides stand at the same field, and a field that differs decides. */
	while (row != NULL && rdata_cursor_next(&left, &x) == ERR_OK && rdata_cursor_next(&right, &y) == ERR_OK) {
		int order = octets_compare(x.octets, y.octets, piece_is_lowered(&x));
		if (order != 0)
			return order;
		a = span_of(a.data + x.octets.size, a.size - x.octets.size);
		b = span_of(b.data + y.octets.size, b.size - y.octets.size);
	}
	return octets_compare(a, b, false);
}

bool rdata_next_name(uint16_t type, struct span rdata, size_t *position, struct rdata_name *ret)
{
	const struct rrtype *row = row_with_fields(type);
	if (row == NULL)
		return false;
	struct rdata_cursor cursor;
	struct rdata_piece piece;
	rdata_cursor_start(&cursor, row, rdata);
	while (rdata_cursor_next(&cursor, &piece) == ERR_OK) {
		unsigned flags = rdata_kinds[piece.field->kind].flags;
		if (piece.offset < *position)
			continue;
		if (flags & KIND_NAME)
			ret->name = piece.name;
		else if (!rdata_gateway_name(&piece, &ret->name))
			continue;
		ret->offset = piece.offset;
		ret->is_compressible = (flags & KIND_COMPRESSIBLE) != 0;
		*position = piece.offset + piece.octets.size;
		return true;
	}
	return false;
}
