/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Takes query events off the answer path: a ring for each worker, one thread that gives them to a sink.
 * Owned: recorder_new/recorder_free. recorder_emit is for the worker named, the rest for the main thread.
 * Never blocks a worker: when the sink is behind, events are dropped and counted.
 */
#ifndef TELEMETRY_RECORDER_H
#define TELEMETRY_RECORDER_H

#include "base/log.h"
#include "telemetry/query_event.h"
#include "telemetry/querylog.h"

struct recorder;

/* Both run in the recorder's thread. */
struct recorder_sink {
	void *owner;
	/* One event; everything is borrowed for the call. */
	void (*take)(void *owner, const struct querylog_source *source, const struct query_event *event);
	/* After each pass over the rings, also an empty one (at most 160 ms apart): flush, let time go on. NULL: none. */
	void (*pass_end)(void *owner);
};

struct recorder_options {
	const char *name; /* what the operator calls it, in the report of drops, and the thread's: "query log"; borrowed */
	size_t worker_count;
	size_t ring_size;  /* octets a worker */
	const char *node;  /* copied; NULL: none */
	struct log *log;   /* where drops are reported; borrowed */
	struct recorder_sink sink;
};

int recorder_new(const struct recorder_options *options, struct recorder **ret) MUST_USE;
void recorder_free(struct recorder *recorder); /* the sink takes what is left; NULL is fine */

/* The role that a service's events tell. */
enum recorder_role { RECORDER_AUTHORITATIVE, RECORDER_RESOLVER };

/*
 * A number for events of this service, the same one when asked again. The first starts the thread.
 * ERR_LIMIT: too many different ones.
 */
int recorder_label(struct recorder *recorder, const char *service, const char *stream, uint32_t *ret_label) MUST_USE;
int recorder_label_role(struct recorder *recorder, const char *service, enum recorder_role role, const char *stream,
                        uint32_t *ret_label) MUST_USE;
void recorder_emit(struct recorder *recorder, size_t worker, uint32_t label, const struct query_event *event);
uint64_t recorder_dropped(const struct recorder *recorder); /* events for which there was no room, ever */

#endif
