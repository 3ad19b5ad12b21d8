/* SPDX-License-Identifier: BSD-2-Clause */
#include "dns64/pref64.h"

#include "ip/nat64.h"
#include "ip/special.h"

#define OPTION_TYPE 38    /* RFC 8781 4 */
#define OPTION_SIZE 16    /* octets: its length octet says 2 units of 8 */
#define LIFETIME_UNIT_S 8 /* of the scaled lifetime */

bool pref64_is_usable(const struct ip_prefix *prefix)
{
	if (!nat64_is_prefix(prefix))
		return false;
	switch (ip_addr_kind(&prefix->addr)) {
	case IP_KIND_ANY: /* ::/96 and shorter */
	case IP_KIND_LOOPBACK:
	case IP_KIND_LINK_LOCAL:
	case IP_KIND_MULTICAST:
	case IP_KIND_MAPPED:
	case IP_KIND_COMPATIBLE:
		return false;
	default:
		return true;
	}
}

bool pref64_is_path_trusted(const struct ip_addr *resolver, bool is_authenticated)
{
	return is_authenticated || ip_addr_is_loopback(resolver);
}

/* --- RFC 7050 --- */

#define ADDRESSES_MAX 64 /* AAAA looked at: two for each prefix are honest */

struct sighting { /* one of the two addresses, seen at a place of RFC 6052 2.2 */
	struct ip_prefix prefix;
	size_t which;
};

#define SIGHTINGS_MAX 12 /* two addresses, six lengths */

static const uint8_t well_known[2][4] = {{192, 0, 0, 170}, {192, 0, 0, 171}}; /* RFC 7050 2.2 */

static size_t sightings_of(const struct ip_addr *addr, struct sighting ret[SIGHTINGS_MAX])
{
	static const uint8_t lengths[] = {32, 40, 48, 56, 64, 96};
	size_t count = 0;
	for (size_t i = 0; i < 2 * sizeof(lengths); i++) {
		struct ip_prefix prefix = ip_prefix_of(addr, lengths[i / 2]);
		struct ip_addr ipv4 = ip_addr_v4(well_known[i % 2]), inside;
		if (nat64_extract(&prefix, addr, &inside) == ERR_OK && ip_addr_equal(&inside, &ipv4))
			ret[count++] = (struct sighting){.prefix = prefix, .which = i % 2};
	}
	return count;
}

/* Does an AAAA hold the other address under the same prefix? */
static bool is_confirmed(const struct ip_addr *addrs, size_t count, const struct sighting *sighting)
{
	struct ip_addr other = ip_addr_v4(well_known[1 - sighting->which]), inside;
	for (size_t i = 0; i < count; i++) {
		if (nat64_extract(&sighting->prefix, &addrs[i], &inside) == ERR_OK && ip_addr_equal(&inside, &other))
			return true;
	}
	return false;
}

static size_t add_once(struct ip_prefix *prefixes, size_t count, size_t size, const struct ip_prefix *prefix)
{
	for (size_t i = 0; i < count; i++) {
		if (ip_prefix_equal(&prefixes[i], prefix))
			return count;
	}
	if (count < size)
		prefixes[count++] = *prefix;
	return count;
}

size_t pref64_from_ipv4only(const struct rrset *aaaa, struct ip_prefix *ret, size_t size)
{
	struct ip_addr addrs[ADDRESSES_MAX];
	struct span rdata;
	size_t addr_count = 0, count = 0;
	for (size_t position = 0; addr_count < ADDRESSES_MAX && rrset_next(aaaa, &position, &rdata);) {
		if (rdata.size == 16)
			addrs[addr_count++] = ip_addr_v6(rdata.data);
	}
	for (size_t i = 0; i < addr_count; i++) {
		struct sighting sightings[SIGHTINGS_MAX];
		size_t seen = sightings_of(&addrs[i], sightings);
		for (size_t j = 0; j < seen; j++) {
			/* RFC 7050 3: the value must be there only once; else the record with the other one decides. */
			if ((seen == 1 || is_confirmed(addrs, addr_count, &sightings[j])) &&
			    pref64_is_usable(&sightings[j].prefix))
				count = add_once(ret, count, size, &sightings[j].prefix);
		}
	}
	return count;
}

/* --- RFC 8781 --- */

int pref64_from_option(struct span option, struct ip_prefix *ret, uint32_t *ret_lifetime_s)
{
	static const uint8_t lengths[] = {96, 64, 56, 48, 40, 32}; /* by prefix length code; 6 and 7 are reserved */
	if (option.size != OPTION_SIZE || option.data[0] != OPTION_TYPE || option.data[1] != OPTION_SIZE / 8)
		return ERR_SYNTAX;
	uint16_t scaled = load_u16(option.data + 2); /* 13 bits of lifetime, 3 of code */
	uint8_t code = scaled & 7;
	if (code >= sizeof(lengths))
		return ERR_SYNTAX;
	uint8_t bytes[16] = {0};
	memcpy(bytes, option.data + 4, 12);
	struct ip_addr addr = ip_addr_v6(bytes);
	/* RFC 8781 4: bits behind the length are ignored. */
	struct ip_prefix prefix = ip_prefix_of(&addr, lengths[code]);
	if (!pref64_is_usable(&prefix))
		return ERR_SYNTAX;
	*ret = prefix;
	*ret_lifetime_s = (uint32_t)(scaled >> 3) * LIFETIME_UNIT_S;
	return ERR_OK;
}
