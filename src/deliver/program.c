/* SPDX-License-Identifier: BSD-2-Clause */
#include "deliver/program.h"

#include "base/clock.h"
#include "base/launch.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static int fail(char *ret_why, const char *path, const char *what, int err)
{
	snprintf(ret_why, COURIER_WHY_MAX, "%s: %s: %s", path, what, strerror(err));
	return -err;
}

/* A file in memory: it is there whole, whether or when the program reads it. */
static int message_file(struct span message)
{
	int fd = memfd_create("alert", MFD_CLOEXEC);
	size_t done = 0;
	while (fd >= 0 && done < message.size) {
		ssize_t size = write(fd, message.data + done, message.size - done);
		if (size <= 0) {
			close(fd);
			return -1;
		}
		done += (size_t)size;
	}
	if (fd >= 0)
		lseek(fd, 0, SEEK_SET);
	return fd;
}

/* Standard input is the message; output goes nowhere. */
static int program_start(const char *path, int input, pid_t *ret)
{
	static char *const environment[] = {(char *)(uintptr_t) "PATH=/usr/local/bin:/usr/bin:/bin", NULL};
	char *const arguments[] = {(char *)(uintptr_t)path, NULL};
	const struct launch_options options = {.path = path,
					      .arguments = arguments,
					      .environment = environment,
					      .input = input,
					      .output = -1,
					      .folder = "/"};
	return launch_program(&options, ret);
}

#define LOOK_MS 20 /* where a sandbox forbids pidfd_open */

/* It stays to be waited for, so that its number is nobody else's. */
static bool has_ended(pid_t pid)
{
	siginfo_t info = {0};
	return waitid(P_PID, (id_t)pid, &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid == pid;
}

/* Until it ends or its time is over; false: it was killed. */
static bool program_wait(struct courier *courier, pid_t pid)
{
	int fd = (int)syscall(SYS_pidfd_open, pid, 0);
	uint64_t end_us = clock_monotonic_us() + PROGRAM_TIMEOUT_MS * 1000ull, now_us;
	struct pollfd wait[2] = {{.fd = fd, .events = POLLIN}, {.fd = courier_stop_fd(courier), .events = POLLIN}};
	while (!has_ended(pid) && (now_us = clock_monotonic_us()) < end_us) {
		int left_ms = (int)((end_us - now_us) / 1000) + 1;
		poll(wait, 2, fd >= 0 || left_ms < LOOK_MS ? left_ms : LOOK_MS);
		if (wait[1].revents != 0) {
			uint64_t stop_us = now_us + PROGRAM_STOP_MS * 1000ull;
			end_us = stop_us < end_us ? stop_us : end_us;
			wait[1].fd = -1;
		}
	}
	bool is_over = has_ended(pid);
	if (!is_over)
		kill(pid, SIGKILL);
	kill(-pid, SIGKILL); /* what it left running */
	if (fd >= 0)
		close(fd);
	return is_over;
}

int program_carry(void *owner, struct courier *courier, const struct parcel *parcel, char *ret_why)
{
	const char *path = owner;
	int status, input = message_file(parcel->text);
	pid_t pid;
	if (input < 0)
		return fail(ret_why, path, "no memory for its input", errno);
	int err = program_start(path, input, &pid);
	close(input);
	if (err != ERR_OK)
		return fail(ret_why, path, "it cannot be run", -err);
	bool is_over = program_wait(courier, pid);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (is_over && WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return ERR_OK;
	if (!is_over)
		snprintf(ret_why, COURIER_WHY_MAX, "%s: it did not end in time (%d s) and was killed", path,
			 PROGRAM_TIMEOUT_MS / 1000);
	else if (WIFEXITED(status))
		snprintf(ret_why, COURIER_WHY_MAX, "%s: it ended with exit code %d", path, WEXITSTATUS(status));
	else
		snprintf(ret_why, COURIER_WHY_MAX, "%s: it was ended by signal %d", path, WTERMSIG(status));
	return ERR_MISMATCH;
}
