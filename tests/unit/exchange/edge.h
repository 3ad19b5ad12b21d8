/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * An exchange with a loop of its own, and servers that the test plays itself on loopback sockets, step by step.
 */
#ifndef TESTS_UNIT_EXCHANGE_EDGE_H
#define TESTS_UNIT_EXCHANGE_EDGE_H

#include "exchange/exchange.h"
#include "tests/unit/cmocka_all.h"

#define EDGE_TOLD_MAX 32768

enum told_kind { TOLD_REPLY, TOLD_UNREACHABLE, TOLD_SUSPICIOUS };

struct told {
	enum told_kind kind;
	uint64_t ask_id;
	enum exchange_failure failure;
	uint16_t id; /* of the message */
	size_t size;
};

struct passed {
	bool is_reply;
	enum question_transport transport;
	struct ip_endpoint own, server;
	uint8_t zone[NAME_MAX];
	size_t zone_size;
	uint16_t id;
	size_t size;
	uint64_t since;
};

struct edge {
	struct passed passed[16]; /* of an edge_open_tapped */
	size_t passed_count;
	uv_loop_t loop;
	struct exchange *exchange;
	struct told told[EDGE_TOLD_MAX];
	size_t told_count;
	unsigned befores, afters;
	size_t told_after; /* how much had been told when "after" came last */
	bool is_closed;
	/* Called with each thing told, when set. */
	void (*react)(struct edge *edge, const struct told *told);
	struct ip_endpoint server; /* for react */
	uint64_t next_id;
};

extern const char *const edge_loopbacks[2]; /* IPv6, IPv4 */

struct edge *edge_open(const struct exchange_options *options);
struct edge *edge_open_tapped(void); /* what passes is kept; the since of a question is 1000 and its number */
void edge_close(struct edge *edge);
/* Runs the loop until so many things have been told, 3 seconds at most. */
void edge_wait(struct edge *edge, size_t told_count);
/* Runs the loop for a moment: whatever comes has come. */
void edge_settle(struct edge *edge);

struct edge_question {
	const char *qname; /* NULL: "www.example.com." */
	enum question_transport transport;
	bool is_case_mixed;
	const char *cookie;
	uint8_t zone_size;
};
int edge_ask(struct edge *edge, uint64_t ask_id, const struct ip_endpoint *server, const struct edge_question *how);

/* A socket of the server's on this address and a free port. */
int server_open(const char *address, int type, struct ip_endpoint *ret);

struct received {
	uint8_t octets[QUESTION_MAX];
	size_t size;
	struct sockaddr_storage from;
	socklen_t from_size;
	uint16_t from_port;
	uint16_t id;
};
void server_receive(int fd, struct received *ret); /* waits a second */
/* The question, turned into a reply. */
void server_reply(int fd, const struct received *received);
void server_send(int fd, const struct received *received, const uint8_t *octets, size_t size);

#endif
