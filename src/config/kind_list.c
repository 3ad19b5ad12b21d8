/* SPDX-License-Identifier: BSD-2-Clause */
#include "config/list.h"

#include "ip/nat64.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DNS_PORT 53
#define LIST_MAX 1000000

int items_take(struct loader *loader, const struct option *option, const struct yaml_node *node, struct items *ret)
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

const struct yaml_node *items_next(struct items *items)
{
	const struct yaml_node *item = items->next;
	if (item != NULL)
		items->next = items->is_single ? NULL : item->next;
	return item;
}

int item_check(struct loader *loader, const struct option *option, const struct yaml_node *item)
{
	return item->kind == YAML_SCALAR && item->text[0] != '\0' ? ERR_OK : kind_refuse(loader, option, item);
}

int list_read(struct loader *loader, const struct option *option, const struct yaml_node *node,
	      const struct item_reader *reader, void *member)
{
	struct {
		uint8_t *items;
		size_t count;
	} list = {0};
	struct items items;
	int err = items_take(loader, option, node, &items);
	if (err != ERR_OK)
		return err;
	list.items = arena_alloc_zeroed(loader->arena, (items.count + 1) * reader->size, _Alignof(max_align_t));
	if (list.items == NULL)
		return -ENOMEM;
	for (const struct yaml_node *item; (item = items_next(&items)) != NULL;) {
		int item_err = reader->read(loader, option, item, list.items + list.count * reader->size);
		if (item_err != ERR_OK && item_err != ERR_FINDINGS)
			return item_err;
		list.count += item_err == ERR_OK;
		err = item_err != ERR_OK ? item_err : err;
	}
	memcpy(member, &list, sizeof(list));
	return err;
}

int read_words(struct loader *loader, const struct option *option, const struct yaml_node *node, void *member)
{
	bool has_word[16] = {false};
	struct items items;
	int err = items_take(loader, option, node, &items);
	if (err != ERR_OK)
		return err;
	assert(option->size <= sizeof(has_word));
	for (const struct yaml_node *item; (item = items_next(&items)) != NULL;) {
		struct span word;
		size_t index = 0;
		while (item->kind == YAML_SCALAR && option_word(option, index, &word) &&
		       !span_equal(word, span_text(item->text)))
			index++;
		if (item->kind != YAML_SCALAR || index == option->size)
			err = kind_refuse(loader, option, item);
		else
			has_word[index] = true;
	}
	memcpy(member, has_word, option->size);
	return err;
}

int address_refuse(struct loader *loader, const struct option *option, const struct yaml_node *item, int why)
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
static bool read_any(const char *text, uint16_t port, struct ip_endpoint ret[FAMILY_COUNT])
{
	if (strncmp(text, "any", 3) != 0 || (text[3] != '\0' && text[3] != '@'))
		return false;
	static const char *const wildcards[FAMILY_COUNT] = {"::", "0.0.0.0"};
	for (size_t i = 0; i < FAMILY_COUNT; i++) {
		char endpoint[IP_ENDPOINT_TEXT_MAX];
		int size = snprintf(endpoint, sizeof(endpoint), "%s%s", wildcards[i], text + 3);
		if (size >= (int)sizeof(endpoint) || ip_endpoint_from_text(endpoint, port, &ret[i]) != ERR_OK)
			return false;
	}
	return true;
}

static int read_endpoint(struct loader *loader, const struct option *option, const struct yaml_node *item,
			 uint16_t port, struct config_listeners *ret)
{
	if (item_check(loader, option, item) != ERR_OK)
		return ERR_FINDINGS;
	struct ip_endpoint endpoints[FAMILY_COUNT];
	size_t count = FAMILY_COUNT;
	if (!read_any(item->text, port, endpoints)) {
		int err = ip_endpoint_from_text(item->text, port, &endpoints[0]);
		if (err != ERR_OK)
			return address_refuse(loader, option, item, err);
		count = 1;
	}
	for (size_t i = 0; i < count; i++)
		ret->items[ret->count++] = (struct config_listener){.endpoint = endpoints[i],
								    .written = endpoints[i],
								    .line = item->mark.line,
								    .column = item->mark.column};
	return ERR_OK;
}

static int read_listeners(struct loader *loader, const struct option *option, const struct yaml_node *node,
			  uint16_t port, struct config_listeners *ret)
{
	struct items items;
	int err = items_take(loader, option, node, &items);
	if (err != ERR_OK)
		return err;
	ret->items = arena_alloc_zeroed(loader->arena, FAMILY_COUNT * items.count * sizeof(*ret->items),
					_Alignof(struct config_listener));
	if (ret->items == NULL)
		return -ENOMEM;
	for (const struct yaml_node *item; (item = items_next(&items)) != NULL;) {
		int item_err = read_endpoint(loader, option, item, port, ret);
		err = item_err != ERR_OK ? item_err : err;
	}
	return err;
}

int read_endpoints(struct loader *loader, const struct option *option, const struct yaml_node *node, void *member)
{
	struct config_listeners listeners = {0};
	int err = read_listeners(loader, option, node, (uint16_t)strtoul(option->words, NULL, 10), &listeners);
	memcpy(member, &listeners, sizeof(listeners));
	return err;
}

int read_listen(struct loader *loader, const struct option *option, const struct yaml_node *node, void *member)
{
	struct config_service *service =
		(struct config_service *)(void *)((uint8_t *)member - offsetof(struct config_service, listeners));
	struct config_listeners listeners = {0};
	int err = read_listeners(loader, option, node, DNS_PORT, &listeners);
	service->listeners = listeners.items;
	service->listener_count = listeners.count;
	/* With one address unread nobody knows which families have a listener: no second finding about that. */
	if (err != ERR_OK)
		memset(service->has_family, 0, sizeof(service->has_family));
	return err;
}

int item_nat64(struct loader *loader, const struct option *option, const struct yaml_node *item, void *ret)
{
	struct ip_prefix prefix;
	int err = item_check(loader, option, item);
	if (err != ERR_OK)
		return err;
	err = ip_prefix_from_text(item->text, &prefix);
	if (err == ERR_OK && nat64_is_prefix(&prefix)) {
		memcpy(ret, &prefix, sizeof(prefix));
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
	static const struct item_reader reader = {sizeof(struct ip_prefix), item_nat64};
	struct config_prefixes prefixes = {0};
	int err = list_read(loader, option, node, &reader, &prefixes);
	memcpy(member, &prefixes.items, sizeof(prefixes.items));
	loader->config->pref64_count = prefixes.count;
	return err;
}
