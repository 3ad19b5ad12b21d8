/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/arena_pool.h"

struct arena *arena_pool_take(struct arena_pool *pool)
{
	return pool->kept_count > 0 ? pool->kept[--pool->kept_count] : arena_new(pool->chunk_size);
}

void arena_pool_give(struct arena_pool *pool, struct arena *arena)
{
	if (pool->kept_count == ARENA_POOL_KEPT || arena == NULL) {
		arena_free(arena);
		return;
	}
	arena_reset(arena);
	pool->kept[pool->kept_count++] = arena;
}

void arena_pool_end(struct arena_pool *pool)
{
	while (pool->kept_count > 0)
		arena_free(pool->kept[--pool->kept_count]);
}
