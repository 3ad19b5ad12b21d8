/* SPDX-License-Identifier: BSD-2-Clause */
#include "history/clickhouse/spool.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#define BLOCK_OCTETS_MAX (4u << 20) /* a block is sent when it is as large, whatever its rows */
#define BLOCK_OCTETS_FIRST (64u << 10)

/* first -> ... -> last -> filling; `octets` are the capacities of all, and of the block that is being sent. */
struct spool {
	pthread_mutex_t mutex;
	pthread_cond_t changed;
	struct spool_block *first, *last, *filling;
	size_t octets, octets_max, block_max, rows_a_block;
	uint64_t dropped, rows;
	bool is_awake;
};

int spool_new(size_t octets, size_t rows_a_block, struct spool **ret)
{
	struct spool *spool = calloc(1, sizeof(*spool));
	pthread_condattr_t attributes;
	if (spool == NULL)
		return -ENOMEM;
	spool->octets_max = octets;
	spool->block_max = octets / 4 < BLOCK_OCTETS_MAX ? octets / 4 : BLOCK_OCTETS_MAX;
	spool->rows_a_block = rows_a_block;
	pthread_mutex_init(&spool->mutex, NULL);
	pthread_condattr_init(&attributes);
	pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	pthread_cond_init(&spool->changed, &attributes);
	pthread_condattr_destroy(&attributes);
	*ret = spool;
	return ERR_OK;
}

void spool_free(struct spool *spool)
{
	if (spool == NULL)
		return;
	while (spool->first != NULL) {
		struct spool_block *next = spool->first->next;
		free(spool->first);
		spool->first = next;
	}
	free(spool->filling);
	pthread_cond_destroy(&spool->changed);
	pthread_mutex_destroy(&spool->mutex);
	free(spool);
}

/* --- With the mutex --- */

static void block_forget(struct spool *spool, struct spool_block *block)
{
	spool->octets -= block->capacity;
	spool->rows -= block->rows;
	free(block);
}

static void block_close(struct spool *spool)
{
	struct spool_block *block = spool->filling;
	if (block == NULL || block->rows == 0)
		return;
	if (spool->last != NULL)
		spool->last->next = block;
	else
		spool->first = block;
	spool->last = block;
	spool->filling = NULL;
}

static struct spool_block *first_remove(struct spool *spool)
{
	struct spool_block *block = spool->first;
	if (block == NULL)
		return NULL;
	spool->first = block->next;
	if (spool->first == NULL)
		spool->last = NULL;
	block->next = NULL;
	return block;
}

/* The newest rows are worth more: what is going on now is what somebody looks at. */
static bool room_make(struct spool *spool, size_t octets)
{
	while (spool->octets + octets > spool->octets_max && spool->first != NULL) {
		spool->dropped += spool->first->rows;
		block_forget(spool, first_remove(spool));
	}
	return spool->octets + octets <= spool->octets_max;
}

/* The block that is filled, with room for so many octets more. NULL: the spool is full, or memory is. */
static struct spool_block *block_with_room(struct spool *spool, size_t size)
{
	struct spool_block *block = spool->filling;
	size_t capacity = block != NULL ? block->capacity : 0;
	if (block != NULL && block->capacity - block->size >= size)
		return block;
	size_t more = capacity == 0 ? BLOCK_OCTETS_FIRST : capacity;
	if (more > spool->block_max)
		more = spool->block_max;
	if (!room_make(spool, more))
		return NULL;
	struct spool_block *larger = realloc(block, sizeof(*block) + capacity + more);
	if (larger == NULL)
		return NULL;
	if (block == NULL)
		memset(larger, 0, sizeof(*larger));
	larger->capacity = capacity + more;
	spool->octets += more;
	spool->filling = larger;
	return larger->capacity - larger->size >= size ? larger : NULL;
}

static bool is_full(const struct spool *spool, const struct spool_block *block)
{
	return block->rows >= spool->rows_a_block || block->size >= spool->block_max;
}

/* --- The thread that fills --- */

void spool_add(struct spool *spool, struct span row)
{
	pthread_mutex_lock(&spool->mutex);
	struct spool_block *block = block_with_room(spool, row.size);
	if (block == NULL) {
		spool->dropped++;
	} else {
		memcpy(block->data + block->size, row.data, row.size);
		block->size += row.size;
		block->rows++;
		spool->rows++;
		if (is_full(spool, block)) {
			block_close(spool);
			pthread_cond_signal(&spool->changed);
		}
	}
	pthread_mutex_unlock(&spool->mutex);
}

/* --- The thread that sends --- */

static struct timespec time_after(unsigned ms)
{
	struct timespec until;
	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += ms / 1000;
	until.tv_nsec += (long)(ms % 1000) * 1000000;
	if (until.tv_nsec >= 1000000000) {
		until.tv_sec++;
		until.tv_nsec -= 1000000000;
	}
	return until;
}

struct spool_block *spool_take(struct spool *spool, unsigned wait_ms)
{
	struct timespec until = time_after(wait_ms);
	pthread_mutex_lock(&spool->mutex);
	while (spool->first == NULL && !spool->is_awake &&
	       pthread_cond_timedwait(&spool->changed, &spool->mutex, &until) == 0)
		;
	if (spool->first == NULL)
		block_close(spool);
	struct spool_block *block = first_remove(spool);
	pthread_mutex_unlock(&spool->mutex);
	return block;
}

void spool_give_back(struct spool *spool, struct spool_block *block)
{
	pthread_mutex_lock(&spool->mutex);
	block->next = spool->first;
	spool->first = block;
	if (spool->last == NULL)
		spool->last = block;
	pthread_mutex_unlock(&spool->mutex);
}

void spool_block_done(struct spool *spool, struct spool_block *block)
{
	pthread_mutex_lock(&spool->mutex);
	block_forget(spool, block);
	pthread_mutex_unlock(&spool->mutex);
}

void spool_wake(struct spool *spool)
{
	pthread_mutex_lock(&spool->mutex);
	spool->is_awake = true;
	pthread_cond_broadcast(&spool->changed);
	pthread_mutex_unlock(&spool->mutex);
}

void spool_sleep(struct spool *spool, unsigned ms)
{
	struct timespec until = time_after(ms);
	pthread_mutex_lock(&spool->mutex);
	while (!spool->is_awake && pthread_cond_timedwait(&spool->changed, &spool->mutex, &until) == 0)
		;
	pthread_mutex_unlock(&spool->mutex);
}

uint64_t spool_dropped(struct spool *spool)
{
	pthread_mutex_lock(&spool->mutex);
	uint64_t dropped = spool->dropped;
	pthread_mutex_unlock(&spool->mutex);
	return dropped;
}

uint64_t spool_rows(struct spool *spool)
{
	pthread_mutex_lock(&spool->mutex);
	uint64_t rows = spool->rows;
	pthread_mutex_unlock(&spool->mutex);
	return rows;
}
