/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Arenas of one size that come and go: some are kept empty for those that come next.
 * Owned by one thread: zero-initialised but for chunk_size, ended by arena_pool_end.
 * Never keeps more than ARENA_POOL_KEPT, so that what a crowd took is given back.
 */
#ifndef BASE_ARENA_POOL_H
#define BASE_ARENA_POOL_H

#include "base/arena.h"

#define ARENA_POOL_KEPT 256

struct arena_pool {
	size_t chunk_size; /* of arena_new */
	unsigned kept_count;
	struct arena *kept[ARENA_POOL_KEPT];
};

/* An empty arena. NULL: no memory. */
struct arena *arena_pool_take(struct arena_pool *pool);
/* Gives it back with all its pieces; NULL is fine. */
void arena_pool_give(struct arena_pool *pool, struct arena *arena);
void arena_pool_end(struct arena_pool *pool);

#endif
