/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Is this host behind NAT64 (V03)? What its own resolvers say of ipv4only.arpa (RFC 7050), and which addresses
 * therefore lead through the translator. A pure function of the facts; the prefixes stay the same during all walks.
 * Never decides for the network: prefixes are used to tell native paths from translated ones, to nothing else.
 */
#ifndef AUDIT_NAT64_H
#define AUDIT_NAT64_H

#include "audit/facts.h"
#include "ip/prefix.h"

#define NAT64_PREFIXES_MAX 8
#define NAT64_RESOLVERS_MAX 3 /* more are never asked by libc either */

struct nat64 {
	struct ip_prefix prefixes[NAT64_PREFIXES_MAX];
	size_t count;
};

/* Asks the resolvers. True: something is not answered yet. */
bool nat64_want(struct facts *facts, const struct ip_endpoint *resolvers, size_t count);
/* What the book says of it, whoever was asked. The arena holds what is taken apart on the way. */
void nat64_read(const struct facts *facts, struct arena *arena, struct nat64 *ret);
/* Is the address that of an IPv4 host, behind the translator? */
bool nat64_has(const struct nat64 *nat64, const struct ip_addr *addr);

#endif
