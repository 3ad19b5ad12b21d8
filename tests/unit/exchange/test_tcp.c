/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/exchange/edge.h"

#include "exchange/inside.h"

#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const struct edge_question over_tcp = {.transport = QUESTION_TCP};

/* The loop goes on while the server waits for a connection. */
static int server_accept(struct edge *edge, int listener)
{
	for (unsigned i = 0; i < 1000; i++) {
		uv_run(&edge->loop, UV_RUN_NOWAIT);
		int fd = accept(listener, NULL, NULL);
		if (fd >= 0)
			return fd;
		usleep(1000);
	}
	fail_msg("nobody connects");
	return -1;
}

static bool has_more(struct edge *edge, int fd)
{
	for (unsigned i = 0; i < 1000; i++) {
		struct pollfd wait = {fd, POLLIN, 0};
		uv_run(&edge->loop, UV_RUN_NOWAIT);
		if (poll(&wait, 1, 1) == 1)
			return true;
	}
	return false;
}

/* One question off the connection. */
static void question_read(struct edge *edge, int fd, struct received *ret)
{
	uint8_t prefix[2];
	assert_true(has_more(edge, fd));
	assert_int_equal(recv(fd, prefix, 2, MSG_WAITALL), 2);
	ret->size = load_u16(prefix);
	assert_in_range(ret->size, HEADER_SIZE, QUESTION_MAX);
	assert_true(has_more(edge, fd));
	assert_int_equal(recv(fd, ret->octets, ret->size, MSG_WAITALL), ret->size);
	ret->id = load_u16(ret->octets);
}

static size_t reply_frame(const struct received *received, uint8_t ret[QUESTION_MAX + 2])
{
	store_u16(ret, (uint16_t)received->size);
	memcpy(ret + 2, received->octets, received->size);
	ret[4] |= 0x80;
	return received->size + 2;
}

static void reply_write(int fd, const struct received *received)
{
	uint8_t frame[QUESTION_MAX + 2];
	size_t size = reply_frame(received, frame);
	assert_int_equal(send(fd, frame, size, MSG_NOSIGNAL), size);
}

static void ask(struct edge *edge, uint64_t ask_id, const struct ip_endpoint *server)
{
	assert_int_equal(edge_ask(edge, ask_id, server, &over_tcp), ERR_OK);
	exchange_flush(edge->exchange);
}

static uint32_t connections_of(const struct edge *edge, unsigned family)
{
	struct exchange_load load;
	exchange_load(edge->exchange, &load);
	return load.channels[family][QUESTION_TCP];
}

/* Three questions over one connection; the replies come in another order, cut into single octets. */
static void test_pipelined(void **state)
{
	(void)state;
	for (unsigned family = 0; family < FAMILY_COUNT; family++) {
		struct edge *edge = edge_open(NULL);
		struct ip_endpoint server;
		struct received received[3];
		int listener = server_open(edge_loopbacks[family], SOCK_STREAM, &server);
		ask(edge, 0, &server);
		ask(edge, 1, &server);
		int fd = server_accept(edge, listener);
		ask(edge, 2, &server);
		for (unsigned i = 0; i < 3; i++)
			question_read(edge, fd, &received[i]);
		for (unsigned i = 3; i-- > 0;) {
			uint8_t frame[QUESTION_MAX + 2];
			size_t size = reply_frame(&received[i], frame);
			for (size_t at = 0; at < size; at++) {
				assert_int_equal(send(fd, frame + at, 1, MSG_NOSIGNAL), 1);
				uv_run(&edge->loop, UV_RUN_NOWAIT);
			}
			edge_wait(edge, 3 - i);
			assert_int_equal(edge->told[2 - i].kind, TOLD_REPLY);
			assert_int_equal(edge->told[2 - i].ask_id, i);
			assert_int_equal(edge->told[2 - i].size, received[i].size);
		}
		assert_int_equal(connections_of(edge, family), 1);
		const struct exchange_counters *counters = exchange_counters(edge->exchange);
		assert_int_equal(counters->sent[family][QUESTION_TCP], 3);
		assert_int_equal(counters->received[family][QUESTION_TCP], 3);
		assert_int_equal(counters->opened[family][QUESTION_TCP], 1);
		/* T-06, T-15: the server was told of the segment size, and what was used is counted at the end. */
		struct tcp_info info;
		socklen_t size = sizeof(info);
		assert_int_equal(getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &size), 0);
		assert_true(info.tcpi_snd_mss <= 1220);
		tcp_pool_tick(edge->exchange, uv_now(&edge->loop) + 7000);
		assert_int_equal(connections_of(edge, family), 1);
		tcp_pool_tick(edge->exchange, uv_now(&edge->loop) + 9000); /* idle */
		assert_int_equal(connections_of(edge, family), 0);
		uint64_t seen = 0;
		for (size_t i = 0; i < MSS_BUCKET_COUNT; i++)
			seen += counters->mss[family][i];
		assert_int_equal(seen, 1);
		assert_int_equal(counters->mss[family][MSS_BUCKET_COUNT - 1], 0);
		close(fd);
		close(listener);
		edge_close(edge);
	}
}

static void test_refused(void **state)
{
	(void)state;
	for (unsigned family = 0; family < FAMILY_COUNT; family++) {
		struct edge *edge = edge_open(NULL);
		struct ip_endpoint server;
		close(server_open(edge_loopbacks[family], SOCK_STREAM, &server));
		ask(edge, 1, &server);
		edge_wait(edge, 1);
		assert_int_equal(edge->told[0].kind, TOLD_UNREACHABLE);
		assert_int_equal(edge->told[0].failure, EXCHANGE_REFUSED);
		assert_int_equal(edge->told_after, 1);
		assert_int_equal(connections_of(edge, family), 0);
		edge_close(edge);
	}
}

/* A connection that ends before it was good for anything: its questions have failed. */
static void test_reset(void **state)
{
	(void)state;
	for (unsigned family = 0; family < FAMILY_COUNT; family++) {
		for (int lingers = 0; lingers < 2; lingers++) {
			struct edge *edge = edge_open(NULL);
			struct ip_endpoint server;
			struct received received;
			int listener = server_open(edge_loopbacks[family], SOCK_STREAM, &server);
			ask(edge, 1, &server);
			ask(edge, 2, &server);
			int fd = server_accept(edge, listener);
			for (unsigned i = 0; i < 2; i++)
				question_read(edge, fd, &received);
			struct linger linger = {.l_onoff = 1 - lingers}; /* 0 seconds: RST, else FIN */
			setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, sizeof(linger));
			close(fd);
			edge_wait(edge, 2);
			for (unsigned i = 0; i < 2; i++)
				assert_int_equal(edge->told[i].failure, EXCHANGE_REFUSED);
			close(listener);
			edge_close(edge);
		}
	}
}

/* RFC 7766 6.2.4: a server that closes after each answer gets the rest over new connections. */
static void test_one_answer_a_connection(void **state)
{
	(void)state;
	enum { COUNT = 5 };
	struct edge *edge = edge_open(NULL);
	struct ip_endpoint server;
	struct received received;
	int listener = server_open("::1", SOCK_STREAM, &server);
	for (unsigned i = 0; i < COUNT; i++)
		ask(edge, i, &server);
	for (unsigned i = 0; i < COUNT; i++) {
		int fd = server_accept(edge, listener);
		question_read(edge, fd, &received);
		reply_write(fd, &received);
		edge_wait(edge, i + 1);
		close(fd);
		assert_int_equal(edge->told[i].kind, TOLD_REPLY);
	}
	edge_settle(edge);
	assert_int_equal(edge->told_count, COUNT);
	assert_int_equal(exchange_counters(edge->exchange)->opened[FAMILY_IPV6][QUESTION_TCP], COUNT);
	close(listener);
	edge_close(edge);
}

static void test_wrong_messages(void **state)
{
	(void)state;
	struct edge *edge = edge_open(NULL);
	struct ip_endpoint server;
	struct received received;
	int listener = server_open("127.0.0.1", SOCK_STREAM, &server);
	ask(edge, 1, &server);
	int fd = server_accept(edge, listener);
	question_read(edge, fd, &received);
	struct received wrong = received;
	wrong.octets[0] ^= 1;
	for (unsigned i = 0; i < 100; i++)
		reply_write(fd, &wrong);
	edge_settle(edge);
	assert_int_equal(edge->told_count, 0);
	reply_write(fd, &wrong);
	edge_wait(edge, 1);
	assert_int_equal(edge->told[0].failure, EXCHANGE_REFUSED);
	assert_int_equal(exchange_counters(edge->exchange)->wrong[FAMILY_IPV4][QUESTION_TCP], 101);
	close(fd);
	close(listener);
	edge_close(edge);
}

static void test_limit_of_connections(void **state)
{
	(void)state;
	const struct exchange_options options = {.connections = 2};
	struct edge *edge = edge_open(&options);
	struct ip_endpoint servers[3];
	struct received received;
	int listeners[3], fds[3];
	for (unsigned i = 0; i < 3; i++) {
		listeners[i] = server_open(edge_loopbacks[i % 2], SOCK_STREAM, &servers[i]);
		ask(edge, i, &servers[i]);
		if (i < 2)
			fds[i] = server_accept(edge, listeners[i]);
	}
	/* Both connections have questions: no room. */
	edge_wait(edge, 1);
	assert_int_equal(edge->told[0].ask_id, 2);
	assert_int_equal(edge->told[0].failure, EXCHANGE_OVERLOAD);
	question_read(edge, fds[1], &received);
	reply_write(fds[1], &received);
	edge_wait(edge, 2);
	/* The idle one makes room. */
	ask(edge, 3, &servers[2]);
	fds[2] = server_accept(edge, listeners[2]);
	char nothing;
	assert_true(has_more(edge, fds[1]));
	assert_int_equal(recv(fds[1], &nothing, 1, 0), 0);
	assert_int_equal(connections_of(edge, FAMILY_IPV6), 2);
	assert_int_equal(connections_of(edge, FAMILY_IPV4), 0);
	for (unsigned i = 0; i < 3; i++) {
		close(fds[i]);
		close(listeners[i]);
	}
	edge_close(edge);
}

/* Nothing came for long: the next question does not go the same way. A hedge that was given up soon says nothing. */
static void test_silent_connection_is_left(void **state)
{
	(void)state;
	struct edge *edge = edge_open(NULL);
	struct ip_endpoint server;
	struct received received;
	int listener = server_open("::1", SOCK_STREAM, &server);
	ask(edge, 1, &server);
	int fd = server_accept(edge, listener);
	question_read(edge, fd, &received);
	exchange_cancel(edge->exchange, 1);
	reply_write(fd, &received); /* late: no matter */
	edge_settle(edge);
	assert_int_equal(exchange_counters(edge->exchange)->wrong[FAMILY_IPV6][QUESTION_TCP], 0);
	ask(edge, 2, &server);
	question_read(edge, fd, &received);
	assert_int_equal(connections_of(edge, FAMILY_IPV6), 1);
	usleep(850000);
	uv_run(&edge->loop, UV_RUN_NOWAIT);
	exchange_cancel(edge->exchange, 2);
	assert_int_equal(connections_of(edge, FAMILY_IPV6), 0);
	ask(edge, 3, &server);
	int second = server_accept(edge, listener);
	question_read(edge, second, &received);
	reply_write(second, &received);
	edge_wait(edge, 1);
	assert_int_equal(edge->told[0].ask_id, 3);
	close(fd);
	close(second);
	close(listener);
	edge_close(edge);
}

/* More than the sockets' buffers hold, and a server that reads late; then replies as large as they can be. */
static void test_much_at_once(void **state)
{
	(void)state;
	enum { COUNT = 200 };
	struct edge *edge = edge_open(NULL);
	struct ip_endpoint server;
	struct received received;
	static uint8_t large[2 + 65535];
	int listener = server_open("127.0.0.1", SOCK_STREAM, &server);
	for (unsigned i = 0; i < 256; i++)
		assert_int_equal(edge_ask(edge, i, &server, &over_tcp), ERR_OK);
	assert_int_equal(edge_ask(edge, 256, &server, &over_tcp), ERR_OK); /* one too many for a connection */
	exchange_flush(edge->exchange);
	assert_int_equal(edge->told_count, 1);
	assert_int_equal(edge->told[0].failure, EXCHANGE_OVERLOAD);
	int fd = server_accept(edge, listener);
	for (unsigned i = 0; i < COUNT; i++) {
		question_read(edge, fd, &received);
		memset(large, 0, sizeof(large));
		store_u16(large, 65535);
		memcpy(large + 2, received.octets, received.size);
		large[4] |= 0x80;
		for (size_t at = 0; at < sizeof(large);) {
			ssize_t sent = send(fd, large + at, sizeof(large) - at, MSG_DONTWAIT | MSG_NOSIGNAL);
			if (sent > 0)
				at += (size_t)sent;
			uv_run(&edge->loop, UV_RUN_NOWAIT);
		}
	}
	edge_wait(edge, 1 + COUNT);
	assert_int_equal(edge->told[COUNT].size, 65535);
	/* The rest is stuck: after long it has failed. */
	tcp_pool_tick(edge->exchange, uv_now(&edge->loop) + 14000);
	exchange_flush(edge->exchange);
	assert_int_equal(edge->told_count, 1 + COUNT);
	tcp_pool_tick(edge->exchange, uv_now(&edge->loop) + 16000);
	exchange_flush(edge->exchange);
	assert_int_equal(edge->told_count, 257);
	assert_int_equal(edge->told[256].failure, EXCHANGE_REFUSED);
	assert_int_equal(exchange_counters(edge->exchange)->opened[FAMILY_IPV4][QUESTION_TCP], 1);
	close(fd);
	close(listener);
	edge_close(edge);
}

/* --- Calls from inside --- */

/* The first reply gives up the others of the connection, which ends in the middle of its own stream. */
static void react(struct edge *edge, const struct told *told)
{
	if (told->kind != TOLD_REPLY || told->ask_id != 0)
		return;
	for (uint64_t i = 1; i < 4; i++)
		exchange_cancel(edge->exchange, i);
	exchange_set_options(edge->exchange, &(struct exchange_options){.port_first = 0});
	assert_int_equal(edge_ask(edge, 9, &edge->server, &over_tcp), ERR_OK);
	exchange_flush(edge->exchange);
}

static void test_calls_from_inside(void **state)
{
	(void)state;
	struct edge *edge = edge_open(NULL);
	struct received received[4];
	int listener = server_open("::1", SOCK_STREAM, &edge->server);
	edge->react = react;
	for (unsigned i = 0; i < 4; i++)
		ask(edge, i, &edge->server);
	int fd = server_accept(edge, listener);
	uint8_t frames[4 * (QUESTION_MAX + 2)];
	size_t size = 0;
	for (unsigned i = 0; i < 4; i++) {
		question_read(edge, fd, &received[i]);
		size += reply_frame(&received[i], frames + size);
	}
	assert_int_equal(send(fd, frames, size, 0), size);
	int second = server_accept(edge, listener);
	question_read(edge, second, &received[0]);
	reply_write(second, &received[0]);
	edge_wait(edge, 2);
	assert_int_equal(edge->told[0].ask_id, 0);
	assert_int_equal(edge->told[1].ask_id, 9);
	assert_int_equal(connections_of(edge, FAMILY_IPV6), 1);
	close(fd);
	close(second);
	close(listener);
	edge_close(edge);
}

/* With everything under way, in either transport; the sanitizers look for what is left. */
static void test_close_in_the_middle(void **state)
{
	(void)state;
	for (unsigned family = 0; family < FAMILY_COUNT; family++) {
		struct edge *edge = edge_open(NULL);
		struct ip_endpoint server;
		int listener = server_open(edge_loopbacks[family], SOCK_STREAM, &server);
		for (unsigned i = 0; i < 40; i++) {
			const struct edge_question how = {.transport = i % 2};
			assert_int_equal(edge_ask(edge, i, &server, &how), ERR_OK);
		}
		if (family == FAMILY_IPV4)
			exchange_flush(edge->exchange);
		close(listener);
		edge_close(edge);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pipelined),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_reset),
		cmocka_unit_test(test_one_answer_a_connection),
		cmocka_unit_test(test_wrong_messages),
		cmocka_unit_test(test_limit_of_connections),
		cmocka_unit_test(test_silent_connection_is_left),
		cmocka_unit_test(test_much_at_once),
		cmocka_unit_test(test_calls_from_inside),
		cmocka_unit_test(test_close_in_the_middle),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
