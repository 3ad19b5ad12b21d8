/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Memory that is given out piece by piece and freed all at once.
 * Owned: arena_new/arena_free. Pieces are borrowed from it and end with it (or with arena_reset).
 * Never moves a piece, never frees a single one; large chunks come from mmap and go back to the kernel.
 */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include <stddef.h>

struct arena;

/* chunk_size: octets fetched at a time, more as the arena grows; larger pieces get a chunk of their own. NULL: no memory. */
struct arena *arena_new(size_t chunk_size);
void arena_free(struct arena *arena); /* NULL is fine */

/* size octets, aligned to align (a power of two, at most 64), not zeroed. NULL: no memory. */
void *arena_alloc(struct arena *arena, size_t size, size_t align);
/* The same, zeroed. */
void *arena_alloc_zeroed(struct arena *arena, size_t size, size_t align);
/* A copy of the octets. */
void *arena_copy(struct arena *arena, const void *data, size_t size, size_t align);
/* A NUL-terminated copy of size characters. */
char *arena_text(struct arena *arena, const char *text, size_t size);

/* Takes back all pieces; keeps the first chunk. */
void arena_reset(struct arena *arena);
/* Gives the untouched tail of the last chunk back to the kernel: call it when no more will be asked. */
void arena_trim(struct arena *arena);
/* Octets fetched, from the kernel or malloc. */
size_t arena_size(const struct arena *arena);

#endif
