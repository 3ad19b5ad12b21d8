/* SPDX-License-Identifier: BSD-2-Clause */
#include "upstream/address_book.h"

#include "tests/unit/cmocka_all.h"

#include <pthread.h>
#include <stdio.h>

#define SECOND 1000000ull
#define START (1000 * SECOND)

static struct ip_endpoint server_of(const char *text)
{
	struct ip_endpoint server;
	assert_int_equal(ip_endpoint_from_text(text, 53, &server), ERR_OK);
	return server;
}

static struct ip_endpoint numbered(uint32_t number)
{
	struct ip_endpoint server = {.addr = {.family = FAMILY_IPV6}, .port = 53};
	server.addr.bytes[0] = 0x20;
	store_u32(server.addr.bytes + 12, number);
	return server;
}

static struct address_facts facts_of(struct address_book *book, const struct ip_endpoint *server, uint64_t now_us)
{
	struct address_facts facts;
	address_book_find(book, server, now_us, &facts);
	return facts;
}

/* Expected values by hand from RFC 6298 2.2 and 2.3, alpha 1/8, beta 1/4. */
static void test_round_trips(void **state)
{
	(void)state;
	struct address_book *book = address_book_new(1000);
	static const char *const servers[] = {"2001:db8::1", "192.0.2.1"};
	for (size_t i = 0; i < 2; i++) {
		struct ip_endpoint server = server_of(servers[i]);
		assert_false(facts_of(book, &server, START).is_known);
		assert_true(address_book_begin(book, &server, START, 10));
		assert_int_equal(facts_of(book, &server, START).asks, 1);
		address_book_reply(book, &server, START, 100000);
		struct address_facts facts = facts_of(book, &server, START);
		assert_true(facts.is_known && facts.has_answered);
		assert_int_equal(facts.asks, 0);
		assert_int_equal(facts.srtt_us, 100000);
		assert_int_equal(facts.rttvar_us, 50000);
		address_book_reply(book, &server, START, 180000);
		facts = facts_of(book, &server, START);
		assert_int_equal(facts.rttvar_us, (3 * 50000 + 80000) / 4);
		assert_int_equal(facts.srtt_us, (7 * 100000 + 180000) / 8);
	}
	address_book_free(book);
}

/* A reply after its question was given back as silent: it counts as a reply, and is given back once only. */
static void test_late_reply(void **state)
{
	(void)state;
	struct address_book *book = address_book_new(1000);
	struct ip_endpoint server = server_of("2001:db8::1");
	assert_true(address_book_begin(book, &server, START, 10));
	assert_true(address_book_begin(book, &server, START, 10));
	address_book_timeout(book, &server, START + SECOND, true);
	struct address_facts facts = facts_of(book, &server, START + SECOND);
	assert_int_equal(facts.asks, 1);
	assert_int_equal(facts.timeouts, 1);
	assert_int_equal(facts.heard_us, START + SECOND);
	assert_true(facts.silent_until_us > START + SECOND);
	address_book_late(book, &server, START + SECOND + 1000, 1001000);
	facts = facts_of(book, &server, START + SECOND + 1000);
	assert_int_equal(facts.asks, 1);
	assert_int_equal(facts.timeouts, 0);
	assert_int_equal(facts.silent_until_us, 0);
	assert_int_equal(facts.srtt_us, 1001000);
	assert_int_equal(facts.heard_us, START + SECOND + 1000);
	address_book_free(book);
}

/* Another port, family or interface is another server. */
static void test_keys(void **state)
{
	(void)state;
	struct address_book *book = address_book_new(1000);
	struct ip_endpoint servers[] = {server_of("2001:db8::1"), server_of("2001:db8::1@54"), server_of("192.0.2.1"),
	                                server_of("c000:201::"), server_of("fe80::1%1"), server_of("fe80::1%2")};
	for (size_t i = 0; i < 6; i++)
		address_book_reply(book, &servers[i], START, (uint32_t)(i + 1) * 1000);
	for (size_t i = 0; i < 6; i++)
		assert_int_equal(facts_of(book, &servers[i], START).srtt_us, (i + 1) * 1000);
	address_book_forget(book, &servers[1]);
	assert_false(facts_of(book, &servers[1], START).is_known);
	assert_true(facts_of(book, &servers[0], START).is_known);
	size_t position = 0, seen = 0;
	struct ip_endpoint server;
	struct address_facts facts;
	while (address_book_next(book, &position, START, &server, &facts))
		seen++;
	assert_int_equal(seen, 5);
	address_book_forget(book, NULL);
	position = 0;
	assert_false(address_book_next(book, &position, START, &server, &facts));
	address_book_free(book);
}

static void test_limit_of_questions(void **state)
{
	(void)state;
	struct address_book *book = address_book_new(1000);
	struct ip_endpoint server = server_of("2001:db8::1");
	assert_true(address_book_begin(book, &server, START, 2));
	assert_true(address_book_begin(book, &server, START, 2));
	assert_false(address_book_begin(book, &server, START, 2));
	address_book_cancel(book, &server);
	assert_true(address_book_begin(book, &server, START, 2));
	address_book_timeout(book, &server, START, false);
	assert_int_equal(facts_of(book, &server, START).asks, 1);
	assert_int_equal(facts_of(book, &server, START).timeouts, 0);
	/* The end of the other one was never told. */
	assert_true(address_book_begin(book, &server, START + 61 * SECOND, 1));
	assert_int_equal(facts_of(book, &server, START + 61 * SECOND).asks, 1);
	address_book_free(book);
}

static void test_silence_doubles_and_ends(void **state)
{
	(void)state;
	struct address_book *book = address_book_new(1000);
	struct ip_endpoint server = server_of("192.0.2.1");
	uint64_t now_us = START;
	address_book_reply(book, &server, now_us, 1000);
	for (unsigned i = 1; i <= 2; i++) {
		address_book_timeout(book, &server, now_us += SECOND, true);
		assert_int_equal(facts_of(book, &server, now_us).timeouts, i);
		assert_int_equal(facts_of(book, &server, now_us).silent_until_us, 0);
	}
	static const uint64_t waits_s[] = {1, 2, 4, 8, 16, 32, 64, 64, 64};
	for (size_t i = 0; i < sizeof(waits_s) / sizeof(waits_s[0]); i++) {
		now_us += 65 * SECOND;
		address_book_timeout(book, &server, now_us, true);
		assert_int_equal(facts_of(book, &server, now_us).silent_until_us, now_us + waits_s[i] * SECOND);
	}
	address_book_reply(book, &server, now_us, 1000);
	assert_int_equal(facts_of(book, &server, now_us).silent_until_us, 0);
	assert_int_equal(facts_of(book, &server, now_us).timeouts, 0);
	address_book_free(book);
}

/* A thousand questions were under way when the server fell silent: that is one event, not a thousand in a row. */
static void test_questions_that_end_together_count_once(void **state)
{
	(void)state;
	struct address_book *book = address_book_new(1000);
	struct ip_endpoint server = server_of("2001:db8::1");
	address_book_reply(book, &server, START, 1000);
	for (unsigned i = 0; i < 1000; i++)
		address_book_timeout(book, &server, START + SECOND + i * 100, true);
	assert_int_equal(facts_of(book, &server, START + 2 * SECOND).timeouts, 1);
	/* Spread over three seconds they make the server silent, and those sent before that do not prolong it. */
	for (unsigned i = 0; i < 1000; i++)
		address_book_timeout(book, &server, START + 2 * SECOND + i * 1000, true);
	struct address_facts facts = facts_of(book, &server, START + 3 * SECOND);
	assert_in_range(facts.timeouts, 3, 4);
	assert_in_range(facts.silent_until_us, START + 3 * SECOND, START + 6 * SECOND);
	address_book_free(book);
}

static void test_first_failures(void **state)
{
	(void)state;
	struct address_book *book = address_book_new(1000);
	struct ip_endpoint unknown = server_of("2001:db8::1"), known = server_of("2001:db8::2");
	address_book_timeout(book, &unknown, START, true);
	assert_int_equal(facts_of(book, &unknown, START).silent_until_us, START + SECOND);
	address_book_reply(book, &known, START, 1000);
	address_book_refused(book, &known, START);
	assert_int_equal(facts_of(book, &known, START).silent_until_us, START + SECOND);
	address_book_free(book);
}

static void test_learned_is_forgotten(void **state)
{
	(void)state;
	struct address_book *book = address_book_new(1000);
	struct ip_endpoint server = server_of("2001:db8::1");
	const uint64_t later_us = START + 901 * SECOND;
	address_book_reply(book, &server, START, 300000);
	address_book_edns_broken(book, &server, START);
	assert_true(address_book_size(book, &server, START, 1232));
	assert_false(address_book_size(book, &server, START, 1232));
	assert_true(address_book_size(book, &server, START, 512));
	address_book_case_broken(book, &server, START + 100 * SECOND);
	address_book_cookie(book, &server, START, span_text("0123456789abcdef"));
	struct address_facts facts = facts_of(book, &server, START + 800 * SECOND);
	assert_true(facts.is_edns_broken && facts.is_case_broken);
	assert_int_equal(facts.udp_size, 512);
	assert_int_equal(facts.cookie_size, 16);
	assert_memory_equal(facts.cookie, "0123456789abcdef", 16);
	facts = facts_of(book, &server, later_us);
	assert_true(facts.is_case_broken && facts.has_answered && facts.cookie_size == 16);
	assert_false(facts.is_edns_broken || facts.is_known);
	assert_int_equal(facts.udp_size, 0);
	assert_int_equal(facts.srtt_us, 0);
	uint8_t long_cookie[41] = {0};
	address_book_cookie(book, &server, START, span_of(long_cookie, sizeof(long_cookie)));
	assert_int_equal(facts_of(book, &server, START).cookie_size, 16);
	address_book_free(book);
}

/* Ten times as many servers as there is room for: those used last are there, and what is under way is never lost. */
static void test_eviction(void **state)
{
	(void)state;
	struct address_book *book = address_book_new(1024);
	for (uint32_t i = 0; i < 100; i++)
		assert_true(address_book_begin(book, &(struct ip_endpoint){numbered(i).addr, 53}, START, 10));
	for (uint32_t i = 1000; i < 11000; i++) {
		struct ip_endpoint server = numbered(i);
		address_book_reply(book, &server, START + i, 1000);
	}
	for (uint32_t i = 0; i < 100; i++) {
		struct ip_endpoint server = numbered(i);
		assert_int_equal(facts_of(book, &server, START).asks, 1);
	}
	unsigned recent = 0, old = 0;
	for (uint32_t i = 1000; i < 11000; i++) {
		struct ip_endpoint server = numbered(i);
		*(i < 10500 ? &old : &recent) += facts_of(book, &server, START).is_known;
	}
	assert_in_range(recent, 400, 500);
	assert_in_range(recent + old, 400, 924);
	address_book_free(book);
}

/* --- Threads --- */

#define THREADS 4
#define ROUNDS 20000

struct load {
	struct address_book *book;
	uint32_t seed;
};

static void *load_run(void *argument)
{
	struct load *load = argument;
	uint32_t random = load->seed;
	for (unsigned i = 0; i < ROUNDS; i++) {
		random = random * 1664525 + 1013904223;
		struct ip_endpoint server = numbered(random >> 16 & 63);
		struct address_facts facts;
		uint64_t now_us = START + i;
		if (!address_book_begin(load->book, &server, now_us, 1000))
			return argument; /* full */
		address_book_find(load->book, &server, now_us, &facts);
		if (facts.asks == 0 || facts.asks > THREADS)
			return argument; /* miscounted */
		if (random >> 24 & 1)
			address_book_reply(load->book, &server, now_us, 1000);
		else
			address_book_timeout(load->book, &server, now_us, true);
		address_book_cookie(load->book, &server, now_us, span_text("01234567"));
		if ((random >> 25 & 63) == 0)
			address_book_forget(load->book, &server);
	}
	return NULL;
}

static void test_lame_until_it_answers_as_it_should(void **state)
{
	(void)state;
	struct address_book *book = address_book_new(1000);
	static const char *const servers[] = {"2001:db8::1", "192.0.2.1"};
	for (size_t i = 0; i < 2; i++) {
		struct ip_endpoint server = server_of(servers[i]);
		address_book_begin(book, &server, START, 10);
		address_book_reply(book, &server, START, 1000);
		address_book_lame(book, &server, START, true);
		assert_true(facts_of(book, &server, START).is_lame);
		address_book_lame(book, &server, START, false);
		assert_false(facts_of(book, &server, START).is_lame);
		address_book_lame(book, &server, START, true);
		assert_false(facts_of(book, &server, START + 3600 * SECOND).is_lame);
	}
	address_book_free(book);
}

static void test_threads(void **state)
{
	(void)state;
	struct address_book *book = address_book_new(4096);
	pthread_t threads[THREADS];
	struct load loads[THREADS];
	for (uint32_t i = 0; i < THREADS; i++) {
		loads[i] = (struct load){book, i + 1};
		assert_int_equal(pthread_create(&threads[i], NULL, load_run, &loads[i]), 0);
	}
	for (unsigned i = 0; i < THREADS; i++) {
		void *trouble;
		pthread_join(threads[i], &trouble);
		assert_null(trouble);
	}
	for (uint32_t i = 0; i < 64; i++) {
		struct ip_endpoint server = numbered(i);
		assert_int_equal(facts_of(book, &server, START).asks, 0);
	}
	address_book_free(book);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_round_trips),
		cmocka_unit_test(test_late_reply),
		cmocka_unit_test(test_keys),
		cmocka_unit_test(test_limit_of_questions),
		cmocka_unit_test(test_silence_doubles_and_ends),
		cmocka_unit_test(test_questions_that_end_together_count_once),
		cmocka_unit_test(test_first_failures),
		cmocka_unit_test(test_learned_is_forgotten),
		cmocka_unit_test(test_eviction),
		cmocka_unit_test(test_lame_until_it_answers_as_it_should),
		cmocka_unit_test(test_threads),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
