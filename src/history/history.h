/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What outlives the memory of the daemon: counts by minute, a sample of answers, signals, written by a thread of its
 * own. Owned: history_new/history_free. history_event, history_signal and history_second are calls of one observer's
 * tap. Never waits for the disk and never holds up who calls it: what finds no room is dropped and counted.
 */
#ifndef HISTORY_HISTORY_H
#define HISTORY_HISTORY_H

#include "base/log.h"
#include "signals/sensors.h"

#define HISTORY_FILE "history.sqlite"

struct history_options {
	const char *folder; /* node.state-dir; copied */
	uint64_t keep_us;
	uint64_t size;                       /* octets; at least STORE_SIZE_MIN */
	uint32_t sample_every;               /* of good answers one in so many is kept; 0: none, and no failures */
	uint8_t client_length[FAMILY_COUNT]; /* bits of clients that are kept */
	uint64_t seed;                       /* secret: which answers are kept */
	uint64_t now_us;                     /* wall clock */
	struct log *log;                     /* borrowed */
	/* Once, from the writing thread, when the file is open and nothing of this run is in it; NULL: not wanted. */
	void (*opened)(void *owner, const char *path);
	void *owner;
};

struct history;

int history_new(const struct history_options *options, struct history **ret) MUST_USE;
/* Writes what is left, unless the disk refuses it. The tap must be gone. NULL is fine. */
void history_free(struct history *history);

/* The event stands for `weight` of its kind: when only a share of all is observed. */
void history_event(struct history *history, const struct event *event, uint32_t weight);
void history_signal(struct history *history, const struct signal *signal, enum signal_change change);
void history_second(struct history *history, uint64_t now_us); /* about once a second; wall clock */

const char *history_path(const struct history *history);
uint64_t history_run(const struct history *history); /* as `run` of history_signals has it, us since 1970 */

struct history_facts {
	uint64_t answers_written, dropped; /* dropped: answers, counts and signals that found no room */
	uint64_t size;                     /* octets of the file */
	bool is_open, is_failing;          /* failing: the last try to write did not succeed */
};
void history_facts(const struct history *history, struct history_facts *ret); /* any thread */

#endif
