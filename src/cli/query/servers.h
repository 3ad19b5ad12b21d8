/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The servers to ask: as named on the command line, or those of resolv.conf.
 * Open values, in arrays of the caller.
 * Never asks a server itself; a name is resolved by the host's own resolver.
 */
#ifndef CLI_QUERY_SERVERS_H
#define CLI_QUERY_SERVERS_H

#include "base/span.h"
#include "ip/addr.h"

#define QUERY_ADDRESSES_MAX 16 /* of one server */
#define QUERY_PORT 53

struct query_server {
	const char *text; /* as the user wrote it; NULL: from resolv.conf */
	struct ip_endpoint addresses[QUERY_ADDRESSES_MAX]; /* IPv6 first */
	size_t count;
};

/*
 * "address", "address@port", "name", "name@port"; link-local addresses with %interface.
 * ERR_SYNTAX: bad port; ERR_NOT_FOUND: the name has no address, the interface does not exist. text is borrowed.
 */
int query_server_from_text(const char *text, struct query_server *ret) MUST_USE;
/* The nameserver lines of a resolv.conf, at most max; others are ignored. Returns how many there are. */
size_t query_servers_from_resolv_conf(struct span file, struct ip_endpoint *ret, size_t max);
/* One "server" with the addresses of the host's resolv.conf in its order; ::1 and 127.0.0.1 when it has none. */
void query_server_of_host(const char *path, struct query_server *ret);

#endif
