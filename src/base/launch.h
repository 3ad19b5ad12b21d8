/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Starts a program beside the daemon: with nothing of ours but what it is given.
 * The process is the caller's to wait for.
 * Never hands on descriptors, blocked or ignored signals, or capabilities that the daemon has for its ports.
 */
#ifndef BASE_LAUNCH_H
#define BASE_LAUNCH_H

#include "base/err.h"

#include <sys/types.h>

struct launch_options {
	const char *path;
	char *const *arguments;   /* the first is its name; NULL at the end */
	char *const *environment; /* NULL at the end */
	int input, output;        /* descriptors for its first two; -1: /dev/null. Its errors go there too */
	const char *folder;       /* that it starts in; NULL: ours */
};

/* In a process group of its own, so that whatever it starts can be ended with it. -errno. The calling thread has no
 * ambient capabilities afterwards. */
int launch_program(const struct launch_options *options, pid_t *ret) MUST_USE;

#endif
