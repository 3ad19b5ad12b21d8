/* SPDX-License-Identifier: BSD-2-Clause */
#include "advise/client.h"

/* A file of Kea: one daemon, the options that it gives to every client. */
static void begin(const struct client_advice *advice, const char *daemon, struct text *out)
{
	text_addf(out,
		  "{\n  \"%s\": {\n    \"interfaces-config\": { \"interfaces\": [ \"%s\" ] },\n"
		  "    \"lease-database\": { \"type\": \"memfile\" },\n    \"option-data\": [",
		  daemon, advice->request->interface);
}

static void begin_option(struct text *out, size_t *count, const char *name)
{
	text_addf(out, "%s\n      { \"name\": \"%s\", \"data\": \"", (*count)++ > 0 ? "," : "", name);
}

static void end_option(struct text *out)
{
	text_add(out, "\" }");
}

static void add_servers(const struct client_advice *advice, enum family family, const char *name, struct text *out,
			size_t *count)
{
	if (client_count_servers(advice, family) == 0)
		return;
	begin_option(out, count, name);
	client_write_servers(advice, family, ", ", out);
	end_option(out);
}

static void add_search(const struct client_advice *advice, struct text *out, size_t *count)
{
	if (advice->request->search_count == 0)
		return;
	begin_option(out, count, "domain-search");
	client_write_search(advice, ", ", out);
	end_option(out);
}

static void add_seconds(const char *name, uint32_t seconds, struct text *out, size_t *count)
{
	begin_option(out, count, name);
	text_addf(out, "%u", seconds);
	end_option(out);
}

void client_write_kea6(const struct client_advice *advice, struct text *out)
{
	size_t count = 0;
	client_write_head(advice, "//", "/etc/kea/kea-dhcp6.conf", out);
	text_add(out, "// Options 23 (resolvers), 24 (search list), 32 (ask again then). Not covered: subnets and "
		      "addresses; DHCPv6 has no\n"
		      "// option for the NAT64 prefix (RFC 8781 is a router's); encrypted DNS (RFC 9463). Android asks "
		      "no DHCPv6 server:\n"
		      "// it needs the router's RDNSS too.\n");
	begin(advice, "Dhcp6", out);
	add_servers(advice, FAMILY_IPV6, "dns-servers", out, &count);
	add_search(advice, out, &count);
	/* RFC 8415 21.23: as long as the router says it, and never below 600 s, which clients would raise it to. */
	add_seconds("information-refresh-time", advice->lifetime_s > 600 ? advice->lifetime_s : 600, out, &count);
	text_add(out, "\n    ]\n  }\n}\n");
}

void client_write_kea4(const struct client_advice *advice, struct text *out)
{
	size_t count = 0;
	client_write_head(advice, "//", "/etc/kea/kea-dhcp4.conf", out);
	text_add(out, "// Options 6 (resolvers), 119 (search list), 108 (IPv6-only preferred). Not covered: subnets "
		      "and addresses.\n");
	if (advice->has_dns64)
		text_add(out, "// 108 tells clients that ask for it to leave IPv4 alone (RFC 8925): only where NAT64 "
			      "serves this network.\n");
	if (client_count_servers(advice, FAMILY_IPV4) == 0)
		text_add(out, "// No resolver here has an IPv4 address: clients without IPv6 are told of none.\n");
	begin(advice, "Dhcp4", out);
	add_servers(advice, FAMILY_IPV4, "domain-name-servers", out, &count);
	add_search(advice, out, &count);
	if (advice->has_dns64)
		add_seconds("v6-only-preferred", client_v6only_s(advice), out, &count);
	text_add(out, count > 0 ? "\n    ]\n  }\n}\n" : "]\n  }\n}\n");
}
