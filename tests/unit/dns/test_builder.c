/* SPDX-License-Identifier: BSD-2-Clause */
#include "dns/builder.h"

#include "dns/rrtype.h"
#include "tests/unit/cmocka_all.h"
#include "tests/unit/dns/hex.h"

#include <stdio.h>

static struct name from_text(const char *text, struct name_buffer *buffer)
{
	struct name name;
	assert_int_equal(name_from_text(span_text(text), name_root, buffer, &name, NULL), ERR_OK);
	return name;
}

static struct rrset *rrset_of(uint16_t type, uint32_t ttl, size_t count, const struct span *rdata)
{
	size_t size = 0;
	for (size_t i = 0; i < count; i++)
		size += RRSET_RECORD_HEADER + rdata[i].size;
	struct rrset *rrset = malloc(sizeof(*rrset) + size);
	assert_non_null(rrset);
	*rrset = (struct rrset){.type = type, .count = (uint16_t)count, .ttl = ttl, .size = (uint32_t)size};
	uint8_t *at = rrset->records;
	for (size_t i = 0; i < count; i++) {
		store_u16(at, type);
		store_u16(at + 2, CLASS_IN);
		store_u32(at + 4, ttl);
		store_u16(at + 8, (uint16_t)rdata[i].size);
		memcpy(at + 10, rdata[i].data, rdata[i].size);
		at += RRSET_RECORD_HEADER + rdata[i].size;
	}
	return rrset;
}

static void query_for(const char *text, uint16_t type, uint8_t *octets, size_t capacity, struct query *ret)
{
	struct name_buffer buffer;
	struct builder builder;
	builder_query(&builder, octets, capacity, 0x1234, HEADER_RD | HEADER_CD | HEADER_AD, from_text(text, &buffer),
	              type, CLASS_IN);
	assert_int_equal(query_parse(span_of(octets, builder_finish(&builder)), ret), QUERY_OK);
}

static void assert_octets(const struct builder *builder, const char *hex)
{
	uint8_t wanted[1024];
	size_t size = octets_of_hex(hex, wanted, sizeof(wanted));
	assert_int_equal(builder->size, size);
	assert_memory_equal(builder->data, wanted, size);
}

#define V6_1 "\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\1"
#define V6_2 "\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\2"

static void addresses_point_at_the_question(void **state)
{
	uint8_t question[300], octets[1232];
	struct query query;
	query_for("wWw.eX.", RR_AAAA, question, sizeof(question), &query);
	struct rrset *rrset = rrset_of(RR_AAAA, 60, 2, (struct span[]){span_of(V6_1, 16), span_of(V6_2, 16)});
	struct builder builder;
	builder_answer(&builder, octets, sizeof(octets), &query);
	builder_flag(&builder, HEADER_AA);
	assert_true(builder_rrset(&builder, SECTION_ANSWER, query.qname, BUILDER_QUESTION, rrset));
	assert_int_equal(builder_finish(&builder), builder.size);
	/* RD is copied, AD and CD are not; the question keeps its case. */
	assert_octets(&builder, "1234 8500 0001 0002 0000 0000 03775777 026558 00 001c 0001 "
	                        "c00c 001c 0001 0000003c 0010 20010db8000000000000000000000001 "
	                        "c00c 001c 0001 0000003c 0010 20010db8000000000000000000000002");
	free(rrset);
}

/* A referral: owner is a suffix of the question, targets compress against it and against each other. */
static void names_compress(void **state)
{
	uint8_t question[300], octets[1232];
	struct query query;
	query_for("www.sub.ex.", RR_A, question, sizeof(question), &query);
	struct rrset *ns = rrset_of(RR_NS, 1, 3, (struct span[]){span_of("\3ns1\3SUB\2ex", 12),
	                                                         span_of("\3ns2\3nic\3foo", 13),
	                                                         span_of("\3ns3\3nic\3foo", 13)});
	struct rrset *a = rrset_of(RR_A, 1, 1, (struct span[]){span_of("\300\0\2\1", 4)});
	struct name_buffer buffer;
	struct builder builder;
	builder_answer(&builder, octets, sizeof(octets), &query);
	struct name cut = from_text("sub.ex.", &buffer);
	uint16_t offset = builder_question_suffix(&builder, cut);
	assert_int_equal(offset, 16);
	assert_true(builder_rrset(&builder, SECTION_AUTHORITY, cut, offset, ns));
	struct name_buffer glue_buffer;
	struct name glue = from_text("NS1.sub.ex.", &glue_buffer);
	assert_int_equal(builder_name_offset(&builder, glue), 40);
	assert_true(builder_rrset(&builder, SECTION_ADDITIONAL, glue, BUILDER_UNKNOWN, a));
	builder_finish(&builder);
	assert_octets(&builder, "1234 8100 0001 0000 0003 0001 03777777 03737562 026578 00 0001 0001 "
	                        "c010 0002 0001 00000001 0006 036e7331 c010 "
	                        "c010 0002 0001 00000001 000d 036e7332 036e6963 03666f6f 00 "
	                        "c010 0002 0001 00000001 0006 036e7333 c03e "
	                        "c028 0001 0001 00000001 0004 c0000201");
	free(ns);
	free(a);
}

/* "\3foo" inside a longer label is no label: the octets are equal, the boundaries are not. */
static void boundaries_count(void **state)
{
	uint8_t question[300], octets[512];
	struct query query;
	query_for("x\\003foo.", RR_NS, question, sizeof(question), &query);
	struct rrset *ns = rrset_of(RR_NS, 1, 1, (struct span[]){span_of("\3foo", 5)});
	struct builder builder;
	builder_answer(&builder, octets, sizeof(octets), &query);
	assert_true(builder_rrset(&builder, SECTION_ANSWER, query.qname, BUILDER_QUESTION, ns));
	builder_finish(&builder);
	assert_octets(&builder, "1234 8100 0001 0001 0000 0000 05 78 03 666f6f 00 0002 0001 "
	                        "c00c 0002 0001 00000001 0005 03666f6f00");
	free(ns);
}

static void soa_and_mx_compress_inside(void **state)
{
	uint8_t question[300], octets[512];
	struct query query;
	query_for("ex.", RR_MX, question, sizeof(question), &query);
	struct rrset *mx = rrset_of(RR_MX, 1, 2, (struct span[]){span_of("\0\12\4mail\2ex", 11), span_of("\0\0", 3)});
	struct rrset *soa =
	    rrset_of(RR_SOA, 3600, 1, (struct span[]){span_of("\4mail\2ex\0\1h\4mail\2ex\0\0\0\0\1\0\0\0\2\0\0\0\3\0\0\0\4\0\0\0\5", 40)});
	soa->size = RRSET_RECORD_HEADER + 9 + 11 + 20;
	struct builder builder;
	builder_answer(&builder, octets, sizeof(octets), &query);
	assert_true(builder_rrset(&builder, SECTION_ANSWER, query.qname, BUILDER_QUESTION, mx));
	assert_true(builder_rrset_ttl(&builder, SECTION_AUTHORITY, query.qname, BUILDER_QUESTION, soa, 5));
	builder_finish(&builder);
	assert_octets(&builder, "1234 8100 0001 0002 0001 0000 026578 00 000f 0001 "
	                        "c00c 000f 0001 00000001 0009 000a 046d61696c c00c "
	                        "c00c 000f 0001 00000001 0003 0000 00 "
	                        "c00c 0006 0001 00000005 001a c022 0168 c022 "
	                        "0000000100000002000000030000000400000005");
	free(mx);
	free(soa);
}

/* The root is never pointed at, and types newer than RFC 1035 keep their names whole (RFC 3597 4). */
static void what_is_never_compressed(void **state)
{
	uint8_t question[300], octets[512];
	struct query query;
	query_for(".", RR_NS, question, sizeof(question), &query);
	struct rrset *ns = rrset_of(RR_NS, 1, 1, (struct span[]){span_of("\1a\2ex", 6)});
	struct builder builder;
	builder_answer(&builder, octets, sizeof(octets), &query);
	assert_int_equal(builder_question_suffix(&builder, name_root), BUILDER_UNKNOWN);
	assert_true(builder_rrset(&builder, SECTION_ANSWER, name_root, BUILDER_UNKNOWN, ns));
	assert_true(builder_record(&builder, SECTION_ADDITIONAL, name_of((const uint8_t *)"\2ex"), BUILDER_UNKNOWN,
	                           RR_SRV, CLASS_IN, 0, span_of("\0\0\0\0\0\65\1a\2ex", 12)));
	builder_finish(&builder);
	assert_octets(&builder, "1234 8100 0001 0001 0000 0001 00 0002 0001 00 0002 0001 00000001 0006 0161026578 00 "
	                        "c01e 0021 0001 00000000 000c 000000000035 0161026578 00");
	free(ns);
}

static void nothing_half_is_left(void **state)
{
	uint8_t question[300], octets[512];
	struct query query;
	query_for("ex.", RR_NS, question, sizeof(question), &query);
	struct rrset *ns = rrset_of(RR_NS, 1, 2, (struct span[]){span_of("\1a\1b", 5), span_of("\1c\1b", 5)});
	struct builder builder;
	builder_answer(&builder, octets, sizeof(octets), &query);
	struct builder_mark empty = builder_mark(&builder);
	size_t before = builder.size;
	for (size_t limit = 0; limit < before + 12 + 5 + 12 + 4; limit++) {
		memset(octets + before, 0xee, sizeof(octets) - before);
		builder.limit = limit;
		assert_false(builder_rrset(&builder, SECTION_ANSWER, query.qname, BUILDER_QUESTION, ns));
		assert_false(builder_rrset(&builder, SECTION_ANSWER, query.qname, BUILDER_UNKNOWN, ns));
		assert_int_equal(builder.size, before);
		assert_int_equal(builder.counts[SECTION_ANSWER], 0);
		assert_int_equal(builder.name_count, 1);
		for (size_t i = limit > before ? limit : before; i < sizeof(octets); i++)
			assert_int_equal(octets[i], 0xee);
	}
	builder.limit = before + 12 + 5 + 12 + 4;
	assert_true(builder_rrset(&builder, SECTION_ANSWER, query.qname, BUILDER_QUESTION, ns));
	assert_int_equal(builder.size, builder.limit);
	builder_rollback(&builder, empty);
	assert_int_equal(builder.size, before);
	assert_int_equal(builder.counts[SECTION_ANSWER], 0);
	/* A name taken back must not be pointed at. */
	assert_int_equal(builder_name_offset(&builder, name_of((const uint8_t *)"\1a\1b")), BUILDER_UNKNOWN);
	free(ns);
}

/* RFC 1035 4.1.4: fourteen bits of offset. Beyond them names are written in full and never pointed at. */
static void far_offsets_are_not_pointed_at(void **state)
{
	static uint8_t question[300], octets[65535], filler[20000];
	struct query query;
	query_for("ex.", RR_NS, question, sizeof(question), &query);
	struct builder builder;
	builder_answer(&builder, octets, sizeof(octets), &query);
	assert_true(builder_record(&builder, SECTION_ANSWER, query.qname, BUILDER_QUESTION, 65280, CLASS_IN, 0,
	                           span_of(filler, sizeof(filler))));
	for (int i = 0; i < 2; i++) {
		size_t at = builder.size;
		assert_true(builder_record(&builder, SECTION_ANSWER, query.qname, BUILDER_QUESTION, RR_NS, CLASS_IN, 0,
		                           span_of("\1a\1b", 5)));
		assert_int_equal(builder.size - at, 12 + 5);
	}
	size_t at = builder.size;
	assert_true(builder_record(&builder, SECTION_ANSWER, name_of((const uint8_t *)"\1a\1b"), 20030, RR_NS, CLASS_IN, 0,
	                           span_of("\1a\2ex", 6)));
	assert_int_equal(builder.size - at, 5 + 10 + 4);
}

static void opt_gives_way(void **state)
{
	uint8_t question[300], octets[512];
	struct query query;
	query_for("ex.", RR_NS, question, sizeof(question), &query);
	struct edns edns = {.udp_size = 1232, .rcode = RCODE_BADVERS, .is_do = true, .ede_count = 1,
	                    .ede = {{.code = EDE_NOT_AUTHORITATIVE, .text = span_text("not here")}}};
	static const struct {
		size_t room;
		const char *rdata;
	} rows[] = {{25, "000e 000f 000a 0014 6e6f742068657265"}, {24, "0006 000f 0002 0014"}, {16, "0000"}};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct builder builder;
		builder_answer(&builder, octets, 12 + 8 + rows[i].room, &query);
		assert_true(builder_opt(&builder, &edns));
		builder_finish(&builder);
		char hex[200];
		snprintf(hex, sizeof(hex), "1234 8100 0001 0000 0000 0001 026578 00 0002 0001 00 0029 04d0 01 00 8000 %s",
		         rows[i].rdata);
		assert_octets(&builder, hex);
	}
	struct builder builder;
	builder_answer(&builder, octets, 12 + 8 + 10, &query);
	assert_false(builder_opt(&builder, &edns));
	assert_int_equal(builder.counts[SECTION_ADDITIONAL], 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(addresses_point_at_the_question),
		cmocka_unit_test(names_compress),
		cmocka_unit_test(boundaries_count),
		cmocka_unit_test(soa_and_mx_compress_inside),
		cmocka_unit_test(what_is_never_compressed),
		cmocka_unit_test(nothing_half_is_left),
		cmocka_unit_test(far_offsets_are_not_pointed_at),
		cmocka_unit_test(opt_gives_way),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
