/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/daemon_call.h"

#define STOP_TIMEOUT_MS 5000

static int run_stop(struct cli *cli)
{
	const char *const *operands;
	if (cli_operands(cli, &operands) > 0)
		return cli_usage_error(cli, "stop takes no operand");
	json_t *request = json_pack("{s:s}", "command", "stop");
	json_t *reply = NULL;
	int code = daemon_call(cli, request, STOP_TIMEOUT_MS, &reply);
	if (code == EXIT_OK && cli_is_json(cli))
		daemon_reply_print(cli, "sextant.stop/1", reply);
	json_decref(request);
	json_decref(reply);
	return code;
}

const struct command command_stop = {
	.name = "stop",
	.summary = "end the running daemon",
	.usage = "",
	.description = "The daemon answers what it has received, closes its sockets and ends within 5 seconds with exit code 0. "
	               "SIGTERM does the same.",
	.run = run_stop,
};
