/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/ring.h"

#include <stdatomic.h>
#include <stdlib.h>

/*
 * Items lie one behind the other in a power-of-two buffer, each behind an 8-octet header with its size, both
 * rounded up to 8. An item never wraps: when it does not fit before the end, a header with SKIP fills the rest.
 * head counts octets written, tail octets read, for ever; only the writer stores head, only the reader stores tail,
 * and each has a cache line of its own. The writer keeps a stale copy of tail and looks again only when it seems full.
 */
#define ITEM_HEADER 8
#define ITEM_SKIP UINT32_MAX

struct ring {
	_Alignas(64) _Atomic uint64_t head;
	uint64_t reserved_head; /* writer's own: head after the commit */
	uint64_t known_tail;    /* writer's own */
	_Atomic uint64_t dropped;
	_Alignas(64) _Atomic uint64_t tail;
	_Alignas(64) size_t capacity;
	uint8_t *data;
};

struct ring *ring_new(size_t capacity)
{
	size_t size = 4096;
	while (size < capacity)
		size *= 2;
	struct ring *ring = aligned_alloc(64, sizeof(*ring));
	if (ring == NULL)
		return NULL;
	memset(ring, 0, sizeof(*ring));
	ring->capacity = size;
	ring->data = aligned_alloc(64, size);
	if (ring->data == NULL) {
		free(ring);
		return NULL;
	}
	return ring;
}

void ring_free(struct ring *ring)
{
	if (ring == NULL)
		return;
	free(ring->data);
	free(ring);
}

static bool ring_has_room(struct ring *ring, uint64_t head, size_t size)
{
	if (ring->capacity - (head - ring->known_tail) >= size)
		return true;
	ring->known_tail = atomic_load_explicit(&ring->tail, memory_order_acquire);
	return ring->capacity - (head - ring->known_tail) >= size;
}

void *ring_reserve(struct ring *ring, size_t size)
{
	uint64_t head = atomic_load_explicit(&ring->head, memory_order_relaxed);
	size_t needed = ITEM_HEADER + ((size + 7) & ~(size_t)7);
	size_t at = (size_t)(head & (ring->capacity - 1));
	size_t to_end = ring->capacity - at;
	size_t skip = needed > to_end ? to_end : 0;
	if (size > ring->capacity / 2 || !ring_has_room(ring, head, skip + needed)) {
		uint64_t dropped = atomic_load_explicit(&ring->dropped, memory_order_relaxed);
		atomic_store_explicit(&ring->dropped, dropped + 1, memory_order_relaxed);
		return NULL;
	}
	if (skip > 0) {
		memcpy(ring->data + at, &(uint32_t){ITEM_SKIP}, sizeof(uint32_t));
		at = 0;
	}
	memcpy(ring->data + at, &(uint32_t){(uint32_t)size}, sizeof(uint32_t));
	ring->reserved_head = head + skip + needed;
	return ring->data + at + ITEM_HEADER;
}

void ring_commit(struct ring *ring)
{
	atomic_store_explicit(&ring->head, ring->reserved_head, memory_order_release);
}

bool ring_is_filling(struct ring *ring)
{
	uint64_t head = atomic_load_explicit(&ring->head, memory_order_relaxed);
	return !ring_has_room(ring, head, ring->capacity - ring->capacity / 4);
}

bool ring_peek(struct ring *ring, struct span *ret)
{
	uint64_t tail = atomic_load_explicit(&ring->tail, memory_order_relaxed);
	uint64_t head = atomic_load_explicit(&ring->head, memory_order_acquire);
	if (tail == head)
		return false;
	size_t at = (size_t)(tail & (ring->capacity - 1));
	uint32_t size;
	memcpy(&size, ring->data + at, sizeof(size));
	if (size == ITEM_SKIP) {
		atomic_store_explicit(&ring->tail, tail + ring->capacity - at, memory_order_release);
		return ring_peek(ring, ret);
	}
	*ret = span_of(ring->data + at + ITEM_HEADER, size);
	return true;
}

void ring_release(struct ring *ring)
{
	struct span item;
	if (!ring_peek(ring, &item))
		return;
	uint64_t tail = atomic_load_explicit(&ring->tail, memory_order_relaxed);
	atomic_store_explicit(&ring->tail, tail + ITEM_HEADER + ((item.size + 7) & ~(size_t)7), memory_order_release);
}

uint64_t ring_dropped(const struct ring *ring)
{
	return atomic_load_explicit(&ring->dropped, memory_order_relaxed);
}
