/* SPDX-License-Identifier: BSD-2-Clause */
#include "ip/special.h"

/*
 * Rows of the IANA IPv6 and IPv4 Special-Purpose Address Registries. The first row that holds an address wins, so
 * a more special prefix stands before the one it is part of.
 */
struct special_row {
	uint8_t bytes[16];
	uint8_t length; /* bits */
	enum ip_kind kind;
};

static const struct special_row rows_v6[] = {
	{{0}, 128, IP_KIND_ANY},
	{{[15] = 1}, 128, IP_KIND_LOOPBACK},
	{{[10] = 0xff, 0xff}, 96, IP_KIND_MAPPED},
	{{0}, 96, IP_KIND_COMPATIBLE}, /* RFC 4291 2.5.5.1 */
	{{0x00, 0x64, 0xff, 0x9b}, 96, IP_KIND_NAT64},
	{{0x00, 0x64, 0xff, 0x9b, 0x00, 0x01}, 48, IP_KIND_NAT64_LOCAL},
	{{0x01}, 64, IP_KIND_RESERVED},                                /* discard-only, RFC 6666 */
	{{0x20, 0x01, 0x0d, 0xb8}, 32, IP_KIND_DOCUMENTATION},
	{{0x3f, 0xff}, 20, IP_KIND_DOCUMENTATION},                     /* RFC 9637 */
	{{0x20, 0x01}, 32, IP_KIND_TEREDO},
	{{0x20, 0x01, 0x00, 0x02, 0x00, 0x00}, 48, IP_KIND_BENCHMARK}, /* RFC 5180 */
	{{0x20, 0x01, 0x00, 0x10}, 28, IP_KIND_ORCHID},
	{{0x20, 0x01, 0x00, 0x20}, 28, IP_KIND_ORCHID},
	{{0x20, 0x02}, 16, IP_KIND_6TO4},
	{{0x5f, 0x00}, 16, IP_KIND_RESERVED},                          /* SRv6 SIDs, RFC 9602 */
	{{0xfc}, 7, IP_KIND_ULA},
	{{0xfe, 0x80}, 10, IP_KIND_LINK_LOCAL},
	{{0xfe, 0xc0}, 10, IP_KIND_RESERVED},                          /* site-local of old, RFC 3879 */
	{{0xff}, 8, IP_KIND_MULTICAST},
};

static const struct special_row rows_v4[] = {
	{{0}, 32, IP_KIND_ANY},
	{{0}, 8, IP_KIND_RESERVED},
	{{10}, 8, IP_KIND_PRIVATE},
	{{100, 64}, 10, IP_KIND_SHARED},
	{{127}, 8, IP_KIND_LOOPBACK},
	{{169, 254}, 16, IP_KIND_LINK_LOCAL},
	{{172, 16}, 12, IP_KIND_PRIVATE},
	{{192, 0, 2}, 24, IP_KIND_DOCUMENTATION},
	{{192, 88, 99}, 24, IP_KIND_6TO4}, /* the relays' anycast, RFC 7526 */
	{{192, 168}, 16, IP_KIND_PRIVATE},
	{{198, 18}, 15, IP_KIND_BENCHMARK},
	{{198, 51, 100}, 24, IP_KIND_DOCUMENTATION},
	{{203, 0, 113}, 24, IP_KIND_DOCUMENTATION},
	{{224}, 4, IP_KIND_MULTICAST},
	{{240}, 4, IP_KIND_RESERVED},
};

static bool row_contains(const struct special_row *row, const struct ip_addr *addr)
{
	size_t whole = row->length / 8;
	unsigned rest = row->length % 8;
	for (size_t i = 0; i < whole; i++) {
		if (row->bytes[i] != addr->bytes[i])
			return false;
	}
	return rest == 0 || (row->bytes[whole] ^ addr->bytes[whole]) >> (8 - rest) == 0;
}

enum ip_kind ip_addr_kind(const struct ip_addr *addr)
{
	bool is_v6 = addr->family == FAMILY_IPV6;
	const struct special_row *rows = is_v6 ? rows_v6 : rows_v4;
	size_t count = is_v6 ? sizeof(rows_v6) / sizeof(rows_v6[0]) : sizeof(rows_v4) / sizeof(rows_v4[0]);
	for (size_t i = 0; i < count; i++) {
		if (row_contains(&rows[i], addr))
			return rows[i].kind;
	}
	return IP_KIND_GLOBAL;
}

const char *ip_kind_text(enum ip_kind kind)
{
	static const char *const texts[IP_KIND_COUNT] = {
		[IP_KIND_GLOBAL] = "global",
		[IP_KIND_ANY] = "unspecified",
		[IP_KIND_LOOPBACK] = "loopback",
		[IP_KIND_LINK_LOCAL] = "link-local",
		[IP_KIND_MULTICAST] = "multicast",
		[IP_KIND_ULA] = "unique local (fc00::/7)",
		[IP_KIND_PRIVATE] = "private (RFC 1918)",
		[IP_KIND_SHARED] = "shared by carriers (100.64.0.0/10)",
		[IP_KIND_DOCUMENTATION] = "for documentation",
		[IP_KIND_MAPPED] = "IPv4-mapped (::ffff:0:0/96)",
		[IP_KIND_COMPATIBLE] = "IPv4-compatible (::/96)",
		[IP_KIND_NAT64] = "NAT64 (64:ff9b::/96)",
		[IP_KIND_NAT64_LOCAL] = "local NAT64 (64:ff9b:1::/48)",
		[IP_KIND_6TO4] = "6to4",
		[IP_KIND_TEREDO] = "Teredo (2001::/32)",
		[IP_KIND_ORCHID] = "ORCHID (2001:10::/28, 2001:20::/28)",
		[IP_KIND_BENCHMARK] = "for benchmarks",
		[IP_KIND_RESERVED] = "reserved",
	};
	return texts[kind];
}

bool ip_kind_is_ipv4_embedded(enum ip_kind kind)
{
	return kind == IP_KIND_MAPPED || kind == IP_KIND_COMPATIBLE || kind == IP_KIND_NAT64 ||
	       kind == IP_KIND_NAT64_LOCAL;
}
