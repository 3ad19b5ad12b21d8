/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The journals of the zones that come from files here follow what is served.
 * Owned by the daemon, in main's thread; writing is done in the loop's pool, one job at a time.
 * Never keeps a zone from being served: what cannot be written is told in the log and tried again.
 */
#ifndef DAEMON_TRANSFER_JOURNALING_H
#define DAEMON_TRANSFER_JOURNALING_H

#include "daemon/zone_slot.h"

#include <uv.h>

struct daemon;
struct settings;
struct journal_item;

struct journaling { /* zero at the start */
	bool is_busy;
	bool is_again;     /* something changed meanwhile */
	uint64_t retry_ms; /* of the loop's clock; 0: all is written */
	uv_work_t work;
	struct daemon *daemon;     /* of the job, as what follows is */
	struct settings *settings; /* its texts */
	struct journal_item *items;
	size_t count;
};

/* What is served has changed: writes what is not on the disk yet. */
void journaling_keep(struct daemon *daemon);
/* About once a second: tries again what failed, when it is time. */
void journaling_look(struct daemon *daemon);

#endif
