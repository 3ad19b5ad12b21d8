/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/sim/template.h"

#include "dns/query.h"
#include "dns/rdata.h"

#include <stdlib.h>

#define RECORDS_MAX 4096

struct seen { /* a record of the message */
	enum section section;
	struct name owner;
	uint16_t type, class;
	uint32_t ttl_s;
	struct span rdata;
	bool is_matched;
};

struct matching {
	const struct entry *entry;
	struct message message;
	enum question_transport transport;
	struct query query; /* the front of the message, read as a query: its question */
	struct seen *seen;
	size_t seen_count;
	struct arena *arena;
	struct text *why;
};

static bool differs(const struct matching *matching, const char *what)
{
	if (matching->why != NULL)
		text_addf(matching->why, "%s", what);
	return false;
}

/* --- Records --- */

/* Names in RDATA in lower case, whatever the type: two records that differ by case alone are one here. */
static struct span rdata_lower(struct arena *arena, uint16_t type, struct span rdata)
{
	struct rdata_name name;
	uint8_t *copy = arena_copy(arena, rdata.data, rdata.size + (rdata.size == 0), 1);
	if (copy == NULL)
		abort();
	for (size_t position = 0; rdata_next_name(type, rdata, &position, &name);) {
		struct name_buffer buffer;
		struct name lower = name_lower(name.name, &buffer);
		memcpy(copy + name.offset, lower.wire, lower.size);
	}
	return span_of(copy, rdata.size);
}

static bool seen_read(struct matching *matching)
{
	struct message_place place = {0};
	struct message_item item;
	static uint8_t rdata[RDATA_MAX];
	int err;
	matching->arena = arena_new(65536);
	matching->seen = calloc(RECORDS_MAX, sizeof(*matching->seen));
	if (matching->arena == NULL || matching->seen == NULL)
		abort();
	while ((err = message_next(&matching->message, &place, &item)) == ERR_OK) {
		if (item.section == SECTION_QUESTION || item.type == RR_OPT)
			continue;
		struct writer out = writer_of(rdata, sizeof(rdata));
		if (matching->seen_count == RECORDS_MAX || message_rdata(&matching->message, &item, &out) != ERR_OK)
			return false;
		uint8_t *owner = arena_copy(matching->arena, item.owner.wire, item.owner.size, 1);
		matching->seen[matching->seen_count++] =
			(struct seen){.section = item.section,
				      .owner = name_of(owner),
				      .type = item.type,
				      .class = item.class,
				      .ttl_s = item.ttl_s,
				      .rdata = rdata_lower(matching->arena, item.type, writer_span(&out))};
	}
	return err == ERR_NOT_FOUND;
}

static bool record_is(const struct matching *matching, const struct template_record *record, const struct seen *seen,
		      struct span lower)
{
	bool is_ttl_equal = (matching->entry->match & MATCH_TTL) == 0 || record->ttl_s == seen->ttl_s;
	return record->section == seen->section && record->type == seen->type && record->class == seen->class &&
	       is_ttl_equal && name_equal(record->owner, seen->owner) && span_equal(lower, seen->rdata);
}

/* The entry's packet describes the section: each of its records is there, and nothing else is. */
static bool section_is(struct matching *matching, enum section section, unsigned packet)
{
	bool is_wanted_there = true;
	for (size_t i = 0; i < matching->seen_count; i++)
		matching->seen[i].is_matched = false;
	for (const struct template_record *record = matching->entry->records; record != NULL; record = record->next) {
		bool is_there = false;
		if (record->section != section || record->packet != packet)
			continue;
		struct span lower = rdata_lower(matching->arena, record->type, record->rdata);
		for (size_t i = 0; i < matching->seen_count; i++) {
			if (!record_is(matching, record, &matching->seen[i], lower))
				continue;
			is_there = true;
			matching->seen[i].is_matched = true;
		}
		is_wanted_there = is_wanted_there && is_there;
	}
	bool is_seen_wanted = true;
	for (size_t i = 0; i < matching->seen_count; i++)
		is_seen_wanted =
			is_seen_wanted && (matching->seen[i].section != section || matching->seen[i].is_matched);
	return is_wanted_there && is_seen_wanted;
}

static bool sections_are(struct matching *matching)
{
	static const struct {
		enum section section;
		uint32_t word;
		const char *title;
	} rows[] = {
		{SECTION_ANSWER, MATCH_ANSWER, "the answer section"},
		{SECTION_AUTHORITY, MATCH_AUTHORITY, "the authority section"},
		{SECTION_ADDITIONAL, MATCH_ADDITIONAL, "the additional section"},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		bool is_one = (matching->entry->match & rows[i].word) == 0;
		for (unsigned packet = 0; packet <= matching->entry->packets && !is_one; packet++)
			is_one = section_is(matching, rows[i].section, packet);
		if (!is_one)
			return differs(matching, rows[i].title);
	}
	return true;
}

/* --- Header and question --- */

#define FLAGS_COMPARED (HEADER_QR | HEADER_AA | HEADER_TC | HEADER_RD | HEADER_RA | HEADER_AD | HEADER_CD)

static bool header_is(const struct matching *matching)
{
	const struct entry *entry = matching->entry;
	const struct message *message = &matching->message;
	if ((entry->match & MATCH_OPCODE) != 0 && message->opcode != entry->opcode)
		return differs(matching, "the opcode");
	if ((entry->match & MATCH_RCODE) != 0 && message->rcode != entry->rcode)
		return differs(matching, "the rcode");
	if ((entry->match & MATCH_FLAGS) != 0 && ((message->flags ^ entry->flags) & FLAGS_COMPARED) != 0)
		return differs(matching, "the flags");
	return true;
}

static bool case_is(struct name a, struct name b)
{
	return a.size == b.size && memcmp(a.wire, b.wire, a.size) == 0;
}

/* An entry without a question says nothing of it. */
static bool question_is(const struct matching *matching)
{
	const struct entry *entry = matching->entry;
	const struct query *query = &matching->query;
	uint32_t about = MATCH_QTYPE | MATCH_QNAME | MATCH_QCASE | MATCH_SUBDOMAIN;
	if ((entry->match & about) == 0 || !entry->has_question)
		return true;
	if (!query->has_question)
		return differs(matching, "the question");
	if ((entry->match & MATCH_QTYPE) != 0 && (query->qtype != entry->qtype || query->qclass != entry->qclass))
		return differs(matching, "the question's type");
	if ((entry->match & MATCH_QNAME) != 0 && !name_equal(query->qname, entry->qname))
		return differs(matching, "the question's name");
	if ((entry->match & MATCH_QCASE) != 0 && !case_is(query->qname, entry->qname))
		return differs(matching, "the case of the question's name");
	if ((entry->match & MATCH_SUBDOMAIN) != 0 && !name_is_at_or_below(query->qname, entry->qname))
		return differs(matching, "the question's name");
	return true;
}

/* --- EDNS --- */

static bool nsid_of(struct span options, struct span *ret)
{
	uint16_t code;
	for (size_t position = 0; edns_next_option(options, &position, &code, ret) == ERR_OK;) {
		if (code == EDNS_NSID)
			return true;
	}
	*ret = span_of(NULL, 0);
	return false;
}

static bool nsid_is(const struct matching *matching)
{
	struct span wanted, seen;
	bool is_wanted = nsid_of(matching->entry->edns_data, &wanted);
	bool is_seen = nsid_of(matching->message.edns_rdata, &seen);
	return is_wanted == is_seen && span_equal(wanted, seen);
}

static bool ede_is(const struct matching *matching)
{
	const struct edns *edns = &matching->message.edns;
	if (matching->entry->ede < 0)
		return edns->ede_count > 0;
	for (unsigned i = 0; i < edns->ede_count; i++) {
		if (edns->ede[i].code == matching->entry->ede)
			return true;
	}
	return false;
}

static bool opt_is(const struct matching *matching)
{
	const struct entry *entry = matching->entry;
	const struct message *message = &matching->message;
	return message->has_edns == entry->has_edns && (!entry->has_edns || message->edns.is_do == entry->is_do) &&
	       message->edns.version == 0;
}

static bool edns_is(const struct matching *matching)
{
	const struct entry *entry = matching->entry;
	const struct message *message = &matching->message;
	size_t cookie = message->edns.cookie.data == NULL ? 0 : message->edns.cookie.size;
	if ((entry->match & MATCH_EDNS) != 0 && !opt_is(matching))
		return differs(matching, "EDNS");
	if ((entry->match & MATCH_NOEDNS) != 0 && message->has_edns)
		return differs(matching, "there is EDNS");
	if ((entry->match & MATCH_EDNS_MOST) != 0 && message->has_edns && message->edns.udp_size > entry->edns_most)
		return differs(matching, "the size that EDNS offers");
	if ((entry->match & MATCH_DO) != 0 && !message->edns.is_do)
		return differs(matching, "DO is not set");
	if ((entry->match & MATCH_NSID) != 0 && !nsid_is(matching))
		return differs(matching, "NSID");
	if ((entry->match & MATCH_EDNSDATA) != 0 && !span_equal(entry->edns_data, message->edns_rdata))
		return differs(matching, "the options of EDNS");
	if ((entry->match & MATCH_EDE) != 0 && !ede_is(matching))
		return differs(matching, "the extended error");
	if ((entry->match & MATCH_CLIENT_COOKIE) != 0 && cookie != 8)
		return differs(matching, "not a client cookie alone");
	if ((entry->match & MATCH_SERVER_COOKIE) != 0 && cookie < 16)
		return differs(matching, "no server cookie");
	return true;
}

static bool serial_is(const struct matching *matching)
{
	if ((matching->entry->match & MATCH_SERIAL) == 0)
		return true;
	for (size_t i = 0; i < matching->seen_count; i++) {
		const struct seen *seen = &matching->seen[i];
		if (seen->type == RR_SOA && seen->rdata.size >= 20 &&
		    load_u32(seen->rdata.data + seen->rdata.size - 20) == matching->entry->serial)
			return true;
	}
	return differs(matching, "the serial");
}

/* --- All --- */

static bool matching_is(struct matching *matching)
{
	const uint32_t match = matching->entry->match;
	if ((match & MATCH_TCP) != 0 && matching->transport != QUESTION_TCP)
		return differs(matching, "not over TCP");
	if ((match & MATCH_UDP) != 0 && matching->transport != QUESTION_UDP)
		return differs(matching, "not over UDP");
	if (!header_is(matching) || !question_is(matching) || !edns_is(matching))
		return false;
	if ((match & (MATCH_ANSWER | MATCH_AUTHORITY | MATCH_ADDITIONAL | MATCH_SERIAL)) == 0)
		return true;
	if (!seen_read(matching))
		return differs(matching, "it is malformed");
	return serial_is(matching) && sections_are(matching);
}

/* The first question of any message, read as a query would be. */
static void question_take(struct span octets, struct query *ret)
{
	static uint8_t kept[NAME_MAX];
	struct message message;
	struct message_place place = {0};
	struct message_item item;
	*ret = (struct query){0};
	if (message_read(octets, &message) != ERR_OK || message.counts[SECTION_QUESTION] == 0 ||
	    message_next(&message, &place, &item) != ERR_OK)
		return;
	memcpy(kept, item.owner.wire, item.owner.size);
	ret->has_question = true;
	ret->qname = name_of(kept);
	ret->qtype = item.type;
	ret->qclass = item.class;
}

bool template_matches(const struct entry *entry, struct span octets, enum question_transport transport,
		      struct text *why)
{
	struct matching matching = {.entry = entry, .transport = transport, .why = why};
	if (message_read(octets, &matching.message) != ERR_OK)
		return false;
	question_take(octets, &matching.query);
	bool is_match = matching_is(&matching);
	free(matching.seen);
	arena_free(matching.arena);
	return is_match;
}
