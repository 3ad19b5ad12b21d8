/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What some seconds leave for the history: counts, single answers, signals.
 * Owned: batch_new/batch_free. One is filled by the observing thread while the other is written.
 * Never grows: what finds no room is counted as dropped.
 */
#ifndef HISTORY_BATCH_H
#define HISTORY_BATCH_H

#include "history/counts.h"
#include "ip/prefix.h"
#include "signals/sensors.h"

#define BATCH_ROWS_MAX 4096
#define BATCH_SIGNALS_MAX 512

/* One answer that is kept. Texts are cut, the client to its prefix. */
struct history_row {
	uint64_t time_us;
	uint32_t weight; /* answers it stands for */
	struct ip_prefix client;
	bool has_client;
	uint8_t stream, transport, origin, cache, security;
	bool has_origin, has_cache, has_security, has_ede, has_qtype;
	uint16_t qtype, rcode, ede, tries;
	uint32_t size, duration_us;
	uint8_t qname[NAME_MAX]; /* wire form; the root: not told */
	char reason[120];
	char service[EVENT_SERVICE_MAX];
};

struct history_signal {
	struct signal signal;
	enum signal_change change;
};

struct batch {
	struct counts *counts;
	struct history_row *rows;
	size_t row_count;
	struct history_signal *signals;
	size_t signal_count;
	uint64_t from_us, to_us; /* wall clock: when it was begun and handed over */
};

int batch_new(struct batch **ret) MUST_USE; /* -ENOMEM */
void batch_free(struct batch *batch);       /* NULL is fine */
void batch_clear(struct batch *batch);
/* False: no room. */
bool batch_add_row(struct batch *batch, const struct event *event, uint32_t weight,
		   const uint8_t client_length[FAMILY_COUNT]);
bool batch_add_signal(struct batch *batch, const struct signal *signal, enum signal_change change);

#endif
