/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * DNS64 (RFC 6147): AAAA made from A, per service: prefixes, mapping and exclusion by IPv4 range, which clients get it.
 * A value of plain arrays, read-only while in use; the arrays are the caller's. Functions are pure.
 * Never looks anything up: RRsets come in, RRsets go out (made in the arena).
 */
#ifndef DNS64_DNS64_H
#define DNS64_DNS64_H

#include "base/arena.h"
#include "dns/reverse.h"
#include "dns/rrset.h"
#include "ip/prefix.h"

enum dns64_synthesize { DNS64_ON_NODATA, DNS64_ON_NODATA_OR_ERROR }; /* RFC 6147 5.1.2: the choice for failures */

struct dns64_rule { /* addresses in `range` are mapped under `prefix`; of several the longest range counts */
	struct ip_prefix prefix; /* NAT64, a length of RFC 6052 */
	struct ip_prefix range;  /* IPv4; 0.0.0.0/0: all */
};

struct pref64_table; /* dns64/pref64.h: prefixes that are learned */

struct dns64 {
	const struct dns64_rule *rules;
	size_t rule_count;
	const struct pref64_table *learned; /* `prefix: from-ra` and the like, range 0.0.0.0/0; NULL: none */
	const struct ip_prefix *exclude_a;  /* IPv4 ranges that are never mapped */
	size_t exclude_a_count;
	/* AAAA in here count as absent. NULL: the default, ::ffff:0:0/96 (RFC 6147 5.1.4); else count 0: none do. */
	const struct ip_prefix *exclude_aaaa;
	size_t exclude_aaaa_count;
	const struct ip_prefix *clients;    /* who gets synthesis; count 0: everybody */
	size_t client_count;
	enum dns64_synthesize synthesize_on;
	bool is_all_synthesized;            /* ignore native AAAA: a site without IPv6 upstream */
	bool is_ede_on;                     /* EDE 29 in synthesised answers */
};

/*
 * Whatever the rules say, 64:ff9b::/96 never stands for an IPv4 address that is not global (RFC 6052 3.1): private,
 * shared, link-local, documentation and so on. The two addresses of ipv4only.arpa are mapped (RFC 7050 2).
 */
bool dns64_is_mappable(const struct ip_prefix *prefix, const struct ip_addr *ipv4);

bool dns64_has_client(const struct dns64 *dns64, const struct ip_addr *client);
/* An AAAA RRset without the excluded addresses. *ret: NULL when none is left, the very rrset when none was excluded. */
int dns64_filter(const struct dns64 *dns64, const struct rrset *aaaa, struct arena *arena,
                 const struct rrset **ret) MUST_USE;
/*
 * AAAA for an A RRset: one for each address and each prefix that maps it. ttl_most_s: the SOA's negative TTL
 * (RFC 6147 5.1.7), 600 s when there was none. ERR_NOT_FOUND: no address may be mapped. *ret_prefix: the first used.
 */
int dns64_synthesize(const struct dns64 *dns64, const struct rrset *a, uint32_t ttl_most_s, uint64_t now_us,
                     struct arena *arena, struct rrset **ret, struct ip_prefix *ret_prefix) MUST_USE;
/* No AAAA RRset made has more records; what is beyond is left out. As many as a message of 65535 octets holds. */
#define DNS64_RECORDS_MAX 2340
/* RFC 6147 5.3.1: the in-addr.arpa name for an ip6.arpa name inside one of the prefixes. ERR_NOT_FOUND: none is. */
int dns64_reverse(const struct dns64 *dns64, struct name ptr, uint64_t now_us, struct name_buffer *buffer,
                  struct name *ret) MUST_USE;
/* Is the address inside one of the prefixes in use? *ret_a: the IPv4 address in it. For --origin and for sorting. */
bool dns64_is_synthetic(const struct dns64 *dns64, const struct ip_addr *addr, uint64_t now_us, struct ip_addr *ret_a);

#endif
