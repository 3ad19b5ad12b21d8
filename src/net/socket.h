/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Listening sockets with the limits of RFC 10001 3.2 on them: packet sizes, segment sizes, one family each.
 * File descriptors returned belong to the caller.
 * Never opens a socket that serves both families, and never shares an address with a stranger.
 */
#ifndef NET_SOCKET_H
#define NET_SOCKET_H

#include "ip/addr.h"

struct socket_options {
	uint16_t tcp_mss;    /* the most a segment carries, both ways */
	bool is_mtu_minimum; /* IPv6 datagrams of at most 1280 octets; else the interface's MTU. Never fragments */
	bool is_freebind;    /* the address may come later */
};

enum socket_kind { SOCKET_UDP, SOCKET_TCP, SOCKET_KIND_COUNT };
const char *socket_kind_text(enum socket_kind kind); /* "udp" */

/*
 * count sockets on one endpoint, the kernel spreading work over them. The first binds alone, without SO_REUSEPORT:
 * that is what refuses a second daemon (-EADDRINUSE), because with SO_REUSEPORT the kernel would let any process of
 * the same user share the queries. All are non-blocking and close on exec; TCP ones listen. All or none.
 */
int socket_open_group(const struct ip_endpoint *endpoint, enum socket_kind kind, const struct socket_options *options,
                      size_t count, int *ret_fds) MUST_USE;

/* The options once more on an open socket, after a reload. */
int socket_apply(int fd, enum family family, enum socket_kind kind, const struct socket_options *options) MUST_USE;

/*
 * Whether the address is usable here and now: on an interface and past duplicate address detection (RFC 4862 5.4).
 * A wildcard: whether the host has an address of its family beyond loopback and link-local, or neither family has one.
 */
bool socket_address_is_present(const struct ip_addr *addr);

#endif
