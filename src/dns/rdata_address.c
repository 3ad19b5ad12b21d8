/* SPDX-License-Identifier: BSD-2-Clause */
#include "dns/rdata_field.h"

#include "ip/addr.h"

static int hex_value(uint8_t c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

int rdata_ip6(struct span text, uint8_t ret[16])
{
	uint8_t bytes[16] = {0};
	unsigned filled = 0;
	int gap = -1; /* octets before "::" */
	const uint8_t *at = text.data;
	const uint8_t *end = at + text.size;
	if (text.size >= 2 && at[0] == ':' && at[1] == ':') {
		gap = 0;
		at += 2;
	}
	while (at < end) {
		const uint8_t *group = at;
		unsigned value = 0;
		for (int digit; at < end && at - group < 5 && (digit = hex_value(*at)) >= 0; at++)
			value = value << 4 | (unsigned)digit;
		if (at < end && *at == '.') {
			/* The last four octets may be written as IPv4 (RFC 4291 2.2). */
			if (filled > 12 || rdata_ip4(span_of(group, (size_t)(end - group)), bytes + filled) != ERR_OK)
				return ERR_SYNTAX;
			filled += 4;
			break;
		}
		if (at == group || at - group > 4 || filled == 16)
			return ERR_SYNTAX;
		store_u16(bytes + filled, (uint16_t)value);
		filled += 2;
		if (at == end)
			break;
		if (*at++ != ':' || at == end)
			return ERR_SYNTAX;
		if (*at == ':') {
			if (gap >= 0)
				return ERR_SYNTAX;
			gap = (int)filled;
			at++;
		}
	}
	if (gap < 0 ? filled != 16 : filled > 14)
		return ERR_SYNTAX;
	if (gap >= 0) {
		memmove(bytes + 16 - (filled - (unsigned)gap), bytes + gap, filled - (unsigned)gap);
		memset(bytes + gap, 0, 16 - filled);
	}
	memcpy(ret, bytes, 16);
	return ERR_OK;
}

int rdata_ip4(struct span text, uint8_t ret[4])
{
	uint8_t bytes[4];
	const uint8_t *at = text.data;
	const uint8_t *end = at + text.size;
	for (int i = 0; i < 4; i++) {
		const uint8_t *start = at;
		unsigned value = 0;
		for (; at < end && at - start < 3 && *at >= '0' && *at <= '9'; at++)
			value = value * 10 + (*at - (unsigned)'0');
		/* A leading zero means octal to some readers and decimal to others, so nobody should write it. */
		if (at == start || value > 255 || (at - start > 1 && *start == '0'))
			return ERR_SYNTAX;
		bytes[i] = (uint8_t)value;
		if (i < 3 && (at == end || *at++ != '.'))
			return ERR_SYNTAX;
	}
	if (at != end)
		return ERR_SYNTAX;
	memcpy(ret, bytes, 4);
	return ERR_OK;
}

void rdata_ip6_print(const uint8_t address[16], struct text *out)
{
	char text[IP_ADDR_TEXT_MAX];
	struct ip_addr addr = ip_addr_v6(address);
	ip_addr_to_text(&addr, text);
	text_add(out, text);
}

void rdata_ip4_print(const uint8_t address[4], struct text *out)
{
	text_addf(out, "%u.%u.%u.%u", address[0], address[1], address[2], address[3]);
}

bool rdata_address_print(const struct rdata_piece *piece, struct text *out)
{
	if (piece->octets.size == 16)
		rdata_ip6_print(piece->octets.data, out);
	else
		rdata_ip4_print(piece->octets.data, out);
	return true;
}

int rdata_ip6_parse(struct rdata_input *input)
{
	uint8_t address[16];
	struct span text = rdata_input_token(input)->text;
	int err = rdata_ip6(text, address);
	if (err != ERR_OK && rdata_ip4(text, address) == ERR_OK)
		return rdata_input_wrong(input, err, "%.*s is an IPv4 address; what is wanted is an IPv6 address",
					 (int)text.size, text.data);
	if (err != ERR_OK)
		return rdata_input_unfit(input, err);
	writer_bytes(input->out, address, sizeof address);
	input->next++;
	return ERR_OK;
}

int rdata_ip4_parse(struct rdata_input *input)
{
	uint8_t address[16];
	struct span text = rdata_input_token(input)->text;
	int err = rdata_ip4(text, address);
	if (err != ERR_OK && rdata_ip6(text, address) == ERR_OK)
		return rdata_input_wrong(input, err, "%.*s is an IPv6 address; what is wanted is an IPv4 address",
					 (int)text.size, text.data);
	if (err != ERR_OK)
		return rdata_input_unfit(input, err);
	writer_bytes(input->out, address, 4);
	input->next++;
	return ERR_OK;
}

/* Fixed numbers of hex digits with a mark between: EUI-48, EUI-64 (RFC 7043), NID and L64 (RFC 6742). */
bool rdata_groups_print(const struct rdata_piece *piece, struct text *out)
{
	unsigned group = piece->field->kind == FIELD_NODE64 ? 2 : 1;
	char mark = group == 1 ? '-' : ':';
	for (size_t i = 0; i < piece->octets.size; i++) {
		if (i > 0 && i % group == 0)
			text_add_char(out, mark);
		text_addf(out, "%02x", piece->octets.data[i]);
	}
	return true;
}

static int eui_from_text(struct span text, uint8_t *octets, size_t size)
{
	if (text.size != size * 3 - 1)
		return ERR_SYNTAX;
	for (size_t i = 0; i < size; i++) {
		const uint8_t *at = text.data + 3 * i;
		int high = hex_value(at[0]);
		int low = hex_value(at[1]);
		if (high < 0 || low < 0 || (i + 1 < size && at[2] != '-'))
			return ERR_SYNTAX;
		octets[i] = (uint8_t)(high << 4 | low);
	}
	return ERR_OK;
}

/* RFC 6742 2.1.2 writes groups without leading zeros as IPv6 does. */
static int node64_from_text(struct span text, uint8_t octets[8])
{
	size_t i = 0;
	for (unsigned group = 0; group < 4; group++) {
		unsigned value = 0;
		size_t start = i;
		for (int digit; i < text.size && (digit = hex_value(text.data[i])) >= 0 && i - start < 4; i++)
			value = value << 4 | (unsigned)digit;
		if (i == start || (group < 3 && (i == text.size || text.data[i++] != ':')))
			return ERR_SYNTAX;
		store_u16(octets + 2 * group, (uint16_t)value);
	}
	return i == text.size ? ERR_OK : ERR_SYNTAX;
}

int rdata_groups_parse(struct rdata_input *input)
{
	uint8_t octets[8];
	struct span text = rdata_input_token(input)->text;
	unsigned size = rdata_kinds[input->field->kind].size;
	int err =
		input->field->kind == FIELD_NODE64 ? node64_from_text(text, octets) : eui_from_text(text, octets, size);
	if (err != ERR_OK)
		return rdata_input_unfit(input, err);
	writer_bytes(input->out, octets, size);
	input->next++;
	return ERR_OK;
}
