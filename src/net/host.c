/* SPDX-License-Identifier: BSD-2-Clause */
#include "net/host.h"

#include "ip/special.h"
#include "net/socket.h"

#include <errno.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <string.h>
#include <unistd.h>

/* Root servers stand for the world: a route to one is a default route, or as good as one. Two each, because a network
 * may have a reason of its own to reject one. */
static const char *const world[FAMILY_COUNT][2] = {
	[FAMILY_IPV6] = {"2001:7fd::1", "2001:500:2f::f"},
	[FAMILY_IPV4] = {"193.0.14.129", "192.5.5.241"},
};
#define DNS_PORT 53

/* RFC 7335: IPv4 of a host behind 464XLAT or DS-Lite; translated or tunnelled like a private one. */
static bool is_continuity(const struct ip_addr *addr)
{
	static const uint8_t prefix[4] = {192, 0, 0, 0};
	return addr->family == FAMILY_IPV4 && memcmp(addr->bytes, prefix, 3) == 0 && addr->bytes[3] < 8;
}

void host_facts_add(struct host_facts *facts, const struct ip_addr *addr)
{
	if (is_continuity(addr)) {
		facts->has_private_ipv4 = true;
		return;
	}
	switch (ip_addr_kind(addr)) {
	case IP_KIND_GLOBAL:
	case IP_KIND_6TO4:
	case IP_KIND_TEREDO:
	case IP_KIND_DOCUMENTATION: /* laboratories number themselves so, and mean global addresses */
	case IP_KIND_BENCHMARK:
		facts->has_global[addr->family] = true;
		break;
	case IP_KIND_ULA:
		facts->has_ula = true;
		break;
	case IP_KIND_PRIVATE:
	case IP_KIND_SHARED:
		facts->has_private_ipv4 = true;
		break;
	default:
		break;
	}
}

bool host_has_route(const struct ip_addr *addr)
{
	struct ip_endpoint endpoint = {.addr = *addr, .port = DNS_PORT};
	struct sockaddr_storage address;
	socklen_t size = ip_endpoint_to_sockaddr(&endpoint, &address);
	int fd = socket(address.ss_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return false;
	/* For a datagram socket this is a look-up of the route and the source address, no more. */
	bool has_route = connect(fd, (struct sockaddr *)&address, size) == 0;
	close(fd);
	return has_route;
}

static bool has_world_route(enum family family)
{
	for (unsigned i = 0; i < 2; i++) {
		struct ip_addr addr;
		if (ip_addr_from_text(world[family][i], &addr) == ERR_OK && host_has_route(&addr))
			return true;
	}
	return false;
}

int host_read(struct host_facts *ret)
{
	*ret = (struct host_facts){0};
	for (unsigned i = 0; i < FAMILY_COUNT; i++)
		ret->has_route[i] = has_world_route(i);
	struct ifaddrs *interfaces;
	if (getifaddrs(&interfaces) != 0)
		return -errno;
	for (const struct ifaddrs *one = interfaces; one != NULL; one = one->ifa_next) {
		struct ip_endpoint endpoint;
		if (one->ifa_addr == NULL || !(one->ifa_flags & IFF_UP) ||
		    ip_endpoint_from_sockaddr(one->ifa_addr, &endpoint) != ERR_OK)
			continue;
		/* A tentative address (RFC 4862 5.4) is none yet. */
		if (socket_address_is_present(&endpoint.addr))
			host_facts_add(ret, &endpoint.addr);
	}
	freeifaddrs(interfaces);
	return ERR_OK;
}
