/* SPDX-License-Identifier: BSD-2-Clause */
#include "dns/rdata_field.h"

/* An item: address family (2), prefix length, negation bit and octets that follow, the address without the zero
 * octets at its end (RFC 3123 4). */
#define ITEM_HEADER 4
#define NEGATION 0x80

struct apl_family {
	uint16_t number; /* IANA "Address Family Numbers" */
	uint8_t size;    /* octets of an address */
	int (*read)(struct span text, uint8_t *ret);
	void (*print)(const uint8_t *address, struct text *out);
};

static const struct apl_family families[] = {{2, 16, rdata_ip6, rdata_ip6_print}, {1, 4, rdata_ip4, rdata_ip4_print}};

static const struct apl_family *family_find(uint32_t number)
{
	for (size_t i = 0; i < sizeof families / sizeof families[0]; i++) {
		if (families[i].number == number)
			return &families[i];
	}
	return NULL;
}

int rdata_apl_measure(struct span rdata, size_t at, size_t *ret_size)
{
	*ret_size = rdata.size - at;
	for (size_t size; at < rdata.size; at += size) {
		const uint8_t *item = rdata.data + at;
		if (rdata.size - at < ITEM_HEADER)
			return ERR_TRUNCATED;
		size = ITEM_HEADER + (item[3] & 0x7fu);
		if (rdata.size - at < size)
			return ERR_TRUNCATED;
		if (size > ITEM_HEADER && item[size - 1] == 0)
			return ERR_SYNTAX;
		const struct apl_family *family = family_find(load_u16(item));
		if (family != NULL && (size - ITEM_HEADER > family->size || item[2] > family->size * 8))
			return ERR_RANGE;
	}
	return ERR_OK;
}

bool rdata_apl_print(const struct rdata_piece *piece, struct text *out)
{
	const uint8_t *at = piece->octets.data;
	const uint8_t *end = at + piece->octets.size;
	for (size_t size; at < end; at += size) {
		uint8_t address[16] = {0};
		const struct apl_family *family = family_find(load_u16(at));
		if (family == NULL)
			return false;
		size = ITEM_HEADER + (at[3] & 0x7fu);
		memcpy(address, at + ITEM_HEADER, size - ITEM_HEADER);
		text_addf(out, "%s%s%u:", at == piece->octets.data ? "" : " ", (at[3] & NEGATION) ? "!" : "",
			  family->number);
		family->print(address, out);
		text_addf(out, "/%u", at[2]);
	}
	return true;
}

/* "!1:192.0.2.0/24" */
static int item_from_text(struct span text, struct writer *out)
{
	uint8_t negation = 0;
	if (text.size > 0 && text.data[0] == '!') {
		negation = NEGATION;
		span_take(&text, 1, &(struct span){0});
	}
	const uint8_t *colon = text.size > 0 ? memchr(text.data, ':', text.size) : NULL;
	const uint8_t *slash = text.size > 0 ? memchr(text.data, '/', text.size) : NULL;
	uint32_t number;
	uint32_t prefix;
	uint8_t address[16];
	if (colon == NULL || slash == NULL || slash < colon ||
	    rdata_decimal(span_of(text.data, (size_t)(colon - text.data)), UINT16_MAX, &number) != ERR_OK)
		return ERR_SYNTAX;
	const struct apl_family *family = family_find(number);
	if (family == NULL)
		return ERR_UNSUPPORTED;
	struct span rest = span_of(slash + 1, (size_t)(text.data + text.size - slash - 1));
	int err = rdata_decimal(rest, family->size * 8u, &prefix);
	if (err == ERR_OK)
		err = family->read(span_of(colon + 1, (size_t)(slash - colon - 1)), address);
	if (err != ERR_OK)
		return err;
	uint8_t size = family->size;
	while (size > 0 && address[size - 1] == 0)
		size--;
	writer_u16(out, family->number);
	writer_u8(out, (uint8_t)prefix);
	writer_u8(out, negation | size);
	writer_bytes(out, address, size);
	return ERR_OK;
}

int rdata_apl_parse(struct rdata_input *input)
{
	for (; input->next < input->count; input->next++) {
		int err = item_from_text(rdata_input_token(input)->text, input->out);
		if (err != ERR_OK)
			return rdata_input_unfit(input, err);
	}
	return ERR_OK;
}
