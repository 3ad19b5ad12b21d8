/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Everything an operator decides about a resolver service, as plain values.
 * Owned by whoever made it (the daemon, from the configuration; a simulator, from its scenario); read-only while
 * engines use it.
 * Never holds a budget: those are in resolver/limits.h, with the attack that each one stops.
 */
#ifndef RESOLVER_POLICY_H
#define RESOLVER_POLICY_H

#include "dns/rrset.h"
#include "dns64/dns64.h"
#include "dnssec/anchors.h"
#include "ip/prefix.h"

enum policy_minimise { MINIMISE_OFF, MINIMISE_RELAXED, MINIMISE_STRICT }; /* RFC 9156 */
enum policy_validation { VALIDATION_OFF, VALIDATION_LOG_ONLY, VALIDATION_ON };

struct policy_server { /* of a hint, a forward or a stub zone */
	struct name name; /* root when only an address is known */
	struct ip_endpoint endpoint;
};

struct policy_zone { /* forward or stub */
	struct name zone;
	bool is_forward;     /* RD set, answers taken whole; else a stub: its authoritative servers */
	bool is_first;       /* forward-first: iterate when no forwarder answers */
	const struct policy_server *servers;
	size_t server_count;
};

struct policy_host { /* static entry */
	struct name name;
	const struct ip_addr *addrs;
	size_t addr_count;
};

struct resolver_policy {
	const char *service; /* for logs */
	const char *identity, *version; /* NULL: hidden */

	/* clients */
	const struct ip_prefix *allow;  /* nobody else is answered; both loopbacks when the operator wrote nothing */
	size_t allow_count;
	uint16_t udp_size;              /* to clients, 512-1400 (4096 where an operator insists) */
	bool is_minimal;
	bool is_cookie_on;
	uint8_t cookie_secret[16], cookie_secret_old[16];
	uint16_t tcp_idle_timeout_ds;

	/* upstream */
	bool has_family[FAMILY_COUNT];
	bool prefers_ipv4;               /* among equals: IPv6 first unless set */
	uint16_t port;                   /* of authoritative servers: 53 */
	uint16_t upstream_udp_size;
	bool is_tcp_only;
	enum policy_minimise minimise;
	bool is_case_mixed;              /* 0x20 */
	bool is_glue_hardened;           /* only in-bailiwick glue, and only to reach its delegation */
	bool is_speculative;             /* look up missing name-server addresses ahead of need */
	bool is_primed;                  /* RFC 9609 */
	const struct ip_prefix *do_not_query;
	size_t do_not_query_count;
	const struct policy_server *hints;
	size_t hint_count;
	const struct policy_zone *zones; /* the longest match counts */
	size_t zone_count;
	bool has_local_zones;            /* RFC 6303, RFC 6761 and the like */
	const struct name *no_local;     /* built-in local zones that are off */
	size_t no_local_count;
	const struct policy_host *hosts;
	size_t host_count;

	/* fallback to dual-stack resolvers for what one family cannot resolve: RFC 10001 4.2, 5 */
	const struct policy_server *fallback;
	size_t fallback_count;
	const struct ip_endpoint *self;  /* our own listeners: never asked */
	size_t self_count;
	uint8_t node_id[8];              /* random per process: marks our hops */

	/* NAT64 for our own questions: N-15 */
	bool is_nat64_on;
	const struct pref64_table *pref64; /* learned and static prefixes, shared; NULL: none */

	/* cache */
	uint32_t ttl_least_s, ttl_most_s, negative_ttl_most_s;
	bool is_prefetch_on;
	bool is_serve_stale_on;
	uint32_t stale_most_s;      /* RFC 8767: how long after the end, 1-3 days */
	uint32_t stale_ttl_s;       /* in stale answers: 30 */
	uint32_t stale_wait_ms;     /* client response timer: 1800 */
	bool is_aggressive;         /* RFC 8198 */

	/* validation */
	enum policy_validation validation;
	const struct anchors *anchors;
	bool is_sha1_accepted;
	bool is_anchor_signalled;   /* RFC 8145 */
	bool is_sentinel_on;        /* RFC 8509 */

	/* DNS64: NULL when the service has none */
	const struct dns64 *dns64;
};

#endif
