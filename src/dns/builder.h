/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Builds one message: header, question, records with compressed names, OPT.
 * One struct lives for one message, in the caller's scratch; the octets go into the caller's buffer.
 * Never allocates, never writes past its limit, and leaves no half of a record or RRset behind.
 *
 * Names compress against a small table of the names already written as labels: (view of the whole name, offset,
 * octets that are labels at that offset). Comparing is done backwards from the end, eight octets at a time, without
 * regard to case (RFC 4343). The views are borrowed: names and RDATA given to the builder must stay where they are
 * until builder_finish. Offsets above 16383 cannot be pointed at and are not remembered (RFC 1035 4.1.4).
 * Cost: an A or AAAA record is a two-octet pointer and a copy; a name inside RDATA some 5 ns for each name in the table.
 */
#ifndef DNS_BUILDER_H
#define DNS_BUILDER_H

#include "base/writer.h"
#include "dns/edns.h"
#include "dns/query.h"
#include "dns/rrset.h"

#define BUILDER_NAMES_MAX 48
#define BUILDER_POINTER_MAX 0x3fff     /* the last offset that a pointer can name */
#define BUILDER_QUESTION HEADER_SIZE   /* offset of the question's name, as an owner to point at */
#define BUILDER_UNKNOWN 0              /* offset of an owner that is not known: it is looked for */

struct builder_name {
	const uint8_t *wire; /* the whole name, uncompressed */
	uint32_t key;        /* equal names have equal keys: most others are told apart at a glance */
	uint16_t offset;     /* of its first label in the message */
	uint8_t size;        /* octets of the whole name */
	uint8_t literal;     /* octets of it that stand at offset as labels; a pointer follows, or the root */
};

struct builder {
	uint8_t *data;
	size_t size;  /* octets so far */
	size_t limit; /* octets the message may have; the caller lowers it to keep room, raises it again for OPT */
	uint16_t flags;
	uint16_t counts[SECTION_COUNT];
	uint8_t name_count;
	uint8_t question_size; /* octets of the question's name; 0: no question */
	struct builder_name names[BUILDER_NAMES_MAX];
};

/*
 * Starts an answer in buffer: id, opcode and RD of the query, QR set, its question copied as it was sent.
 * limit: octets, at least HEADER_SIZE; a question that does not fit is left out.
 */
void builder_answer(struct builder *builder, void *buffer, size_t limit, const struct query *query);
/* Starts a query; flags: enum header_flag and the opcode. The limit must have room for the question. */
void builder_query(struct builder *builder, void *buffer, size_t limit, uint16_t id, uint16_t flags,
                   struct name qname, uint16_t qtype, uint16_t qclass);

/* Starts a message without a question: the second of a transfer and those behind it (RFC 5936 2.2.1). */
void builder_empty(struct builder *builder, void *buffer, size_t limit, uint16_t id, uint16_t flags);

static inline void builder_flag(struct builder *builder, enum header_flag flag)
{
	builder->flags |= (uint16_t)flag;
}

/* The lower four bits; the upper eight belong into struct edns. */
static inline void builder_rcode(struct builder *builder, uint16_t rcode)
{
	builder->flags = (uint16_t)((builder->flags & ~HEADER_RCODE_MASK) | (rcode & HEADER_RCODE_MASK));
}

/* Where an ancestor of the question's name (or the name itself) stands in the question. The root: BUILDER_UNKNOWN. */
static inline uint16_t builder_question_suffix(const struct builder *builder, struct name ancestor)
{
	return ancestor.size == 1 || ancestor.size > builder->question_size
	               ? BUILDER_UNKNOWN
	               : (uint16_t)(BUILDER_QUESTION + builder->question_size - ancestor.size);
}

/*
 * Appends a whole RRset, or nothing. owner_offset: where the owner's name already stands in the message
 * (BUILDER_QUESTION, builder_question_suffix, builder_name_offset), or BUILDER_UNKNOWN.
 * Names inside RDATA of the types of RFC 1035 are compressed (RFC 3597 4). false: it does not fit.
 */
bool builder_rrset(struct builder *builder, enum section section, struct name owner, uint16_t owner_offset,
                   const struct rrset *rrset) MUST_USE;
/* The same with another TTL in every record: a negative answer's SOA (RFC 2308 3) and its signatures. */
bool builder_rrset_ttl(struct builder *builder, enum section section, struct name owner, uint16_t owner_offset,
                       const struct rrset *rrset, uint32_t ttl) MUST_USE;
/* One record made up on the spot: rdata is checked and uncompressed. */
bool builder_record(struct builder *builder, enum section section, struct name owner, uint16_t owner_offset,
                    uint16_t type, uint16_t class, uint32_t ttl, struct span rdata) MUST_USE;
/* A name written before, exactly this one: its offset; BUILDER_UNKNOWN: not remembered. For additional addresses. */
uint16_t builder_name_offset(const struct builder *builder, struct name name);

/* Taking back all that was appended since: an RRset that has to go with another that does not fit. */
struct builder_mark {
	size_t size;
	uint16_t counts[SECTION_COUNT];
	uint8_t name_count;
};
struct builder_mark builder_mark(const struct builder *builder);
void builder_rollback(struct builder *builder, struct builder_mark mark);

/*
 * OPT, into the additional section. Where there is no room for it whole, EXTRA-TEXT of EDEs is left out, then the
 * EDEs (RFC 8914 3 lets neither cost an answer). false: even that does not fit.
 */
bool builder_opt(struct builder *builder, const struct edns *edns) MUST_USE;

/* Writes the header; the octets of the message. */
size_t builder_finish(struct builder *builder);

#endif
