/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How far an audit has come, on one line of a terminal that is written again and again.
 * A value; progress_end takes the line away.
 * Never writes where stderr is no terminal, or with -q.
 */
#ifndef CLI_AUDIT_PROGRESS_H
#define CLI_AUDIT_PROGRESS_H

#include "cli/cli.h"

struct progress {
	FILE *to; /* NULL: nothing is shown */
	uint64_t start_us, shown_us;
	bool is_shown;
};

void progress_start(struct progress *progress, const struct cli *cli);
void progress_tell(struct progress *progress, size_t done, size_t all, size_t asked);
void progress_end(struct progress *progress);

#endif
