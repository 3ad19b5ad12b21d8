/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a service of role resolver is told: everything that resolver/policy.h takes, read, parsed and checked.
 * Owned: by the struct config around it; arrays and texts lie in its arena.
 * Never holds what only a running daemon has: secrets, learned prefixes, the state of RFC 5011.
 */
#ifndef CONFIG_CONFIG_RESOLVER_H
#define CONFIG_CONFIG_RESOLVER_H

#include "resolver/policy.h"

/* Lists as the readers store them: items is NULL only when count is 0. */
struct config_prefixes {
	const struct ip_prefix *items;
	size_t count;
};
struct config_addresses {
	const struct ip_addr *items;
	size_t count;
};
struct config_names {
	const struct name *items;
	size_t count;
};
struct config_texts {
	const char *const *items;
	size_t count;
};
struct config_servers {
	const struct policy_server *items;
	size_t count;
};
struct config_peer;
struct config_peers {
	const struct config_peer *const *items;
	size_t count;
};
struct config_hosts {
	const struct policy_host *items;
	size_t count;
};

struct config_hints {     /* `root-hints:` */
	const char *path; /* of a file in the form of named.root; NULL: the addresses stand in the configuration */
	struct config_servers servers; /* of the file or the list; both families, IPv6 first */
};

struct config_anchor_file { /* of `trust-anchor-files:` */
	const char *path;
	struct span text; /* its content, for anchors_add_file_text; known to be good */
};

struct config_forward { /* an entry of `forward:` or `stub:` */
	const char *key;
	struct name zone;
	struct config_servers to;
	bool is_first; /* forward only */
	uint32_t line, column;
};

struct config_pref64 { /* NAT64 prefixes: written down, learned, or both */
	const struct dns64_rule *rules;
	size_t rule_count;
	bool is_from_ra;  /* RFC 8781 */
	bool is_from_dns; /* RFC 7050 */
};

enum config_mark { CONFIG_MARK_EDE_29, CONFIG_MARK_LOG, CONFIG_MARK_COUNT };

struct config_dns64 {
	struct config_pref64 prefix;
	struct config_prefixes clients; /* none: everybody who is allowed */
	struct config_prefixes exclude_a, exclude_aaaa;
	enum dns64_synthesize synthesize_on;
	bool is_all_synthesized;
	bool has_mark[CONFIG_MARK_COUNT]; /* LOG: the "aaaa" and "dns64_prefix" of the query log */
};

struct config_probe { /* `probe:` of `fallback:` */
	struct name zones[FAMILY_COUNT]; /* that servers of this family alone have; wire NULL: no probes */
};

struct config_fallback {
	struct config_servers to;
	struct config_probe probe;
};

static inline bool config_fallback_is_probed(const struct config_fallback *fallback)
{
	return fallback->to.count > 0 && fallback->probe.zones[FAMILY_IPV6].wire != NULL &&
	       fallback->probe.zones[FAMILY_IPV4].wire != NULL;
}

struct config_resolver {
	/* clients */
	struct config_prefixes allow;
	bool is_open_acknowledged;

	/* upstream */
	bool has_upstream_family[FAMILY_COUNT];
	bool prefers_ipv4;
	struct config_addresses
		sources; /* for each question one of its family is drawn; none of it: the kernel chooses */
	uint16_t upstream_port;
	uint16_t upstream_udp_size;
	bool is_tcp_only;
	enum policy_minimise minimise;
	bool is_case_mixed;
	bool is_glue_hardened;
	bool is_speculative;
	bool is_primed;
	struct config_hints hints;
	struct config_prefixes do_not_query;
	struct config_forward *forwards;
	size_t forward_count;
	struct config_forward *stubs;
	size_t stub_count;
	const struct policy_zone *zones; /* forwards and stubs together */
	size_t zone_count;
	struct config_fallback fallback; /* to.count 0: none */
	bool is_nat64_on;
	struct config_pref64 nat64; /* when is_nat64_on: upstream-nat64-prefix, else the prefixes of dns64 */

	/* names of our own */
	bool has_local_zones;
	struct config_names local_zones_off;
	struct config_hosts hosts;

	/* cache */
	uint64_t cache_size; /* octets */
	uint32_t ttl_least_s, ttl_most_s, negative_ttl_most_s;
	bool is_prefetch_on;
	bool is_serve_stale_on;
	uint32_t stale_most_s, stale_ttl_s, stale_wait_ms;
	bool is_aggressive;

	/* validation */
	enum policy_validation validation;
	struct config_texts anchors; /* `trust-anchors:`, for anchors_add_text; known to be good */
	struct config_texts anchor_paths;
	const struct config_anchor_file *anchor_files; /* those of anchor_paths, else of Debian's dns-root-data */
	size_t anchor_file_count;
	struct config_names negative_anchors;
	bool is_sha1_accepted;
	bool is_anchor_updated;   /* RFC 5011; the state lies in config.state_dir */
	bool is_anchor_signalled; /* RFC 8145 */
	bool is_sentinel_on;      /* RFC 8509 */

	bool has_dns64;
	struct config_dns64 dns64;
};

/* RFC 10001 4.2: does it ask over one family, with no way to servers of the other? One that forwards everything does not. */
bool config_resolver_is_single_stack(const struct config_resolver *resolver);

struct config_service;

/*
 * The policy that the service's configuration describes. Borrowed from it, ret_dns64 too when the service has DNS64.
 * Left for the caller: cookie secrets, self, node_id, anchors (NULL here), the tables of learned prefixes
 * (pref64, dns64.learned: wanted when is_from_ra or is_from_dns, and for nat64.rules).
 */
void config_resolver_policy(const struct config_service *service, struct resolver_policy *ret, struct dns64 *ret_dns64);

#endif
