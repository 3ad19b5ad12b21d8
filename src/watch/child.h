/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A program run beside the daemon, within limits, for what it writes to its standard output.
 * A child lives no longer than the call.
 * Never a burden to the caller: a child that takes too long, too much memory or writes too much is killed.
 */
#ifndef WATCH_CHILD_H
#define WATCH_CHILD_H

#include "base/text.h"

#include <stdatomic.h>
#include <stdint.h>

struct child_options {
	const char *const *words;      /* the program's path and its arguments; NULL ends them */
	uint64_t seconds;              /* until it is killed; half of it may be time of the processor */
	size_t memory;                 /* octets that it may hold resident */
	size_t output;                 /* octets that it may write */
	const atomic_bool *is_stopped; /* another thread sets it: the child is killed */
};

enum child_end { CHILD_DONE, CHILD_LATE, CHILD_LARGE, CHILD_TALKATIVE, CHILD_KILLED, CHILD_STOPPED, CHILD_END_COUNT };
const char *child_end_text(enum child_end end); /* a part of a sentence */

/* ret_code: of DONE. -errno: it could not be started. */
int child_run(const struct child_options *options, struct text *out, enum child_end *ret_end, int *ret_code) MUST_USE;
/*
 * Where a program of ours is, seen from the path of another: beside it, or in bin while that is in sbin. False: neither.
 */
bool child_beside(const char *program, const char *name, char *ret_path, size_t size);
/* As seen from the program that runs. */
bool child_program(const char *name, char *ret_path, size_t size);

#endif
