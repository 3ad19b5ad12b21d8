/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The edge between a resolver engine and the network: questions go out over UDP and TCP, replies that match come back.
 * Owned: exchange_new/exchange_close, by one worker; everything happens in its loop's thread.
 * Never decides how long to wait or whom to ask: the engine does, and cancels what it has given up.
 *
 * UDP (RFC 5452 9): each question has a random id and leaves from one of many sockets, each on a random port, replaced
 * after some thousands of questions or a minute or two, or when somebody tries replies on it. A reply counts when its
 * source, port, id, question and, if mixed, letter case are those of a question under way. Nothing is ever fragmented
 * (T-04). What the kernel or a router says about a datagram fails its question at once.
 * TCP (RFC 7766 6.2): one connection for each server, questions pipelined, replies in any order, a segment size of the
 * owner's choice (T-05, T-06); idle connections close.
 */
#ifndef EXCHANGE_EXCHANGE_H
#define EXCHANGE_EXCHANGE_H

#include "exchange/question.h"
#include "net/socket.h"
#include "telemetry/counters.h"

#include <uv.h>

#define EXCHANGE_SOURCES_MAX 16

enum exchange_failure {
	EXCHANGE_NO_ROUTE,  /* the kernel refused at once (ENETUNREACH, EADDRNOTAVAIL, EACCES ...): nothing was sent */
	EXCHANGE_REFUSED,   /* a port or host unreachable came back, or the connection was refused, reset or closed */
	EXCHANGE_TOO_LARGE, /* EMSGSIZE */
	EXCHANGE_OVERLOAD,  /* no socket, memory or room on our side */
	EXCHANGE_FAILURE_COUNT
};

struct exchange_options {
	struct ip_addr sources[FAMILY_COUNT][EXCHANGE_SOURCES_MAX]; /* each socket has one of them, at random */
	size_t source_count[FAMILY_COUNT];                          /* 0: the kernel chooses */
	struct socket_options socket;   /* tcp_mss, is_mtu_minimum */
	uint16_t port_first, port_last; /* ports of UDP sockets; 0 and 0: EXCHANGE_PORT_FIRST to 65535 */
	uint32_t questions;             /* under way at once; 0: EXCHANGE_QUESTIONS. Read by exchange_new only */
	uint32_t sockets;               /* UDP sockets of one family; 0: EXCHANGE_SOCKETS, which is the most */
	uint32_t connections;           /* 0: EXCHANGE_CONNECTIONS */
};

#define EXCHANGE_PORT_FIRST 16384 /* below lie nearly all ports that services of the host may want to have one day */
#define EXCHANGE_QUESTIONS 131072
#define EXCHANGE_SOCKETS 256
#define EXCHANGE_CONNECTIONS 256

struct exchange_passing {
	bool is_reply;
	enum question_transport transport;
	struct ip_endpoint own;  /* the unspecified address: the kernel chooses one for each datagram */
	struct ip_endpoint server;
	struct span zone;        /* in wire form, empty: not told */
	struct span message;
	uint64_t since;          /* of a reply */
};

/* What the exchange tells, always from a callback of the loop, exchange_flush or exchange_set_options, never from
 * inside exchange_ask or exchange_cancel. In any of these exchange_ask, exchange_cancel and exchange_flush may be
 * called. */
struct exchange_events {
	void *owner;
	/* Before anything else in each callback of the loop. */
	void (*before)(void *owner);
	/* The question is over. message is borrowed until the return. */
	void (*reply)(void *owner, uint64_t ask_id, struct span message);
	/* The question is over. */
	void (*unreachable)(void *owner, uint64_t ask_id, enum exchange_failure failure);
	/* EXCHANGE_SUSPICIOUS replies with wrong ids came in the name of its server: somebody guesses. Once; the
	 * question is still under way. NULL: not wanted. */
	void (*suspicious)(void *owner, uint64_t ask_id);
	/* At the end of each callback of the loop, when all has been told; what it asks is sent afterwards, and if that
	 * fails it is called again behind the telling. NULL: not wanted. */
	void (*after)(void *owner);
	/*
	 * A question has left, or a reply to one has come and will be told next; returns what shall be in since of its
	 * reply. Nothing of the exchange may be called in it. NULL: not wanted.
	 */
	uint64_t (*passing)(void *owner, const struct exchange_passing *passing);
};

#define EXCHANGE_SUSPICIOUS 100

struct exchange;

/* loop and what events point to must live until exchange_close has called back. -ENOMEM. */
int exchange_new(uv_loop_t *loop, const struct exchange_options *options, const struct exchange_events *events,
                 struct exchange **ret) MUST_USE;
/* Ends everything without telling the owner; closed is called when the memory is given back, NULL: nobody. */
void exchange_close(struct exchange *exchange, void (*closed)(void *owner));
/* After a reload: sockets and connections are replaced, questions under way keep theirs to their end. */
void exchange_set_options(struct exchange *exchange, const struct exchange_options *options);

/*
 * Asks. The octets leave with the next exchange_flush, or the end of the callback. What question points to may go away
 * then and there. ERR_LIMIT: too many under way, -ENOMEM; nothing will be told about this one then.
 * ask_id: the owner's, unlike any other under way.
 */
int exchange_ask(struct exchange *exchange, uint64_t ask_id, const struct question *question) MUST_USE;
/* Nothing more is told about it. Unknown ids are ignored. */
void exchange_cancel(struct exchange *exchange, uint64_t ask_id);
/* Sends what was asked since the last time and tells what went wrong; at the end of a turn of the owner's own. */
void exchange_flush(struct exchange *exchange);

/* Words with one writer, read by anyone (counter_add). */
struct exchange_counters {
	uint64_t sent[FAMILY_COUNT][QUESTION_TRANSPORT_COUNT];
	uint64_t received[FAMILY_COUNT][QUESTION_TRANSPORT_COUNT]; /* replies that matched */
	uint64_t wrong[FAMILY_COUNT][QUESTION_TRANSPORT_COUNT];    /* dropped: nobody asked that, there, so */
	uint64_t late[FAMILY_COUNT];                               /* UDP, dropped: an id sent once, now over */
	uint64_t suspicious[FAMILY_COUNT];                         /* questions told of as such */
	uint64_t failed[FAMILY_COUNT][EXCHANGE_FAILURE_COUNT];
	uint64_t opened[FAMILY_COUNT][QUESTION_TRANSPORT_COUNT];   /* sockets, connections */
	uint64_t retransmitted[FAMILY_COUNT];                      /* T-15: connections that lost segments */
	uint64_t mss[FAMILY_COUNT][MSS_BUCKET_COUNT];              /* T-15: of ended ones; mss_bucket_text */
};
const struct exchange_counters *exchange_counters(const struct exchange *exchange);

struct exchange_load {
	uint32_t questions;                                        /* under way */
	uint32_t channels[FAMILY_COUNT][QUESTION_TRANSPORT_COUNT]; /* sockets, connections open */
};
/* In the worker's thread. */
void exchange_load(const struct exchange *exchange, struct exchange_load *ret);

#endif
