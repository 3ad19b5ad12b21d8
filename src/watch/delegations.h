/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Audits of delegations, again and again: a thread that runs `sextant audit` for one zone after the other, in a process
 * of its own with limits, and keeps what each said last.
 * Owned: delegations_new/delegations_free, in one thread; delegations_state from any.
 * Never touches what answers queries: an audit that hangs, crashes or grows is a line in the log.
 */
#ifndef WATCH_DELEGATIONS_H
#define WATCH_DELEGATIONS_H

#include "base/log.h"
#include "watch/audited.h"

struct delegations_zone {
	struct name name;
	uint32_t every_ms;
	bool is_quick; /* sextant audit --quick */
	enum audited_require require;
};

struct delegations_options {
	const struct delegations_zone *zones; /* outlive it, as all below */
	size_t zone_count;
	const char *program; /* path of sextant */
	const char *hints_path, *anchor_path;
	struct log *log;
	void *owner;
	/* One for each zone and family that was seen, after each audit, in the thread. */
	void (*event)(void *owner, const struct event *event);
};

struct delegations;

int delegations_new(const struct delegations_options *options, struct delegations **ret) MUST_USE;
void delegations_stop(struct delegations *delegations); /* returns at once */
void delegations_free(struct delegations *delegations); /* waits for the thread, a tenth of a second; NULL is fine */
/* An array: the matrix of zones and families. */
json_t *delegations_state(struct delegations *delegations);

#endif
