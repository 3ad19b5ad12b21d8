/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/launch.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/prctl.h>
#include <unistd.h>

static int file_add(posix_spawn_file_actions_t *actions, int target, int fd, int flags)
{
	return fd >= 0 ? posix_spawn_file_actions_adddup2(actions, fd, target)
	               : posix_spawn_file_actions_addopen(actions, target, "/dev/null", flags, 0);
}

static int files_set(posix_spawn_file_actions_t *actions, const struct launch_options *options)
{
	int rc = file_add(actions, STDIN_FILENO, options->input, O_RDONLY);
	if (rc == 0)
		rc = file_add(actions, STDOUT_FILENO, options->output, O_WRONLY);
	if (rc == 0)
		rc = file_add(actions, STDERR_FILENO, -1, O_WRONLY);
	if (rc == 0)
		rc = posix_spawn_file_actions_addclosefrom_np(actions, STDERR_FILENO + 1);
	if (rc == 0 && options->folder != NULL)
		rc = posix_spawn_file_actions_addchdir_np(actions, options->folder);
	return rc;
}

static int attributes_set(posix_spawnattr_t *attributes)
{
	sigset_t none, all;
	sigemptyset(&none);
	sigfillset(&all);
	posix_spawnattr_setsigmask(attributes, &none);
	posix_spawnattr_setsigdefault(attributes, &all);
	posix_spawnattr_setpgroup(attributes, 0);
	return posix_spawnattr_setflags(attributes,
	                                POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
}

int launch_program(const struct launch_options *options, pid_t *ret)
{
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	int rc = posix_spawn_file_actions_init(&actions);
	if (rc != 0)
		return -rc;
	rc = posix_spawnattr_init(&attributes);
	if (rc != 0) {
		posix_spawn_file_actions_destroy(&actions);
		return -rc;
	}
	rc = files_set(&actions, options);
	if (rc == 0)
		rc = attributes_set(&attributes);
	/* systemd gives the right to bind ports below 1024 as an ambient capability, which every program would inherit. */
	(void)prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0L, 0L, 0L);
	if (rc == 0)
		rc = posix_spawn(ret, options->path, &actions, &attributes, options->arguments, options->environment);
	posix_spawnattr_destroy(&attributes);
	posix_spawn_file_actions_destroy(&actions);
	return -rc;
}
