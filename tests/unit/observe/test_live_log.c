/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The daemon's own answers, observed as they come while seconds go by, and the query log that is written of them, read
 * afterwards: both must raise the same signals, at the same moments, by the same numbers.
 */
#include "observe/observer.h"
#include "observe/report.h"
#include "signals/event_query.h"
#include "signals/joiner.h"
#include "signals/line.h"
#include "tests/unit/cmocka_all.h"

#include <stdlib.h>

#define START_US 1795305600000000
#define SECOND_US 1000000
#define MINUTES 20
#define ONSET 12
#define RATE 12 /* questions a second */

static const struct querylog_source sources[] = {
	{.node = "ns1", .service = "lan", .role = "resolver", .is_resolver = true, .stream = "recursive"},
	{.node = "ns1", .service = "public", .role = "authoritative", .stream = "authoritative"}};

struct site {
	struct observer *observer;
	struct text lines;
};

/* Both have the same seed: which scopes share a place follows from it. */
#define SEED 7

static void answer(struct site *site, const struct querylog_source *source, const struct query_event *query)
{
	struct event event;
	event_from_query(source, query, &event);
	observer_event(site->observer, &event);
	querylog_json(source, query, &site->lines);
}

static const struct {
	const char *wire;
	uint16_t size;
} names[] = {{"\3www\5zone1\4test", 16},
	     {"\3www\5zone2\4test", 16},
	     {"\4mail\5zone3\4test", 17},
	     {"\3app\5zone4\4test", 16}};

/* From the onset on a zone's AAAA is bogus, another zone's UDP answers are truncated and nobody asks over TCP, and one
 * network gets failures. */
static void fault_make(struct query_event *query, unsigned minute, size_t name, unsigned network)
{
	if (minute < ONSET)
		return;
	if (name == 0 && query->qtype == 28) {
		query->rcode = 2;
		query->security = SECURITY_BOGUS;
		query->ede = 6;
		query->reason = span_text("signature expired");
	}
	query->is_tc = name == 1;
	if (network == 3)
		query->rcode = 2;
}

static void second_play(struct site *site, unsigned second)
{
	for (unsigned i = 0; i < RATE; i++) {
		size_t name = (size_t)random() % 4;
		unsigned network = (unsigned)random() % 8;
		struct query_event query = {
			.wall_us = START_US + second * (uint64_t)SECOND_US + i * 80000,
			.duration_us = 800,
			.client = {.addr = {.family = FAMILY_IPV6, .bytes = {0x20, 1, 0xd, 0xb8, 0, (uint8_t)network}},
				   .port = 4000},
			.server = {.family = FAMILY_IPV6, .bytes = {0x20, 1, 0xd, 0xb8, 0xff}},
			.qname = (const uint8_t *)names[name].wire,
			.qname_size = names[name].size,
			.qtype = 28,
			.qclass = 1,
			.edns_size = 1232,
			.size = 100,
			.answer_count = 1,
			.ede = -1,
			.cache = CACHE_USE_MISS,
			.security = SECURITY_SECURE,
			.origin = AAAA_NATIVE};
		query.client.addr.bytes[15] = (uint8_t)random();
		const struct querylog_source *source = &sources[random() % 2];
		struct query_event a = query;
		a.qtype = 1;
		a.origin = AAAA_NONE;
		a.wall_us += 1000;
		fault_make(&query, second / 60, name, network);
		fault_make(&a, second / 60, name, network);
		answer(site, source, &query);
		answer(site, source, &a);
	}
}

static json_t *log_report(const struct text *lines)
{
	struct line_reader reader = {.format = LINE_ANY};
	struct sensors *sensors;
	struct joiner *joiner;
	struct event event;
	assert_int_equal(sensors_new(SEED, &sensors), ERR_OK);
	assert_int_equal(joiner_new(SEED, &joiner), ERR_OK);
	for (const char *at = lines->data, *end; (end = strchr(at, '\n')) != NULL; at = end + 1) {
		assert_int_equal(line_read(&reader, span_of(at, (size_t)(end - at)), &event), LINE_EVENT);
		if (joiner_join(joiner, &event))
			sensors_observe(sensors, &event);
	}
	/* Time stood still at the last line; live it went on to there and no further. */
	sensors_advance(sensors, START_US + MINUTES * 60 * (uint64_t)SECOND_US);
	json_t *report = signals_report(sensors, 0);
	joiner_free(joiner);
	sensors_free(sensors);
	return report;
}

static void test_live_is_what_the_log_says(void **state)
{
	(void)state;
	struct site site = {0};
	const struct observer_options options = {.seed = SEED};
	srandom(20261130);
	assert_int_equal(observer_new(&options, &site.observer), ERR_OK);
	for (unsigned second = 0; second < MINUTES * 60; second++) {
		second_play(&site, second);
		observer_second(site.observer, START_US + (second + 1) * (uint64_t)SECOND_US);
	}
	observer_second(site.observer, START_US + (MINUTES * 60 + 2) * (uint64_t)SECOND_US);
	json_t *live = observer_signals(site.observer), *read = log_report(&site.lines);
	char *left = json_dumps(live, JSON_SORT_KEYS | JSON_INDENT(1)),
	     *right = json_dumps(read, JSON_SORT_KEYS | JSON_INDENT(1));
	assert_string_equal(left, right);
	/* And it is not nothing that they agree on. */
	static const char *const wanted[] = {"AAAA-SERVFAIL", "AAAA-PAIRS", "TC-WITHOUT-TCP", "SOURCE-CLUSTER"};
	for (size_t i = 0; i < sizeof(wanted) / sizeof(*wanted); i++)
		assert_non_null(strstr(left, wanted[i]));
	assert_true(json_array_size(json_object_get(live, "signals")) >= 4);
	free(left);
	free(right);
	json_decref(live);
	json_decref(read);
	text_free(&site.lines);
	observer_free(site.observer);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_live_is_what_the_log_says)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
