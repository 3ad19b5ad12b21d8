/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The lines of one log file, or of standard input, as they are there, and as they are added; over rotation and
 * truncation. Owned: log_file_open/log_file_close. A line is borrowed until the next is asked for. Never waits, but for
 * standard input when it is not followed; never holds more than one buffer, whatever a line's length.
 */
#ifndef CLI_TAIL_LOG_FILE_H
#define CLI_TAIL_LOG_FILE_H

#include "base/err.h"
#include "base/span.h"

struct log_file;

enum log_line {
	LOG_LINE,
	LOG_FRAME, /* of a file of Frame Streams, as dnstap is kept: one frame's octets */
	LOG_NONE,  /* nothing more now; followed, there may be later */
	LOG_END    /* nothing more ever */
};

#define LOG_LINE_MAX 65536   /* octets; the rest of a longer line is left out */
#define LOG_FRAME_MAX 131072 /* octets; a larger frame is left out: two messages and their addresses are smaller */

/*
 * path "-": standard input. is_followed: LOG_END is for pipes that were closed only.
 * last_octets: begin so far before the end, with a whole line; 0, and of frames: from the start. -errno.
 */
int log_file_open(const char *path, bool is_followed, size_t last_octets, struct log_file **ret) MUST_USE;
void log_file_close(struct log_file *file); /* NULL is fine */

enum log_line log_file_line(struct log_file *file, struct span *ret);
const char *log_file_path(const struct log_file *file);
/* To be polled for when there is nothing now; -1: a file, to be asked again soon. */
int log_file_descriptor(const struct log_file *file);
unsigned log_file_rotations(const struct log_file *file); /* how often another file took its place */

#endif
