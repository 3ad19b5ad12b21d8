/* SPDX-License-Identifier: BSD-2-Clause */
#include "dns/edns.h"

#include "dns/rrtype.h"

#include <stdio.h>

size_t edns_size(const struct edns *edns)
{
	size_t size = EDNS_HEADER_SIZE;
	if (edns->has_nsid)
		size += EDNS_OPTION_HEADER + edns->nsid.size;
	if (edns->cookie.data != NULL)
		size += EDNS_OPTION_HEADER + edns->cookie.size;
	if (edns->has_keepalive)
		size += EDNS_OPTION_HEADER + (edns->has_keepalive_time ? 2u : 0u);
	for (unsigned i = 0; i < edns->ede_count; i++)
		size += EDNS_OPTION_HEADER + 2u + edns->ede[i].text.size;
	return size;
}

static void option_header_write(struct writer *out, uint16_t code, size_t size)
{
	writer_u16(out, code);
	writer_u16(out, (uint16_t)size);
}

static void option_write(struct writer *out, uint16_t code, struct span value)
{
	option_header_write(out, code, value.size);
	writer_bytes(out, value.data, value.size);
}

/* RFC 7830 3: the padding is zeros, and the option comes last so that it can count what is before it. */
static void padding_write(struct writer *out, unsigned block)
{
	size_t unpadded = out->size + EDNS_OPTION_HEADER;
	if (out->is_full || unpadded > out->capacity)
		return;
	size_t size = (block - unpadded % block) % block;
	if (size > out->capacity - unpadded)
		size = out->capacity - unpadded;
	option_header_write(out, EDNS_PADDING, size);
	uint8_t *at = writer_reserve(out, size);
	if (at != NULL && size > 0)
		memset(at, 0, size);
}

static void options_write(const struct edns *edns, struct writer *out)
{
	if (edns->has_nsid)
		option_write(out, EDNS_NSID, edns->nsid);
	if (edns->cookie.data != NULL)
		option_write(out, EDNS_COOKIE, edns->cookie);
	if (edns->has_keepalive) {
		option_header_write(out, EDNS_KEEPALIVE, edns->has_keepalive_time ? 2 : 0);
		if (edns->has_keepalive_time)
			writer_u16(out, edns->keepalive_ds);
	}
	for (unsigned i = 0; i < edns->ede_count; i++) {
		option_header_write(out, EDNS_EDE, 2 + edns->ede[i].text.size);
		writer_u16(out, edns->ede[i].code);
		writer_bytes(out, edns->ede[i].text.data, edns->ede[i].text.size);
	}
	if (edns->padding_block != 0)
		padding_write(out, edns->padding_block);
}

void edns_write(const struct edns *edns, struct writer *out)
{
	uint8_t *at = writer_reserve(out, EDNS_HEADER_SIZE);
	if (at == NULL)
		return;
	size_t start = out->size;
	at[0] = 0; /* owner: the root */
	store_u16(at + 1, RR_OPT);
	store_u16(at + 3, edns->udp_size);
	at[5] = (uint8_t)(edns->rcode >> 4);
	at[6] = edns->version;
	store_u16(at + 7, edns->is_do ? EDNS_FLAG_DO : 0);
	options_write(edns, out);
	store_u16(at + 9, (uint16_t)(out->size - start));
}

int edns_next_option(struct span rdata, size_t *position, uint16_t *ret_code, struct span *ret_value)
{
	if (*position >= rdata.size)
		return ERR_NOT_FOUND;
	struct span rest = span_of(rdata.data + *position, rdata.size - *position), value;
	uint16_t code, size;
	if (!span_take_u16(&rest, &code) || !span_take_u16(&rest, &size) || !span_take(&rest, size, &value))
		return ERR_TRUNCATED;
	*position = rdata.size - rest.size;
	*ret_code = code;
	*ret_value = value;
	return ERR_OK;
}

static int option_read(uint16_t code, struct span value, struct edns *edns)
{
	switch (code) {
	case EDNS_NSID:
		edns->has_nsid = true;
		edns->nsid = value;
		return ERR_OK;
	case EDNS_COOKIE:
		/* RFC 7873 4: the client part is 8 octets, the server part none or 8 to 32. */
		if (value.size != 8 && (value.size < 16 || value.size > EDNS_COOKIE_MAX))
			return ERR_SYNTAX;
		if (edns->cookie.data == NULL)
			edns->cookie = value;
		return ERR_OK;
	case EDNS_KEEPALIVE:
		if (value.size != 0 && value.size != 2)
			return ERR_SYNTAX;
		edns->has_keepalive = true;
		edns->has_keepalive_time = value.size == 2;
		edns->keepalive_ds = value.size == 2 ? load_u16(value.data) : 0;
		return ERR_OK;
	case EDNS_PADDING:
		edns->padding_block = (uint16_t)value.size;
		return ERR_OK;
	case EDNS_EDE:
		if (value.size < 2)
			return ERR_SYNTAX;
		if (edns->ede_count < EDNS_EDE_MAX)
			edns->ede[edns->ede_count++] = (struct edns_ede){
			    .code = load_u16(value.data), .text = span_of(value.data + 2, value.size - 2)};
		return ERR_OK;
	default:
		return ERR_OK;
	}
}

int edns_read(uint16_t class, uint32_t ttl, struct span rdata, struct edns *ret)
{
	struct edns edns = {.udp_size = class,
	                    .rcode = (uint16_t)((ttl >> 24) << 4),
	                    .version = (uint8_t)(ttl >> 16),
	                    .is_do = (ttl & EDNS_FLAG_DO) != 0};
	size_t position = 0;
	uint16_t code;
	struct span value;
	int err;
	while ((err = edns_next_option(rdata, &position, &code, &value)) == ERR_OK)
		if ((err = option_read(code, value, &edns)) != ERR_OK)
			return err;
	if (err != ERR_NOT_FOUND)
		return err;
	*ret = edns;
	return ERR_OK;
}

void edns_option_to_text(uint16_t code, char ret_text[EDNS_TEXT_MAX])
{
	static const struct {
		uint16_t code;
		const char *text;
	} names[] = {{EDNS_NSID, "NSID"},       {EDNS_ECS, "ECS"},         {EDNS_EXPIRE, "EXPIRE"},
	             {EDNS_COOKIE, "COOKIE"},   {EDNS_KEEPALIVE, "KEEPALIVE"}, {EDNS_PADDING, "PADDING"},
	             {EDNS_CHAIN, "CHAIN"},     {EDNS_EDE, "EDE"},         {EDNS_REPORT_CHANNEL, "REPORT-CHANNEL"},
	             {EDNS_ZONEVERSION, "ZONEVERSION"}};
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (names[i].code == code) {
			snprintf(ret_text, EDNS_TEXT_MAX, "%s", names[i].text);
			return;
		}
	snprintf(ret_text, EDNS_TEXT_MAX, "OPT%u", code);
}

const char *ede_text(uint16_t code)
{
	static const char *const texts[] = {
#define EDE_ROW(number, name, text) [number] = text,
	    EDE_LIST(EDE_ROW)
#undef EDE_ROW
	};
	return code < sizeof(texts) / sizeof(*texts) ? texts[code] : "Unassigned";
}
