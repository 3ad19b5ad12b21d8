/* SPDX-License-Identifier: BSD-2-Clause */
/* Words that are keys of another block of the file, which is read before. */
#include "config/list.h"

#include <errno.h>
#include <string.h>

/* The struct that was made of the block's element; NULL: reported. */
static void *element_find(struct loader *loader, const struct option *option, const struct yaml_node *item,
			  const char *block)
{
	if (item_check(loader, option, item) != ERR_OK)
		return NULL;
	struct yaml_node *found = yaml_find(yaml_find(loader->tree, block), item->text);
	if (found == NULL || found->element == NULL) {
		struct text fix = {0};
		text_addf(&fix, "add it to the %s block, or mend the spelling", block);
		source_report(loader->source, FINDING_CONFIG_REFERENCE, item->mark, option->path, text_string(&fix),
			      "The %s block has no \"%.200s\".", block, item->text);
		text_free(&fix);
		return NULL;
	}
	return found->element;
}

int read_references(struct loader *loader, const struct option *option, const struct yaml_node *node, void *member)
{
	struct config_service *service =
		(struct config_service *)(void *)((uint8_t *)member - offsetof(struct config_service, zones));
	struct items items;
	int err = items_take(loader, option, node, &items);
	if (err != ERR_OK)
		return err;
	service->zones =
		arena_alloc_zeroed(loader->arena, (items.count + 1) * sizeof(*service->zones), _Alignof(void *));
	if (service->zones == NULL)
		return -ENOMEM;
	for (const struct yaml_node *item; (item = items_next(&items)) != NULL;) {
		const struct config_zone *zone = element_find(loader, option, item, "zones");
		if (zone != NULL)
			service->zones[service->zone_count++] = zone;
		else
			err = ERR_FINDINGS;
	}
	return err;
}

static int item_peer(struct loader *loader, const struct option *option, const struct yaml_node *item, void *ret)
{
	const struct config_peer *peer = element_find(loader, option, item, "peers");
	if (peer == NULL)
		return ERR_FINDINGS;
	memcpy(ret, &peer, sizeof(peer));
	return ERR_OK;
}

int read_peers(struct loader *loader, const struct option *option, const struct yaml_node *node, void *member)
{
	static const struct item_reader reader = {sizeof(struct config_peer *), item_peer};
	return list_read(loader, option, node, &reader, member);
}

int read_key(struct loader *loader, const struct option *option, const struct yaml_node *node, void *member)
{
	const struct config_key *key = element_find(loader, option, node, "keys");
	if (key == NULL)
		return ERR_FINDINGS;
	memcpy(member, &key, sizeof(key));
	return ERR_OK;
}
