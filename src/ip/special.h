/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What kind of address is it: rows of the IANA special-purpose registries that matter for name servers.
 * Stateless table.
 */
#ifndef IP_SPECIAL_H
#define IP_SPECIAL_H

#include "ip/prefix.h"

enum ip_kind {
	IP_KIND_GLOBAL,
	IP_KIND_ANY,            /* :: and 0.0.0.0 */
	IP_KIND_LOOPBACK,
	IP_KIND_LINK_LOCAL,
	IP_KIND_MULTICAST,
	IP_KIND_ULA,            /* fc00::/7 */
	IP_KIND_PRIVATE,        /* RFC 1918 */
	IP_KIND_SHARED,         /* 100.64.0.0/10 */
	IP_KIND_DOCUMENTATION,  /* 2001:db8::/32, 3fff::/20, RFC 5737 */
	IP_KIND_MAPPED,         /* ::ffff:0:0/96 */
	IP_KIND_COMPATIBLE,     /* ::/96 but :: and ::1 */
	IP_KIND_NAT64,          /* 64:ff9b::/96 */
	IP_KIND_NAT64_LOCAL,    /* 64:ff9b:1::/48 */
	IP_KIND_6TO4,
	IP_KIND_TEREDO,
	IP_KIND_ORCHID,         /* 2001:10::/28, 2001:20::/28 */
	IP_KIND_BENCHMARK,
	IP_KIND_RESERVED,       /* 240.0.0.0/4, 0.0.0.0/8, 100::/64, ... */
	IP_KIND_COUNT
};

enum ip_kind ip_addr_kind(const struct ip_addr *addr);
const char *ip_kind_text(enum ip_kind kind); /* "IPv4-mapped (::ffff:0:0/96)" */
/* RFC 10001 4.1: mapped, compatible, 64:ff9b::/96 and 64:ff9b:1::/48. */
bool ip_kind_is_ipv4_embedded(enum ip_kind kind);

#endif
