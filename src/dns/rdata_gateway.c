/* SPDX-License-Identifier: BSD-2-Clause */
#include "dns/rdata_field.h"

#include "base/encoding.h"

/* Octet 1 of the RDATA says what the gateway (RFC 4025 2.3) or the relay (RFC 8777 4.2.3) is. */
#define TYPE_AT 1
#define RELAY_TYPE_MASK 0x7f /* the bit above is "discovery optional" */
enum gateway_type { GATEWAY_NONE, GATEWAY_IPV4, GATEWAY_IPV6, GATEWAY_NAME };

static int gateway_measure(unsigned type, struct span rdata, size_t at, size_t *ret_size)
{
	static const uint8_t sizes[] = {[GATEWAY_NONE] = 0, [GATEWAY_IPV4] = 4, [GATEWAY_IPV6] = 16};
	if (type == GATEWAY_NAME)
		return rdata_name_measure(rdata, at, ret_size);
	/* A type not yet assigned: nobody knows where its gateway ends, so it takes all. */
	*ret_size = type < GATEWAY_NAME ? sizes[type] : rdata.size - at;
	return ERR_OK;
}

int rdata_gateway_measure(struct span rdata, size_t at, size_t *ret_size)
{
	return gateway_measure(rdata.data[TYPE_AT], rdata, at, ret_size);
}

int rdata_relay_measure(struct span rdata, size_t at, size_t *ret_size)
{
	return gateway_measure(rdata.data[TYPE_AT] & RELAY_TYPE_MASK, rdata, at, ret_size);
}

static unsigned type_of(const struct rrfield *field, const uint8_t *rdata)
{
	return field->kind == FIELD_RELAY ? rdata[TYPE_AT] & RELAY_TYPE_MASK : rdata[TYPE_AT];
}

bool rdata_gateway_name(const struct rdata_piece *piece, struct name *ret)
{
	bool is_gateway = piece->field->kind == FIELD_GATEWAY || piece->field->kind == FIELD_RELAY;
	if (!is_gateway || type_of(piece->field, piece->rdata.data) != GATEWAY_NAME)
		return false;
	*ret = name_of(piece->octets.data);
	return true;
}

bool rdata_gateway_print(const struct rdata_piece *piece, struct text *out)
{
	switch (type_of(piece->field, piece->rdata.data)) {
	case GATEWAY_NONE:
		text_add_char(out, '.');
		return true;
	case GATEWAY_IPV4:
	case GATEWAY_IPV6:
		return rdata_address_print(piece, out);
	case GATEWAY_NAME:
		return rdata_name_print(piece, out);
	default:
		return false;
	}
}

int rdata_gateway_parse(struct rdata_input *input)
{
	if (input->out->is_full)
		return ERR_SPACE;
	switch (type_of(input->field, input->out->data + input->start)) {
	case GATEWAY_NONE:
		if (!span_equal(rdata_input_token(input)->text, span_text(".")))
			return rdata_input_wrong(input, ERR_SYNTAX, "with type 0 there is no %s: write a dot",
						 input->field->name);
		input->next++;
		return ERR_OK;
	case GATEWAY_IPV4:
		return rdata_ip4_parse(input);
	case GATEWAY_IPV6:
		return rdata_ip6_parse(input);
	case GATEWAY_NAME:
		return rdata_name_parse(input);
	default:
		return rdata_input_wrong(input, ERR_UNSUPPORTED,
					 "the type of the %s must be 0, 1 (IPv4), 2 (IPv6) or 3 (name)",
					 input->field->name);
	}
}

bool rdata_relay_type_print(const struct rdata_piece *piece, struct text *out)
{
	text_addf(out, "%u %u", piece->octets.data[0] >> 7, piece->octets.data[0] & RELAY_TYPE_MASK);
	return true;
}

int rdata_relay_type_parse(struct rdata_input *input)
{
	uint32_t is_optional;
	uint32_t type;
	int err = rdata_decimal(rdata_input_token(input)->text, 1, &is_optional);
	if (err != ERR_OK)
		return rdata_input_unfit(input, err);
	if (++input->next == input->count)
		return rdata_input_missing(input);
	err = rdata_decimal(rdata_input_token(input)->text, RELAY_TYPE_MASK, &type);
	if (err != ERR_OK)
		return rdata_input_unfit(input, err);
	writer_u8(input->out, (uint8_t)(is_optional << 7 | type));
	input->next++;
	return ERR_OK;
}

/* RFC 8005 5: HIT length (1), algorithm (1), public key length (2), HIT, public key. */
#define HIP_HEADER 4

int rdata_hip_measure(struct span rdata, size_t at, size_t *ret_size)
{
	if (rdata.size - at < HIP_HEADER)
		return ERR_TRUNCATED;
	unsigned hit_size = rdata.data[at];
	unsigned key_size = load_u16(rdata.data + at + 2);
	if (hit_size == 0 || key_size == 0)
		return ERR_RANGE;
	*ret_size = HIP_HEADER + hit_size + key_size;
	return ERR_OK;
}

bool rdata_hip_print(const struct rdata_piece *piece, struct text *out)
{
	const uint8_t *at = piece->octets.data;
	text_addf(out, "%u ", at[1]);
	hex_encode(span_of(at + HIP_HEADER, at[0]), out);
	text_add_char(out, ' ');
	base64_encode(span_of(at + HIP_HEADER + at[0], load_u16(at + 2)), out);
	return true;
}

/* One token decoded; *ret_size: octets that gave. */
static int hip_octets_parse(struct rdata_input *input, int (*decode)(struct span, struct writer *), size_t maximum,
			    size_t *ret_size)
{
	if (input->next == input->count)
		return rdata_input_missing(input);
	size_t before = input->out->size;
	int err = decode(rdata_input_token(input)->text, input->out);
	if (err == ERR_SPACE)
		return err;
	*ret_size = input->out->size - before;
	if (err != ERR_OK || *ret_size == 0 || *ret_size > maximum)
		return rdata_input_unfit(input, err != ERR_OK ? err : ERR_RANGE);
	input->next++;
	return ERR_OK;
}

int rdata_hip_parse(struct rdata_input *input)
{
	uint32_t algorithm;
	size_t hit_size;
	size_t key_size;
	int err = rdata_decimal(rdata_input_token(input)->text, UINT8_MAX, &algorithm);
	if (err != ERR_OK)
		return rdata_input_unfit(input, err);
	input->next++;
	uint8_t *header = writer_reserve(input->out, HIP_HEADER);
	if (header == NULL)
		return ERR_SPACE;
	err = hip_octets_parse(input, hex_decode, UINT8_MAX, &hit_size);
	if (err == ERR_OK)
		err = hip_octets_parse(input, base64_decode, UINT16_MAX, &key_size);
	if (err != ERR_OK)
		return err;
	header[0] = (uint8_t)hit_size;
	header[1] = (uint8_t)algorithm;
	store_u16(header + 2, (uint16_t)key_size);
	return ERR_OK;
}
