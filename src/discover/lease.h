/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a DHCPv4 lease says of DNS: option 6 (RFC 2132) and option 108, IPv6-only preferred (RFC 8925), as the client
 * programs of a host store leases.
 * Values.
 * Never asks a server: discover/dhcpv4.h has the question.
 */
#ifndef DISCOVER_LEASE_H
#define DISCOVER_LEASE_H

#include "base/span.h"
#include "ip/addr.h"

#define LEASE_SERVERS_MAX 16

struct lease {
	struct ip_addr servers[LEASE_SERVERS_MAX];
	size_t server_count;
	bool is_ipv6_only_preferred;
	uint32_t ipv6_only_wait_s; /* V6ONLY_WAIT */
	unsigned malformed;        /* options that could not be read */
};

/*
 * The lease for interface in a file: the last one of dhclient's, the keys of systemd-networkd's and NetworkManager's,
 * or the message that dhcpcd keeps. ERR_NOT_FOUND: none of them, or none for this interface.
 */
int lease_read(struct span file, const char *interface, struct lease *ret) MUST_USE;
/* A DHCPv4 message from a server. ERR_NOT_FOUND: it is none. */
int lease_read_message(struct span message, struct lease *ret) MUST_USE;

#endif
