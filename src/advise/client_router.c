/* SPDX-License-Identifier: BSD-2-Clause */
#include "advise/client.h"

#define RDNSS_BLOCK_MAX 3      /* radvd takes no more addresses in one option */
#define NETWORKD_LIFETIME 1800 /* RFC 8106 5.1: three of its intervals, which are up to 600 s */

void client_write_head(const struct client_advice *advice, const char *mark, const char *file, struct text *out)
{
	text_addf(out, "%s %s, made by `sextant advise client` for clients on %s.\n", mark, file,
		  advice->request->interface);
	/* N-11: where DNS64 fits. */
	if (advice->has_dns64)
		text_addf(out,
			  "%s These resolvers have DNS64. For a network of IPv6-only clients behind NAT64: strong fit. "
			  "Dual-stack clients:\n"
			  "%s mixed, they would prefer the translator to their own IPv4. Public applications: limited. "
			  "A lab: good.\n",
			  mark, mark);
	else if (client_count_servers(advice, FAMILY_IPV4) == 0)
		text_addf(out,
			  "%s These resolvers are for clients with IPv6, and have no DNS64: an IPv6-only client "
			  "reaches no name that\n"
			  "%s has an A record only.\n",
			  mark, mark);
	if (client_count_servers(advice, FAMILY_IPV6) == 0)
		text_addf(out, "%s NO RESOLVER HAS AN IPv6 ADDRESS: clients without IPv4 are told of none.\n", mark);
}

/* Hosts keep the first three of a family (RFC 8106 5.3.1); those that resolve over both families stand in front. */
static void radvd_servers(const struct client_advice *advice, struct text *out)
{
	size_t written = 0;
	for (size_t i = 0; i < advice->server_count; i++) {
		char text[IP_ADDR_TEXT_MAX];
		if (advice->servers[i].addr.family != FAMILY_IPV6)
			continue;
		ip_addr_to_text(&advice->servers[i].addr, text);
		if (written > 0 && written % RDNSS_BLOCK_MAX == 0)
			text_addf(out, " { AdvRDNSSLifetime %u; };\n", advice->lifetime_s);
		text_addf(out, "%s %s", written++ % RDNSS_BLOCK_MAX == 0 ? "\tRDNSS" : "", text);
	}
	if (written > 0)
		text_addf(out, " { AdvRDNSSLifetime %u; };\n", advice->lifetime_s);
}

static void radvd_prefixes(const struct client_advice *advice, struct text *out)
{
	for (size_t i = 0; i < advice->prefix_count; i++) {
		char text[IP_PREFIX_TEXT_MAX];
		ip_prefix_to_text(&advice->prefixes[i], text);
		text_addf(out, "\t# nat64prefix %s { AdvValidLifetime %u; };\n", text, advice->prefix_lifetime_s);
	}
}

/* The NAT64 prefixes that no option can carry, or that are somebody else's to tell. */
static void write_unknown_prefix(const struct client_advice *advice, struct text *out)
{
	if (advice->has_dns64 && advice->prefix_count == 0)
		text_add(out, "# The NAT64 prefix is not written in the configuration for all of IPv4 (it is learned, "
			      "or a rule has a\n"
			      "# range): whoever runs the translator advertises it.\n");
}

void client_write_radvd(const struct client_advice *advice, struct text *out)
{
	client_write_head(advice, "#", "/etc/radvd.conf", out);
	text_add(out, "# Not covered: prefixes and routes, which your network has; encrypted DNS (RFC 9463).\n");
	if (advice->has_dns64)
		text_add(out, "# Not covered by radvd 2.19 (Debian 12): PREF64 (RFC 8781). From radvd 2.20 on take the "
			      "# off\n"
			      "# nat64prefix; until then clients find the prefix through ipv4only.arpa (RFC 7050).\n");
	write_unknown_prefix(advice, out);
	text_addf(out, "interface %s\n{\n\tAdvSendAdvert on;\n\tMaxRtrAdvInterval %u;\n", advice->request->interface,
		  advice->request->interval_s);
	text_add(out, "\t# \"Other configuration by DHCPv6\": off where no DHCPv6 server answers "
		      "(C-03).\n\tAdvOtherConfigFlag on;\n");
	radvd_servers(advice, out);
	if (advice->request->search_count > 0) {
		text_add(out, "\tDNSSL ");
		client_write_search(advice, " ", out);
		text_addf(out, " { AdvDNSSLLifetime %u; };\n", advice->lifetime_s);
	}
	radvd_prefixes(advice, out);
	text_add(out, "};\n");
}

static void networkd_prefixes(const struct client_advice *advice, struct text *out)
{
	for (size_t i = 0; i < advice->prefix_count; i++) {
		char text[IP_PREFIX_TEXT_MAX];
		ip_prefix_to_text(&advice->prefixes[i], text);
		text_addf(out, "\n#[IPv6PREF64Prefix]\n#Prefix=%s\n#LifetimeSec=%u\n", text, advice->prefix_lifetime_s);
	}
}

static void networkd_dhcp4(const struct client_advice *advice, struct text *out)
{
	text_add(out, "\n[DHCPServer]\n");
	if (client_count_servers(advice, FAMILY_IPV4) > 0) {
		text_add(out, "EmitDNS=yes\nDNS=");
		client_write_servers(advice, FAMILY_IPV4, " ", out);
		text_add(out, "\n");
	} else {
		text_add(out, "EmitDNS=no\n");
	}
	/* RFC 8925 3.2: what speaks IPv6 well needs no IPv4 for so long, in seconds. */
	if (advice->has_dns64)
		text_addf(out, "SendOption=108:uint32:%u\n", client_v6only_s(advice));
}

void client_write_networkd(const struct client_advice *advice, struct text *out)
{
	bool has_dhcp4 = client_count_servers(advice, FAMILY_IPV4) > 0 || advice->has_dns64;
	client_write_head(advice, "#", "/etc/systemd/network/50-clients.network", out);
	text_add(out, "# Not covered: this router's own addresses and the prefixes it advertises; networkd's intervals "
		      "are fixed\n"
		      "# (200 to 600 s); it has no DHCPv6 server (take Kea), and its DHCPv4 server no search list.\n");
	if (advice->has_dns64)
		text_add(
			out,
			"# Not covered by systemd 252 (Debian 12): PREF64 (RFC 8781). From systemd 255 on take the # "
			"off\n"
			"# [IPv6PREF64Prefix]; until then clients find the prefix through ipv4only.arpa (RFC 7050).\n");
	write_unknown_prefix(advice, out);
	text_addf(out, "[Match]\nName=%s\n\n[Network]\nIPv6SendRA=yes\n%s\n[IPv6SendRA]\n", advice->request->interface,
		  has_dhcp4 ? "DHCPServer=yes\n" : "");
	text_add(out, "# \"Other configuration by DHCPv6\": no where no DHCPv6 server answers "
		      "(C-03).\nOtherInformation=yes\n");
	if (client_count_servers(advice, FAMILY_IPV6) > 0) {
		text_add(out, "EmitDNS=yes\nDNS=");
		client_write_servers(advice, FAMILY_IPV6, " ", out);
		text_addf(out, "\nDNSLifetimeSec=%u\n",
			  advice->lifetime_s > NETWORKD_LIFETIME ? advice->lifetime_s : NETWORKD_LIFETIME);
	} else {
		text_add(out, "EmitDNS=no\n");
	}
	if (advice->request->search_count > 0) {
		text_add(out, "EmitDomains=yes\nDomains=");
		client_write_search(advice, " ", out);
		text_add(out, "\n");
	}
	if (has_dhcp4)
		networkd_dhcp4(advice, out);
	networkd_prefixes(advice, out);
}
