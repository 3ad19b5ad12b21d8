/* SPDX-License-Identifier: BSD-2-Clause */
#include "watch/child.h"

#include "base/clock.h"
#include "base/launch.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#define NICE 15
#define LOOK_MS 100
#define ENDING_LOOK_MS 5
#define SECOND_US 1000000ull

extern char **environ;

struct child {
	const struct child_options *options;
	pid_t pid;
	int fd; /* its standard output */
	uint64_t ends_us;
	struct text *out;
};

const char *child_end_text(enum child_end end)
{
	static const char *const texts[CHILD_END_COUNT] = {[CHILD_DONE] = "came to its end",
							   [CHILD_LATE] = "took too long and was killed",
							   [CHILD_LARGE] = "took too much memory and was killed",
							   [CHILD_TALKATIVE] = "wrote too much and was killed",
							   [CHILD_KILLED] = "died of a signal",
							   [CHILD_STOPPED] = "was stopped"};
	return texts[end];
}

bool child_beside(const char *program, const char *name, char *ret_path, size_t size)
{
	static const char *const ways[] = {"", "../bin/"}; /* as it was built; as it is installed: sbin and bin */
	const char *slash = strrchr(program, '/');
	for (size_t i = 0; slash != NULL && i < sizeof(ways) / sizeof(*ways); i++) {
		int written = snprintf(ret_path, size, "%.*s%s%s", (int)(slash + 1 - program), program, ways[i], name);
		if (written > 0 && (size_t)written < size && access(ret_path, X_OK) == 0)
			return true;
	}
	return false;
}

bool child_program(const char *name, char *ret_path, size_t size)
{
	char own[4096];
	ssize_t got = readlink("/proc/self/exe", own, sizeof(own) - 1);
	if (got <= 0)
		return false;
	own[got] = '\0';
	return child_beside(own, name, ret_path, size);
}

/* --- Its start --- */

static int child_spawn(struct child *child, int write_fd)
{
	const struct launch_options options = {.path = child->options->words[0],
					      .arguments = (char *const *)(uintptr_t)child->options->words,
					      .environment = environ,
					      .input = -1,
					      .output = write_fd};
	return launch_program(&options, &child->pid);
}

static void child_limit(const struct child *child)
{
	const struct rlimit processor = {.rlim_cur = child->options->seconds / 2 + 1,
					 .rlim_max = child->options->seconds / 2 + 2};
	const struct rlimit core = {0, 0};
	(void)setpriority(PRIO_PROCESS, (id_t)child->pid, NICE);
	(void)prlimit(child->pid, RLIMIT_CPU, &processor, NULL);
	(void)prlimit(child->pid, RLIMIT_CORE, &core, NULL);
}

static int child_start(struct child *child)
{
	int fds[2];
	if (pipe2(fds, O_CLOEXEC) != 0)
		return -errno;
	int rc = child_spawn(child, fds[1]);
	close(fds[1]);
	if (rc != ERR_OK) {
		close(fds[0]);
		return rc;
	}
	child->fd = fds[0];
	child->ends_us = clock_monotonic_us() + child->options->seconds * SECOND_US;
	child_limit(child);
	return ERR_OK;
}

/* --- While it runs --- */

/* Address space says little (a sanitizer maps terabytes); what it really holds is what others lack. */
static size_t resident(pid_t pid)
{
	char path[64];
	unsigned long whole, pages = 0;
	snprintf(path, sizeof(path), "/proc/%d/statm", (int)pid);
	FILE *file = fopen(path, "re");
	if (file == NULL)
		return 0;
	if (fscanf(file, "%lu %lu", &whole, &pages) != 2)
		pages = 0;
	fclose(file);
	return pages * (size_t)sysconf(_SC_PAGESIZE);
}

/* False: there is no more. */
static bool output_take(struct child *child)
{
	char buffer[16384];
	ssize_t got = read(child->fd, buffer, sizeof(buffer));
	if (got > 0)
		text_add_size(child->out, buffer, (size_t)got);
	return got > 0 || (got < 0 && errno == EINTR);
}

/* It stays to be waited for. */
static bool has_ended(pid_t pid)
{
	siginfo_t info = {0};
	return waitid(P_PID, (id_t)pid, &info, WEXITED | WNOHANG | WNOWAIT) != 0 || info.si_pid == pid;
}

/* It has closed its output, which is not yet its end. */
static enum child_end end_await(const struct child *child)
{
	const struct child_options *options = child->options;
	while (!has_ended(child->pid)) {
		if (options->is_stopped != NULL && atomic_load(options->is_stopped))
			return CHILD_STOPPED;
		if (clock_monotonic_us() >= child->ends_us)
			return CHILD_LATE;
		poll(NULL, 0, ENDING_LOOK_MS);
	}
	return CHILD_DONE;
}

static enum child_end child_attend(struct child *child)
{
	const struct child_options *options = child->options;
	for (;;) {
		struct pollfd poll_fd = {.fd = child->fd, .events = POLLIN};
		int ready = poll(&poll_fd, 1, LOOK_MS);
		if (ready > 0 && !output_take(child))
			return end_await(child);
		if (options->is_stopped != NULL && atomic_load(options->is_stopped))
			return CHILD_STOPPED;
		if (child->out->size > options->output || child->out->is_failed)
			return CHILD_TALKATIVE;
		if (clock_monotonic_us() >= child->ends_us)
			return CHILD_LATE;
		if (ready == 0 && resident(child->pid) > options->memory)
			return CHILD_LARGE;
	}
}

/* It has ended, or is not wanted any more. */
static enum child_end child_collect(struct child *child, enum child_end end, int *ret_code)
{
	int status = 0;
	if (end != CHILD_DONE)
		kill(-child->pid, SIGKILL);
	while (waitpid(child->pid, &status, 0) < 0 && errno == EINTR)
		;
	*ret_code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
	return end == CHILD_DONE && !WIFEXITED(status) ? CHILD_KILLED : end;
}

int child_run(const struct child_options *options, struct text *out, enum child_end *ret_end, int *ret_code)
{
	struct child child = {.options = options, .out = out};
	int rc = child_start(&child);
	if (rc != ERR_OK)
		return rc;
	*ret_end = child_collect(&child, child_attend(&child), ret_code);
	close(child.fd);
	return ERR_OK;
}
