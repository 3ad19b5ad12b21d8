/* SPDX-License-Identifier: BSD-2-Clause */
#include "net/link.h"

#include <errno.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/icmp6.h>
#include <netpacket/packet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <unistd.h>

#define HOP_LIMIT 255

/* --- Interfaces --- */

/* The interface of an address: IPv4 ones go by their label, which is its name or begins with it: "eth0:1". */
static void name_cut(const char *label, char ret[IF_NAMESIZE])
{
	snprintf(ret, IF_NAMESIZE, "%.*s", (int)strcspn(label, ":"), label);
}

static struct link_interface *interface_find(struct link_interface *list, size_t size, size_t *count, const char *name)
{
	for (size_t i = 0; i < *count; i++) {
		if (strcmp(list[i].name, name) == 0)
			return &list[i];
	}
	uint32_t index = if_nametoindex(name);
	if (*count == size || index == 0)
		return NULL;
	struct link_interface *made = &list[(*count)++];
	*made = (struct link_interface){.index = index};
	snprintf(made->name, sizeof(made->name), "%s", name);
	return made;
}

static void hardware_note(struct link_interface *interface, const struct sockaddr *address)
{
	struct sockaddr_ll link;
	memcpy(&link, address, sizeof(link));
	interface->has_hardware = link.sll_halen == sizeof(interface->hardware);
	if (interface->has_hardware)
		memcpy(interface->hardware, link.sll_addr, sizeof(interface->hardware));
}

static void address_note(struct link_interface *interface, const struct sockaddr *address)
{
	struct ip_endpoint endpoint;
	if (address != NULL && address->sa_family == AF_PACKET)
		hardware_note(interface, address);
	if (address == NULL || (address->sa_family != AF_INET6 && address->sa_family != AF_INET) ||
	    ip_endpoint_from_sockaddr(address, &endpoint) != ERR_OK)
		return;
	if (!ip_addr_is_link_local(&endpoint.addr)) {
		if (endpoint.addr.family == FAMILY_IPV4 && !interface->has_address[FAMILY_IPV4])
			interface->ipv4 = endpoint.addr;
		interface->has_address[endpoint.addr.family] = true;
	} else if (endpoint.addr.family == FAMILY_IPV6) {
		interface->has_link_local = true;
		interface->link_local = endpoint.addr;
	}
}

int link_interfaces(const char *only, struct link_interface *ret, size_t size, size_t *ret_count)
{
	const unsigned wanted = IFF_UP | IFF_MULTICAST;
	struct ifaddrs *list;
	*ret_count = 0;
	if (getifaddrs(&list) != 0)
		return -errno;
	for (struct ifaddrs *at = list; at != NULL; at = at->ifa_next) {
		char name[IF_NAMESIZE];
		name_cut(at->ifa_name, name);
		if ((at->ifa_flags & wanted) != wanted || at->ifa_flags & IFF_LOOPBACK ||
		    (only != NULL && strcmp(only, name) != 0))
			continue;
		struct link_interface *interface = interface_find(ret, size, ret_count, name);
		if (interface != NULL)
			address_note(interface, at->ifa_addr);
	}
	freeifaddrs(list);
	return ERR_OK;
}

/* --- Sockets --- */

static bool number_set(int fd, int level, int option, int value)
{
	return setsockopt(fd, level, option, &value, sizeof(value)) == 0;
}

static bool is_bound_to(int fd, const struct link_interface *interface)
{
	return setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, interface->name, (socklen_t)strlen(interface->name)) == 0 &&
	       number_set(fd, IPPROTO_IPV6, IPV6_MULTICAST_IF, (int)interface->index);
}

static int open_failed(int fd)
{
	int err = -errno;
	if (fd >= 0)
		close(fd);
	return err;
}

int link_router_open(const struct link_interface *interface, int *ret_fd)
{
	struct icmp6_filter filter;
	ICMP6_FILTER_SETBLOCKALL(&filter);
	ICMP6_FILTER_SETPASS(ND_ROUTER_ADVERT, &filter);
	int fd = socket(AF_INET6, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_ICMPV6);
	if (fd < 0 || setsockopt(fd, IPPROTO_ICMPV6, ICMP6_FILTER, &filter, sizeof(filter)) != 0 ||
	    !number_set(fd, IPPROTO_IPV6, IPV6_RECVHOPLIMIT, 1) ||
	    !number_set(fd, IPPROTO_IPV6, IPV6_MULTICAST_HOPS, HOP_LIMIT) || !is_bound_to(fd, interface))
		return open_failed(fd);
	*ret_fd = fd;
	return ERR_OK;
}

static int link_send(int fd, uint32_t interface, const uint8_t group[16], uint16_t port, struct span message)
{
	struct sockaddr_in6 to = {.sin6_family = AF_INET6, .sin6_port = htons(port), .sin6_scope_id = interface};
	memcpy(&to.sin6_addr, group, 16);
	ssize_t sent = sendto(fd, message.data, message.size, 0, (struct sockaddr *)&to, sizeof(to));
	return sent < 0 ? -errno : ERR_OK;
}

int link_router_solicit(int fd, uint32_t interface)
{
	/* RFC 4861 4.1. No source link-layer address: routers then answer to all nodes or ask for it. */
	static const uint8_t solicitation[8] = {ND_ROUTER_SOLICIT};
	static const uint8_t all_routers[16] = {0xff, 2, [15] = 2};
	return link_send(fd, interface, all_routers, 0, span_of(solicitation, sizeof(solicitation)));
}

int link_dhcpv6_open(const struct link_interface *interface, uint16_t port, int *ret_fd)
{
	if (!interface->has_link_local)
		return ERR_NOT_FOUND;
	struct ip_endpoint local = {.addr = interface->link_local, .port = port};
	struct sockaddr_storage address;
	socklen_t size = ip_endpoint_to_sockaddr(&local, &address);
	int fd = socket(AF_INET6, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	/* Alone on the port: a client of this host must not lose its replies to us. */
	if (fd < 0 || !number_set(fd, IPPROTO_IPV6, IPV6_V6ONLY, 1) ||
	    !number_set(fd, IPPROTO_IPV6, IPV6_MULTICAST_IF, (int)interface->index) ||
	    bind(fd, (struct sockaddr *)&address, size) != 0)
		return open_failed(fd);
	*ret_fd = fd;
	return ERR_OK;
}

int link_dhcpv6_send(int fd, uint32_t interface, uint16_t port, struct span message)
{
	static const uint8_t all_servers[16] = {0xff, 2, [13] = 1, [15] = 2};
	return link_send(fd, interface, all_servers, port, message);
}

int link_dhcpv4_open(const struct link_interface *interface, uint16_t port, int *ret_fd)
{
	if (!interface->has_address[FAMILY_IPV4] || !interface->has_hardware)
		return ERR_NOT_FOUND;
	struct ip_endpoint local = {.addr = interface->ipv4, .port = port};
	struct sockaddr_storage address;
	socklen_t size = ip_endpoint_to_sockaddr(&local, &address);
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	/* Alone on the port, as for DHCPv6; a broadcast goes by no route, but by the interface. */
	if (fd < 0 || !number_set(fd, SOL_SOCKET, SO_BROADCAST, 1) ||
	    setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, interface->name, (socklen_t)strlen(interface->name)) != 0 ||
	    bind(fd, (struct sockaddr *)&address, size) != 0)
		return open_failed(fd);
	*ret_fd = fd;
	return ERR_OK;
}

int link_dhcpv4_send(int fd, uint16_t port, struct span message)
{
	struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = INADDR_BROADCAST};
	ssize_t sent = sendto(fd, message.data, message.size, 0, (struct sockaddr *)&to, sizeof(to));
	return sent < 0 ? -errno : ERR_OK;
}

/* What no router may have sent on since: without the control message (DHCPv6) there is nothing to hold against it. */
static bool is_from_the_link(struct msghdr *header)
{
	for (struct cmsghdr *at = CMSG_FIRSTHDR(header); at != NULL; at = CMSG_NXTHDR(header, at)) {
		int hops;
		if (at->cmsg_level != IPPROTO_IPV6 || at->cmsg_type != IPV6_HOPLIMIT)
			continue;
		memcpy(&hops, CMSG_DATA(at), sizeof(hops));
		return hops == HOP_LIMIT;
	}
	return true;
}

int link_receive(int fd, uint32_t interface, uint8_t *buffer, struct ip_addr *ret_from, struct span *ret)
{
	for (;;) {
		union {
			struct cmsghdr alignment;
			uint8_t octets[CMSG_SPACE(sizeof(int))];
		} control;
		struct sockaddr_in6 from;
		struct ip_endpoint endpoint;
		struct iovec vector = {.iov_base = buffer, .iov_len = LINK_MESSAGE_MAX};
		struct msghdr header = {.msg_name = &from,
		                        .msg_namelen = sizeof(from),
		                        .msg_iov = &vector,
		                        .msg_iovlen = 1,
		                        .msg_control = &control,
		                        .msg_controllen = sizeof(control)};
		ssize_t size = recvmsg(fd, &header, 0);
		if (size < 0 && errno == EINTR)
			continue;
		if (size < 0)
			return -errno;
		if (!is_from_the_link(&header) || ip_endpoint_from_sockaddr((struct sockaddr *)&from, &endpoint) != ERR_OK)
			continue;
		/* A raw socket hears all interfaces until it is bound to its own. */
		if (endpoint.addr.scope != 0 && endpoint.addr.scope != interface)
			continue;
		*ret_from = endpoint.addr;
		*ret = span_of(buffer, (size_t)size);
		return ERR_OK;
	}
}
