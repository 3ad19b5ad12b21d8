/* SPDX-License-Identifier: BSD-2-Clause */
#include "dns/query.h"

#include "dns/edns.h"
#include "dns/rrtype.h"

#define RECORD_FIXED_SIZE 10 /* TYPE, CLASS, TTL, RDLENGTH */

/* A record's place in the message, its owner not expanded. */
struct record_place {
	size_t owner;
	bool is_owner_root;
	uint16_t type;
	uint16_t class;
	uint32_t ttl;
	struct span rdata;
};

/*
 * Behind the name at *offset. A pointer ends a name and must go backwards (RFC 1035 4.1.4); where it leads is not
 * looked at, since no owner name of a query is ever needed in full here.
 */
static bool name_skip(struct span message, size_t *offset)
{
	size_t start = *offset, at = start;
	while (at < message.size) {
		uint8_t octet = message.data[at];
		if (octet >= 0xc0) {
			if (message.size - at < 2 || (load_u16(message.data + at) & 0x3fffu) >= start)
				return false;
			*offset = at + 2;
			return true;
		}
		if (octet > NAME_LABEL_MAX)
			return false;
		at += 1u + octet;
		if (at - start > NAME_MAX)
			return false;
		if (octet == 0) {
			*offset = at;
			return true;
		}
	}
	return false;
}

static bool record_take(struct span message, size_t *offset, struct record_place *ret)
{
	ret->owner = *offset;
	if (!name_skip(message, offset) || message.size - *offset < RECORD_FIXED_SIZE)
		return false;
	const uint8_t *fixed = message.data + *offset;
	size_t size = load_u16(fixed + 8);
	*offset += RECORD_FIXED_SIZE;
	if (message.size - *offset < size)
		return false;
	ret->is_owner_root = message.data[ret->owner] == 0;
	ret->type = load_u16(fixed);
	ret->class = load_u16(fixed + 2);
	ret->ttl = load_u32(fixed + 4);
	ret->rdata = span_of(fixed + RECORD_FIXED_SIZE, size);
	*offset += size;
	return true;
}

static bool option_take(struct query *query, uint16_t code, struct span value)
{
	switch (code) {
	case EDNS_NSID:
		query->has_nsid = true;
		return true;
	case EDNS_KEEPALIVE:
		query->has_keepalive = true;
		return true;
	case EDNS_PADDING:
		query->has_padding = true;
		return true;
	case EDNS_COOKIE:
		/* RFC 7873 5.2: the first counts. 5.2.2: lengths other than 8 and 16-40 are malformed. */
		if (query->cookie.data != NULL)
			return true;
		if (value.size != 8 && (value.size < 16 || value.size > 40))
			return false;
		query->cookie = value;
		return true;
	default: /* RFC 6891 6.1.2: options not understood are ignored. */
		return true;
	}
}

static bool opt_take(struct query *query, const struct record_place *record)
{
	/* RFC 6891 6.1.1: more than one OPT is a FORMERR; 6.1.2: its owner is the root. */
	if (query->has_edns || !record->is_owner_root)
		return false;
	query->has_edns = true;
	query->edns_size = record->class;
	query->edns_version = (uint8_t)(record->ttl >> 16);
	query->is_do = (record->ttl & EDNS_FLAG_DO) != 0;
	if (query->edns_version != 0)
		return true;
	struct span rest = record->rdata;
	while (rest.size > 0) {
		uint16_t code, size;
		struct span value;
		if (!span_take_u16(&rest, &code) || !span_take_u16(&rest, &size) || !span_take(&rest, size, &value) ||
		    !option_take(query, code, value))
			return false;
	}
	return true;
}

/* The records of one section. OPT and TSIG belong into the additional section, TSIG to its end. */
static bool section_take(struct query *query, enum section section, size_t *offset)
{
	query->section_offsets[section] = (uint16_t)*offset;
	for (unsigned left = query->counts[section]; left > 0; left--) {
		struct record_place record;
		if (!record_take(query->message, offset, &record))
			return false;
		if (record.type != RR_OPT && record.type != RR_TSIG)
			continue;
		if (section != SECTION_ADDITIONAL)
			return false;
		if (record.type == RR_OPT) {
			if (!opt_take(query, &record))
				return false;
			continue;
		}
		/* RFC 8945 4.2: class ANY, TTL 0; 5.1: only one, and the last record, else FORMERR. */
		if (left != 1 || record.class != CLASS_ANY || record.ttl != 0)
			return false;
		query->tsig_offset = (uint16_t)record.owner;
	}
	return true;
}

/* Exactly one question, its name in full: nothing stands before it that it could point at. */
static bool question_take(struct query *query, size_t *offset)
{
	struct span rest = span_of(query->message.data + HEADER_SIZE, query->message.size - HEADER_SIZE);
	if (query->counts[SECTION_QUESTION] == 0)
		return true;
	struct name name;
	uint16_t type, class;
	if (name_take(&rest, &name) != ERR_OK || !span_take_u16(&rest, &type) || !span_take_u16(&rest, &class))
		return false;
	query->has_question = true;
	query->qname = name;
	query->qtype = type;
	query->qclass = class;
	*offset = query->message.size - rest.size;
	query->question_end = (uint16_t)*offset;
	return query->counts[SECTION_QUESTION] == 1; /* RFC 9619: more is a FORMERR */
}

static bool body_take(struct query *query)
{
	size_t offset = HEADER_SIZE;
	if (!question_take(query, &offset))
		return false;
	for (enum section section = SECTION_ANSWER; section < SECTION_COUNT; section++)
		if (!section_take(query, section, &offset))
			return false;
	if (offset != query->message.size)
		return false;
	/* RFC 7873 5.4: no question is a question for a cookie, and for nothing else. */
	return query->has_question || (query->opcode == OPCODE_QUERY && query->cookie.data != NULL);
}

enum query_verdict query_parse(struct span message, struct query *ret)
{
	*ret = (struct query){.message = message, .qname = name_root, .question_end = HEADER_SIZE};
	if (message.size < HEADER_SIZE || message.size > UINT16_MAX)
		return QUERY_DROP;
	ret->id = load_u16(message.data);
	ret->flags = load_u16(message.data + 2);
	ret->opcode = (ret->flags & HEADER_OPCODE_MASK) >> HEADER_OPCODE_SHIFT;
	for (enum section section = SECTION_QUESTION; section < SECTION_COUNT; section++)
		ret->counts[section] = load_u16(message.data + 4 + 2 * section);
	if (ret->flags & HEADER_QR)
		return QUERY_DROP;
	bool is_well_formed = body_take(ret);
	/* The layout of other opcodes is not known: DSO has no question (RFC 8490 5.4). */
	if (ret->opcode != OPCODE_QUERY && ret->opcode != OPCODE_NOTIFY && ret->opcode != OPCODE_UPDATE)
		return QUERY_NOTIMP;
	if (!is_well_formed)
		return QUERY_FORMERR;
	return ret->edns_version != 0 ? QUERY_BADVERS : QUERY_OK;
}
