/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The history's file: an SQLite database with counts by minute and hour, single answers, signals.
 * Owned: store_open/store_free, by one thread. Others read through history/read.h.
 * Never grows beyond its size, and never ends the program: each fault is an error code with a text.
 */
#ifndef HISTORY_STORE_H
#define HISTORY_STORE_H

#include "history/batch.h"

struct store;

struct store_options {
	const char *path;
	uint64_t size;    /* octets, the write-ahead log included; at least STORE_SIZE_MIN */
	uint64_t keep_us; /* of answers, minutes and signals; hours are kept for STORE_HOURS_KEPT */
	uint64_t now_us;
};

#define STORE_SIZE_MIN (16u << 20)
#define STORE_HOURS_KEPT (400u * 24)
#define STORE_SCHEMA 1

/*
 * Opens the file or begins a new one. ERR_SYNTAX: it is damaged, or no database. ERR_UNSUPPORTED: made by a newer
 * program, or another's. -ENOSPC: no room. -EIO and others: as the system says. ret_text: why, with SQLite's words; may
 * be NULL.
 */
int store_open(const struct store_options *options, struct text *ret_text, struct store **ret) MUST_USE;
/* All of the batch or nothing. Errors as above. */
int store_write(struct store *store, const struct batch *batch, struct text *ret_text) MUST_USE;
/* Some of what is too old, or too much; true: there is more to do. */
int store_trim(struct store *store, uint64_t now_us, bool *ret_is_more, struct text *ret_text) MUST_USE;
/* Marks the end of the run. NULL is fine. */
void store_free(struct store *store);
uint64_t store_size(const struct store *store); /* octets of the file, without the write-ahead log */

/* Renames a damaged file, over one that was set aside before; ret_path: of the new name. -errno. */
int store_set_aside(const char *path, struct text *ret_path) MUST_USE;

#endif
