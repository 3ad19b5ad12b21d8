/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Rows that wait to be sent, in blocks: filled by one thread, taken by another.
 * Owned: spool_new/spool_free.
 * Never holds more octets than it was given: the oldest block makes room, and its rows are counted as dropped.
 */
#ifndef HISTORY_CLICKHOUSE_SPOOL_H
#define HISTORY_CLICKHOUSE_SPOOL_H

#include "base/err.h"
#include "base/span.h"

struct spool;

struct spool_block {
	struct spool_block *next;
	size_t rows, size, capacity;
	uint8_t data[];
};

int spool_new(size_t octets, size_t rows_a_block, struct spool **ret) MUST_USE; /* -ENOMEM */
void spool_free(struct spool *spool);                                           /* NULL is fine */

void spool_add(struct spool *spool, struct span row);
/* The oldest block: waits until one is full, or, when wait_ms have passed, takes what there is. NULL: nothing. */
struct spool_block *spool_take(struct spool *spool, unsigned wait_ms);
/* It could not be sent: it is the first again. */
void spool_give_back(struct spool *spool, struct spool_block *block);
void spool_block_done(struct spool *spool, struct spool_block *block);
/* spool_take waits no more. */
void spool_wake(struct spool *spool);
/* Sleeps, but not after spool_wake. */
void spool_sleep(struct spool *spool, unsigned ms);

uint64_t spool_dropped(struct spool *spool); /* rows, ever; any thread */
uint64_t spool_rows(struct spool *spool);    /* that wait, those being sent included */

#endif
