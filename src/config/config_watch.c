/* SPDX-License-Identifier: BSD-2-Clause */
#include "config/config_watch.h"

#include "config/list.h"
#include "config/quantity.h"
#include "config/resolver_files.h"
#include "dns/rrtype.h"

#include <errno.h>
#include <string.h>

uint16_t config_watch_type(size_t index)
{
	static const uint16_t types[CONFIG_WATCH_TYPE_COUNT] = {RR_AAAA, RR_A,     RR_PTR,  RR_DNSKEY, RR_SOA,
								RR_NS,   RR_HTTPS, RR_SVCB, RR_MX,     RR_TXT,
								RR_SRV,  RR_CAA,   RR_DS};
	return types[index];
}

/* --- Ports --- */

static int item_port(struct loader *loader, const struct option *option, const struct yaml_node *item, void *ret)
{
	uint32_t number;
	int err = item_check(loader, option, item);
	if (err != ERR_OK)
		return err;
	if (quantity_number(item->text, &number) != ERR_OK || number == 0 || number > UINT16_MAX) {
		source_report(loader->source, FINDING_CONFIG_VALUE, item->mark, option->path,
			      "write a number from 1 to 65535", "\"%.40s\" is no port.", item->text);
		return ERR_FINDINGS;
	}
	*(uint16_t *)ret = (uint16_t)number;
	return ERR_OK;
}

int read_ports(struct loader *loader, const struct option *option, const struct yaml_node *node, void *member)
{
	static const struct item_reader reader = {sizeof(uint16_t), item_port};
	return list_read(loader, option, node, &reader, member);
}

/* --- What is read once the rest is there --- */

static bool is_watching(const struct config *config)
{
	bool is_audited = config->watch.delegations.zones.count > 0;
	for (size_t i = 0; i < config->zone_count; i++)
		is_audited = is_audited || config->zones[i].audit.every_ms > 0;
	return is_audited || config_watch_set_at(&config->watch, 0) != NULL;
}

static struct yaml_node *set_node(const struct loader *loader, const struct config_watch_set *set)
{
	struct yaml_node *watch = yaml_find(loader->tree, "watch");
	bool is_services = set == &loader->config->watch.services;
	return is_services ? yaml_find(watch, "services") : yaml_find(yaml_find(watch, "sets"), set->key);
}

static struct mark key_mark(const struct yaml_node *block, const char *key)
{
	const struct yaml_node *node = yaml_find(block, key);
	if (node != NULL && !node->is_default)
		return node->mark;
	return block != NULL && block->key != NULL ? block->key->mark : (struct mark){.line = 1, .column = 1};
}

static void names_fill(const struct loader *loader, struct config_watch_set *set)
{
	const struct yaml_node *node = set_node(loader, set);
	set->has_servers = yaml_find(node, "servers") != NULL;
	set->has_resolvers = yaml_find(node, "resolvers") != NULL;
}

/* Debian's files, when the configuration names none. zones.*.delegation-audit alone needs them, too. */
static int files_fill(struct loader *loader)
{
	struct config_watch *watch = &loader->config->watch;
	struct yaml_node *block = yaml_find(loader->tree, "watch");
	if (watch->hints.path == NULL)
		watch->hints.path = "/usr/share/dns/root.hints";
	if (watch->anchor.path == NULL)
		watch->anchor.path = "/usr/share/dns/root.ds";
	int err = hints_read_at(loader, key_mark(block, "root-hints"), &watch->hints);
	return err == ERR_OK ? anchor_file_read_at(loader, key_mark(block, "trust-anchor-file"), watch->anchor.path,
						   &watch->anchor)
			     : err;
}

int watch_fill(struct loader *loader)
{
	struct config_watch *watch = &loader->config->watch;
	watch->services.key = "services";
	names_fill(loader, &watch->services);
	for (size_t i = 0; i < watch->set_count; i++)
		names_fill(loader, &watch->sets[i]);
	return is_watching(loader->config) ? files_fill(loader) : ERR_OK;
}

/* --- Checks --- */

static bool has_own_resolver(const struct config *config)
{
	for (size_t i = 0; i < config->service_count; i++) {
		if (config->services[i].role == CONFIG_ROLE_RESOLVER)
			return true;
	}
	return false;
}

static void check_targets(struct loader *loader, const struct config_watch_set *set)
{
	bool has_servers = !set->has_servers || set->servers.count > 0;
	bool has_resolvers = set->has_resolvers ? set->resolvers.count > 0 : has_own_resolver(loader->config);
	if (!has_servers && !has_resolvers)
		source_report(loader->source, FINDING_CONFIG_WATCH, key_mark(set_node(loader, set), "servers"),
			      set->key, "leave servers: out, and those that the delegation leads to are asked",
			      "Nobody is asked: servers: is empty, and there is no resolver.");
}

static void check_times(struct loader *loader, const struct config_watch_set *set)
{
	if (set->every_ms > 0 && set->timeout_ms > set->every_ms) /* 0: it was refused */
		source_report(loader->source, FINDING_CONFIG_WATCH, key_mark(set_node(loader, set), "timeout"),
			      set->key, "make timeout: shorter, or every: longer",
			      "A probe may wait for %u ms, and a round begins every %u ms.", set->timeout_ms,
			      set->every_ms);
}

/* PTRs and connections are of addresses. */
static void check_addresses(struct loader *loader, const struct config_watch_set *set)
{
	bool has_addresses = set->has_type[0] || set->has_type[1], needs = set->connect.count > 0 || set->has_type[2];
	_Static_assert(CONFIG_WATCH_TYPE_COUNT == 13, "AAAA, A and PTR are the first three");
	if (needs && !has_addresses)
		source_report(loader->source, FINDING_CONFIG_WATCH, key_mark(set_node(loader, set), "types"), set->key,
			      "add AAAA, and A, to types:",
			      "PTR and connect: are about the addresses of a name; types: asks for none.");
}

/* A zone of ours that has the name above it is what most people mean; a misspelt name is not in any. */
static void check_names(struct loader *loader, const struct config_watch_set *set)
{
	const struct config *config = loader->config;
	for (size_t i = 0; i < set->names.count && config->zone_count > 0; i++) {
		bool is_inside = false;
		for (size_t j = 0; j < config->zone_count; j++)
			is_inside = is_inside || (config->zones[j].name.wire != NULL &&
						  name_is_at_or_below(set->names.items[i], config->zones[j].name));
		char text[NAME_TEXT_MAX];
		name_to_display(set->names.items[i], text);
		if (!is_inside)
			source_report(loader->source, FINDING_CONFIG_WATCH_OUTSIDE,
				      key_mark(set_node(loader, set), "names"), text, NULL,
				      "%s is in no zone of this file: its servers are found by delegation.", text);
	}
}

void watch_check(struct loader *loader)
{
	const struct config_watch_set *set;
	for (size_t i = 0; (set = config_watch_set_at(&loader->config->watch, i)) != NULL; i++) {
		check_targets(loader, set);
		check_times(loader, set);
		check_addresses(loader, set);
		check_names(loader, set);
	}
}
