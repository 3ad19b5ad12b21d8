/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Questions to whoever is on a link: router solicitations (RFC 4861 6.3.7), and DHCPv6 and DHCPv4 from a client's port.
 * File descriptors belong to the caller; messages are opaque here.
 * Never accepts what came from beyond the link: a hop limit below 255 is dropped (RFC 4861 6.1.2).
 */
#ifndef NET_LINK_H
#define NET_LINK_H

#include "base/span.h"
#include "ip/addr.h"

#define LINK_MESSAGE_MAX 65536 /* octets */

/* The host's interfaces that are up, know multicast, and are not loopback. */
struct link_interface {
	char name[16];
	uint32_t index;
	bool has_address[FAMILY_COUNT]; /* beyond link-local and loopback */
	bool has_link_local;
	struct ip_addr link_local;      /* IPv6 */
	struct ip_addr ipv4;            /* the first one, where has_address says so */
	bool has_hardware;              /* an Ethernet address, or one alike */
	uint8_t hardware[6];
};
/* At most size of them, the others are left out; only: the one of this name, NULL: all. -errno. */
int link_interfaces(const char *only, struct link_interface *ret, size_t size, size_t *ret_count) MUST_USE;

/* A raw ICMPv6 socket that hears router advertisements on the interface. -EPERM without CAP_NET_RAW. */
int link_router_open(const struct link_interface *interface, int *ret_fd) MUST_USE;
int link_router_solicit(int fd, uint32_t interface) MUST_USE;
/* A DHCPv6 client's socket: the client's port at the interface's link-local address. ERR_NOT_FOUND: it has none;
 * -EACCES without CAP_NET_BIND_SERVICE; -EADDRINUSE: a DHCPv6 client runs. */
int link_dhcpv6_open(const struct link_interface *interface, uint16_t port, int *ret_fd) MUST_USE;
/* To all servers and relays of the link (ff02::1:2). */
int link_dhcpv6_send(int fd, uint32_t interface, uint16_t port, struct span message) MUST_USE;
/* A DHCPv4 client's socket: the client's port at the interface's IPv4 address. ERR_NOT_FOUND: it has none, or no hardware
 * address; errors as for DHCPv6. */
int link_dhcpv4_open(const struct link_interface *interface, uint16_t port, int *ret_fd) MUST_USE;
/* To all of the link (255.255.255.255). */
int link_dhcpv4_send(int fd, uint16_t port, struct span message) MUST_USE;
/* The next message that came in at the interface and who sent it; into a buffer of LINK_MESSAGE_MAX octets. -EAGAIN: no
 * more. */
int link_receive(int fd, uint32_t interface, uint8_t *buffer, struct ip_addr *ret_from, struct span *ret) MUST_USE;

#endif
