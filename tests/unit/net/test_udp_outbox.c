/* SPDX-License-Identifier: BSD-2-Clause */
#include "net/udp_outbox.h"

#include "net/socket.h"
#include "tests/unit/cmocka_all.h"

#include <poll.h>
#include <unistd.h>

struct setup {
	struct ip_endpoint bound;
	int server;
};

static void server_open(const char *address, struct setup *ret)
{
	struct socket_options options = {.tcp_mss = 1220, .is_mtu_minimum = true};
	assert_int_equal(ip_endpoint_from_text(address, 0, &ret->bound), ERR_OK);
	assert_int_equal(socket_open_group(&ret->bound, SOCKET_UDP, &options, 1, &ret->server), ERR_OK);
	struct sockaddr_storage name;
	socklen_t size = sizeof(name);
	assert_int_equal(getsockname(ret->server, (struct sockaddr *)&name, &size), 0);
	struct ip_endpoint real;
	assert_int_equal(ip_endpoint_from_sockaddr((struct sockaddr *)&name, &real), ERR_OK);
	ret->bound.port = real.port;
}

/* Connected to the asked address: an answer from any other one is not received. */
static int client_open(const struct setup *setup, const char *asked, struct ip_endpoint *ret_client,
                       struct ip_addr *ret_asked)
{
	struct ip_endpoint to;
	assert_int_equal(ip_endpoint_from_text(asked, setup->bound.port, &to), ERR_OK);
	struct sockaddr_storage name;
	socklen_t size = ip_endpoint_to_sockaddr(&to, &name);
	int fd = socket(name.ss_family, SOCK_DGRAM, 0);
	assert_int_equal(connect(fd, (struct sockaddr *)&name, size), 0);
	size = sizeof(name);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&name, &size), 0);
	assert_int_equal(ip_endpoint_from_sockaddr((struct sockaddr *)&name, ret_client), ERR_OK);
	*ret_asked = to.addr;
	return fd;
}

static ssize_t datagram_take(int fd, char *got, size_t size)
{
	struct pollfd wait = {fd, POLLIN, 0};
	assert_int_equal(poll(&wait, 1, 1000), 1);
	return recv(fd, got, size, 0);
}

static size_t to_five(uint8_t *message, size_t size)
{
	assert_true(size > 1232);
	memcpy(message, "short", 5);
	return 5;
}

static void test_answers_leave_from_the_asked_address(void **state)
{
	(void)state;
	static const struct {
		const char *bind, *asked;
	} rows[] = {{"::", "::1"}, {"::1", "::1"}, {"0.0.0.0", "127.0.0.7"}, {"127.0.0.3", "127.0.0.3"}};
	struct udp_outbox *outbox = udp_outbox_new(to_five);
	struct setup setups[4];
	int clients[4];
	struct udp_sent sent[FAMILY_COUNT] = {0};
	for (size_t i = 0; i < 4; i++) {
		struct ip_endpoint client;
		struct ip_addr asked;
		server_open(rows[i].bind, &setups[i]);
		clients[i] = client_open(&setups[i], rows[i].asked, &client, &asked);
		for (size_t turn = 0; turn < 2; turn++)
			assert_true(udp_outbox_add(outbox, setups[i].server, &setups[i].bound.addr, &client, &asked,
			                           span_text("answer")));
	}
	udp_outbox_flush(outbox, sent);
	udp_outbox_flush(outbox, sent); /* nothing is sent twice */
	for (size_t i = 0; i < 4; i++) {
		char got[16];
		for (size_t turn = 0; turn < 2; turn++)
			assert_int_equal(datagram_take(clients[i], got, sizeof(got)), 6);
		assert_int_equal(recv(clients[i], got, sizeof(got), MSG_DONTWAIT), -1);
		close(clients[i]);
		close(setups[i].server);
	}
	for (enum family family = FAMILY_IPV6; family < FAMILY_COUNT; family++)
		assert_int_equal(sent[family].failed + sent[family].shortened, 0);
	udp_outbox_free(outbox);
}

static void test_too_large_is_shortened_and_the_rest_goes_on(void **state)
{
	(void)state;
	static uint8_t octets[UDP_BUFFER_MAX + 1];
	struct udp_outbox *outbox = udp_outbox_new(to_five);
	struct setup setup;
	struct ip_endpoint client;
	struct ip_addr asked;
	struct udp_sent sent[FAMILY_COUNT] = {0};
	server_open("::1", &setup);
	int fd = client_open(&setup, "::1", &client, &asked);
	static const size_t sizes[] = {100, 1400, 200, 4096};
	for (size_t i = 0; i < 4; i++)
		assert_true(udp_outbox_add(outbox, setup.server, &setup.bound.addr, &client, &asked,
		                           span_of(octets, sizes[i])));
	assert_false(udp_outbox_add(outbox, setup.server, &setup.bound.addr, &client, &asked,
	                            span_of(octets, UDP_BUFFER_MAX + 1)));
	udp_outbox_flush(outbox, sent);
	static const ssize_t wanted[] = {100, 5, 200, 5};
	for (size_t i = 0; i < 4; i++) {
		char got[2048];
		assert_int_equal(datagram_take(fd, got, sizeof(got)), wanted[i]);
	}
	assert_int_equal(sent[FAMILY_IPV6].shortened, 2);
	assert_int_equal(sent[FAMILY_IPV6].failed, 0);
	close(fd);
	close(setup.server);
	udp_outbox_free(outbox);
}

static void test_full(void **state)
{
	(void)state;
	struct udp_outbox *outbox = udp_outbox_new(to_five);
	struct ip_endpoint client = {.addr = {.family = FAMILY_IPV4}};
	struct udp_sent sent[FAMILY_COUNT] = {0};
	for (size_t i = 0; i < UDP_OUTBOX_SIZE; i++)
		assert_true(udp_outbox_add(outbox, -1, &client.addr, &client, &client.addr, span_text("answer")));
	assert_false(udp_outbox_add(outbox, -1, &client.addr, &client, &client.addr, span_text("answer")));
	udp_outbox_flush(outbox, sent);
	assert_int_equal(sent[FAMILY_IPV4].failed, UDP_OUTBOX_SIZE);
	assert_true(udp_outbox_add(outbox, -1, &client.addr, &client, &client.addr, span_text("answer")));
	udp_outbox_free(outbox);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_answers_leave_from_the_asked_address),
		cmocka_unit_test(test_too_large_is_shortened_and_the_rest_goes_on),
		cmocka_unit_test(test_full),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
