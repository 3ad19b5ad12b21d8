/* SPDX-License-Identifier: BSD-2-Clause */
#include "dns/message/message.h"

#include "dns/rdata.h"

#define RECORD_FIXED_SIZE 10 /* TYPE, CLASS, TTL, RDLENGTH */

static int question_take(const struct message *message, size_t offset, struct message_item *ret, size_t *ret_end)
{
	if (message->octets.size - offset < 4)
		return ERR_TRUNCATED;
	const uint8_t *at = message->octets.data + offset;
	ret->type = load_u16(at);
	ret->class = load_u16(at + 2);
	ret->ttl_s = 0;
	ret->rdata = span_of(at + 4, 0);
	*ret_end = offset + 4;
	return ERR_OK;
}

static int record_take(const struct message *message, size_t offset, struct message_item *ret, size_t *ret_end)
{
	if (message->octets.size - offset < RECORD_FIXED_SIZE)
		return ERR_TRUNCATED;
	const uint8_t *at = message->octets.data + offset;
	size_t size = load_u16(at + 8);
	offset += RECORD_FIXED_SIZE;
	if (message->octets.size - offset < size)
		return ERR_TRUNCATED;
	ret->type = load_u16(at);
	ret->class = load_u16(at + 2);
	ret->ttl_s = load_u32(at + 4);
	ret->rdata = span_of(at + RECORD_FIXED_SIZE, size);
	*ret_end = offset + size;
	return ERR_OK;
}

int message_next(const struct message *message, struct message_place *place, struct message_item *ret)
{
	if (place->offset == 0)
		place->offset = HEADER_SIZE;
	while (place->section < SECTION_COUNT && place->taken == message->counts[place->section]) {
		place->section++;
		place->taken = 0;
	}
	if (place->section == SECTION_COUNT)
		return place->offset == message->octets.size ? ERR_NOT_FOUND : ERR_TRAILING;
	size_t end;
	int err = name_from_message(message->octets, place->offset, &ret->owner_buffer, &ret->owner, &end);
	if (err == ERR_OK && place->section == SECTION_QUESTION)
		err = question_take(message, end, ret, &end);
	else if (err == ERR_OK)
		err = record_take(message, end, ret, &end);
	if (err != ERR_OK)
		return err;
	ret->section = place->section;
	ret->offset = place->offset;
	place->offset = end;
	place->taken++;
	return ERR_OK;
}

int message_rdata(const struct message *message, const struct message_item *item, struct writer *out)
{
	size_t offset = (size_t)(item->rdata.data - message->octets.data);
	return rdata_from_message(item->type, message->octets, offset, item->rdata.size, out);
}

/* OPT counts where it may stand, in the additional section under the root (RFC 6891 6.1). */
static int opt_read(struct message *message, const struct message_item *item)
{
	if (message->has_edns || item->section != SECTION_ADDITIONAL || !name_is_root(item->owner))
		return ERR_SYNTAX;
	int err = edns_read(item->class, item->ttl_s, item->rdata, &message->edns);
	if (err != ERR_OK)
		return err;
	message->has_edns = true;
	message->edns_rdata = item->rdata;
	message->rcode |= message->edns.rcode;
	return ERR_OK;
}

int message_read(struct span octets, struct message *ret)
{
	if (octets.size < HEADER_SIZE)
		return ERR_TRUNCATED;
	struct message message = {.octets = octets,
	                          .id = load_u16(octets.data),
	                          .flags = load_u16(octets.data + 2)};
	message.opcode = (message.flags & HEADER_OPCODE_MASK) >> HEADER_OPCODE_SHIFT;
	message.rcode = message.flags & HEADER_RCODE_MASK;
	for (enum section section = SECTION_QUESTION; section < SECTION_COUNT; section++)
		message.counts[section] = load_u16(octets.data + 4 + 2 * section);
	struct message_place place = {0};
	struct message_item item;
	int err;
	while ((err = message_next(&message, &place, &item)) == ERR_OK) {
		int opt_err = item.type == RR_OPT && item.section != SECTION_QUESTION ? opt_read(&message, &item) : ERR_OK;
		if (opt_err != ERR_OK && message.error == ERR_OK)
			message.error = opt_err;
		bool is_tsig = item.type == RR_TSIG && item.section == SECTION_ADDITIONAL;
		message.tsig_offset = is_tsig ? item.offset : 0;
	}
	if (err != ERR_NOT_FOUND)
		message.error = err;
	*ret = message;
	return ERR_OK;
}
