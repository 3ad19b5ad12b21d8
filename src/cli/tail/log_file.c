/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/tail/log_file.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

struct log_file {
	const char *path; /* the caller's */
	int fd;
	bool is_followed, is_pipe;
	bool is_ended;
	bool is_skipping; /* the rest of a line that was too long, or the part of one that reading began in */
	dev_t device;
	ino_t inode;
	off_t offset; /* octets read of this file */
	unsigned rotations;
	bool is_probed, is_framed; /* its first octets were looked at; they are those of Frame Streams */
	uint64_t frame_skip;       /* octets of a frame that are to be left out */
	size_t start, end;         /* octets in the buffer that are not given out yet */
	uint8_t buffer[LOG_FRAME_MAX];
};

/* A control frame begins so, and Frame Streams begin with one; no line has four zero octets in front. */
static const uint8_t frame_escape[4];

static int file_open(struct log_file *file)
{
	struct stat stat;
	int fd = strcmp(file->path, "-") == 0 ? dup(STDIN_FILENO) : open(file->path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	if (fd < 0)
		return -errno;
	if (fstat(fd, &stat) != 0 || S_ISDIR(stat.st_mode)) {
		close(fd);
		return -EISDIR;
	}
	file->fd = fd;
	file->is_pipe = !S_ISREG(stat.st_mode);
	file->device = stat.st_dev;
	file->inode = stat.st_ino;
	file->offset = 0;
	file->is_probed = file->is_framed = false;
	file->frame_skip = 0;
	return ERR_OK;
}

/* Begins one octet earlier, so that a line that starts exactly there is whole. */
static void end_seek(struct log_file *file, size_t last_octets)
{
	struct stat stat;
	uint8_t first[sizeof(frame_escape)];
	if (!file->is_pipe && pread(file->fd, first, sizeof(first), 0) == (ssize_t)sizeof(first) &&
	    memcmp(first, frame_escape, sizeof(first)) == 0)
		return; /* frames can be found from the start only */
	if (file->is_pipe || last_octets == 0 || fstat(file->fd, &stat) != 0 || (uint64_t)stat.st_size <= last_octets)
		return;
	off_t to = stat.st_size - (off_t)last_octets - 1;
	if (lseek(file->fd, to, SEEK_SET) != to)
		return;
	file->offset = to;
	file->is_skipping = file->is_probed = true;
}

int log_file_open(const char *path, bool is_followed, size_t last_octets, struct log_file **ret)
{
	struct log_file *file = malloc(sizeof(*file));
	if (file == NULL)
		return -ENOMEM;
	*file = (struct log_file){.path = path, .is_followed = is_followed, .fd = -1};
	int rc = file_open(file);
	if (rc != ERR_OK) {
		free(file);
		return rc;
	}
	end_seek(file, last_octets);
	*ret = file;
	return ERR_OK;
}

void log_file_close(struct log_file *file)
{
	if (file == NULL)
		return;
	close(file->fd);
	free(file);
}

const char *log_file_path(const struct log_file *file)
{
	return file->path;
}

int log_file_descriptor(const struct log_file *file)
{
	return file->is_pipe && !file->is_ended ? file->fd : -1;
}

unsigned log_file_rotations(const struct log_file *file)
{
	return file->rotations;
}

/* The line up to its end in the buffer; of one that fills the buffer, what is there. */
static bool line_take(struct log_file *file, struct span *ret)
{
	for (;;) {
		uint8_t *data = file->buffer + file->start;
		size_t size = file->end - file->start;
		const uint8_t *end = size > 0 ? memchr(data, '\n', size) : NULL;
		bool is_whole = end != NULL, was_skipping = file->is_skipping;
		if (!is_whole && size < LOG_LINE_MAX && !was_skipping)
			return false;
		*ret = span_of(data, is_whole ? (size_t)(end - data) : size);
		file->start += ret->size + is_whole;
		file->is_skipping = !is_whole;
		if (!was_skipping)
			return true;
		if (!is_whole)
			return false;
	}
}

/* Octets of a frame that is left out, as far as they are there; true: that was all of it. */
static bool frame_left_out(struct log_file *file)
{
	uint64_t here = file->end - file->start < file->frame_skip ? file->end - file->start : file->frame_skip;
	file->start += here;
	file->frame_skip -= here;
	return file->frame_skip == 0;
}

/* The next data frame that is whole in the buffer; control frames are passed over. */
static bool frame_take(struct log_file *file, struct span *ret)
{
	while (frame_left_out(file)) {
		struct span rest = span_of(file->buffer + file->start, file->end - file->start);
		uint32_t size;
		if (!span_take_u32(&rest, &size))
			return false;
		if (size == 0) {
			if (!span_take_u32(&rest, &size))
				return false;
			file->frame_skip = 8 + (uint64_t)size;
			continue;
		}
		if (size > LOG_FRAME_MAX - 4) {
			file->frame_skip = 4 + (uint64_t)size;
			continue;
		}
		if (!span_take(&rest, size, ret))
			return false;
		file->start += 4 + size;
		return true;
	}
	return false;
}

/* A line or a frame, once it is known which of them there are. */
static bool piece_take(struct log_file *file, struct span *ret)
{
	size_t size = file->end - file->start;
	if (!file->is_probed && size >= sizeof(frame_escape)) {
		file->is_framed = memcmp(file->buffer + file->start, frame_escape, sizeof(frame_escape)) == 0;
		file->is_probed = true;
	}
	if (!file->is_probed)
		return size > 0 && line_take(file, ret);
	return file->is_framed ? frame_take(file, ret) : line_take(file, ret);
}

static bool is_readable(const struct log_file *file)
{
	if (!file->is_pipe || !file->is_followed)
		return true;
	struct pollfd poller = {.fd = file->fd, .events = POLLIN};
	return poll(&poller, 1, 0) > 0;
}

/* More octets behind those left over. 0: none now. */
static size_t buffer_fill(struct log_file *file)
{
	if (!is_readable(file))
		return 0;
	if (file->start > 0) {
		memmove(file->buffer, file->buffer + file->start, file->end - file->start);
		file->end -= file->start;
		file->start = 0;
	}
	ssize_t size;
	do
		size = read(file->fd, file->buffer + file->end, sizeof(file->buffer) - file->end);
	while (size < 0 && errno == EINTR && !file->is_followed);
	if (size <= 0) {
		file->is_ended = file->is_pipe && (size == 0 || (errno != EAGAIN && errno != EINTR));
		return 0;
	}
	file->end += (size_t)size;
	file->offset += size;
	return (size_t)size;
}

/* The same file made shorter (copytruncate) has lost what was in it: it is read from its start. */
static bool is_truncated(const struct log_file *file, const struct stat *now)
{
	return now->st_size < file->offset;
}

/* Another file has the name, or this one begins anew. */
static bool has_successor(const struct log_file *file)
{
	struct stat now;
	if (file->is_pipe || stat(file->path, &now) != 0)
		return false;
	return now.st_dev != file->device || now.st_ino != file->inode || is_truncated(file, &now);
}

static bool successor_open(struct log_file *file)
{
	int old = file->fd;
	if (file_open(file) != ERR_OK) {
		file->fd = old;
		return false;
	}
	close(old);
	file->rotations++;
	file->is_skipping = false;
	return true;
}

/* What is left without an end of line is a line when nothing will be added to it. */
static enum log_line rest_take(struct log_file *file, enum log_line without, struct span *ret)
{
	*ret = span_of(file->buffer + file->start, file->end - file->start);
	file->start = file->end;
	return ret->size > 0 && !file->is_framed ? LOG_LINE : without; /* a part of a frame is nothing */
}

enum log_line log_file_line(struct log_file *file, struct span *ret)
{
	for (;;) {
		do {
			if (piece_take(file, ret))
				return file->is_framed ? LOG_FRAME : LOG_LINE;
		} while (buffer_fill(file) > 0);
		if (!file->is_followed || file->is_ended)
			return rest_take(file, LOG_END, ret);
		if (!has_successor(file))
			return LOG_NONE;
		/* Its writer may have added lines between our last look and the rotation. */
		if (buffer_fill(file) > 0)
			continue;
		enum log_line rest = rest_take(file, LOG_NONE, ret);
		if (!successor_open(file)) {
			file->start -= ret->size;
			return LOG_NONE;
		}
		if (rest == LOG_LINE)
			return rest;
	}
}
