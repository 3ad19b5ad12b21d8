/* SPDX-License-Identifier: BSD-2-Clause */
/* Who wants to see what passes sees each question that left and each reply that counted, with both ends. */
#include "exchange/exchange.h"

#include "tests/unit/exchange/edge.h"

#include <unistd.h>

static void assert_pair(const struct edge *edge, const struct ip_endpoint *server, enum question_transport transport)
{
	const struct passed *question = &edge->passed[0], *reply = &edge->passed[1];
	assert_int_equal(edge->passed_count, 2);
	assert_true(!question->is_reply && reply->is_reply);
	for (const struct passed *at = question; at <= reply; at++) {
		assert_int_equal(at->transport, transport);
		assert_true(ip_addr_equal(&at->server.addr, &server->addr));
		assert_int_equal(at->server.port, server->port);
		assert_int_equal(at->own.addr.family, server->addr.family);
		assert_int_equal(at->zone_size, 13);
		assert_memory_equal(at->zone, "\7example\3com", 13);
	}
	assert_int_equal(question->id, reply->id);
	assert_int_equal(question->own.port, reply->own.port);
	assert_true(question->own.port > 0);
	assert_int_equal(reply->since, 1001);
}

static void test_datagrams(void **state)
{
	(void)state;
	for (unsigned family = 0; family < FAMILY_COUNT; family++) {
		struct edge *edge = edge_open_tapped();
		struct ip_endpoint server;
		struct received received;
		const struct edge_question how = {.zone_size = 13};
		int fd = server_open(edge_loopbacks[family], SOCK_DGRAM, &server);
		assert_int_equal(edge_ask(edge, 1, &server, &how), ERR_OK);
		assert_int_equal(edge->passed_count, 0); /* it has not left */
		exchange_flush(edge->exchange);
		assert_int_equal(edge->passed_count, 1);
		server_receive(fd, &received);
		assert_int_equal(edge->passed[0].size, received.size);
		assert_int_equal(edge->passed[0].own.port, received.from_port);
		received.octets[received.size - 1] ^= 1; /* another question: no reply of this one */
		server_reply(fd, &received);
		received.octets[received.size - 1] ^= 1;
		server_reply(fd, &received);
		edge_wait(edge, 1);
		assert_pair(edge, &server, QUESTION_UDP);
		close(fd);
		edge_close(edge);
	}
}

static void test_streams(void **state)
{
	(void)state;
	for (unsigned family = 0; family < FAMILY_COUNT; family++) {
		struct edge *edge = edge_open_tapped();
		struct ip_endpoint server;
		uint8_t octets[QUESTION_MAX + 2];
		const struct edge_question how = {.transport = QUESTION_TCP, .zone_size = 13};
		int fd = server_open(edge_loopbacks[family], SOCK_STREAM, &server);
		assert_int_equal(edge_ask(edge, 1, &server, &how), ERR_OK);
		exchange_flush(edge->exchange);
		edge_settle(edge);
		int client = accept(fd, NULL, NULL);
		assert_true(client >= 0);
		ssize_t size = recv(client, octets, sizeof(octets), 0);
		assert_int_equal(size, edge->passed[0].size + 2);
		octets[4] |= 0x80; /* QR */
		assert_int_equal(send(client, octets, (size_t)size, 0), size);
		edge_wait(edge, 1);
		assert_pair(edge, &server, QUESTION_TCP);
		assert_true(ip_addr_equal(&edge->passed[0].own.addr, &server.addr)); /* of loopback to itself */
		close(client);
		close(fd);
		edge_close(edge);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_datagrams), cmocka_unit_test(test_streams)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
