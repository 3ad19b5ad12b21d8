/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where the addresses of a zone's servers are: the reverse tree's names for them, and the NAT64 prefixes that they
 * might lie in. A pure function of the facts; everything is made in the arena of the walk. Never asks this host's
 * resolvers but where an address looks like one that a NAT64 prefix made.
 */
#ifndef AUDIT_VIEW_PLACES_H
#define AUDIT_VIEW_PLACES_H

#include "audit/service.h"
#include "audit/view.h"

#define PLACES_MOST 32 /* addresses that are looked up in the reverse tree */

/* Each address's names in the reverse tree. */
void view_places_want(struct walk *walk, struct view *view);

/* Is addr inside a NAT64 prefix, declared or this host's own? *ret: the IPv4 address that it holds (RFC 6052 2.2, the u
 * octet zero). */
bool view_is_pref64(const struct view *view, const struct ip_addr *addr, struct ip_addr *ret);
/* The IPv4 address that an address of one of the forms of RFC 10001 4.1, or of a NAT64 prefix, might hold: RFC 8215
 * leaves lengths inside 64:ff9b:1::/48 open. How many were put into ret, at most 2. */
unsigned view_embedded(const struct view *view, const struct ip_addr *addr, struct ip_addr ret[2]);

#endif
