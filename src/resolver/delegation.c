/* SPDX-License-Identifier: BSD-2-Clause */
#include "resolver/delegation.h"

#include "dns/rrtype.h"

/*
 * Flat: source (1), servers (1), then for each: octets of its name (1), addresses (1), the name, the addresses, each
 * family (1), port (2), 16 or 4 octets. Link-local addresses are never stored: their scope is this host's.
 */

struct delegation_server *delegation_add(struct delegation *delegation, struct name name)
{
	if (delegation->server_count == LIMIT_SERVERS)
		return NULL;
	struct delegation_server *server = &delegation->servers[delegation->server_count++];
	server->name = name;
	server->addr_count = 0;
	return server;
}

bool delegation_server_has(const struct delegation_server *server, const struct ip_endpoint *addr)
{
	for (unsigned i = 0; i < server->addr_count; i++) {
		if (server->addrs[i].port == addr->port && ip_addr_equal(&server->addrs[i].addr, &addr->addr))
			return true;
	}
	return false;
}

void delegation_server_add(struct delegation_server *server, const struct ip_endpoint *addr)
{
	if (server->addr_count == LIMIT_ADDRESSES || delegation_server_has(server, addr))
		return;
	unsigned at = server->addr_count++;
	for (; at > 0 && server->addrs[at - 1].addr.family > addr->addr.family; at--)
		server->addrs[at] = server->addrs[at - 1];
	server->addrs[at] = *addr;
}

void delegation_server_take(struct delegation_server *server, const struct rrset *rrset, uint16_t port)
{
	size_t position = 0;
	struct span rdata;
	while (rrset_next(rrset, &position, &rdata)) {
		struct ip_endpoint addr = {.port = port};
		if (rrset->type == RR_AAAA && rdata.size == 16)
			addr.addr = ip_addr_v6(rdata.data);
		else if (rrset->type == RR_A && rdata.size == 4)
			addr.addr = ip_addr_v4(rdata.data);
		else
			continue;
		delegation_server_add(server, &addr);
	}
}

size_t delegation_size(const struct delegation *delegation)
{
	size_t size = 2;
	for (unsigned i = 0; i < delegation->server_count; i++) {
		const struct delegation_server *server = &delegation->servers[i];
		size += 2u + server->name.size;
		for (unsigned j = 0; j < server->addr_count; j++)
			size += 3 + ip_addr_size(server->addrs[j].addr.family);
	}
	return size;
}

static uint8_t *put(uint8_t *at, const void *data, size_t size)
{
	memcpy(at, data, size);
	return at + size;
}

void delegation_write(const struct delegation *delegation, uint8_t *at)
{
	*at++ = (uint8_t)delegation->source;
	*at++ = delegation->server_count;
	for (unsigned i = 0; i < delegation->server_count; i++) {
		const struct delegation_server *server = &delegation->servers[i];
		*at++ = server->name.size;
		*at++ = server->addr_count;
		at = put(at, server->name.wire, server->name.size);
		for (unsigned j = 0; j < server->addr_count; j++) {
			const struct ip_endpoint *addr = &server->addrs[j];
			*at++ = (uint8_t)addr->addr.family;
			store_u16(at, addr->port);
			at = put(at + 2, addr->addr.bytes, ip_addr_size(addr->addr.family));
		}
	}
}

static const uint8_t *server_read(const uint8_t *at, struct delegation_server *ret)
{
	unsigned count = at[1];
	ret->name = name_of(at + 2);
	at += 2u + ret->name.size;
	ret->addr_count = (uint8_t)count;
	for (unsigned i = 0; i < count; i++) {
		bool is_ipv6 = at[0] == FAMILY_IPV6;
		ret->addrs[i].port = load_u16(at + 1);
		ret->addrs[i].addr = is_ipv6 ? ip_addr_v6(at + 3) : ip_addr_v4(at + 3);
		at += 3 + ip_addr_size(is_ipv6 ? FAMILY_IPV6 : FAMILY_IPV4);
	}
	return at;
}

void delegation_read(const uint8_t *flat, struct name zone, struct delegation *ret)
{
	ret->zone = zone;
	ret->source = flat[0];
	ret->server_count = flat[1];
	const uint8_t *at = flat + 2;
	for (unsigned i = 0; i < ret->server_count; i++)
		at = server_read(at, &ret->servers[i]);
}

static struct delegation_server *server_named(struct delegation *delegation, struct name name)
{
	for (unsigned i = 0; i < delegation->server_count; i++) {
		if (name_equal(delegation->servers[i].name, name))
			return &delegation->servers[i];
	}
	return NULL;
}

void delegation_from_servers(struct name zone, enum delegation_source source, const struct policy_server *servers,
                             size_t count, struct delegation *ret)
{
	ret->zone = zone;
	ret->source = source;
	ret->since_us = 0;
	ret->ends_us = UINT64_MAX;
	ret->server_count = 0;
	for (size_t i = 0; i < count; i++) {
		/* Servers without a name each stand alone. */
		struct delegation_server *server =
			name_is_root(servers[i].name) ? NULL : server_named(ret, servers[i].name);
		if (server == NULL)
			server = delegation_add(ret, servers[i].name);
		if (server == NULL)
			return;
		delegation_server_add(server, &servers[i].endpoint);
	}
}

static bool has_family(const struct delegation_server *server, enum family family)
{
	for (unsigned i = 0; i < server->addr_count; i++) {
		if (server->addrs[i].addr.family == family)
			return true;
	}
	return false;
}

void delegation_keep_glue(struct delegation *fresh, const struct delegation *old, enum family family)
{
	for (unsigned i = 0; i < old->server_count; i++) {
		const struct delegation_server *from = &old->servers[i];
		struct delegation_server *to = server_named(fresh, from->name);
		if (to == NULL || has_family(to, family) || !has_family(from, family))
			continue;
		for (unsigned j = 0; j < from->addr_count; j++) {
			if (from->addrs[j].addr.family == family)
				delegation_server_add(to, &from->addrs[j]);
		}
	}
}
