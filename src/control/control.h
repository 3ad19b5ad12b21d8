/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The control socket: a Unix stream socket in run-dir, mode 0600, one JSON object a line each way.
 * Request {"command":"status",...}; reply {"ok":true,...} or {"ok":false,"error":"text"}.
 * Never on the answer path: served by the daemon's main loop.
 */
#ifndef CONTROL_CONTROL_H
/*
 * Requests:
 *   {"command":"status"}              {"ok":true, what `sextant status --json` prints}
 *   {"command":"reload"} {"ok":bool,"config":"loaded"|"unchanged"|"failed","error":text,"zones":[{"zone","service",
 *   {"command":"reload","zone":key}    "result","old_serial","new_serial","records","message"}]}; what does not apply
 * is absent
 *   {"command":"stop"}                {"ok":true,"pid":n}; it ends soon after
 */
#define CONTROL_CONTROL_H

#include "base/err.h"

#include <jansson.h>
#include <stdbool.h>
#include <uv.h>

#define CONTROL_LINE_MAX 65536 /* octets of a request */

/* Handles one request; returns a new reply object (owned by the caller). */
typedef json_t *control_handler(void *owner, const json_t *request);

struct control_server;
/* Listens on path. A stale socket is replaced; a live one: -EADDRINUSE. */
int control_server_start(uv_loop_t *loop, const char *path, control_handler *handler, void *owner,
			 struct control_server **ret) MUST_USE;
/*
 * Removes the socket and closes the handles; replies that are on their way (to the "stop" whose handler calls this,
 * too) are sent first, for at most a second. Freed once the loop has closed them all.
 */
void control_server_stop(struct control_server *server);

/* One request from a command: blocking, with a limit. -errno (ENOENT, ECONNREFUSED: no daemon), ERR_SYNTAX. */
int control_call(const char *path, const json_t *request, unsigned timeout_ms, json_t **ret_reply) MUST_USE;

#endif
