/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/sim/template.h"

#include "dns/builder.h"
#include "dns/query.h"
#include "dns/rdata.h"

#include <stdlib.h>

#define UDP_SIZE_LEAST 512

static uint16_t header_flags(const struct entry *entry)
{
	return (uint16_t)(entry->flags | entry->opcode << HEADER_OPCODE_SHIFT);
}

/* The options of HEX_EDNSDATA follow what the builder wrote: OPT is the last record and its RDATA is empty. */
static size_t options_append(const struct entry *entry, uint8_t *message, size_t size)
{
	struct span data = entry->edns_data;
	if (data.data == NULL || size + data.size > TEMPLATE_MAX)
		return size;
	memcpy(message + size, data.data, data.size);
	store_u16(message + size - 2, (uint16_t)data.size);
	return size + data.size;
}

/* False: something had no room. */
static bool records_write(const struct entry *entry, struct builder *builder, unsigned packet)
{
	for (enum section section = SECTION_ANSWER; section < SECTION_COUNT; section++) {
		for (const struct template_record *record = entry->records; record != NULL; record = record->next) {
			if (record->section == section && record->packet == packet &&
			    !builder_record(builder, section, record->owner, BUILDER_UNKNOWN, record->type,
					    record->class, record->ttl_s, record->rdata))
				return false;
		}
	}
	return true;
}

struct question_words {
	bool has;
	struct name qname;
	uint16_t qtype, qclass;
};

/* A message without a question cannot be started by builder_query. */
static void message_start(struct builder *builder, uint8_t *ret, size_t limit, uint16_t id, uint16_t flags,
			  const struct question_words *question)
{
	builder_query(builder, ret, limit, id, flags, question->has ? question->qname : name_root, question->qtype,
		      question->qclass);
	if (question->has)
		return;
	builder->size = HEADER_SIZE;
	builder->counts[SECTION_QUESTION] = 0;
	builder->name_count = 0;
	builder->question_size = 0;
}

size_t template_query(const struct entry *entry, uint16_t id, uint8_t *ret)
{
	if (entry->raw.data != NULL) {
		memcpy(ret, entry->raw.data, entry->raw.size);
		return entry->raw.size;
	}
	struct builder *builder = calloc(1, sizeof(*builder));
	if (builder == NULL)
		abort();
	const struct question_words question = {entry->has_question, entry->qname, entry->qtype, entry->qclass};
	message_start(builder, ret, TEMPLATE_MAX, id, header_flags(entry), &question);
	bool fits = records_write(entry, builder, 0);
	const struct edns edns = {.udp_size = entry->edns_size, .rcode = entry->rcode, .is_do = entry->is_do};
	if (entry->has_edns)
		fits = builder_opt(builder, &edns) && fits;
	builder_rcode(builder, entry->rcode);
	size_t size = builder_finish(builder);
	free(builder);
	if (!fits)
		abort(); /* a query of 64 KiB */
	return entry->has_edns ? options_append(entry, ret, size) : size;
}

static size_t raw_reply(const struct entry *entry, struct span query, uint8_t *ret)
{
	memcpy(ret, entry->raw.data, entry->raw.size);
	if ((entry->adjust & (ADJUST_COPY_ID | ADJUST_RAW_ID)) != 0 && entry->raw.size >= 2)
		memcpy(ret, query.data, 2);
	return entry->raw.size;
}

static struct question_words reply_question(const struct entry *entry, const struct query *query,
                                            struct name_buffer *buffer)
{
	struct question_words question = {entry->has_question, entry->qname, entry->qtype, entry->qclass};
	if ((entry->adjust & ADJUST_COPY_QUERY) != 0)
		question = (struct question_words){query->has_question, query->qname, query->qtype, query->qclass};
	else if ((entry->adjust & ADJUST_COPY_ID) != 0 && query->has_question)
		question.qname = query->qname; /* the case as sent; below SUBDOMAIN the name itself, as Deckard does */
	if ((entry->adjust & ADJUST_LOWER_CASE) != 0 && question.has)
		question.qname = name_lower(question.qname, buffer);
	return question;
}

size_t template_reply(const struct entry *entry, struct span message, enum question_transport transport, uint8_t *ret)
{
	struct query query;
	if (entry->raw.data != NULL)
		return raw_reply(entry, message, ret);
	(void)query_parse(message, &query);
	struct builder *builder = calloc(1, sizeof(*builder));
	if (builder == NULL)
		abort();
	size_t limit = transport == QUESTION_TCP ? TEMPLATE_MAX : query_udp_size(&query);
	struct name_buffer lower;
	const struct question_words question = reply_question(entry, &query, &lower);
	uint16_t id = (entry->adjust & ADJUST_COPY_ID) != 0 ? query.id : 0;
	message_start(builder, ret, limit, id, header_flags(entry), &question);
	struct builder_mark mark = builder_mark(builder);
	bool has_edns = query.has_edns && entry->has_edns; /* RFC 6891 6.1.1: only in reply to one */
	size_t reserved = has_edns ? EDNS_HEADER_SIZE + entry->edns_data.size : 0;
	builder->limit -= reserved;
	if (!records_write(entry, builder, 0)) {
		builder_rollback(builder, mark);
		builder_flag(builder, HEADER_TC);
	}
	builder->limit = limit;
	const struct edns edns = {.udp_size = entry->edns_size, .rcode = entry->rcode, .is_do = query.is_do};
	if (has_edns && !builder_opt(builder, &edns))
		abort(); /* room was kept */
	builder_rcode(builder, entry->rcode);
	size_t size = builder_finish(builder);
	free(builder);
	return has_edns ? options_append(entry, ret, size) : size;
}

static void record_to_text(const struct template_record *record, struct text *out)
{
	char owner[NAME_TEXT_MAX], type[RRTYPE_TEXT_MAX], class[RRTYPE_TEXT_MAX];
	name_to_text(record->owner, owner);
	rrtype_to_text(record->type, type);
	rrclass_to_text(record->class, class);
	text_addf(out, "%s %u %s %s ", owner, record->ttl_s, class, type);
	rdata_to_text(record->type, record->rdata, out);
	text_add_char(out, '\n');
}

void template_to_text(const struct entry *entry, struct text *out)
{
	static const char *const titles[] = {"question", "answer", "authority", "additional"};
	char rcode[HEADER_TEXT_MAX], name[NAME_TEXT_MAX], type[RRTYPE_TEXT_MAX];
	rcode_to_text(entry->rcode, rcode);
	text_addf(out, "%s, flags: ", rcode);
	message_flags_to_text(entry->flags, out);
	text_add_char(out, '\n');
	if (entry->has_question) {
		name_to_text(entry->qname, name);
		rrtype_to_text(entry->qtype, type);
		text_addf(out, "question: %s %s\n", name, type);
	}
	for (enum section section = SECTION_ANSWER; section < SECTION_COUNT; section++) {
		text_addf(out, "%s:\n", titles[section]);
		for (const struct template_record *record = entry->records; record != NULL; record = record->next) {
			if (record->section == section)
				record_to_text(record, out);
		}
	}
}
