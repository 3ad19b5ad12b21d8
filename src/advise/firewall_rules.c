/* SPDX-License-Identifier: BSD-2-Clause */
#include "advise/firewall_rules.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

static const struct {
	const char *what;  /* the end of the names */
	const char *cause; /* for people */
	bool is_of_resolver;
} denials[] = {
	{"client", "a client that `allow:` does not name", true},
	{"udp_rate", "more UDP queries from one client network than --rate", false},
	{"tcp_rate", "more new TCP connections from one client network than --tcp-rate", false},
};

#define RULE_DENIAL_COUNT (sizeof(denials) / sizeof(denials[0]))

/* What differs between the families. F-04, RFC 10001 3.2: limits hold per /56 and /24, the networks one client has. */
static const struct {
	const char *word;   /* of addresses in rules */
	const char *type;   /* of sets */
	const char *suffix; /* of their names */
	const char *client; /* mask of a client network */
} families[FAMILY_COUNT] = {
	[FAMILY_IPV6] = {"ip6", "ipv6_addr", "v6", "ffff:ffff:ffff:ff00::"},
	[FAMILY_IPV4] = {"ip", "ipv4_addr", "v4", "255.255.255.0"},
};

/* What the two transports differ in. A SYN counts, not each segment. */
static const struct {
	const char *name, *match, *denial;
} transports[] = {
	{"udp", "meta l4proto udp", "udp_rate"},
	{"tcp", "tcp flags & (fin | syn | rst | ack) == syn", "tcp_rate"},
};

#define TRANSPORT_COUNT (sizeof(transports) / sizeof(transports[0]))

static void label_of(const char *name, char ret[RULE_LABEL_MAX])
{
	size_t size = 0;
	for (; name[size] != '\0' && size < RULE_LABEL_MAX - 12; size++)
		ret[size] = isalnum((unsigned char)name[size]) || name[size] == '-' ? name[size] : '_';
	ret[size] = '\0';
}

void rule_label(const struct config *config, size_t service, char ret[RULE_LABEL_MAX])
{
	char other[RULE_LABEL_MAX];
	bool is_taken = false;
	label_of(config->services[service].name, ret);
	for (size_t i = 0; i < config->service_count && !is_taken; i++) {
		label_of(config->services[i].name, other);
		is_taken = i != service && strcmp(ret, other) == 0;
	}
	if (is_taken)
		snprintf(ret + strlen(ret), 12, "_%u", (unsigned)service % 1000000);
}

bool rule_is_reachable(const struct config_listener *listener)
{
	return !ip_addr_is_loopback(&listener->endpoint.addr);
}

bool rule_has_family(const struct config_service *service, enum family family)
{
	for (size_t i = 0; i < service->listener_count; i++) {
		const struct config_listener *listener = &service->listeners[i];
		if (listener->endpoint.addr.family == family && rule_is_reachable(listener))
			return true;
	}
	return false;
}

void rule_write_denial(const char *label, const char *what, const char *cause, struct text *out)
{
	text_addf(out,
		  "\tcounter deny_%s_%s { comment \"%s\"; }\n"
		  "\tchain deny_%s_%s {\n"
		  "\t\tlimit rate 1/second burst 5 packets log prefix \"sextant deny_%s_%s: \" level info\n"
		  "\t\tcounter name \"deny_%s_%s\" drop\n"
		  "\t}\n",
		  label, what, cause, label, what, label, what, label, what);
}

void rule_write_prefixes(const char *name, enum family family, const struct ip_prefix *prefixes, size_t count,
			 struct text *out)
{
	size_t written = 0;
	text_addf(out, "\tset %s_%s {\n\t\ttype %s\n\t\tflags interval\n\t\tauto-merge\n", name,
		  families[family].suffix, families[family].type);
	for (size_t i = 0; i < count; i++) {
		char prefix[IP_PREFIX_TEXT_MAX];
		if (prefixes[i].addr.family != family)
			continue;
		ip_prefix_to_text(&prefixes[i], prefix);
		text_addf(out, "%s%s", written++ == 0 ? "\t\telements = { " : ", ", prefix);
	}
	text_add(out, written > 0 ? " }\n\t}\n" : "\t}\n");
}

void rule_write_address(const struct config_listener *listener, const char *direction, struct text *out)
{
	const struct ip_addr *addr = &listener->endpoint.addr;
	char text[IP_ADDR_TEXT_MAX];
	if (ip_addr_is_any(addr)) {
		text_addf(out, "meta nfproto %s", family_text(addr->family));
		return;
	}
	ip_addr_to_text(addr, text);
	char *interface = strchr(text, '%');
	if (interface != NULL) {
		*interface = '\0';
		text_addf(out, "%sifname \"%s\" ", direction[0] == 'd' ? "i" : "o", interface + 1);
	}
	text_addf(out, "%s %saddr %s", families[addr->family].word, direction, text);
}

static bool has_everybody(const struct config_prefixes *allow, enum family family)
{
	for (size_t i = 0; i < allow->count; i++) {
		if (allow->items[i].addr.family == family && allow->items[i].length == 0)
			return true;
	}
	return false;
}

/* Limits are of their own for each transport: forged UDP in the name of a network must not lock its TCP out. */
static void write_rates(const struct firewall_request *request, const struct config_service *service, const char *label,
			struct text *out)
{
	const uint32_t rates[] = {request->queries_per_second, request->connections_per_second};
	for (size_t t = 0; t < TRANSPORT_COUNT; t++) {
		for (enum family family = FAMILY_IPV6; family < FAMILY_COUNT; family++) {
			if (rule_has_family(service, family))
				text_addf(out,
					  "\t\t%s update @service_%s_%s_%s { %s saddr & %s "
					  "limit rate over %u/second burst %u packets } goto deny_%s_%s\n",
					  transports[t].match, label, transports[t].name, families[family].suffix,
					  families[family].word, families[family].client, rates[t], rates[t], label,
					  transports[t].denial);
		}
	}
}

/* A full set lets pass what it has no room for: a flood from everywhere is no reason to answer nobody. */
static void write_rate_sets(const struct config_service *service, const char *label, struct text *out)
{
	for (size_t t = 0; t < TRANSPORT_COUNT; t++) {
		for (enum family family = FAMILY_IPV6; family < FAMILY_COUNT; family++) {
			if (rule_has_family(service, family))
				text_addf(out,
					  "\tset service_%s_%s_%s { type %s; size 65535; flags dynamic, timeout; "
					  "timeout 10s; }\n",
					  label, transports[t].name, families[family].suffix, families[family].type);
		}
	}
}

static void write_chain(const struct firewall_request *request, const struct config_service *service,
			const char *label, struct text *out)
{
	bool is_resolver = service->role == CONFIG_ROLE_RESOLVER;
	text_addf(out, "\tchain service_%s { # %s\n", label,
		  is_resolver ? "a resolver: its `allow:` and nobody else" : "authoritative: open to everybody");
	for (enum family family = FAMILY_IPV6; is_resolver && family < FAMILY_COUNT; family++) {
		if (rule_has_family(service, family) && !has_everybody(&service->resolver.allow, family))
			text_addf(out, "\t\t%s saddr != @service_%s_allow_%s goto deny_%s_client\n", families[family].word, label,
				  families[family].suffix, label);
	}
	write_rates(request, service, label, out);
	text_add(out, "\t\taccept\n\t}\n");
}

void rule_write_service(const struct firewall_request *request, size_t index, struct text *out)
{
	const struct config_service *service = &request->config->services[index];
	const struct config_prefixes *allow = &service->resolver.allow;
	bool is_resolver = service->role == CONFIG_ROLE_RESOLVER;
	char label[RULE_LABEL_MAX], set[RULE_LABEL_MAX + 16];
	rule_label(request->config, index, label);
	snprintf(set, sizeof(set), "service_%s_allow", label);
	text_add_char(out, '\n');
	for (enum family family = FAMILY_IPV6; is_resolver && family < FAMILY_COUNT; family++) {
		if (rule_has_family(service, family))
			rule_write_prefixes(set, family, allow->items, allow->count, out);
	}
	write_rate_sets(service, label, out);
	for (size_t i = 0; i < RULE_DENIAL_COUNT; i++) {
		if (is_resolver || !denials[i].is_of_resolver)
			rule_write_denial(label, denials[i].what, denials[i].cause, out);
	}
	write_chain(request, service, label, out);
}
