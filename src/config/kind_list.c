/* SPDX-License-Identifier: BSD-2-Clause */
#include "config/load.h"

#include "ip/nat64.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define DNS_PORT 53
#define LIST_MAX 1000000

/* A list, or a single value that stands for a list of one. */
struct items {
	const struct yaml_node *next;
	size_t count;
	bool is_single;
};

static int take_items(struct loader *loader, const struct option *option, const struct yaml_node *node,
		      struct items *ret)
{
	if (node->kind == YAML_MAP || (node->kind == YAML_SCALAR && node->text[0] == '\0'))
		return kind_refuse(loader, option, node);
	bool is_list = node->kind == YAML_LIST;
	*ret = (struct items){
		.next = is_list ? node->first : node, .count = is_list ? node->count : 1, .is_single = !is_list};
	size_t most = option->most > 0 ? option->most : LIST_MAX;
	if (ret->count >= option->least && ret->count <= most)
		return ERR_OK;
	source_report(loader->source, FINDING_CONFIG_VALUE, node->mark, option->path, NULL,
		      "%s has %zu entries; from %u to %zu are allowed.", option_key(option), ret->count, option->least,
		      most);
	return ERR_FINDINGS;
}

static const struct yaml_node *next_item(struct items *items)
{
	const struct yaml_node *item = items->next;
	if (item != NULL)
		items->next = items->is_single ? NULL : item->next;
	return item;
}

int read_families(struct loader *loader, const struct option *option, const struct yaml_node *node, void *member)
{
	bool has_family[FAMILY_COUNT] = {false};
	struct items items;
	int err = take_items(loader, option, node, &items);
	if (err != ERR_OK)
		return err;
	for (const struct yaml_node *item; (item = next_item(&items)) != NULL;) {
		enum family family = FAMILY_IPV6;
		while (item->kind == YAML_SCALAR && family < FAMILY_COUNT &&
		       strcmp(item->text, family_text(family)) != 0)
			family++;
		if (item->kind != YAML_SCALAR || family == FAMILY_COUNT)
			err = kind_refuse(loader, option, item);
		else
			has_family[family] = true;
	}
	memcpy(member, has_family, sizeof(has_family));
	return err;
}

static int refuse_address(struct loader *loader, const struct option *option, const struct yaml_node *item, int why)
{
	const char *fix = "write 2001:db8::53, 192.0.2.53, or with a port: 2001:db8::53@5300";
	const char *cause = "it is no address";
	if (why == ERR_NOT_FOUND) {
		cause = "this host has no such interface";
		fix = "name an interface of this host behind the %";
	} else if (strchr(item->text, '[') != NULL) {
		cause = "brackets are not used here";
		fix = "write the port behind an @: 2001:db8::53@5300";
	}
	source_report(loader->source, FINDING_CONFIG_VALUE, item->mark, option->path, fix, "\"%.120s\": %s.",
		      item->text, cause);
	return ERR_FINDINGS;
}

/* "any" or "any@port": both families, as two listeners. False: it is something else. */
static bool read_any(const char *text, struct ip_endpoint ret[FAMILY_COUNT])
{
	if (strncmp(text, "any", 3) != 0 || (text[3] != '\0' && text[3] != '@'))
		return false;
	static const char *const wildcards[FAMILY_COUNT] = {"::", "0.0.0.0"};
	for (size_t i = 0; i < FAMILY_COUNT; i++) {
		char endpoint[IP_ENDPOINT_TEXT_MAX];
		int size = snprintf(endpoint, sizeof(endpoint), "%s%s", wildcards[i], text + 3);
		if (size >= (int)sizeof(endpoint) || ip_endpoint_from_text(endpoint, DNS_PORT, &ret[i]) != ERR_OK)
			return false;
	}
	return true;
}

static int read_endpoint(struct loader *loader, const struct option *option, const struct yaml_node *item,
			 struct config_service *service)
{
	if (item->kind != YAML_SCALAR || item->text[0] == '\0')
		return kind_refuse(loader, option, item);
	struct ip_endpoint endpoints[FAMILY_COUNT];
	size_t count = FAMILY_COUNT;
	if (!read_any(item->text, endpoints)) {
		int err = ip_endpoint_from_text(item->text, DNS_PORT, &endpoints[0]);
		if (err != ERR_OK)
			return refuse_address(loader, option, item, err);
		count = 1;
	}
	for (size_t i = 0; i < count; i++)
		service->listeners[service->listener_count++] = (struct config_listener){.endpoint = endpoints[i],
											 .written = endpoints[i],
											 .line = item->mark.line,
											 .column = item->mark.column};
	return ERR_OK;
}

int read_listen(struct loader *loader, const struct option *option, const struct yaml_node *node, void *member)
{
	struct config_service *service =
		(struct config_service *)(void *)((uint8_t *)member - offsetof(struct config_service, listeners));
	struct items items;
	int err = take_items(loader, option, node, &items);
	if (err != ERR_OK)
		return err;
	service->listeners = arena_alloc_zeroed(loader->arena, FAMILY_COUNT * items.count * sizeof(*service->listeners),
						_Alignof(struct config_listener));
	if (service->listeners == NULL)
		return -ENOMEM;
	for (const struct yaml_node *item; (item = next_item(&items)) != NULL;) {
		int item_err = read_endpoint(loader, option, item, service);
		err = item_err != ERR_OK ? item_err : err;
	}
	/* With one address unread nobody knows which families have a listener: no second finding about that. */
	if (err != ERR_OK)
		memset(service->has_family, 0, sizeof(service->has_family));
	return err;
}

static int read_prefix(struct loader *loader, const struct option *option, const struct yaml_node *item,
		       struct ip_prefix *ret)
{
	if (item->kind != YAML_SCALAR || item->text[0] == '\0')
		return kind_refuse(loader, option, item);
	struct ip_prefix prefix;
	int err = ip_prefix_from_text(item->text, &prefix);
	if (err == ERR_OK && nat64_is_prefix(&prefix)) {
		*ret = prefix;
		return ERR_OK;
	}
	source_report(loader->source, FINDING_CONFIG_VALUE, item->mark, option->path,
		      "write an IPv6 prefix of length 32, 40, 48, 56, 64 or 96, as 2001:db8:64:ff9b::/96",
		      "\"%.120s\": %s.", item->text,
		      err == ERR_OK         ? "this is no NAT64 prefix (RFC 6052 2.2)"
		      : err == ERR_MISMATCH ? "bits are set behind the prefix length"
					    : "this is no prefix");
	return ERR_FINDINGS;
}

int read_prefixes(struct loader *loader, const struct option *option, const struct yaml_node *node, void *member)
{
	struct items items;
	int err = take_items(loader, option, node, &items);
	if (err != ERR_OK)
		return err;
	struct ip_prefix *prefixes =
		arena_alloc_zeroed(loader->arena, (items.count + 1) * sizeof(*prefixes), _Alignof(struct ip_prefix));
	if (prefixes == NULL)
		return -ENOMEM;
	size_t count = 0;
	for (const struct yaml_node *item; (item = next_item(&items)) != NULL;) {
		int item_err = read_prefix(loader, option, item, &prefixes[count]);
		count += item_err == ERR_OK;
		err = item_err != ERR_OK ? item_err : err;
	}
	memcpy(member, &prefixes, sizeof(prefixes));
	loader->config->pref64_count = count;
	return err;
}

static int read_reference(struct loader *loader, const struct option *option, const struct yaml_node *item,
			  const struct config_zone **ret)
{
	if (item->kind != YAML_SCALAR || item->text[0] == '\0')
		return kind_refuse(loader, option, item);
	struct yaml_node *zone = yaml_find(yaml_find(loader->tree, "zones"), item->text);
	if (zone == NULL || zone->element == NULL) {
		source_report(loader->source, FINDING_CONFIG_REFERENCE, item->mark, option->path,
			      "add it to the zones block, or mend the spelling", "The zones block has no \"%.200s\".",
			      item->text);
		return ERR_FINDINGS;
	}
	*ret = zone->element;
	return ERR_OK;
}

int read_references(struct loader *loader, const struct option *option, const struct yaml_node *node, void *member)
{
	struct config_service *service =
		(struct config_service *)(void *)((uint8_t *)member - offsetof(struct config_service, zones));
	struct items items;
	int err = take_items(loader, option, node, &items);
	if (err != ERR_OK)
		return err;
	service->zones =
		arena_alloc_zeroed(loader->arena, (items.count + 1) * sizeof(*service->zones), _Alignof(void *));
	if (service->zones == NULL)
		return -ENOMEM;
	for (const struct yaml_node *item; (item = next_item(&items)) != NULL;) {
		int item_err = read_reference(loader, option, item, &service->zones[service->zone_count]);
		service->zone_count += item_err == ERR_OK;
		err = item_err != ERR_OK ? item_err : err;
	}
	return err;
}
