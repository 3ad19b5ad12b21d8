/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What `watch:` of the configuration asks for, running: a watcher for each set of names, the audits of delegations.
 * Owned: watching_new/watching_free by the daemon; a reload makes another one. Main thread, but for the state.
 * Never decides what a failure is: src/watch does, and what it finds goes to the observer and to the log.
 */
#ifndef DAEMON_OBSERVE_WATCHING_H
#define DAEMON_OBSERVE_WATCHING_H

#include "daemon/observe/log_place.h"
#include "daemon/observe/observation.h"
#include "daemon/settings.h"

struct watching_options {
	struct settings *settings;       /* held as long as it runs */
	struct observation *observation; /* outlives it; NULL: signals are off */
	struct log *log;
	const struct log_place *lines_to; /* probes that the configuration wants in the query log */
};

struct watching;

/* *ret NULL: there is nothing to watch. */
int watching_new(const struct watching_options *options, struct watching **ret) MUST_USE;
void watching_stop(struct watching *watching); /* returns at once; NULL is fine */
void watching_free(struct watching *watching); /* waits for its threads; NULL is fine */
/* Would it do the same under the configuration? Then it goes on, and knows since when something fails. watching NULL:
 * no. */
bool watching_fits(const struct watching *watching, const struct config *config);
/* Of each audited zone: servers that answer over each family, verdict, age of the audit, findings; an array. */
json_t *watching_delegations(const struct watching *watching);
/* {"sets":[...], "delegations":[...]}; NULL: nothing is watched. */
json_t *watching_state(const struct watching *watching);

#endif
