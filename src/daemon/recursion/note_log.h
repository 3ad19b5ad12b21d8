/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the engine wants the operator to know, as log lines, not more of them than can be read.
 * A value inside a drive, used by one thread.
 * Never loses count: lines that were left out are told of in the next one.
 */
#ifndef DAEMON_RECURSION_NOTE_LOG_H
#define DAEMON_RECURSION_NOTE_LOG_H

#include "base/log.h"
#include "resolver/resolver.h"

#define NOTE_LOG_BURST 20 /* lines of one kind in a second, for each worker; a name under attack fails more often */

struct note_log {
	struct log *log;     /* borrowed */
	const char *service; /* borrowed */
	uint64_t second[NOTE_KIND_COUNT];
	uint32_t lines[NOTE_KIND_COUNT];   /* in that second */
	uint32_t left_out[NOTE_KIND_COUNT];
};

void note_log_line(struct note_log *notes, const struct note *note, uint64_t now_us);
/* The note as an event for those who observe; its views are the note's. False: it is none. */
bool note_to_event(const struct note *note, uint64_t wall_us, struct query_event *ret);

#endif
