/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The sink of a recorder that writes the query log: a line for each event, to a file, a pipe or journald.
 * Owned: log_writer_new/log_writer_free, after the recorder that it serves.
 * Never waits for ever: what a full disk does not take is lost and counted, and once log_writer_stop was called, so is
 * what a reader that does not read leaves.
 */
#ifndef TELEMETRY_LOG_WRITER_H
#define TELEMETRY_LOG_WRITER_H

#include "base/journal.h"
#include "telemetry/privacy.h"
#include "telemetry/recorder.h"

struct log_writer;

struct log_writer_options {
	int fd;                  /* borrowed; lines are appended to it */
	struct journal *journal; /* borrowed; NULL: to fd */
	const char *place;       /* for people: "/var/log/queries.log"; borrowed */
	bool is_json;
	struct privacy privacy;
	struct log *log; /* where it is told that lines are lost, and that they are written again; borrowed */
};

int log_writer_new(const struct log_writer_options *options, struct log_writer **ret) MUST_USE;
void log_writer_free(struct log_writer *writer); /* NULL is fine */
struct recorder_sink log_writer_sink(struct log_writer *writer);
void log_writer_stop(struct log_writer *writer); /* any thread; before recorder_free; NULL is fine */
/* Lines that could not be written, ever. Any thread. */
uint64_t log_writer_dropped(const struct log_writer *writer);

#endif
