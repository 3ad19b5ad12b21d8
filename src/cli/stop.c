/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/daemon_call.h"

#include <poll.h>
#include <sys/syscall.h>
#include <unistd.h>

#define STOP_TIMEOUT_MS 5000

/* The reply says that the end has begun; scripts want to know when it is over. A process that ended is readable, also
 * when its parent has not looked yet; one that is not there any more cannot be opened. */
static int wait_for_end(struct cli *cli, const json_t *reply)
{
	json_int_t pid = json_integer_value(json_object_get(reply, "pid"));
	int fd = pid > 0 ? (int)syscall(SYS_pidfd_open, (pid_t)pid, 0) : -1;
	if (fd < 0)
		return EXIT_OK;
	struct pollfd poll_fd = {.fd = fd, .events = POLLIN};
	int ended = poll(&poll_fd, 1, (int)cli_timeout_ms(cli, STOP_TIMEOUT_MS));
	close(fd);
	if (ended == 1)
		return EXIT_OK;
	cli_usage_error(cli, "process %" JSON_INTEGER_FORMAT " has not ended yet", pid);
	return EXIT_UNDETERMINED;
}

static int run_stop(struct cli *cli)
{
	const char *const *operands;
	if (cli_operands(cli, &operands) > 0)
		return cli_usage_error(cli, "stop takes no operand");
	json_t *request = json_pack("{s:s}", "command", "stop");
	json_t *reply = NULL;
	int code = daemon_call(cli, request, STOP_TIMEOUT_MS, &reply);
	if (code == EXIT_OK)
		code = wait_for_end(cli, reply);
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
	.description = "The daemon answers what it has received, closes its sockets and ends within 5 seconds with "
		       "exit code 0. "
		       "The command returns when it has ended. SIGTERM does the same.",
	.run = run_stop,
};
