/* SPDX-License-Identifier: BSD-2-Clause */
#include "net/host.h"

#include "tests/unit/cmocka_all.h"

#include <net/if.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

static void test_kinds(void **state)
{
	(void)state;
	static const struct {
		const char *addr;
		struct host_facts facts;
	} rows[] = {
		{"2a00::1", {.has_global = {[FAMILY_IPV6] = true}}},
		{"2001:db8::1", {.has_global = {[FAMILY_IPV6] = true}}},
		{"fd00::1", {.has_ula = true}},
		{"fc00::1", {.has_ula = true}},
		{"fe80::1%1", {.has_ula = false}},
		{"::1", {.has_ula = false}},
		{"::ffff:192.0.2.1", {.has_ula = false}},
		{"9.9.9.9", {.has_global = {[FAMILY_IPV4] = true}}},
		{"192.0.2.1", {.has_global = {[FAMILY_IPV4] = true}}},
		{"198.18.0.1", {.has_global = {[FAMILY_IPV4] = true}}},
		{"10.0.0.1", {.has_private_ipv4 = true}},
		{"172.31.255.1", {.has_private_ipv4 = true}},
		{"192.168.1.1", {.has_private_ipv4 = true}},
		{"100.64.0.1", {.has_private_ipv4 = true}},
		{"192.0.0.4", {.has_private_ipv4 = true}},
		{"127.0.0.1", {.has_ula = false}},
		{"169.254.1.1", {.has_ula = false}},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct host_facts facts = {0};
		struct ip_addr addr;
		assert_int_equal(ip_addr_from_text(rows[i].addr, &addr), ERR_OK);
		host_facts_add(&facts, &addr);
		assert_memory_equal(&facts, &rows[i].facts, sizeof(facts));
	}
}

/* Without IPv6 on this machine at all there is nothing to say about ::1. */
static void test_routes_to_ourselves(void **state)
{
	(void)state;
	struct ip_addr addr;
	assert_int_equal(ip_addr_from_text("127.0.0.1", &addr), ERR_OK);
	assert_true(host_has_route(&addr));
	assert_int_equal(ip_addr_from_text("::1", &addr), ERR_OK);
	assert_true(host_has_route(&addr));
}

/* A namespace of our own, where nothing is up: no address, no route; then lo comes up, which changes nothing. */
static int lonely_run(void)
{
	struct host_facts facts;
	static const struct host_facts nothing;
	if (unshare(CLONE_NEWUSER | CLONE_NEWNET) != 0 && unshare(CLONE_NEWNET) != 0)
		return 77;
	if (host_read(&facts) != ERR_OK || memcmp(&facts, &nothing, sizeof(facts)) != 0)
		return 1;
	struct ifreq lo = {.ifr_name = "lo", .ifr_flags = IFF_UP};
	int fd = socket(AF_INET, SOCK_DGRAM, 0);
	if (fd < 0 || ioctl(fd, SIOCSIFFLAGS, &lo) != 0)
		return 77;
	close(fd);
	return host_read(&facts) != ERR_OK || memcmp(&facts, &nothing, sizeof(facts)) != 0;
}

static void test_host_without_network(void **state)
{
	(void)state;
	fflush(NULL);
	pid_t child = fork();
	if (child == 0)
		_exit(lonely_run());
	int status;
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	if (WEXITSTATUS(status) == 77)
		skip();
	assert_int_equal(WEXITSTATUS(status), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_kinds),
		cmocka_unit_test(test_routes_to_ourselves),
		cmocka_unit_test(test_host_without_network),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
