/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/log.h"

#include "base/clock.h"
#include "base/text.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

struct log {
	int fd;
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

/* Logging has nobody to tell that it failed: what write(2) does not take is lost. */
static void log_write(int fd, const struct text *line)
{
	size_t done = 0;
	while (done < line->size) {
		ssize_t written = write(fd, line->data + done, line->size - done);
		if (written <= 0)
			return;
		done += (size_t)written;
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
	text_add_char(&line, '\n');
	log_write(log->fd, &line);
	text_free(&line);
}
