/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * `sextant signals` on the screen: a report (observe/report.h) of logs or of the daemon as text, or as its JSON document.
 * Stateless; reports are borrowed.
 * Never asks where a report comes from: what is in it is shown.
 */
#ifndef CLI_SIGNALS_SHOW_H
#define CLI_SIGNALS_SHOW_H

#include "cli/signals/alerts.h"

#include <jansson.h>

/* Without signals that were over before since: "2026-11-22T03:26:00.000000Z", NULL: all. */
void signals_narrow(json_t *report, const char *since);

struct signals_page {
	const json_t *report;
	const char *head;        /* what the report is of, a line of text */
	const char *source;      /* what told it: "these lines" */
	const char *advice;      /* how that tells more, commands; NULL: nothing does */
	const struct told *told; /* alerts, NULL: none are asked for */
	bool is_repeated;        /* JSON on one line */
};
/* EXIT_FOUND when there are signals or alerts, EXIT_UNDETERMINED when no event could be judged. */
int signals_show(struct cli *cli, const struct signals_page *page);

#endif
