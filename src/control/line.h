/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One line of the control protocol: a JSON object and a newline.
 * Stateless; objects and texts that are returned belong to the caller.
 * Never takes anything but an object, and a request only with a "command".
 */
#ifndef CONTROL_LINE_H
#define CONTROL_LINE_H

#include "base/err.h"

#include <jansson.h>
#include <stddef.h>

struct sockaddr_un;

/* A request. NULL: *ret_error says why. */
json_t *control_line_read(const char *line, size_t size, const char **ret_error);
/* The object with its newline, malloc'ed. NULL: no memory. */
char *control_line_write(const json_t *object, size_t *ret_size);
/* {"ok":false,"error":why} */
json_t *control_failure(const char *why);
/* -ENAMETOOLONG: a socket's path has at most 107 octets. */
int control_address(const char *path, struct sockaddr_un *ret) MUST_USE;

#endif
