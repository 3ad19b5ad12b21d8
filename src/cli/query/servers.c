/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/query/servers.h"

#include "discover/resolv_conf.h"

#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>

#define HOST_MAX 256

/* --- From the command line --- */

static bool has_address(const struct query_server *server, const struct ip_endpoint *endpoint)
{
	for (size_t i = 0; i < server->count; i++)
		if (ip_addr_equal(&server->addresses[i].addr, &endpoint->addr) && server->addresses[i].port == endpoint->port)
			return true;
	return false;
}

static void addresses_add(struct query_server *server, const struct addrinfo *list, enum family family, uint16_t port)
{
	for (; list != NULL && server->count < QUERY_ADDRESSES_MAX; list = list->ai_next) {
		struct ip_endpoint endpoint;
		if (ip_endpoint_from_sockaddr(list->ai_addr, &endpoint) != ERR_OK || endpoint.addr.family != family)
			continue;
		endpoint.port = port;
		if (!has_address(server, &endpoint))
			server->addresses[server->count++] = endpoint;
	}
}

/* Splits "name@port" into host; the port is fallback when there is none. */
static int host_split(const char *text, char host[HOST_MAX], uint16_t *port)
{
	const char *at = strrchr(text, '@');
	size_t size = at == NULL ? strlen(text) : (size_t)(at - text);
	if (size == 0 || size >= HOST_MAX)
		return ERR_SYNTAX;
	memcpy(host, text, size);
	host[size] = '\0';
	if (at == NULL)
		return ERR_OK;
	char *end;
	unsigned long value = strtoul(at + 1, &end, 10);
	if (at[1] < '0' || at[1] > '9' || *end != '\0' || value == 0 || value > UINT16_MAX)
		return ERR_SYNTAX;
	*port = (uint16_t)value;
	return ERR_OK;
}

int query_server_from_text(const char *text, struct query_server *ret)
{
	struct query_server server = {.text = text};
	char host[HOST_MAX];
	uint16_t port = QUERY_PORT;
	int err = host_split(text, host, &port);
	if (err != ERR_OK)
		return err;
	err = ip_addr_from_text(host, &server.addresses[0].addr);
	server.addresses[0].port = port;
	server.count = err == ERR_OK ? 1 : 0;
	if (err == ERR_NOT_FOUND) /* an address of an interface that is not there */
		return err;
	if (err != ERR_OK) {
		struct addrinfo *list, hints = {.ai_socktype = SOCK_DGRAM};
		if (getaddrinfo(host, NULL, &hints, &list) != 0)
			return ERR_NOT_FOUND;
		addresses_add(&server, list, FAMILY_IPV6, port);
		addresses_add(&server, list, FAMILY_IPV4, port);
		freeaddrinfo(list);
		if (server.count == 0)
			return ERR_NOT_FOUND;
	}
	*ret = server;
	return ERR_OK;
}

/* --- From resolv.conf(5) --- */

size_t query_servers_from_resolv_conf(struct span file, struct ip_endpoint *ret, size_t max)
{
	struct resolv_conf conf;
	size_t count = 0;
	resolv_conf_read(file, &conf);
	for (; count < max && count < conf.server_count; count++)
		ret[count] = (struct ip_endpoint){.addr = conf.servers[count], .port = QUERY_PORT};
	return count;
}

void query_server_of_host(const char *path, struct query_server *ret)
{
	struct query_server server = {0};
	uint8_t *octets = malloc(RESOLV_CONF_SIZE_MAX);
	FILE *file = octets == NULL ? NULL : fopen(path, "re");
	if (file != NULL) {
		struct span content = span_of(octets, fread(octets, 1, RESOLV_CONF_SIZE_MAX, file));
		server.count = query_servers_from_resolv_conf(content, server.addresses, QUERY_ADDRESSES_MAX);
		fclose(file);
	}
	free(octets);
	if (server.count == 0) {
		server.addresses[0] = (struct ip_endpoint){.addr = {.family = FAMILY_IPV6, .bytes[15] = 1}, .port = QUERY_PORT};
		server.addresses[1] = (struct ip_endpoint){.addr = {.family = FAMILY_IPV4, .bytes = {127, 0, 0, 1}},
		                                           .port = QUERY_PORT};
		server.count = 2;
	}
	*ret = server;
}
