/* SPDX-License-Identifier: BSD-2-Clause */
#include "ip/nat64.h"

#define U_OCTET 8 /* bits 64-71, RFC 6052 2.2: zero, and skipped by the IPv4 address */

bool nat64_is_prefix(const struct ip_prefix *prefix)
{
	if (prefix->addr.family != FAMILY_IPV6)
		return false;
	switch (prefix->length) {
	case 32:
	case 40:
	case 48:
	case 56:
	case 64:
		return true;
	case 96:
		return prefix->addr.bytes[U_OCTET] == 0;
	default:
		return false;
	}
}

/* Where octet index of the IPv4 address stands behind a prefix of length bits. */
static size_t octet_place(uint8_t length, size_t index)
{
	size_t place = length / 8 + index;
	return length < 96 && place >= U_OCTET ? place + 1 : place;
}

int nat64_embed(const struct ip_prefix *prefix, const struct ip_addr *addr, struct ip_addr *ret)
{
	if (!nat64_is_prefix(prefix) || addr->family != FAMILY_IPV4)
		return ERR_RANGE;
	struct ip_addr made = ip_addr_v6(prefix->addr.bytes);
	for (size_t i = 0; i < 4; i++)
		made.bytes[octet_place(prefix->length, i)] = addr->bytes[i];
	*ret = made;
	return ERR_OK;
}

int nat64_extract(const struct ip_prefix *prefix, const struct ip_addr *addr, struct ip_addr *ret)
{
	if (!nat64_is_prefix(prefix) || !ip_prefix_contains(prefix, addr) || addr->bytes[U_OCTET] != 0)
		return ERR_MISMATCH;
	uint8_t octets[4];
	for (size_t i = 0; i < sizeof(octets); i++)
		octets[i] = addr->bytes[octet_place(prefix->length, i)];
	*ret = ip_addr_v4(octets);
	return ERR_OK;
}
