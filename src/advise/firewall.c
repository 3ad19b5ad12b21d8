/* SPDX-License-Identifier: BSD-2-Clause */
#include "advise/firewall.h"

#include "advise/firewall_rules.h"

static const char head[] =
	"#!/usr/sbin/nft -f\n"
	"# Made by `sextant advise firewall`. Look at it: nft -c -f FILE. Load it: nft -f FILE; at each boot: include it\n"
	"# from /etc/nftables.conf. It replaces the tables inet sextant and inet sextant_mss at once, and no other.\n"
	"# It filters what comes in. What this host sends is not filtered; replies to it (to the questions of a resolver\n"
	"# too) come in by connection tracking.\n"
	"# WHAT NO RULE NAMES IS DENIED: another service of this host needs a rule of its own.\n"
	"# What was denied, and why: nft list counters table inet sextant; journalctl -k -g 'sextant deny'.\n"
	"\n";

/* Before the services: what every host needs to be on a network at all. */
static const char base_rules[] =
	"\t\tiif \"lo\" accept\n"
	"\t\tct state established,related accept\n"
	"\t\t# RFC 4890 4.3.1: without these four a path of a smaller MTU swallows answers. They stand in front of every\n"
	"\t\t# limit, and they are for UDP too, which is not tracked here.\n"
	"\t\ticmpv6 type { destination-unreachable, packet-too-big, time-exceeded, parameter-problem } accept\n"
	"\t\ticmpv6 type { echo-request, echo-reply } accept\n"
	"\t\t# RFC 4861 7.1: neighbour discovery comes from the link alone, so with a hop limit of 255.\n"
	"\t\ticmpv6 type { nd-router-solicit, nd-router-advert, nd-neighbor-solicit, nd-neighbor-advert } "
	"ip6 hoplimit 255 accept\n"
	"\t\ticmpv6 type { mld-listener-query, mld-listener-report, mld-listener-done, mld2-listener-report } "
	"ip6 saddr fe80::/10 accept\n"
	"\t\t# destination-unreachable has \"fragmentation needed\" (RFC 1191).\n"
	"\t\ticmp type { destination-unreachable, time-exceeded, parameter-problem, echo-request, echo-reply } accept\n"
	"\t\t# This host's own DHCP.\n"
	"\t\tip6 saddr fe80::/10 udp sport 547 udp dport 546 accept\n"
	"\t\tmeta nfproto ipv4 udp sport 67 udp dport 68 accept\n";

/* Calls what to write for each listener that others can reach; exact addresses first, since a wildcard has them too. */
static void each_listener(const struct config *config, struct text *out,
			  void (*write)(const struct config *config, size_t service,
					const struct config_listener *listener, struct text *out))
{
	for (int is_wildcard = 0; is_wildcard < 2; is_wildcard++) {
		for (size_t s = 0; s < config->service_count; s++) {
			const struct config_service *service = &config->services[s];
			for (size_t i = 0; i < service->listener_count; i++) {
				const struct config_listener *listener = &service->listeners[i];
				bool is_any = ip_addr_is_any(&listener->endpoint.addr);
				if (is_any == (is_wildcard != 0) && rule_is_reachable(listener))
					write(config, s, listener, out);
			}
		}
	}
}

static void write_dispatch(const struct config *config, size_t service, const struct config_listener *listener,
			   struct text *out)
{
	char label[RULE_LABEL_MAX];
	rule_label(config, service, label);
	text_add(out, "\t\t");
	rule_write_address(listener, "d", out);
	text_addf(out, " meta l4proto { tcp, udp } th dport %u goto service_%s\n", listener->endpoint.port, label);
}

/* Over UDP it is one packet each way: tracking fills the table of connections, and then everything is dropped. */
static void write_untracked_in(const struct config *config, size_t service, const struct config_listener *listener,
			       struct text *out)
{
	(void)config, (void)service;
	text_add(out, "\t\t");
	rule_write_address(listener, "d", out);
	text_addf(out, "%s udp dport %u notrack\n",
		  ip_addr_is_any(&listener->endpoint.addr) ? " fib daddr type local" : "", listener->endpoint.port);
}

static void write_untracked_out(const struct config *config, size_t service, const struct config_listener *listener,
				struct text *out)
{
	(void)config, (void)service;
	text_add(out, "\t\t");
	rule_write_address(listener, "s", out);
	text_addf(out, " udp sport %u notrack\n", listener->endpoint.port);
}

static void write_untracked(const struct config *config, struct text *out)
{
	text_add(out, "\n\t# Queries and answers over UDP are not tracked: a flood must not fill the table of connections.\n"
		      "\tchain untracked_in {\n\t\ttype filter hook prerouting priority raw; policy accept;\n");
	each_listener(config, out, write_untracked_in);
	text_add(out, "\t}\n\tchain untracked_out {\n\t\ttype filter hook output priority raw; policy accept;\n");
	each_listener(config, out, write_untracked_out);
	text_add(out, "\t}\n");
}

static void write_management(const struct firewall_request *request, struct text *out)
{
	if (request->management_count == 0)
		return;
	text_add(out, "\n");
	for (enum family family = FAMILY_IPV6; family < FAMILY_COUNT; family++)
		rule_write_prefixes("management", family, request->management, request->management_count, out);
	rule_write_denial("host", "management", "SSH from outside the networks of --management", out);
	text_add(out, "\tchain management {\n"
		      "\t\tip6 saddr @management_v6 accept\n"
		      "\t\tip saddr @management_v4 accept\n"
		      "\t\tgoto deny_host_management\n"
		      "\t}\n");
}

static void write_input(const struct firewall_request *request, struct text *out)
{
	text_add(out, "\n\tchain input {\n\t\ttype filter hook input priority filter; policy drop;\n");
	text_add(out, base_rules);
	each_listener(request->config, out, write_dispatch);
	if (request->management_count > 0)
		text_addf(out, "\t\ttcp dport %u goto management\n", request->ssh_port);
	text_add(out, "\t\tgoto deny_host_other\n\t}\n}\n");
}

/* --- The segment size, T-10 --- */

static void write_clamp(const char *direction, const uint16_t *ports, size_t count, uint16_t mss, struct text *out)
{
	text_addf(out, "\t\ttcp %sport { ", direction);
	for (size_t i = 0; i < count; i++)
		text_addf(out, "%s%u", i > 0 ? ", " : "", ports[i]);
	text_addf(out, " } tcp option maxseg size > %u tcp option maxseg size set %u\n", mss, mss);
}

void firewall_write_mss(const uint16_t *ports, size_t count, uint16_t mss, struct text *out)
{
	static const char *const hooks[] = {"forward", "input", "output"};
	text_add(out, "table inet sextant_mss {\n\tchain clamp {\n");
	write_clamp("d", ports, count, mss, out);
	write_clamp("s", ports, count, mss, out);
	text_add(out, "\t}\n");
	for (size_t i = 0; i < sizeof(hooks) / sizeof(hooks[0]); i++)
		text_addf(out,
			  "\tchain %s {\n\t\ttype filter hook %s priority mangle; policy accept;\n"
			  "\t\ttcp flags & (syn | rst) == syn jump clamp\n\t}\n",
			  hooks[i], hooks[i]);
	text_add(out, "}\n");
}

#define PORTS_MAX 64

static void add_port(uint16_t ports[PORTS_MAX], size_t *count, uint16_t port)
{
	for (size_t i = 0; i < *count; i++) {
		if (ports[i] == port)
			return;
	}
	if (*count < PORTS_MAX)
		ports[(*count)++] = port;
}

/* Of DNS and DoT, and those the services use; the smallest size of any service. */
static void write_mss(const struct config *config, struct text *out)
{
	uint16_t ports[PORTS_MAX] = {53, 853};
	size_t count = 2;
	uint16_t mss = config->transport.tcp_mss;
	for (size_t s = 0; s < config->service_count; s++) {
		const struct config_service *service = &config->services[s];
		if (service->transport.tcp_mss < mss)
			mss = service->transport.tcp_mss;
		for (size_t i = 0; i < service->listener_count; i++)
			add_port(ports, &count, service->listeners[i].endpoint.port);
		if (service->role == CONFIG_ROLE_RESOLVER)
			add_port(ports, &count, service->resolver.upstream_port);
	}
	text_add(out, "\n# RFC 10001 3.2: SYNs announce no more than fits into the smallest path. sextantd limits its own\n"
		      "# sockets; this does it for every other DNS program here or behind this host.\n");
	firewall_write_mss(ports, count, mss, out);
}

void firewall_write(const struct firewall_request *request, struct text *out)
{
	text_add(out, head);
	/* Declared first, so that the deletion works when the table is not there yet. */
	text_add(out, "table inet sextant\ndelete table inet sextant\n"
		      "table inet sextant_mss\ndelete table inet sextant_mss\n\n"
		      "table inet sextant {\n");
	rule_write_denial("host", "other", "what no rule names", out);
	for (size_t i = 0; i < request->config->service_count; i++) {
		if (rule_has_family(&request->config->services[i], FAMILY_IPV6) ||
		    rule_has_family(&request->config->services[i], FAMILY_IPV4))
			rule_write_service(request, i, out);
	}
	write_management(request, out);
	write_untracked(request->config, out);
	write_input(request, out);
	write_mss(request->config, out);
}
