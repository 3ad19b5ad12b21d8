/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The sink of a recorder that writes the query log: a line for each event, to a file or a pipe.
 * Owned: log_writer_new/log_writer_free, after the recorder that it serves.
 * Never waits for ever: once log_writer_stop was called, a reader that does not read loses what is left.
 */
#ifndef TELEMETRY_LOG_WRITER_H
#define TELEMETRY_LOG_WRITER_H

#include "telemetry/recorder.h"

struct log_writer;

struct log_writer_options {
	int fd; /* borrowed; lines are appended to it */
	bool is_json;
};

int log_writer_new(const struct log_writer_options *options, struct log_writer **ret) MUST_USE;
void log_writer_free(struct log_writer *writer); /* NULL is fine */
struct recorder_sink log_writer_sink(struct log_writer *writer);
void log_writer_stop(struct log_writer *writer); /* any thread; before recorder_free; NULL is fine */

#endif
