/* SPDX-License-Identifier: BSD-2-Clause */
#include "history/clickhouse/export.h"

#include "history/clickhouse/post.h"
#include "history/clickhouse/row.h"
#include "history/clickhouse/spool.h"
#include "tests/unit/cmocka_all.h"
#include "tests/unit/history/made_events.h"

#include <arpa/inet.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

/* --- Rows, read back column by column as ClickHouse would --- */

struct reading {
	const uint8_t *at, *end;
};

static const char *next_text(struct reading *reading)
{
	static char text[2048];
	size_t size = 0;
	unsigned shift = 0;
	uint8_t octet;
	do {
		octet = *reading->at++;
		size |= (size_t)(octet & 0x7f) << shift;
		shift += 7;
	} while ((octet & 0x80) != 0);
	assert_true(size < sizeof(text) && reading->at + size <= reading->end);
	memcpy(text, reading->at, size);
	text[size] = '\0';
	reading->at += size;
	return text;
}

static uint64_t next_number(struct reading *reading, unsigned octets)
{
	uint64_t value = 0;
	for (unsigned i = 0; i < octets; i++)
		value |= (uint64_t)*reading->at++ << (8 * i);
	return value;
}

static const char *next_address(struct reading *reading)
{
	static char text[INET6_ADDRSTRLEN];
	inet_ntop(AF_INET6, reading->at, text, sizeof(text));
	reading->at += 16;
	return text;
}

static struct event failed_event(void)
{
	struct event event = made_reply(MADE_US + 123456, "192.0.2.77", "WWW.bogus.LAB.", "AAAA", "SERVFAIL");
	event.known |= EVENT_HAS_EDE | EVENT_HAS_ORIGIN | EVENT_HAS_SECURITY | EVENT_HAS_CACHE | EVENT_HAS_UP_FAMILIES |
		       EVENT_HAS_UP_ANSWERED | EVENT_HAS_UP_TIME | EVENT_HAS_UPSTREAM_TRIES;
	event.ede = 6;
	event.security = SECURITY_BOGUS;
	event.cache = CACHE_USE_MISS;
	event.up_families = event_family_bit(FAMILY_IPV6) | event_family_bit(FAMILY_IPV4);
	event.up_answered = FAMILY_IPV4;
	event.up_us = 2100;
	event.upstream_tries = 4;
	event_set_server(&event, span_text("2001:db8:f::1"));
	event_set_flag(&event, EVENT_DO, true);
	event_set_flag(&event, EVENT_TC, false);
	event_set_reason(&event, span_text("RRSIG does not verify"));
	return event;
}

static void test_a_row_has_every_column(void **state)
{
	(void)state;
	uint8_t octets[ROW_MAX];
	struct writer out = writer_of(octets, sizeof(octets));
	struct event event = failed_event();
	assert_true(row_write(&event, "ns1", 10, &out));
	struct reading reading = {octets, octets + out.size};
	assert_int_equal(next_number(&reading, 4), MADE_US / 1000000);
	assert_int_equal(next_number(&reading, 4), 123456);
	assert_string_equal(next_text(&reading), "ns1");
	assert_string_equal(next_text(&reading), "office");
	assert_string_equal(next_text(&reading), "rec");
	assert_int_equal(next_number(&reading, 1), 4);
	assert_string_equal(next_text(&reading), "udp");
	assert_string_equal(next_address(&reading), "::ffff:192.0.2.77");
	assert_string_equal(next_address(&reading), "2001:db8:f::1");
	assert_string_equal(next_text(&reading), "www.bogus.lab.");
	assert_string_equal(next_text(&reading), "bogus.lab.");
	assert_string_equal(next_text(&reading), "AAAA");
	assert_string_equal(next_text(&reading), "SERVFAIL");
	assert_string_equal(next_text(&reading), "-");
	assert_int_equal(next_number(&reading, 1), 0); /* tc */
	assert_int_equal(next_number(&reading, 1), 1); /* do */
	assert_int_equal(next_number(&reading, 1), 0); /* cd */
	assert_int_equal(next_number(&reading, 4), 700);
	assert_int_equal(next_number(&reading, 4), 100);
	assert_string_equal(next_text(&reading), "miss");
	assert_string_equal(next_text(&reading), "bogus");
	assert_int_equal(next_number(&reading, 4), 6);
	assert_int_equal(next_number(&reading, 1), 4);
	assert_string_equal(next_text(&reading), "6to4");
	assert_int_equal(next_number(&reading, 2), 4);
	assert_int_equal(next_number(&reading, 4), 2100);
	assert_string_equal(next_text(&reading), "RRSIG does not verify");
	assert_int_equal(next_number(&reading, 4), 10);
	assert_ptr_equal(reading.at, reading.end);
}

/* The longest texts fit, and what does not is not written in part. */
static void test_the_longest_row_fits(void **state)
{
	(void)state;
	uint8_t octets[ROW_MAX];
	struct event event = failed_event();
	char reason[EVENT_REASON_MAX + 50], node[256], service[EVENT_SERVICE_MAX + 9];
	memset(reason, 'r', sizeof(reason) - 1);
	memset(node, 'n', sizeof(node) - 1);
	memset(service, 's', sizeof(service) - 1);
	reason[sizeof(reason) - 1] = node[sizeof(node) - 1] = service[sizeof(service) - 1] = '\0';
	event_set_reason(&event, span_text(reason));
	event_set_service(&event, span_text(service));
	uint8_t *wire = event.qname.wire; /* four labels of octets that are written as \DDD */
	for (int i = 0; i < 4; i++, wire += 1 + wire[0]) {
		wire[0] = i < 3 ? 63 : 61;
		memset(wire + 1, 0xff, wire[0]);
	}
	*wire = 0;
	struct writer out = writer_of(octets, sizeof(octets));
	assert_true(row_write(&event, node, 1, &out));
	assert_true(out.size > 1500);
	out = writer_of(octets, 300);
	assert_false(row_write(&event, node, 1, &out));
	event.kind = EVENT_QUERY;
	out = writer_of(octets, sizeof(octets));
	assert_false(row_write(&event, node, 1, &out));
}

/* --- The spool --- */

static void add_rows(struct spool *spool, unsigned first, unsigned count, size_t size)
{
	uint8_t row[512] = {0};
	for (unsigned i = 0; i < count; i++) {
		uint32_t number = first + i;
		memcpy(row, &number, sizeof(number));
		spool_add(spool, span_of(row, size));
	}
}

static uint32_t first_row(const struct spool_block *block)
{
	uint32_t number;
	memcpy(&number, block->data, sizeof(number));
	return number;
}

static void test_blocks_come_in_order(void **state)
{
	(void)state;
	struct spool *spool;
	assert_int_equal(spool_new(8 << 20, 10, &spool), ERR_OK);
	assert_null(spool_take(spool, 0));
	add_rows(spool, 0, 25, 100);
	for (uint32_t i = 0; i < 3; i++) {
		struct spool_block *block = spool_take(spool, 0);
		assert_int_equal(first_row(block), i * 10);
		assert_int_equal(block->rows, i < 2 ? 10 : 5);
		assert_int_equal(block->size, block->rows * 100);
		if (i == 0) { /* it could not be sent */
			spool_give_back(spool, block);
			block = spool_take(spool, 0);
			assert_int_equal(first_row(block), 0);
		}
		spool_block_done(spool, block);
	}
	assert_null(spool_take(spool, 0));
	assert_int_equal(spool_rows(spool), 0);
	assert_int_equal(spool_dropped(spool), 0);
	spool_free(spool);
}

static void test_the_oldest_make_room(void **state)
{
	(void)state;
	struct spool *spool;
	assert_int_equal(spool_new(1 << 20, 100, &spool), ERR_OK);
	struct spool_block *sending;
	add_rows(spool, 0, 100, 500);
	sending = spool_take(spool, 0);
	add_rows(spool, 100, 9900, 500);         /* 5 MB */
	assert_int_equal(first_row(sending), 0); /* what is being sent is not touched */
	assert_in_range(spool_rows(spool) * 500, 1 << 19, 1 << 20);
	assert_int_equal(spool_rows(spool) + spool_dropped(spool), 10000);
	spool_give_back(spool, sending);
	add_rows(spool, 10000, 100, 500); /* now it is the oldest */
	uint32_t next = 0;
	uint64_t taken = 0;
	for (struct spool_block *block; (block = spool_take(spool, 0)) != NULL;) {
		assert_true(first_row(block) > 4000 && (next == 0 || first_row(block) == next));
		next = first_row(block) + (uint32_t)block->rows;
		taken += block->rows;
		spool_block_done(spool, block);
	}
	assert_int_equal(next, 10100); /* the newest are there, without a gap */
	assert_int_equal(taken + spool_dropped(spool), 10100);
	spool_free(spool);
}

static void *rows_add(void *argument)
{
	add_rows(argument, 0, 200000, 200);
	return NULL;
}

static void test_two_threads_lose_nothing(void **state)
{
	(void)state;
	struct spool *spool;
	pthread_t thread;
	uint64_t taken = 0;
	assert_int_equal(spool_new(64 << 20, 777, &spool), ERR_OK);
	assert_int_equal(pthread_create(&thread, NULL, rows_add, spool), 0);
	while (taken < 200000) {
		struct spool_block *block = spool_take(spool, 20);
		if (block == NULL)
			continue;
		assert_int_equal(first_row(block), taken);
		taken += block->rows;
		spool_block_done(spool, block);
	}
	pthread_join(thread, NULL);
	assert_int_equal(taken, 200000);
	assert_int_equal(spool_dropped(spool), 0);
	spool_free(spool);
}

/* --- Faults --- */

static void test_faults_say_how_to_mend_them(void **state)
{
	(void)state;
	static const struct {
		const char *answer, *hint;
	} rows[] = {{"Code: 193, e.displayText() = DB::Exception: Wrong password for user x", "password-file"},
		    {"Code: 516. DB::Exception: x: Authentication failed", "password-file"},
		    {"Code: 60, e.displayText() = DB::Exception: Table dns.y doesn't exist.", "schema.sql"},
		    {"Code: 81. DB::Exception: Database dnss does not exist.", "schema.sql"}};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_non_null(strstr(post_hint(rows[i].answer), rows[i].hint));
	assert_string_equal(post_hint("Code: 9999, something"), "");
	assert_string_equal(post_hint("<html>"), "");
	atomic_bool is_ending = false;
	struct post *post;
	const struct post_options bad = {.url = "http://[::1:8123/", .database = "sextant", .is_ending = &is_ending};
	assert_int_equal(post_new(&bad, &post), ERR_SYNTAX);
}

/* Nobody listens there: rows wait, the end does not. */
static void test_without_a_server_the_end_comes_soon(void **state)
{
	(void)state;
	FILE *file = tmpfile();
	struct log *log = log_new(fileno(file), LOG_FORMAT_TEXT, LOG_LEVEL_INFO, NULL);
	struct export *export;
	struct export_facts facts;
	const struct export_options options = {.url = "http://[::1]:1/",
					       .database = "sextant",
					       .node = "ns1",
					       .batch = 10,
					       .every_ms = 100,
					       .spool = 1 << 20,
					       .sample_every = 1,
					       .log = log};
	assert_int_equal(export_new(&options, &export), ERR_OK);
	struct event event = failed_event();
	for (int i = 0; i < 25; i++)
		export_event(export, &event, 1);
	for (int i = 0; i < 500; i++) {
		export_facts(export, &facts);
		if (facts.is_failing)
			break;
		nanosleep(&(struct timespec){.tv_nsec = 10000000}, NULL);
	}
	assert_true(facts.is_failing);
	assert_int_equal(facts.waiting, 25);
	struct timespec from, to;
	clock_gettime(CLOCK_MONOTONIC, &from);
	export_free(export);
	clock_gettime(CLOCK_MONOTONIC, &to);
	assert_true(to.tv_sec - from.tv_sec < 5);
	char line[512], all[4096] = "";
	rewind(file);
	while (fgets(line, sizeof(line), file) != NULL)
		strncat(all, line, sizeof(all) - strlen(all) - 1);
	assert_non_null(strstr(all, "takes no rows"));
	assert_non_null(strstr(all, "25 rows were not sent"));
	log_free(log);
	fclose(file);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_row_has_every_column),
		cmocka_unit_test(test_the_longest_row_fits),
		cmocka_unit_test(test_blocks_come_in_order),
		cmocka_unit_test(test_the_oldest_make_room),
		cmocka_unit_test(test_two_threads_lose_nothing),
		cmocka_unit_test(test_faults_say_how_to_mend_them),
		cmocka_unit_test(test_without_a_server_the_end_comes_soon),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
