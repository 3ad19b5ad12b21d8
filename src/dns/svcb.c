/* SPDX-License-Identifier: BSD-2-Clause */
#include "dns/svcb.h"

#include "base/encoding.h"

#include <stdio.h>

static bool is_empty(struct span value)
{
	return value.size == 0;
}

static bool is_filled(struct span value)
{
	return value.size > 0;
}

static bool is_u16(struct span value)
{
	return value.size == 2;
}

static bool is_ipv4_list(struct span value)
{
	return value.size > 0 && value.size % 4 == 0;
}

static bool is_ipv6_list(struct span value)
{
	return value.size > 0 && value.size % 16 == 0;
}

/* Each with its length octet, none of them empty (RFC 9460 7.1.1). */
static bool is_alpn_list(struct span value)
{
	uint8_t size;
	struct span identifier;
	bool has_any = value.size > 0;
	while (has_any && span_take_u8(&value, &size)) {
		if (size == 0 || !span_take(&value, size, &identifier))
			return false;
	}
	return has_any;
}

/* Ascending, without duplicates, and not "mandatory" itself (RFC 9460 8). */
static bool is_mandatory_list(struct span value)
{
	uint16_t key;
	int last = SVCPARAM_MANDATORY;
	if (value.size == 0 || value.size % 2 != 0)
		return false;
	while (span_take_u16(&value, &key)) {
		if (key <= last)
			return false;
		last = key;
	}
	return true;
}

/* A list of code points without duplicates. The list is short or hostile: what is longer than the space of the
 * values must repeat itself. */
static bool is_group_list(struct span value)
{
	uint8_t seen[65536 / 8] = {0};
	uint16_t group;
	if (value.size == 0 || value.size % 2 != 0)
		return false;
	while (span_take_u16(&value, &group)) {
		uint8_t bit = (uint8_t)(1u << group % 8);
		if (seen[group / 8] & bit)
			return false;
		seen[group / 8] |= bit;
	}
	return true;
}

static void keys_print(struct span value, struct text *out)
{
	char name[SVCPARAM_TEXT_MAX];
	uint16_t key;
	for (const char *comma = ""; span_take_u16(&value, &key); comma = ",") {
		svcparam_to_text(key, name);
		text_add(out, comma);
		text_add(out, name);
	}
}

static void numbers_print(struct span value, struct text *out)
{
	uint16_t number;
	for (const char *comma = ""; span_take_u16(&value, &number); comma = ",")
		text_addf(out, "%s%u", comma, number);
}

static void ipv4_print(struct span value, struct text *out)
{
	struct span address;
	for (const char *comma = ""; span_take(&value, 4, &address); comma = ",") {
		text_add(out, comma);
		rdata_ip4_print(address.data, out);
	}
}

static void ipv6_print(struct span value, struct text *out)
{
	struct span address;
	for (const char *comma = ""; span_take(&value, 16, &address); comma = ",") {
		text_add(out, comma);
		rdata_ip6_print(address.data, out);
	}
}

/* Two layers of escapes: the list's (backslash before comma and backslash), then the string's. */
static void alpn_print(struct span value, struct text *out)
{
	uint8_t size;
	struct span identifier;
	text_add_char(out, '"');
	for (const char *comma = ""; span_take_u8(&value, &size) && span_take(&value, size, &identifier); comma = ",") {
		text_add(out, comma);
		for (size_t i = 0; i < identifier.size; i++) {
			uint8_t octet = identifier.data[i];
			if (octet == ',')
				text_add(out, "\\\\,");
			else if (octet == '\\')
				text_add(out, "\\\\\\\\");
			else if (octet == '"')
				text_add(out, "\\\"");
			else if (octet < 0x20 || octet > 0x7e)
				text_addf(out, "\\%03u", octet);
			else
				text_add_char(out, (char)octet);
		}
	}
	text_add_char(out, '"');
}

static int key_item(struct span item, struct writer *out)
{
	uint16_t key;
	int err = svcparam_from_text(item, &key);
	if (err == ERR_OK)
		writer_u16(out, key);
	return err;
}

static int alpn_item(struct span item, struct writer *out)
{
	if (item.size == 0 || item.size > 255)
		return ERR_RANGE;
	writer_u8(out, (uint8_t)item.size);
	writer_bytes(out, item.data, item.size);
	return ERR_OK;
}

static int number_item(struct span item, struct writer *out)
{
	uint32_t number;
	int err = rdata_decimal(item, UINT16_MAX, &number);
	if (err == ERR_OK)
		writer_u16(out, (uint16_t)number);
	return err;
}

static int ipv4_item(struct span item, struct writer *out)
{
	uint8_t address[4];
	int err = rdata_ip4(item, address);
	if (err == ERR_OK)
		writer_bytes(out, address, sizeof address);
	return err;
}

static int ipv6_item(struct span item, struct writer *out)
{
	uint8_t address[16];
	int err = rdata_ip6(item, address);
	if (err == ERR_OK)
		writer_bytes(out, address, sizeof address);
	return err;
}

static const struct svcparam_row rows[] = {
	[SVCPARAM_MANDATORY] = {"mandatory", is_mandatory_list, keys_print, key_item,
				"a list of other keys, each once, like alpn,port", false, false},
	[SVCPARAM_ALPN] = {"alpn", is_alpn_list, alpn_print, alpn_item,
			   "a list of protocols of 1 to 255 octets, like h3,h2", true, false},
	[SVCPARAM_NO_DEFAULT_ALPN] = {"no-default-alpn", is_empty, NULL, NULL, "no value", false, false},
	[SVCPARAM_PORT] = {"port", is_u16, numbers_print, number_item, "a number from 0 to 65535", false, true},
	[SVCPARAM_IPV4HINT] = {"ipv4hint", is_ipv4_list, ipv4_print, ipv4_item, "a list of IPv4 addresses", false,
			       false},
	[SVCPARAM_ECH] = {"ech", is_filled, base64_encode, base64_decode, "base64 text", false, true},
	[SVCPARAM_IPV6HINT] = {"ipv6hint", is_ipv6_list, ipv6_print, ipv6_item, "a list of IPv6 addresses", false,
			       false},
	[SVCPARAM_DOHPATH] = {"dohpath", is_filled, NULL, NULL, "a URI template like /dns-query{?dns}", false, false},
	[SVCPARAM_OHTTP] = {"ohttp", is_empty, NULL, NULL, "no value", false, false},
	[SVCPARAM_TLS_SUPPORTED_GROUPS] = {"tls-supported-groups", is_group_list, numbers_print, number_item,
					   "a list of numbers from 0 to 65535, each once", false, false},
};
#define ROW_COUNT (sizeof rows / sizeof rows[0])

const struct svcparam_row *svcparam_find(uint16_t key)
{
	return key < ROW_COUNT ? &rows[key] : NULL;
}

int svcparam_from_text(struct span text, uint16_t *ret)
{
	uint32_t number;
	for (uint16_t key = 0; key < ROW_COUNT; key++) {
		if (span_equal(text, span_text(rows[key].name))) {
			*ret = key;
			return ERR_OK;
		}
	}
	/* RFC 9460 2.1: "key" and the number without leading zeros; lower case only. */
	if (text.size < 4 || memcmp(text.data, "key", 3) != 0 || (text.size > 4 && text.data[3] == '0') ||
	    rdata_decimal(span_of(text.data + 3, text.size - 3), UINT16_MAX, &number) != ERR_OK)
		return ERR_NOT_FOUND;
	*ret = (uint16_t)number;
	return ERR_OK;
}

void svcparam_to_text(uint16_t key, char ret_text[SVCPARAM_TEXT_MAX])
{
	const struct svcparam_row *row = svcparam_find(key);
	if (row != NULL)
		snprintf(ret_text, SVCPARAM_TEXT_MAX, "%s", row->name);
	else
		snprintf(ret_text, SVCPARAM_TEXT_MAX, "key%u", key);
}

int svcparam_take(struct span *params, uint16_t *ret_key, struct span *ret_value)
{
	uint16_t size;
	if (!span_take_u16(params, ret_key) || !span_take_u16(params, &size) || !span_take(params, size, ret_value))
		return ERR_TRUNCATED;
	return ERR_OK;
}

static int fault(struct svcb_fault *ret, int code, uint16_t key, const char *reason)
{
	*ret = (struct svcb_fault){.key = key, .reason = reason};
	return code;
}

/* Are all keys of the mandatory value there? Both lists ascend, so one pass does. params is well formed. */
static int mandatory_check(struct span mandatory, struct span params, struct svcb_fault *ret_fault)
{
	uint16_t wanted;
	while (span_take_u16(&mandatory, &wanted)) {
		uint16_t key = 0;
		struct span value;
		while (key < wanted && svcparam_take(&params, &key, &value) == ERR_OK)
			continue;
		if (key != wanted)
			return fault(ret_fault, ERR_SYNTAX, wanted, "is named by mandatory but is not there");
	}
	return ERR_OK;
}

int svcb_check(struct span params, struct svcb_fault *ret_fault)
{
	struct span rest = params;
	struct span mandatory = span_of("", 0);
	bool has_alpn = false;
	bool has_no_default = false;
	int last = -1;
	while (rest.size > 0) {
		uint16_t key = 0;
		struct span value;
		if (svcparam_take(&rest, &key, &value) != ERR_OK)
			return fault(ret_fault, ERR_TRUNCATED, key, "ends too early");
		/* RFC 9460 2.2: strictly increasing. */
		if (key <= last)
			return fault(ret_fault, ERR_SYNTAX, key, "is given twice or out of order");
		const struct svcparam_row *row = svcparam_find(key);
		if (row != NULL && !row->is_valid(value))
			return fault(ret_fault, ERR_SYNTAX, key, row->wanted);
		if (key == SVCPARAM_MANDATORY)
			mandatory = value;
		has_alpn |= key == SVCPARAM_ALPN;
		has_no_default |= key == SVCPARAM_NO_DEFAULT_ALPN;
		last = key;
	}
	/* RFC 9460 7.1.1. */
	if (has_no_default && !has_alpn)
		return fault(ret_fault, ERR_SYNTAX, SVCPARAM_ALPN, "must be there when no-default-alpn is");
	return mandatory_check(mandatory, params, ret_fault);
}

int rdata_svcparams_measure(struct span rdata, size_t at, size_t *ret_size)
{
	struct svcb_fault ignored;
	*ret_size = rdata.size - at;
	return svcb_check(span_of(rdata.data + at, *ret_size), &ignored);
}

void svcparams_to_text(struct span params, struct text *out)
{
	struct span value;
	char name[SVCPARAM_TEXT_MAX];
	uint16_t key;
	for (const char *space = ""; svcparam_take(&params, &key, &value) == ERR_OK; space = " ") {
		const struct svcparam_row *row = svcparam_find(key);
		svcparam_to_text(key, name);
		text_add(out, space);
		text_add(out, name);
		if (value.size == 0)
			continue;
		text_add_char(out, '=');
		if (row != NULL && row->print != NULL)
			row->print(value, out);
		else
			rdata_quoted_print(value, out);
	}
}

bool rdata_svcparams_print(const struct rdata_piece *piece, struct text *out)
{
	svcparams_to_text(piece->octets, out);
	return true;
}

bool rdata_next_svcparam(struct span rdata, size_t *position, uint16_t *ret_key, struct span *ret_value)
{
	struct span rest = rdata;
	struct span skipped;
	struct name target;
	if (*position == 0 && (!span_take(&rest, 2, &skipped) || name_take(&rest, &target) != ERR_OK))
		return false;
	if (*position > 0)
		rest = span_of(rdata.data + *position, rdata.size - *position);
	if (svcparam_take(&rest, ret_key, ret_value) != ERR_OK)
		return false;
	*position = rdata.size - rest.size;
	return true;
}

/* --- dohpath --- */

/* Of RFC 6570 2.1 what may stand outside of expressions, but no fragment (#): a path has none. */
static bool is_literal(uint8_t octet)
{
	return octet > ' ' && octet != 0x7f && strchr("\"#<>\\^`{|}", octet) == NULL;
}

/* An expression without its braces: is one of its variables dns? Operators and modifiers change nothing there. */
static bool expression_has_dns(struct span expression)
{
	size_t start = 0;
	if (expression.size > 0 && strchr("+#./;?&", expression.data[0]) != NULL && expression.data[0] != '\0')
		start = 1;
	for (size_t at = start; at <= expression.size; at++) {
		if (at < expression.size && expression.data[at] != ',' && expression.data[at] != ':' &&
		    expression.data[at] != '*')
			continue;
		if (at - start == 3 && memcmp(expression.data + start, "dns", 3) == 0)
			return true;
		start = at + 1;
	}
	return false;
}

static void literal_write(uint8_t octet, struct writer *out)
{
	char text[4];
	if (octet < 0x80)
		writer_u8(out, octet);
	else /* RFC 6570 3.1 */
		writer_bytes(out, text, (size_t)snprintf(text, sizeof(text), "%%%02X", octet));
}

int dohpath_expand(struct span value, struct writer *ret)
{
	bool has_dns = false;
	size_t before = ret->size;
	for (size_t at = 0; at < value.size; at++) {
		if (value.data[at] != '{') {
			if (!is_literal(value.data[at]))
				return ERR_SYNTAX;
			literal_write(value.data[at], ret);
			continue;
		}
		const uint8_t *end = memchr(value.data + at, '}', value.size - at);
		if (end == NULL)
			return ERR_SYNTAX;
		struct span expression = span_of(value.data + at + 1, (size_t)(end - value.data) - at - 1);
		has_dns = has_dns || expression_has_dns(expression);
		at += expression.size + 1;
	}
	bool is_absolute = ret->is_full || (ret->size > before && ret->data[before] == '/');
	return has_dns && is_absolute ? ERR_OK : ERR_SYNTAX;
}

bool dohpath_is_path(struct span text)
{
	for (size_t i = 0; i < text.size; i++) {
		if (text.data[i] >= 0x80 || !is_literal(text.data[i]))
			return false;
	}
	return text.size > 0 && text.data[0] == '/';
}
