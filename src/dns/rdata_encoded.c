/* SPDX-License-Identifier: BSD-2-Clause */
#include "dns/rdata_field.h"

#include "base/encoding.h"

/* How octets are spelled: so many characters make whole octets, and a decoder takes any number of such groups. */
struct spelling {
	unsigned group;
	int (*decode)(struct span text, struct writer *out);
};

static const struct spelling spelling_hex = {2, hex_decode};
static const struct spelling spelling_base64 = {4, base64_decode};

/* Decodes what whole groups text has; the rest goes into held (fewer than a group). */
static int groups_decode(const struct spelling *spelling, struct span text, uint8_t held[4], unsigned *held_size,
			 struct writer *out)
{
	int err = ERR_OK;
	while (*held_size > 0 && *held_size < spelling->group && span_take_u8(&text, &held[*held_size]))
		++*held_size;
	if (*held_size == spelling->group) {
		err = spelling->decode(span_of(held, *held_size), out);
		*held_size = 0;
		if (held[spelling->group - 1] == '=' && text.size > 0)
			return ERR_SYNTAX;
	}
	unsigned left = text.size % spelling->group;
	struct span whole;
	if (err != ERR_OK || !span_take(&text, text.size - left, &whole))
		return err;
	if (whole.size > 0)
		err = spelling->decode(whole, out);
	if (left > 0)
		memcpy(held, text.data, left);
	*held_size += left;
	return err;
}

/* All tokens that are left. White space may stand anywhere in the text, inside a group too (RFC 4034 2.2). */
static int rest_parse(struct rdata_input *input, const struct spelling *spelling)
{
	uint8_t held[4];
	unsigned held_size = 0;
	bool is_padded = false;
	for (; input->next < input->count; input->next++) {
		struct span text = rdata_input_token(input)->text;
		if (text.size == 0)
			continue;
		int err = is_padded ? ERR_SYNTAX : groups_decode(spelling, text, held, &held_size, input->out);
		if (err == ERR_SPACE)
			return err;
		if (err != ERR_OK)
			return rdata_input_unfit(input, err);
		is_padded = text.data[text.size - 1] == '=' && held_size == 0;
	}
	if (held_size == 0)
		return ERR_OK;
	input->next--;
	return rdata_input_wrong(input, ERR_SYNTAX, "the %s ends in the middle of an octet: characters are missing",
				 input->field->name);
}

static int filled_parse(struct rdata_input *input, const struct spelling *spelling)
{
	size_t before = input->out->size;
	int err = rest_parse(input, spelling);
	if (err == ERR_OK && input->out->size == before)
		return rdata_input_missing(input);
	return err;
}

int rdata_hex_parse(struct rdata_input *input)
{
	return filled_parse(input, &spelling_hex);
}

int rdata_base64_parse(struct rdata_input *input)
{
	return filled_parse(input, &spelling_base64);
}

/* RFC 1706 5: "0x" and hex digits, with dots wherever they help the eye. */
int rdata_nsap_parse(struct rdata_input *input)
{
	struct span text = rdata_input_token(input)->text;
	if (text.size < 2 || text.data[0] != '0' || (text.data[1] | 0x20) != 'x')
		return rdata_input_unfit(input, ERR_SYNTAX);
	uint8_t pair[2];
	unsigned held = 0;
	size_t before = input->out->size;
	for (size_t i = 2; i < text.size; i++) {
		if (text.data[i] == '.')
			continue;
		pair[held++] = text.data[i];
		if (held < 2)
			continue;
		held = 0;
		int err = hex_decode(span_of(pair, 2), input->out);
		if (err == ERR_SPACE)
			return err;
		if (err != ERR_OK)
			return rdata_input_unfit(input, err);
	}
	if (held > 0 || input->out->size == before)
		return rdata_input_unfit(input, ERR_SYNTAX);
	input->next++;
	return ERR_OK;
}

/* One token behind a length octet. */
static int counted_parse(struct rdata_input *input, int (*decode)(struct span, struct writer *))
{
	struct writer *out = input->out;
	size_t start = out->size;
	writer_u8(out, 0);
	int err = decode(rdata_input_token(input)->text, out);
	if (err == ERR_SPACE)
		return err;
	size_t size = out->size - start - 1;
	if (err != ERR_OK || size == 0)
		return rdata_input_unfit(input, ERR_SYNTAX);
	if (size > 255)
		return rdata_input_wrong(input, ERR_RANGE, "the %s has %zu octets, at most 255 fit", input->field->name,
					 size);
	out->data[start] = (uint8_t)size;
	input->next++;
	return ERR_OK;
}

int rdata_hex8_parse(struct rdata_input *input)
{
	/* RFC 5155 3.3: a salt of no octets is written "-". */
	if (!span_equal(rdata_input_token(input)->text, span_text("-")))
		return counted_parse(input, hex_decode);
	writer_u8(input->out, 0);
	input->next++;
	return ERR_OK;
}

/* RFC 5155 3.1.6: the hash length ranges from 1 to 255. */
int rdata_base32hex8_measure(struct span rdata, size_t at, size_t *ret_size)
{
	int err = rdata_text_measure(rdata, at, ret_size);
	return err == ERR_OK && *ret_size == 1 ? ERR_RANGE : err;
}

int rdata_base32hex8_parse(struct rdata_input *input)
{
	return counted_parse(input, base32hex_decode);
}

/* What a digest of some kind must measure, by the number of that kind, which is the octet before the digest. */
struct digest_size {
	uint8_t number; /* 0 ends the list and speaks for all others */
	uint8_t minimum;
	uint8_t maximum; /* 0: any */
};

/* IANA "DS RR Type Digest Algorithms". Type 0 is the "delete" of RFC 8078 4. */
static const struct digest_size ds_sizes[] = {{1, 20, 20}, {2, 32, 32}, {3, 32, 32}, {4, 48, 48},
					      {5, 32, 32}, {6, 32, 32}, {0, 1, 0}};
/* RFC 4255 3.1.2, RFC 6594. */
static const struct digest_size sshfp_sizes[] = {{1, 20, 20}, {2, 32, 32}, {0, 1, 0}};
/* RFC 8976 2.2.4: not shorter than 12 octets. */
static const struct digest_size zone_sizes[] = {{1, 48, 48}, {2, 64, 64}, {0, 12, 0}};

static const struct digest_size *digest_size_of(enum rdata_field_kind kind, uint8_t number)
{
	const struct digest_size *row = kind == FIELD_DS_DIGEST      ? ds_sizes
					: kind == FIELD_SSHFP_DIGEST ? sshfp_sizes
								     : zone_sizes;
	while (row->number != 0 && row->number != number)
		row++;
	return row;
}

static int digest_measure(enum rdata_field_kind kind, struct span rdata, size_t at, size_t *ret_size)
{
	const struct digest_size *wanted = digest_size_of(kind, rdata.data[at - 1]);
	*ret_size = rdata.size - at;
	if (*ret_size < wanted->minimum)
		return ERR_TRUNCATED;
	return wanted->maximum != 0 && *ret_size > wanted->maximum ? ERR_TRAILING : ERR_OK;
}

int rdata_ds_digest_measure(struct span rdata, size_t at, size_t *ret_size)
{
	return digest_measure(FIELD_DS_DIGEST, rdata, at, ret_size);
}

int rdata_sshfp_digest_measure(struct span rdata, size_t at, size_t *ret_size)
{
	return digest_measure(FIELD_SSHFP_DIGEST, rdata, at, ret_size);
}

int rdata_zone_digest_measure(struct span rdata, size_t at, size_t *ret_size)
{
	return digest_measure(FIELD_ZONE_DIGEST, rdata, at, ret_size);
}

int rdata_digest_parse(struct rdata_input *input)
{
	struct writer *out = input->out;
	size_t start = out->size;
	int err = rdata_hex_parse(input);
	if (err != ERR_OK || out->is_full)
		return err;
	size_t size = out->size - start;
	unsigned number = out->data[start - 1];
	const struct digest_size *wanted = digest_size_of(input->field->kind, (uint8_t)number);
	if (size >= wanted->minimum && (wanted->maximum == 0 || size <= wanted->maximum))
		return ERR_OK;
	input->next--;
	return rdata_input_wrong(input, ERR_RANGE, "the %s has %zu hex digits, one of type %u has %s%u",
				 input->field->name, size * 2, number, wanted->maximum == 0 ? "at least " : "",
				 wanted->minimum * 2u);
}

bool rdata_hex_print(const struct rdata_piece *piece, struct text *out)
{
	hex_encode(piece->octets, out);
	return true;
}

bool rdata_hex8_print(const struct rdata_piece *piece, struct text *out)
{
	if (piece->octets.size == 1)
		text_add_char(out, '-');
	hex_encode(span_of(piece->octets.data + 1, piece->octets.size - 1), out);
	return true;
}

bool rdata_nsap_print(const struct rdata_piece *piece, struct text *out)
{
	text_add(out, "0x");
	hex_encode(piece->octets, out);
	return true;
}

bool rdata_base64_print(const struct rdata_piece *piece, struct text *out)
{
	base64_encode(piece->octets, out);
	return true;
}

bool rdata_base32hex8_print(const struct rdata_piece *piece, struct text *out)
{
	base32hex_encode(span_of(piece->octets.data + 1, piece->octets.size - 1), out);
	return true;
}
