/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Takes query events off the answer path: a ring for each worker, one thread that writes the lines.
 * Owned: recorder_new/recorder_free. recorder_emit is for the worker named, the rest for the main thread.
 * Never blocks a worker: when the writer is behind, lines are dropped and counted.
 */
#ifndef TELEMETRY_RECORDER_H
#define TELEMETRY_RECORDER_H

#include "base/log.h"
#include "telemetry/query_event.h"

struct recorder;

struct recorder_options {
	size_t worker_count;
	size_t ring_size;  /* octets a worker */
	int fd;            /* borrowed; lines are appended to it */
	bool is_json;
	const char *node;  /* copied; NULL: none */
	struct log *log;   /* where drops are reported; borrowed */
};

int recorder_new(const struct recorder_options *options, struct recorder **ret) MUST_USE;
void recorder_free(struct recorder *recorder); /* writes what is left; NULL is fine */

/* The role that a service's lines tell. */
enum recorder_role { RECORDER_AUTHORITATIVE, RECORDER_RESOLVER };

/*
 * A number for lines of this service, the same one when asked again. The first starts the writing thread.
 * ERR_LIMIT: too many different ones.
 */
int recorder_label(struct recorder *recorder, const char *service, const char *stream, uint32_t *ret_label) MUST_USE;
int recorder_label_role(struct recorder *recorder, const char *service, enum recorder_role role, const char *stream,
                        uint32_t *ret_label) MUST_USE;
void recorder_emit(struct recorder *recorder, size_t worker, uint32_t label, const struct query_event *event);
uint64_t recorder_dropped(const struct recorder *recorder); /* lines, ever */

#endif
