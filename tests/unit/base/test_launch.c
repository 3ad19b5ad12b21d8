/* SPDX-License-Identifier: BSD-2-Clause */
/* What a program that the daemon starts does not get from it. */
#include "base/launch.h"

#include "tests/unit/cmocka_all.h"

#include <errno.h>
#include <linux/capability.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* What the shell says to the script; its standard input is nothing. */
static const char *said(const char *script)
{
	static char text[1024];
	static char *const environment[] = {NULL};
	char *const arguments[] = {(char *)(uintptr_t) "sh", (char *)(uintptr_t) "-c", (char *)(uintptr_t)script, NULL};
	int ends[2], status;
	pid_t pid;
	size_t size = 0;
	ssize_t got;
	assert_int_equal(pipe(ends), 0);
	const struct launch_options options = {.path = "/bin/sh",
	                                      .arguments = arguments,
	                                      .environment = environment,
	                                      .input = -1,
	                                      .output = ends[1],
	                                      .folder = "/"};
	assert_int_equal(launch_program(&options, &pid), ERR_OK);
	close(ends[1]);
	while ((got = read(ends[0], text + size, sizeof(text) - 1 - size)) > 0)
		size += (size_t)got;
	close(ends[0]);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	text[size] = '\0';
	return text;
}

/* As a unit with AmbientCapabilities=CAP_NET_BIND_SERVICE begins. False: this process may not. */
static bool ambient_raise(void)
{
	struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct data[2];
	if (syscall(SYS_capget, &header, data) != 0)
		return false;
	data[0].inheritable |= 1u << CAP_NET_BIND_SERVICE;
	return syscall(SYS_capset, &header, data) == 0 &&
	       prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, (long)CAP_NET_BIND_SERVICE, 0L, 0L) == 0;
}

static void no_ambient_capabilities(void **state)
{
	(void)state;
	if (!ambient_raise())
		skip();
	assert_string_equal(said("grep CapAmb /proc/self/status"), "CapAmb:\t0000000000000000\n");
}

static void nothing_else_of_ours(void **state)
{
	(void)state;
	sigset_t blocked;
	sigfillset(&blocked);
	signal(SIGHUP, SIG_IGN);
	sigprocmask(SIG_SETMASK, &blocked, NULL);
	int kept = dup(1); /* not marked to be closed */
	assert_string_equal(said("grep SigBlk /proc/self/status; sh -c 'kill -HUP $$; echo it lives'; pwd; ls /proc/self/fd | wc -w"),
	                    "SigBlk:\t0000000000000000\n/\n4\n"); /* 0 to 2, and ls's own */
	close(kept);
}

static void what_cannot_be_run(void **state)
{
	(void)state;
	char *const words[] = {(char *)(uintptr_t) "x", NULL};
	pid_t pid;
	const struct launch_options options = {
		.path = "/nonexistent", .arguments = words, .environment = words + 1, .input = -1, .output = -1};
	assert_int_equal(launch_program(&options, &pid), -ENOENT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_ambient_capabilities),
		cmocka_unit_test(nothing_else_of_ours),
		cmocka_unit_test(what_cannot_be_run),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
