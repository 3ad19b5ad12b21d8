/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The input is a plan: a limit, then RRsets with names made of few labels, so that much compresses. What was taken
 * must come back in order from our walker, name by name but for case, and ldns must read the message whole.
 */
#include "dns/builder.h"
#include "dns/message/message.h"
#include "dns/rdata.h"
#include "tests/fuzz/require.h"

#include <ldns/ldns.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define SETS_MAX 60
#define RECORDS_MAX 4
#define RECORD_MAX 600 /* octets */

struct set {
	enum section section;
	struct name owner;
	struct name_buffer owner_buffer;
	struct rrset *rrset;
};

static struct set sets[SETS_MAX];

static uint8_t octet_take(struct span *plan)
{
	uint8_t octet = 0;
	(void)span_take_u8(plan, &octet);
	return octet;
}

/* Up to seven labels, 218 octets, from a list that has equal ones in other case, and some with a name inside. */
static void name_write(struct span *plan, struct writer *out)
{
	static const char *const labels[] = {"\1a", "\1A", "\3foo", "\3FOO", "\5x\3foo", "\6x\3foo\0", "\7example", "\3com",
	                                     "\36yyyyyyyyyyyyyyyyyyyyyyyyyyyyyy", "\36YYYYYYYYYYYYYYYYYYYYYYYYYYYYYY"};
	unsigned count = octet_take(plan) % 8;
	while (count-- > 0) {
		const char *label = labels[octet_take(plan) % 10];
		writer_bytes(out, label, 1u + (size_t)label[0]);
	}
	writer_u8(out, 0);
}

static void rdata_write(struct span *plan, uint16_t type, struct writer *out)
{
	static const uint8_t numbers[20] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20};
	switch (type) {
	case RR_A:
		writer_bytes(out, numbers, 4);
		break;
	case RR_AAAA:
		writer_bytes(out, numbers, 16);
		break;
	case RR_MX:
		writer_bytes(out, numbers, 2);
		name_write(plan, out);
		break;
	case RR_SRV:
		writer_bytes(out, numbers, 6);
		name_write(plan, out);
		break;
	case RR_SOA:
		name_write(plan, out);
		name_write(plan, out);
		writer_bytes(out, numbers, 20);
		break;
	case RR_TXT:
		writer_u8(out, 255);
		for (int i = 0; i < 255; i++)
			writer_u8(out, 'x');
		break;
	default:
		name_write(plan, out);
	}
}

static void set_make(struct span *plan, struct set *set)
{
	static const uint16_t types[] = {RR_A, RR_AAAA, RR_NS, RR_CNAME, RR_MX, RR_SOA, RR_PTR, RR_SRV, RR_DNAME, RR_TXT};
	static uint8_t records[RECORDS_MAX * RECORD_MAX];
	uint8_t choice = octet_take(plan);
	uint16_t type = types[choice % 10], count = 1 + choice / 10 % RECORDS_MAX;
	struct writer out = writer_of(set->owner_buffer.wire, NAME_MAX);
	name_write(plan, &out);
	set->owner = name_of(set->owner_buffer.wire);
	out = writer_of(records, sizeof(records));
	for (unsigned i = 0; i < count; i++) {
		size_t start = out.size;
		writer_u16(&out, type);
		writer_u16(&out, CLASS_IN);
		writer_u32(&out, 300);
		writer_u16(&out, 0);
		rdata_write(plan, type, &out);
		store_u16(records + start + 8, (uint16_t)(out.size - start - RRSET_RECORD_HEADER));
	}
	set->rrset = malloc(sizeof(*set->rrset) + out.size);
	REQUIRE(set->rrset != NULL && !out.is_full);
	*set->rrset = (struct rrset){.type = type, .count = count, .ttl = 300, .size = (uint32_t)out.size};
	memcpy(set->rrset->records, records, out.size);
}

static void require_records(const struct message *message, struct message_place *place, const struct set *set)
{
	size_t position = 0;
	struct span wanted;
	while (rrset_next(set->rrset, &position, &wanted)) {
		struct message_item item;
		static uint8_t rdata[RDATA_MAX], lower[RDATA_MAX], wanted_lower[RDATA_MAX];
		struct writer out = writer_of(rdata, sizeof(rdata)), a = writer_of(lower, sizeof(lower)),
		              b = writer_of(wanted_lower, sizeof(wanted_lower));
		REQUIRE(message_next(message, place, &item) == ERR_OK && item.section == set->section);
		REQUIRE(item.type == set->rrset->type && item.ttl_s == 300 && name_equal(item.owner, set->owner));
		REQUIRE(message_rdata(message, &item, &out) == ERR_OK);
		REQUIRE(rdata_canonical(item.type, writer_span(&out), &a) == ERR_OK);
		REQUIRE(rdata_canonical(item.type, wanted, &b) == ERR_OK);
		REQUIRE(span_equal(writer_span(&a), writer_span(&b)));
	}
}

static void require_message(struct span octets, size_t count)
{
	struct message message;
	struct message_place place = {0};
	struct message_item item;
	REQUIRE(message_read(octets, &message) == ERR_OK && message.error == ERR_OK);
	REQUIRE(message_next(&message, &place, &item) == ERR_OK && item.section == SECTION_QUESTION);
	for (size_t i = 0; i < count; i++)
		require_records(&message, &place, &sets[i]);
	if (message.has_edns)
		REQUIRE(message_next(&message, &place, &item) == ERR_OK && item.type == RR_OPT);
	REQUIRE(message_next(&message, &place, &item) == ERR_NOT_FOUND);
	ldns_pkt *packet = NULL;
	REQUIRE(ldns_wire2pkt(&packet, octets.data, octets.size) == LDNS_STATUS_OK);
	ldns_pkt_free(packet);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static uint8_t octets[65535], question[HEADER_SIZE + NAME_MAX + 4];
	struct span plan = span_of(data, size);
	struct name_buffer qname;
	struct writer out = writer_of(qname.wire, sizeof(qname.wire));
	struct builder builder;
	struct query query;
	size_t limit = 300u + 256u * octet_take(&plan) % 65236u, count = 0;
	name_write(&plan, &out);
	builder_query(&builder, question, sizeof(question), 1, 0, name_of(qname.wire), RR_A, CLASS_IN);
	REQUIRE(query_parse(span_of(question, builder_finish(&builder)), &query) == QUERY_OK);
	builder_answer(&builder, octets, limit, &query);
	for (enum section section = SECTION_ANSWER; plan.size > 0 && count < SETS_MAX;) {
		struct set *set = &sets[count];
		uint8_t choice = octet_take(&plan);
		if (choice & 1 && section < SECTION_ADDITIONAL)
			section++;
		set_make(&plan, set);
		set->section = section;
		struct builder_mark mark = builder_mark(&builder);
		/* The place of the owner is sometimes said, when it is known. */
		uint16_t offset = choice & 2 ? builder_name_offset(&builder, set->owner) : BUILDER_UNKNOWN;
		bool is_in = builder_rrset(&builder, section, set->owner, offset, set->rrset);
		REQUIRE(builder.size <= limit && (is_in || builder.size == mark.size));
		if (is_in && (choice & 0x1c) == 0x1c) {
			builder_rollback(&builder, mark);
			is_in = false;
		}
		if (is_in)
			count++;
		else
			free(set->rrset);
	}
	struct edns edns = {.udp_size = 1232, .padding_block = octet_take(&plan)};
	bool has_opt = builder_opt(&builder, &edns);
	REQUIRE(has_opt || builder.limit - builder.size < EDNS_HEADER_SIZE);
	require_message(span_of(octets, builder_finish(&builder)), count);
	while (count > 0)
		free(sets[--count].rrset);
	return 0;
}
