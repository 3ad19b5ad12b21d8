/* SPDX-License-Identifier: BSD-2-Clause */
/* Each resolver by itself, the sets of them that clients pick from, and resolv.conf. */
#include "doctor/client_judge.h"

#include "ip/nat64.h"
#include "ip/special.h"

#include <stdio.h>

#define LIBC_SERVERS RESOLV_CONF_LIBC_SERVERS
#define SUBJECT_MAX (IP_ADDR_TEXT_MAX + 16)

/* --- One resolver --- */

/* What a probe that failed is called, and how to mend it. */
static const struct {
	enum client_probe probe;
	enum finding_code code;
	const char *cause;
	const char *fix;
} rows[] = {
	{CLIENT_PROBE_UDP, FINDING_RESOLVER_SILENT, "does not answer over UDP", "start it, or open UDP port 53 on the way; else "
	                                                                   "stop advertising it"},
	{CLIENT_PROBE_TCP, FINDING_RESOLVER_NO_TCP, "does not answer over TCP", "open TCP port 53 (RFC 7766 5)"},
	{CLIENT_PROBE_RECURSION, FINDING_RESOLVER_NO_RECURSION, "does not resolve for its clients",
	 "allow recursion for the clients of this network"},
	{CLIENT_PROBE_IPV6_ONLY, FINDING_RESOLVER_ONE_FAMILY, "does not resolve what only IPv6 leads to",
	 "give the resolver IPv6, or let it forward to a dual-stack one (RFC 10001 §4.2)"},
	{CLIENT_PROBE_IPV4_ONLY, FINDING_RESOLVER_ONE_FAMILY, "does not resolve what only IPv4 leads to",
	 "give the resolver IPv4 or NAT64, or let it forward to a dual-stack one (RFC 10001 §4.2)"},
	{CLIENT_PROBE_VALIDATION, FINDING_RESOLVER_NO_VALIDATION, "does not validate", "turn DNSSEC validation on"},
};

static void judge_results(const struct client_resolver *resolver, const char *subject, struct finding_list *findings)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct client_result *result = &resolver->results[rows[i].probe];
		if (result->state == CLIENT_FAILED) {
			finding_add(findings, rows[i].code, (struct place){0}, subject, rows[i].fix, "%s %s: %s.", subject, rows[i].cause,
			            result->reason);
			if (rows[i].probe == CLIENT_PROBE_UDP && resolver->results[CLIENT_PROBE_TCP].state != CLIENT_OK)
				return; /* silent altogether: the rest says the same */
		} else if (result->state == CLIENT_UNDETERMINED) {
			client_undetermined(findings, FINDING_CLIENT_UNSEEN, subject, NULL, "%s could not be tried: %s.",
			                    client_probe_text(rows[i].probe), result->reason);
			if (rows[i].probe == CLIENT_PROBE_UDP)
				return;
		}
	}
}

/* The NAT64 prefix of a router that the address lies in. */
static bool pref64_find(const struct client_facts *facts, const struct ip_addr *addr, struct ip_prefix *ret)
{
	struct ip_addr ipv4;
	for (size_t i = 0; i < facts->interface_count; i++) {
		for (size_t j = 0; j < facts->interfaces[i].router_count; j++) {
			const struct advertisement *router = &facts->interfaces[i].routers[j];
			for (size_t k = 0; k < router->pref64_count; k++) {
				*ret = router->pref64s[k].pref64.prefix;
				if (router->pref64s[k].lifetime_s > 0 && nat64_extract(ret, addr, &ipv4) == ERR_OK)
					return true;
			}
		}
	}
	return false;
}

/* RFC 10001 4.3: a stub should not use IPv4-embedded addresses that it can recognise. */
static void judge_embedded(const struct client_facts *facts, const struct ip_addr *addr, const char *subject,
                           struct finding_list *findings)
{
	static const char fix[] = "advertise the resolver's native IPv6 address";
	enum ip_kind kind = ip_addr_kind(addr);
	struct ip_prefix prefix;
	char text[IP_PREFIX_TEXT_MAX];
	if (addr->family != FAMILY_IPV6)
		return;
	if (ip_kind_is_ipv4_embedded(kind)) {
		finding_add(findings, FINDING_RESOLVER_EMBEDDED, (struct place){0}, subject, fix,
		            "The address of %s embeds an IPv4 address: it is %s.", subject, ip_kind_text(kind));
	} else if (pref64_find(facts, addr, &prefix)) {
		ip_prefix_to_text(&prefix, text);
		finding_add(findings, FINDING_RESOLVER_EMBEDDED, (struct place){0}, subject, fix,
		            "The address of %s embeds an IPv4 address: it lies in the NAT64 prefix %s that a router advertises.",
		            subject, text);
	}
}

void client_judge_resolvers(const struct client_facts *facts, struct finding_list *findings)
{
	for (size_t i = 0; i < facts->resolver_count; i++) {
		const struct client_resolver *resolver = &facts->resolvers[i];
		char text[IP_ADDR_TEXT_MAX], subject[SUBJECT_MAX];
		ip_addr_to_text(&resolver->addr, text);
		snprintf(subject, sizeof(subject), "resolver %s", text);
		judge_results(resolver, subject, findings);
		judge_embedded(facts, &resolver->addr, subject, findings);
	}
}

void client_judge_addresses(const struct client_interface *at, struct finding_list *findings)
{
	struct ip_addr servers[CLIENT_RESOLVERS_MAX];
	size_t count = client_servers_all(at, servers, CLIENT_RESOLVERS_MAX);
	for (size_t i = 0; i < count; i++) {
		char text[IP_ADDR_TEXT_MAX], subject[SUBJECT_MAX];
		if (client_address_is_usable(&servers[i]))
			continue;
		ip_addr_to_text(&servers[i], text);
		snprintf(subject, sizeof(subject), "resolver %s", text);
		finding_add(findings, FINDING_RESOLVER_NO_ADDRESS, (struct place){0}, subject,
		            "advertise the address that the resolver has on this network",
		            "Clients on %s are told of the %s, and its address is %s: nobody can ask there.", at->name, subject,
		            ip_kind_text(ip_addr_kind(&servers[i])));
	}
}

/* --- Every three of the set (S-05) --- */

/* OK: resolves what either family leads to. */
static enum client_state dual_stack_state(const struct client_facts *facts, const struct ip_addr *addr)
{
	const struct client_resolver *resolver = client_resolver_find(facts, addr);
	static const enum client_probe needed[] = {CLIENT_PROBE_UDP, CLIENT_PROBE_RECURSION, CLIENT_PROBE_IPV6_ONLY, CLIENT_PROBE_IPV4_ONLY};
	enum client_state state = client_address_is_usable(addr) ? CLIENT_OK : CLIENT_FAILED;
	for (size_t i = 0; i < sizeof(needed) / sizeof(needed[0]); i++) {
		enum client_state one = resolver == NULL ? CLIENT_NOT_TESTED : resolver->results[needed[i]].state;
		if (one == CLIENT_FAILED)
			return CLIENT_FAILED;
		state = one == CLIENT_OK || state == CLIENT_FAILED ? state : CLIENT_UNDETERMINED;
	}
	return state;
}

/* A set of three lacks dual-stack resolution (FAILED), has it (OK), or nobody can tell. */
static enum client_state three_state(const enum client_state states[3])
{
	bool is_lacking = true;
	for (size_t i = 0; i < 3; i++) {
		if (states[i] == CLIENT_OK)
			return CLIENT_OK;
		is_lacking = is_lacking && states[i] == CLIENT_FAILED;
	}
	return is_lacking ? CLIENT_FAILED : CLIENT_UNDETERMINED;
}

struct threes {
	size_t failed, undetermined, all;
	size_t first[3]; /* of the failed ones, else of the undetermined ones */
};

static void threes_count(const enum client_state *states, size_t count, struct threes *ret)
{
	for (size_t i = 0; i + 2 < count; i++)
		for (size_t j = i + 1; j + 1 < count; j++)
			for (size_t k = j + 1; k < count; k++) {
				enum client_state state = three_state((enum client_state[]){states[i], states[j], states[k]});
				bool is_failed = state == CLIENT_FAILED, is_open = state == CLIENT_UNDETERMINED;
				if ((is_failed && ret->failed == 0) || (is_open && ret->failed + ret->undetermined == 0))
					memcpy(ret->first, (size_t[]){i, j, k}, sizeof(ret->first));
				ret->failed += is_failed;
				ret->undetermined += is_open;
				ret->all++;
			}
}

void client_judge_set(const struct client_facts *facts, const struct client_interface *at,
                      struct finding_list *findings)
{
	static const char fix[] = "advertise at most two resolvers that lack dual-stack resolution (RFC 10001 §4.3)";
	struct ip_addr servers[CLIENT_RESOLVERS_MAX];
	enum client_state states[CLIENT_RESOLVERS_MAX];
	struct threes threes = {0};
	char subject[64], texts[3][IP_ADDR_TEXT_MAX];
	size_t count = client_servers_all(at, servers, CLIENT_RESOLVERS_MAX);
	if (count <= LIBC_SERVERS) /* RFC 10001 4.3: the rule is for more than three */
		return;
	for (size_t i = 0; i < count; i++)
		states[i] = dual_stack_state(facts, &servers[i]);
	threes_count(states, count, &threes);
	snprintf(subject, sizeof(subject), "interface %s", at->name);
	for (size_t i = 0; i < 3; i++)
		ip_addr_to_text(&servers[threes.first[i]], texts[i]);
	if (threes.failed > 0) {
		finding_add(findings, FINDING_RESOLVER_SET, (struct place){0}, subject, fix,
		            "%s: of the %zu resolvers advertised, %zu of %zu sets of three have none with dual-stack resolution, such "
		            "as %s, %s and %s. Clients use three, and which ones is theirs to choose.",
		            subject, count, threes.failed, threes.all, texts[0], texts[1], texts[2]);
	} else if (threes.undetermined > 0) {
		client_undetermined(findings, FINDING_RESOLVER_SET, subject,
		                    "give names that only one family leads to: --probe-v6 NAME --probe-v4 NAME",
		                    "whether each three of the %zu resolvers advertised have one with dual-stack resolution was "
		                    "not tested, for example for %s, %s and %s.", count, texts[0], texts[1], texts[2]);
	}
}

/* --- resolv.conf --- */

void client_judge_conf(const struct client_facts *facts, struct finding_list *findings)
{
	const struct resolv_conf *conf = &facts->conf;
	struct place place = {.file = facts->conf_path};
	bool is_loopback = conf->server_count > 0;
	for (size_t i = 0; i < conf->server_count; i++)
		is_loopback = is_loopback && ip_addr_is_loopback(&conf->servers[i]);
	if (conf->server_count > LIBC_SERVERS)
		finding_add(findings, FINDING_CONF_LIMIT, place, NULL, "keep three, a dual-stack one among them",
		            "It names %zu servers, and libc asks the first %d only.", conf->server_count, LIBC_SERVERS);
	if (conf->malformed > 0 && conf->server_count < RESOLV_CONF_SERVERS_MAX) /* else there is only no room */
		finding_add(findings, FINDING_CONF_MALFORMED, place, NULL, "write an address, a name cannot stand there",
		            "%u nameserver line%s no address: libc ignores %s.", conf->malformed,
		            conf->malformed == 1 ? " has" : "s have", conf->malformed == 1 ? "it" : "them");
	if (conf->unscoped > 0)
		finding_add(findings, FINDING_CONF_UNSCOPED, place, NULL, "write the interface behind it: fe80::1%eth0",
		            "%u link-local server%s no interface: nobody can reach %s.", conf->unscoped,
		            conf->unscoped == 1 ? " has" : "s have", conf->unscoped == 1 ? "it" : "them");
	if (is_loopback)
		finding_add(findings, FINDING_CONF_LOOPBACK, place, NULL,
		            "give containers addresses that they can reach (docker: --dns; podman: --dns)",
		            "All its servers are loopback addresses: fine on this host, of no use in a container that copies "
		            "the file.");
}
