/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * First octet even: the rest is a neighbour discovery option. Odd: AAAA of ipv4only.arpa, 16 octets each. What they say
 * must be usable, and an address mapped under it must come back; a table takes it, too.
 */
#include "dns/rrtype.h"
#include "dns64/dns64.h"
#include "dns64/pref64.h"
#include "ip/nat64.h"
#include "tests/fuzz/require.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const struct ip_prefix *prefix, uint32_t lifetime_s)
{
	static const uint8_t octets[] = {9, 8, 7, 6};
	struct ip_addr ipv4 = ip_addr_v4(octets), made, back;
	struct pref64_table *table = pref64_table_new();
	struct pref64 heard = {.prefix = *prefix, .source = PREF64_RFC7050, .router = {.family = FAMILY_IPV6}};
	struct dns64 dns64 = {.learned = table};
	enum pref64_change change;
	REQUIRE(pref64_is_usable(prefix));
	REQUIRE(pref64_table_learn(table, &heard, lifetime_s, 1, &change) == ERR_OK);
	REQUIRE(change == (lifetime_s > 0 ? PREF64_ADDED : PREF64_SAME));
	if (lifetime_s > 0) {
		REQUIRE(pref64_table_map(table, &ipv4, 1, &made) == ERR_OK && made.bytes[8] == 0);
		REQUIRE(dns64_is_synthetic(&dns64, &made, 1, &back) && ip_addr_equal(&back, &ipv4));
		REQUIRE(pref64_table_expire(table, 1 + lifetime_s * 1000000ull));
	}
	REQUIRE(pref64_table_in_use(table, UINT64_MAX - 1, &heard.prefix, 1) == 0);
	pref64_table_free(table);
}

static void from_ipv4only(const uint8_t *data, size_t count)
{
	struct rrset *rrset = calloc(1, sizeof(*rrset) + count * 26);
	struct ip_prefix prefixes[PREF64_MAX];
	REQUIRE(rrset != NULL);
	rrset->type = RR_AAAA;
	rrset->count = (uint16_t)count;
	rrset->size = (uint32_t)count * 26;
	for (size_t i = 0; i < count; i++) {
		store_u16(rrset->records + i * 26 + 8, 16);
		memcpy(rrset->records + i * 26 + 10, data + i * 16, 16);
	}
	size_t found = pref64_from_ipv4only(rrset, prefixes, PREF64_MAX);
	REQUIRE(found <= PREF64_MAX);
	for (size_t i = 0; i < found; i++) {
		check(&prefixes[i], 300);
		for (size_t j = 0; j < i; j++)
			REQUIRE(!ip_prefix_equal(&prefixes[i], &prefixes[j]));
	}
	free(rrset);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ip_prefix prefix;
	uint32_t lifetime_s;
	if (size == 0)
		return 0;
	if (data[0] % 2 == 1)
		from_ipv4only(data + 1, (size - 1) / 16 < 1000 ? (size - 1) / 16 : 1000);
	else if (pref64_from_option(span_of(data + 1, size - 1), &prefix, &lifetime_s) == ERR_OK)
		check(&prefix, lifetime_s);
	return 0;
}
