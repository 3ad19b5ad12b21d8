/* SPDX-License-Identifier: BSD-2-Clause */
#include "dns/builder.h"

#include "dns/name_case.h"
#include "dns/rrtype.h"

#include <endian.h>

/* --- Looking for names --- */

static inline uint64_t word_load(const uint8_t *at)
{
	uint64_t word;
	memcpy(&word, at, sizeof(word));
	return le64toh(word);
}

/* How many octets before a and b are equal but for case, at most that many. */
static size_t tail_equal(const uint8_t *a, const uint8_t *b, size_t most)
{
	size_t equal = 0;
	for (; most - equal >= 8; equal += 8) {
		uint64_t x = word_load(a - equal - 8), y = word_load(b - equal - 8);
		if (x == y)
			continue;
		uint64_t differing = octets_lower(x) ^ octets_lower(y);
		if (differing != 0)
			return equal + (size_t)__builtin_clzll(differing) / 8;
	}
	while (equal < most && octet_lower(a[-1 - (ptrdiff_t)equal]) == octet_lower(b[-1 - (ptrdiff_t)equal]))
		equal++;
	return equal;
}

/*
 * Octets of the longest suffix, on label boundaries of both, that name and candidate share and that candidate has
 * as labels. Equal octets are not enough: a boundary in one may lie inside a label of the other.
 */
static size_t suffix_match(struct name name, const struct builder_name *candidate)
{
	size_t most = name.size < candidate->size ? name.size : candidate->size;
	size_t equal = tail_equal(name.wire + name.size, candidate->wire + candidate->size, most);
	size_t left = name.size, other = candidate->size;
	while (left > 1) {
		if (left > equal)
			left -= 1u + name.wire[name.size - left];
		else if (other > left)
			other -= 1u + candidate->wire[candidate->size - other];
		else if (other < left)
			left -= 1u + name.wire[name.size - left];
		else
			break;
	}
	return left > 1 && candidate->size - left < candidate->literal ? left : 0;
}

/* Size and the first two octets; a name that is not the root has three or more. */
static inline uint32_t name_key(struct name name)
{
	return (uint32_t)name.size << 16 | (name.wire[1] | 0x20u) << 8 | name.wire[2] | 0x20u;
}

uint16_t builder_name_offset(const struct builder *builder, struct name name)
{
	if (name.size == 1) /* the root is shorter than a pointer */
		return BUILDER_UNKNOWN;
	uint32_t key = name_key(name);
	for (unsigned i = 0; i < builder->name_count; i++) {
		const struct builder_name *candidate = &builder->names[i];
		/* Equal octets are equal labels: the first octet of each is a length, and so the next one's too. */
		if (candidate->key == key && octets_equal_any_case(candidate->wire, name.wire, name.size))
			return candidate->offset;
	}
	return BUILDER_UNKNOWN;
}

/* Does the candidate have as labels all of name but its first label? Most names in answers share that much. */
static bool has_parent(struct name name, const struct builder_name *candidate)
{
	size_t parent = name.size - 1u - name.wire[0];
	size_t at = 0;
	while (candidate->size - at > parent)
		at += 1u + candidate->wire[at];
	return parent > 1 && candidate->size - at == parent && at < candidate->literal &&
	       octets_equal_any_case(candidate->wire + at, name.wire + name.size - parent, parent);
}

/*
 * The best place to point at: *ret_size octets of name's end stand there; 0: nowhere. A name that shares all but
 * its first label is good enough, as an equal one was looked for before.
 */
static uint16_t suffix_find(const struct builder *builder, struct name name, size_t *ret_size)
{
	uint16_t offset = builder_name_offset(builder, name);
	*ret_size = name.size;
	if (offset != BUILDER_UNKNOWN)
		return offset;
	size_t enough = name.size - 1u - name.wire[0], best = 0;
	for (unsigned i = 0; i < builder->name_count && best < enough; i++) {
		size_t size = has_parent(name, &builder->names[i]) ? enough : suffix_match(name, &builder->names[i]);
		if (size <= best)
			continue;
		best = size;
		offset = (uint16_t)(builder->names[i].offset + builder->names[i].size - size);
	}
	*ret_size = best;
	return offset;
}

static void name_remember(struct builder *builder, struct name name, size_t offset, size_t literal)
{
	if (builder->name_count == BUILDER_NAMES_MAX || offset + literal > BUILDER_POINTER_MAX)
		return;
	builder->names[builder->name_count++] = (struct builder_name){.wire = name.wire,
	                                                              .key = name_key(name),
	                                                              .offset = (uint16_t)offset,
	                                                              .size = name.size,
	                                                              .literal = (uint8_t)literal};
}

static inline bool has_room(const struct builder *builder, size_t size)
{
	return builder->size <= builder->limit && builder->limit - builder->size >= size;
}

static bool name_write(struct builder *builder, struct name name)
{
	if (name.size == 1) {
		if (!has_room(builder, 1))
			return false;
		builder->data[builder->size++] = 0;
		return true;
	}
	size_t shared;
	uint16_t pointer = suffix_find(builder, name, &shared);
	size_t literal = name.size - shared, needed = literal + (shared > 0 ? 2 : 0);
	if (!has_room(builder, needed))
		return false;
	uint8_t *at = builder->data + builder->size;
	memcpy(at, name.wire, literal);
	if (shared > 0)
		store_u16(at + literal, 0xc000 | pointer);
	if (literal > 0)
		name_remember(builder, name, builder->size, literal);
	builder->size += needed;
	return true;
}

/* --- Records --- */

/* The RDATA whose names may be compressed, RFC 3597 4: octets before the names, names; octets follow. */
static const struct {
	uint8_t before;
	uint8_t names;
} compressible[RR_MX + 1] = {
    [RR_NS] = {0, 1}, [3 /* MD */] = {0, 1}, [4 /* MF */] = {0, 1}, [RR_CNAME] = {0, 1},
    [RR_SOA] = {0, 2}, [7 /* MB */] = {0, 1}, [8 /* MG */] = {0, 1}, [9 /* MR */] = {0, 1},
    [RR_PTR] = {0, 1}, [14 /* MINFO */] = {0, 2}, [RR_MX] = {2, 1},
};

static bool octets_write(struct builder *builder, const uint8_t *data, size_t size)
{
	if (!has_room(builder, size))
		return false;
	memcpy(builder->data + builder->size, data, size);
	builder->size += size;
	return true;
}

static inline bool is_compressible(uint16_t type)
{
	return type <= RR_MX && compressible[type].names > 0;
}

/* TYPE to the end of RDATA, its names compressed; fixed holds TYPE to RDLENGTH. */
static bool compressible_write(struct builder *builder, uint16_t type, const uint8_t *fixed, struct span rdata)
{
	size_t start = builder->size, taken = compressible[type].before;
	if (!octets_write(builder, fixed, RRSET_RECORD_HEADER) || !octets_write(builder, rdata.data, taken))
		return false;
	for (unsigned i = 0; i < compressible[type].names; i++) {
		struct name name = name_of(rdata.data + taken);
		taken += name.size;
		if (!name_write(builder, name))
			return false;
	}
	if (!octets_write(builder, rdata.data + taken, rdata.size - taken))
		return false;
	store_u16(builder->data + start + 8, (uint16_t)(builder->size - start - RRSET_RECORD_HEADER));
	return true;
}

/*
 * A pointer to the owner. When it stands nowhere yet the first record spells it out, and *offset tells the place to
 * the records that follow.
 */
static bool owner_write(struct builder *builder, struct name owner, uint16_t *offset)
{
	if (*offset != BUILDER_UNKNOWN && *offset <= BUILDER_POINTER_MAX) {
		if (!has_room(builder, 2))
			return false;
		store_u16(builder->data + builder->size, 0xc000 | *offset);
		builder->size += 2;
		return true;
	}
	size_t at = builder->size;
	if (!name_write(builder, owner))
		return false;
	if (owner.size == 1)
		return true;
	uint16_t first = load_u16(builder->data + at);
	if (first >= 0xc000)
		*offset = first & BUILDER_POINTER_MAX;
	else if (at <= BUILDER_POINTER_MAX)
		*offset = (uint16_t)at;
	return true;
}

/* Records without names to compress, behind a pointer: one look at the room, then pointer and copy for each. */
static bool plain_write(struct builder *builder, const struct rrset *rrset, uint16_t offset)
{
	if (!has_room(builder, rrset->size + (size_t)rrset->count * 2))
		return false;
	uint8_t *at = builder->data + builder->size;
	const uint8_t *record = rrset->records;
	builder->size += rrset->size + (size_t)rrset->count * 2;
	for (unsigned left = rrset->count; left > 1; left--) {
		size_t size = RRSET_RECORD_HEADER + load_u16(record + 8);
		store_u16(at, 0xc000 | offset);
		memcpy(at + 2, record, size);
		at += 2 + size;
		record += size;
	}
	store_u16(at, 0xc000 | offset);
	memcpy(at + 2, record, rrset->size - (size_t)(record - rrset->records));
	return true;
}

/* ttl NULL: each record's own. */
static bool records_write(struct builder *builder, struct name owner, uint16_t offset, const struct rrset *rrset,
                          const uint32_t *ttl)
{
	bool has_compressible = is_compressible(rrset->type);
	for (size_t position = 0; position < rrset->size;) {
		const uint8_t *record = rrset->records + position;
		struct span rdata;
		if (!rrset_next(rrset, &position, &rdata) || !owner_write(builder, owner, &offset))
			return false;
		size_t start = builder->size;
		if (has_compressible ? !compressible_write(builder, rrset->type, record, rdata)
		                     : !octets_write(builder, record, RRSET_RECORD_HEADER + rdata.size))
			return false;
		if (ttl != NULL)
			store_u32(builder->data + start + 4, *ttl);
	}
	return true;
}

static bool rrset_write(struct builder *builder, enum section section, struct name owner, uint16_t offset,
                        const struct rrset *rrset, const uint32_t *ttl)
{
	size_t size = builder->size;
	uint8_t name_count = builder->name_count;
	if (!records_write(builder, owner, offset, rrset, ttl)) {
		builder->size = size;
		builder->name_count = name_count;
		return false;
	}
	builder->counts[section] = (uint16_t)(builder->counts[section] + rrset->count);
	return true;
}

bool builder_rrset(struct builder *builder, enum section section, struct name owner, uint16_t owner_offset,
                   const struct rrset *rrset)
{
	if (is_compressible(rrset->type) || owner_offset == BUILDER_UNKNOWN || owner_offset > BUILDER_POINTER_MAX)
		return rrset_write(builder, section, owner, owner_offset, rrset, NULL);
	if (!plain_write(builder, rrset, owner_offset))
		return false;
	builder->counts[section] = (uint16_t)(builder->counts[section] + rrset->count);
	return true;
}

bool builder_rrset_ttl(struct builder *builder, enum section section, struct name owner, uint16_t owner_offset,
                       const struct rrset *rrset, uint32_t ttl)
{
	return rrset_write(builder, section, owner, owner_offset, rrset, &ttl);
}

bool builder_record(struct builder *builder, enum section section, struct name owner, uint16_t owner_offset,
                    uint16_t type, uint16_t class, uint32_t ttl, struct span rdata)
{
	struct builder_mark mark = builder_mark(builder);
	uint8_t fixed[RRSET_RECORD_HEADER];
	store_u16(fixed, type);
	store_u16(fixed + 2, class);
	store_u32(fixed + 4, ttl);
	store_u16(fixed + 8, (uint16_t)rdata.size);
	bool is_written = owner_write(builder, owner, &owner_offset);
	if (is_written && is_compressible(type))
		is_written = compressible_write(builder, type, fixed, rdata);
	else if (is_written)
		is_written = octets_write(builder, fixed, sizeof(fixed)) &&
		             (rdata.size == 0 || octets_write(builder, rdata.data, rdata.size));
	if (!is_written) {
		builder_rollback(builder, mark);
		return false;
	}
	builder->counts[section]++;
	return true;
}

/* --- The message --- */

void builder_empty(struct builder *builder, void *buffer, size_t limit, uint16_t id, uint16_t flags)
{
	builder->data = buffer;
	builder->size = HEADER_SIZE;
	builder->limit = limit;
	builder->flags = flags;
	memset(builder->counts, 0, sizeof(builder->counts));
	builder->name_count = 0;
	builder->question_size = 0;
	store_u16(builder->data, id);
}

/* question: name, type and class as octets, which may be in their place already. */
static void question_write(struct builder *builder, struct name qname, const uint8_t *question, size_t size)
{
	if (!has_room(builder, size))
		return;
	memmove(builder->data + HEADER_SIZE, question, size);
	builder->size += size;
	builder->counts[SECTION_QUESTION] = 1;
	builder->question_size = qname.size;
	if (qname.size > 1)
		name_remember(builder, qname, HEADER_SIZE, qname.size);
}

void builder_answer(struct builder *builder, void *buffer, size_t limit, const struct query *query)
{
	/* RFC 4035 3.1.6: an authoritative server clears CD; AD is its own to set. */
	const uint16_t copied = HEADER_OPCODE_MASK | HEADER_RD;
	builder_empty(builder, buffer, limit, query->id, HEADER_QR | (query->flags & copied));
	if (query->has_question)
		question_write(builder, query->qname, query->message.data + HEADER_SIZE,
		               query->question_end - (size_t)HEADER_SIZE);
}

void builder_query(struct builder *builder, void *buffer, size_t limit, uint16_t id, uint16_t flags,
                   struct name qname, uint16_t qtype, uint16_t qclass)
{
	uint8_t question[NAME_MAX + 4];
	memcpy(question, qname.wire, qname.size);
	store_u16(question + qname.size, qtype);
	store_u16(question + qname.size + 2, qclass);
	builder_empty(builder, buffer, limit, id, flags);
	question_write(builder, qname, question, qname.size + 4u);
}

struct builder_mark builder_mark(const struct builder *builder)
{
	struct builder_mark mark = {.size = builder->size, .name_count = builder->name_count};
	memcpy(mark.counts, builder->counts, sizeof(mark.counts));
	return mark;
}

void builder_rollback(struct builder *builder, struct builder_mark mark)
{
	builder->size = mark.size;
	builder->name_count = mark.name_count;
	memcpy(builder->counts, mark.counts, sizeof(mark.counts));
}

static void opt_write(struct builder *builder, const struct edns *edns)
{
	struct writer out = {.data = builder->data, .size = builder->size, .capacity = builder->limit};
	edns_write(edns, &out);
	builder->size = out.size;
	builder->counts[SECTION_ADDITIONAL]++;
}

bool builder_opt(struct builder *builder, const struct edns *edns)
{
	if (has_room(builder, edns_size(edns))) {
		opt_write(builder, edns);
		return true;
	}
	struct edns less = *edns;
	for (unsigned i = 0; i < less.ede_count; i++)
		less.ede[i].text.size = 0;
	if (!has_room(builder, edns_size(&less)))
		less.ede_count = 0;
	if (!has_room(builder, edns_size(&less)))
		return false;
	opt_write(builder, &less);
	return true;
}

size_t builder_finish(struct builder *builder)
{
	store_u16(builder->data + 2, builder->flags);
	for (enum section section = SECTION_QUESTION; section < SECTION_COUNT; section++)
		store_u16(builder->data + 4 + 2 * section, builder->counts[section]);
	return builder->size;
}
