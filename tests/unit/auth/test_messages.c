/* SPDX-License-Identifier: BSD-2-Clause */
/* Messages that are no ordinary questions: what comes back, octet by octet of the query. */
#include "base/encoding.h"
#include "dns/header.h"
#include "tests/unit/auth/served.h"
#include "tests/unit/cmocka_all.h"

struct message_row {
	const char *what;
	const char *query; /* hex; blanks are for the eye */
	const char *answer;
};

#define WWW "03777777 076578616d706c65 00 " /* www.example. */
#define OPT_0 "00 0029 04d0 00000000 0000"  /* an empty OPT, 1232 octets */

static const struct message_row rows[] = {
	{"nothing at all", "", "nothing\n"},
	{"shorter than a header", "1234 0000 0001 0000 0000 00", "nothing\n"},
	{"a response", "1234 8000 0001 0000 0000 0000 " WWW "001c 0001", "nothing\n"},
	{"a response without anything", "1234 8000 0000 0000 0000 0000", "nothing\n"},
	{"a bare header", "1234 0000 0000 0000 0000 0000", "FORMERR\n"},
	{"RD is copied", "1234 0100 0001 0000 0000 0000 " WWW "0010 0001",
	 "NOERROR aa rd\nauthority example. 60 SOA ns1.example. dns.example. 2026010101 3600 900 1209600 60\n"},
	{"AD and CD are cleared, RFC 4035 3.1.6", "1234 0030 0001 0000 0000 0000 " WWW "0010 0001",
	 "NOERROR aa\nauthority example. 60 SOA ns1.example. dns.example. 2026010101 3600 900 1209600 60\n"},
	{"RA, TC and AA of a query mean nothing", "1234 0680 0001 0000 0000 0000 " WWW "0010 0001",
	 "NOERROR aa\nauthority example. 60 SOA ns1.example. dns.example. 2026010101 3600 900 1209600 60\n"},
	{"two questions, RFC 9619", "1234 0000 0002 0000 0000 0000 " WWW "001c 0001 " WWW "0001 0001", "FORMERR\n"},
	{"a question that ends early", "1234 0000 0001 0000 0000 0000 03777777", "FORMERR\n"},
	{"a question without class", "1234 0000 0001 0000 0000 0000 " WWW "001c", "FORMERR\n"},
	{"octets behind the question", "1234 0000 0001 0000 0000 0000 " WWW "001c 0001 00", "FORMERR\n"},
	{"a pointer in the question", "1234 0000 0001 0000 0000 0000 c00c 001c 0001", "FORMERR\n"},
	{"a label of 64 octets", "1234 0000 0001 0000 0000 0000 40 001c 0001", "FORMERR\n"},
	{"more records claimed than there are", "1234 0000 0001 0000 0000 0001 " WWW "001c 0001", "FORMERR\n"},
	{"a record behind the question that ends early", "1234 0000 0001 0000 0000 0001 " WWW "001c 0001 00 0029 04d0",
	 "FORMERR\n"},
	{"two OPT records", "1234 0000 0001 0000 0000 0002 " WWW "001c 0001 " OPT_0 OPT_0, "FORMERR\nedns 1232\n"},
	{"OPT with an owner", "1234 0000 0001 0000 0000 0001 " WWW "001c 0001 0161 " OPT_0, "FORMERR\n"},
	{"OPT in the answer section", "1234 0000 0001 0001 0000 0000 " WWW "001c 0001 " OPT_0, "FORMERR\n"},
	{"an option that ends early", "1234 0000 0001 0000 0000 0001 " WWW "001c 0001 00 0029 04d0 00000000 0004 0003 0001",
	 "FORMERR\nedns 1232\n"},
	{"EDNS version 1", "1234 0000 0001 0000 0000 0001 " WWW "001c 0001 00 0029 04d0 00010000 0000",
	 "NOERROR\nedns 1232 rcode 16\n"},
	{"EDNS version 1 with DO and options nobody knows",
	 "1234 0000 0001 0000 0000 0001 " WWW "001c 0001 00 0029 04d0 00ff8000 0005 ffff 0001 00",
	 "NOERROR\nedns 1232 do rcode 16\n"},
	{"an unknown option", "1234 0000 0001 0000 0000 0001 " WWW "0010 0001 00 0029 04d0 00000000 0006 fde9 0002 abcd",
	 "NOERROR aa\nauthority example. 60 SOA ns1.example. dns.example. 2026010101 3600 900 1209600 60\nedns 1232\n"},
	{"EDNS flags other than DO are not returned",
	 "1234 0000 0001 0000 0000 0001 " WWW "0010 0001 00 0029 04d0 00007fff 0000",
	 "NOERROR aa\nauthority example. 60 SOA ns1.example. dns.example. 2026010101 3600 900 1209600 60\nedns 1232\n"},
	{"NSID, not told", "1234 0000 0001 0000 0000 0001 " WWW "0010 0001 00 0029 04d0 00000000 0004 0003 0000",
	 "NOERROR aa\nauthority example. 60 SOA ns1.example. dns.example. 2026010101 3600 900 1209600 60\nedns 1232\n"},
	{"keepalive over UDP is ignored",
	 "1234 0000 0001 0000 0000 0001 " WWW "0010 0001 00 0029 04d0 00000000 0004 000b 0000",
	 "NOERROR aa\nauthority example. 60 SOA ns1.example. dns.example. 2026010101 3600 900 1209600 60\nedns 1232\n"},
	{"a cookie of 7 octets",
	 "1234 0000 0001 0000 0000 0001 " WWW "001c 0001 00 0029 04d0 00000000 000b 000a 0007 01020304050607",
	 "FORMERR\nedns 1232\n"},
	{"IQUERY", "1234 0800 0001 0000 0000 0000 " WWW "001c 0001", "NOTIMPL\n"},
	{"IQUERY as RFC 1035 had it", "1234 0800 0000 0001 0000 0000 00 0001 0001 00000000 0004 c0000201", "NOTIMPL\n"},
	{"STATUS", "1234 1000 0000 0000 0000 0000", "NOTIMPL\n"},
	{"opcode 3", "1234 1800 0001 0000 0000 0000 " WWW "001c 0001", "NOTIMPL\n"},
	{"NOTIFY", "1234 2000 0001 0000 0000 0000 076578616d706c65 00 0006 0001", "NOTIMPL\n"},
	{"UPDATE", "1234 2800 0001 0000 0000 0000 076578616d706c65 00 0006 0001", "NOTIMPL\n"},
	{"DSO", "1234 3000 0000 0000 0000 0000", "NOTIMPL\n"},
	{"opcode 15 with octets behind", "1234 7800 0000 0000 0000 0000 ffffffff", "NOTIMPL\n"},
	{"STATUS with EDNS", "1234 1000 0001 0000 0000 0001 " WWW "001c 0001 " OPT_0,
	 "NOTIMPL\nedns 1232 \\# 6 000f00020015\n"},
	{"no question and no cookie", "1234 0000 0000 0000 0000 0001 " OPT_0, "FORMERR\nedns 1232\n"},
	{"a TSIG that is not the last record",
	 "1234 0000 0001 0000 0000 0002 " WWW "001c 0001 016b00 00fa 00ff 00000000 0000 " OPT_0, "FORMERR\n"},
	{"a TSIG of class IN",
	 "1234 0000 0001 0000 0000 0001 " WWW "001c 0001 016b00 00fa 0001 00000000 0000", "FORMERR\n"},
	{"a TSIG without RDATA",
	 "1234 0000 0001 0000 0000 0001 " WWW "001c 0001 016b00 00fa 00ff 00000000 0000", "FORMERR\n"},
};

static struct span hex_take(const char *hex, uint8_t *buffer, size_t capacity)
{
	char digits[1024];
	size_t count = 0;
	for (; *hex != '\0'; hex++)
		if (*hex != ' ')
			digits[count++] = *hex;
	struct writer out = writer_of(buffer, capacity);
	assert_int_equal(hex_decode(span_of(digits, count), &out), ERR_OK);
	return writer_span(&out);
}

static void test_rows(void **state)
{
	struct served *served = *state;
	struct text text = {0};
	unsigned failed = 0;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		uint8_t query[512];
		served_ask(served, hex_take(rows[i].query, query, sizeof(query)), TRANSPORT_UDP);
		served_reply_text(served, &text);
		if (strcmp(text_string(&text), rows[i].answer) == 0)
			continue;
		failed++;
		print_error("%s\n--- wanted\n%s--- given\n%s", rows[i].what, rows[i].answer, text_string(&text));
	}
	text_free(&text);
	assert_int_equal(failed, 0);
}

/* Every truncation and every single changed octet of a good query: an answer that ldns can read, or none. */
static void test_near_misses(void **state)
{
	struct served *served = *state;
	struct text text = {0};
	uint8_t query[512], broken[512];
	struct span good = hex_take("1234 0000 0001 0000 0000 0001 " WWW
	                            "001c 0001 00 0029 04d0 00008000 000c 000a 0008 0102030405060708",
	                            query, sizeof(query));
	for (size_t size = 0; size < good.size; size++) {
		served_ask(served, span_of(query, size), TRANSPORT_UDP);
		served_reply_text(served, &text);
		assert_int_equal(served->reply_size > 0, size >= HEADER_SIZE);
	}
	for (size_t at = 2; at < good.size; at++)
		for (unsigned octet = 0; octet < 256; octet++) {
			memcpy(broken, query, good.size);
			broken[at] = (uint8_t)octet;
			served_ask(served, span_of(broken, good.size), TRANSPORT_UDP);
			served_reply_text(served, &text);
			assert_int_equal(served->reply_size > 0, (broken[2] & 0x80) == 0);
		}
	text_free(&text);
}

/* The case of the question comes back, and the answer's owner points at it. */
static void test_letters(void **state)
{
	struct served *served = *state;
	uint8_t query[512];
	struct served_question question = {.name = "wWw.eXAMPle.", .type = "AAAA"};
	size_t size = served_query(&question, query);
	served_ask(served, span_of(query, size), TRANSPORT_UDP);
	assert_memory_equal(served->reply + HEADER_SIZE, query + HEADER_SIZE, size - HEADER_SIZE);
	assert_memory_equal(served->reply + size, "\xc0\x0c", 2);
}

static void test_event(void **state)
{
	struct served *served = *state;
	uint8_t query[512];
	struct served_question question = {.name = "www.example.", .type = "AAAA", .edns_size = 1400, .is_do = true};
	size_t size = served_query(&question, query);
	served_ask(served, span_of(query, size), TRANSPORT_UDP);
	const struct query_event *event = &served->event;
	assert_int_equal(event->id, 0x1234);
	assert_int_equal(event->qname_size, 13);
	assert_memory_equal(event->qname, "\3www\7example", 13);
	assert_int_equal(event->qtype, RR_AAAA);
	assert_int_equal(event->qclass, CLASS_IN);
	assert_int_equal(event->edns_size, 1400);
	assert_int_equal(event->rcode, RCODE_NOERROR);
	assert_int_equal(event->answer_count, 1);
	assert_int_equal(event->ttl_s, 300);
	assert_int_equal(event->size, served->reply_size);
	assert_int_equal(event->ede, -1);
	assert_true(event->is_aa && event->is_do && !event->is_tc && !event->has_tsig && !event->has_cookie);
	served_ask(served, span_of(query, 5), TRANSPORT_UDP);
	assert_null(event->qname);
	assert_int_equal(event->size, 0);
}

/* The same octets over both families, and over TCP too when they fit. */
static void test_families(void **state)
{
	struct served *served = *state;
	uint8_t query[512], first[512];
	struct served_question question = {.name = "svc.example.", .type = "HTTPS", .edns_size = 1232};
	size_t size = served_query(&question, query);
	struct auth_request request = {.message = span_of(query, size), .now_s = SERVED_NOW_S};
	struct writer out = writer_of(served->reply, sizeof(served->reply));
	request.client = ip_addr_v6((const uint8_t[16]){0x20, 1, 0xd, 0xb8});
	size_t first_size =
		auth_answer(&served->options, served->set, &request, served->scratch, &out, &served->event);
	memcpy(first, served->reply, first_size);
	request.client = ip_addr_v4((const uint8_t[4]){192, 0, 2, 1});
	for (enum transport transport = TRANSPORT_UDP; transport < TRANSPORT_COUNT; transport++) {
		request.transport = transport;
		assert_int_equal(auth_answer(&served->options, served->set, &request, served->scratch, &out,
		                             &served->event),
		                 first_size);
		assert_memory_equal(first, served->reply, first_size);
	}
}

/* A batch gives what single answers give. */
static void test_batch(void **state)
{
	enum { COUNT = 75 };
	static const char *const names[] = {"www.example.", "nope.example.", "x.wild.example.", "a.sub.example.", "x.test."};
	struct served *served = *state;
	static uint8_t queries[COUNT][512], replies[COUNT][1232];
	static struct auth_request requests[COUNT];
	static struct writer outs[COUNT];
	static struct query_event events[COUNT];
	size_t sizes[COUNT];
	for (unsigned i = 0; i < COUNT; i++) {
		struct served_question question = {.name = names[i % 5], .type = "AAAA", .edns_size = i % 3 ? 1232 : 0,
		                                   .is_do = i % 3 == 2};
		size_t size = served_query(&question, queries[i]);
		requests[i] = (struct auth_request){.message = span_of(queries[i], i == 40 ? 3 : size), .now_s = SERVED_NOW_S};
		outs[i] = writer_of(replies[i], sizeof(replies[i]));
	}
	auth_answer_batch(&served->options, served->set, requests, COUNT, served->scratch, outs, sizes, events);
	for (unsigned i = 0; i < COUNT; i++) {
		served_ask(served, requests[i].message, TRANSPORT_UDP);
		assert_int_equal(sizes[i], served->reply_size);
		assert_memory_equal(replies[i], served->reply, sizes[i]);
		assert_int_equal(events[i].rcode, served->event.rcode);
	}
}

static int setup(void **state)
{
	*state = served_new("example.zone");
	return 0;
}

static int teardown(void **state)
{
	served_free(*state);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),  cmocka_unit_test(test_near_misses), cmocka_unit_test(test_letters),
		cmocka_unit_test(test_event), cmocka_unit_test(test_families),    cmocka_unit_test(test_batch),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
