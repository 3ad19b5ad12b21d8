/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The history of a zone: the differences that led to the version it belongs to, the oldest first (RFC 1995 5).
 * Immutable and counted, as zones are: zone_history_hold, zone_history_free; differences are shared between histories.
 * Never holds more octets than its zone: who is further behind is better off with the zone whole.
 */
#ifndef TRANSFER_ZONE_HISTORY_H
#define TRANSFER_ZONE_HISTORY_H

#include "zone/difference.h"

/* Versions that are kept at most; a receiver must take that many in one answer (transfer/receive). */
#define ZONE_HISTORY_MOST 1024
/* Differences of up to so many records are netted out when somebody asks: about a millisecond of a worker's time. */
#define ZONE_HISTORY_CONDENSED_MOST 8192

struct zone_history;

/* Without differences: it begins with this version. Walks the zone once. -ENOMEM. */
int zone_history_new(const struct zone *zone, struct zone_history **ret) MUST_USE;
/*
 * Likewise, in place of that history: the data changed and the serial did not, or it went back. Secondaries may have
 * other data of each serial up to the one that was reached, so from none of those a difference is kept later on: the
 * history has a doubt until a serial behind them.
 */
int zone_history_new_after(const struct zone *zone, const struct zone_history *before,
			   struct zone_history **ret) MUST_USE;
/* The same by hand, before others see the history: the doubt that a file tells of. Nothing when it is behind it. */
void zone_history_set_doubt(struct zone_history *history, uint32_t until);
bool zone_history_doubt(const struct zone_history *history, uint32_t *ret_until);
/*
 * That history with one more difference, which is taken over in any case. The oldest go where the budget wants it; a
 * difference larger than the zone, or one that begins in doubt, leaves none. ERR_MISMATCH: it does not begin with the
 * history's serial; ERR_RANGE: it goes back (RFC 1982); -ENOMEM.
 */
int zone_history_append(const struct zone_history *before, struct difference *difference,
			struct zone_history **ret) MUST_USE;
/*
 * The history of a zone whose differences, the oldest first, were kept elsewhere; they are taken over in any case, and
 * those that the budget has no room for go. ERR_MISMATCH: they do not lead from serial to serial up to the zone's.
 */
int zone_history_restore(const struct zone *zone, struct difference **differences, size_t count,
			 struct zone_history **ret) MUST_USE;
const struct zone_history *zone_history_hold(const struct zone_history *history);
void zone_history_free(const struct zone_history *history); /* lets go; NULL is fine */

uint32_t zone_history_serial(const struct zone_history *history); /* of the newest version */
size_t zone_history_count(const struct zone_history *history);
const struct difference *zone_history_at(const struct zone_history *history, size_t index); /* 0: the oldest */
size_t zone_history_octets(const struct zone_history *history);                             /* of all differences */
size_t zone_history_zone_octets(const struct zone_history *history); /* of the newest version, uncompressed */
/* The version that the difference of that index begins with; index = count: the newest. The digest is the sum of its
 * records' digests (transfer/record_set): two versions of one serial with other data are told apart by it. */
uint32_t zone_history_serial_at(const struct zone_history *history, size_t index);
uint64_t zone_history_digest_at(const struct zone_history *history, size_t index);

enum zone_history_answer {
	ZONE_HISTORY_CURRENT,     /* the client has the newest version, or one that is newer still */
	ZONE_HISTORY_DIFFERENCES, /* these lead from its version to the newest */
	ZONE_HISTORY_UNKNOWN      /* its version is not known here, or all since would be larger than the zone */
};

struct zone_history_part {
	const struct difference *const *differences; /* the history's */
	size_t count;
	struct difference *condensed; /* owned: one for all of them (RFC 1995 5); NULL: they go as they are */
};

/* What takes a client from its version to the newest. When condensing finds no memory they stay as they were. */
enum zone_history_answer zone_history_since(const struct zone_history *history, uint32_t serial,
					    struct zone_history_part *ret);
static inline const struct difference *const *zone_history_part_sent(const struct zone_history_part *part,
								     size_t *ret_count)
{
	*ret_count = part->condensed != NULL ? 1 : part->count;
	return part->condensed != NULL ? (const struct difference *const *)&part->condensed : part->differences;
}
void zone_history_part_free(struct zone_history_part *part);

/* One difference that does what several do, each going on where the one before ended. ERR_MISMATCH: one removes what
 * another had removed, or adds what is there; -ENOMEM. */
int difference_condense(const struct difference *const *differences, size_t count, struct difference **ret) MUST_USE;

#endif
