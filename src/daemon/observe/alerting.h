/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The daemon's alerts: a tap of the observer whose alerts go to the log, a program and a webhook.
 * Owned: alerting_new/alerting_free by the daemon, for one run; what a configuration makes of it is a stage.
 * Never on the answer path; never delays the observing thread: couriers carry.
 */
#ifndef DAEMON_OBSERVE_ALERTING_H
#define DAEMON_OBSERVE_ALERTING_H

#include "config/config.h"
#include "daemon/observe/observation.h"

struct alerting;
struct alerting_stage;

struct alerting_options {
	struct observer *observer; /* NULL: nothing is observed, and there are no alerts */
	const char *node;          /* copied */
	struct log *log;           /* borrowed */
};

int alerting_new(const struct alerting_options *options, struct alerting **ret) MUST_USE;
void alerting_free(struct alerting *alerting); /* NULL is fine; before the observer, the log and the configuration */

/* Everything that can fail; the config is borrowed until another one is set on stage. *ret NULL: it has no alerts. */
int alerting_plan(struct alerting *alerting, const struct config *config, struct alerting_stage **ret) MUST_USE;
void alerting_drop(struct alerting_stage *stage); /* a plan that comes to nothing */
/* From now on. Alerts of signals that hold go on; what waits for delivery is still carried. */
void alerting_commit(struct alerting *alerting, struct alerting_stage *stage);

/* For "status": {"holding":n,"no_room":n,"sinks":{"webhook":{"carried":n,"lost":n}}}; null: there are none. */
json_t *alerting_status(struct alerting *alerting);

#endif
