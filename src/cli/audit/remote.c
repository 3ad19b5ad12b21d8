/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/audit/remote.h"

#include "base/clock.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define TIMEOUT_MS 3000
#define QUESTIONS_DEEP 50 /* time-outs one after the other, at the worst */
#define ZONE_MS 500
#define BOOK_MOST ((size_t)1 << 30)
#define ERROR_SHOWN 2000
#define POLL_MS 10

struct remote {
	const char *host;
	pid_t pid; /* 0: it was waited for */
	int in, out, err;
	uint64_t ends_us;
};

/* --- What is run --- */

/* In single quotes a shell takes all but the quote itself as it stands (POSIX.1-2017 2.2.2). */
static void word_add(struct text *command, const char *word)
{
	text_add(command, command->size > 0 ? " '" : "'");
	for (; *word != '\0'; word++) {
		if (*word == '\'')
			text_add(command, "'\\''");
		else
			text_add_char(command, *word);
	}
	text_add_char(command, '\'');
}

/* The options that say what is asked, and how; files that they name are the other host's. */
static void options_add(struct cli *cli, struct text *command)
{
	static const char *const with_value[] = {"hints",     "anchor", "ns",      "ds",
						 "validator", "rate",   "timeout", "resolv-conf"};
	static const char *const flags[] = {"quick", "tls", "transfer", "ipv4", "ipv6"};
	for (size_t i = 0; i < sizeof(with_value) / sizeof(with_value[0]); i++) {
		const char *const *values;
		size_t count = cli_values(cli, with_value[i], &values);
		char option[32];
		snprintf(option, sizeof(option), "--%s", with_value[i]);
		for (size_t j = 0; j < count; j++) {
			word_add(command, option);
			word_add(command, values[j]);
		}
	}
	for (size_t i = 0; i < sizeof(flags) / sizeof(flags[0]); i++) {
		char option[32];
		snprintf(option, sizeof(option), "--%s", flags[i]);
		if (cli_flag(cli, flags[i]))
			word_add(command, option);
	}
}

static void command_make(struct audit *audit, struct text *command)
{
	static const char *const words[] = {"sextant", "audit", "--save", "-"};
	const char *const *operands;
	size_t count = cli_operands(audit->cli, &operands);
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		word_add(command, words[i]);
	options_add(audit->cli, command);
	if (cli_flag(audit->cli, "list")) {
		word_add(command, "--list");
		word_add(command, "-");
	}
	word_add(command, "--");
	for (size_t i = 0; i < count; i++)
		word_add(command, operands[i]);
}

/* Names of --list go by standard input: there may be thousands. They come after the operands. */
static bool names_write(const struct audit *audit, int fd)
{
	const char *const *operands;
	struct text names = {0};
	for (size_t i = cli_operands(audit->cli, &operands); i < audit->count; i++) {
		char name[NAME_TEXT_MAX];
		name_to_text(audit->targets[i].zone, name);
		text_addf(&names, "%s\n", name);
	}
	bool is_written = !names.is_failed && write(fd, text_string(&names), names.size) == (ssize_t)names.size &&
			  lseek(fd, 0, SEEK_SET) == 0;
	text_free(&names);
	return is_written;
}

/* Never returns. */
static void child_run(const struct remote *remote, const char *command)
{
	const struct rlimit most = {BOOK_MOST, BOOK_MOST};
	if (setrlimit(RLIMIT_FSIZE, &most) == 0 && dup2(remote->in, STDIN_FILENO) >= 0 &&
	    dup2(remote->out, STDOUT_FILENO) >= 0 && dup2(remote->err, STDERR_FILENO) >= 0)
		execlp("ssh", "ssh", "-o", "BatchMode=yes", "--", remote->host, command, (char *)NULL);
	dprintf(STDERR_FILENO, "ssh: %s\n", strerror(errno));
	_exit(127);
}

int remote_start(struct audit *audit, const char *host, struct remote **ret)
{
	struct text command = {0};
	if (host[0] == '\0' || host[0] == '-')
		return cli_usage_error(audit->cli, "--vantage ssh:%s: write ssh:HOST or ssh:USER@HOST", host);
	struct remote *remote = calloc(1, sizeof(*remote));
	if (remote == NULL)
		return EXIT_INTERNAL;
	remote->host = host;
	remote->in = memfd_create("names", MFD_CLOEXEC);
	remote->out = memfd_create("book", MFD_CLOEXEC);
	remote->err = memfd_create("errors", MFD_CLOEXEC);
	unsigned timeout_ms = cli_timeout_ms(audit->cli, TIMEOUT_MS);
	remote->ends_us =
		clock_monotonic_us() + (QUESTIONS_DEEP * (uint64_t)timeout_ms + ZONE_MS * audit->count) * 1000;
	command_make(audit, &command);
	bool is_ready = remote->in >= 0 && remote->out >= 0 && remote->err >= 0 && !command.is_failed &&
			names_write(audit, remote->in);
	remote->pid = is_ready ? fork() : -1;
	if (remote->pid == 0)
		child_run(remote, command.data);
	text_free(&command);
	*ret = remote;
	return remote->pid > 0 ? EXIT_OK : EXIT_INTERNAL;
}

/* --- What comes back --- */

static int file_take(int fd, size_t most, struct text *ret)
{
	char buffer[65536];
	ssize_t got;
	if (lseek(fd, 0, SEEK_SET) != 0)
		return -errno;
	while (ret->size < most && (got = read(fd, buffer, sizeof(buffer))) > 0)
		text_add_size(ret, buffer, (size_t)got);
	return ret->is_failed ? -ENOMEM : ERR_OK;
}

/* The exit status; -1: it took too long. */
static int process_wait(struct remote *remote)
{
	const struct timespec pause = {.tv_nsec = POLL_MS * 1000000};
	int status = 0;
	while (waitpid(remote->pid, &status, WNOHANG) == 0) {
		if (clock_monotonic_us() > remote->ends_us)
			return -1;
		nanosleep(&pause, NULL);
	}
	remote->pid = 0;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static int failure_tell(struct audit *audit, struct remote *remote, int status)
{
	struct text errors = {0}, shown = {0};
	if (file_take(remote->err, ERROR_SHOWN, &errors) == ERR_OK)
		text_add_clean(&shown, text_string(&errors), errors.size < ERROR_SHOWN ? errors.size : ERROR_SHOWN);
	if (status < 0)
		cli_usage_error(audit->cli,
				"--vantage ssh:%s: nothing came in time; a longer --timeout gives it more: %s",
				remote->host, text_string(&shown));
	else
		cli_usage_error(audit->cli, "--vantage ssh:%s: `sextant audit` over there ended with %d: %s",
				remote->host, status, text_string(&shown));
	text_free(&errors);
	text_free(&shown);
	return EXIT_UNDETERMINED;
}

int remote_collect(struct audit *audit, struct remote *remote, struct audit_book *ret)
{
	struct text text = {0};
	int status = process_wait(remote);
	if (status != 0)
		return failure_tell(audit, remote, status);
	int err = file_take(remote->out, BOOK_MOST, &text);
	int code = err == ERR_OK ? audit_book_take(audit, remote->host, &text, ret) : EXIT_INTERNAL;
	if (code == EXIT_OK)
		ret->label = remote->host;
	text_free(&text);
	return code;
}

void remote_free(struct remote *remote)
{
	if (remote == NULL)
		return;
	if (remote->pid > 0) {
		kill(remote->pid, SIGTERM);
		waitpid(remote->pid, NULL, 0);
	}
	const int files[] = {remote->in, remote->out, remote->err};
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		if (files[i] >= 0)
			close(files[i]);
	}
	free(remote);
}
