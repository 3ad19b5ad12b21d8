/* SPDX-License-Identifier: BSD-2-Clause */
/* What the configuration wants of secondary zones, copied for the thread: it outlives the configuration. */
#include "daemon/transfer/incoming_inside.h"

#include "base/clock.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

void incoming_wish_clear(struct incoming_wish *wish)
{
	for (size_t i = 0; i < wish->primary_count; i++) {
		free(wish->primaries[i].peer);
		tsig_key_free((struct tsig_key *)(uintptr_t)wish->primaries[i].key);
	}
	free(wish->primaries);
	free(wish->key);
	zone_free((struct zone *)(uintptr_t)wish->zone);
	zone_history_free(wish->history);
	*wish = (struct incoming_wish){0};
}

void incoming_wishes_free(struct incoming_wish *first)
{
	while (first != NULL) {
		struct incoming_wish *next = first->next;
		incoming_wish_clear(first);
		free(first);
		first = next;
	}
}

static int peer_add(const struct settings *settings, const struct config_peer *peer, struct incoming_wish *wish)
{
	const struct tsig_key *key = peer->key != NULL ? settings->keys[peer->key - settings->config->keys] : NULL;
	for (size_t i = 0; i < peer->addresses.count; i++) {
		struct incoming_primary *primary = &wish->primaries[wish->primary_count];
		*primary = (struct incoming_primary){.endpoint = peer->addresses.items[i].endpoint,
						     .peer = strdup(peer->name)};
		if (primary->peer == NULL)
			return -ENOMEM;
		primary->key = key != NULL ? tsig_key_hold(key) : NULL;
		wish->primary_count++;
	}
	return ERR_OK;
}

static int wish_fill(const struct settings *settings, const struct zone_slot *slot, struct incoming_wish *wish)
{
	const struct config_zone *config = slot->config;
	size_t count = 0;
	for (size_t i = 0; i < config->transfer_from.count; i++)
		count += config->transfer_from.items[i]->addresses.count;
	wish->apex = name_copy(config->name, &wish->apex_buffer);
	wish->lint = config->lint;
	wish->key = strdup(config->key);
	wish->primaries = calloc(count + 1, sizeof(wish->primaries[0]));
	int rc = wish->key == NULL || wish->primaries == NULL ? -ENOMEM : ERR_OK;
	for (size_t i = 0; rc == ERR_OK && i < config->transfer_from.count; i++)
		rc = peer_add(settings, config->transfer_from.items[i], wish);
	if (rc == ERR_OK && slot->loaded != NULL) {
		wish->zone = zone_hold(slot->loaded->zone);
		wish->history = slot->loaded->history != NULL ? zone_history_hold(slot->loaded->history) : NULL;
		/* From a file, until now: nobody but us has been asked. */
		wish->confirmed_s =
			slot->loaded->confirmed_s != 0 ? slot->loaded->confirmed_s : clock_wall_us() / 1000000;
	}
	return rc;
}

int incoming_wishes_make(const struct settings *settings, const struct zone_slots *slots, struct incoming_wish **ret)
{
	struct incoming_wish *first = NULL, **end = &first;
	int rc = ERR_OK;
	for (size_t i = 0; rc == ERR_OK && i < slots->count; i++) {
		if (!config_zone_is_secondary(slots->all[i].config))
			continue;
		struct incoming_wish *wish = calloc(1, sizeof(*wish));
		rc = wish == NULL ? -ENOMEM : wish_fill(settings, &slots->all[i], wish);
		if (wish == NULL)
			break;
		*end = wish;
		end = &wish->next;
	}
	if (rc != ERR_OK) {
		incoming_wishes_free(first);
		return rc;
	}
	*ret = first;
	return ERR_OK;
}

bool incoming_wish_has_same_primaries(const struct incoming_wish *a, const struct incoming_wish *b)
{
	if (a->primary_count != b->primary_count)
		return false;
	for (size_t i = 0; i < a->primary_count; i++) {
		const struct incoming_primary *left = &a->primaries[i], *right = &b->primaries[i];
		if (left->endpoint.port != right->endpoint.port ||
		    left->endpoint.addr.scope != right->endpoint.addr.scope ||
		    !ip_addr_equal(&left->endpoint.addr, &right->endpoint.addr) || strcmp(left->peer, right->peer) != 0)
			return false;
	}
	return true;
}
