/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A ring of variable-size items with one writer thread and one reader thread.
 * Owned: ring_new/ring_free, after both threads are done with it.
 * Never blocks and never overwrites: an item that does not fit is dropped and counted.
 */
#ifndef BASE_RING_H
#define BASE_RING_H

#include "base/span.h"

struct ring;

/* capacity: octets, rounded up to a power of two. NULL: no memory. */
struct ring *ring_new(size_t capacity);
void ring_free(struct ring *ring);

/* Writer: room for one item, or NULL (dropped and counted); fill it, then ring_commit. */
void *ring_reserve(struct ring *ring, size_t size);
void ring_commit(struct ring *ring);
/* Writer: is a quarter of it not read yet? Then the reader should hurry. */
bool ring_is_filling(struct ring *ring);
/* Reader: the oldest item, borrowed until ring_release; false when empty. */
bool ring_peek(struct ring *ring, struct span *ret);
void ring_release(struct ring *ring);
uint64_t ring_dropped(const struct ring *ring);

#endif
