/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Carries alerts off the node: a line of the log, a program, a webhook; each has a courier of its own.
 * Owned: deliver_new/deliver_free.
 * Never knows what an alert is: it carries texts. Never makes the one who brings them wait.
 */
#ifndef DELIVER_DELIVER_H
#define DELIVER_DELIVER_H

#include "deliver/courier.h"
#include "deliver/webhook.h"

enum deliver_sink { DELIVER_LOG, DELIVER_EXEC, DELIVER_WEBHOOK, DELIVER_SINK_COUNT };
const char *deliver_sink_text(enum deliver_sink sink); /* "webhook" */

struct deliver_options {
	struct log *log;                /* borrowed */
	bool is_logged;                 /* lines go to the log */
	const char *exec;               /* path of the program; NULL: none */
	struct webhook_options webhook; /* url NULL: none */
};

struct deliver;

int deliver_new(const struct deliver_options *options, struct deliver **ret) MUST_USE; /* -errno */
/* What waits is still carried, for COURIER_PARTING_MS. NULL is fine. */
void deliver_free(struct deliver *deliver);

/* Any thread. A sink that is not configured drops it. */
void deliver_push(struct deliver *deliver, enum deliver_sink sink, const struct parcel *parcel);
/* Is there nothing under way to that sink? What only says again what was said is not worth waiting for. */
bool deliver_is_idle(struct deliver *deliver, enum deliver_sink sink);
bool deliver_has(const struct deliver *deliver, enum deliver_sink sink);
struct courier_counts deliver_counts(struct deliver *deliver, enum deliver_sink sink);

#endif
