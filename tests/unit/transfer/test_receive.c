/* SPDX-License-Identifier: BSD-2-Clause */
/* Answers that are no transfer: each is told apart, and nothing of them is kept. */
#include "tests/unit/transfer/versions.h"

#include <stdio.h>
#include <stdlib.h>

#define SOA(serial) "SOA example " serial
static const uint32_t ours = 5;

/* "SOA owner serial", "AAAA owner", "CH owner": a record of another class. */
static void record_add(struct builder *builder, const char *word, const char *owner_text, const char *serial)
{
	struct name_buffer buffer;
	struct name owner;
	uint8_t octets[32] = {0};
	struct writer rdata = writer_of(octets, sizeof(octets));
	assert_int_equal(name_from_text(span_text(owner_text), name_root, &buffer, &owner, NULL), ERR_OK);
	bool is_soa = strcmp(word, "SOA") == 0, is_opt = strcmp(word, "ANY") == 0;
	if (is_soa) {
		writer_bytes(&rdata, "\0\0", 2);
		writer_u32(&rdata, (uint32_t)strtoul(serial, NULL, 10));
		rdata.size = 22;
	} else {
		rdata.size = 16;
	}
	/* The builder keeps views of names: this one is copied at once, for it is not compressed against later. */
	assert_true(builder_record(builder, SECTION_ANSWER, owner, BUILDER_UNKNOWN, is_soa ? RR_SOA : is_opt ? RR_ANY : RR_AAAA,
	                           strcmp(word, "CH") == 0 ? CLASS_CH : CLASS_IN, 300, writer_span(&rdata)));
	builder->name_count = 0;
}

static size_t message_make(const char *records, uint16_t id, uint16_t flags, uint16_t qtype, uint8_t octets[4096])
{
	struct builder builder;
	char copy[1024], *next = copy;
	builder_query(&builder, octets, 4096, id, flags, name_of(apex_wire), qtype, CLASS_IN);
	builder.name_count = 0;
	snprintf(copy, sizeof(copy), "%s", records);
	for (char *one; (one = strsep(&next, ",")) != NULL && *one != '\0';) {
		char *word = strsep(&one, " "), *owner = strsep(&one, " ");
		record_add(&builder, word, owner, one);
	}
	return builder_finish(&builder);
}

static void answers(void **state)
{
	static const struct {
		const char *records[3];
		bool is_incremental;
		enum receive_state state;
		const char *reason;
	} rows[] = {
		{{"AAAA www.example"}, false, RECEIVE_BROKEN, "it does not begin with the SOA: www.example. AAAA"},
		{{SOA("6") ",AAAA www.example," SOA("6")}, false, RECEIVE_ZONE, ""},
		{{SOA("6"), "AAAA www.example", SOA("6")}, false, RECEIVE_ZONE, ""},
		{{SOA("6") ",AAAA www.example"}, false, RECEIVE_MORE, ""},
		{{SOA("6") ",AAAA www.example," SOA("7")}, false, RECEIVE_BROKEN, "it begins with serial 6 and ends with 7"},
		{{SOA("6") ",AAAA www.example," SOA("6") ",AAAA www.example"}, false, RECEIVE_BROKEN,
	     "a record behind the last SOA: www.example. AAAA"},
		{{SOA("6") ",AAAA www.example.net," SOA("6")}, false, RECEIVE_BROKEN, "a record of another zone: www.example.net. AAAA"},
		{{SOA("6") ",CH www.example," SOA("6")}, false, RECEIVE_BROKEN, "a record of another class than IN: www.example. AAAA"},
		{{SOA("6") ",ANY www.example," SOA("6")}, false, RECEIVE_BROKEN, "a type that no zone holds: www.example. ANY"},
		{{SOA("6") ",SOA www.example 6"}, false, RECEIVE_BROKEN, "a SOA below the zone's apex: www.example. SOA"},
		{{"SOA net 6"}, false, RECEIVE_BROKEN, "a record of another zone: net. SOA"},
		{{SOA("5")}, true, RECEIVE_CURRENT, ""},
		{{SOA("4")}, true, RECEIVE_BROKEN, "its serial 4 is before ours, 5"},
		{{SOA("2147483654")}, true, RECEIVE_BROKEN, "its serial 2147483654 is before ours, 5"},
		{{SOA("6") "," SOA("5") "," SOA("6") ",AAAA www.example," SOA("6")}, true, RECEIVE_DIFFERENCES, ""},
		{{SOA("8") "," SOA("5"), SOA("6") ",AAAA www.example," SOA("6"), "AAAA www.example," SOA("8") "," SOA("8")}, true,
	     RECEIVE_DIFFERENCES, ""},
		{{SOA("6") "," SOA("4") "," SOA("6") "," SOA("6")}, true, RECEIVE_BROKEN, "a difference from serial 4, where 5 is wanted"},
		{{SOA("8") "," SOA("5") "," SOA("6") "," SOA("7") "," SOA("8") "," SOA("8")}, true, RECEIVE_BROKEN,
	     "a difference from serial 7, where 6 is wanted"},
		{{SOA("6") "," SOA("5") "," SOA("5")}, true, RECEIVE_BROKEN, "a difference from serial 5 back to 5"},
		{{SOA("6") "," SOA("5") "," SOA("6") "," SOA("6") ",AAAA www.example"}, true, RECEIVE_BROKEN,
	     "a record behind the last SOA: www.example. AAAA"},
		/* A whole zone in answer to IXFR. */
		{{SOA("6") ",AAAA www.example," SOA("6")}, true, RECEIVE_ZONE, ""},
		{{""}, false, RECEIVE_BROKEN, "a message without records"},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		enum receive_state got = RECEIVE_MORE;
		struct receive *receive = receive_make(rows[i].is_incremental ? &ours : NULL, NULL);
		for (unsigned m = 0; m < 3 && rows[i].records[m] != NULL; m++) {
			uint8_t octets[4096];
			size_t size = message_make(rows[i].records[m], 0x1234, HEADER_QR | HEADER_AA,
			                           rows[i].is_incremental ? RR_IXFR : RR_AXFR, octets);
			assert_int_equal(got, RECEIVE_MORE);
			got = receive_take(receive, span_of(octets, size), NOW_S);
		}
		assert_string_equal(receive_reason(receive), rows[i].reason);
		assert_int_equal(got, rows[i].state);
		receive_free(receive);
	}
}

static void headers(void **state)
{
	static const struct {
		uint16_t id, flags, qtype;
		enum receive_state state;
		uint16_t rcode;
	} rows[] = {
		{0x1235, HEADER_QR, RR_AXFR, RECEIVE_BROKEN, 0},
		{0x1234, 0, RR_AXFR, RECEIVE_BROKEN, 0},
		{0x1234, HEADER_QR | HEADER_TC, RR_AXFR, RECEIVE_BROKEN, 0},
		{0x1234, HEADER_QR, RR_AAAA, RECEIVE_BROKEN, 0},
		{0x1234, HEADER_QR | RCODE_REFUSED, RR_AXFR, RECEIVE_REFUSED, RCODE_REFUSED},
		{0x1234, HEADER_QR | RCODE_NOTAUTH, RR_AXFR, RECEIVE_REFUSED, RCODE_NOTAUTH},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		uint8_t octets[4096];
		struct receive *receive = receive_make(NULL, NULL);
		size_t size = message_make(SOA("6") ",AAAA www.example", rows[i].id, rows[i].flags, rows[i].qtype, octets);
		assert_int_equal(receive_take(receive, span_of(octets, size), NOW_S), rows[i].state);
		assert_int_equal(receive_rcode(receive), rows[i].rcode);
		receive_free(receive);
	}
}

static void every_cut_is_refused(void **state)
{
	uint8_t octets[4096];
	size_t size = message_make(SOA("6") ",AAAA www.example," SOA("6"), 0x1234, HEADER_QR, RR_AXFR, octets);
	for (size_t cut = 0; cut < size; cut++) {
		struct receive *receive = receive_make(NULL, NULL);
		assert_int_equal(receive_take(receive, span_of(octets, cut), NOW_S), RECEIVE_BROKEN);
		receive_free(receive);
	}
}

static void budgets(void **state)
{
	uint8_t octets[4096];
	size_t size = message_make(SOA("6") ",AAAA www.example,AAAA ftp.example", 0x1234, HEADER_QR, RR_AXFR, octets);
	for (unsigned i = 0; i < 2; i++) {
		struct receive *receive;
		const struct receive_options options = {.apex = name_of(apex_wire),
		                                        .id = 0x1234,
		                                        .records_most = i == 0 ? 2 : 100,
		                                        .octets_most = i == 0 ? 10000 : size - 1,
		                                        .primary = "::1@53"};
		assert_int_equal(receive_new(&options, &receive), ERR_OK);
		assert_int_equal(receive_take(receive, span_of(octets, size), NOW_S), RECEIVE_BROKEN);
		assert_non_null(strstr(receive_reason(receive), "more than"));
		receive_free(receive);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(answers),
		cmocka_unit_test(headers),
		cmocka_unit_test(every_cut_is_refused),
		cmocka_unit_test(budgets),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
