/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Lines to systemd-journald by its native protocol: one datagram a line.
 * Owned: journal_open/journal_free. Thread safe.
 * Never waits longer than it is told to.
 */
#ifndef BASE_JOURNAL_H
#define BASE_JOURNAL_H

#include "base/err.h"
#include "base/span.h"

#define JOURNAL_SOCKET "/run/systemd/journal/socket"

/* RFC 5424 6.2.1, what journald's PRIORITY= is. */
enum journal_priority { JOURNAL_ERROR = 3, JOURNAL_WARNING, JOURNAL_NOTICE, JOURNAL_INFO, JOURNAL_DEBUG };

struct journal;

/* identifier: of journalctl -t; copied, as the path is. -errno: nobody listens there. */
int journal_open(const char *path, const char *identifier, struct journal **ret) MUST_USE;
void journal_free(struct journal *journal); /* NULL is fine */
/* The line without its end. -EAGAIN: journald took nothing for wait_ms; -errno. When it was restarted, once more. */
int journal_send(struct journal *journal, enum journal_priority priority, struct span line, int wait_ms) MUST_USE;

#endif
