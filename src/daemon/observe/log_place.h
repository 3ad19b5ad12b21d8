/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A place that log lines go to: standard error, a file, journald.
 * Owned: log_place_open/log_place_close by the daemon. The descriptor's number stays the same for its whole life.
 * Never loses a line when a file is rotated: who writes goes on with the same descriptor, in the new file.
 */
#ifndef DAEMON_OBSERVE_LOG_PLACE_H
#define DAEMON_OBSERVE_LOG_PLACE_H

#include "base/journal.h"
#include "config/config.h"

struct log_place {
	int fd;                  /* -1: journald */
	struct journal *journal; /* NULL: fd */
	char *path;              /* of the file, NULL: none */
};

#define LOG_PLACE_STDERR ((struct log_place){.fd = 2})

/* A file that is made is the user's (NULL: ours) from the start: it must be able to open it again. */
int log_place_open(const struct config_log_to *to, const char *user, struct log_place *ret) MUST_USE;
/* A file that was renamed: a new one in its place. -errno: lines go on where they went. */
int log_place_reopen(struct log_place *place) MUST_USE;
void log_place_close(struct log_place *place);
/* A line with its end, in one piece, from any thread. Never waits for the reader: -EAGAIN, and it is lost; else -errno. */
int log_place_write(const struct log_place *place, struct span line) MUST_USE;
const char *log_place_text(const struct log_place *place); /* "journald" */

#endif
