/* SPDX-License-Identifier: BSD-2-Clause */
#include "telemetry/log_writer.h"

#include <errno.h>
#include <poll.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define FILE_CHUNK 262144 /* small ones cost twice as much for an octet */
#define PIPE_CHUNK 4096 /* a write to a pipe of at most this many octets is not mixed with others (PIPE_BUF) */
#define WAIT_MS 200

struct log_writer {
	struct log_writer_options options;
	size_t chunk_size;
	atomic_bool is_stopping;
	bool has_given_up; /* the end has come and the reader takes nothing */
	bool is_torn;      /* what was written last ends within a line */
	_Atomic uint64_t dropped;
	uint64_t told_dropped; /* as the log says */
	int fault;             /* that the log was told of; ERR_OK: lines are written */
	struct text chunk;
	struct querylog_cache cache;
};

int log_writer_new(const struct log_writer_options *options, struct log_writer **ret)
{
	struct log_writer *writer = calloc(1, sizeof(*writer));
	struct stat stat;
	if (writer == NULL)
		return -ENOMEM;
	writer->options = *options;
	bool is_file = options->journal == NULL && fstat(options->fd, &stat) == 0 && S_ISREG(stat.st_mode);
	writer->chunk_size = is_file ? FILE_CHUNK : PIPE_CHUNK;
	*ret = writer;
	return ERR_OK;
}

void log_writer_free(struct log_writer *writer)
{
	if (writer == NULL)
		return;
	text_free(&writer->chunk);
	querylog_cache_free(&writer->cache);
	free(writer);
}

void log_writer_stop(struct log_writer *writer)
{
	if (writer != NULL)
		atomic_store(&writer->is_stopping, true);
}

uint64_t log_writer_dropped(const struct log_writer *writer)
{
	return atomic_load_explicit(&writer->dropped, memory_order_relaxed);
}

/* --- Where lines go --- */

/* False: the reader of the log does not read, and the daemon wants to end. A pipe that polls writable takes a chunk. */
static bool reader_wait(struct log_writer *writer)
{
	struct pollfd wait = {.fd = writer->options.fd, .events = POLLOUT};
	while (!writer->has_given_up && poll(&wait, 1, WAIT_MS) <= 0)
		writer->has_given_up = atomic_load(&writer->is_stopping);
	return !writer->has_given_up;
}

/* Waits when the reader of the log is slow: only the recorder's thread does, its rings fill, and drops are counted.
 * *at: as far as it came. */
static int octets_write(struct log_writer *writer, struct span octets, size_t *at)
{
	while (*at < octets.size) {
		if (!reader_wait(writer))
			return -EAGAIN;
		ssize_t done = write(writer->options.fd, octets.data + *at, octets.size - *at);
		if (done < 0 && errno != EINTR && errno != EAGAIN)
			return -errno;
		*at += done > 0 ? (size_t)done : 0;
	}
	return ERR_OK;
}

/* A disk that fills up within a line leaves a torn one: the next begins on a line of its own all the same. */
static int file_write(struct log_writer *writer, struct span lines, size_t *at)
{
	size_t end = 0;
	int rc = writer->is_torn ? octets_write(writer, span_text("\n"), &end) : ERR_OK;
	if (rc != ERR_OK)
		return rc;
	writer->is_torn = false;
	rc = octets_write(writer, lines, at);
	writer->is_torn = *at > 0 && lines.data[*at - 1] != '\n';
	return rc;
}

static int journal_write(struct log_writer *writer, struct span lines, size_t *at)
{
	int rc = ERR_OK;
	while (rc == ERR_OK && *at < lines.size) {
		const uint8_t *line = lines.data + *at;
		const uint8_t *end = memchr(line, '\n', lines.size - *at);
		if (end == NULL) /* there was no memory for its end */
			end = lines.data + lines.size;
		do {
			rc = journal_send(writer->options.journal, JOURNAL_INFO, span_of(line, (size_t)(end - line)),
					  WAIT_MS);
		} while (rc == -EAGAIN && !atomic_load(&writer->is_stopping));
		*at += rc == ERR_OK ? (size_t)(end - line) + (end < lines.data + lines.size) : 0;
	}
	return rc;
}

/* --- What could not be written --- */

/* The line that was torn is lost, too. */
static void drop_count(struct log_writer *writer, struct span rest)
{
	uint64_t lines = 0;
	for (size_t i = 0; i < rest.size; i++)
		lines += rest.data[i] == '\n';
	atomic_fetch_add_explicit(&writer->dropped, lines, memory_order_relaxed);
}

/* Once when it begins and once when it is over, not for each of thousands of lines. */
static void fault_tell(struct log_writer *writer, int rc)
{
	if (rc == writer->fault || rc == -EAGAIN)
		return;
	uint64_t dropped = log_writer_dropped(writer);
	const struct log_field field = {.key = "dropped", .number = (int64_t)(dropped - writer->told_dropped)};
	writer->fault = rc;
	if (rc != ERR_OK) {
		log_line(writer->options.log, LOG_LEVEL_ERROR, "dropped", NULL, 0,
			 "the query log cannot be written to %s: %s; lines are lost and counted, answers go on",
			 writer->options.place, err_text(rc));
		return;
	}
	writer->told_dropped = dropped;
	log_line(writer->options.log, LOG_LEVEL_NOTICE, "dropped", &field, 1, "the query log is written to %s again",
		 writer->options.place);
}

static void chunk_write(struct log_writer *writer)
{
	if (writer->chunk.size == 0)
		return;
	struct span lines = span_of(writer->chunk.data, writer->chunk.size);
	size_t at = 0;
	int rc = (writer->options.journal != NULL ? journal_write : file_write)(writer, lines, &at);
	if (rc != ERR_OK)
		drop_count(writer, span_of(lines.data + at, lines.size - at));
	fault_tell(writer, rc);
	text_clear(&writer->chunk);
}

/* --- The sink --- */

static void line_add(struct log_writer *writer, const struct querylog_source *source, const struct query_event *event)
{
	if (writer->options.is_json)
		querylog_json_cached(&writer->cache, source, event, &writer->chunk);
	else
		querylog_text(source, event, &writer->chunk);
}

/* The line that went over the edge stays for the next chunk. */
static void edge_write(struct log_writer *writer, size_t edge)
{
	size_t rest = writer->chunk.size - edge;
	writer->chunk.size = edge;
	chunk_write(writer);
	memmove(writer->chunk.data, writer->chunk.data + edge, rest);
	writer->chunk.size = rest;
}

static void line_take(void *owner, const struct querylog_source *source, const struct query_event *event)
{
	struct log_writer *writer = owner;
	size_t before = writer->chunk.size;
	if (privacy_is_whole(&writer->options.privacy, &event->client.addr)) {
		line_add(writer, source, event);
	} else {
		struct query_event told = *event;
		privacy_truncate(&writer->options.privacy, &told);
		line_add(writer, source, &told);
	}
	if (writer->chunk.size > writer->chunk_size && before > 0)
		edge_write(writer, before);
}

static void pass_end(void *owner)
{
	chunk_write(owner);
}

struct recorder_sink log_writer_sink(struct log_writer *writer)
{
	return (struct recorder_sink){.owner = writer, .take = line_take, .pass_end = pass_end};
}
