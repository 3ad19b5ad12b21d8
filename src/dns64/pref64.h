/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * NAT64 prefixes that are in use here and where each is known from, with lifetimes (RFC 8781, RFC 7050, RFC 9872).
 * Owned: pref64_table_new/pref64_table_free; written by the main thread, read by workers without a lock (a snapshot).
 * Never trusts an answer of the network over an operator: static before router advertisement before RFC 7050.
 */
#ifndef DNS64_PREF64_H
#define DNS64_PREF64_H

#include "base/err.h"
#include "dns/rrset.h"
#include "ip/prefix.h"

#include <stdbool.h>

enum pref64_source { PREF64_STATIC, PREF64_RA, PREF64_RFC7050, PREF64_SOURCE_COUNT }; /* the first one counts */
const char *pref64_source_text(enum pref64_source source); /* "static", "router advertisement", "RFC 7050" */

#define PREF64_MAX 16 /* in one table */

/* A prefix of RFC 6052 where no special addresses live: not ::/96, mapped, loopback, link-local or multicast ones. */
bool pref64_is_usable(const struct ip_prefix *prefix);

struct pref64 {
	struct ip_prefix prefix;
	enum pref64_source source;
	struct ip_addr router;  /* RA: who said so */
	uint32_t interface;     /* RA */
	uint64_t ends_us;       /* monotonic; UINT64_MAX: static */
};

/* Written by one thread at a time. Readers take no lock and need no registration; a stalled writer stalls nobody. */
struct pref64_table;
struct pref64_table *pref64_table_new(void); /* NULL: no memory */
void pref64_table_free(struct pref64_table *table);

enum pref64_change { PREF64_SAME, PREF64_ADDED, PREF64_REMOVED, PREF64_CONFLICT };
/*
 * A prefix was heard of, or (lifetime_s 0) withdrawn by who said it: source, router, interface. prefix->ends_us is not
 * looked at: now and the lifetime give it, static ones never end. CONFLICT: it is new here, and another source or
 * router says something else; the better source stays in use, both are kept. ERR_RANGE: not a NAT64 prefix.
 * ERR_LIMIT: full, and none of a worse source can give way.
 */
int pref64_table_learn(struct pref64_table *table, const struct pref64 *prefix, uint32_t lifetime_s, uint64_t now_us,
                       enum pref64_change *ret) MUST_USE;
/* Drops what has ended; true: something has. */
bool pref64_table_expire(struct pref64_table *table, uint64_t now_us);
/* Those in use, the best source only, each once, in the order they were learned. Returns how many, at most size. */
size_t pref64_table_in_use(const struct pref64_table *table, uint64_t now_us, struct ip_prefix *ret, size_t size);
/* All that is known, for status. */
size_t pref64_table_all(const struct pref64_table *table, struct pref64 *ret, size_t size);
/* The NAT64 address for an IPv4 one under the best prefix in use that may carry it (dns64_is_mappable).
 * ERR_NOT_FOUND: none. */
int pref64_table_map(const struct pref64_table *table, const struct ip_addr *ipv4, uint64_t now_us,
                     struct ip_addr *ret) MUST_USE;

/*
 * May prefixes be learned by RFC 7050 from an answer of this resolver? Whoever can forge it redirects all traffic to
 * IPv4 (RFC 7050 8), and a validated answer proves nothing, as the synthetic AAAA are unsigned. RFC 7050 3.1 therefore
 * wants a secure channel: an authenticated transport, or this very host. RFC 9872 prefers RFC 8781 to all of it.
 */
bool pref64_is_path_trusted(const struct ip_addr *resolver, bool is_authenticated);
/* RFC 7050 3: the prefixes that an AAAA RRset of ipv4only.arpa shows: 192.0.0.170 or .171 at exactly one place of
 * RFC 6052 2.2 in an address, or where the other AAAA confirm it. Each once. Returns how many, at most size. */
size_t pref64_from_ipv4only(const struct rrset *aaaa, struct ip_prefix *ret, size_t size);
/* RFC 8781 4: the option (type 38, its length octet, 14 more): prefix and lifetime (0: withdrawn).
 * ERR_SYNTAX: another type or length, a reserved prefix length code, a prefix that cannot be used. */
int pref64_from_option(struct span option, struct ip_prefix *ret, uint32_t *ret_lifetime_s) MUST_USE;

#endif
