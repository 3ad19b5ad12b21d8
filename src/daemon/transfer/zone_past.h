/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What led to the version of a zone that a load made: its history goes on from the version before, or from the journal.
 * Stateless; runs in the thread that loads, where a difference may take as long as the load did.
 * Never lets a history tell what secondaries may not have: where the serial did not go forward it starts anew.
 */
#ifndef DAEMON_TRANSFER_ZONE_PAST_H
#define DAEMON_TRANSFER_ZONE_PAST_H

#include "base/log.h"
#include "config/config.h"
#include "transfer/zone_history.h"

enum zone_past_kind {
	ZONE_PAST_NONE,        /* nobody may take the zone: no history is kept */
	ZONE_PAST_BEGUN,       /* there is no version before */
	ZONE_PAST_SAME,        /* the same data as before */
	ZONE_PAST_ADDED,       /* one more difference */
	ZONE_PAST_LARGE,       /* it is larger than the zone */
	ZONE_PAST_DOUBTED,     /* the version before has a serial that secondaries may have other data of */
	ZONE_PAST_READ,        /* from the journal */
	ZONE_PAST_UNSEEN,      /* the journal ends with an older version */
	ZONE_PAST_SERIAL_KEPT, /* other data, the same serial */
	ZONE_PAST_SERIAL_BACK,
	ZONE_PAST_UNREADABLE /* the journal */
};

struct zone_past {
	enum zone_past_kind kind;
	uint32_t serial;       /* of the version before */
	size_t removed, added; /* records, the SOA not counted; of a change that was seen */
	uint64_t cut_octets;   /* of the journal: they were not whole */
	int error;             /* of the journal */
};

/* Is there a service that gives the zone to somebody? */
bool zone_past_is_wanted(const struct config *config, const struct config_zone *zone);
/*
 * before, before_history: what was served so far; NULL: nothing, which is the start, or no history yet. *ret_history:
 * NULL when none is wanted, or there is no memory for it: then secondaries get the zone whole.
 */
void zone_past_make(const struct config *config, const struct config_zone *zone, const struct zone *before,
		    const struct zone_history *before_history, const struct zone *fresh, struct zone_past *ret,
		    struct zone_history **ret_history);

/* What secondaries will not see, and how to mend it, one sentence; false: there is nothing to mend. */
bool zone_past_warning(const struct zone_past *past, const struct config_zone *zone, uint32_t serial, char *text,
		       size_t size);
/* A line where something is worth one. */
void zone_past_log(const struct zone_past *past, const struct config_zone *zone, uint32_t serial, struct log *log);

#endif
