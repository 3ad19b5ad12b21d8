/* SPDX-License-Identifier: BSD-2-Clause */
#include "net/udp_batch.h"

#include "net/socket.h"
#include "tests/unit/cmocka_all.h"

#include <poll.h>
#include <unistd.h>

struct setup {
	struct ip_endpoint bound;
	int server;
};

static void server_open(const char *address, bool is_mtu_minimum, struct setup *ret)
{
	struct socket_options options = {.tcp_mss = 1220, .is_mtu_minimum = is_mtu_minimum};
	assert_int_equal(ip_endpoint_from_text(address, 0, &ret->bound), ERR_OK);
	assert_int_equal(socket_open_group(&ret->bound, SOCKET_UDP, &options, 1, &ret->server), ERR_OK);
	struct sockaddr_storage name;
	socklen_t size = sizeof(name);
	assert_int_equal(getsockname(ret->server, (struct sockaddr *)&name, &size), 0);
	struct ip_endpoint real;
	assert_int_equal(ip_endpoint_from_sockaddr((struct sockaddr *)&name, &real), ERR_OK);
	ret->bound.port = real.port;
}

static int client_open(const struct setup *setup, const char *server_address)
{
	struct ip_endpoint to;
	assert_int_equal(ip_endpoint_from_text(server_address, setup->bound.port, &to), ERR_OK);
	struct sockaddr_storage name;
	socklen_t size = ip_endpoint_to_sockaddr(&to, &name);
	int fd = socket(name.ss_family, SOCK_DGRAM, 0);
	/* Connected: an answer from any other address than the asked one is not received. */
	assert_int_equal(connect(fd, (struct sockaddr *)&name, size), 0);
	return fd;
}

static size_t never_shorten(void *owner, size_t index)
{
	(void)owner;
	(void)index;
	fail();
	return 0;
}

static bool has_datagram(int fd)
{
	struct pollfd wait = {fd, POLLIN, 0};
	return poll(&wait, 1, 1000) == 1;
}

/* A wildcard socket with several addresses behind it answers each client from the address it asked. */
static void test_wildcard_answers_from_the_asked_address(void **state)
{
	(void)state;
	static const struct {
		const char *bind, *asked[2];
	} rows[] = {{"::", {"::1", "::1"}}, {"0.0.0.0", {"127.0.0.1", "127.0.0.7"}}};
	struct udp_batch *batch = udp_batch_new();
	for (size_t row = 0; row < 2; row++) {
		struct setup setup;
		server_open(rows[row].bind, true, &setup);
		int clients[2];
		for (size_t i = 0; i < 2; i++) {
			clients[i] = client_open(&setup, rows[row].asked[i]);
			assert_int_equal(send(clients[i], "query", 5, 0), 5);
		}
		size_t count, sizes[UDP_BATCH_SIZE];
		assert_int_equal(udp_batch_receive(batch, setup.server, &setup.bound.addr, &count), ERR_OK);
		assert_int_equal(count, 2);
		for (size_t i = 0; i < count; i++) {
			char asked[IP_ADDR_TEXT_MAX];
			ip_addr_to_text(&udp_batch_at(batch, i)->server, asked);
			assert_string_equal(asked, rows[row].asked[i]);
			memcpy(udp_batch_answer(batch, i), "answer", 6);
			sizes[i] = 6;
		}
		struct udp_sent sent = udp_batch_send(batch, setup.server, sizes, count, never_shorten, NULL);
		assert_int_equal(sent.failed, 0);
		for (size_t i = 0; i < 2; i++) {
			char got[16];
			assert_true(has_datagram(clients[i]));
			assert_int_equal(recv(clients[i], got, sizeof(got), 0), 6);
			close(clients[i]);
		}
		close(setup.server);
	}
	udp_batch_free(batch);
}

static size_t shorten(void *owner, size_t index)
{
	struct udp_batch *batch = owner;
	memcpy(udp_batch_answer(batch, index), "short", 5);
	return 5;
}

static void test_answer_too_large_is_made_again(void **state)
{
	(void)state;
	struct udp_batch *batch = udp_batch_new();
	struct setup setup;
	server_open("::1", true, &setup);
	int client = client_open(&setup, "::1");
	for (int i = 0; i < 4; i++)
		assert_int_equal(send(client, "query", 5, 0), 5);
	size_t count, sizes[UDP_BATCH_SIZE] = {100, 1300, 0, 200};
	assert_int_equal(udp_batch_receive(batch, setup.server, &setup.bound.addr, &count), ERR_OK);
	assert_int_equal(count, 4);
	struct udp_sent sent = udp_batch_send(batch, setup.server, sizes, count, shorten, batch);
	assert_int_equal(sent.shortened, 1);
	assert_int_equal(sent.failed, 0);
	static const ssize_t wanted[] = {100, 5, 200};
	for (int i = 0; i < 3; i++) {
		char got[2048];
		assert_true(has_datagram(client));
		assert_int_equal(recv(client, got, sizeof(got), 0), wanted[i]);
	}
	close(client);
	close(setup.server);
	udp_batch_free(batch);
}

static void test_cut_datagram_is_empty(void **state)
{
	(void)state;
	struct udp_batch *batch = udp_batch_new();
	struct setup setup;
	server_open("127.0.0.1", true, &setup);
	int client = client_open(&setup, "127.0.0.1");
	static char large[8000];
	assert_int_equal(send(client, large, sizeof(large), 0), sizeof(large));
	size_t count;
	assert_int_equal(udp_batch_receive(batch, setup.server, &setup.bound.addr, &count), ERR_OK);
	assert_int_equal(count, 1);
	assert_int_equal(udp_batch_at(batch, 0)->message.size, 0);
	size_t sizes[1] = {0};
	udp_batch_send(batch, setup.server, sizes, 1, never_shorten, NULL);
	assert_int_equal(udp_batch_receive(batch, setup.server, &setup.bound.addr, &count), ERR_OK);
	assert_int_equal(count, 0);
	close(client);
	close(setup.server);
	udp_batch_free(batch);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_wildcard_answers_from_the_asked_address),
		cmocka_unit_test(test_answer_too_large_is_made_again),
		cmocka_unit_test(test_cut_datagram_is_empty),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
