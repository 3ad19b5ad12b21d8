/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Names of addresses: ip6.arpa (RFC 3596 2.5) and in-addr.arpa (RFC 1035 3.5).
 * Stateless; names are made in the caller's buffer.
 * Never guesses: a name that is not exactly an address or prefix is refused.
 */
#ifndef DNS_REVERSE_H
#define DNS_REVERSE_H

#include "dns/name.h"
#include "ip/prefix.h"

#define REVERSE_LABELS_MAX 32 /* nibbles of an IPv6 address */

/* Labels of an address's name below ip6.arpa or in-addr.arpa: 32 or 4. */
unsigned reverse_labels(enum family family);
/* Is name at or below ip6.arpa or in-addr.arpa? *ret_labels: its labels below that (may be NULL). */
bool reverse_is_name(struct name name, enum family *ret_family, unsigned *ret_labels);

/* 2001:db8::20 -> 0.2.0.....8.b.d.0.1.0.0.2.ip6.arpa */
struct name reverse_from_addr(const struct ip_addr *addr, struct name_buffer *buffer);
/* The zone of a prefix whose length is a multiple of 4 (IPv6) or 8 (IPv4). ERR_RANGE. */
int reverse_from_prefix(const struct ip_prefix *prefix, struct name_buffer *buffer, struct name *ret) MUST_USE;

/*
 * A prefix off the label boundary is served by several zones at the next one: 2, 4 or 8, for IPv4 up to 128.
 * reverse_zone_count is 1 for a prefix on the boundary; index counts in the order of addresses.
 */
unsigned reverse_zone_count(const struct ip_prefix *prefix);
struct ip_prefix reverse_zone_prefix(const struct ip_prefix *prefix, unsigned index);
/* RFC 2317 4: "0/25.2.0.192.in-addr.arpa" for an IPv4 prefix of 25 to 31 bits. ERR_RANGE: any other. */
int reverse_classless(const struct ip_prefix *prefix, struct name_buffer *buffer, struct name *ret) MUST_USE;

/* The zones that a prefix is delegated as: one classless zone, or reverse_zone_count. index below the count. */
unsigned reverse_delegation_count(const struct ip_prefix *prefix);
struct name reverse_delegation(const struct ip_prefix *prefix, unsigned index, struct ip_prefix *ret_prefix,
                               struct name_buffer *buffer);

/* The prefix that a name stands for: a whole address when all labels are there. ERR_MISMATCH: it is no reverse name,
 * ERR_SYNTAX: a label is no nibble or octet, ERR_RANGE: too many labels. */
int reverse_to_prefix(struct name name, struct ip_prefix *ret) MUST_USE;

#endif
