/* SPDX-License-Identifier: BSD-2-Clause */
#include "audit/transfer.h"

#include "crypto/digest.h"
#include "dns/message/message.h"
#include "dns/rdata.h"

#include <stdlib.h>

#define FIRST_MOST 1024 /* octets: header, question, SOA */
#define HEAD_MOST (NAME_MAX + 10)

struct transfer {
	enum transfer_state state;
	uint8_t first[FIRST_MOST];
	size_t first_size;
	uint8_t (*digests)[TRANSFER_DIGEST_SIZE];
	uint32_t count, capacity;
	uint64_t octets;
	bool has_started;                   /* the first SOA is there */
	uint8_t apex[TRANSFER_DIGEST_SIZE]; /* the digest of that SOA */
	uint8_t plain[RDATA_MAX], canonical[RDATA_MAX];
};

struct transfer *transfer_new(void)
{
	return calloc(1, sizeof(struct transfer));
}

void transfer_free(struct transfer *transfer)
{
	if (transfer == NULL)
		return;
	free(transfer->digests);
	free(transfer);
}

static bool digest_add(struct transfer *transfer, const uint8_t digest[TRANSFER_DIGEST_SIZE])
{
	if (transfer->count == TRANSFER_RECORDS_MOST)
		return false;
	if (transfer->count == transfer->capacity) {
		uint32_t capacity = transfer->capacity == 0 ? 256 : transfer->capacity * 2;
		void *digests = realloc(transfer->digests, (size_t)capacity * TRANSFER_DIGEST_SIZE);
		if (digests == NULL)
			return false;
		transfer->digests = digests;
		transfer->capacity = capacity;
	}
	memcpy(transfer->digests[transfer->count++], digest, TRANSFER_DIGEST_SIZE);
	return true;
}

/* The record as RFC 4034 6.2 has it: names in lower case, nothing compressed. */
static int record_digest(struct transfer *transfer, const struct message *message, const struct message_item *item,
			 uint8_t ret[DIGEST_SIZE_MAX])
{
	uint8_t head[HEAD_MOST];
	struct name_buffer lower;
	struct name owner = name_lower(item->owner, &lower);
	struct writer plain = writer_of(transfer->plain, sizeof(transfer->plain));
	struct writer canonical = writer_of(transfer->canonical, sizeof(transfer->canonical));
	struct writer out = writer_of(head, sizeof(head));
	int err = message_rdata(message, item, &plain);
	if (err == ERR_OK)
		err = rdata_canonical(item->type, writer_span(&plain), &canonical);
	if (err != ERR_OK || plain.is_full || canonical.is_full)
		return err != ERR_OK ? err : ERR_SPACE;
	writer_bytes(&out, owner.wire, owner.size);
	writer_u16(&out, item->type);
	writer_u16(&out, item->class);
	writer_u32(&out, item->ttl_s);
	writer_u16(&out, (uint16_t)canonical.size);
	const struct span parts[] = {writer_span(&out), writer_span(&canonical)};
	return digest_compute(DIGEST_SHA256, parts, 2, ret);
}

/* The first record has to be the SOA; the same once more is the end (RFC 5936 2.2). */
static enum transfer_state record_take(struct transfer *transfer, const struct message *message,
				       const struct message_item *item)
{
	uint8_t digest[DIGEST_SIZE_MAX];
	if (!transfer->has_started && item->type != RR_SOA)
		return TRANSFER_REFUSED;
	if (record_digest(transfer, message, item, digest) != ERR_OK)
		return TRANSFER_BROKEN;
	if (transfer->has_started && item->type == RR_SOA)
		return memcmp(digest, transfer->apex, TRANSFER_DIGEST_SIZE) == 0 ? TRANSFER_DONE : TRANSFER_BROKEN;
	if (!transfer->has_started)
		memcpy(transfer->apex, digest, TRANSFER_DIGEST_SIZE);
	transfer->has_started = true;
	return digest_add(transfer, digest) ? TRANSFER_MORE : TRANSFER_BROKEN;
}

/* Up to the end of the first record; without one, or where it is too long, up to the end of the question. */
static void first_keep(struct transfer *transfer, const struct message *message, size_t end, bool has_record)
{
	struct message kept;
	if (transfer->first_size > 0 || end > FIRST_MOST)
		return;
	memcpy(transfer->first, message->octets.data, end);
	transfer->first_size = end;
	store_u16(transfer->first + 6, has_record);
	store_u16(transfer->first + 8, 0);
	store_u16(transfer->first + 10, 0);
	/* A compressed name may point into the header, whose counts are others now. */
	if (message_read(span_of(transfer->first, end), &kept) != ERR_OK || kept.error != ERR_OK)
		transfer->first_size = 0;
}

static enum transfer_state message_take(struct transfer *transfer, const struct message *message)
{
	struct message_place place = {0};
	struct message_item item;
	enum transfer_state state = TRANSFER_MORE;
	size_t end = HEADER_SIZE;
	while (state == TRANSFER_MORE && message_next(message, &place, &item) == ERR_OK) {
		if (item.section == SECTION_QUESTION)
			end = place.offset;
		if (item.section != SECTION_ANSWER)
			continue;
		first_keep(transfer, message, place.offset, true);
		state = record_take(transfer, message, &item);
	}
	first_keep(transfer, message, end, false);
	return state == TRANSFER_MORE && !transfer->has_started ? TRANSFER_REFUSED : state;
}

enum transfer_state transfer_take(struct transfer *transfer, struct span octets)
{
	struct message message;
	if (transfer->state != TRANSFER_MORE)
		return transfer->state;
	transfer->octets += octets.size;
	if (message_read(octets, &message) != ERR_OK || message.error != ERR_OK ||
	    transfer->octets > TRANSFER_OCTETS_MOST)
		transfer->state = TRANSFER_BROKEN;
	else
		transfer->state = message_take(transfer, &message);
	if (transfer->state <= TRANSFER_DONE && message.rcode != RCODE_NOERROR)
		transfer->state = TRANSFER_REFUSED;
	return transfer->state;
}

size_t transfer_first(const struct transfer *transfer, uint8_t *ret, size_t size)
{
	if (transfer->first_size > size)
		return 0;
	memcpy(ret, transfer->first, transfer->first_size);
	return transfer->first_size;
}

uint32_t transfer_records(const struct transfer *transfer)
{
	return transfer->count;
}

static int digest_compare(const void *a, const void *b)
{
	return memcmp(a, b, TRANSFER_DIGEST_SIZE);
}

/* Sorted, so that it does not matter in which order a server keeps its zone. */
int transfer_digest(struct transfer *transfer, uint8_t ret[TRANSFER_DIGEST_SIZE])
{
	uint8_t digest[DIGEST_SIZE_MAX];
	if (transfer->count > 0)
		qsort(transfer->digests, transfer->count, TRANSFER_DIGEST_SIZE, digest_compare);
	const struct span all =
		span_of((const uint8_t *)transfer->digests, (size_t)transfer->count * TRANSFER_DIGEST_SIZE);
	int err = digest_compute(DIGEST_SHA256, &all, 1, digest);
	if (err == ERR_OK)
		memcpy(ret, digest, TRANSFER_DIGEST_SIZE);
	return err;
}
