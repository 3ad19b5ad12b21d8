/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/log.h"

#include "base/clock.h"
#include "base/journal.h"
#include "base/text.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <poll.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define WAIT_MS 200

struct log {
	int fd;
	struct journal *journal; /* NULL: to fd */
	atomic_bool is_stalled; /* the reader took nothing for WAIT_MS: until it does, nobody waits for it */
	enum log_format format;
	enum log_level level;
	char *node;
};

static const char *const level_names[] = {"error", "warning", "notice", "info", "debug"};

struct log *log_new(int fd, enum log_format format, enum log_level level, const char *node)
{
	struct log *log = malloc(sizeof(*log));
	if (log == NULL)
		return NULL;
	*log = (struct log){.fd = fd, .format = format, .level = level};
	if (node != NULL)
		log->node = strdup(node);
	return log;
}

struct log *log_new_journal(struct journal *journal, enum log_format format, enum log_level level, const char *node)
{
	struct log *log = log_new(-1, format, level, node);
	if (log != NULL)
		log->journal = journal;
	return log;
}

void log_free(struct log *log)
{
	if (log == NULL)
		return;
	free(log->node);
	free(log);
}

static void log_add_json(struct text *line, const struct log *log, const char *time, enum log_level level,
                         const char *event, const struct log_field *fields, size_t field_count, const char *message)
{
	struct json_writer json = {.out = line};
	json_begin_object(&json, NULL);
	json_number(&json, "v", 1);
	json_text(&json, "ts", time);
	json_text(&json, "ev", event);
	json_text(&json, "level", level_names[level]);
	if (log->node != NULL)
		json_text(&json, "node", log->node);
	for (size_t i = 0; i < field_count; i++) {
		if (fields[i].text != NULL)
			json_text(&json, fields[i].key, fields[i].text);
		else
			json_number(&json, fields[i].key, fields[i].number);
	}
	json_text(&json, "msg", message);
	json_end_object(&json);
}

/* A control character in a log line could forge another line or drive a terminal. */
static void log_add_clean(struct text *line, const char *text)
{
	for (; *text != '\0'; text++) {
		if ((unsigned char)*text < 0x20 || *text == 0x7f)
			text_addf(line, "\\%03u", (unsigned char)*text);
		else
			text_add_char(line, *text);
	}
}

static void log_add_text(struct text *line, const char *time, enum log_level level, const char *event,
                         const struct log_field *fields, size_t field_count, const char *message)
{
	text_addf(line, "%s %s %s: ", time, level_names[level], event);
	log_add_clean(line, message);
	for (size_t i = 0; i < field_count; i++) {
		text_addf(line, " %s=", fields[i].key);
		if (fields[i].text != NULL)
			log_add_clean(line, fields[i].text);
		else
			text_addf(line, "%" PRId64, fields[i].number);
	}
}

/* A pipe that polls writable takes PIPE_BUF octets without blocking. */
static bool log_wait(struct log *log)
{
	struct pollfd wait = {.fd = log->fd, .events = POLLOUT};
	bool is_ready = poll(&wait, 1, atomic_load(&log->is_stalled) ? 0 : WAIT_MS) > 0;
	atomic_store(&log->is_stalled, !is_ready);
	return is_ready;
}

/*
 * Logging has nobody to tell that it failed: what write(2) does not take is lost. Nor may whoever reads the log hold
 * up the thread that handles signals and reloads.
 */
static void log_write(struct log *log, const struct text *line)
{
	size_t done = 0;
	while (done < line->size && log_wait(log)) {
		size_t left = line->size - done;
		ssize_t written = write(log->fd, line->data + done, left < PIPE_BUF ? left : PIPE_BUF);
		if (written < 0 && errno == EINTR)
			continue;
		if (written <= 0)
			return;
		done += (size_t)written;
	}
}

static void journal_write(struct log *log, enum log_level level, const struct text *line)
{
	static const enum journal_priority priorities[] = {[LOG_LEVEL_ERROR] = JOURNAL_ERROR,
	                                                   [LOG_LEVEL_WARNING] = JOURNAL_WARNING,
	                                                   [LOG_LEVEL_NOTICE] = JOURNAL_NOTICE,
	                                                   [LOG_LEVEL_INFO] = JOURNAL_INFO,
	                                                   [LOG_LEVEL_DEBUG] = JOURNAL_DEBUG};
	int wait_ms = atomic_load(&log->is_stalled) ? 0 : WAIT_MS;
	int rc = journal_send(log->journal, priorities[level], span_of(line->data, line->size), wait_ms);
	atomic_store(&log->is_stalled, rc == -EAGAIN);
}

static void log_send(struct log *log, enum log_level level, struct text *line)
{
	if (log->journal != NULL && line->data != NULL) {
		journal_write(log, level, line);
	} else {
		text_add_char(line, '\n');
		log_write(log, line);
	}
}

void log_line(struct log *log, enum log_level level, const char *event, const struct log_field *fields,
              size_t field_count, const char *format, ...)
{
	if (level > log->level)
		return;
	char time[CLOCK_TEXT_MAX];
	clock_text(clock_wall_us(), time);
	char message[1024];
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(message, sizeof(message), format, arguments);
	va_end(arguments);
	struct text line = {0};
	if (log->format == LOG_FORMAT_JSON)
		log_add_json(&line, log, time, level, event, fields, field_count, message);
	else
		log_add_text(&line, time, level, event, fields, field_count, message);
	log_send(log, level, &line);
	text_free(&line);
}

void log_raw(struct log *log, enum log_level level, struct span text)
{
	struct text line = {0};
	text_add_size(&line, (const char *)text.data, text.size);
	log_send(log, level, &line);
	text_free(&line);
}

enum log_format log_format(const struct log *log)
{
	return log->format;
}
