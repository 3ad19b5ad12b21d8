/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/exchange/edge.h"

#include "dns/rrtype.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

const char *const edge_loopbacks[2] = {"::1", "127.0.0.1"};

static void tell(struct edge *edge, struct told told)
{
	assert_true(edge->told_count < EDGE_TOLD_MAX);
	edge->told[edge->told_count++] = told;
	if (edge->react != NULL)
		edge->react(edge, &told);
}

static void on_before(void *owner)
{
	((struct edge *)owner)->befores++;
}

static void on_after(void *owner)
{
	struct edge *edge = owner;
	edge->afters++;
	edge->told_after = edge->told_count;
}

static void on_reply(void *owner, uint64_t ask_id, struct span message)
{
	uint16_t id = load_u16(message.data);
	tell(owner, (struct told){.kind = TOLD_REPLY, .ask_id = ask_id, .id = id, .size = message.size});
}

static void on_unreachable(void *owner, uint64_t ask_id, enum exchange_failure failure)
{
	tell(owner, (struct told){.kind = TOLD_UNREACHABLE, .ask_id = ask_id, .failure = failure});
}

static void on_suspicious(void *owner, uint64_t ask_id)
{
	tell(owner, (struct told){.kind = TOLD_SUSPICIOUS, .ask_id = ask_id});
}

static void on_closed(void *owner)
{
	((struct edge *)owner)->is_closed = true;
}

static uint64_t on_passing(void *owner, const struct exchange_passing *passing)
{
	struct edge *edge = owner;
	struct passed *passed = &edge->passed[edge->passed_count++];
	assert_true(edge->passed_count < sizeof(edge->passed) / sizeof(edge->passed[0]));
	*passed = (struct passed){.is_reply = passing->is_reply,
	                          .transport = passing->transport,
	                          .own = passing->own,
	                          .server = passing->server,
	                          .zone_size = passing->zone.size,
	                          .id = load_u16(passing->message.data),
	                          .size = passing->message.size,
	                          .since = passing->since};
	memcpy(passed->zone, passing->zone.data, passing->zone.size);
	return 1000 + edge->passed_count;
}

static struct edge *opened(const struct exchange_options *options, bool is_tapped)
{
	static const struct exchange_options usual = {.socket = {.tcp_mss = 1220, .is_mtu_minimum = true}};
	struct edge *edge = calloc(1, sizeof(*edge));
	assert_non_null(edge);
	const struct exchange_events events = {edge, on_before, on_reply, on_unreachable, on_suspicious, on_after,
	                                       is_tapped ? on_passing : NULL};
	assert_int_equal(uv_loop_init(&edge->loop), 0);
	options = options != NULL ? options : &usual;
	assert_int_equal(exchange_new(&edge->loop, options, &events, &edge->exchange), ERR_OK);
	return edge;
}

struct edge *edge_open(const struct exchange_options *options)
{
	return opened(options, false);
}

struct edge *edge_open_tapped(void)
{
	return opened(NULL, true);
}

void edge_close(struct edge *edge)
{
	size_t told = edge->told_count;
	exchange_close(edge->exchange, on_closed);
	uv_run(&edge->loop, UV_RUN_DEFAULT);
	assert_true(edge->is_closed);
	assert_int_equal(edge->told_count, told);
	assert_int_equal(uv_loop_close(&edge->loop), 0);
	free(edge);
}

static uint64_t now_ms(void)
{
	return uv_hrtime() / 1000000;
}

void edge_wait(struct edge *edge, size_t told_count)
{
	uint64_t end_ms = now_ms() + 3000;
	while (edge->told_count < told_count && now_ms() < end_ms) {
		if (uv_run(&edge->loop, UV_RUN_NOWAIT) == 0 || edge->told_count < told_count)
			usleep(200);
	}
	assert_int_equal(edge->told_count, told_count);
}

void edge_settle(struct edge *edge)
{
	for (unsigned i = 0; i < 20; i++) {
		uv_run(&edge->loop, UV_RUN_NOWAIT);
		usleep(500);
	}
}

int edge_ask(struct edge *edge, uint64_t ask_id, const struct ip_endpoint *server, const struct edge_question *how)
{
	static const struct edge_question usual;
	struct name_buffer buffer;
	if (how == NULL)
		how = &usual;
	struct question question = {.server = *server,
	                            .transport = how->transport,
	                            .qtype = RR_AAAA,
	                            .is_case_mixed = how->is_case_mixed,
	                            .edns_size = 1232};
	const char *qname = how->qname != NULL ? how->qname : "www.example.com.";
	assert_int_equal(name_from_text(span_text(qname), name_root, &buffer, &question.qname, NULL), ERR_OK);
	question.zone_size = how->zone_size;
	if (how->cookie != NULL)
		question.cookie = span_text(how->cookie);
	return exchange_ask(edge->exchange, ask_id, &question);
}

int server_open(const char *address, int type, struct ip_endpoint *ret)
{
	assert_int_equal(ip_endpoint_from_text(address, 53, ret), ERR_OK);
	ret->port = 0;
	struct sockaddr_storage name;
	socklen_t size = ip_endpoint_to_sockaddr(ret, &name);
	int fd = socket(name.ss_family, type | SOCK_NONBLOCK, 0);
	assert_true(fd >= 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&name, size), 0);
	size = sizeof(name);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&name, &size), 0);
	assert_int_equal(ip_endpoint_from_sockaddr((struct sockaddr *)&name, ret), ERR_OK);
	if (type == SOCK_STREAM)
		assert_int_equal(listen(fd, 64), 0);
	return fd;
}

void server_receive(int fd, struct received *ret)
{
	struct pollfd wait = {fd, POLLIN, 0};
	assert_int_equal(poll(&wait, 1, 1000), 1);
	ret->from_size = sizeof(ret->from);
	struct sockaddr *name = (struct sockaddr *)&ret->from;
	ssize_t size = recvfrom(fd, ret->octets, sizeof(ret->octets), 0, name, &ret->from_size);
	assert_true(size >= HEADER_SIZE);
	ret->size = (size_t)size;
	struct ip_endpoint from;
	assert_int_equal(ip_endpoint_from_sockaddr((struct sockaddr *)&ret->from, &from), ERR_OK);
	ret->from_port = from.port;
	ret->id = load_u16(ret->octets);
}

void server_send(int fd, const struct received *received, const uint8_t *octets, size_t size)
{
	const struct sockaddr *name = (const struct sockaddr *)&received->from;
	assert_int_equal(sendto(fd, octets, size, 0, name, received->from_size), size);
}

void server_reply(int fd, const struct received *received)
{
	uint8_t reply[QUESTION_MAX];
	memcpy(reply, received->octets, received->size);
	reply[2] |= 0x80;
	server_send(fd, received, reply, received->size);
}
