/* SPDX-License-Identifier: BSD-2-Clause */
#include "config/list.h"

#include "ip/special.h"

#include <errno.h>
#include <string.h>

#define DNS_PORT 53

int item_address(struct loader *loader, const struct option *option, const struct yaml_node *item, void *ret)
{
	struct ip_addr addr;
	int err = item_check(loader, option, item);
	if (err != ERR_OK)
		return err;
	err = ip_addr_from_text(item->text, &addr);
	if (err != ERR_OK)
		return address_refuse(loader, option, item, err);
	memcpy(ret, &addr, sizeof(addr));
	return ERR_OK;
}

int item_server(struct loader *loader, const struct option *option, const struct yaml_node *item, void *ret)
{
	struct policy_server server = {.name = name_root};
	int err = item_check(loader, option, item);
	if (err != ERR_OK)
		return err;
	err = ip_endpoint_from_text(item->text, DNS_PORT, &server.endpoint);
	if (err != ERR_OK)
		return address_refuse(loader, option, item, err);
	enum ip_kind kind = ip_addr_kind(&server.endpoint.addr);
	if (server.endpoint.port == 0 || kind == IP_KIND_ANY || kind == IP_KIND_MULTICAST) {
		source_report(loader->source, FINDING_CONFIG_VALUE, item->mark, option->path, NULL,
			      "\"%.120s\": no server can be asked there.", item->text);
		return ERR_FINDINGS;
	}
	memcpy(ret, &server, sizeof(server));
	return ERR_OK;
}

int item_net(struct loader *loader, const struct option *option, const struct yaml_node *item, void *ret)
{
	struct ip_prefix prefix;
	int err = item_check(loader, option, item);
	if (err != ERR_OK)
		return err;
	err = ip_prefix_from_text(item->text, &prefix);
	bool is_of_family =
		err == ERR_OK && (option->words == NULL || strcmp(option->words, family_text(prefix.addr.family)) == 0);
	if (is_of_family) {
		memcpy(ret, &prefix, sizeof(prefix));
		return ERR_OK;
	}
	source_report(loader->source, FINDING_CONFIG_VALUE, item->mark, option->path,
		      err == ERR_MISMATCH ? "clear the bits behind the length, or write a longer length"
					  : "write 2001:db8:20::/44, 192.0.2.0/24, or an address alone",
		      "\"%.120s\": %s.", item->text,
		      err == ERR_OK         ? "this is a network of the other family"
		      : err == ERR_MISMATCH ? "bits are set behind the prefix length"
					    : "this is no network");
	return ERR_FINDINGS;
}

int read_nets(struct loader *loader, const struct option *option, const struct yaml_node *node, void *member)
{
	static const struct item_reader reader = {sizeof(struct ip_prefix), item_net};
	return list_read(loader, option, node, &reader, member);
}

int read_allow(struct loader *loader, const struct option *option, const struct yaml_node *node, void *member)
{
	static const struct ip_prefix all[FAMILY_COUNT] = {
		{.addr = {.family = FAMILY_IPV6}, .length = 0},
		{.addr = {.family = FAMILY_IPV4}, .length = 0},
	};
	static const struct config_prefixes any = {all, FAMILY_COUNT};
	if (node->kind != YAML_SCALAR || strcmp(node->text, "any") != 0)
		return read_nets(loader, option, node, member);
	memcpy(member, &any, sizeof(any));
	return ERR_OK;
}

int read_addresses(struct loader *loader, const struct option *option, const struct yaml_node *node, void *member)
{
	static const struct item_reader reader = {sizeof(struct ip_addr), item_address};
	return list_read(loader, option, node, &reader, member);
}

int read_servers(struct loader *loader, const struct option *option, const struct yaml_node *node, void *member)
{
	static const struct item_reader reader = {sizeof(struct policy_server), item_server};
	return list_read(loader, option, node, &reader, member);
}

/* A single word without the marks of an address is the path of a file. */
int read_hints(struct loader *loader, const struct option *option, const struct yaml_node *node, void *member)
{
	struct config_hints hints = {0};
	struct ip_endpoint endpoint;
	bool is_file = node->kind == YAML_SCALAR && node->text[0] != '\0' && text_is_printable(node->text) &&
		       (strchr(node->text, '/') != NULL || strchr(node->text, ':') == NULL) &&
		       ip_endpoint_from_text(node->text, DNS_PORT, &endpoint) != ERR_OK;
	if (!is_file) {
		int err = read_servers(loader, option, node, &hints.servers);
		memcpy(member, &hints, sizeof(hints));
		return err;
	}
	hints.path = loader_path(loader, node->text);
	memcpy(member, &hints, sizeof(hints));
	return hints.path != NULL ? ERR_OK : -ENOMEM;
}

/* --- hosts: a block of name: [address ...] --- */

static int read_host(struct loader *loader, const struct option *option, const struct yaml_node *node,
		     struct policy_host *ret)
{
	struct option addresses = *option;
	addresses.least = 1;
	addresses.most = 64;
	struct config_addresses list = {0};
	struct policy_host host;
	int err = loader_name(loader, node->key->text, &host.name);
	if (err == -ENOMEM)
		return err;
	if (err != ERR_OK) {
		source_report(loader->source, FINDING_CONFIG_VALUE, node->key->mark, option->path, NULL,
			      "\"%.200s\" is no domain name.", node->key->text);
		return ERR_FINDINGS;
	}
	err = read_addresses(loader, &addresses, node, &list);
	host.addrs = list.items;
	host.addr_count = list.count;
	*ret = host;
	return err;
}

int read_hosts(struct loader *loader, const struct option *option, const struct yaml_node *node, void *member)
{
	if (node->kind != YAML_MAP)
		return kind_refuse(loader, option, node);
	struct policy_host *hosts =
		arena_alloc_zeroed(loader->arena, (node->count + 1) * sizeof(*hosts), _Alignof(struct policy_host));
	struct config_hosts list = {.items = hosts};
	int err = hosts != NULL ? ERR_OK : -ENOMEM;
	for (const struct yaml_node *child = node->first; err != -ENOMEM && child != NULL; child = child->next) {
		int host_err = read_host(loader, option, child, &hosts[list.count]);
		list.count += host_err == ERR_OK;
		err = host_err != ERR_OK ? host_err : err;
	}
	memcpy(member, &list, sizeof(list));
	return err;
}

/* --- NAT64 prefixes: written down, with a range, or learned --- */

static int read_range(struct loader *loader, const struct option *option, const struct yaml_node *item,
		      struct dns64_rule *ret)
{
	struct option range = *option;
	range.words = family_text(FAMILY_IPV4);
	const struct yaml_node *prefix_node = yaml_find(item, "prefix"), *range_node = yaml_find(item, "range");
	for (const struct yaml_node *child = item->first; child != NULL; child = child->next) {
		if (child != prefix_node && child != range_node) {
			source_report(loader->source, FINDING_CONFIG_UNKNOWN, child->key->mark, option->path, NULL,
				      "Unknown key \"%.80s\"; known here: prefix, range.", child->key->text);
			return ERR_FINDINGS;
		}
	}
	int err = item_nat64(loader, option, prefix_node, &ret->prefix);
	return err == ERR_OK && range_node != NULL ? item_net(loader, &range, range_node, &ret->range) : err;
}

static int read_rule(struct loader *loader, const struct option *option, const struct yaml_node *item,
		     struct config_pref64 *pref64, struct dns64_rule *rule)
{
	*rule = (struct dns64_rule){.range = {.addr = {.family = FAMILY_IPV4}}};
	if (item->kind == YAML_MAP && option->flags & OPTION_RANGES && yaml_find(item, "prefix") != NULL) {
		pref64->rule_count++;
		return read_range(loader, option, item, rule);
	}
	bool is_from_ra = item->kind == YAML_SCALAR && strcmp(item->text, "from-ra") == 0;
	bool is_from_dns = item->kind == YAML_SCALAR && strcmp(item->text, "from-dns") == 0;
	pref64->is_from_ra = pref64->is_from_ra || is_from_ra;
	pref64->is_from_dns = pref64->is_from_dns || is_from_dns;
	if (is_from_ra || is_from_dns)
		return ERR_OK;
	pref64->rule_count++;
	return item_nat64(loader, option, item, &rule->prefix);
}

int read_pref64(struct loader *loader, const struct option *option, const struct yaml_node *node, void *member)
{
	struct config_pref64 pref64 = {0};
	struct items items = {.next = node, .count = 1, .is_single = true};
	int err = node->kind == YAML_MAP ? ERR_OK : items_take(loader, option, node, &items);
	if (err != ERR_OK)
		return err;
	struct dns64_rule *rules =
		arena_alloc_zeroed(loader->arena, (items.count + 1) * sizeof(*rules), _Alignof(struct dns64_rule));
	if (rules == NULL)
		return -ENOMEM;
	pref64.rules = rules;
	for (const struct yaml_node *item; (item = items_next(&items)) != NULL;) {
		int item_err = read_rule(loader, option, item, &pref64, &rules[pref64.rule_count]);
		if (item_err == -ENOMEM)
			return item_err;
		err = item_err != ERR_OK ? item_err : err;
	}
	memcpy(member, &pref64, sizeof(pref64));
	return err;
}
