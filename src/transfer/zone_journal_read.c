/* SPDX-License-Identifier: BSD-2-Clause */
/* The frames of a journal in their order: each goes on from the one before, or nothing more is taken. */
#include "transfer/zone_journal_inside.h"

#include "dns/rdata.h"

#include <errno.h>
#include <stdlib.h>

enum stage {
	STAGE_HEADER,
	STAGE_PAST,  /* differences; a zone may come, or not */
	STAGE_ZONE,  /* within it */
	STAGE_AFTER, /* differences that change the zone */
	STAGE_BROKEN
};

struct zone_journal_reader {
	struct zone_journal_reader_options options;
	struct name_buffer apex;
	struct zone_journal_header header;
	enum stage stage;
	uint32_t serial; /* with the digest: of the version that the last whole part leads to */
	uint64_t digest;
	struct difference *difference; /* that has begun */
	uint64_t records;              /* of the zone or the difference that has begun */
	bool has_soa;                  /* the zone's */
	bool has_zone;                 /* whole */
};

int zone_journal_reader_new(const struct zone_journal_reader_options *options, struct zone_journal_reader **ret)
{
	struct zone_journal_reader *reader = calloc(1, sizeof(*reader));
	if (reader == NULL)
		return -ENOMEM;
	reader->options = *options;
	reader->options.apex = name_copy(options->apex, &reader->apex);
	*ret = reader;
	return ERR_OK;
}

void zone_journal_reader_free(struct zone_journal_reader *reader)
{
	if (reader == NULL)
		return;
	difference_free(reader->difference);
	free(reader);
}

bool zone_journal_reader_is_settled(const struct zone_journal_reader *reader)
{
	return (reader->stage == STAGE_PAST || reader->stage == STAGE_AFTER) && reader->difference == NULL;
}

uint32_t zone_journal_reader_serial(const struct zone_journal_reader *reader)
{
	return reader->serial;
}

uint64_t zone_journal_reader_digest(const struct zone_journal_reader *reader)
{
	return reader->digest;
}

const struct zone_journal_header *zone_journal_reader_header(const struct zone_journal_reader *reader)
{
	return &reader->header;
}

bool zone_journal_reader_has_zone(const struct zone_journal_reader *reader)
{
	return reader->has_zone;
}

/* --- Records --- */

static int record_take(const struct zone_journal_reader *reader, struct span *body, struct zone_record *ret)
{
	struct zone_record record;
	uint16_t size;
	if (name_take(body, &record.owner) != ERR_OK || !span_take_u16(body, &record.type) ||
	    !span_take_u32(body, &record.ttl) || !span_take_u16(body, &size) || !span_take(body, size, &record.rdata))
		return ERR_SYNTAX;
	if (!name_is_at_or_below(record.owner, reader->options.apex) || rrtype_is_meta(record.type) ||
	    rdata_check(record.type, record.rdata) != ERR_OK ||
	    (record.type == RR_SOA && !name_equal(record.owner, reader->options.apex)))
		return ERR_SYNTAX;
	*ret = record;
	return ERR_OK;
}

typedef int record_use(struct zone_journal_reader *reader, const struct zone_record *record, enum difference_side side);

static int records_take(struct zone_journal_reader *reader, struct span body, enum difference_side side,
			record_use *use)
{
	struct zone_record record;
	int err = ERR_OK;
	while (err == ERR_OK && body.size > 0) {
		err = record_take(reader, &body, &record);
		if (err == ERR_OK)
			err = use(reader, &record, side);
		reader->records++;
	}
	return err;
}

/* The frame that ends a zone or a difference tells how many records there were. */
static int end_take(struct zone_journal_reader *reader, const struct zone_journal_frame *frame)
{
	uint64_t digest;
	if (zone_journal_digest(frame, &digest) != ERR_OK)
		return ERR_SYNTAX;
	if (journal_load_u64(frame->body.data) != reader->records)
		return ERR_MISMATCH;
	reader->records = 0;
	reader->digest = digest;
	return ERR_OK;
}

/* --- Frames --- */

static int take_header(struct zone_journal_reader *reader, const struct zone_journal_frame *frame)
{
	if (reader->stage != STAGE_HEADER)
		return ERR_SYNTAX;
	int err = zone_journal_header_read(frame, &reader->header);
	if (err == ERR_OK)
		err = zone_journal_digest(frame, &reader->digest);
	reader->stage = STAGE_PAST;
	reader->serial = frame->serial_to;
	if (err == ERR_OK && !name_equal(reader->header.apex, reader->options.apex))
		err = ERR_MISMATCH;
	reader->header.apex = reader->options.apex; /* the frame's octets go */
	return err;
}

static int zone_use(struct zone_journal_reader *reader, const struct zone_record *record, enum difference_side side)
{
	uint32_t serial;
	if (record->type == RR_SOA) {
		/* There is one, of the frame's serial. */
		if (reader->has_soa || !rdata_soa_serial(record->rdata, &serial) || serial != reader->serial)
			return ERR_MISMATCH;
		reader->has_soa = true;
	}
	return reader->options.zone_record != NULL ? reader->options.zone_record(reader->options.owner, record)
						   : ERR_OK;
}

static int take_zone(struct zone_journal_reader *reader, const struct zone_journal_frame *frame)
{
	if ((reader->stage != STAGE_PAST && reader->stage != STAGE_ZONE) || reader->difference != NULL)
		return ERR_SYNTAX;
	if (frame->serial_to != frame->serial_from || frame->serial_to != reader->serial)
		return ERR_MISMATCH;
	reader->stage = STAGE_ZONE;
	return records_take(reader, frame->body, DIFFERENCE_ADDED, zone_use);
}

static int take_zone_end(struct zone_journal_reader *reader, const struct zone_journal_frame *frame)
{
	if (reader->stage != STAGE_ZONE)
		return ERR_SYNTAX;
	if (frame->serial_to != frame->serial_from || frame->serial_to != reader->serial || !reader->has_soa)
		return ERR_MISMATCH;
	int err = end_take(reader, frame);
	if (err != ERR_OK)
		return err;
	reader->stage = STAGE_AFTER;
	reader->has_zone = true;
	return ERR_OK;
}

static int difference_use(struct zone_journal_reader *reader, const struct zone_record *record,
			  enum difference_side side)
{
	return difference_put(reader->difference, side, record);
}

/* The side's SOA, which is its first record, has the serial that the frames tell. */
static int soa_judge(const struct zone_journal_reader *reader, enum difference_side side, uint32_t serial)
{
	if (difference_count(reader->difference, side) == 0)
		return ERR_SYNTAX;
	return difference_serial(reader->difference, side) == serial ? ERR_OK : ERR_MISMATCH;
}

static int take_removed(struct zone_journal_reader *reader, const struct zone_journal_frame *frame)
{
	if (!(reader->stage == STAGE_PAST || reader->stage == STAGE_AFTER) || frame->serial_from != reader->serial)
		return ERR_MISMATCH;
	int err = reader->difference == NULL ? difference_new(&reader->difference) : ERR_OK;
	if (err == ERR_OK && difference_count(reader->difference, DIFFERENCE_ADDED) > 0)
		err = ERR_SYNTAX;
	if (err == ERR_OK)
		err = records_take(reader, frame->body, DIFFERENCE_REMOVED, difference_use);
	return err == ERR_OK ? soa_judge(reader, DIFFERENCE_REMOVED, frame->serial_from) : err;
}

static int take_added(struct zone_journal_reader *reader, const struct zone_journal_frame *frame)
{
	if (reader->difference == NULL)
		return ERR_SYNTAX;
	int err = records_take(reader, frame->body, DIFFERENCE_ADDED, difference_use);
	return err == ERR_OK ? soa_judge(reader, DIFFERENCE_ADDED, frame->serial_to) : err;
}

static int take_difference_end(struct zone_journal_reader *reader, const struct zone_journal_frame *frame)
{
	if (reader->difference == NULL || soa_judge(reader, DIFFERENCE_ADDED, frame->serial_to) != ERR_OK ||
	    soa_judge(reader, DIFFERENCE_REMOVED, frame->serial_from) != ERR_OK)
		return ERR_MISMATCH;
	if ((int32_t)(frame->serial_to - frame->serial_from) <= 0) /* RFC 1982 3.2 */
		return ERR_MISMATCH;
	int err = end_take(reader, frame);
	if (err != ERR_OK)
		return err;
	struct difference *difference = reader->difference;
	reader->difference = NULL;
	reader->serial = frame->serial_to;
	if (reader->options.difference != NULL)
		return reader->options.difference(reader->options.owner, difference);
	difference_free(difference);
	return ERR_OK;
}

static int (*const takers[])(struct zone_journal_reader *, const struct zone_journal_frame *) = {
	[ZONE_JOURNAL_HEADER] = take_header,     [ZONE_JOURNAL_ZONE] = take_zone,
	[ZONE_JOURNAL_ZONE_END] = take_zone_end, [ZONE_JOURNAL_REMOVED] = take_removed,
	[ZONE_JOURNAL_ADDED] = take_added,       [ZONE_JOURNAL_DIFFERENCE_END] = take_difference_end,
};

int zone_journal_reader_take(struct zone_journal_reader *reader, const struct zone_journal_frame *frame)
{
	if (reader->stage == STAGE_BROKEN || (reader->stage == STAGE_HEADER && frame->kind != ZONE_JOURNAL_HEADER))
		return ERR_SYNTAX;
	int err = takers[frame->kind](reader, frame);
	if (err != ERR_OK)
		reader->stage = STAGE_BROKEN;
	return err;
}
