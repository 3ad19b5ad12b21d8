/* SPDX-License-Identifier: BSD-2-Clause */
#include "ip/prefix.h"

#include <stdio.h>
#include <string.h>

/* Zeroes the bits behind length. */
static void prefix_mask(struct ip_addr *addr, unsigned length)
{
	for (unsigned i = 0; i < 16; i++) {
		if (length >= 8 * (i + 1))
			continue;
		unsigned kept = length > 8 * i ? length - 8 * i : 0;
		addr->bytes[i] &= (uint8_t)(0xff00 >> kept);
	}
}

struct ip_prefix ip_prefix_of(const struct ip_addr *addr, uint8_t length)
{
	struct ip_prefix prefix = {.addr = *addr, .length = length};
	prefix.addr.scope = 0;
	prefix_mask(&prefix.addr, length);
	return prefix;
}

int ip_prefix_from_text(const char *text, struct ip_prefix *ret)
{
	char address[IP_ADDR_TEXT_MAX];
	size_t size = strcspn(text, "/");
	if (size >= sizeof(address))
		return ERR_SYNTAX;
	memcpy(address, text, size);
	address[size] = '\0';
	struct ip_addr addr;
	int rc = ip_addr_from_text(address, &addr);
	if (rc != ERR_OK)
		return rc;
	unsigned bits = 8 * (unsigned)ip_addr_size(addr.family);
	unsigned length = bits;
	if (text[size] == '/') {
		const char *digits = text + size + 1;
		size_t count = strspn(digits, "0123456789");
		if (count == 0 || count > 3 || digits[count] != '\0')
			return ERR_SYNTAX;
		length = 0;
		for (size_t i = 0; i < count; i++)
			length = length * 10 + (unsigned)(digits[i] - '0');
		if (length > bits)
			return ERR_RANGE;
	}
	struct ip_prefix prefix = ip_prefix_of(&addr, (uint8_t)length);
	if (memcmp(prefix.addr.bytes, addr.bytes, sizeof(addr.bytes)) != 0)
		return ERR_MISMATCH;
	*ret = prefix;
	return ERR_OK;
}

void ip_prefix_to_text(const struct ip_prefix *prefix, char ret_text[IP_PREFIX_TEXT_MAX])
{
	ip_addr_to_text(&prefix->addr, ret_text);
	size_t size = strlen(ret_text);
	snprintf(ret_text + size, IP_PREFIX_TEXT_MAX - size, "/%u", prefix->length);
}

bool ip_prefix_contains(const struct ip_prefix *prefix, const struct ip_addr *addr)
{
	if (prefix->addr.family != addr->family)
		return false;
	struct ip_prefix cut = ip_prefix_of(addr, prefix->length);
	return memcmp(cut.addr.bytes, prefix->addr.bytes, sizeof(cut.addr.bytes)) == 0;
}

bool ip_prefix_equal(const struct ip_prefix *a, const struct ip_prefix *b)
{
	return a->length == b->length && ip_addr_equal(&a->addr, &b->addr);
}
