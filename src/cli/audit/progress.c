/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/audit/progress.h"

#include "base/clock.h"

#include <unistd.h>

#define EVERY_US 200000
#define SILENT_US 1000000 /* what is over sooner needs no line */

void progress_start(struct progress *progress, const struct cli *cli)
{
	FILE *to = cli_err(cli);
	int fd = fileno(to);
	*progress = (struct progress){.start_us = clock_monotonic_us()};
	if (fd >= 0 && isatty(fd) && !cli_is_quiet(cli))
		progress->to = to;
}

void progress_tell(struct progress *progress, size_t done, size_t all, size_t asked)
{
	uint64_t now_us = clock_monotonic_us(), since_us = now_us - progress->start_us;
	if (progress->to == NULL || since_us < SILENT_US || now_us - progress->shown_us < EVERY_US)
		return;
	progress->shown_us = now_us;
	progress->is_shown = true;
	fprintf(progress->to, "\r%zu of %zu zone%s, %zu questions, %.0f a second\033[K", done, all, all == 1 ? "" : "s",
		asked, (double)asked * 1e6 / (double)since_us);
	fflush(progress->to);
}

void progress_end(struct progress *progress)
{
	if (!progress->is_shown)
		return;
	fputs("\r\033[K", progress->to);
	fflush(progress->to);
}
