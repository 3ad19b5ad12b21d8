/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the parts of an exchange share: UDP sockets, TCP connections, and the questions between them.
 * Private to the room.
 * Never called from another thread than the loop's.
 */
#ifndef EXCHANGE_INSIDE_H
#define EXCHANGE_INSIDE_H

#include "exchange/exchange.h"
#include "exchange/pending.h"
#include "exchange/stream.h"

#include <netinet/in.h>

#define UDP_OUT 64     /* questions sent with one call */
#define UDP_IN 64      /* replies received with one call */
#define UDP_STRIDE 4160 /* octets of a reply; larger ones than any EDNS size of ours are dropped */

/* --- Randomness, fetched from the kernel in portions --- */

struct entropy {
	size_t left;
	uint8_t octets[2048];
};

void entropy_take(struct entropy *entropy, void *ret_data, size_t size);
uint32_t entropy_below(struct entropy *entropy, uint32_t limit); /* 0 to limit - 1, limit at least 1 */

/* --- UDP --- */

struct udp_socket {
	uv_poll_t poll;
	struct exchange *exchange;
	struct channel channel;
	TAILQ_ENTRY(udp_socket) in_pool;
	enum family family;
	int fd;
	uint32_t asked;      /* questions, ever */
	uint32_t guesses;    /* replies with wrong ids in the name of a server that is being asked */
	uint32_t live_index; /* among those that questions leave from; UINT32_MAX: retired */
	uint64_t opened_ms, used_ms, retired_ms;
	uint8_t ids[65536 / 8]; /* a bit for each id that was ever sent: tells late replies from guesses */
};

TAILQ_HEAD(udp_sockets, udp_socket);

/* Questions of one family that leave together, all through one socket. */
struct udp_out {
	struct udp_socket *socket;
	unsigned count;
	struct mmsghdr headers[UDP_OUT];
	struct iovec vectors[UDP_OUT];
	struct sockaddr_in6 peers[UDP_OUT]; /* either family; the larger structure */
	uint64_t ask_ids[UDP_OUT];
	uint8_t octets[UDP_OUT][QUESTION_MAX];
};

struct udp_in { /* scratch of one receive */
	struct mmsghdr headers[UDP_IN];
	struct iovec vectors[UDP_IN];
	struct sockaddr_in6 peers[UDP_IN];
	uint8_t octets[UDP_IN][UDP_STRIDE];
};

struct udp_pool {
	struct udp_socket *live[FAMILY_COUNT][EXCHANGE_SOCKETS];
	uint32_t live_count[FAMILY_COUNT];
	uint32_t count[FAMILY_COUNT]; /* retired ones included */
	struct udp_sockets sockets;
	struct udp_out outs[FAMILY_COUNT];
	struct udp_in in;
};

void udp_pool_ask(struct exchange *exchange, struct pending *pending, const struct question *question);
void udp_pool_flush(struct exchange *exchange);
/* Replaces what is old, closes what is done with. */
void udp_pool_tick(struct exchange *exchange, uint64_t now_ms);
void udp_pool_retire(struct exchange *exchange);
void udp_pool_close(struct exchange *exchange);
/* What came back about datagrams that could not be delivered; how many such reports. */
unsigned udp_socket_errors(struct udp_socket *socket);

/* --- TCP --- */

struct tcp_connection {
	uv_poll_t poll;
	struct exchange *exchange;
	struct channel channel;
	LIST_ENTRY(tcp_connection) by_server;
	TAILQ_ENTRY(tcp_connection) by_use, in_turn;
	struct ip_endpoint server;
	int fd;
	bool is_found;     /* by the next question to this server */
	bool is_connected;
	bool is_closed;    /* only its memory is left, until libuv has let go */
	bool has_output;   /* in the list of those with something to send in this turn */
	uint32_t answered, wrong;
	uint32_t given_up; /* questions whose replies may still come */
	uint64_t opened_ms, used_ms, heard_ms;
	struct stream in;
	uint8_t *out; /* questions that the socket has not taken */
	size_t out_start, out_size, out_capacity;
};

LIST_HEAD(tcp_bucket, tcp_connection);
TAILQ_HEAD(tcp_list, tcp_connection);

#define TCP_BUCKETS 256

struct tcp_pool {
	uint8_t hash_key[SIPHASH_KEY_SIZE];
	struct tcp_bucket by_server[TCP_BUCKETS];
	struct tcp_list by_use; /* all that are open, the one used least recently first */
	struct tcp_list turn;
	uint32_t count[FAMILY_COUNT];
	struct stream_scratch scratch;
};

void tcp_pool_init(struct exchange *exchange);
void tcp_pool_ask(struct exchange *exchange, struct pending *pending, const struct question *question);
/* A question sent over the channel at sent_ms was given up. */
void tcp_pool_cancelled(struct exchange *exchange, struct channel *channel, uint64_t sent_ms);
void tcp_pool_flush(struct exchange *exchange);
void tcp_pool_tick(struct exchange *exchange, uint64_t now_ms);
void tcp_pool_retire(struct exchange *exchange);
void tcp_pool_close(struct exchange *exchange);

/* --- The whole --- */

struct exchange {
	uv_loop_t *loop;
	struct exchange_options options;
	struct exchange_events events;
	struct exchange_counters counters;
	struct pending_table *pending;
	struct entropy entropy;
	struct udp_pool udp;
	struct tcp_pool tcp;
	uv_timer_t timer;
	bool is_ticking, is_flushing, is_closing;
	uint32_t channel_number;
	uint32_t open_handles;
	void (*closed)(void *owner);
};

/* What one question remembers of itself, and its octets. */
size_t pending_encode(struct exchange *exchange, struct pending *pending, const struct question *question, uint16_t id,
                      uint8_t *ret);
/* An id that no other question to this server has on the channel. False: none was found. */
bool exchange_id_draw(struct exchange *exchange, const struct channel *channel, const struct ip_endpoint *server,
                      uint16_t *ret);
/* The question is over; its owner is told by the next flush. */
void pending_fail(struct exchange *exchange, struct pending *pending, enum exchange_failure failure);
/* Whether message is what the question waits for. */
bool pending_is_answered(const struct pending *pending, struct span message);
/* The question is over; its owner is told now. */
void pending_answer(struct exchange *exchange, struct pending *pending, struct span message);

/* The owner wants to see what passes: a question of the channel's, or its reply. */
void pending_pass(const struct exchange *exchange, struct pending *pending, int fd, enum question_transport transport,
                  bool is_reply, struct span message);

/* What errno of a send or connect means for the question. */
enum exchange_failure exchange_failure_of(int error);
/* One of the configured addresses with port 0, or the wildcard of the family. */
struct ip_endpoint exchange_source_choose(struct exchange *exchange, enum family family);

/* Every callback of the loop stands between these two. */
void exchange_turn_begin(struct exchange *exchange);
void exchange_turn_end(struct exchange *exchange);
/* A handle was opened; each ends with exchange_handle_closed. */
void exchange_handle_opened(struct exchange *exchange);
void exchange_handle_closed(struct exchange *exchange);

#endif
