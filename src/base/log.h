/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Operator log lines (start, zone, config, stop): one JSON object or one text line each.
 * Owned: log_new/log_free. Thread safe: a line of up to PIPE_BUF octets is one write(2). Lines are lost rather than
 * waited for when the reader of a pipe does not read.
 * Never used for queries: those go through telemetry's ring, off the answer path.
 */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include "base/err.h"
#include "base/span.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum log_level { LOG_LEVEL_ERROR, LOG_LEVEL_WARNING, LOG_LEVEL_NOTICE, LOG_LEVEL_INFO, LOG_LEVEL_DEBUG };
enum log_format { LOG_FORMAT_JSON, LOG_FORMAT_TEXT };

struct log;
struct journal; /* base/journal.h */

struct log_field {
	const char *key;
	const char *text; /* NULL: the number counts */
	int64_t number;
};

/* fd is borrowed and stays open; node is copied, NULL leaves it out of the lines. */
struct log *log_new(int fd, enum log_format format, enum log_level level, const char *node);
/* The same to journald (borrowed), each line with its priority. */
struct log *log_new_journal(struct journal *journal, enum log_format format, enum log_level level, const char *node);
void log_free(struct log *log);

/*
 * One line. event is the "ev" of the line: start, stop, zone, config, listener, control, ...
 * JSON: {"v":1,"ts":...,"ev":event,"level":...,"node":...,fields...,"msg":message}
 * text: 2026-11-22T03:26:45.870123Z notice zone: message key=value ...
 */
void log_line(struct log *log, enum log_level level, const char *event, const struct log_field *fields,
              size_t field_count, const char *format, ...) PRINTF_LIKE(6, 7);
/* The same without fields. */
#define log_plain(log, level, event, ...) log_line(log, level, event, NULL, 0, __VA_ARGS__)
/* A line that is made already, in the log's form; the newline is added. */
void log_raw(struct log *log, enum log_level level, struct span text);
enum log_format log_format(const struct log *log);

#endif
