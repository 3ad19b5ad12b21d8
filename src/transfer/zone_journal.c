/* SPDX-License-Identifier: BSD-2-Clause */
/* Frames, and what is written into them. */
#include "transfer/zone_journal.h"

#include "base/random.h"
#include "base/writer.h"
#include "transfer/record_set.h"
#include "transfer/zone_journal_inside.h"

#include <errno.h>
#include <stdlib.h>

/* --- Frames --- */

static uint64_t checksum_of(const struct zone_journal_chain *chain, const uint8_t *frame, size_t body_size)
{
	uint8_t key[SIPHASH_KEY_SIZE];
	memcpy(key, chain->salt, ZONE_JOURNAL_SALT_SIZE);
	journal_store_u64(key + ZONE_JOURNAL_SALT_SIZE, chain->checksum);
	return siphash(key, frame, ZONE_JOURNAL_HEAD + body_size);
}

/* The header tells the salt that its own checksum is made with. */
static void salt_learn(struct zone_journal_chain *chain, struct span body)
{
	if (body.size >= JOURNAL_HEADER_SIZE)
		memcpy(chain->salt, body.data + JOURNAL_SALT_AT, ZONE_JOURNAL_SALT_SIZE);
}

int zone_journal_frame_take(struct span *octets, struct zone_journal_chain *chain, struct zone_journal_frame *ret)
{
	if (octets->size < ZONE_JOURNAL_HEAD)
		return ERR_TRUNCATED;
	uint32_t size = load_u32(octets->data), kind = load_u32(octets->data + 4);
	if (size > ZONE_JOURNAL_BODY_MAX)
		return ERR_RANGE;
	if (kind < ZONE_JOURNAL_HEADER || kind > ZONE_JOURNAL_DIFFERENCE_END)
		return ERR_SYNTAX;
	if (octets->size < ZONE_JOURNAL_HEAD + size + ZONE_JOURNAL_TAIL)
		return ERR_TRUNCATED;
	struct zone_journal_chain here = *chain;
	struct span body = span_of(octets->data + ZONE_JOURNAL_HEAD, size);
	if (kind == ZONE_JOURNAL_HEADER)
		salt_learn(&here, body);
	uint64_t checksum = journal_load_u64(body.data + size);
	if (checksum != checksum_of(&here, octets->data, size) || load_u32(body.data + size + 8) != size)
		return ERR_MISMATCH;
	*chain = here;
	chain->checksum = checksum;
	*ret = (struct zone_journal_frame){.kind = (enum zone_journal_kind)kind,
					   .serial_from = load_u32(octets->data + 8),
					   .serial_to = load_u32(octets->data + 12),
					   .body = body};
	size_t taken = ZONE_JOURNAL_HEAD + size + ZONE_JOURNAL_TAIL;
	*octets = span_of(octets->data + taken, octets->size - taken);
	return ERR_OK;
}

int zone_journal_last_size(struct span tail, size_t *ret)
{
	if (tail.size < 4)
		return ERR_TRUNCATED;
	uint32_t size = load_u32(tail.data + tail.size - 4);
	if (size > ZONE_JOURNAL_BODY_MAX)
		return ERR_RANGE;
	*ret = ZONE_JOURNAL_HEAD + size + ZONE_JOURNAL_TAIL;
	return ERR_OK;
}

uint64_t zone_journal_checksum(struct span tail)
{
	return journal_load_u64(tail.data);
}

int zone_journal_header_read(const struct zone_journal_frame *frame, struct zone_journal_header *ret)
{
	struct span body = frame->body, fixed;
	if (frame->kind != ZONE_JOURNAL_HEADER || !span_take(&body, JOURNAL_HEADER_SIZE, &fixed) ||
	    memcmp(fixed.data, JOURNAL_MAGIC, JOURNAL_MAGIC_SIZE) != 0)
		return ERR_SYNTAX;
	if (load_u32(fixed.data + JOURNAL_MAGIC_SIZE) != ZONE_JOURNAL_VERSION)
		return ERR_UNSUPPORTED;
	uint32_t flags = load_u32(fixed.data + JOURNAL_FLAGS_AT);
	*ret = (struct zone_journal_header){.has_zone = (flags & JOURNAL_FLAG_ZONE) != 0,
					    .has_doubt = (flags & JOURNAL_FLAG_DOUBT) != 0,
					    .doubt_until = load_u32(fixed.data + JOURNAL_DOUBT_AT)};
	memcpy(ret->salt, fixed.data + JOURNAL_SALT_AT, ZONE_JOURNAL_SALT_SIZE);
	return name_take(&body, &ret->apex) == ERR_OK && body.size == 0 ? ERR_OK : ERR_SYNTAX;
}

int zone_journal_digest(const struct zone_journal_frame *frame, uint64_t *ret)
{
	if (frame->kind == ZONE_JOURNAL_HEADER && frame->body.size > JOURNAL_HEADER_SIZE)
		*ret = journal_load_u64(frame->body.data + JOURNAL_DIGEST_AT);
	else if ((frame->kind == ZONE_JOURNAL_ZONE_END || frame->kind == ZONE_JOURNAL_DIFFERENCE_END) &&
		 frame->body.size == JOURNAL_END_SIZE)
		*ret = journal_load_u64(frame->body.data + 8);
	else
		return ERR_SYNTAX;
	return ERR_OK;
}

/* --- The writer --- */

struct zone_journal_writer {
	struct zone_journal_chain chain;
	zone_journal_put *put;
	void *owner;
	struct writer body; /* of the frame that is being made: behind the head in frame */
	uint64_t records;   /* in all frames of the part that is being written */
	uint8_t frame[ZONE_JOURNAL_FRAME_MAX];
};

static void body_begin(struct zone_journal_writer *writer)
{
	writer->body = writer_of(writer->frame + ZONE_JOURNAL_HEAD, ZONE_JOURNAL_BODY_MAX);
}

int zone_journal_writer_new(struct zone_journal_chain chain, zone_journal_put *put, void *owner,
			    struct zone_journal_writer **ret)
{
	struct zone_journal_writer *writer = malloc(sizeof(*writer));
	if (writer == NULL)
		return -ENOMEM;
	writer->chain = chain;
	writer->put = put;
	writer->owner = owner;
	writer->records = 0;
	body_begin(writer);
	*ret = writer;
	return ERR_OK;
}

void zone_journal_writer_free(struct zone_journal_writer *writer)
{
	free(writer);
}

static int frame_end(struct zone_journal_writer *writer, enum zone_journal_kind kind, uint32_t from, uint32_t to)
{
	size_t size = writer->body.size;
	uint8_t *tail = writer->frame + ZONE_JOURNAL_HEAD + size;
	store_u32(writer->frame, (uint32_t)size);
	store_u32(writer->frame + 4, kind);
	store_u32(writer->frame + 8, from);
	store_u32(writer->frame + 12, to);
	writer->chain.checksum = checksum_of(&writer->chain, writer->frame, size);
	journal_store_u64(tail, writer->chain.checksum);
	store_u32(tail + 8, (uint32_t)size);
	body_begin(writer);
	return writer->put(writer->owner, span_of(writer->frame, ZONE_JOURNAL_HEAD + size + ZONE_JOURNAL_TAIL));
}

/* A frame goes out when the next record has no room in it. */
static int record_put(struct zone_journal_writer *writer, enum zone_journal_kind kind, uint32_t from, uint32_t to,
		      const struct zone_record *record)
{
	struct writer *body = &writer->body;
	size_t size = record->owner.size + JOURNAL_RECORD_FIXED + record->rdata.size;
	if (body->capacity - body->size < size) {
		int err = frame_end(writer, kind, from, to);
		if (err != ERR_OK)
			return err;
	}
	writer_bytes(body, record->owner.wire, record->owner.size);
	writer_u16(body, record->type);
	writer_u32(body, record->ttl);
	writer_u16(body, (uint16_t)record->rdata.size);
	writer_bytes(body, record->rdata.data, record->rdata.size);
	writer->records++;
	return ERR_OK;
}

static int end_put(struct zone_journal_writer *writer, enum zone_journal_kind kind, uint32_t from, uint32_t to,
		   uint64_t digest)
{
	journal_store_u64(writer_reserve(&writer->body, 8), writer->records);
	journal_store_u64(writer_reserve(&writer->body, 8), digest);
	writer->records = 0;
	return frame_end(writer, kind, from, to);
}

int zone_journal_put_header(struct zone_journal_writer *writer, const struct zone_journal_header *header,
			    uint32_t serial, uint64_t digest)
{
	struct writer *body = &writer->body;
	writer_bytes(body, JOURNAL_MAGIC, JOURNAL_MAGIC_SIZE);
	writer_u32(body, ZONE_JOURNAL_VERSION);
	writer_bytes(body, writer->chain.salt, ZONE_JOURNAL_SALT_SIZE);
	writer_u32(body, (header->has_zone ? JOURNAL_FLAG_ZONE : 0u) | (header->has_doubt ? JOURNAL_FLAG_DOUBT : 0u));
	writer_u32(body, header->doubt_until);
	journal_store_u64(writer_reserve(body, 8), digest);
	writer_bytes(body, header->apex.wire, header->apex.size);
	return frame_end(writer, ZONE_JOURNAL_HEADER, serial, serial);
}

static int node_put(struct zone_journal_writer *writer, const struct zone_node *node, uint32_t serial)
{
	const struct rrset *rrset = NULL;
	int err = ERR_OK;
	while (err == ERR_OK && (rrset = zone_node_rrset_next(node, rrset)) != NULL) {
		struct zone_record record = {.owner = zone_node_name(node), .type = rrset->type, .ttl = rrset->ttl};
		size_t position = 0;
		while (err == ERR_OK && rrset_next(rrset, &position, &record.rdata))
			err = record_put(writer, ZONE_JOURNAL_ZONE, serial, serial, &record);
	}
	return err;
}

int zone_journal_put_zone(struct zone_journal_writer *writer, const struct zone *zone, uint64_t digest)
{
	uint32_t serial = zone_serial(zone);
	const struct zone_node *node = zone_node_first(zone);
	int err = ERR_OK;
	for (; node != NULL && err == ERR_OK; node = zone_node_next(zone, node))
		err = node_put(writer, node, serial);
	for (node = zone_nsec3_first(zone); node != NULL && err == ERR_OK; node = zone_nsec3_next(zone, node))
		err = node_put(writer, node, serial);
	if (err == ERR_OK)
		err = frame_end(writer, ZONE_JOURNAL_ZONE, serial, serial);
	return err == ERR_OK ? end_put(writer, ZONE_JOURNAL_ZONE_END, serial, serial, digest) : err;
}

int zone_journal_put_difference(struct zone_journal_writer *writer, const struct difference *difference,
				uint64_t digest)
{
	static const enum zone_journal_kind kinds[] = {
		[DIFFERENCE_REMOVED] = ZONE_JOURNAL_REMOVED, [DIFFERENCE_ADDED] = ZONE_JOURNAL_ADDED};
	uint32_t from = difference_serial(difference, DIFFERENCE_REMOVED);
	uint32_t to = difference_serial(difference, DIFFERENCE_ADDED);
	int err = ERR_OK;
	for (unsigned side = 0; side < DIFFERENCE_SIDES && err == ERR_OK; side++) {
		const struct zone_record *record;
		for (size_t i = 0; err == ERR_OK && (record = difference_at(difference, side, i)) != NULL; i++)
			err = record_put(writer, kinds[side], from, to, record);
		if (err == ERR_OK)
			err = frame_end(writer, kinds[side], from, to);
	}
	return err == ERR_OK ? end_put(writer, ZONE_JOURNAL_DIFFERENCE_END, from, to, digest) : err;
}
