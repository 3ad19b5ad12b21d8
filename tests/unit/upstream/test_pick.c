/* SPDX-License-Identifier: BSD-2-Clause */
#include "upstream/pick.h"

#include "tests/unit/cmocka_all.h"

#include <stdio.h>
#include <stdlib.h>

#define SECOND 1000000ull
#define START (1000 * SECOND)
#define TRIES 3

struct scene {
	struct address_book *book;
	struct reach *reach;
	struct candidate candidates[16];
	size_t count;
	uint64_t random;
};

static int scene_open(void **state)
{
	struct scene *scene = calloc(1, sizeof(*scene));
	scene->book = address_book_new(1000);
	scene->reach = reach_new();
	scene->random = 1;
	*state = scene;
	return 0;
}

static int scene_close(void **state)
{
	struct scene *scene = *state;
	address_book_free(scene->book);
	reach_free(scene->reach);
	free(scene);
	return 0;
}

/* rtt_ms 0: never heard of. */
static void add(struct scene *scene, const char *server, uint32_t rtt_ms)
{
	struct candidate *candidate = &scene->candidates[scene->count++];
	assert_int_equal(ip_endpoint_from_text(server, 53, &candidate->server), ERR_OK);
	candidate->path = candidate->server.addr.family == FAMILY_IPV4 ? REACH_IPV4
	                  : strncmp(server, "64:ff9b:", 8) == 0       ? REACH_NAT64
	                                                              : REACH_IPV6;
	if (rtt_ms > 0)
		address_book_reply(scene->book, &candidate->server, START, rtt_ms * 1000);
}

static int pick_at(struct scene *scene, const struct pick_now *how)
{
	struct pick_now now = *how;
	now.now_us += START;
	scene->random = scene->random * 6364136223846793005u + 1442695040888963407u;
	now.random = scene->random >> 20 | 1; /* odd: never the exploring one */
	return pick(scene->book, scene->reach, scene->candidates, scene->count, TRIES, &now);
}

static int pick_plain(struct scene *scene)
{
	return pick_at(scene, &(struct pick_now){0});
}

static void test_order_of_paths(void **state)
{
	struct scene *scene = *state;
	add(scene, "64:ff9b::192.0.2.9", 1);
	add(scene, "192.0.2.1", 25);
	add(scene, "2001:db8::1", 28);
	for (unsigned i = 0; i < 50; i++) {
		/* Within the best band IPv6 is first, unless the operator prefers IPv4; synthesised ones are last. */
		assert_int_equal(pick_plain(scene), 2);
		assert_int_equal(pick_at(scene, &(struct pick_now){.prefers_ipv4 = true}), 1);
	}
	scene->candidates[2].is_bad = true;
	assert_int_equal(pick_plain(scene), 1);
	scene->candidates[1].asks = 1;
	assert_int_equal(pick_plain(scene), 0);
	scene->candidates[0].tries = TRIES;
	assert_int_equal(pick_plain(scene), -1);
	scene->count = 0;
	assert_int_equal(pick_plain(scene), -1);
}

static void test_bands(void **state)
{
	struct scene *scene = *state;
	add(scene, "2001:db8::1", 150);
	add(scene, "192.0.2.1", 20);
	assert_int_equal(pick_plain(scene), 1);
	add(scene, "2001:db8::2", 0);
	assert_int_equal(pick_plain(scene), 1); /* near and known before unknown */
	scene->candidates[1].is_bad = true;
	assert_int_equal(pick_plain(scene), 2); /* unknown before far */
}

/* Servers as good as each other share the load; each is asked, none much more often. */
static void test_load_spreads(void **state)
{
	struct scene *scene = *state;
	unsigned counts[4] = {0};
	for (unsigned i = 0; i < 4; i++) {
		char server[IP_ADDR_TEXT_MAX];
		snprintf(server, sizeof(server), "2001:db8::%u", i + 1);
		add(scene, server, 5 + 6 * i);
	}
	for (unsigned i = 0; i < 4000; i++)
		counts[pick_plain(scene)]++;
	for (unsigned i = 0; i < 4; i++)
		assert_in_range(counts[i], 800, 1200);
}

/* A server nobody has heard of gets its share although a good one is known, whatever its family. */
static void test_nobody_starves(void **state)
{
	struct scene *scene = *state;
	unsigned unknown = 0;
	add(scene, "2001:db8::1", 2);
	add(scene, "192.0.2.1", 0);
	for (unsigned i = 0; i < 3200; i++) {
		scene->random = scene->random * 6364136223846793005u + 1442695040888963407u;
		struct pick_now now = {.now_us = START, .random = scene->random >> 30};
		unknown += pick(scene->book, scene->reach, scene->candidates, 2, TRIES, &now) == 1;
	}
	assert_in_range(unknown, 50, 200);
}

static void test_silent_last(void **state)
{
	struct scene *scene = *state;
	add(scene, "2001:db8::1", 2);
	add(scene, "192.0.2.1", 400);
	address_book_refused(scene->book, &scene->candidates[0].server, START);
	assert_int_equal(pick_plain(scene), 1);
	scene->candidates[1].tries = 2;
	assert_int_equal(pick_plain(scene), 1);
	scene->candidates[1].tries = TRIES; /* nothing else is left */
	assert_int_equal(pick_plain(scene), 0);
	scene->candidates[1].tries = 1;
	assert_int_equal(pick_at(scene, &(struct pick_now){.now_us = 2 * SECOND}), 0); /* silent no more */
}

static void down(struct reach *reach, enum reach_path path)
{
	for (uint8_t i = 0; i < REACH_PREFIXES; i++) {
		enum family family = path == REACH_IPV4 ? FAMILY_IPV4 : FAMILY_IPV6;
		struct ip_addr addr = {.family = family, .bytes = {(uint8_t)(i + 1)}};
		reach_silence(reach, path, &addr, START);
	}
	assert_true(reach_view(reach, path).is_down);
}

/* Beside the candidate picked. */
static int probe_at(struct scene *scene, size_t picked, uint64_t after_us)
{
	scene->random = scene->random * 6364136223846793005u + 1442695040888963407u;
	const struct pick_now now = {.now_us = START + after_us, .random = scene->random >> 20 | 1};
	return pick_probe(scene->book, scene->reach, scene->candidates, scene->count, picked, &now);
}

static void test_down_path_is_asked_last_and_probed(void **state)
{
	struct scene *scene = *state;
	add(scene, "2001:db8::1", 2);
	add(scene, "2001:db8::2", 2);
	add(scene, "64:ff9b::192.0.2.1", 200);
	assert_int_equal(probe_at(scene, 2, 0), -1);
	down(scene->reach, REACH_IPV6);
	assert_int_equal(pick_plain(scene), 2);
	assert_int_equal(probe_at(scene, 2, (REACH_PROBE_S - 1) * SECOND), -1);
	/* What is asked there anyhow is a probe by itself. */
	assert_int_equal(probe_at(scene, 0, (REACH_PROBE_S + 1) * SECOND), -1);
	/* The probe comes once. */
	assert_in_range(probe_at(scene, 2, (REACH_PROBE_S + 1) * SECOND), 0, 1);
	assert_int_equal(probe_at(scene, 2, (REACH_PROBE_S + 1) * SECOND), -1);
	/* Asked all the same when there is nothing else: never a reason for a name to fail. */
	scene->candidates[2].is_bad = true;
	assert_in_range(pick_plain(scene), 0, 1);
	/* Where nothing of the path can be asked the probe is not spent. */
	scene->candidates[0].is_bad = true;
	scene->candidates[1].asks = 1;
	scene->candidates[2].is_bad = false;
	assert_int_equal(probe_at(scene, 2, 100 * SECOND), -1);
	scene->candidates[0].is_bad = false;
	assert_int_equal(probe_at(scene, 2, 100 * SECOND), 0);
}

/* An address that fell silent is looked at again when its silence ends, once at a time. */
static void test_silent_address_is_probed(void **state)
{
	struct scene *scene = *state;
	add(scene, "2001:db8::1", 2);
	add(scene, "192.0.2.1", 2);
	const struct ip_endpoint *silent = &scene->candidates[0].server;
	address_book_refused(scene->book, silent, START);
	assert_int_equal(probe_at(scene, 1, SECOND - 1), -1);
	assert_int_equal(probe_at(scene, 1, SECOND), 0);
	address_book_begin(scene->book, silent, START + SECOND, 100);
	assert_int_equal(probe_at(scene, 1, SECOND), -1);
	address_book_timeout(scene->book, silent, START + SECOND, true);
	/* However long it has been silent, no more than this passes between two probes. */
	for (unsigned i = 0; i < 20; i++) {
		struct address_facts facts;
		address_book_find(scene->book, silent, START, &facts);
		uint64_t until_us = facts.silent_until_us;
		uint64_t from_us = facts.heard_us;
		assert_in_range(until_us - from_us, SECOND, ADDRESS_SILENT_MOST_S * SECOND);
		assert_int_equal(probe_at(scene, 1, until_us - START - 1), -1);
		assert_int_equal(probe_at(scene, 1, until_us - START), 0);
		address_book_begin(scene->book, silent, until_us, 100);
		address_book_timeout(scene->book, silent, until_us + 500000, true);
	}
	/* It answers: nothing is left to find out, and it goes first again. */
	address_book_reply(scene->book, silent, START + 2000 * SECOND, 2000);
	assert_int_equal(probe_at(scene, 1, 2001 * SECOND), -1);
	assert_int_equal(pick_at(scene, &(struct pick_now){.now_us = 2001 * SECOND}), 0);
}

/* A path is back: what was met before says nothing, nor does it that an address was never tried while it was down. */
static void test_addresses_of_a_path_that_is_back(void **state)
{
	struct scene *scene = *state;
	add(scene, "2001:db8::1", 2);
	add(scene, "2001:db8::2", 0);
	add(scene, "192.0.2.1", 2);
	for (unsigned i = 0; i < 8; i++)
		address_book_timeout(scene->book, &scene->candidates[0].server, START + i * SECOND, true);
	down(scene->reach, REACH_IPV6);
	const struct ip_addr somebody = {.family = FAMILY_IPV6, .bytes = {0x2a}};
	assert_int_equal(reach_reply(scene->reach, REACH_IPV6, &somebody, START + 10 * SECOND, 100), REACH_CAME_UP);
	assert_in_range(probe_at(scene, 2, 10 * SECOND), 0, 1);
	address_book_reply(scene->book, &scene->candidates[0].server, START + 11 * SECOND, 2000);
	assert_int_equal(probe_at(scene, 2, 11 * SECOND), 1);
	/* Long after, an address never heard of is nothing out of the ordinary. */
	assert_int_equal(probe_at(scene, 2, 2000 * SECOND), -1);
}

static void test_hedge_takes_another_path(void **state)
{
	struct scene *scene = *state;
	add(scene, "2001:db8::1", 0);
	add(scene, "2001:db8::2", 0);
	add(scene, "192.0.2.1", 0);
	int first = pick_plain(scene);
	assert_in_range(first, 0, 1);
	scene->candidates[first].asks = 1;
	struct pick_now hedge = {.is_hedge = true, .slow_path = REACH_IPV6};
	assert_int_equal(pick_at(scene, &hedge), 2);
	/* And another server of the same when there is no other path. */
	scene->candidates[2].asks = 1;
	assert_int_equal(pick_at(scene, &hedge), 1 - first);
}

/* eight silent IPv6 addresses, one live IPv4: the second question is answered, and the next job asks there. */
static void test_many_silent_one_live(void **state)
{
	struct scene *scene = *state;
	for (unsigned i = 0; i < 8; i++) {
		char server[IP_ADDR_TEXT_MAX];
		snprintf(server, sizeof(server), "2001:db8::%u", i + 1);
		add(scene, server, 0);
	}
	add(scene, "192.0.2.1", 0);
	int first = pick_plain(scene);
	assert_in_range(first, 0, 7);
	address_book_begin(scene->book, &scene->candidates[first].server, START, 100);
	scene->candidates[first].asks = 1;
	assert_int_equal(pick_at(scene, &(struct pick_now){.is_hedge = true, .slow_path = REACH_IPV6}), 8);
	address_book_reply(scene->book, &scene->candidates[8].server, START, 3000);
	scene->candidates[first].asks = 0;
	assert_int_equal(pick_plain(scene), 8);
}

/* A crowd of questions meets a zone for the first time: they do not all wait for the same silent server. */
static void test_crowd_spreads_over_unknown(void **state)
{
	struct scene *scene = *state;
	unsigned counts[4] = {0};
	add(scene, "2001:db8::1", 0);
	add(scene, "2001:db8::2", 0);
	add(scene, "192.0.2.1", 0);
	add(scene, "192.0.2.2", 0);
	for (unsigned i = 0; i < 40; i++) {
		int index = pick_plain(scene);
		counts[index]++;
		address_book_begin(scene->book, &scene->candidates[index].server, START, 100);
	}
	for (unsigned i = 0; i < 4; i++)
		assert_in_range(counts[i], 4, 16);
}

static void test_waits(void **state)
{
	(void)state;
	const struct address_facts unknown = {0}, near = {.srtt_us = 20000, .rttvar_us = 1000},
				   far = {.srtt_us = 300000, .rttvar_us = 100000},
				   failing = {.srtt_us = 20000, .rttvar_us = 10000, .timeouts = 2};
	assert_int_equal(pick_timeout_us(&unknown, 700000, 120000, 3000000), 700000);
	assert_int_equal(pick_timeout_us(&near, 700000, 120000, 3000000), 120000);
	assert_int_equal(pick_timeout_us(&far, 700000, 120000, 3000000), 1600000);
	assert_int_equal(pick_timeout_us(&failing, 700000, 100000, 3000000), 480000);
	assert_int_equal(pick_timeout_us(&far, 700000, 120000, 1000000), 1000000);
	assert_int_equal(pick_hedge_us(&unknown, 10000, 12000, 400000), 30000);
	assert_int_equal(pick_hedge_us(&unknown, 1000, 12000, 400000), 12000);
	assert_int_equal(pick_hedge_us(&near, 10000, 12000, 400000), 24000);
	assert_int_equal(pick_hedge_us(&far, 10000, 12000, 400000), 400000);
	assert_int_equal(pick_hedge_us(&failing, 10000, 12000, 400000), 12000);
}

#define SCENE(test) cmocka_unit_test_setup_teardown(test, scene_open, scene_close)

int main(void)
{
	const struct CMUnitTest tests[] = {
		SCENE(test_order_of_paths),
		SCENE(test_bands),
		SCENE(test_load_spreads),
		SCENE(test_nobody_starves),
		SCENE(test_silent_last),
		SCENE(test_down_path_is_asked_last_and_probed),
		SCENE(test_silent_address_is_probed),
		SCENE(test_addresses_of_a_path_that_is_back),
		SCENE(test_hedge_takes_another_path),
		SCENE(test_many_silent_one_live),
		SCENE(test_crowd_spreads_over_unknown),
		cmocka_unit_test(test_waits),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
