/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A zone and its history as the octets of a file, in frames that each know whether they are whole.
 * Writers and readers are owned; octets in and out, no file is touched here.
 * Never believes a frame whose checksum does not fit, or that does not belong where it stands.
 *
 *   file    = HEADER difference* [ZONE* ZONE_END difference*]
 *   difference = REMOVED+ ADDED+ DIFFERENCE_END
 *   frame   = size of the body (4)  kind (4)  serial from (4)  serial to (4)  body  checksum (8)  size again (4)
 *   HEADER  = "sextant journal\n" (16)  version of the format (4)  salt (8)  flags (4)  serial up to which there is
 * doubt (4, zone_history_new_after)  digest (8)  apex ZONE, REMOVED, ADDED = records: owner  type (2)  TTL (4) RDLENGTH
 * (2)  RDATA
 *   *_END   = records (8)  digest (8): of the zone at the serial that the frame leads to (transfer/zone_history)
 *
 * Each difference goes on from the serial before it, and the zone has the serial that the differences before it lead
 * to: those are how it came to be, those behind it change it. The checksum is SipHash-2-4, keyed with the salt and the
 * checksum of the frame before: a frame that lay elsewhere, or in an older file whose blocks came up again, fits
 * nowhere, and who may choose records but does not know the salt cannot make one.
 */
#ifndef TRANSFER_ZONE_JOURNAL_H
#define TRANSFER_ZONE_JOURNAL_H

#include "transfer/zone_history.h"

enum zone_journal_kind {
	ZONE_JOURNAL_HEADER = 1,
	ZONE_JOURNAL_ZONE,
	ZONE_JOURNAL_ZONE_END,
	ZONE_JOURNAL_REMOVED,
	ZONE_JOURNAL_ADDED,
	ZONE_JOURNAL_DIFFERENCE_END
};

#define ZONE_JOURNAL_VERSION 1
#define ZONE_JOURNAL_SALT_SIZE 8
#define ZONE_JOURNAL_BODY_MAX (128u << 10) /* octets: any record fits */
#define ZONE_JOURNAL_HEAD 16               /* octets before the body */
#define ZONE_JOURNAL_TAIL 12               /* and behind it */
#define ZONE_JOURNAL_FRAME_MAX (ZONE_JOURNAL_HEAD + ZONE_JOURNAL_BODY_MAX + ZONE_JOURNAL_TAIL)

struct zone_journal_chain { /* what the next frame's checksum depends on */
	uint8_t salt[ZONE_JOURNAL_SALT_SIZE];
	uint64_t checksum; /* of the frame before; 0: none */
};

struct zone_journal_frame { /* the body is a view */
	enum zone_journal_kind kind;
	uint32_t serial_from, serial_to;
	struct span body;
};

/* --- Writing --- */

/* Takes whole frames. An error ends the writing and is given back. */
typedef int zone_journal_put(void *owner, struct span frame);

struct zone_journal_writer;
/* chain: that of the last frame; {.salt = fresh random octets} for a new file. -ENOMEM. */
int zone_journal_writer_new(struct zone_journal_chain chain, zone_journal_put *put, void *owner,
			    struct zone_journal_writer **ret) MUST_USE;
void zone_journal_writer_free(struct zone_journal_writer *writer);
struct zone_journal_header {
	uint8_t salt[ZONE_JOURNAL_SALT_SIZE]; /* written: the chain's */
	bool has_zone;                        /* a zone is, or will be, in it */
	bool has_doubt;
	uint32_t doubt_until;
	struct name apex; /* a view */
};

/* Each puts all its frames. serial, digest: of the version that the file begins with. */
int zone_journal_put_header(struct zone_journal_writer *writer, const struct zone_journal_header *header,
			    uint32_t serial, uint64_t digest) MUST_USE;
int zone_journal_put_zone(struct zone_journal_writer *writer, const struct zone *zone, uint64_t digest) MUST_USE;
/* digest: of the zone at the version that it leads to. */
int zone_journal_put_difference(struct zone_journal_writer *writer, const struct difference *difference,
				uint64_t digest) MUST_USE;

/* --- Reading --- */

/*
 * The frame at the front of the octets, taken from them; the chain goes on. ERR_TRUNCATED: they end within it;
 * ERR_RANGE: larger than any; ERR_SYNTAX: of no kind; ERR_MISMATCH: its checksum.
 */
int zone_journal_frame_take(struct span *octets, struct zone_journal_chain *chain,
			    struct zone_journal_frame *ret) MUST_USE;
/* The octets that the last frame has, from the last octets of a file. ERR_RANGE, ERR_TRUNCATED. */
int zone_journal_last_size(struct span tail, size_t *ret) MUST_USE;
/* The checksum of a frame from its last ZONE_JOURNAL_TAIL octets. */
uint64_t zone_journal_checksum(struct span tail);

/* ERR_SYNTAX, ERR_UNSUPPORTED: another version of the format. */
int zone_journal_header_read(const struct zone_journal_frame *frame, struct zone_journal_header *ret) MUST_USE;
/* What a frame that ends a part tells of the version that it leads to. ERR_SYNTAX: it ends none. */
int zone_journal_digest(const struct zone_journal_frame *frame, uint64_t *ret) MUST_USE;

struct zone_journal_reader_options {
	struct name apex;
	/* Each may be NULL; an error ends the reading. */
	int (*zone_record)(void *owner, const struct zone_record *record);
	int (*difference)(void *owner, struct difference *difference); /* taken over in any case */
	void *owner;
};

struct zone_journal_reader;
int zone_journal_reader_new(const struct zone_journal_reader_options *options,
			    struct zone_journal_reader **ret) MUST_USE; /* -ENOMEM */
void zone_journal_reader_free(struct zone_journal_reader *reader);      /* NULL is fine */
/*
 * The next frame. ERR_UNSUPPORTED: a file of another format's version; ERR_MISMATCH: of another zone, or a serial,
 * count or SOA that does not go on from what was before; ERR_SYNTAX: a frame or a record that cannot be, or not there;
 * what a function of the options gave. After an error nothing is taken any more.
 */
int zone_journal_reader_take(struct zone_journal_reader *reader, const struct zone_journal_frame *frame) MUST_USE;
/* Nothing is begun: what was taken so far is whole. False before the header. */
bool zone_journal_reader_is_settled(const struct zone_journal_reader *reader);
/* Of the version that the last whole part leads to. */
uint32_t zone_journal_reader_serial(const struct zone_journal_reader *reader);
uint64_t zone_journal_reader_digest(const struct zone_journal_reader *reader);
const struct zone_journal_header *zone_journal_reader_header(const struct zone_journal_reader *reader);
bool zone_journal_reader_has_zone(const struct zone_journal_reader *reader); /* whole */

#endif
