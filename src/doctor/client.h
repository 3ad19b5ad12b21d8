/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What clients of the networks at hand are told of DNS: facts, gathered by a command or made by a test.
 * A value of some megabytes: on the heap.
 * Never holds an opinion: doctor/client_judge.h has them. What was not seen says so, with the reason.
 */
#ifndef DOCTOR_CLIENT_H
#define DOCTOR_CLIENT_H

#include "discover/advertisement.h"
#include "discover/dhcpv4.h"
#include "discover/dhcpv6.h"
#include "discover/lease.h"
#include "discover/resolv_conf.h"
#include "doctor/client_encrypted.h"

#define CLIENT_INTERFACES_MAX 32
#define CLIENT_INTERFACE_NAME_MAX 16
#define CLIENT_ROUTERS_MAX 8 /* of one interface */
#define CLIENT_REPLIES_MAX 4
#define CLIENT_RESOLVERS_MAX 64
#define CLIENT_PATH_MAX 128

enum client_source { CLIENT_RDNSS, CLIENT_DHCPV6, CLIENT_DHCPV4, CLIENT_RESOLV_CONF, CLIENT_SOURCE_COUNT };
const char *client_source_text(enum client_source source); /* "RDNSS" */

/* What was tried with a resolver. */
enum client_probe {
	CLIENT_PROBE_UDP,
	CLIENT_PROBE_TCP,
	CLIENT_PROBE_RECURSION,  /* RA is set and it finds what it does not own */
	CLIENT_PROBE_IPV6_ONLY,  /* resolves what only IPv6 leads to */
	CLIENT_PROBE_IPV4_ONLY,  /* resolves what only IPv4 leads to */
	CLIENT_PROBE_VALIDATION, /* refuses what does not validate */
	CLIENT_PROBE_COUNT
};
const char *client_probe_text(enum client_probe probe); /* "IPv6-only names" */

struct client_resolver {
	struct ip_addr addr;
	struct client_result results[CLIENT_PROBE_COUNT];
};

struct client_reply {
	struct ip_addr server;
	struct dhcpv6_reply reply;
};

struct client_informed {
	struct ip_addr server;
	struct dhcpv4_reply reply;
};

struct client_interface {
	char name[CLIENT_INTERFACE_NAME_MAX];
	uint32_t index;
	bool has_address[FAMILY_COUNT]; /* beyond link-local */
	char router_unseen[CLIENT_REASON_MAX]; /* why routers could not be asked; "": they were */
	struct advertisement routers[CLIENT_ROUTERS_MAX];
	size_t router_count;
	bool is_router_cut; /* there are more */
	char dhcpv6_unseen[CLIENT_REASON_MAX]; /* why DHCPv6 could not be asked; "": it was */
	struct client_reply replies[CLIENT_REPLIES_MAX];
	size_t reply_count;
	bool is_reply_cut; /* there are more */
	char lease_path[CLIENT_PATH_MAX]; /* "": no lease was found */
	struct lease lease;
	char dhcpv4_unseen[CLIENT_REASON_MAX]; /* why DHCPv4 could not be asked, where there is no lease; "": it was, or has no need */
	struct client_informed informed[CLIENT_REPLIES_MAX]; /* asked where there is an IPv4 address and no lease */
	size_t informed_count;
	bool is_informed_cut; /* there are more */
};

struct client_facts {
	uint32_t waited_ms; /* for routers and DHCPv6 */
	struct client_interface interfaces[CLIENT_INTERFACES_MAX];
	size_t interface_count;
	bool is_interface_cut; /* there are more */
	const char *conf_path;
	bool has_conf; /* resolv.conf could be read */
	struct resolv_conf conf;
	struct client_resolver resolvers[CLIENT_RESOLVERS_MAX]; /* of all sources, each once */
	size_t resolver_count;
	bool is_resolver_cut; /* there are more */
	struct client_encrypted encrypted[CLIENT_ENCRYPTED_MAX];
	size_t encrypted_count;
	bool is_encrypted_cut; /* there are more */
	uint64_t now_s;        /* wall clock, when certificates were seen */
};

/* The resolvers that one source gives to clients at an interface, those withdrawn (lifetime 0) left out. Returns how
 * many, at most size. None of CLIENT_RESOLV_CONF: that is of the host, not of an interface. */
size_t client_servers(const struct client_interface *at, enum client_source source, struct ip_addr *ret, size_t size);
/* Those of all three, each once. */
size_t client_servers_all(const struct client_interface *at, struct ip_addr *ret, size_t size);
/* Fills facts->resolvers. */
void client_resolvers_collect(struct client_facts *facts);
/* NULL: not among them. */
const struct client_resolver *client_resolver_find(const struct client_facts *facts, const struct ip_addr *addr);
/* false: no client can ask there, such as loopback; resolv.conf may have it, for its own host. */
bool client_address_is_usable(const struct ip_addr *addr);
/* Whether DHCPv4 was seen at all: a lease, or an answer. */
bool client_has_dhcpv4(const struct client_interface *at);
/* Whether DHCPv4 prefers IPv6-only (RFC 8925). */
bool client_is_ipv6_only_preferred(const struct client_interface *at);
/* Whether a router says M, whether one says O. */
bool client_is_managed(const struct client_interface *at);
bool client_is_other(const struct client_interface *at);

#endif
