/* SPDX-License-Identifier: BSD-2-Clause */
#include "exchange/inside.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#define SOCKETS_LEAST 8            /* opened one by one, before any is used twice */
#define QUESTIONS_PER_SOCKET 64    /* under way; beyond that another one is opened */
#define SOCKET_ASKED_MOST 4096     /* questions; the bits of udp_socket.ids are few enough then to tell guesses by */
#define SOCKET_AGE_MOST_MS 120000
#define SOCKET_IDLE_MOST_MS 20000
#define SOCKET_LINGER_MS 10000     /* for the last replies, once retired */
#define BIND_TRIES 16
#define REPLIES_AT_ONCE 512        /* received, of all sockets, before the loop hears clients again */
#define SHARE_LEAST 4              /* of one socket: a system call should bring more than one */
#define SEND_TRIES 4               /* of one question, while errors of others are in its way */
#define BUFFER_SIZE (512 << 10)

/* --- Opening --- */

static int socket_prepare(int fd, enum family family, const struct socket_options *options)
{
	static const int on = 1, buffer = BUFFER_SIZE;
	bool is_v6 = family == FAMILY_IPV6;
	if (is_v6 && setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on)) != 0)
		return -errno;
	/* What routers and hosts say about a datagram comes with its destination: see udp_socket_errors. */
	if (setsockopt(fd, is_v6 ? IPPROTO_IPV6 : IPPROTO_IP, is_v6 ? IPV6_RECVERR : IP_RECVERR, &on, sizeof(on)) != 0)
		return -errno;
	setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &buffer, sizeof(buffer)); /* the kernel may give less, which will do */
	return socket_apply(fd, family, SOCKET_UDP, options);
}

/* RFC 5452 9.2: an unpredictable port. A port that somebody has is passed over. */
static int socket_bind_random(struct exchange *exchange, int fd, enum family family)
{
	struct ip_endpoint source = exchange_source_choose(exchange, family);
	uint32_t first = exchange->options.port_first, count = (uint32_t)exchange->options.port_last - first + 1;
	for (unsigned try = 0; try <= BIND_TRIES; try++) {
		/* The last try leaves the choice to the kernel, which knows what is free. */
		source.port = try < BIND_TRIES ? (uint16_t)(first + entropy_below(&exchange->entropy, count)) : 0;
		struct sockaddr_storage address;
		socklen_t size = ip_endpoint_to_sockaddr(&source, &address);
		if (bind(fd, (struct sockaddr *)&address, size) == 0)
			return ERR_OK;
		if (errno != EADDRINUSE && errno != EACCES)
			return -errno;
	}
	return -errno;
}

static void socket_ready(uv_poll_t *poll, int status, int events);

static int socket_open(struct exchange *exchange, enum family family, struct udp_socket *socket_)
{
	int domain = family == FAMILY_IPV6 ? AF_INET6 : AF_INET;
	int fd = socket(domain, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	int rc = socket_prepare(fd, family, &exchange->options.socket);
	if (rc == ERR_OK)
		rc = socket_bind_random(exchange, fd, family);
	if (rc == ERR_OK && uv_poll_init(exchange->loop, &socket_->poll, fd) != 0)
		rc = -ENOMEM;
	if (rc != ERR_OK) {
		close(fd);
		return rc;
	}
	exchange_handle_opened(exchange);
	socket_->poll.data = socket_;
	socket_->fd = fd;
	uv_poll_start(&socket_->poll, UV_READABLE, socket_ready);
	return ERR_OK;
}

static int socket_add(struct exchange *exchange, enum family family, struct udp_socket **ret)
{
	struct udp_pool *pool = &exchange->udp;
	struct udp_socket *added = calloc(1, sizeof(*added));
	if (added == NULL)
		return -ENOMEM;
	int rc = socket_open(exchange, family, added);
	if (rc != ERR_OK) {
		free(added);
		return rc;
	}
	added->exchange = exchange;
	added->family = family;
	added->opened_ms = added->used_ms = uv_now(exchange->loop);
	channel_init(&added->channel, exchange->channel_number++);
	added->live_index = pool->live_count[family]++;
	pool->live[family][added->live_index] = added;
	pool->count[family]++;
	TAILQ_INSERT_TAIL(&pool->sockets, added, in_pool);
	counter_add(&exchange->counters.opened[family][QUESTION_UDP], 1);
	*ret = added;
	return ERR_OK;
}

/* --- Closing --- */

static bool is_retired(const struct udp_socket *socket_)
{
	return socket_->live_index == UINT32_MAX;
}

/* No question leaves from it any more; replies to those under way still arrive. */
static void socket_retire(struct udp_socket *socket_, uint64_t now_ms)
{
	struct udp_pool *pool = &socket_->exchange->udp;
	if (is_retired(socket_))
		return;
	struct udp_socket *last = pool->live[socket_->family][--pool->live_count[socket_->family]];
	pool->live[socket_->family][socket_->live_index] = last;
	last->live_index = socket_->live_index;
	socket_->live_index = UINT32_MAX;
	socket_->retired_ms = now_ms;
}

static void socket_closed(uv_handle_t *handle)
{
	struct udp_socket *closed = handle->data;
	struct exchange *exchange = closed->exchange;
	free(closed);
	exchange_handle_closed(exchange);
}

static void socket_close(struct udp_socket *socket_)
{
	struct exchange *exchange = socket_->exchange;
	struct pending *pending;
	socket_retire(socket_, 0);
	while ((pending = TAILQ_FIRST(&socket_->channel.questions)) != NULL)
		pending_fail(exchange, pending, EXCHANGE_OVERLOAD);
	TAILQ_REMOVE(&exchange->udp.sockets, socket_, in_pool);
	exchange->udp.count[socket_->family]--;
	uv_close((uv_handle_t *)&socket_->poll, socket_closed);
	close(socket_->fd);
}

void udp_pool_close(struct exchange *exchange)
{
	struct udp_socket *first;
	while ((first = TAILQ_FIRST(&exchange->udp.sockets)) != NULL)
		socket_close(first);
}

void udp_pool_retire(struct exchange *exchange)
{
	struct udp_socket *at;
	TAILQ_FOREACH(at, &exchange->udp.sockets, in_pool)
		socket_retire(at, uv_now(exchange->loop));
}

/* There must be room for its successor beside those whose last replies are awaited. */
static bool has_room(const struct exchange *exchange, enum family family)
{
	return exchange->udp.count[family] < exchange->options.sockets;
}

static bool is_worn(const struct udp_socket *socket_, uint64_t now_ms)
{
	return socket_->asked >= SOCKET_ASKED_MOST || now_ms - socket_->opened_ms >= SOCKET_AGE_MOST_MS ||
	       (socket_->channel.count == 0 && now_ms - socket_->used_ms >= SOCKET_IDLE_MOST_MS);
}

void udp_pool_tick(struct exchange *exchange, uint64_t now_ms)
{
	struct udp_socket *next;
	for (struct udp_socket *at = TAILQ_FIRST(&exchange->udp.sockets); at != NULL; at = next) {
		next = TAILQ_NEXT(at, in_pool);
		const struct udp_out *out = &exchange->udp.outs[at->family];
		if (out->count > 0 && out->socket == at)
			continue;
		if (!is_retired(at) && is_worn(at, now_ms))
			socket_retire(at, now_ms);
		if (is_retired(at) && (at->channel.count == 0 || now_ms - at->retired_ms >= SOCKET_LINGER_MS))
			socket_close(at);
	}
}

/* --- Sending --- */

/* The socket for the questions of this turn: few are opened while few questions are under way, and any may be next. */
static int socket_choose(struct exchange *exchange, enum family family, struct udp_socket **ret)
{
	struct udp_pool *pool = &exchange->udp;
	uint64_t now_ms = uv_now(exchange->loop);
	uint32_t wanted = SOCKETS_LEAST + pending_table_count(exchange->pending) / QUESTIONS_PER_SOCKET;
	int rc = ERR_LIMIT;
	if (pool->live_count[family] < wanted && has_room(exchange, family)) {
		rc = socket_add(exchange, family, ret);
		if (rc == ERR_OK)
			return ERR_OK;
	}
	if (pool->live_count[family] == 0)
		return rc;
	struct udp_socket *chosen = pool->live[family][entropy_below(&exchange->entropy, pool->live_count[family])];
	if (is_worn(chosen, now_ms) && has_room(exchange, family)) {
		struct udp_socket *fresh;
		if (socket_add(exchange, family, &fresh) == ERR_OK) {
			socket_retire(chosen, now_ms);
			chosen = fresh;
		}
	}
	*ret = chosen;
	return ERR_OK;
}

static void question_failed(struct exchange *exchange, const struct udp_out *out, unsigned at, int error)
{
	/* It may have been cancelled meanwhile. */
	struct pending *pending = pending_find_ask(exchange->pending, out->ask_ids[at]);
	if (pending != NULL && pending->channel == &out->socket->channel)
		pending_fail(exchange, pending, exchange_failure_of(error));
}

/* Those that the kernel has just taken. */
static void out_pass(struct exchange *exchange, const struct udp_out *out, unsigned first, unsigned count)
{
	for (unsigned at = first; exchange->events.passing != NULL && at < first + count; at++) {
		struct pending *pending = pending_find_ask(exchange->pending, out->ask_ids[at]);
		struct span octets = span_of(out->octets[at], out->vectors[at].iov_len);
		if (pending != NULL && pending->channel == &out->socket->channel)
			pending_pass(exchange, pending, out->socket->fd, QUESTION_UDP, false, octets);
	}
}

static void out_send(struct exchange *exchange, struct udp_out *out)
{
	unsigned at = 0, tries = 0, sent = 0;
	if (out->count == 0)
		return;
	while (at < out->count) {
		int done = sendmmsg(out->socket->fd, &out->headers[at], out->count - at, MSG_DONTWAIT);
		if (done > 0) {
			out_pass(exchange, out, at, (unsigned)done);
			at += (unsigned)done;
			sent += (unsigned)done;
			tries = 0;
			continue;
		}
		int error = errno;
		if (error == EINTR)
			continue;
		/* What a router said about an earlier datagram stands in the way of this one, once. */
		if (error != EMSGSIZE && tries++ < SEND_TRIES && udp_socket_errors(out->socket) > 0)
			continue;
		question_failed(exchange, out, at++, error);
		tries = 0;
	}
	counter_add(&exchange->counters.sent[out->socket->family][QUESTION_UDP], sent);
	out->count = 0;
}

void udp_pool_flush(struct exchange *exchange)
{
	for (unsigned family = 0; family < FAMILY_COUNT; family++)
		out_send(exchange, &exchange->udp.outs[family]);
}

void udp_pool_ask(struct exchange *exchange, struct pending *pending, const struct question *question)
{
	enum family family = question->server.addr.family;
	struct udp_out *out = &exchange->udp.outs[family];
	uint16_t id;
	if (out->count == UDP_OUT)
		out_send(exchange, out);
	int rc = out->count > 0 ? ERR_OK : socket_choose(exchange, family, &out->socket);
	if (rc != ERR_OK) {
		pending_fail(exchange, pending, exchange_failure_of(-rc));
		return;
	}
	struct udp_socket *through = out->socket;
	if (!exchange_id_draw(exchange, &through->channel, &question->server, &id)) {
		pending_fail(exchange, pending, EXCHANGE_OVERLOAD);
		return;
	}
	unsigned at = out->count++;
	size_t size = pending_encode(exchange, pending, question, id, out->octets[at]);
	struct sockaddr_storage address;
	socklen_t address_size = ip_endpoint_to_sockaddr(&question->server, &address);
	memcpy(&out->peers[at], &address, sizeof(out->peers[at]));
	out->vectors[at] = (struct iovec){out->octets[at], size};
	out->headers[at].msg_hdr = (struct msghdr){.msg_name = &out->peers[at],
	                                           .msg_namelen = address_size,
	                                           .msg_iov = &out->vectors[at],
	                                           .msg_iovlen = 1};
	out->ask_ids[at] = pending->ask_id;
	through->asked++;
	through->used_ms = uv_now(exchange->loop);
	through->ids[id / 8] |= (uint8_t)(1 << id % 8);
	pending_begin(exchange->pending, pending, &through->channel, id);
}

/* --- Receiving --- */

/* Somebody tries ids on this port: what is asked there of that server may be answered by a forger sooner or later. */
static void guessed(struct udp_socket *socket_, const struct ip_endpoint *server)
{
	struct exchange *exchange = socket_->exchange;
	struct pending *pending;
	if (++socket_->guesses % EXCHANGE_SUSPICIOUS != 0)
		return;
	TAILQ_FOREACH(pending, &socket_->channel.questions, in_channel) {
		if (pending->is_suspect || !endpoint_equal(&pending->server, server))
			continue;
		pending->is_suspect = true;
		pending_tell(exchange->pending, pending, PENDING_NEWS_SUSPECT);
		counter_add(&exchange->counters.suspicious[socket_->family], 1);
	}
	if (has_room(exchange, socket_->family))
		socket_retire(socket_, uv_now(exchange->loop));
}

static void datagram_wrong(struct udp_socket *socket_, const struct ip_endpoint *from, struct span message)
{
	struct exchange_counters *counters = &socket_->exchange->counters;
	uint16_t id = message.size >= 2 ? load_u16(message.data) : 0;
	bool was_asked = message.size >= 2 && (socket_->ids[id / 8] >> id % 8 & 1);
	if (was_asked && pending_find_reply(socket_->exchange->pending, &socket_->channel, from, id) == NULL) {
		counter_add(&counters->late[socket_->family], 1);
		return;
	}
	counter_add(&counters->wrong[socket_->family][QUESTION_UDP], 1);
	if (pending_find_server(socket_->exchange->pending, &socket_->channel, from) != NULL)
		guessed(socket_, from);
}

static void datagram_take(struct udp_socket *socket_, const struct mmsghdr *header, const struct sockaddr_in6 *peer,
                          const uint8_t *octets)
{
	struct exchange *exchange = socket_->exchange;
	struct ip_endpoint from;
	bool is_cut = (header->msg_hdr.msg_flags & MSG_TRUNC) != 0;
	struct span message = span_of(octets, is_cut ? 0 : header->msg_len);
	if (ip_endpoint_from_sockaddr((const struct sockaddr *)peer, &from) != ERR_OK)
		return;
	struct pending *pending = NULL;
	if (message.size >= HEADER_SIZE)
		pending = pending_find_reply(exchange->pending, &socket_->channel, &from, load_u16(message.data));
	if (pending == NULL || !pending_is_answered(pending, message)) {
		datagram_wrong(socket_, &from, message);
		return;
	}
	counter_add(&exchange->counters.received[socket_->family][QUESTION_UDP], 1);
	if (exchange->events.passing != NULL)
		pending_pass(exchange, pending, socket_->fd, QUESTION_UDP, true, message);
	pending_answer(exchange, pending, message);
}

static void in_prepare(struct udp_in *in, unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		in->vectors[i] = (struct iovec){in->octets[i], UDP_STRIDE};
		in->headers[i].msg_hdr = (struct msghdr){.msg_name = &in->peers[i],
		                                         .msg_namelen = sizeof(in->peers[i]),
		                                         .msg_iov = &in->vectors[i],
		                                         .msg_iovlen = 1};
	}
}

/* All sockets share what may be received in one round of the loop: else some hundreds of them, each with replies
 * waiting, would keep clients out for so long that queries are lost. Each has its part, so none waits for the others. */
static unsigned share_of_one(const struct udp_pool *pool)
{
	unsigned sockets = pool->count[FAMILY_IPV6] + pool->count[FAMILY_IPV4];
	unsigned share = REPLIES_AT_ONCE / (sockets > 0 ? sockets : 1);
	if (share > UDP_IN)
		return UDP_IN;
	return share > SHARE_LEAST ? share : SHARE_LEAST;
}

static void socket_ready(uv_poll_t *poll, int status, int events)
{
	(void)events;
	struct udp_socket *socket_ = poll->data;
	struct exchange *exchange = socket_->exchange;
	struct udp_in *in = &exchange->udp.in;
	exchange_turn_begin(exchange);
	/* libuv stops watching when there are errors to fetch. */
	if (status < 0) {
		udp_socket_errors(socket_);
		uv_poll_start(poll, UV_READABLE, socket_ready);
	}
	unsigned share = share_of_one(&exchange->udp);
	int count = 0;
	do {
		in_prepare(in, share);
		count = recvmmsg(socket_->fd, in->headers, share, MSG_DONTWAIT, NULL);
	} while (count < 0 && errno != EAGAIN && udp_socket_errors(socket_) > 0);
	for (int i = 0; i < count && !exchange->is_closing; i++)
		datagram_take(socket_, &in->headers[i], &in->peers[i], in->octets[i]);
	exchange_turn_end(exchange);
}
