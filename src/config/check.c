/* SPDX-License-Identifier: BSD-2-Clause */
#include "config/load.h"

#include "ip/special.h"
#include "transfer/limits.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define EDNS_SIZE_MAX 1400 /* of an authoritative service: RFC 10001 3.2, RFC 9715 */

/* A listener together with its owner, a service or a block of HTTP listeners: what the checks across them compare. */
struct claim {
	const char *owner; /* the name itself: two of one owner have one pointer */
	const struct config_listener *listener;
	bool is_http;
};

static struct mark listener_mark(const struct config_listener *listener)
{
	char text[IP_ENDPOINT_TEXT_MAX];
	ip_endpoint_to_text(&listener->endpoint, text);
	return (struct mark){.line = listener->line, .column = listener->column, .width = (uint32_t)strlen(text)};
}

static struct mark service_mark(const struct config_service *service)
{
	return (struct mark){
		.line = service->line, .column = service->column, .width = (uint32_t)strlen(service->name)};
}

/* RFC 10001 4.1: an authoritative server must not be asked on an address with an IPv4 address inside. */
static void check_embedded(struct loader *loader, const struct claim *claim)
{
	const struct ip_addr *addr = &claim->listener->endpoint.addr;
	enum ip_kind kind = ip_addr_kind(addr);
	struct text what = {0};
	if (ip_kind_is_ipv4_embedded(kind))
		text_add(&what, ip_kind_text(kind));
	for (size_t i = 0; what.size == 0 && i < loader->config->pref64_count; i++) {
		const struct ip_prefix *prefix = &loader->config->pref64[i];
		char text[IP_PREFIX_TEXT_MAX];
		ip_prefix_to_text(prefix, text);
		if (ip_prefix_contains(prefix, addr))
			text_addf(&what, "inside the NAT64 prefix %s", text);
	}
	if (what.size > 0)
		source_report(loader->source, FINDING_LISTENER_EMBEDDED, listener_mark(claim->listener),
			      claim->owner,
			      "listen on a native IPv6 address; IPv4 clients have the IPv4 listener",
			      "The listener's address is %s.", text_string(&what));
	text_free(&what);
}

/* RFC 4291 2.5.6: a link-local address says nothing without its interface. */
static void check_usable(struct loader *loader, const struct claim *claim)
{
	const struct ip_endpoint *endpoint = &claim->listener->endpoint;
	enum ip_kind kind = ip_addr_kind(&endpoint->addr);
	bool is_lab = loader->options != NULL && loader->options->is_lab;
	struct mark mark = listener_mark(claim->listener);
	if (endpoint->port == 0)
		source_report(loader->source, FINDING_LISTENER_ADDRESS, mark, claim->owner, NULL,
			      "Port 0 is no port to be asked on.");
	if (kind == IP_KIND_MULTICAST || kind == IP_KIND_RESERVED)
		source_report(loader->source, FINDING_LISTENER_ADDRESS, mark, claim->owner, NULL,
			      "No host can have this address: it is %s.", ip_kind_text(kind));
	else if (endpoint->addr.family == FAMILY_IPV6 && kind == IP_KIND_LINK_LOCAL && endpoint->addr.scope == 0)
		source_report(loader->source, FINDING_LISTENER_ADDRESS, mark, claim->owner,
			      "add the interface: fe80::1%eth0", "A link-local address needs its interface.");
	else if (kind == IP_KIND_DOCUMENTATION && !is_lab)
		source_report(loader->source, FINDING_LISTENER_DOCUMENTATION, mark, claim->owner,
			      "write the address your clients use; to try things out: sextantd --lab",
			      "The listener's address is for documentation.");
}

static bool collide(const struct ip_endpoint *a, const struct ip_endpoint *b)
{
	if (a->port != b->port || a->addr.family != b->addr.family)
		return false;
	return ip_addr_is_any(&a->addr) || ip_addr_is_any(&b->addr) || ip_addr_equal(&a->addr, &b->addr);
}

/* A wildcard takes the queries of every address, so it collides with each of them; inside one service it may stand
 * beside specific addresses only if it is not the same socket twice. */
static void check_shared(struct loader *loader, const struct claim *claims, size_t count)
{
	for (size_t i = 1; i < count; i++) {
		for (size_t j = 0; j < i; j++) {
			if (!collide(&claims[i].listener->endpoint, &claims[j].listener->endpoint))
				continue;
			bool is_same = claims[i].owner == claims[j].owner;
			source_report(loader->source, FINDING_LISTENER_SHARED, listener_mark(claims[i].listener),
				      claims[i].owner,
				      is_same ? "keep one of the two"
					      : "give each of them addresses or ports of its own",
				      "The address and port are taken by %s%s in line %u.",
				      is_same           ? "this block"
				      : claims[j].is_http ? "observability."
							  : "service ",
				      is_same ? "" : claims[j].owner,
				      claims[j].listener->line);
			break;
		}
	}
}

/* RFC 10001 4.1: every zone is served over both families, unless the operator says otherwise. */
static void check_families(struct loader *loader, const struct config_service *service)
{
	bool has_listener[FAMILY_COUNT] = {false};
	if (service->listener_count == 0)
		return; /* reported: listen is missing or wrong */
	for (size_t i = 0; i < service->listener_count; i++) {
		const struct config_listener *listener = &service->listeners[i];
		enum family family = listener->endpoint.addr.family;
		has_listener[family] = true;
		if (!service->has_family[family] &&
		    (service->has_family[FAMILY_IPV6] || service->has_family[FAMILY_IPV4]))
			source_report(loader->source, FINDING_LISTENER_FAMILY, listener_mark(listener), service->name,
				      "drop the listener, or add the family to families:",
				      "An %s listener, but families: leaves %s out.", family_title(family),
				      family_title(family));
	}
	for (enum family family = FAMILY_IPV6; family < FAMILY_COUNT; family++) {
		if (has_listener[family] || !service->has_family[family])
			continue;
		struct text fix = {0};
		text_addf(&fix, "add an %s address to listen:, or write families: [%s] if this is intended",
			  family_title(family), family_text(family == FAMILY_IPV6 ? FAMILY_IPV4 : FAMILY_IPV6));
		source_report(loader->source, FINDING_LISTENER_FAMILY, service_mark(service), service->name,
			      text_string(&fix), "Service %s has no %s listener.", service->name, family_title(family));
		text_free(&fix);
	}
}

/* RFC 10001 3.2: over IPv6 no answer larger than the path surely carries: 1280 - 40 - 8 = 1232. */
static void check_edns_size(struct loader *loader, const struct config_service *service)
{
	bool has_ipv6 = false;
	for (size_t i = 0; i < service->listener_count; i++)
		has_ipv6 = has_ipv6 || service->listeners[i].endpoint.addr.family == FAMILY_IPV6;
	if (!has_ipv6 || service->transport.edns_udp_size <= 1232 || service->transport.path_mtu != PATH_MTU_MINIMUM)
		return;
	const struct yaml_node *services = yaml_find(loader->tree, "services");
	const struct yaml_node *own =
		yaml_find(yaml_find(yaml_find(services, service->name), "transport"), "edns-udp-size");
	const struct yaml_node *general = yaml_find(yaml_find(loader->tree, "transport"), "edns-udp-size");
	const struct yaml_node *node = own != NULL && !own->is_default ? own : general;
	source_report(loader->source, FINDING_LISTENER_EDNS, node != NULL ? node->mark : (struct mark){0},
		      service->name, "set edns-udp-size: 1232, or path-mtu: interface where every path carries more",
		      "Service %s: UDP answers of %u octets do not fit into the 1280 octets of path-mtu: minimum.",
		      service->name, service->transport.edns_udp_size);
}

/* RFC 9715, T-02: an authoritative service has at most 1400. */
static void check_edns_limit(struct loader *loader, const struct config_service *service)
{
	const struct yaml_node *own =
		yaml_find(loader_service_key(loader, service, "transport"), "edns-udp-size");
	const struct yaml_node *general = yaml_find(yaml_find(loader->tree, "transport"), "edns-udp-size");
	const struct yaml_node *node = own != NULL && !own->is_default ? own : general;
	if (service->role == CONFIG_ROLE_AUTHORITATIVE && service->transport.edns_udp_size > EDNS_SIZE_MAX)
		source_report(loader->source, FINDING_CONFIG_VALUE, node != NULL ? node->mark : service_mark(service),
			      service->name, "set edns-udp-size: 1232, or give the resolver a transport block of its own",
			      "edns-udp-size: %u is not allowed; an authoritative service takes 512 to %u.",
			      service->transport.edns_udp_size, EDNS_SIZE_MAX);
}

static int compare_zones(const void *a, const void *b)
{
	const struct config_zone *left = *(const struct config_zone *const *)a;
	const struct config_zone *right = *(const struct config_zone *const *)b;
	int order = name_compare(left->name, right->name);
	return order != 0 ? order : (left->line > right->line) - (left->line < right->line);
}

/* One service cannot serve two versions of a zone. */
static int check_zones(struct loader *loader, const struct config_service *service)
{
	if (service->zone_count == 0)
		return ERR_OK;
	const struct config_zone **sorted = calloc(service->zone_count, sizeof(struct config_zone *));
	size_t count = 0;
	if (sorted == NULL)
		return -ENOMEM;
	for (size_t i = 0; i < service->zone_count; i++) {
		if (service->zones[i]->name.wire != NULL)
			sorted[count++] = service->zones[i];
	}
	qsort(sorted, count, sizeof(*sorted), compare_zones);
	for (size_t i = 1; i < count; i++) {
		if (!name_equal(sorted[i - 1]->name, sorted[i]->name))
			continue;
		source_report(
			loader->source, FINDING_LISTENER_ZONE_TWICE, service_mark(service), service->name,
			"keep one of the two in zones:", "Service %s has the zone %s twice: as %s (line %u) and as %s.",
			service->name, sorted[i]->key, sorted[i - 1]->key, sorted[i - 1]->line, sorted[i]->key);
	}
	free(sorted);
	return ERR_OK;
}

/* Its data come from a file or from primaries, and from one of the two. */
static void check_zone_source(struct loader *loader, const struct config_zone *zone)
{
	const struct yaml_node *block = yaml_find(yaml_find(loader->tree, "zones"), zone->key);
	const struct mark mark = {.line = zone->line, .column = zone->column, .width = (uint32_t)strlen(zone->key)};
	bool has_file = yaml_find(block, "file") != NULL, has_primaries = yaml_find(block, "transfer-from") != NULL;
	size_t addresses = 0;
	for (size_t i = 0; i < zone->transfer_from.count; i++)
		addresses += zone->transfer_from.items[i]->addresses.count;
	if (!has_file && !has_primaries)
		source_report(loader->source, FINDING_CONFIG_MISSING, mark, "zones.*.file",
			      "add file: with its master file, or transfer-from: with its primaries",
			      "%s needs file: the master file (RFC 1035 5).", zone->key);
	else if (has_file && has_primaries)
		source_report(loader->source, FINDING_CONFIG_VALUE, mark, "zones.*.transfer-from",
			      "keep file: where this server is the primary, transfer-from: where it is a secondary",
			      "%s has file: and transfer-from: its data can come from one of them only.", zone->key);
	else if (addresses > SCHEDULE_ADDRESSES_MAX)
		source_report(loader->source, FINDING_CONFIG_VALUE, mark, "zones.*.transfer-from",
			      "name the primaries that are asked first",
			      "The primaries of %s have %zu addresses; at most %u are used.", zone->key, addresses,
			      SCHEDULE_ADDRESSES_MAX);
}

static int check_unused(struct loader *loader)
{
	const struct config *config = loader->config;
	bool *is_used = calloc(config->zone_count + 1, sizeof(*is_used));
	if (is_used == NULL)
		return -ENOMEM;
	for (size_t i = 0; i < config->service_count; i++) {
		const struct config_service *service = &config->services[i];
		for (size_t j = 0; j < service->zone_count; j++)
			is_used[service->zones[j] - config->zones] = true;
	}
	for (size_t i = 0; i < config->zone_count; i++) {
		const struct config_zone *zone = &config->zones[i];
		struct mark mark = {.line = zone->line, .column = zone->column, .width = (uint32_t)strlen(zone->key)};
		if (!is_used[i])
			source_report(loader->source, FINDING_CONFIG_UNUSED, mark, zone->key,
				      "add it to the zones: of a service, or remove it",
				      "No service serves the zone %s.", zone->key);
	}
	free(is_used);
	return ERR_OK;
}

static size_t claim_http(struct claim *claims, const char *owner, const struct config_listeners *listeners)
{
	for (size_t i = 0; i < listeners->count; i++)
		claims[i] = (struct claim){.owner = owner, .listener = &listeners->items[i], .is_http = true};
	return listeners->count;
}

/* What the dashboard shows is for those who run the node. */
static void check_dashboard(struct loader *loader)
{
	const struct config_web *dashboard = &loader->config->dashboard;
	for (size_t i = 0; dashboard->token_file == NULL && i < dashboard->listen.count; i++) {
		const struct config_listener *listener = &dashboard->listen.items[i];
		if (!ip_addr_is_loopback(&listener->endpoint.addr))
			source_report(loader->source, FINDING_LISTENER_OPEN, listener_mark(listener),
				      "observability.dashboard",
				      "add auth: token-file PATH beside listen:, or listen on ::1 and 127.0.0.1",
				      "The dashboard's listener is not on loopback and asks for no token.");
	}
}

static int check_listeners(struct loader *loader)
{
	const struct config *config = loader->config;
	size_t count = config->metrics.listen.count + config->dashboard.listen.count;
	for (size_t i = 0; i < config->service_count; i++)
		count += config->services[i].listener_count;
	struct claim *claims = calloc(count + 1, sizeof(*claims));
	if (claims == NULL)
		return -ENOMEM;
	count = 0;
	for (size_t i = 0; i < config->service_count; i++) {
		for (size_t j = 0; j < config->services[i].listener_count; j++)
			claims[count++] = (struct claim){.owner = config->services[i].name,
							 .listener = &config->services[i].listeners[j]};
	}
	count += claim_http(claims + count, "metrics", &config->metrics.listen);
	count += claim_http(claims + count, "dashboard", &config->dashboard.listen);
	for (size_t i = 0; i < count; i++) {
		if (!claims[i].is_http)
			check_embedded(loader, &claims[i]);
		check_usable(loader, &claims[i]);
	}
	check_shared(loader, claims, count);
	check_dashboard(loader);
	free(claims);
	return ERR_OK;
}

/* Where the collector is: over one way, and at one place. */
static void check_dnstap(struct loader *loader)
{
	const struct config_dnstap *dnstap = &loader->config->dnstap;
	const struct yaml_node *node = yaml_find(yaml_find(loader->tree, "observability"), "dnstap");
	if (node == NULL || node->kind != YAML_MAP)
		return;
	if ((dnstap->path != NULL) == (dnstap->tcp.count > 0))
		source_report(loader->source, FINDING_CONFIG_VALUE, node->key->mark, "observability.dnstap",
			      "write socket: PATH of the collector's Unix socket, or tcp: ADDRESS@PORT",
			      dnstap->path != NULL ? "There are two ways to the collector: socket and tcp."
						   : "Where the collector listens is missing.");
	else if (dnstap->path == NULL && (dnstap->tcp.count > 1 || ip_addr_is_any(&dnstap->tcp.items[0].endpoint.addr)))
		source_report(loader->source, FINDING_CONFIG_VALUE, node->key->mark, "observability.dnstap.tcp",
			      "write the collector's address: 2001:db8::6@6000", "Nobody can be reached at \"any\".");
}

int config_check(struct loader *loader)
{
	const struct config *config = loader->config;
	if (config->service_count == 0 && yaml_find(loader->tree, "services") == NULL)
		source_report(loader->source, FINDING_CONFIG_MISSING, (struct mark){.line = 1, .column = 1}, "services",
			      "sextant init writes a file to start from",
			      "The file has no services block: nothing to serve.");
	check_dnstap(loader);
	for (size_t i = 0; i < config->zone_count; i++)
		check_zone_source(loader, &config->zones[i]);
	int err = check_listeners(loader);
	for (size_t i = 0; err == ERR_OK && i < config->service_count; i++) {
		check_families(loader, &config->services[i]);
		check_edns_limit(loader, &config->services[i]);
		check_edns_size(loader, &config->services[i]);
		err = check_zones(loader, &config->services[i]);
		if (err == ERR_OK && config->services[i].role == CONFIG_ROLE_RESOLVER)
			err = resolver_check(loader, &config->services[i]);
	}
	watch_check(loader);
	return err == ERR_OK ? check_unused(loader) : err;
}
