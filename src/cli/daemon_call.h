/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Asking the running daemon: finds its control socket, sends one request, explains what went wrong.
 * Stateless.
 * Never takes silence for success: no daemon is EXIT_UNDETERMINED.
 */
#ifndef CLI_DAEMON_CALL_H
#define CLI_DAEMON_CALL_H

#include "cli/cli.h"

#include <jansson.h>

/*
 * One request; --timeout, else default_ms. EXIT_OK: *ret_reply is a reply with "ok" true, to be released with
 * json_decref. Else nothing is returned, the reason is printed, and the code is the command's exit code.
 */
int daemon_call(struct cli *cli, const json_t *request, unsigned default_ms, json_t **ret_reply) MUST_USE;

/* The same, but a reply with "ok" false is returned, too. */
int daemon_call_any(struct cli *cli, const json_t *request, unsigned default_ms, json_t **ret_reply) MUST_USE;

/* The reply as the command's JSON document: its members behind "schema", without "ok". */
void daemon_reply_print(struct cli *cli, const char *schema, const json_t *reply);

#endif
