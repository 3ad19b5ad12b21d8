/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the host has of each address family: kinds of addresses, and a route to the world.
 * A value, read at a moment; the reader asks again when rtnetlink says that something changed, or now and then.
 * Never sends anything: routes are asked of the kernel by connecting a datagram socket.
 */
#ifndef NET_HOST_H
#define NET_HOST_H

#include "ip/addr.h"

struct host_facts {
	bool has_global[FAMILY_COUNT];
	bool has_ula;          /* fc00::/7 */
	bool has_private_ipv4; /* RFC 1918, RFC 6598, and 192.0.0.0/29 of RFC 7335 (464XLAT, DS-Lite) */
	bool has_route[FAMILY_COUNT];
};

/* One address of an interface; loopback, link-local and what else reaches nobody changes nothing. */
void host_facts_add(struct host_facts *facts, const struct ip_addr *addr);

/* Whether the kernel knows a way to the address, a source address included. */
bool host_has_route(const struct ip_addr *addr);

/* -errno: the interfaces cannot be read; routes alone are filled in then. */
int host_read(struct host_facts *ret) MUST_USE;

#endif
