/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The zones of one configuration as they are loaded: which file gave which zone, and how the last load went.
 * Owned by the main thread; loaded zones are counted and shared between the old state and the new during a reload.
 * Never gives up good data: a file that does not load leaves the zone that served before.
 */
#ifndef DAEMON_ZONE_SLOT_H
#define DAEMON_ZONE_SLOT_H

#include "base/log.h"
#include "config/config.h"
#include "daemon/transfer/zone_past.h"
#include "zone/builder.h"
#include "zone/zone.h"

#include <sys/stat.h>

/* AWAITED: a secondary zone of which there is no copy yet. */
enum zone_result { ZONE_LOADED, ZONE_UNCHANGED, ZONE_FAILED, ZONE_AWAITED };
const char *zone_result_text(enum zone_result result); /* "loaded" */

struct loaded_zone {
	unsigned references; /* the main thread's */
	struct zone *zone;
	struct zone_places *places; /* NULL once the findings are out */
	struct stat file;           /* as it was when it was read */
	uint64_t confirmed_s;       /* a secondary zone: when a primary last had it, as far as known here; else 0 */
	uint64_t signed_until_s;    /* when its first signature expires; 0: it has none */
	struct zone_history *history; /* what led to it; NULL: nobody may take the zone */
	bool is_journaled;          /* the history is on the disk (daemon/transfer/journaling) */
	int journal_error;          /* why it is not; 0: it was not tried yet */
};

void loaded_zone_release(struct loaded_zone *loaded); /* NULL is fine */

struct zone_slot {
	const struct config_zone *config;
	struct loaded_zone *loaded; /* NULL: nothing to serve, questions get SERVFAIL with EDE 14 */
	bool is_expired;            /* a secondary zone that no primary has confirmed for too long: it is not served */
	enum zone_result result;    /* of the last load */
	bool has_old;
	uint32_t old_serial, new_serial;
	uint32_t duration_ms;
	struct zone_past past; /* of the last load: what it made of the history */
	char message[256]; /* why it failed */
	struct finding_list *findings; /* of the last load; NULL once logged */
};

struct zone_slots {
	struct zone_slot *all; /* one for each zone of the configuration, in its order */
	size_t count;
};

struct zone_slots_options {
	const struct config *config;
	const struct zone_slots *old; /* NULL at the start */
	const char *only;             /* the key of the one zone to load anew; NULL: all whose files changed */
	uint64_t now_s;
};

/* Loads what has to be loaded, several at a time. A zone that fails is no error: its slot says so. -ENOMEM. */
int zone_slots_load(const struct zone_slots_options *options, struct zone_slots **ret) MUST_USE;
void zone_slots_free(struct zone_slots *slots);
/* A line for each zone that was not left alone, and its findings, folded. */
void zone_slots_log(struct zone_slots *slots, struct log *log, const char *only);

#endif
