/* SPDX-License-Identifier: BSD-2-Clause */
#include "upstream/reach.h"

#include "tests/unit/cmocka_all.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

#define SECOND 1000000ull
#define START (1000 * SECOND)

static struct ip_addr addr_of(const char *text)
{
	struct ip_addr addr;
	assert_int_equal(ip_addr_from_text(text, &addr), ERR_OK);
	return addr;
}

static enum reach_change silent(struct reach *reach, enum reach_path path, const char *server, uint64_t now_us)
{
	struct ip_addr addr = addr_of(server);
	return reach_silence(reach, path, &addr, now_us);
}

static enum reach_change answers(struct reach *reach, enum reach_path path, const char *server, uint64_t now_us)
{
	struct ip_addr addr = addr_of(server);
	return reach_reply(reach, path, &addr, now_us, 100);
}

/* Three servers in distinct networks, three in one, and three more of the first kind. */
static const struct {
	enum reach_path path;
	const char *apart[3], *together[3];
} paths[] = {
	{REACH_IPV6, {"2001:db8::1", "2001:db9::1", "2a00::1"}, {"2001:db8::1", "2001:db8:1::1", "2001:db8:2::1"}},
	{REACH_IPV4, {"192.0.2.1", "192.1.2.1", "10.0.0.1"}, {"192.0.2.1", "192.0.3.1", "192.0.4.1"}},
	{REACH_NAT64,
         {"64:ff9b::192.0.2.1", "64:ff9b::192.1.2.1", "64:ff9b::10.0.0.1"},
         {"64:ff9b::192.0.2.1", "64:ff9b::192.0.3.1", "64:ff9b::192.0.4.1"}},
};

static void test_falls_and_rises(void **state)
{
	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct reach *reach = reach_new();
		enum reach_path path = paths[i].path;
		/* One network may be broken as a whole: that says nothing about the family. */
		for (unsigned j = 0; j < 30; j++)
			assert_int_equal(silent(reach, path, paths[i].together[j % 3], START), REACH_SAME);
		assert_int_equal(answers(reach, path, paths[i].apart[0], START), REACH_SAME);
		assert_int_equal(silent(reach, path, paths[i].apart[0], START), REACH_SAME);
		assert_int_equal(silent(reach, path, paths[i].apart[1], START), REACH_SAME);
		/* A reply in between: no row. */
		assert_int_equal(answers(reach, path, paths[i].apart[0], START), REACH_SAME);
		assert_int_equal(silent(reach, path, paths[i].apart[2], START), REACH_SAME);
		assert_int_equal(silent(reach, path, paths[i].apart[1], START), REACH_SAME);
		assert_false(reach_view(reach, path).is_down);
		assert_int_equal(silent(reach, path, paths[i].apart[0], START), REACH_WENT_DOWN);
		struct reach_view view = reach_view(reach, path);
		assert_true(view.is_down && !view.is_unroutable && view.since_us == START);
		assert_int_equal(silent(reach, path, paths[i].apart[2], START), REACH_SAME);
		for (size_t other = 0; other < 3; other++)
			assert_int_equal(reach_view(reach, paths[other].path).is_down, other == i);
		assert_int_equal(answers(reach, path, paths[i].apart[2], START + SECOND), REACH_CAME_UP);
		view = reach_view(reach, path);
		assert_true(!view.is_down && view.cause == REACH_CAUSE_NONE && view.since_us == START + SECOND);
		reach_free(reach);
	}
}

static void test_silences_far_apart_are_no_row(void **state)
{
	(void)state;
	struct reach *reach = reach_new();
	for (unsigned i = 0; i < 30; i++)
		assert_int_equal(silent(reach, REACH_IPV6, paths[0].apart[i % 3], START + 100 * SECOND * i),
		                 REACH_SAME);
	reach_free(reach);
}

static void test_probes_widen(void **state)
{
	(void)state;
	struct reach *reach = reach_new();
	assert_false(reach_probe(reach, REACH_IPV6, START)); /* it works */
	assert_int_equal(reach_no_route(reach, REACH_IPV6, START), REACH_WENT_DOWN);
	static const unsigned waits_s[] = {10, 10, 20, 40, 60, 60, 60};
	uint64_t now_us = START;
	for (size_t i = 0; i < sizeof(waits_s) / sizeof(waits_s[0]); i++) {
		now_us += waits_s[i] * SECOND;
		assert_false(reach_probe(reach, REACH_IPV6, now_us - 1));
		assert_true(reach_probe(reach, REACH_IPV6, now_us));
		assert_false(reach_probe(reach, REACH_IPV6, now_us));
	}
	reach_free(reach);
}

static void test_no_route(void **state)
{
	(void)state;
	struct reach *reach = reach_new();
	/* No route to one address while others answer is no matter of the family. */
	answers(reach, REACH_IPV4, "192.0.2.1", START);
	assert_int_equal(reach_no_route(reach, REACH_IPV4, START + SECOND), REACH_SAME);
	assert_int_equal(reach_no_route(reach, REACH_IPV4, START + 6 * SECOND), REACH_WENT_DOWN);
	struct reach_view view = reach_view(reach, REACH_IPV4);
	assert_true(view.is_down && view.is_unroutable && view.cause == REACH_CAUSE_NO_ROUTE);
	/* A route that leads nowhere. */
	silent(reach, REACH_IPV4, "192.0.2.1", START + 7 * SECOND);
	view = reach_view(reach, REACH_IPV4);
	assert_true(view.is_down && !view.is_unroutable && view.cause == REACH_CAUSE_NOT_ROUTED);
	reach_free(reach);
}

/* A route that comes makes the next question a probe. */
static void test_route_comes(void **state)
{
	(void)state;
	struct reach *reach = reach_new();
	struct reach_host host = {.has_global_ipv4 = true, .has_ipv4_route = true};
	reach_set_host(reach, &host);
	reach_no_route(reach, REACH_IPV6, START);
	assert_false(reach_probe(reach, REACH_IPV6, START + SECOND));
	assert_int_equal(reach_view(reach, REACH_IPV6).cause, REACH_CAUSE_NO_ADDRESS);
	host.has_global_ipv6 = host.has_ipv6_route = true;
	reach_set_host(reach, &host);
	assert_false(reach_view(reach, REACH_IPV6).is_unroutable);
	assert_true(reach_probe(reach, REACH_IPV6, START + SECOND));
	assert_false(reach_probe(reach, REACH_IPV6, START + SECOND));
	reach_free(reach);
}

static void test_causes_of_silence(void **state)
{
	(void)state;
	static const struct {
		struct reach_host host;
		size_t path; /* row of paths */
		enum reach_cause cause;
	} rows[] = {
		{{.has_global_ipv6 = true, .has_ipv6_route = true}, 0, REACH_CAUSE_NOT_ROUTED},
		{{.has_ula = true, .has_ipv6_route = true}, 0, REACH_CAUSE_ULA_ONLY},
		{{.has_ipv6_route = true}, 0, REACH_CAUSE_NO_ADDRESS},
		{{.has_global_ipv4 = true, .has_ipv4_route = true}, 1, REACH_CAUSE_NOT_ROUTED},
		{{.has_private_ipv4 = true, .has_ipv4_route = true}, 1, REACH_CAUSE_PRIVATE},
		{{.has_ipv4_route = true}, 1, REACH_CAUSE_NO_ADDRESS},
		{{.has_global_ipv6 = true, .has_ipv6_route = true}, 2, REACH_CAUSE_NOT_ROUTED},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct reach *reach = reach_new();
		enum reach_path path = paths[rows[i].path].path;
		reach_set_host(reach, &rows[i].host);
		for (unsigned j = 0; j < 3; j++)
			silent(reach, path, paths[rows[i].path].apart[j], START);
		assert_true(reach_view(reach, path).is_down);
		assert_int_equal(reach_view(reach, path).cause, rows[i].cause);
		assert_true(strlen(reach_cause_text(rows[i].cause)) > 10);
		reach_free(reach);
	}
}

/* Eight servers, each of which answers two questions and drops the third. */
static void lossy_run(struct reach *reach, enum reach_path path, const char *prefix, unsigned rounds)
{
	for (unsigned i = 0; i < rounds; i++) {
		char server[IP_ADDR_TEXT_MAX];
		snprintf(server, sizeof(server), "%s%u", prefix, i % 8);
		if (i % 3 == 2)
			silent(reach, path, server, START + i * 1000);
		else
			answers(reach, path, server, START + i * 1000);
	}
}

static void test_ports(void **state)
{
	(void)state;
	static const struct {
		struct reach_host host;
		enum reach_path path;
		const char *prefix;
		bool is_port_starved;
	} rows[] = {
		{{.has_private_ipv4 = true}, REACH_IPV4, "198.51.100.", true},
		{{.has_global_ipv6 = true}, REACH_NAT64, "64:ff9b::198.51.100.", true},
		/* Loss where nobody translates has other causes. */
		{{.has_global_ipv4 = true}, REACH_IPV4, "198.51.100.", false},
		{{.has_global_ipv6 = true}, REACH_IPV6, "2001:db8::", false},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct reach *reach = reach_new();
		enum reach_cause cause = REACH_CAUSE_NONE;
		reach_set_host(reach, &rows[i].host);
		lossy_run(reach, rows[i].path, rows[i].prefix, 30);
		assert_false(reach_take_news(reach, rows[i].path, &cause)); /* too few to tell */
		lossy_run(reach, rows[i].path, rows[i].prefix, 120);
		assert_int_equal(reach_take_news(reach, rows[i].path, &cause), rows[i].is_port_starved);
		assert_int_equal(cause, rows[i].is_port_starved ? REACH_CAUSE_PORTS : REACH_CAUSE_NONE);
		assert_false(reach_take_news(reach, rows[i].path, &cause));
		assert_int_equal(reach_view(reach, rows[i].path).cause, cause);
		assert_false(reach_view(reach, rows[i].path).is_down);
		/* It passes. */
		answers(reach, rows[i].path, "192.0.2.1", START + 1000 * SECOND);
		assert_int_equal(reach_view(reach, rows[i].path).cause, REACH_CAUSE_NONE);
		reach_free(reach);
	}
}

/* Servers that are dead and servers that answer, but no server that does both: not the translator's fault. */
static void test_dead_servers_are_no_shortage_of_ports(void **state)
{
	(void)state;
	struct reach *reach = reach_new();
	reach_set_host(reach, &(struct reach_host){.has_private_ipv4 = true});
	enum reach_cause cause;
	for (unsigned i = 0; i < 200; i++) {
		char server[IP_ADDR_TEXT_MAX];
		snprintf(server, sizeof(server), "198.51.100.%u", i % 8);
		if (i % 8 < 4)
			silent(reach, REACH_IPV4, server, START);
		else
			answers(reach, REACH_IPV4, server, START);
	}
	assert_false(reach_take_news(reach, REACH_IPV4, &cause));
	reach_free(reach);
}

static void test_sizes(void **state)
{
	(void)state;
	struct reach *reach = reach_new();
	enum reach_cause cause;
	answers(reach, REACH_IPV6, "2001:db8::1", START);
	reach_size_lost(reach, REACH_IPV6, START);
	reach_size_lost(reach, REACH_IPV6, START);
	assert_false(reach_take_news(reach, REACH_IPV6, &cause));
	reach_size_lost(reach, REACH_IPV6, START);
	assert_true(reach_take_news(reach, REACH_IPV6, &cause));
	assert_int_equal(cause, REACH_CAUSE_SIZE);
	assert_int_equal(reach_view(reach, REACH_IPV6).cause, REACH_CAUSE_SIZE);
	/* Down has a cause of its own, and it is gone afterwards. */
	for (unsigned i = 0; i < 3; i++)
		silent(reach, REACH_IPV6, paths[0].apart[i], START);
	assert_int_equal(reach_view(reach, REACH_IPV6).cause, REACH_CAUSE_NOT_ROUTED);
	reach_free(reach);
}

static void test_counts_decay(void **state)
{
	(void)state;
	struct reach *reach = reach_new();
	for (unsigned i = 0; i < 100; i++)
		answers(reach, REACH_IPV6, "2001:db8::1", START);
	silent(reach, REACH_IPV6, "2001:db8::2", START);
	assert_int_equal(reach_view(reach, REACH_IPV6).replies, 100);
	silent(reach, REACH_IPV6, "2001:db8::2", START + 120 * SECOND);
	assert_int_equal(reach_view(reach, REACH_IPV6).replies, 25);
	assert_int_equal(reach_view(reach, REACH_IPV6).silences, 1);
	reach_free(reach);
}

/* --- Threads --- */

static void *load_run(void *argument)
{
	struct reach *reach = argument;
	for (unsigned i = 0; i < 30000; i++) {
		struct ip_addr addr = {.family = FAMILY_IPV6, .bytes = {(uint8_t)i, (uint8_t)(i >> 3)}};
		if (i % 5 == 0)
			reach_silence(reach, REACH_IPV6, &addr, START + i);
		else
			reach_reply(reach, REACH_IPV6, &addr, START + i, 100);
		struct reach_view view = reach_view(reach, REACH_IPV6);
		if (view.cause >= REACH_CAUSE_COUNT)
			return argument; /* torn */
		reach_probe(reach, REACH_IPV6, START + i);
	}
	return NULL;
}

static void test_threads(void **state)
{
	(void)state;
	struct reach *reach = reach_new();
	pthread_t threads[4];
	for (unsigned i = 0; i < 4; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, load_run, reach), 0);
	for (unsigned i = 0; i < 4; i++) {
		void *trouble;
		pthread_join(threads[i], &trouble);
		assert_null(trouble);
	}
	assert_int_equal(reach_view(reach, REACH_IPV6).replies + reach_view(reach, REACH_IPV6).silences, 120000);
	reach_free(reach);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_falls_and_rises),
		cmocka_unit_test(test_silences_far_apart_are_no_row),
		cmocka_unit_test(test_probes_widen),
		cmocka_unit_test(test_no_route),
		cmocka_unit_test(test_route_comes),
		cmocka_unit_test(test_causes_of_silence),
		cmocka_unit_test(test_ports),
		cmocka_unit_test(test_dead_servers_are_no_shortage_of_ports),
		cmocka_unit_test(test_sizes),
		cmocka_unit_test(test_counts_decay),
		cmocka_unit_test(test_threads),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
