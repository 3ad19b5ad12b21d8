/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * --diff: this run beside an earlier one, a book of facts or a JSON result; --watch: run after run, until parent and
 * children agree.
 * Borrowed: the audit and what it was judged in.
 * Never asks more often than every few seconds.
 */
#ifndef CLI_AUDIT_COMPARE_H
#define CLI_AUDIT_COMPARE_H

#include "cli/audit/gather.h"

/* Exit codes: --diff: 1 where something got worse, 3 where something could not be seen. */
int audit_diff(struct audit *audit, struct judging *judging);
/* 0: they agree, or the user had enough. */
int audit_watch(struct audit *audit);

#endif
