/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/doctor/show.h"

#include "base/clock.h"
#include "dns/svcb.h"
#include "doctor/client_judge.h"

#define LABEL_COLUMN 4
#define VALUE_COLUMN 12
#define RESOLVER_COLUMN 30
#define PROBE_COLUMN 17

static void address_add(const struct ip_addr *addr, struct text *out)
{
	char text[IP_ADDR_TEXT_MAX];
	ip_addr_to_text(addr, text);
	text_add(out, text);
}

static void name_add(const struct name_buffer *name, struct text *out)
{
	char text[NAME_TEXT_MAX];
	name_to_display(name_of(name->wire), text);
	text_add(out, text);
}

static void lifetime_add(uint32_t lifetime_s, struct text *out)
{
	if (lifetime_s == UINT32_MAX)
		text_add(out, " (for ever)");
	else
		text_addf(out, " (%u s)", lifetime_s);
}

static void plain_add(const char *text, struct text *out)
{
	for (; *text != '\0'; text++)
		text_add_char(out, *text >= ' ' && *text <= '~' ? *text : '?');
}

/* "    RDNSS   " */
static void label_add(const char *label, struct text *out)
{
	size_t start = out->size;
	text_pad_to(out, start, LABEL_COLUMN);
	text_add(out, label);
	text_pad_to(out, start, VALUE_COLUMN);
}

/* Of DHCPv6 there is no lifetime. */
static void dnr_add(const struct dnr_resolver *dnr, bool has_lifetime, struct text *out)
{
	label_add("DNR", out);
	text_addf(out, "%u ", dnr->priority);
	name_add(&dnr->name, out);
	for (size_t i = 0; i < dnr->address_count; i++) {
		text_add_char(out, ' ');
		address_add(&dnr->addresses[i], out);
	}
	if (dnr->params_size > 0)
		text_add_char(out, ' ');
	svcparams_to_text(span_of(dnr->params, dnr->params_size), out);
	if (has_lifetime)
		lifetime_add(dnr->lifetime_s, out);
	text_add_char(out, '\n');
}

static void cut_add(bool is_cut, struct text *out)
{
	_Static_assert(ADVERTISEMENT_MAX == DHCPV6_MAX, "one text for both");
	if (is_cut)
		text_addf(out, "    more than %d of a kind: the others are not shown\n", ADVERTISEMENT_MAX);
}

/* --- Routers --- */

static void router_head_add(const struct advertisement *router, struct text *out)
{
	text_add(out, "  router ");
	address_add(&router->router, out);
	if (!router->has_header) {
		text_add(out, router->is_broken ? ": clients drop what it says, a length in it is broken\n"
		                                : ": its options, as the kernel tells them\n");
		return;
	}
	text_addf(out, ": M=%d O=%d, lifetime %u s, preference %s", router->is_managed, router->is_other, router->lifetime_s,
	          advertisement_preference_text(router->preference));
	if (router->interval_ms > 0)
		text_addf(out, ", every %u ms at most", router->interval_ms);
	text_add(out, router->has_autonomous ? ", addresses by SLAAC\n" : ", no addresses by SLAAC\n");
}

static void router_add(const struct advertisement *router, struct text *out)
{
	router_head_add(router, out);
	for (size_t i = 0; i < router->server_count; i++) {
		label_add("RDNSS", out);
		address_add(&router->servers[i].addr, out);
		lifetime_add(router->servers[i].lifetime_s, out);
		text_add_char(out, '\n');
	}
	if (router->server_count == 0)
		text_add(out, "    no RDNSS option\n");
	for (size_t i = 0; i < router->domain_count; i++) {
		label_add("DNSSL", out);
		name_add(&router->domains[i].name, out);
		lifetime_add(router->domains[i].lifetime_s, out);
		text_add_char(out, '\n');
	}
	for (size_t i = 0; i < router->pref64_count; i++) {
		char text[IP_PREFIX_TEXT_MAX];
		ip_prefix_to_text(&router->pref64s[i].pref64.prefix, text);
		label_add("PREF64", out);
		text_add(out, text);
		lifetime_add(router->pref64s[i].lifetime_s, out);
		text_add_char(out, '\n');
	}
	for (size_t i = 0; i < router->dnr_count; i++)
		dnr_add(&router->dnrs[i], true, out);
	cut_add(router->is_cut, out);
}

/* --- DHCP --- */

static void malformed_add(unsigned count, struct text *out)
{
	if (count > 0)
		text_addf(out, "; %u option%s cannot be read", count, count == 1 ? "" : "s");
}

static void reply_add(const struct client_reply *from, struct text *out)
{
	const struct dhcpv6_reply *reply = &from->reply;
	text_add(out, "  DHCPv6 ");
	address_add(&from->server, out);
	text_add_char(out, ':');
	for (size_t i = 0; i < reply->server_count; i++) {
		text_add_char(out, ' ');
		address_add(&reply->servers[i], out);
	}
	text_add(out, reply->server_count == 0 ? " no resolvers" : "");
	text_add(out, reply->domain_count > 0 ? "; search" : "");
	for (size_t i = 0; i < reply->domain_count; i++) {
		text_add_char(out, ' ');
		name_add(&reply->domains[i], out);
	}
	if (reply->refresh_s > 0)
		text_addf(out, "; refresh %u s", reply->refresh_s);
	if (reply->status != 0)
		text_addf(out, "; status %u", reply->status);
	malformed_add(reply->malformed, out);
	text_add_char(out, '\n');
	for (size_t i = 0; i < reply->dnr_count; i++)
		dnr_add(&reply->dnrs[i], false, out);
	cut_add(reply->is_cut, out);
}

static void lease_add(const struct client_interface *at, struct text *out)
{
	text_addf(out, "  DHCPv4 %s:", at->lease_path);
	for (size_t i = 0; i < at->lease.server_count; i++) {
		text_add_char(out, ' ');
		address_add(&at->lease.servers[i], out);
	}
	text_add(out, at->lease.server_count == 0 ? " no resolvers" : "");
	if (at->lease.is_ipv6_only_preferred)
		text_addf(out, "; IPv6-only preferred (%u s)", at->lease.ipv6_only_wait_s);
	malformed_add(at->lease.malformed, out);
	text_add_char(out, '\n');
}

static void informed_add(const struct client_informed *from, struct text *out)
{
	const struct lease *lease = &from->reply.lease;
	text_add(out, "  DHCPv4 ");
	address_add(&from->server, out);
	text_add(out, lease->server_count == 0 ? ": no resolvers" : ":");
	for (size_t i = 0; i < lease->server_count; i++) {
		text_add_char(out, ' ');
		address_add(&lease->servers[i], out);
	}
	text_add(out, from->reply.domain_count > 0 ? "; search" : "");
	for (size_t i = 0; i < from->reply.domain_count; i++) {
		text_add_char(out, ' ');
		name_add(&from->reply.domains[i], out);
	}
	if (lease->is_ipv6_only_preferred)
		text_addf(out, "; IPv6-only preferred (%u s)", lease->ipv6_only_wait_s);
	malformed_add(lease->malformed + from->reply.malformed, out);
	text_add_char(out, '\n');
	cut_add(from->reply.is_cut, out);
}

static void dhcpv4_add(const struct client_interface *at, struct text *out)
{
	for (size_t i = 0; i < at->informed_count; i++)
		informed_add(&at->informed[i], out);
	if (at->lease_path[0] != '\0')
		lease_add(at, out);
	else if (at->dhcpv4_unseen[0] != '\0')
		text_addf(out, "  no DHCPv4 lease found, and DHCPv4 was not asked: %s\n", at->dhcpv4_unseen);
	else if (at->informed_count == 0)
		text_add(out, at->has_address[FAMILY_IPV4] ? "  no DHCPv4 lease found, and no reply to DHCPINFORM\n"
		                                           : "  no DHCPv4 lease found\n");
}

static void interface_add(const struct client_interface *at, struct text *out)
{
	text_add(out, "interface ");
	plain_add(at->name, out); /* it may have any octet but / : and blanks */
	text_add_char(out, '\n');
	for (size_t i = 0; i < at->router_count; i++)
		router_add(&at->routers[i], out);
	if (at->router_unseen[0] != '\0')
		text_addf(out, "  routers were not asked: %s\n", at->router_unseen);
	else if (at->router_count == 0)
		text_add(out, "  no router advertisement\n");
	for (size_t i = 0; i < at->reply_count; i++)
		reply_add(&at->replies[i], out);
	if (at->dhcpv6_unseen[0] != '\0')
		text_addf(out, "  DHCPv6 was not asked: %s\n", at->dhcpv6_unseen);
	else if (at->reply_count == 0)
		text_add(out, "  DHCPv6 information-request: no reply\n");
	dhcpv4_add(at, out);
}

static void conf_add(const struct client_facts *facts, struct text *out)
{
	text_add(out, facts->conf_path);
	if (!facts->has_conf)
		text_add(out, ": cannot be read");
	for (size_t i = 0; i < facts->conf.server_count; i++) {
		text_add(out, i == 0 ? ": " : " ");
		address_add(&facts->conf.servers[i], out);
	}
	if (facts->has_conf && facts->conf.server_count == 0)
		text_add(out, ": no servers");
	text_add(out, facts->conf.search[0] != '\0' ? "; search " : "");
	plain_add(facts->conf.search, out);
	text_add(out, facts->conf.options[0] != '\0' ? "; options " : "");
	plain_add(facts->conf.options, out);
	text_add_char(out, '\n');
}

/* --- Tables --- */

static void resolvers_add(const struct client_facts *facts, struct text *out)
{
	size_t start = out->size;
	if (facts->resolver_count == 0)
		return;
	text_add(out, "\nresolver");
	for (size_t probe = 0; probe < CLIENT_PROBE_COUNT; probe++) {
		text_pad_to(out, start + 1, RESOLVER_COLUMN + probe * PROBE_COLUMN);
		text_add(out, client_probe_text((enum client_probe)probe));
	}
	text_add_char(out, '\n');
	for (size_t i = 0; i < facts->resolver_count; i++) {
		const struct client_resolver *resolver = &facts->resolvers[i];
		start = out->size;
		address_add(&resolver->addr, out);
		for (size_t probe = 0; probe < CLIENT_PROBE_COUNT; probe++) {
			text_add_char(out, ' ');
			text_pad_to(out, start, RESOLVER_COLUMN + probe * PROBE_COLUMN);
			text_add(out, client_state_text(resolver->results[probe].state));
		}
		text_add_char(out, '\n');
	}
}

static void encrypted_address_add(const struct client_encrypted *encrypted, const struct client_encrypted_address *address,
                                  struct text *out)
{
	char date[CLOCK_TEXT_MAX];
	size_t start = out->size;
	text_add(out, "  ");
	address_add(&address->addr, out);
	text_add_char(out, ' ');
	text_pad_to(out, start, RESOLVER_COLUMN);
	text_addf(out, "%s%s%s", address->is_advertised ? "advertised" : "", address->is_advertised && address->is_resolved ? ", " : "",
	          address->is_resolved ? "the name has it" : "");
	if (encrypted->is_dot)
		text_addf(out, "; TLS %s, answer %s", client_state_text(address->tls.state), client_state_text(address->answer.state));
	if (address->tls.state == CLIENT_OK) {
		clock_text(address->expires_s * 1000000, date);
		text_addf(out, ", certificate %s, %s, until %.10s", address->is_name_right ? "for the name" : "for another name",
		          address->is_trusted ? "trusted" : "not trusted", date);
	}
	text_add_char(out, '\n');
}

static void encrypted_add(const struct client_facts *facts, struct text *out)
{
	for (size_t i = 0; i < facts->encrypted_count; i++) {
		const struct client_encrypted *encrypted = &facts->encrypted[i];
		text_add(out, "\nencrypted resolver ");
		name_add(&encrypted->name, out);
		if (encrypted->is_dot)
			text_addf(out, ", DNS over TLS at port %u\n", encrypted->port);
		else
			text_add(out, encrypted->params_size == 0 ? ", the name alone: not tested\n" : ", no DNS over TLS: not tested\n");
		for (size_t j = 0; j < encrypted->address_count; j++)
			encrypted_address_add(encrypted, &encrypted->addresses[j], out);
	}
}

static const char *platform_word(enum client_state state)
{
	return state == CLIENT_OK ? "has DNS" : state == CLIENT_FAILED ? "no DNS" : "undetermined";
}

static void platforms_add(const struct client_facts *facts, const struct client_interface *at, struct text *out)
{
	text_add(out, "\nclients on ");
	plain_add(at->name, out);
	text_add_char(out, '\n');
	for (size_t i = 0; i < client_platform_count; i++) {
		size_t start = out->size;
		text_addf(out, "  %s ", client_platforms[i].name);
		text_pad_to(out, start, 42);
		text_add(out, platform_word(client_platform_state(facts, at, &client_platforms[i])));
		const char *before = "   from ";
		for (size_t source = 0; source < CLIENT_SOURCE_COUNT; source++) {
			if (!(client_platforms[i].sources & 1u << source))
				continue;
			text_pad_to(out, start, 54);
			text_addf(out, "%s%s", before, client_source_text((enum client_source)source));
			before = ", ";
		}
		text_add_char(out, '\n');
	}
}

void client_to_text(const struct client_facts *facts, struct text *out)
{
	for (size_t i = 0; i < facts->interface_count; i++)
		interface_add(&facts->interfaces[i], out);
	conf_add(facts, out);
	resolvers_add(facts, out);
	encrypted_add(facts, out);
	for (size_t i = 0; i < facts->interface_count; i++)
		platforms_add(facts, &facts->interfaces[i], out);
	text_add_char(out, '\n');
}
