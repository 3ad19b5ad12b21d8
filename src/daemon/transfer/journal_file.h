/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The journal of a zone as a file of its own: node.state-dir/zones/KEY.journal (transfer/zone_journal has the format).
 * Stateless; one thread at a time for each zone. Each call may wait for the disk: never in a worker.
 * Never believes half a frame, never leaves one that is believed: what is not whole is cut off, what cannot be written
 * leaves what was there before.
 */
#ifndef DAEMON_TRANSFER_JOURNAL_FILE_H
#define DAEMON_TRANSFER_JOURNAL_FILE_H

#include "base/text.h"
#include "finding/finding.h"
#include "transfer/zone_history.h"

struct journal_place { /* borrowed */
	const char *state_dir;
	const char *key; /* of the zone in the configuration */
	struct name apex;
};

/* The path; characters other than letters, digits, "-", "_" and "." between them as %XX. */
void journal_file_path(const struct journal_place *place, struct text *out);

struct journal_found {
	struct zone *zone;            /* the newest version, owned; NULL: there is none in the file */
	struct zone_history *history; /* that led to it, owned */
	uint32_t serial;              /* of the version that the file ends with */
	uint64_t confirmed_s;         /* when a primary last confirmed it (journal_file_confirm); seconds since 1970 */
	uint64_t cut_octets;          /* not whole, or damaged, at the end of the file; they have been cut off */
};

/*
 * A secondary's: the zone with its history. What zone_builder_finish says goes to findings. ERR_NOT_FOUND: no file, or
 * nothing whole in it; ERR_UNSUPPORTED: written by another version of Sextant; ERR_MISMATCH: of another zone, or its
 * parts do not fit together; ERR_FINDINGS; -errno. Then take the zone from a primary.
 */
int journal_file_read(const struct journal_place *place, struct finding_list *findings,
		      struct journal_found *ret) MUST_USE;
enum journal_past {
	JOURNAL_PAST_KNOWN,  /* the file ends with just this version */
	JOURNAL_PAST_BEFORE, /* with one before it: the zone file changed while nobody looked */
	JOURNAL_PAST_OTHER,  /* with its serial and other data */
	JOURNAL_PAST_BEHIND  /* with a serial that is behind the zone's: it went back */
};
/*
 * A primary's: what led to the zone, which comes from elsewhere. found->history is never NULL: without differences
 * where the file ends with another version (*ret_past), with a doubt where secondaries may have other data. Errors
 * likewise.
 */
int journal_file_read_past(const struct journal_place *place, const struct zone *zone, enum journal_past *ret_past,
			   struct journal_found *ret) MUST_USE;

/*
 * Makes the file tell this history, and the zone (NULL: a primary, whose zone is in its zone file). Differences that
 * are not in it yet are appended; it is written anew when it is not there, does not lead there, or has grown beyond
 * what its zone is worth. On return it is on the disk. -ENOSPC and other -errno: what was there before is still good,
 * and the next call tries again.
 */
int journal_file_keep(const struct journal_place *place, const struct zone *zone,
		      const struct zone_history *history) MUST_USE;
/* A primary has said that the zone is the newest: the file's time is now_s. */
int journal_file_confirm(const struct journal_place *place, uint64_t now_s) MUST_USE;
/* The zone is gone. */
int journal_file_remove(const struct journal_place *place) MUST_USE;

#endif
