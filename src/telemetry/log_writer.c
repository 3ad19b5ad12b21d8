/* SPDX-License-Identifier: BSD-2-Clause */
#include "telemetry/log_writer.h"

#include <errno.h>
#include <poll.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <unistd.h>

#define CHUNK_SIZE 4096 /* a write to a pipe of at most this many octets is not mixed with others (PIPE_BUF) */
#define WAIT_MS 200

struct log_writer {
	int fd;
	bool is_json;
	atomic_bool is_stopping;
	bool has_given_up; /* the end has come and the reader takes nothing */
	struct text chunk;
};

int log_writer_new(const struct log_writer_options *options, struct log_writer **ret)
{
	struct log_writer *writer = calloc(1, sizeof(*writer));
	if (writer == NULL)
		return -ENOMEM;
	writer->fd = options->fd;
	writer->is_json = options->is_json;
	*ret = writer;
	return ERR_OK;
}

void log_writer_free(struct log_writer *writer)
{
	if (writer == NULL)
		return;
	text_free(&writer->chunk);
	free(writer);
}

void log_writer_stop(struct log_writer *writer)
{
	if (writer != NULL)
		atomic_store(&writer->is_stopping, true);
}

/* False: the reader of the log does not read, and the daemon wants to end. A pipe that polls writable takes a chunk. */
static bool reader_wait(struct log_writer *writer)
{
	struct pollfd wait = {.fd = writer->fd, .events = POLLOUT};
	while (!writer->has_given_up && poll(&wait, 1, WAIT_MS) <= 0)
		writer->has_given_up = atomic_load(&writer->is_stopping);
	return !writer->has_given_up;
}

/* Waits when the reader of the log is slow: only the recorder's thread does, its rings fill, and drops are counted. */
static void chunk_write(struct log_writer *writer)
{
	size_t at = 0;
	while (at < writer->chunk.size && reader_wait(writer)) {
		ssize_t done = write(writer->fd, writer->chunk.data + at, writer->chunk.size - at);
		if (done < 0 && (errno == EINTR || errno == EAGAIN))
			continue;
		if (done <= 0)
			break;
		at += (size_t)done;
	}
	text_clear(&writer->chunk);
}

static void line_take(void *owner, const struct querylog_source *source, const struct query_event *event)
{
	struct log_writer *writer = owner;
	size_t before = writer->chunk.size;
	(writer->is_json ? querylog_json : querylog_text)(source, event, &writer->chunk);
	if (writer->chunk.size <= CHUNK_SIZE || before == 0)
		return;
	/* The line that went over the edge stays for the next chunk. */
	struct text tail = {0};
	text_add_size(&tail, writer->chunk.data + before, writer->chunk.size - before);
	writer->chunk.size = before;
	chunk_write(writer);
	text_add_size(&writer->chunk, text_string(&tail), tail.size);
	text_free(&tail);
}

static void pass_end(void *owner)
{
	chunk_write(owner);
}

struct recorder_sink log_writer_sink(struct log_writer *writer)
{
	return (struct recorder_sink){.owner = writer, .take = line_take, .pass_end = pass_end};
}
