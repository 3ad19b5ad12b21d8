/* SPDX-License-Identifier: BSD-2-Clause */
#include "net/socket.h"

#include "tests/unit/cmocka_all.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <unistd.h>

static const struct socket_options usual = {.tcp_mss = 1220, .is_mtu_minimum = true, .is_freebind = true};

static struct ip_endpoint endpoint_of(const char *text)
{
	struct ip_endpoint endpoint;
	assert_int_equal(ip_endpoint_from_text(text, 0, &endpoint), ERR_OK);
	return endpoint;
}

static void endpoint_bound(int fd, struct ip_endpoint *ret)
{
	struct sockaddr_storage bound;
	socklen_t size = sizeof(bound);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&bound, &size), 0);
	assert_int_equal(ip_endpoint_from_sockaddr((struct sockaddr *)&bound, ret), ERR_OK);
}

static int option_of(int fd, int level, int name)
{
	int value = -1;
	socklen_t size = sizeof(value);
	assert_int_equal(getsockopt(fd, level, name, &value, &size), 0);
	return value;
}

/* Binds to a free port by asking for port 0 first; a stranger may take it in between, so it tries again. */
static struct ip_endpoint group_open(const char *address, enum socket_kind kind, size_t count, int *fds)
{
	for (int attempt = 0; attempt < 10; attempt++) {
		struct ip_endpoint endpoint = endpoint_of(address);
		int probe;
		assert_int_equal(socket_open_group(&endpoint, kind, &usual, 1, &probe), ERR_OK);
		endpoint_bound(probe, &endpoint);
		close(probe);
		if (socket_open_group(&endpoint, kind, &usual, count, fds) == ERR_OK)
			return endpoint;
	}
	fail_msg("no free port");
	return (struct ip_endpoint){0};
}

static void test_second_is_refused(void **state)
{
	(void)state;
	for (int kind = 0; kind < SOCKET_KIND_COUNT; kind++) {
		int fds[3], other;
		struct ip_endpoint endpoint = group_open("::1", (enum socket_kind)kind, 3, fds);
		assert_int_equal(socket_open_group(&endpoint, (enum socket_kind)kind, &usual, 1, &other), -EADDRINUSE);
		int others[2];
		assert_int_equal(socket_open_group(&endpoint, (enum socket_kind)kind, &usual, 2, others), -EADDRINUSE);
		struct ip_endpoint wildcard = endpoint_of("::");
		wildcard.port = endpoint.port;
		assert_int_equal(socket_open_group(&wildcard, (enum socket_kind)kind, &usual, 2, others), -EADDRINUSE);
		for (int i = 0; i < 3; i++)
			close(fds[i]);
	}
}

static void test_families_do_not_meet(void **state)
{
	(void)state;
	int v6[2], v4[2];
	struct ip_endpoint endpoint = group_open("::", SOCKET_TCP, 2, v6);
	struct ip_endpoint other = endpoint_of("0.0.0.0");
	other.port = endpoint.port;
	assert_int_equal(socket_open_group(&other, SOCKET_TCP, &usual, 2, v4), ERR_OK);
	assert_int_equal(option_of(v6[0], IPPROTO_IPV6, IPV6_V6ONLY), 1);
	for (int i = 0; i < 2; i++) {
		close(v6[i]);
		close(v4[i]);
	}
}

/* The kernel spreads datagrams over the group although its first member was bound without SO_REUSEPORT. */
static void test_group_shares_the_work(void **state)
{
	(void)state;
	int fds[2], seen[2] = {0};
	struct ip_endpoint endpoint = group_open("::1", SOCKET_UDP, 2, fds);
	struct sockaddr_storage to;
	socklen_t size = ip_endpoint_to_sockaddr(&endpoint, &to);
	for (int i = 0; i < 64; i++) {
		int client = socket(AF_INET6, SOCK_DGRAM, 0);
		assert_int_equal(sendto(client, "x", 1, 0, (struct sockaddr *)&to, size), 1);
		close(client);
	}
	for (int i = 0; i < 2; i++) {
		char octet;
		while (recv(fds[i], &octet, 1, 0) == 1)
			seen[i]++;
		close(fds[i]);
	}
	assert_int_equal(seen[0] + seen[1], 64);
	assert_true(seen[0] > 0 && seen[1] > 0);
}

static void test_mss_holds_both_ways(void **state)
{
	(void)state;
	static const char *const addresses[] = {"::1", "127.0.0.1"};
	for (int i = 0; i < 2; i++) {
		int fds[2];
		struct ip_endpoint endpoint = group_open(addresses[i], SOCKET_TCP, 2, fds);
		struct sockaddr_storage to;
		socklen_t size = ip_endpoint_to_sockaddr(&endpoint, &to);
		int client = socket(to.ss_family, SOCK_STREAM, 0);
		assert_int_equal(connect(client, (struct sockaddr *)&to, size), 0);
		struct pollfd waits[2] = {{fds[0], POLLIN, 0}, {fds[1], POLLIN, 0}};
		assert_true(poll(waits, 2, 2000) == 1);
		int server = accept(waits[0].revents ? fds[0] : fds[1], NULL, NULL);
		assert_true(server >= 0);
		struct tcp_info ours, theirs;
		socklen_t info_size = sizeof(ours);
		assert_int_equal(getsockopt(server, IPPROTO_TCP, TCP_INFO, &ours, &info_size), 0);
		info_size = sizeof(theirs);
		assert_int_equal(getsockopt(client, IPPROTO_TCP, TCP_INFO, &theirs, &info_size), 0);
		assert_true(ours.tcpi_snd_mss <= 1220 && ours.tcpi_snd_mss >= 1200);
		assert_true(theirs.tcpi_snd_mss <= 1220 && theirs.tcpi_snd_mss >= 1200);
		close(server);
		close(client);
		close(fds[0]);
		close(fds[1]);
	}
}

static void test_large_datagram_is_refused(void **state)
{
	(void)state;
	int fd;
	struct ip_endpoint endpoint = group_open("::1", SOCKET_UDP, 1, &fd);
	struct sockaddr_storage to;
	socklen_t size = ip_endpoint_to_sockaddr(&endpoint, &to);
	char datagram[1233] = {0};
	assert_int_equal(sendto(fd, datagram, 1232, 0, (struct sockaddr *)&to, size), 1232);
	assert_int_equal(sendto(fd, datagram, 1233, 0, (struct sockaddr *)&to, size), -1);
	assert_int_equal(errno, EMSGSIZE);
	struct socket_options wider = usual;
	wider.is_mtu_minimum = false;
	assert_int_equal(socket_apply(fd, FAMILY_IPV6, SOCKET_UDP, &wider), ERR_OK);
	assert_int_equal(sendto(fd, datagram, 1233, 0, (struct sockaddr *)&to, size), 1233);
	close(fd);
}

static void test_presence(void **state)
{
	(void)state;
	static const struct {
		const char *address;
		bool want;
	} rows[] = {{"::1", true},        {"::", true},           {"127.0.0.1", true},
	            {"127.0.0.53", true}, {"2001:db8:dead::1", false}, {"192.0.2.231", false}};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct ip_endpoint endpoint = endpoint_of(rows[i].address);
		assert_int_equal(socket_address_is_present(&endpoint.addr), rows[i].want);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_second_is_refused),   cmocka_unit_test(test_families_do_not_meet),
		cmocka_unit_test(test_group_shares_the_work), cmocka_unit_test(test_mss_holds_both_ways),
		cmocka_unit_test(test_large_datagram_is_refused), cmocka_unit_test(test_presence),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
