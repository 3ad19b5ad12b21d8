/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What reading and writing a journal's file have in common.
 * Stateless.
 * Never used outside daemon/transfer/journal_file*.
 */
#ifndef DAEMON_TRANSFER_JOURNAL_FILE_INSIDE_H
#define DAEMON_TRANSFER_JOURNAL_FILE_INSIDE_H

#include "daemon/transfer/journal_file.h"

#include <fcntl.h>

/* -errno. */
int journal_file_open(const struct journal_place *place, int flags, int *ret_fd) MUST_USE;

#endif
