/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/arena.h"

#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* Under AddressSanitizer what is not given out may not be touched: else a piece that outlives a reset goes unseen. */
#if defined(__SANITIZE_ADDRESS__)
#define HAS_ADDRESS_SANITIZER 1
#elif defined(__has_feature)
#define HAS_ADDRESS_SANITIZER __has_feature(address_sanitizer)
#else
#define HAS_ADDRESS_SANITIZER 0
#endif
#if HAS_ADDRESS_SANITIZER
#include <sanitizer/asan_interface.h>
#define FORBID(at, size) __asan_poison_memory_region((at), (size))
#define ALLOW(at, size) __asan_unpoison_memory_region((at), (size))
#else
#define FORBID(at, size) ((void)0)
#define ALLOW(at, size) ((void)0)
#endif

/*
 * A chunk has its header in front. Chunks form a list, newest first; only the newest gives out memory, except that a
 * piece larger than a chunk gets one of its own, put behind the newest so that the newest's free tail stays in use.
 * Chunks are mappings, not malloc: what a load no longer needs goes back to the kernel. Only small ones are malloc'ed:
 * of arenas with those there are very many, and mappings are whole pages, and the kernel counts them.
 *
 * Chunks of several huge pages start at the border of one and ask for them: a zone of a hundred megabytes is looked
 * up all over, and with pages of 4 KiB each look-up would miss the TLB too. Pages are touched only as pieces are.
 */
#define HUGE_PAGE ((size_t)2 * 1024 * 1024)
#define HUGE_WORTH (2 * HUGE_PAGE)
#define CHUNK_GROWN (8 * HUGE_PAGE)
#define CHUNK_MAPPED ((size_t)64 * 1024) /* smaller ones are malloc'ed */
#define ALIGN_MOST ((size_t)64)

struct chunk {
	struct chunk *next;
	size_t size; /* octets, header included */
	size_t used; /* octets given out, header included */
};

struct arena {
	struct chunk *chunks;
	size_t chunk_size;
	size_t size;
};

static size_t round_up(size_t value, size_t to)
{
	return (value + to - 1) & ~(to - 1);
}

static void *pages_map(size_t size)
{
	void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	return memory != MAP_FAILED ? memory : NULL;
}

/* A little more is mapped, and what is before and behind the borders given back. */
static void *huge_pages_map(size_t size)
{
	char *memory = pages_map(size + HUGE_PAGE);
	if (memory == NULL)
		return NULL;
	size_t before = round_up((uintptr_t)memory, HUGE_PAGE) - (uintptr_t)memory;
	if (before > 0)
		munmap(memory, before);
	munmap(memory + before + size, HUGE_PAGE - before);
	madvise(memory + before, size, MADV_HUGEPAGE); /* advice: without it the pages are small */
	return memory + before;
}

/* What chunks of about this size are rounded up to. */
static size_t chunk_size_of(size_t size)
{
	return round_up(size, size < CHUNK_MAPPED ? ALIGN_MOST : (size_t)getpagesize());
}

static void *chunk_memory(size_t size)
{
	if (size < CHUNK_MAPPED)
		return aligned_alloc(ALIGN_MOST, size);
	return size >= HUGE_WORTH ? huge_pages_map(size) : pages_map(size);
}

static void chunk_free(struct chunk *chunk)
{
	ALLOW(chunk, chunk->size);
	if (chunk->size < CHUNK_MAPPED)
		free(chunk);
	else
		munmap(chunk, chunk->size);
}

static struct chunk *chunk_new(size_t size)
{
	void *memory = chunk_memory(size);
	if (memory == NULL)
		return NULL;
	struct chunk *chunk = memory;
	chunk->next = NULL;
	chunk->size = size;
	chunk->used = sizeof(*chunk);
	return chunk;
}

struct arena *arena_new(size_t chunk_size)
{
	size_t size = chunk_size_of(chunk_size + sizeof(struct chunk) + sizeof(struct arena));
	struct chunk *chunk = chunk_new(size);
	if (chunk == NULL)
		return NULL;
	/* The arena itself is the first piece of its first chunk. */
	struct arena *arena = (struct arena *)(void *)((char *)chunk + chunk->used);
	chunk->used += sizeof(*arena);
	*arena = (struct arena){.chunks = chunk, .chunk_size = size, .size = size};
	return arena;
}

void arena_free(struct arena *arena)
{
	if (arena == NULL)
		return;
	struct chunk *chunk = arena->chunks;
	while (chunk != NULL) {
		struct chunk *next = chunk->next;
		chunk_free(chunk);
		chunk = next;
	}
}

static void *chunk_take(struct chunk *chunk, size_t size, size_t align)
{
	size_t start = round_up(chunk->used, align);
	if (start > chunk->size || chunk->size - start < size)
		return NULL;
	chunk->used = start + size;
	ALLOW((char *)chunk + start, size);
	return (char *)chunk + start;
}

/* Chunks grow with the arena, so that a large one gets huge pages and a small one wastes nothing. */
static size_t chunk_size_next(const struct arena *arena)
{
	size_t size = arena->size / 4 < CHUNK_GROWN ? arena->size / 4 : CHUNK_GROWN;
	return size > arena->chunk_size ? chunk_size_of(size) : arena->chunk_size;
}

void *arena_alloc(struct arena *arena, size_t size, size_t align)
{
	assert(align > 0 && align <= ALIGN_MOST && (align & (align - 1)) == 0);
	void *piece = chunk_take(arena->chunks, size, align);
	if (piece != NULL)
		return piece;
	if (size > SIZE_MAX / 2)
		return NULL;
	size_t needed = chunk_size_of(size + sizeof(struct chunk) + align);
	size_t usual = chunk_size_next(arena);
	struct chunk *chunk = chunk_new(needed > usual ? needed : usual);
	if (chunk == NULL)
		return NULL;
	arena->size += chunk->size;
	if (needed > usual) {
		chunk->next = arena->chunks->next;
		arena->chunks->next = chunk;
	} else {
		chunk->next = arena->chunks;
		arena->chunks = chunk;
	}
	return chunk_take(chunk, size, align);
}

void *arena_alloc_zeroed(struct arena *arena, size_t size, size_t align)
{
	void *piece = arena_alloc(arena, size, align);
	if (piece != NULL && size > 0)
		memset(piece, 0, size);
	return piece;
}

void *arena_copy(struct arena *arena, const void *data, size_t size, size_t align)
{
	void *piece = arena_alloc(arena, size, align);
	if (piece != NULL && size > 0)
		memcpy(piece, data, size);
	return piece;
}

char *arena_text(struct arena *arena, const char *text, size_t size)
{
	char *piece = arena_alloc(arena, size + 1, 1);
	if (piece == NULL)
		return NULL;
	memcpy(piece, text, size);
	piece[size] = '\0';
	return piece;
}

/* The first chunk made is the last of the list: it holds the arena. */
void arena_reset(struct arena *arena)
{
	struct chunk *chunk = arena->chunks;
	while ((char *)arena < (char *)chunk || (char *)arena >= (char *)chunk + chunk->size) {
		struct chunk *next = chunk->next;
		arena->size -= chunk->size;
		chunk_free(chunk);
		chunk = next;
	}
	struct chunk *behind = chunk->next; /* large pieces put behind it */
	while (behind != NULL) {
		struct chunk *next = behind->next;
		arena->size -= behind->size;
		chunk_free(behind);
		behind = next;
	}
	chunk->next = NULL;
	chunk->used = sizeof(*chunk) + sizeof(*arena);
	arena->chunks = chunk;
	FORBID((char *)chunk + chunk->used, chunk->size - chunk->used);
}

void arena_trim(struct arena *arena)
{
	struct chunk *chunk = arena->chunks;
	size_t used = chunk->used > CHUNK_MAPPED ? chunk->used : CHUNK_MAPPED; /* it stays a mapping */
	size_t kept = round_up(used, (size_t)getpagesize());
	if (kept >= chunk->size)
		return;
	munmap((char *)chunk + kept, chunk->size - kept);
	arena->size -= chunk->size - kept;
	chunk->size = kept;
}

size_t arena_size(const struct arena *arena)
{
	return arena->size;
}
