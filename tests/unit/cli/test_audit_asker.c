/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/audit/asker.h"
#include "tests/unit/cmocka_all.h"

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#define QUESTIONS 50
#define PER_SERVER 8

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
	const struct asker_options options = {.timeout_ms = 100, .tries = 1, .is_family_allowed = {true, true}};
	struct ip_endpoint server;
	int fd = deaf_open(&server);
	struct facts *facts = wanted_of(&server);
	struct asker *asker = asker_new(facts, &options);
	size_t sum = 0;
	assert_non_null(asker);
	while (asker_run(asker)) {
		size_t now = heard(fd);
		assert_in_range(now, 0, PER_SERVER);
		sum += now;
	}
	assert_int_equal(sum + heard(fd), QUESTIONS);
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
	while (asker_run(asker))
		;
	assert_int_equal(heard(fd), 0);
	assert_int_equal(in_state(facts, FACT_NO_ROUTE), QUESTIONS);
	asker_free(asker);
	facts_free(facts);
	close(fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_one_server_is_asked_a_few_at_a_time),
		cmocka_unit_test(test_a_family_that_is_not_allowed),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
