/* SPDX-License-Identifier: BSD-2-Clause */
/* "An address but no usable DNS": which kinds of clients a network leaves without a resolver. */
#include "doctor/client_judge.h"

#include "base/text.h"

#include <stdio.h>

#define RA (1u << CLIENT_RDNSS)
#define V6 (1u << CLIENT_DHCPV6)
#define V4 (1u << CLIENT_DHCPV4)
#define CONF (1u << CLIENT_RESOLV_CONF)

const struct client_platform client_platforms[] = {
	{"Android", RA | V4, .is_ipv6_only_capable = true},
	{"Windows 10 1703 and later", RA | V6 | V4, .is_obeying_flags = true},
	{"Windows before 10 1703", V6 | V4, .is_obeying_flags = true, .is_old = true},
	{"macOS, iOS", RA | V6 | V4, .is_obeying_flags = true, .is_ipv6_only_capable = true},
	{"Linux with systemd-networkd", RA | V6 | V4, .is_obeying_flags = true, .is_ipv6_only_capable = true},
	{"Linux with NetworkManager", RA | V6 | V4, .is_obeying_flags = true},
	{"Linux with dhcpcd", RA | V6 | V4, .is_obeying_flags = true},
	{"Linux with dhclient, without rdnssd", V6 | V4, .is_old = true},
	{"containers with this host's resolv.conf", CONF, .is_copying_conf = true},
};
const size_t client_platform_count = sizeof(client_platforms) / sizeof(client_platforms[0]);

/* C-03: DNS that can be used. One that answers, and does not resolve for its clients, is none. */
static enum client_state usable_state(const struct client_resolver *resolver)
{
	static const enum client_probe needed[] = {CLIENT_PROBE_UDP, CLIENT_PROBE_RECURSION};
	enum client_state all = CLIENT_OK;
	for (size_t i = 0; resolver != NULL && i < sizeof(needed) / sizeof(needed[0]); i++) {
		enum client_state state = resolver->results[needed[i]].state;
		if (state == CLIENT_FAILED)
			return CLIENT_FAILED;
		if (state != CLIENT_OK)
			all = state;
	}
	return resolver != NULL ? all : CLIENT_NOT_TESTED;
}

/* OK: one of them is of use; UNDETERMINED: one of them may be. */
static enum client_state servers_state(const struct client_facts *facts, const struct ip_addr *servers, size_t count,
                                       bool is_from_elsewhere)
{
	enum client_state best = CLIENT_FAILED;
	for (size_t i = 0; i < count; i++) {
		enum client_state state = usable_state(client_resolver_find(facts, &servers[i]));
		if (is_from_elsewhere && !client_address_is_usable(&servers[i]))
			continue;
		if (state == CLIENT_OK)
			return CLIENT_OK;
		if (state != CLIENT_FAILED)
			best = CLIENT_UNDETERMINED;
	}
	return best;
}

static enum client_state source_state(const struct client_facts *facts, const struct client_interface *at,
                                      const struct client_platform *platform, enum client_source source)
{
	struct ip_addr servers[CLIENT_RESOLVERS_MAX];
	bool is_asking = !platform->is_obeying_flags || client_is_managed(at) || client_is_other(at);
	if (source == CLIENT_RESOLV_CONF)
		return servers_state(facts, facts->conf.servers, facts->conf.server_count, platform->is_copying_conf);
	if (source == CLIENT_DHCPV6 && !is_asking)
		return CLIENT_FAILED;
	if (source == CLIENT_DHCPV4 && platform->is_ipv6_only_capable && client_is_ipv6_only_preferred(at))
		return CLIENT_FAILED;
	return servers_state(facts, servers, client_servers(at, source, servers, CLIENT_RESOLVERS_MAX), true);
}

enum client_state client_platform_state(const struct client_facts *facts, const struct client_interface *at,
                                        const struct client_platform *platform)
{
	bool is_unseen = (platform->sources & RA && (at->router_unseen[0] != '\0' || at->router_count == 0)) ||
	                 (platform->sources & V6 && at->dhcpv6_unseen[0] != '\0') ||
	                 (platform->sources & CONF && !facts->has_conf);
	for (enum client_source source = 0; source < CLIENT_SOURCE_COUNT; source++) {
		enum client_state state =
			platform->sources & 1u << source ? source_state(facts, at, platform, source) : CLIENT_FAILED;
		if (state == CLIENT_OK)
			return CLIENT_OK;
		is_unseen = is_unseen || state == CLIENT_UNDETERMINED;
	}
	return is_unseen ? CLIENT_UNDETERMINED : CLIENT_FAILED;
}

/* Clients get an address here, and so think that they are online. */
static bool has_addresses(const struct client_interface *at)
{
	bool is_autonomous = false;
	for (size_t i = 0; i < at->router_count; i++)
		is_autonomous = is_autonomous || at->routers[i].has_autonomous;
	return is_autonomous || client_is_managed(at) || at->has_address[FAMILY_IPV6] || at->has_address[FAMILY_IPV4];
}

/* A platform that would take DHCPv4's, where there may be one that left no lease file here. */
static bool is_saved_by_dhcpv4(const struct client_interface *at, const struct client_platform *platform)
{
	return platform->sources & V4 && at->has_address[FAMILY_IPV4] && !client_has_dhcpv4(at);
}

/* Those that are hit, and how grave that is. */
struct hit {
	struct text names;
	bool is_anyone_new;
	bool is_maybe; /* DHCPv4 may help one of them */
};

static void hit_collect(const struct client_facts *facts, const struct client_interface *at, struct hit *ret)
{
	for (size_t i = 0; i < client_platform_count; i++) {
		const struct client_platform *platform = &client_platforms[i];
		/* Containers are the host's matter: client_judge_conf. */
		if (platform->is_copying_conf || client_platform_state(facts, at, platform) != CLIENT_FAILED)
			continue;
		ret->is_anyone_new = ret->is_anyone_new || !platform->is_old;
		ret->is_maybe = ret->is_maybe || is_saved_by_dhcpv4(at, platform);
		text_addf(&ret->names, "%s%s", ret->names.size > 0 ? "; " : "", platform->name);
	}
}

void client_judge_platforms(const struct client_facts *facts, const struct client_interface *at,
                            struct finding_list *findings)
{
	static const char fix[] = "advertise RDNSS in the router advertisements (RFC 8106), and the same resolvers over DHCPv6 "
	                          "where M or O is set";
	struct hit hit = {0};
	char subject[64];
	if (has_addresses(at))
		hit_collect(facts, at, &hit);
	snprintf(subject, sizeof(subject), "interface %s", at->name);
	if (hit.names.size > 0) {
		struct finding *finding =
			finding_add(findings, FINDING_CLIENT_NO_DNS, (struct place){0}, subject, fix,
			            "%s: these clients get an address and no resolver of use: %s.%s", subject,
			            text_string(&hit.names),
			            hit.is_maybe ? " DHCPv4 may give them one: no lease was found here that would tell." : "");
		if (finding != NULL && hit.is_maybe)
			finding->severity = SEVERITY_WARNING;
		if (finding != NULL && !hit.is_anyone_new)
			finding->severity = SEVERITY_NOTICE;
	}
	text_free(&hit.names);
}
