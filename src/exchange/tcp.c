/* SPDX-License-Identifier: BSD-2-Clause */
#include "exchange/inside.h"

#include <errno.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <unistd.h>

#define QUESTIONS_MOST 256 /* under way on one connection */
#define WRONG_MOST 100     /* messages that nobody asked for, until the connection ends */
#define IDLE_MS 8000       /* RFC 7766 6.2.3: seconds */
#define STUCK_MS 15000     /* with questions that nobody cancels */
#define DOUBT_MS 800       /* a question given up after so long without an octet: the path may be broken */
#define OUT_KEPT 4096      /* octets of buffer that an idle connection keeps */

#define CONNECTION_OF(in_it) \
	((struct tcp_connection *)(void *)((char *)(in_it)-offsetof(struct tcp_connection, channel)))

static void connection_ready(uv_poll_t *poll, int status, int events);

void tcp_pool_init(struct exchange *exchange)
{
	random_bytes(exchange->tcp.hash_key, sizeof(exchange->tcp.hash_key));
	TAILQ_INIT(&exchange->tcp.by_use);
	TAILQ_INIT(&exchange->tcp.turn);
}

/* --- Finding --- */

static struct tcp_bucket *bucket_of(struct tcp_pool *pool, const struct ip_endpoint *server)
{
	uint8_t octets[18];
	memcpy(octets, server->addr.bytes, 16);
	store_u16(octets + 16, server->port);
	return &pool->by_server[siphash(pool->hash_key, octets, sizeof(octets)) % TCP_BUCKETS];
}

static struct tcp_connection *connection_find(struct tcp_pool *pool, const struct ip_endpoint *server)
{
	struct tcp_connection *at;
	LIST_FOREACH(at, bucket_of(pool, server), by_server) {
		if (endpoint_equal(&at->server, server))
			return at;
	}
	return NULL;
}

/* The next question to this server gets a connection of its own. */
static void connection_hide(struct tcp_connection *connection)
{
	if (!connection->is_found)
		return;
	connection->is_found = false;
	LIST_REMOVE(connection, by_server);
}

static void connection_touch(struct tcp_connection *connection)
{
	struct tcp_pool *pool = &connection->exchange->tcp;
	connection->used_ms = uv_now(connection->exchange->loop);
	TAILQ_REMOVE(&pool->by_use, connection, by_use);
	TAILQ_INSERT_TAIL(&pool->by_use, connection, by_use);
}

static void connection_watch(struct tcp_connection *connection)
{
	bool has_output = connection->out_start < connection->out_size;
	int events = UV_READABLE;
	if (!connection->is_connected)
		events = UV_WRITABLE;
	else if (has_output)
		events |= UV_WRITABLE;
	uv_poll_start(&connection->poll, events, connection_ready);
}

/* --- The end of a connection --- */

/* T-15: what the path did to the connection is worth knowing. */
static void path_record(const struct tcp_connection *connection)
{
	static const uint32_t bounds[] = {
#define COUNTER_MSS_BOUND(bound) bound,
#include "telemetry/counters.def"
	};
	struct exchange_counters *counters = &connection->exchange->counters;
	enum family family = connection->server.addr.family;
	struct tcp_info info;
	socklen_t size = sizeof(info);
	if (!connection->is_connected ||
	    getsockopt(connection->fd, IPPROTO_TCP, TCP_INFO, &info, &size) != 0)
		return;
	size_t bucket = 0;
	while (bucket < MSS_BUCKET_COUNT - 1 && info.tcpi_snd_mss > bounds[bucket])
		bucket++;
	counter_add(&counters->mss[family][bucket], 1);
	if (info.tcpi_total_retrans > 0)
		counter_add(&counters->retransmitted[family], 1);
}

static void connection_closed(uv_handle_t *handle)
{
	struct tcp_connection *connection = handle->data;
	struct exchange *exchange = connection->exchange;
	stream_end(&connection->in);
	free(connection->out);
	free(connection);
	exchange_handle_closed(exchange);
}

/* Its questions stay with the channel. */
static void connection_drop(struct tcp_connection *connection)
{
	struct tcp_pool *pool = &connection->exchange->tcp;
	path_record(connection);
	connection->is_closed = true;
	connection_hide(connection);
	TAILQ_REMOVE(&pool->by_use, connection, by_use);
	if (connection->has_output)
		TAILQ_REMOVE(&pool->turn, connection, in_turn);
	pool->count[connection->server.addr.family]--;
	uv_close((uv_handle_t *)&connection->poll, connection_closed);
	close(connection->fd);
}

static void connection_fail(struct tcp_connection *connection, enum exchange_failure failure)
{
	struct pending *pending;
	if (connection->is_closed)
		return;
	connection_drop(connection);
	while ((pending = TAILQ_FIRST(&connection->channel.questions)) != NULL)
		pending_fail(connection->exchange, pending, failure);
}

static void question_send(struct exchange *exchange, struct pending *pending);

/*
 * RFC 7766 6.2.4: a server may close whenever it likes, and many do after one answer. What it left unanswered goes over
 * a new connection, if this one was good for something; every connection but the last brings an answer, so that ends.
 */
static void connection_lost(struct tcp_connection *connection)
{
	struct pending *pending;
	if (connection->answered == 0) {
		connection_fail(connection, EXCHANGE_REFUSED);
		return;
	}
	if (connection->is_closed)
		return;
	connection_drop(connection);
	while ((pending = TAILQ_FIRST(&connection->channel.questions)) != NULL) {
		pending_end(pending);
		question_send(connection->exchange, pending);
	}
}

void tcp_pool_cancelled(struct exchange *exchange, struct channel *channel, uint64_t sent_ms)
{
	struct tcp_connection *connection = CONNECTION_OF(channel);
	connection->given_up++;
	bool is_silent = connection->heard_ms <= sent_ms && uv_now(exchange->loop) - sent_ms >= DOUBT_MS;
	if (is_silent)
		connection_hide(connection);
	if (channel->count == 0 && (!connection->is_connected || !connection->is_found))
		connection_drop(connection);
}

void tcp_pool_close(struct exchange *exchange)
{
	struct tcp_connection *first;
	while ((first = TAILQ_FIRST(&exchange->tcp.by_use)) != NULL)
		connection_fail(first, EXCHANGE_OVERLOAD);
}

void tcp_pool_retire(struct exchange *exchange)
{
	struct tcp_connection *next;
	for (struct tcp_connection *at = TAILQ_FIRST(&exchange->tcp.by_use); at != NULL; at = next) {
		next = TAILQ_NEXT(at, by_use);
		connection_hide(at);
		if (at->channel.count == 0)
			connection_drop(at);
	}
}

void tcp_pool_tick(struct exchange *exchange, uint64_t now_ms)
{
	struct tcp_connection *next;
	for (struct tcp_connection *at = TAILQ_FIRST(&exchange->tcp.by_use); at != NULL; at = next) {
		next = TAILQ_NEXT(at, by_use);
		uint64_t unused_ms = now_ms - at->used_ms;
		if (at->channel.count == 0 ? unused_ms >= IDLE_MS || !at->is_found : unused_ms >= STUCK_MS)
			connection_fail(at, EXCHANGE_REFUSED);
	}
}

/* --- Sending --- */

static void output_flush(struct tcp_connection *connection)
{
	while (connection->is_connected && connection->out_start < connection->out_size) {
		ssize_t sent = send(connection->fd, connection->out + connection->out_start,
		                    connection->out_size - connection->out_start, MSG_NOSIGNAL | MSG_DONTWAIT);
		if (sent < 0 && errno == EINTR)
			continue;
		if (sent < 0 && errno == EAGAIN)
			break;
		if (sent < 0) {
			connection_lost(connection);
			return;
		}
		connection->out_start += (size_t)sent;
	}
	if (connection->out_start == connection->out_size) {
		connection->out_start = connection->out_size = 0;
		if (connection->out_capacity > OUT_KEPT) {
			free(connection->out);
			connection->out = NULL;
			connection->out_capacity = 0;
		}
	}
	connection_watch(connection);
}

void tcp_pool_flush(struct exchange *exchange)
{
	struct tcp_connection *connection;
	while ((connection = TAILQ_FIRST(&exchange->tcp.turn)) != NULL) {
		TAILQ_REMOVE(&exchange->tcp.turn, connection, in_turn);
		connection->has_output = false;
		output_flush(connection);
	}
}

/* RFC 7766 8: the length goes with its message; all questions of a turn leave in one segment if they fit. */
static bool output_append(struct tcp_connection *connection, struct span octets)
{
	if (connection->out_capacity - connection->out_size < octets.size) {
		size_t capacity = 2 * connection->out_capacity + QUESTION_MAX;
		uint8_t *out = realloc(connection->out, capacity);
		if (out == NULL)
			return false;
		connection->out = out;
		connection->out_capacity = capacity;
	}
	memcpy(connection->out + connection->out_size, octets.data, octets.size);
	connection->out_size += octets.size;
	if (!connection->has_output) {
		connection->has_output = true;
		TAILQ_INSERT_TAIL(&connection->exchange->tcp.turn, connection, in_turn);
	}
	return true;
}

/* --- Opening --- */

static int socket_prepare(struct exchange *exchange, int fd, enum family family)
{
	static const int on = 1;
	if (family == FAMILY_IPV6 && setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on)) != 0)
		return -errno;
	/* Before connect(): the segment size is announced with SYN (RFC 10001 3.2, T-05, T-06). */
	int rc = socket_apply(fd, family, SOCKET_TCP, &exchange->options.socket);
	if (rc != ERR_OK || exchange->options.source_count[family] == 0)
		return rc;
	setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof(on)); /* saves ports; without it works too */
	struct ip_endpoint source = exchange_source_choose(exchange, family);
	struct sockaddr_storage address;
	socklen_t size = ip_endpoint_to_sockaddr(&source, &address);
	return bind(fd, (struct sockaddr *)&address, size) == 0 ? ERR_OK : -errno;
}

static int connection_start(struct exchange *exchange, struct tcp_connection *connection)
{
	struct sockaddr_storage address;
	socklen_t size = ip_endpoint_to_sockaddr(&connection->server, &address);
	int fd = socket(address.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	int rc = socket_prepare(exchange, fd, connection->server.addr.family);
	if (rc == ERR_OK) {
		connection->is_connected = connect(fd, (struct sockaddr *)&address, size) == 0;
		if (!connection->is_connected && errno != EINPROGRESS)
			rc = -errno;
	}
	if (rc == ERR_OK && uv_poll_init(exchange->loop, &connection->poll, fd) != 0)
		rc = -ENOMEM;
	if (rc != ERR_OK) {
		close(fd);
		return rc;
	}
	connection->fd = fd;
	connection->poll.data = connection;
	exchange_handle_opened(exchange);
	return ERR_OK;
}

/* Room for one more: of those without questions the one used least recently goes. */
static bool room_make(struct exchange *exchange)
{
	struct tcp_pool *pool = &exchange->tcp;
	if (pool->count[FAMILY_IPV6] + pool->count[FAMILY_IPV4] < exchange->options.connections)
		return true;
	struct tcp_connection *at;
	TAILQ_FOREACH(at, &pool->by_use, by_use) {
		if (at->channel.count > 0)
			continue;
		connection_drop(at);
		return true;
	}
	return false;
}

static int connection_open(struct exchange *exchange, const struct ip_endpoint *server, struct tcp_connection **ret)
{
	struct tcp_pool *pool = &exchange->tcp;
	if (!room_make(exchange))
		return ERR_LIMIT;
	struct tcp_connection *connection = calloc(1, sizeof(*connection));
	if (connection == NULL)
		return -ENOMEM;
	connection->exchange = exchange;
	connection->server = *server;
	int rc = connection_start(exchange, connection);
	if (rc != ERR_OK) {
		free(connection);
		return rc;
	}
	channel_init(&connection->channel, exchange->channel_number++);
	connection->opened_ms = connection->used_ms = connection->heard_ms = uv_now(exchange->loop);
	connection->is_found = true;
	LIST_INSERT_HEAD(bucket_of(pool, server), connection, by_server);
	TAILQ_INSERT_TAIL(&pool->by_use, connection, by_use);
	pool->count[server->addr.family]++;
	counter_add(&exchange->counters.opened[server->addr.family][QUESTION_TCP], 1);
	connection_watch(connection);
	*ret = connection;
	return ERR_OK;
}

/* --- Asking --- */

/* The question is encoded already; on this connection it needs an id of its own. */
static void question_send(struct exchange *exchange, struct pending *pending)
{
	struct tcp_connection *connection = connection_find(&exchange->tcp, &pending->server);
	int rc = connection != NULL ? ERR_OK : connection_open(exchange, &pending->server, &connection);
	uint16_t id;
	if (rc == ERR_OK && (connection->channel.count >= QUESTIONS_MOST ||
	                     !exchange_id_draw(exchange, &connection->channel, &pending->server, &id)))
		rc = ERR_LIMIT;
	if (rc == ERR_OK) {
		store_u16(pending->whole + FRAMING_PREFIX_SIZE, id);
		store_u16(pending->sent, id);
		rc = output_append(connection, span_of(pending->whole, pending->whole_size)) ? ERR_OK : -ENOMEM;
	}
	if (rc != ERR_OK) {
		pending_fail(exchange, pending, exchange_failure_of(-rc));
		return;
	}
	pending_begin(exchange->pending, pending, &connection->channel, id);
	connection_touch(connection);
	counter_add(&exchange->counters.sent[pending->server.addr.family][QUESTION_TCP], 1);
	if (exchange->events.passing != NULL)
		pending_pass(exchange, pending, connection->fd, QUESTION_TCP, false,
		             span_of(pending->whole + FRAMING_PREFIX_SIZE, pending->whole_size - FRAMING_PREFIX_SIZE));
}

void tcp_pool_ask(struct exchange *exchange, struct pending *pending, const struct question *question)
{
	uint8_t octets[FRAMING_PREFIX_SIZE + QUESTION_MAX];
	size_t size = pending_encode(exchange, pending, question, 0, octets + FRAMING_PREFIX_SIZE);
	store_u16(octets, (uint16_t)size);
	pending->whole_size = (uint16_t)(FRAMING_PREFIX_SIZE + size);
	pending->whole = malloc(pending->whole_size);
	if (pending->whole == NULL) {
		pending_fail(exchange, pending, EXCHANGE_OVERLOAD);
		return;
	}
	memcpy(pending->whole, octets, pending->whole_size);
	question_send(exchange, pending);
}

/* --- Receiving --- */

/* The stream hands over one message; false ends the connection. */
static bool message_take(void *owner, struct span message)
{
	struct tcp_connection *connection = owner;
	struct exchange *exchange = connection->exchange;
	struct exchange_counters *counters = &exchange->counters;
	enum family family = connection->server.addr.family;
	struct pending *pending = NULL;
	if (message.size >= HEADER_SIZE)
		pending = pending_find_reply(exchange->pending, &connection->channel, &connection->server,
		                             load_u16(message.data));
	if (pending == NULL && connection->given_up > 0) { /* a late reply, as far as anyone can tell */
		connection->given_up--;
		return true;
	}
	if (pending == NULL || !pending_is_answered(pending, message)) {
		counter_add(&counters->wrong[family][QUESTION_TCP], 1);
		return ++connection->wrong <= WRONG_MOST;
	}
	connection->answered++;
	connection_touch(connection);
	counter_add(&counters->received[family][QUESTION_TCP], 1);
	if (exchange->events.passing != NULL)
		pending_pass(exchange, pending, connection->fd, QUESTION_TCP, true, message);
	pending_answer(exchange, pending, message);
	return !connection->is_closed;
}

static void connection_read(struct tcp_connection *connection)
{
	struct stream_scratch *scratch = &connection->exchange->tcp.scratch;
	size_t room;
	uint8_t *at = stream_room(&connection->in, scratch, &room);
	if (at == NULL) {
		connection_fail(connection, EXCHANGE_OVERLOAD);
		return;
	}
	ssize_t got = recv(connection->fd, at, room, MSG_DONTWAIT);
	if (got < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (got <= 0) {
		connection_lost(connection);
		return;
	}
	connection->heard_ms = uv_now(connection->exchange->loop);
	if (stream_feed(&connection->in, scratch, (size_t)got, message_take, connection) != ERR_OK)
		connection_fail(connection, EXCHANGE_REFUSED);
}

/* What came of connect(). An error here has come from the network: the kernel's own refusals came at once. */
static void connection_judge(struct tcp_connection *connection)
{
	int error = 0;
	socklen_t size = sizeof(error);
	if (getsockopt(connection->fd, SOL_SOCKET, SO_ERROR, &error, &size) != 0 || error != 0)
		connection_fail(connection, EXCHANGE_REFUSED);
	else
		connection->is_connected = true;
}

static void connection_ready(uv_poll_t *poll, int status, int events)
{
	struct tcp_connection *connection = poll->data;
	struct exchange *exchange = connection->exchange;
	exchange_turn_begin(exchange);
	if (!connection->is_connected)
		connection_judge(connection);
	/* libuv stops watching after an error, which recv() tells; octets that arrived before it are read first. */
	else if (status < 0 || (events & UV_READABLE))
		connection_read(connection);
	if (!connection->is_closed)
		output_flush(connection);
	exchange_turn_end(exchange);
}
