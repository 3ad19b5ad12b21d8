/* SPDX-License-Identifier: BSD-2-Clause */
#include "resolver/registry.h"

#include <errno.h>
#include <stdlib.h>

int registry_start(struct registry *registry, size_t heads)
{
	*registry = (struct registry){.heads = calloc(heads, sizeof(registry->heads[0])), .head_count = heads};
	return registry->heads != NULL ? ERR_OK : -ENOMEM;
}

void registry_end(struct registry *registry)
{
	free(registry->heads);
	registry->heads = NULL;
}

static struct registry_link **head_of(const struct registry *registry, uint64_t hash)
{
	return &registry->heads[hash & (registry->head_count - 1)];
}

static void grow(struct registry *registry)
{
	struct registry bigger;
	if (registry_start(&bigger, registry->head_count * 2) != ERR_OK)
		return;
	for (size_t i = 0; i < registry->head_count; i++) {
		struct registry_link *link;
		while ((link = registry->heads[i]) != NULL) {
			registry->heads[i] = link->next;
			struct registry_link **head = head_of(&bigger, link->hash);
			link->next = *head;
			*head = link;
		}
	}
	free(registry->heads);
	registry->heads = bigger.heads;
	registry->head_count = bigger.head_count;
}

void registry_add(struct registry *registry, struct registry_link *link, uint64_t hash)
{
	if (registry->count >= registry->head_count)
		grow(registry);
	struct registry_link **head = head_of(registry, hash);
	link->hash = hash;
	link->next = *head;
	*head = link;
	registry->count++;
}

void registry_remove(struct registry *registry, struct registry_link *link)
{
	struct registry_link **at = head_of(registry, link->hash);
	while (*at != link)
		at = &(*at)->next;
	*at = link->next;
	registry->count--;
}

struct registry_link *registry_first(const struct registry *registry, uint64_t hash)
{
	struct registry_link *link = *head_of(registry, hash);
	while (link != NULL && link->hash != hash)
		link = link->next;
	return link;
}

struct registry_link *registry_again(const struct registry_link *link)
{
	struct registry_link *next = link->next;
	while (next != NULL && next->hash != link->hash)
		next = next->next;
	return next;
}
