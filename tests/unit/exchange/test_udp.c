/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/exchange/edge.h"

#include "exchange/inside.h"

#include <errno.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define WWW_SIZE 17 /* octets of www.example.com. */

static const struct exchange_counters *counters_of(const struct edge *edge)
{
	return exchange_counters(edge->exchange);
}

static void test_question_and_reply(void **state)
{
	(void)state;
	for (unsigned family = 0; family < FAMILY_COUNT; family++) {
		struct edge *edge = edge_open(NULL);
		struct ip_endpoint server;
		struct received received;
		int fd = server_open(edge_loopbacks[family], SOCK_DGRAM, &server);
		assert_int_equal(edge_ask(edge, 77, &server, NULL), ERR_OK);
		struct pollfd quiet = {fd, POLLIN, 0};
		assert_int_equal(poll(&quiet, 1, 10), 0); /* it leaves at the end of the turn */
		exchange_flush(edge->exchange);
		server_receive(fd, &received);
		server_reply(fd, &received);
		edge_wait(edge, 1);
		assert_int_equal(edge->told[0].kind, TOLD_REPLY);
		assert_int_equal(edge->told[0].ask_id, 77);
		assert_int_equal(edge->told[0].id, received.id);
		assert_int_equal(edge->told[0].size, received.size);
		assert_true(edge->befores > 0 && edge->afters == edge->befores);
		assert_true(received.from_port >= EXCHANGE_PORT_FIRST);
		assert_int_equal(counters_of(edge)->sent[family][QUESTION_UDP], 1);
		assert_int_equal(counters_of(edge)->received[family][QUESTION_UDP], 1);
		struct exchange_load load;
		exchange_load(edge->exchange, &load);
		assert_int_equal(load.questions, 0);
		assert_int_equal(load.channels[family][QUESTION_UDP], 1);
		close(fd);
		edge_close(edge);
	}
}

/* Each of these is dropped and counted; then the real reply still counts. */
static void test_wrong_replies(void **state)
{
	(void)state;
	static const struct {
		size_t at;
		uint8_t change;
	} changes[] = {{0, 1}, {1, 0x80}, {2, 0x80}, {2, 0x08}, {5, 1}, {HEADER_SIZE + 1, 1}, {HEADER_SIZE + 1, 0x20},
	               {HEADER_SIZE + WWW_SIZE + 1, 1}};
	for (unsigned family = 0; family < FAMILY_COUNT; family++) {
		struct edge *edge = edge_open(NULL);
		struct ip_endpoint server, stranger;
		struct received received;
		int fd = server_open(edge_loopbacks[family], SOCK_DGRAM, &server);
		int other = server_open(edge_loopbacks[family], SOCK_DGRAM, &stranger);
		assert_int_equal(edge_ask(edge, 1, &server, &(struct edge_question){.is_case_mixed = true}), ERR_OK);
		exchange_flush(edge->exchange);
		server_receive(fd, &received);
		for (size_t i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
			uint8_t reply[QUESTION_MAX];
			memcpy(reply, received.octets, received.size);
			reply[2] |= 0x80;
			reply[changes[i].at] ^= changes[i].change;
			server_send(fd, &received, reply, received.size);
		}
		server_reply(other, &received);
		server_send(fd, &received, received.octets, 1);
		static uint8_t huge[UDP_STRIDE + 1];
		memcpy(huge, received.octets, received.size);
		huge[2] |= 0x80;
		server_send(fd, &received, huge, sizeof(huge));
		edge_settle(edge);
		assert_int_equal(edge->told_count, 0);
		size_t wrong = sizeof(changes) / sizeof(changes[0]) + 2;
		assert_int_equal(counters_of(edge)->wrong[family][QUESTION_UDP], wrong);
		assert_int_equal(counters_of(edge)->late[family], 1); /* the stranger's: its id was used here */
		server_reply(fd, &received);
		edge_wait(edge, 1);
		assert_int_equal(edge->told[0].kind, TOLD_REPLY);
		server_reply(fd, &received); /* twice */
		edge_settle(edge);
		assert_int_equal(edge->told_count, 1);
		assert_int_equal(counters_of(edge)->late[family], 2);
		close(fd);
		close(other);
		edge_close(edge);
	}
}

/* RFC 7873 5.3. */
static void test_cookies(void **state)
{
	(void)state;
	struct edge *edge = edge_open(NULL);
	struct ip_endpoint server;
	struct received received;
	int fd = server_open("::1", SOCK_DGRAM, &server);
	assert_int_equal(edge_ask(edge, 1, &server, &(struct edge_question){.cookie = "01234567"}), ERR_OK);
	exchange_flush(edge->exchange);
	server_receive(fd, &received);
	received.octets[received.size - 1] ^= 1; /* the end of the option */
	server_reply(fd, &received);
	edge_settle(edge);
	assert_int_equal(edge->told_count, 0);
	received.octets[received.size - 1] ^= 1;
	server_reply(fd, &received);
	edge_wait(edge, 1);
	close(fd);
	edge_close(edge);
}

/* What a closed port says ends its own question at once, and no other. */
static void test_port_unreachable(void **state)
{
	(void)state;
	for (unsigned family = 0; family < FAMILY_COUNT; family++) {
		struct edge *edge = edge_open(NULL);
		struct ip_endpoint closed, server;
		struct received received;
		close(server_open(edge_loopbacks[family], SOCK_DGRAM, &closed));
		int fd = server_open(edge_loopbacks[family], SOCK_DGRAM, &server);
		for (uint64_t i = 0; i < 20; i++) /* in one turn: through one socket, each in the way of the next */
			assert_int_equal(edge_ask(edge, i, i % 2 == 0 ? &closed : &server, NULL), ERR_OK);
		exchange_flush(edge->exchange);
		edge_wait(edge, 10);
		assert_int_equal(edge->told_after, 10);
		for (unsigned i = 0; i < 10; i++) {
			assert_int_equal(edge->told[i].kind, TOLD_UNREACHABLE);
			assert_int_equal(edge->told[i].failure, EXCHANGE_REFUSED);
			assert_int_equal(edge->told[i].ask_id % 2, 0);
		}
		for (unsigned i = 0; i < 10; i++) {
			server_receive(fd, &received);
			server_reply(fd, &received);
		}
		edge_wait(edge, 20);
		for (unsigned i = 10; i < 20; i++)
			assert_int_equal(edge->told[i].kind, TOLD_REPLY);
		assert_int_equal(counters_of(edge)->sent[family][QUESTION_UDP], 20);
		assert_int_equal(counters_of(edge)->failed[family][EXCHANGE_REFUSED], 10);
		close(fd);
		edge_close(edge);
	}
}

/* In a namespace without any network: both families, both transports fail at once, in the flush itself. */
static int lonely_run(void)
{
	if (unshare(CLONE_NEWUSER | CLONE_NEWNET) != 0 && unshare(CLONE_NEWNET) != 0)
		return 77;
	struct edge *edge = edge_open(NULL);
	static const char *const servers[] = {"2001:db8::1", "192.0.2.1"};
	for (unsigned i = 0; i < 4; i++) {
		struct ip_endpoint server;
		if (ip_endpoint_from_text(servers[i / 2], 53, &server) != ERR_OK ||
		    edge_ask(edge, i, &server, &(struct edge_question){.transport = i % 2}) != ERR_OK ||
		    edge->told_count != i)
			return 1;
		exchange_flush(edge->exchange);
		if (edge->told_count != i + 1 || edge->told[i].kind != TOLD_UNREACHABLE ||
		    edge->told[i].failure != EXCHANGE_NO_ROUTE)
			return 2;
	}
	edge_close(edge);
	return 0;
}

static void test_no_route(void **state)
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

static void test_sources(void **state)
{
	(void)state;
	struct exchange_options options = {.source_count = {[FAMILY_IPV6] = 1, [FAMILY_IPV4] = 2}};
	assert_int_equal(ip_addr_from_text("2001:db8::dead", &options.sources[FAMILY_IPV6][0]), ERR_OK);
	assert_int_equal(ip_addr_from_text("127.0.0.7", &options.sources[FAMILY_IPV4][0]), ERR_OK);
	assert_int_equal(ip_addr_from_text("127.0.0.8", &options.sources[FAMILY_IPV4][1]), ERR_OK);
	struct edge *edge = edge_open(&options);
	struct ip_endpoint server, server6;
	struct received received;
	int fd = server_open("127.0.0.1", SOCK_DGRAM, &server), fd6 = server_open("::1", SOCK_DGRAM, &server6);
	unsigned seen[2] = {0};
	for (uint64_t i = 0; i < 100; i++) {
		assert_int_equal(edge_ask(edge, i, &server, NULL), ERR_OK);
		exchange_flush(edge->exchange);
		server_receive(fd, &received);
		struct ip_endpoint from;
		assert_int_equal(ip_endpoint_from_sockaddr((struct sockaddr *)&received.from, &from), ERR_OK);
		assert_in_range(from.addr.bytes[3], 7, 8);
		seen[from.addr.bytes[3] - 7]++;
	}
	assert_true(seen[0] > 0 && seen[1] > 0);
	/* An address that the host does not have: nothing can be sent. */
	for (unsigned transport = 0; transport < 2; transport++) {
		const struct edge_question how = {.transport = transport};
		assert_int_equal(edge_ask(edge, 1000, &server6, &how), ERR_OK);
		exchange_flush(edge->exchange);
		assert_int_equal(edge->told_count, transport + 1);
		assert_int_equal(edge->told[transport].failure, EXCHANGE_NO_ROUTE);
	}
	close(fd);
	close(fd6);
	edge_close(edge);
}

static int compare_words(const void *a, const void *b)
{
	return *(const uint16_t *)a - *(const uint16_t *)b;
}

static size_t distinct(uint16_t *words, size_t count)
{
	size_t found = count > 0;
	qsort(words, count, sizeof(words[0]), compare_words);
	for (size_t i = 1; i < count; i++)
		found += words[i] != words[i - 1];
	return found;
}

/* RFC 5452 9.2: ports and ids are drawn, and ports are replaced. */
static void test_ports_and_ids(void **state)
{
	(void)state;
	enum { ROUNDS = 12000, KEPT = 500 };
	struct exchange_options options = {.port_first = 20000, .port_last = 59999};
	static uint16_t first_ports[KEPT], last_ports[KEPT], ids[KEPT];
	for (unsigned family = 0; family < FAMILY_COUNT; family++) {
		struct edge *edge = edge_open(&options);
		struct ip_endpoint server;
		struct received received;
		int fd = server_open(edge_loopbacks[family], SOCK_DGRAM, &server);
		for (unsigned i = 0; i < ROUNDS; i++) {
			assert_int_equal(edge_ask(edge, i, &server, NULL), ERR_OK);
			if (i % 4 == 3 || i < KEPT || i >= ROUNDS - KEPT)
				exchange_flush(edge->exchange);
			exchange_cancel(edge->exchange, i - 8);
		}
		for (unsigned i = 0; i < 250; i++) {
			server_receive(fd, &received);
			assert_in_range(received.from_port, 20000, 59999);
		}
		close(fd);
		edge_close(edge);
	}
	/* Each question of its own turn. */
	struct edge *edge = edge_open(&options);
	struct ip_endpoint server;
	struct received received;
	int fd = server_open("::1", SOCK_DGRAM, &server);
	for (unsigned part = 0; part < 2; part++) {
		for (unsigned i = 0; i < KEPT; i++) {
			assert_int_equal(edge_ask(edge, part * KEPT + i, &server, NULL), ERR_OK);
			exchange_flush(edge->exchange);
			server_receive(fd, &received);
			server_reply(fd, &received);
			edge_wait(edge, part * KEPT + i + 1);
			(part == 0 ? first_ports : last_ports)[i] = received.from_port;
			ids[i] = received.id;
		}
		exchange_set_options(edge->exchange, &options); /* all sockets are replaced */
	}
	assert_int_equal(distinct(first_ports, KEPT), 8);
	assert_int_equal(distinct(last_ports, KEPT), 8);
	assert_true(distinct(ids, KEPT) > KEPT - 20);
	for (unsigned i = 0; i < KEPT; i++)
		assert_null(bsearch(&first_ports[i], last_ports, KEPT, sizeof(uint16_t), compare_words));
	close(fd);
	edge_close(edge);
}

/* A socket gives way after some thousands of questions, or when it has long been idle; replies still find theirs. */
static void test_sockets_are_replaced(void **state)
{
	(void)state;
	struct edge *edge = edge_open(NULL);
	struct ip_endpoint server;
	struct received received;
	struct exchange_load load;
	int fd = server_open("127.0.0.1", SOCK_DGRAM, &server);
	assert_int_equal(edge_ask(edge, 1, &server, NULL), ERR_OK);
	exchange_flush(edge->exchange);
	server_receive(fd, &received);
	uint64_t now_ms = uv_now(&edge->loop);
	udp_pool_tick(edge->exchange, now_ms + 119000);
	exchange_load(edge->exchange, &load);
	assert_int_equal(load.channels[FAMILY_IPV4][QUESTION_UDP], 1);
	assert_int_equal(edge->exchange->udp.live_count[FAMILY_IPV4], 1);
	udp_pool_tick(edge->exchange, now_ms + 121000);
	assert_int_equal(edge->exchange->udp.live_count[FAMILY_IPV4], 0); /* retired, and still waiting */
	server_reply(fd, &received);
	edge_wait(edge, 1);
	udp_pool_tick(edge->exchange, now_ms + 122000);
	exchange_load(edge->exchange, &load);
	assert_int_equal(load.channels[FAMILY_IPV4][QUESTION_UDP], 0);
	/* One whose last question nobody ends is closed all the same. */
	assert_int_equal(edge_ask(edge, 2, &server, NULL), ERR_OK);
	exchange_flush(edge->exchange);
	udp_pool_tick(edge->exchange, uv_now(&edge->loop) + 121000);
	udp_pool_tick(edge->exchange, uv_now(&edge->loop) + 132000);
	exchange_flush(edge->exchange);
	assert_int_equal(edge->told_count, 2);
	assert_int_equal(edge->told[1].failure, EXCHANGE_OVERLOAD);
	/* Idle. */
	assert_int_equal(edge_ask(edge, 3, &server, NULL), ERR_OK);
	exchange_flush(edge->exchange);
	exchange_cancel(edge->exchange, 3);
	udp_pool_tick(edge->exchange, uv_now(&edge->loop) + 19000);
	assert_int_equal(edge->exchange->udp.live_count[FAMILY_IPV4], 1);
	udp_pool_tick(edge->exchange, uv_now(&edge->loop) + 21000);
	exchange_load(edge->exchange, &load);
	assert_int_equal(load.channels[FAMILY_IPV4][QUESTION_UDP], 0);
	close(fd);
	edge_close(edge);
}

static void test_cancelled_is_not_told(void **state)
{
	(void)state;
	struct edge *edge = edge_open(NULL);
	struct ip_endpoint server, closed;
	struct received received;
	int fd = server_open("::1", SOCK_DGRAM, &server);
	close(server_open("::1", SOCK_DGRAM, &closed));
	assert_int_equal(edge_ask(edge, 1, &server, NULL), ERR_OK);
	assert_int_equal(edge_ask(edge, 2, &closed, NULL), ERR_OK);
	exchange_flush(edge->exchange);
	server_receive(fd, &received);
	exchange_cancel(edge->exchange, 1);
	exchange_cancel(edge->exchange, 2);
	exchange_cancel(edge->exchange, 3);
	server_reply(fd, &received);
	edge_settle(edge);
	assert_int_equal(edge->told_count, 0);
	assert_int_equal(counters_of(edge)->late[FAMILY_IPV6], 1);
	assert_int_equal(counters_of(edge)->wrong[FAMILY_IPV6][QUESTION_UDP], 0);
	close(fd);
	edge_close(edge);
}

/* Somebody sends replies with guessed ids in the name of one server; a second one is asked through the same socket. */
static void test_guessing_is_told(void **state)
{
	(void)state;
	for (unsigned family = 0; family < FAMILY_COUNT; family++) {
		struct edge *edge = edge_open(NULL);
		struct ip_endpoint server, bystander;
		struct received received;
		int fd = server_open(edge_loopbacks[family], SOCK_DGRAM, &server);
		int other = server_open(edge_loopbacks[family], SOCK_DGRAM, &bystander);
		assert_int_equal(edge_ask(edge, 1, &server, NULL), ERR_OK);
		assert_int_equal(edge_ask(edge, 2, &bystander, NULL), ERR_OK);
		exchange_flush(edge->exchange);
		server_receive(other, &received);
		server_receive(fd, &received);
		for (unsigned i = 0; i < EXCHANGE_SUSPICIOUS; i++) {
			struct received guess = received;
			store_u16(guess.octets, (uint16_t)(received.id + 1 + i));
			assert_int_equal(edge->told_count, 0);
			server_reply(fd, &guess);
			if (i % 32 == 31)
				edge_settle(edge);
		}
		/* At most one of the guesses hits the id of the bystander's question, which counts as late. */
		edge_settle(edge);
		if (edge->told_count == 0) {
			store_u16(received.octets, (uint16_t)(received.id - 1));
			server_reply(fd, &received);
		}
		edge_wait(edge, 1);
		assert_int_equal(edge->told[0].kind, TOLD_SUSPICIOUS);
		assert_int_equal(edge->told[0].ask_id, 1);
		assert_int_equal(edge->exchange->udp.live_count[family], 0); /* the port is given up */
		close(fd);
		close(other);
		edge_close(edge);
	}
}

/* --- Many at once --- */

enum { MANY = 20000, PORTION = 100 };

struct held {
	struct received received;
	int fd;
};

static void test_twenty_thousand_under_way(void **state)
{
	(void)state;
	struct edge *edge = edge_open(NULL);
	struct held *held = calloc(MANY, sizeof(*held));
	static bool has_answer[MANY];
	struct ip_endpoint servers[2];
	int fds[2];
	for (unsigned i = 0; i < 2; i++)
		fds[i] = server_open(edge_loopbacks[i], SOCK_DGRAM, &servers[i]);
	for (unsigned at = 0; at < MANY; at += PORTION) {
		for (unsigned i = at; i < at + PORTION; i++) {
			char qname[32];
			snprintf(qname, sizeof(qname), "n%u.example.", i);
			const struct edge_question how = {.qname = qname};
			assert_int_equal(edge_ask(edge, i, &servers[i % 2], &how), ERR_OK);
		}
		exchange_flush(edge->exchange);
		for (unsigned i = at; i < at + PORTION; i++) {
			held[i].fd = fds[i % 2];
			server_receive(held[i].fd, &held[i].received);
		}
	}
	struct exchange_load load;
	exchange_load(edge->exchange, &load);
	assert_int_equal(load.questions, MANY);
	assert_in_range(load.channels[FAMILY_IPV6][QUESTION_UDP], 50, EXCHANGE_SOCKETS);
	assert_in_range(load.channels[FAMILY_IPV4][QUESTION_UDP], 50, EXCHANGE_SOCKETS);
	for (unsigned i = 0; i < MANY; i++) { /* in another order */
		server_reply(held[i * 7919u % MANY].fd, &held[i * 7919u % MANY].received);
		if (i % PORTION == PORTION - 1)
			edge_wait(edge, i + 1);
	}
	for (unsigned i = 0; i < MANY; i++) {
		assert_int_equal(edge->told[i].kind, TOLD_REPLY);
		assert_false(has_answer[edge->told[i].ask_id]);
		has_answer[edge->told[i].ask_id] = true;
	}
	free(held);
	close(fds[0]);
	close(fds[1]);
	edge_close(edge);
}

static void test_limit_of_questions(void **state)
{
	(void)state;
	const struct exchange_options options = {.questions = 1000, .sockets = 4};
	struct edge *edge = edge_open(&options);
	struct ip_endpoint server;
	struct exchange_load load;
	int fd = server_open("::1", SOCK_DGRAM, &server);
	for (unsigned i = 0; i < 1000; i++)
		assert_int_equal(edge_ask(edge, i, &server, NULL), ERR_OK);
	assert_int_equal(edge_ask(edge, 1000, &server, NULL), ERR_LIMIT);
	exchange_cancel(edge->exchange, 500);
	assert_int_equal(edge_ask(edge, 1000, &server, NULL), ERR_OK);
	exchange_flush(edge->exchange);
	exchange_load(edge->exchange, &load);
	assert_int_equal(load.channels[FAMILY_IPV6][QUESTION_UDP], 4);
	close(fd);
	edge_close(edge);
}

/* --- Calls from inside --- */

/* Each failure asks once more, the last one elsewhere; a reply gives up everything else and asks two more. */
static void react(struct edge *edge, const struct told *told)
{
	if (told->kind == TOLD_UNREACHABLE && edge->next_id < 104) {
		struct ip_endpoint closed = edge->server;
		closed.port = 1;
		const struct ip_endpoint *next = edge->next_id == 103 ? &edge->server : &closed;
		assert_int_equal(edge_ask(edge, edge->next_id, next, NULL), ERR_OK);
		edge->next_id++;
		exchange_flush(edge->exchange);
	} else if (told->kind == TOLD_REPLY && told->ask_id == 1) {
		exchange_cancel(edge->exchange, 2);
		assert_int_equal(edge_ask(edge, 3, &edge->server, NULL), ERR_OK);
		assert_int_equal(edge_ask(edge, 2, &edge->server, NULL), ERR_OK);
		exchange_flush(edge->exchange);
	}
}

static void test_calls_from_inside(void **state)
{
	(void)state;
	for (unsigned family = 0; family < FAMILY_COUNT; family++) {
		struct edge *edge = edge_open(NULL);
		struct received received[2];
		int fd = server_open(edge_loopbacks[family], SOCK_DGRAM, &edge->server);
		struct ip_endpoint closed = edge->server;
		closed.port = 1;
		edge->react = react;
		edge->next_id = 101;
		assert_int_equal(edge_ask(edge, 100, &closed, NULL), ERR_OK);
		exchange_flush(edge->exchange);
		edge_wait(edge, 3);
		server_receive(fd, &received[0]);
		server_reply(fd, &received[0]);
		edge_wait(edge, 4);
		assert_int_equal(edge->told[3].ask_id, 103);
		assert_int_equal(edge_ask(edge, 1, &edge->server, NULL), ERR_OK);
		assert_int_equal(edge_ask(edge, 2, &edge->server, NULL), ERR_OK);
		exchange_flush(edge->exchange);
		for (unsigned i = 0; i < 2; i++)
			server_receive(fd, &received[i]);
		for (unsigned i = 0; i < 2; i++) /* both arrive in one turn; the second has been given up by then */
			server_reply(fd, &received[i]);
		edge_wait(edge, 5);
		for (unsigned i = 0; i < 2; i++) {
			server_receive(fd, &received[i]);
			server_reply(fd, &received[i]);
		}
		edge_wait(edge, 7);
		assert_int_equal(edge->told[5].ask_id + edge->told[6].ask_id, 5);
		close(fd);
		edge_close(edge);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_question_and_reply),
		cmocka_unit_test(test_wrong_replies),
		cmocka_unit_test(test_cookies),
		cmocka_unit_test(test_port_unreachable),
		cmocka_unit_test(test_no_route),
		cmocka_unit_test(test_sources),
		cmocka_unit_test(test_ports_and_ids),
		cmocka_unit_test(test_sockets_are_replaced),
		cmocka_unit_test(test_cancelled_is_not_told),
		cmocka_unit_test(test_guessing_is_told),
		cmocka_unit_test(test_twenty_thousand_under_way),
		cmocka_unit_test(test_limit_of_questions),
		cmocka_unit_test(test_calls_from_inside),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
