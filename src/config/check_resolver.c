/* SPDX-License-Identifier: BSD-2-Clause */
#include "config/load.h"

#include "ip/special.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define EDNS_SIZE_MAX 1400 /* RFC 10001 3.2, RFC 9715 */

static struct mark service_mark(const struct config_service *service)
{
	return (struct mark){
		.line = service->line, .column = service->column, .width = (uint32_t)strlen(service->name)};
}

/* Where a key of the service stands; the service itself where the key has its default. */
static struct mark key_mark(const struct loader *loader, const struct config_service *service, const char *key)
{
	const struct yaml_node *node = loader_service_key(loader, service, key);
	return node != NULL && node->mark.line > 0 ? node->mark : service_mark(service);
}

static struct mark forward_mark(const struct config_forward *forward)
{
	return (struct mark){.line = forward->line, .column = forward->column, .width = (uint32_t)strlen(forward->key)};
}

/* Forwards and stubs by one number. */
static const struct config_forward *zone_at(const struct config_resolver *resolver, size_t index)
{
	return index < resolver->forward_count ? &resolver->forwards[index]
					       : &resolver->stubs[index - resolver->forward_count];
}

/* --- Who may ask --- */

/* A network of the Internet that no single site has: larger than any allocation to one. */
static bool is_public_crowd(const struct ip_prefix *prefix)
{
	enum ip_kind kind = ip_addr_kind(&prefix->addr);
	bool is_wide = prefix->length < (prefix->addr.family == FAMILY_IPV6 ? 16 : 8);
	return is_wide && (prefix->length == 0 || (kind != IP_KIND_ULA && kind != IP_KIND_LINK_LOCAL));
}

static void check_open(struct loader *loader, const struct config_service *service)
{
	const struct config_resolver *resolver = &service->resolver;
	struct mark mark = key_mark(loader, service, "allow");
	for (size_t i = 0; i < resolver->allow.count; i++) {
		char text[IP_PREFIX_TEXT_MAX];
		if (!is_public_crowd(&resolver->allow.items[i]))
			continue;
		ip_prefix_to_text(&resolver->allow.items[i], text);
		if (resolver->is_open_acknowledged)
			source_report(loader->source, FINDING_RESOLVER_OPEN, mark, service->name,
				      "list the networks of your clients in allow:",
				      "Service %s answers everybody (%s): it can be used to flood others.",
				      service->name, text);
		else
			source_report(loader->source, FINDING_RESOLVER_UNLOCKED, mark, service->name,
				      "list the networks of your clients; if everybody is meant, add "
				      "open-resolver: acknowledged",
				      "allow: holds %s, which is everybody or nearly so.", text);
		return;
	}
}

/* --- How large answers are --- */

static const struct yaml_node *edns_node(const struct loader *loader, const struct config_service *service)
{
	const struct yaml_node *own = yaml_find(loader_service_key(loader, service, "transport"), "edns-udp-size");
	return own != NULL && !own->is_default ? own : yaml_find(yaml_find(loader->tree, "transport"), "edns-udp-size");
}

static void check_sizes(struct loader *loader, const struct config_service *service)
{
	const struct yaml_node *node = edns_node(loader, service);
	if (service->transport.edns_udp_size > EDNS_SIZE_MAX)
		source_report(loader->source, FINDING_RESOLVER_EDNS, node != NULL ? node->mark : service_mark(service),
			      service->name, "set edns-udp-size: 1232",
			      "Service %s sends UDP answers of up to %u octets; beyond %u fragments are likely.",
			      service->name, service->transport.edns_udp_size, EDNS_SIZE_MAX);
	if (service->resolver.upstream_udp_size > EDNS_SIZE_MAX)
		source_report(loader->source, FINDING_RESOLVER_EDNS,
			      key_mark(loader, service, "upstream-edns-udp-size"), service->name,
			      "set upstream-edns-udp-size: 1232",
			      "Service %s invites UDP answers of up to %u octets; beyond %u fragments are likely.",
			      service->name, service->resolver.upstream_udp_size, EDNS_SIZE_MAX);
}

/* --- Whom we ask --- */

/* Can a question go there over the families of the service? With NAT64 an IPv4 address is reached over IPv6. */
static bool is_reachable(const struct config_resolver *resolver, enum family family)
{
	return resolver->has_upstream_family[family] ||
	       (family == FAMILY_IPV4 && resolver->is_nat64_on && resolver->has_upstream_family[FAMILY_IPV6]);
}

static void check_reachable(struct loader *loader, const struct config_service *service, struct mark mark,
			    const char *what, const struct config_servers *servers)
{
	bool is_any = false;
	for (size_t i = 0; i < servers->count; i++)
		is_any = is_any || is_reachable(&service->resolver, servers->items[i].endpoint.addr.family);
	if (!is_any && servers->count > 0)
		source_report(loader->source, FINDING_RESOLVER_UNREACHABLE, mark, service->name,
			      "add an address of a family of upstream-families:, or add the family there",
			      "%s of service %s: no address of a family that it asks over.", what, service->name);
}

static void check_servers(struct loader *loader, const struct config_service *service)
{
	const struct config_resolver *resolver = &service->resolver;
	check_reachable(loader, service, key_mark(loader, service, "root-hints"), "root-hints",
			&resolver->hints.servers);
	check_reachable(loader, service, key_mark(loader, service, "fallback"), "fallback", &resolver->fallback.to);
	for (size_t i = 0; i < resolver->forward_count + resolver->stub_count; i++) {
		const struct config_forward *forward = zone_at(resolver, i);
		check_reachable(loader, service, forward_mark(forward), forward->key, &forward->to);
	}
}

static void check_sources(struct loader *loader, const struct config_service *service)
{
	const struct config_resolver *resolver = &service->resolver;
	struct mark mark = key_mark(loader, service, "upstream-source");
	for (size_t i = 0; i < resolver->sources.count; i++) {
		const struct ip_addr *addr = &resolver->sources.items[i];
		enum ip_kind kind = ip_addr_kind(addr);
		if (!resolver->has_upstream_family[addr->family])
			source_report(loader->source, FINDING_CONFIG_VALUE, mark, service->name, NULL,
				      "upstream-source has an %s address, but nothing is asked over %s.",
				      family_title(addr->family), family_title(addr->family));
		else if (kind == IP_KIND_ANY || kind == IP_KIND_MULTICAST || ip_kind_is_ipv4_embedded(kind))
			source_report(loader->source, FINDING_CONFIG_VALUE, mark, service->name,
				      "write an address of this host, or leave upstream-source out",
				      "upstream-source: nothing can be sent from an address that is %s.",
				      ip_kind_text(kind));
	}
}

bool config_resolver_is_single_stack(const struct config_resolver *resolver)
{
	bool has_ipv6 = resolver->has_upstream_family[FAMILY_IPV6];
	bool is_single = has_ipv6 != resolver->has_upstream_family[FAMILY_IPV4];
	bool is_translated = has_ipv6 && resolver->is_nat64_on;
	for (size_t i = 0; i < resolver->forward_count; i++) {
		const struct config_forward *forward = &resolver->forwards[i];
		if (forward->zone.wire != NULL && name_is_root(forward->zone) && !forward->is_first)
			return false; /* it iterates for nothing */
	}
	return is_single && !is_translated && resolver->fallback.to.count == 0;
}

/* RFC 10001 4.2: a resolver of one family must have a way to servers of the other. */
static void check_single_family(struct loader *loader, const struct config_service *service)
{
	bool has_ipv6 = service->resolver.has_upstream_family[FAMILY_IPV6];
	if (!config_resolver_is_single_stack(&service->resolver))
		return;
	source_report(loader->source, FINDING_RESOLVER_SINGLE_FAMILY, key_mark(loader, service, "upstream-families"),
		      service->name,
		      has_ipv6 ? "add ipv4, or set upstream-nat64: on, or name a dual-stack resolver in fallback:"
			       : "add ipv6, or name a dual-stack resolver in fallback:",
		      "Service %s asks over %s alone: zones whose servers have only %s cannot be resolved "
		      "(RFC 10001 4.2).",
		      service->name, family_title(has_ipv6 ? FAMILY_IPV6 : FAMILY_IPV4),
		      family_title(has_ipv6 ? FAMILY_IPV4 : FAMILY_IPV6));
}

/* RFC 10001 4.2: what helps against a missing family must not need a translator of its own. */
static void check_fallback(struct loader *loader, const struct config_service *service)
{
	const struct config_servers *servers = &service->resolver.fallback.to;
	struct mark mark = key_mark(loader, service, "fallback");
	for (size_t i = 0; i < servers->count; i++) {
		const struct ip_addr *addr = &servers->items[i].endpoint.addr;
		bool is_embedded = ip_kind_is_ipv4_embedded(ip_addr_kind(addr));
		char text[IP_ADDR_TEXT_MAX];
		for (size_t j = 0; j < loader->config->pref64_count; j++)
			is_embedded = is_embedded || ip_prefix_contains(&loader->config->pref64[j], addr);
		ip_addr_to_text(addr, text);
		if (is_embedded)
			source_report(loader->source, FINDING_RESOLVER_FALLBACK, mark, service->name,
				      "write a native address of the resolver",
				      "The fallback %s has an IPv4 address inside: it is reached through a translator.",
				      text);
	}
}

/* --- NAT64 --- */

static bool is_private(const struct ip_addr *addr)
{
	enum ip_kind kind = ip_addr_kind(addr);
	return kind == IP_KIND_PRIVATE || kind == IP_KIND_SHARED || kind == IP_KIND_LOOPBACK ||
	       kind == IP_KIND_LINK_LOCAL;
}

/* RFC 6052 3.1: the well-known prefix must not stand for IPv4 addresses that are not global. */
static void check_rules(struct loader *loader, const struct config_service *service, const char *key,
			const struct config_pref64 *pref64)
{
	for (size_t i = 0; i < pref64->rule_count; i++) {
		const struct dns64_rule *rule = &pref64->rules[i];
		bool is_well_known = ip_addr_kind(&rule->prefix.addr) == IP_KIND_NAT64;
		if (is_well_known && rule->range.length > 0 && is_private(&rule->range.addr))
			source_report(loader->source, FINDING_RESOLVER_NAT64, key_mark(loader, service, key),
				      service->name,
				      "map private addresses with a prefix of your network, as 2001:db8:64:ff9b::/96",
				      "64:ff9b::/96 must not stand for IPv4 addresses that are not global "
				      "(RFC 6052 3.1).");
	}
}

static void check_nat64(struct loader *loader, const struct config_service *service)
{
	const struct config_resolver *resolver = &service->resolver;
	const struct config_pref64 *nat64 = &resolver->nat64;
	check_rules(loader, service, "dns64", &resolver->dns64.prefix);
	if (!resolver->is_nat64_on)
		return;
	if (nat64->rule_count == 0 && !nat64->is_from_ra && !nat64->is_from_dns)
		source_report(loader->source, FINDING_CONFIG_MISSING, key_mark(loader, service, "upstream-nat64"),
			      service->name, "add upstream-nat64-prefix: with the prefix, from-ra or from-dns",
			      "upstream-nat64 needs a prefix, and the service has no dns64 to take one from.");
	if (!resolver->has_upstream_family[FAMILY_IPV6])
		source_report(loader->source, FINDING_CONFIG_VALUE, key_mark(loader, service, "upstream-nat64"),
			      service->name, "add ipv6 to upstream-families:, or remove upstream-nat64",
			      "upstream-nat64 sends over IPv6, which upstream-families leaves out.");
}

/* --- Validation --- */

static void check_negative_anchors(struct loader *loader, const struct config_service *service)
{
	const struct yaml_node *node = loader_service_key(loader, service, "negative-trust-anchors");
	const struct yaml_node *item = node != NULL && node->kind == YAML_LIST ? node->first : node;
	for (; item != NULL; item = node->kind == YAML_LIST ? item->next : NULL) {
		if (item->kind == YAML_SCALAR && !item->is_default)
			source_report(loader->source, FINDING_RESOLVER_NEGATIVE_ANCHOR, item->mark, service->name,
				      "remove it as soon as the zone validates again",
				      "%s and what is below it is not validated.", item->text);
	}
}

static int compare_zones(const void *a, const void *b)
{
	const struct config_forward *left = *(const struct config_forward *const *)a;
	const struct config_forward *right = *(const struct config_forward *const *)b;
	int order = name_compare(left->zone, right->zone);
	return order != 0 ? order : (left->line > right->line) - (left->line < right->line);
}

/* example.com and EXAMPLE.com., or a stub that is a forward too: which one counted would be chance. */
static int check_twice(struct loader *loader, const struct config_service *service)
{
	const struct config_resolver *resolver = &service->resolver;
	size_t total = resolver->forward_count + resolver->stub_count, count = 0;
	const struct config_forward **sorted = calloc(total + 1, sizeof(struct config_forward *));
	if (sorted == NULL)
		return -ENOMEM;
	for (size_t i = 0; i < total; i++) {
		if (zone_at(resolver, i)->zone.wire != NULL)
			sorted[count++] = zone_at(resolver, i);
	}
	qsort(sorted, count, sizeof(*sorted), compare_zones);
	for (size_t i = 1; i < count; i++) {
		if (name_equal(sorted[i - 1]->zone, sorted[i]->zone))
			source_report(loader->source, FINDING_CONFIG_DUPLICATE, forward_mark(sorted[i]), service->name,
				      "keep one of the two", "The zone %s is already given in line %u.", sorted[i]->key,
				      sorted[i - 1]->line);
	}
	free(sorted);
	return ERR_OK;
}

int resolver_check(struct loader *loader, const struct config_service *service)
{
	check_open(loader, service);
	check_sizes(loader, service);
	check_servers(loader, service);
	check_sources(loader, service);
	check_single_family(loader, service);
	check_fallback(loader, service);
	check_nat64(loader, service);
	check_negative_anchors(loader, service);
	return check_twice(loader, service);
}
