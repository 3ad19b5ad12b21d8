/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A hash table of things that carry their own link: jobs and inquiries by question, asks by number.
 * Owned by the engine: registry_start/registry_end. The things belong to whoever made them.
 * Never allocates for an entry; the table of heads grows by doubling, and stays as it is when there is no memory.
 */
#ifndef RESOLVER_REGISTRY_H
#define RESOLVER_REGISTRY_H

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct registry_link {
	struct registry_link *next;
	uint64_t hash;
};

struct registry {
	struct registry_link **heads;
	size_t head_count; /* a power of two */
	size_t count;
};

int registry_start(struct registry *registry, size_t heads) MUST_USE; /* a power of two */
void registry_end(struct registry *registry);
void registry_add(struct registry *registry, struct registry_link *link, uint64_t hash);
void registry_remove(struct registry *registry, struct registry_link *link);
/* The first with the hash, or the next one after a link with the same hash. NULL: no more. */
struct registry_link *registry_first(const struct registry *registry, uint64_t hash);
struct registry_link *registry_again(const struct registry_link *link);

#endif
