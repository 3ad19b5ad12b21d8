/* SPDX-License-Identifier: BSD-2-Clause */
#include "doctor/client.h"

#include "ip/special.h"

const char *client_source_text(enum client_source source)
{
	static const char *const texts[CLIENT_SOURCE_COUNT] = {
		[CLIENT_RDNSS] = "RDNSS",
		[CLIENT_DHCPV6] = "DHCPv6",
		[CLIENT_DHCPV4] = "DHCPv4",
		[CLIENT_RESOLV_CONF] = "resolv.conf",
	};
	return texts[source];
}

const char *client_probe_text(enum client_probe probe)
{
	static const char *const texts[CLIENT_PROBE_COUNT] = {
		[CLIENT_PROBE_UDP] = "UDP",
		[CLIENT_PROBE_TCP] = "TCP",
		[CLIENT_PROBE_RECURSION] = "recursion",
		[CLIENT_PROBE_IPV6_ONLY] = "IPv6-only names",
		[CLIENT_PROBE_IPV4_ONLY] = "IPv4-only names",
		[CLIENT_PROBE_VALIDATION] = "validation",
	};
	return texts[probe];
}

const char *client_state_text(enum client_state state)
{
	static const char *const texts[] = {
		[CLIENT_NOT_TESTED] = "not tested",
		[CLIENT_OK] = "ok",
		[CLIENT_FAILED] = "failed",
		[CLIENT_UNDETERMINED] = "undetermined",
	};
	return texts[state];
}

/* --- Lists of addresses, each once --- */

struct addresses {
	struct ip_addr *list;
	size_t count, size;
	bool is_cut; /* one did not fit */
};

static void address_add(struct addresses *to, struct ip_addr addr, uint32_t interface)
{
	if (addr.family == FAMILY_IPV6 && ip_addr_is_link_local(&addr) && addr.scope == 0)
		addr.scope = interface;
	for (size_t i = 0; i < to->count; i++) {
		if (ip_addr_equal(&to->list[i], &addr))
			return;
	}
	if (to->count < to->size)
		to->list[to->count++] = addr;
	else
		to->is_cut = true;
}

static void rdnss_add(const struct client_interface *at, struct addresses *to)
{
	for (size_t i = 0; i < at->router_count; i++) {
		for (size_t j = 0; j < at->routers[i].server_count; j++) {
			const struct advertisement_server *server = &at->routers[i].servers[j];
			if (server->lifetime_s > 0) /* RFC 8106 5.1: 0 must no longer be used */
				address_add(to, server->addr, at->index);
		}
	}
}

static void dhcpv6_add(const struct client_interface *at, struct addresses *to)
{
	for (size_t i = 0; i < at->reply_count; i++) {
		for (size_t j = 0; j < at->replies[i].reply.server_count; j++)
			address_add(to, at->replies[i].reply.servers[j], at->index);
	}
}

static void dhcpv4_add(const struct client_interface *at, struct addresses *to)
{
	for (size_t i = 0; i < at->lease.server_count; i++)
		address_add(to, at->lease.servers[i], at->index);
	for (size_t i = 0; i < at->informed_count; i++) {
		const struct lease *told = &at->informed[i].reply.lease;
		for (size_t j = 0; j < told->server_count; j++)
			address_add(to, told->servers[j], at->index);
	}
}

static void (*const adders[])(const struct client_interface *at, struct addresses *to) = {
	[CLIENT_RDNSS] = rdnss_add, [CLIENT_DHCPV6] = dhcpv6_add, [CLIENT_DHCPV4] = dhcpv4_add};
#define ADDERS (sizeof(adders) / sizeof(adders[0]))

size_t client_servers(const struct client_interface *at, enum client_source source, struct ip_addr *ret, size_t size)
{
	struct addresses to = {.list = ret, .size = size};
	if (source < ADDERS)
		adders[source](at, &to);
	return to.count;
}

size_t client_servers_all(const struct client_interface *at, struct ip_addr *ret, size_t size)
{
	struct addresses to = {.list = ret, .size = size};
	for (size_t i = 0; i < ADDERS; i++)
		adders[i](at, &to);
	return to.count;
}

void client_resolvers_collect(struct client_facts *facts)
{
	struct ip_addr list[CLIENT_RESOLVERS_MAX];
	struct addresses to = {.list = list, .size = CLIENT_RESOLVERS_MAX};
	for (size_t i = 0; i < facts->interface_count; i++)
		for (size_t source = 0; source < ADDERS; source++)
			adders[source](&facts->interfaces[i], &to);
	for (size_t i = 0; i < facts->conf.server_count; i++)
		address_add(&to, facts->conf.servers[i], 0);
	facts->resolver_count = to.count;
	facts->is_resolver_cut = to.is_cut;
	for (size_t i = 0; i < to.count; i++)
		facts->resolvers[i] = (struct client_resolver){.addr = list[i]};
}

const struct client_resolver *client_resolver_find(const struct client_facts *facts, const struct ip_addr *addr)
{
	for (size_t i = 0; i < facts->resolver_count; i++) {
		if (ip_addr_equal(&facts->resolvers[i].addr, addr))
			return &facts->resolvers[i];
	}
	return NULL;
}

bool client_address_is_usable(const struct ip_addr *addr)
{
	enum ip_kind kind = ip_addr_kind(addr);
	return kind != IP_KIND_ANY && kind != IP_KIND_LOOPBACK && kind != IP_KIND_MULTICAST;
}

bool client_has_dhcpv4(const struct client_interface *at)
{
	return at->lease_path[0] != '\0' || at->informed_count > 0;
}

bool client_is_ipv6_only_preferred(const struct client_interface *at)
{
	bool is_preferred = at->lease.is_ipv6_only_preferred;
	for (size_t i = 0; i < at->informed_count; i++)
		is_preferred = is_preferred || at->informed[i].reply.lease.is_ipv6_only_preferred;
	return is_preferred;
}

bool client_is_managed(const struct client_interface *at)
{
	for (size_t i = 0; i < at->router_count; i++) {
		if (at->routers[i].is_managed)
			return true;
	}
	return false;
}

bool client_is_other(const struct client_interface *at)
{
	for (size_t i = 0; i < at->router_count; i++) {
		if (at->routers[i].is_other)
			return true;
	}
	return false;
}
