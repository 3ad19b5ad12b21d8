/* SPDX-License-Identifier: BSD-2-Clause */
#include "watch/asker.h"

#include "base/clock.h"
#include "tests/unit/cmocka_all.h"

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#define QUESTIONS 50
#define SERVERS 400
#define PER_SERVER 8
#define TIMEOUT_MS 100

/* A server that hears and says nothing. */
static int deaf_open(struct ip_endpoint *ret)
{
	struct sockaddr_in here = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
	socklen_t size = sizeof(here);
	int fd = socket(AF_INET, SOCK_DGRAM, 0);
	assert_true(fd >= 0);
	assert_int_equal(bind(fd, (const struct sockaddr *)&here, size), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&here, &size), 0);
	assert_int_equal(ip_endpoint_from_sockaddr((const struct sockaddr *)&here, ret), ERR_OK);
	return fd;
}

static size_t heard(int fd)
{
	uint8_t octets[512];
	size_t count = 0;
	while (recv(fd, octets, sizeof(octets), MSG_DONTWAIT) > 0)
		count++;
	return count;
}

static struct facts *wanted_of(const struct ip_endpoint *server)
{
	struct facts *facts = facts_new(QUESTIONS);
	assert_non_null(facts);
	for (uint16_t type = 1; type <= QUESTIONS; type++) {
		const struct fact_question question = {
			.server = *server, .qname = {(const uint8_t *)"\7example\0", 9, 1}, .qtype = type};
		assert_non_null(facts_get(facts, &question));
	}
	return facts;
}

static size_t in_state(const struct facts *facts, enum fact_state state)
{
	size_t count = 0;
	for (size_t i = 0; i < facts_count(facts); i++)
		count += facts_at(facts, i)->state == state;
	return count;
}

/* However much is wanted of it, a server has a few questions at a time; in the end all were asked. */
static void test_one_server_is_asked_a_few_at_a_time(void **state)
{
	const struct asker_options options = {.timeout_ms = TIMEOUT_MS, .tries = 1, .is_family_allowed = {true, true}};
	struct ip_endpoint server;
	int fd = deaf_open(&server);
	struct facts *facts = wanted_of(&server);
	struct asker *asker = asker_new(facts, &options);
	uint64_t start_us = clock_monotonic_us();
	assert_non_null(asker);
	assert_true(asker_run(asker, false)); /* the first few are over, and as many more are under way */
	assert_in_range(heard(fd), PER_SERVER, 2 * PER_SERVER);
	while (asker_run(asker, false))
		;
	assert_true(clock_monotonic_us() - start_us >= (QUESTIONS / PER_SERVER) * TIMEOUT_MS * 1000);
	assert_int_equal(asker_sent(asker), QUESTIONS);
	assert_int_equal(in_state(facts, FACT_SILENT), QUESTIONS);
	asker_free(asker);
	facts_free(facts);
	close(fd);
}

/* A family that the command was told not to use is not used, and the server is not to blame. */
static void test_a_family_that_is_not_allowed(void **state)
{
	const struct asker_options options = {
		.timeout_ms = 100, .tries = 1, .is_family_allowed = {[FAMILY_IPV6] = true}};
	struct ip_endpoint server;
	int fd = deaf_open(&server);
	struct facts *facts = wanted_of(&server);
	struct asker *asker = asker_new(facts, &options);
	assert_non_null(asker);
	while (asker_run(asker, false))
		;
	assert_int_equal(heard(fd), 0);
	assert_int_equal(in_state(facts, FACT_NO_ROUTE), QUESTIONS);
	asker_free(asker);
	facts_free(facts);
	close(fd);
}

/* --rate: many servers, and no more questions a second than were allowed. */
static void test_the_rate_holds_over_all_servers(void **state)
{
	const struct asker_options options = {
		.timeout_ms = 20, .tries = 1, .rate = 100, .is_family_allowed = {true, true}};
	struct ip_endpoint server;
	int fd = deaf_open(&server);
	struct facts *facts = facts_new(QUESTIONS);
	struct asker *asker = asker_new(facts, &options);
	for (uint8_t i = 1; i <= QUESTIONS; i++) {
		struct fact_question question = {
			.server = server, .qname = {(const uint8_t *)"\7example\0", 9, 1}, .qtype = 1};
		question.server.addr.bytes[3] = i; /* 127.0.0.i: nobody there */
		assert_non_null(facts_get(facts, &question));
	}
	uint64_t start_us = clock_monotonic_us();
	assert_non_null(asker);
	while (asker_run(asker, false))
		;
	assert_int_equal(asker_sent(asker), QUESTIONS);
	assert_true(clock_monotonic_us() - start_us >= (QUESTIONS - 10) * 10000ull);
	asker_free(asker);
	facts_free(facts);
	close(fd);
}

/* More silent TCP servers than there may be connections: each is waited for, and none is passed over. */
static void test_more_tcp_servers_than_connections(void **state)
{
	const struct asker_options options = {.timeout_ms = 200, .tries = 1, .is_family_allowed = {true, true}};
	struct sockaddr_in here = {.sin_family = AF_INET};
	socklen_t size = sizeof(here);
	int fd = socket(AF_INET, SOCK_STREAM, 0); /* takes connections and says nothing */
	assert_int_equal(bind(fd, (const struct sockaddr *)&here, size), 0);
	assert_int_equal(listen(fd, 1024), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&here, &size), 0);
	struct facts *facts = facts_new(SERVERS);
	for (unsigned i = 0; i < SERVERS; i++) {
		const struct fact_question question = {
			.server = {.addr = {.family = FAMILY_IPV4,
					    .bytes = {127, 0, (uint8_t)(1 + i / 250), (uint8_t)(1 + i % 250)}},
				   .port = ntohs(here.sin_port)},
			.transport = QUESTION_TCP,
			.qname = {(const uint8_t *)"\7example\0", 9, 1},
			.qtype = 1};
		assert_non_null(facts_get(facts, &question));
	}
	struct asker *asker = asker_new(facts, &options);
	while (asker_run(asker, false))
		;
	assert_int_equal(in_state(facts, FACT_SILENT), SERVERS);
	asker_free(asker);
	facts_free(facts);
	close(fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_one_server_is_asked_a_few_at_a_time),
		cmocka_unit_test(test_a_family_that_is_not_allowed),
		cmocka_unit_test(test_the_rate_holds_over_all_servers),
		cmocka_unit_test(test_more_tcp_servers_than_connections),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
