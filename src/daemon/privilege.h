/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the process may do: more open files at the start, another user after binding.
 * Stateless; acts on the process.
 * Never goes on with more rights than asked for: a user that cannot be taken on is an error.
 */
#ifndef DAEMON_PRIVILEGE_H
#define DAEMON_PRIVILEGE_H

#include "base/err.h"

/*
 * Makes the folder, mode 0750, and gives it to the user (NULL: nobody) when we are root. A folder that is there is
 * left as it is. ERR_NOT_FOUND: no such user; -errno.
 */
int privilege_make_folder(const char *path, const char *user) MUST_USE;
/* Likewise a file, mode 0640. */
int privilege_make_file(const char *path, const char *user) MUST_USE;
/* As many open files as the administrator allows: the limit programs start with is far below it. */
void privilege_raise_files(void);
/*
 * Becomes the user, keeping only the right to bind to low ports, which a reload may need. Call it before any thread
 * is started. ERR_NOT_FOUND: no such user; -EPERM and others: not allowed.
 */
int privilege_become(const char *user) MUST_USE;

#endif
