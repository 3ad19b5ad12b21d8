/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * R-07, RFC 10001 5: no service may forward to itself, nor services of this file to each other in a ring.
 *
 * An edge leads from a resolver service to one whose listener it asks. For a name the edges of a service are those of
 * its longest matching forward or stub; where none matches, or a forward has first: yes, also those of the servers it
 * begins with and falls back to. A ring that exists for any name exists for the zone of one of its own edges: only
 * these names are tried.
 */
#include "config/load.h"

#include <errno.h>
#include <ifaddrs.h>
#include <stdlib.h>
#include <string.h>

struct edge {
	size_t from, to; /* services */
	struct name zone;
	struct mark mark;
	bool is_default; /* where no zone matches: root-hints, fallback */
	char server[IP_ENDPOINT_TEXT_MAX];
};

struct graph {
	struct loader *loader;
	struct ifaddrs *interfaces;
	struct edge *edges;
	size_t count, capacity;
};

static bool is_own_address(const struct graph *graph, const struct ip_addr *addr)
{
	struct ip_endpoint endpoint;
	if (ip_addr_is_loopback(addr))
		return true;
	for (const struct ifaddrs *at = graph->interfaces; at != NULL; at = at->ifa_next) {
		if (at->ifa_addr != NULL && ip_endpoint_from_sockaddr(at->ifa_addr, &endpoint) == ERR_OK &&
		    endpoint.addr.family == addr->family &&
		    memcmp(endpoint.addr.bytes, addr->bytes, sizeof(addr->bytes)) == 0)
			return true;
	}
	return false;
}

/* Does the service listen there, by a wildcard too? */
static bool has_listener(const struct graph *graph, const struct config_service *service,
			 const struct ip_endpoint *server)
{
	for (size_t i = 0; i < service->listener_count; i++) {
		const struct ip_endpoint *own = &service->listeners[i].endpoint;
		if (own->port != server->port || own->addr.family != server->addr.family)
			continue;
		if (ip_addr_equal(&own->addr, &server->addr) ||
		    (ip_addr_is_any(&own->addr) && is_own_address(graph, &server->addr)))
			return true;
	}
	return false;
}

static int add_edge(struct graph *graph, const struct edge *edge)
{
	if (graph->count == graph->capacity) {
		size_t capacity = graph->capacity * 2 + 16;
		struct edge *edges = realloc(graph->edges, capacity * sizeof(*edges));
		if (edges == NULL)
			return -ENOMEM;
		graph->edges = edges;
		graph->capacity = capacity;
	}
	graph->edges[graph->count++] = *edge;
	return ERR_OK;
}

/* The edges of one list of servers; edge holds what they have in common. */
static int add_servers(struct graph *graph, struct edge edge, const struct config_servers *servers)
{
	const struct config *config = graph->loader->config;
	int err = ERR_OK;
	for (size_t i = 0; i < servers->count; i++) {
		for (edge.to = 0; err == ERR_OK && edge.to < config->service_count; edge.to++) {
			const struct config_service *service = &config->services[edge.to];
			/* An authoritative service asks nobody: it may well be a stub's server. */
			if (service->role != CONFIG_ROLE_RESOLVER ||
			    !has_listener(graph, service, &servers->items[i].endpoint))
				continue;
			ip_endpoint_to_text(&servers->items[i].endpoint, edge.server);
			err = add_edge(graph, &edge);
		}
	}
	return err;
}

static int add_default(struct graph *graph, size_t from, const char *key, const struct config_servers *servers)
{
	const struct config_service *service = &graph->loader->config->services[from];
	const struct yaml_node *node = loader_service_key(graph->loader, service, key);
	struct edge edge = {.from = from, .zone = name_root, .is_default = true};
	edge.mark = node != NULL && node->mark.line > 0
			    ? node->mark
			    : (struct mark){.line = service->line, .column = service->column};
	return add_servers(graph, edge, servers);
}

static int add_zones(struct graph *graph, size_t from, const struct config_forward *zones, size_t count)
{
	int err = ERR_OK;
	for (size_t i = 0; err == ERR_OK && i < count; i++) {
		struct edge edge = {.from = from, .zone = zones[i].zone};
		edge.mark = (struct mark){
			.line = zones[i].line, .column = zones[i].column, .width = (uint32_t)strlen(zones[i].key)};
		err = add_servers(graph, edge, &zones[i].to);
	}
	return err;
}

static int add_service(struct graph *graph, size_t from)
{
	const struct config_service *service = &graph->loader->config->services[from];
	const struct config_resolver *resolver = &service->resolver;
	if (service->role != CONFIG_ROLE_RESOLVER)
		return ERR_OK;
	int err = add_zones(graph, from, resolver->forwards, resolver->forward_count);
	if (err == ERR_OK)
		err = add_zones(graph, from, resolver->stubs, resolver->stub_count);
	if (err == ERR_OK)
		err = add_default(graph, from, "root-hints", &resolver->hints.servers);
	return err == ERR_OK ? add_default(graph, from, "fallback", &resolver->fallback.to) : err;
}

/* The longest zone of the service at or above the name. NULL: none. */
static const struct policy_zone *match_zone(const struct config_resolver *resolver, struct name name)
{
	const struct policy_zone *best = NULL;
	for (size_t i = 0; i < resolver->zone_count; i++) {
		const struct policy_zone *zone = &resolver->zones[i];
		if (name_is_at_or_below(name, zone->zone) && (best == NULL || zone->zone.labels > best->zone.labels))
			best = zone;
	}
	return best;
}

static bool is_taken(const struct graph *graph, const struct edge *edge, struct name name)
{
	const struct policy_zone *zone = match_zone(&graph->loader->config->services[edge->from].resolver, name);
	if (edge->is_default)
		return zone == NULL || zone->is_first;
	return zone != NULL && name_equal(zone->zone, edge->zone);
}

/* Does a question for name that reaches service `at` come to service `home`? Each service is looked at once. */
static bool comes_home(const struct graph *graph, size_t at, size_t home, struct name name, bool *is_seen)
{
	if (at == home)
		return true;
	if (is_seen[at])
		return false;
	is_seen[at] = true;
	for (size_t i = 0; i < graph->count; i++) {
		const struct edge *edge = &graph->edges[i];
		if (edge->from == at && is_taken(graph, edge, name) && comes_home(graph, edge->to, home, name, is_seen))
			return true;
	}
	return false;
}

static void report_loop(const struct graph *graph, const struct edge *edge)
{
	const struct config_service *services = graph->loader->config->services;
	if (edge->from == edge->to)
		source_report(graph->loader->source, FINDING_RESOLVER_LOOP, edge->mark, services[edge->from].name,
			      "name another resolver, or remove it", "%s is this service itself.", edge->server);
	else
		source_report(graph->loader->source, FINDING_RESOLVER_LOOP, edge->mark, services[edge->from].name,
			      "break the ring: one of the services must resolve by itself or ask somebody else",
			      "%s is service %s, which comes back to %s.", edge->server, services[edge->to].name,
			      services[edge->from].name);
}

static int check_edges(const struct graph *graph)
{
	size_t count = graph->loader->config->service_count;
	bool *is_seen = calloc(count + 1, sizeof(*is_seen));
	if (is_seen == NULL)
		return -ENOMEM;
	for (size_t i = 0; i < graph->count; i++) {
		const struct edge *edge = &graph->edges[i];
		bool is_loop = false;
		/* The ring's own name may be that of any edge below this one's zone. */
		for (size_t j = 0; !is_loop && j < graph->count; j++) {
			struct name name = graph->edges[j].zone;
			memset(is_seen, 0, count * sizeof(*is_seen));
			is_loop = name_is_at_or_below(name, edge->zone) && is_taken(graph, edge, name) &&
				  comes_home(graph, edge->to, edge->from, name, is_seen);
		}
		if (is_loop)
			report_loop(graph, edge);
	}
	free(is_seen);
	return ERR_OK;
}

int loops_check(struct loader *loader)
{
	struct graph graph = {.loader = loader};
	int err = getifaddrs(&graph.interfaces) == 0 ? ERR_OK : -errno;
	for (size_t i = 0; err == ERR_OK && i < loader->config->service_count; i++)
		err = add_service(&graph, i);
	if (err == ERR_OK)
		err = check_edges(&graph);
	if (graph.interfaces != NULL)
		freeifaddrs(graph.interfaces);
	free(graph.edges);
	return err;
}
