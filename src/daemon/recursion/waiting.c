/* SPDX-License-Identifier: BSD-2-Clause */
#include "daemon/recursion/waiting.h"

#include <stdlib.h>

#define SLAB_RECORDS 256

struct waiting_slab {
	struct waiting_slab *next;
	struct waiting records[SLAB_RECORDS];
};

static bool slab_add(struct waiting_pool *pool)
{
	struct waiting_slab *slab = calloc(1, sizeof(*slab));
	if (slab == NULL)
		return false;
	slab->next = pool->slabs;
	pool->slabs = slab;
	for (size_t i = SLAB_RECORDS; i-- > 0;)
		LIST_INSERT_HEAD(&pool->unused, &slab->records[i], link);
	return true;
}

struct waiting *waiting_next(struct waiting_pool *pool)
{
	if (LIST_EMPTY(&pool->unused) && !slab_add(pool))
		return NULL;
	return LIST_FIRST(&pool->unused);
}

void waiting_begin(struct waiting_pool *pool, struct waiting *waiting)
{
	LIST_REMOVE(waiting, link);
	LIST_INSERT_HEAD(&pool->all, waiting, link);
	pool->count++;
}

void waiting_end(struct waiting_pool *pool, struct waiting *waiting)
{
	LIST_REMOVE(waiting, link);
	*waiting = (struct waiting){0};
	LIST_INSERT_HEAD(&pool->unused, waiting, link);
	pool->count--;
}

void waiting_pool_free(struct waiting_pool *pool)
{
	struct waiting_slab *slab;
	while ((slab = pool->slabs) != NULL) {
		pool->slabs = slab->next;
		free(slab);
	}
	*pool = (struct waiting_pool){0};
}
