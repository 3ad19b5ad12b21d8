/* SPDX-License-Identifier: BSD-2-Clause */
#include "daemon/tcp_serve.h"

#include "base/clock.h"
#include "daemon/observe/tapping.h"
#include "daemon/recursion/drive.h"
#include "daemon/transfer/outgoing.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <unistd.h>

#define ACCEPTS_MAX 64 /* a turn */
/* Queries of one connection that wait for their answers; with more it is not read from (RFC 7766 6.2.1.1, and nothing
 * a client does makes us remember without end). */
#define WAITING_MAX 512

#define CONNECTION_OF(tcp_entry) \
	((struct connection *)(void *)((char *)(tcp_entry)-offsetof(struct connection, entry)))

static struct tcp_table *table_of(const struct connection *connection)
{
	return service_of_worker(connection->service, connection->worker)->connections;
}

static void count(const struct connection *connection, enum counter_event event)
{
	struct service_worker *part = service_of_worker(connection->service, connection->worker);
	counters_event(&part->counters, connection->client.addr.family, event);
}

/* --- The end of a connection --- */

/* RFC 10001 5, T-15: what the path did to the connection is worth knowing. */
static void path_record(const struct connection *connection)
{
	struct tcp_info info;
	socklen_t size = sizeof(info);
	if (getsockopt(connection->fd, IPPROTO_TCP, TCP_INFO, &info, &size) != 0)
		return;
	struct service_worker *part = service_of_worker(connection->service, connection->worker);
	counters_record_mss(&part->counters, connection->client.addr.family, info.tcpi_snd_mss);
	if (info.tcpi_total_retrans > 0)
		count(connection, COUNTER_TCP_RETRANSMITTED);
}

static void end_count(const struct connection *connection, enum tcp_end why)
{
	static const int events[TCP_END_COUNT] = {[TCP_END_CLIENT] = -1,
	                                          [TCP_END_ERROR] = COUNTER_TCP_ERROR,
	                                          [TCP_END_IDLE] = COUNTER_TCP_IDLE,
	                                          [TCP_END_TOTAL] = COUNTER_TCP_TOTAL,
	                                          [TCP_END_EVICTED] = COUNTER_TCP_EVICTED,
	                                          [TCP_END_STOP] = -1};
	if (events[why] >= 0)
		count(connection, (enum counter_event)events[why]);
	if (tcp_stream_is_blocked(&connection->stream))
		count(connection, COUNTER_TCP_STALLED);
	count(connection, COUNTER_TCP_CLOSED);
	struct service_worker *part = service_of_worker(connection->service, connection->worker);
	counter_add(&part->counters.families[connection->client.addr.family].events[COUNTER_TCP_QUERIES],
	            connection->stream.message_count);
}

static void connection_closed(uv_handle_t *handle)
{
	struct connection *connection = handle->data;
	LIST_INSERT_HEAD(&connection->worker->unused, connection, link);
}

static void connection_close(struct connection *connection, enum tcp_end why)
{
	struct drive *drive = drive_of(connection->service, connection->worker);
	if (drive != NULL)
		drive_forget_connection(drive, connection);
	outgoing_stop(connection);
	path_record(connection);
	end_count(connection, why);
	tcp_table_remove(table_of(connection), &connection->entry);
	tcp_stream_end(&connection->stream);
	LIST_REMOVE(connection, link);
	uv_close((uv_handle_t *)&connection->poll, connection_closed);
	close(connection->fd);
}

/* --- Queries and answers --- */

struct conversation { /* one turn of one connection */
	struct connection *connection;
	const struct service_view *view;
	uint64_t now_us;
};

static void conversation_tap(const struct conversation *turn, struct span query, struct span response, uint64_t end_us)
{
	const struct connection *connection = turn->connection;
	const struct tapped tapped = {.client = &connection->client,
	                              .server = connection->server,
	                              .port = connection->port,
	                              .transport = TRANSPORT_TCP,
	                              .query_us = turn->now_us,
	                              .response_us = end_us,
	                              .query = query,
	                              .response = response};
	tapping_client(connection->worker, connection->service, turn->view, &tapped);
}

static size_t message_answer(void *owner, struct span message, struct writer *out)
{
	struct conversation *turn = owner;
	struct connection *connection = turn->connection;
	struct worker *worker = connection->worker;
	struct auth_request request = {.message = message,
	                               .transport = TRANSPORT_TCP,
	                               .client = connection->client.addr,
	                               .now_s = turn->now_us / 1000000};
	struct query_event event;
	/* After the reading: who asks because another family has shown a new version is shown no older one. */
	turn->view = service_view(connection->service);
	size_t size = outgoing_begin(connection, turn->view, message, turn->now_us, out, &event);
	if (size == 0)
		size = auth_answer(&turn->view->options, turn->view->zones, &request, worker->scratch, out, &event);
	uint64_t end_us = clock_wall_us();
	event.wall_us = turn->now_us;
	event.duration_us = end_us > turn->now_us ? (uint32_t)(end_us - turn->now_us) : 0;
	event.client = connection->client;
	event.server = connection->server;
	event.transport = TRANSPORT_TCP;
	conversation_tap(turn, message, span_of(out->data, size), end_us);
	turn->now_us = end_us;
	worker_account(worker, connection->service, turn->view, &event);
	return size;
}

/* Role resolver: what is known at once, or nothing yet. */
static size_t message_resolve(void *owner, struct span message, struct writer *out)
{
	struct conversation *turn = owner;
	struct connection *connection = turn->connection;
	struct drive *drive = drive_of(connection->service, connection->worker);
	struct drive_question question = {.request = {.message = message,
	                                              .transport = TRANSPORT_TCP,
	                                              .client = connection->client},
	                                  .connection = connection,
	                                  .server = connection->server,
	                                  .begin_wall_us = turn->now_us};
	struct query_event event = {.ede = -1};
	enum resolver_taken taken = drive_query(drive, drive_now(), &question, out, &event);
	if (taken == RESOLVER_WAITING) {
		conversation_tap(turn, message, (struct span){0}, 0);
		connection->waiting_count++;
		connection->stream.is_held = connection->waiting_count >= WAITING_MAX;
		return 0;
	}
	uint64_t end_us = clock_wall_us();
	event.wall_us = turn->now_us;
	event.duration_us = end_us > turn->now_us ? (uint32_t)(end_us - turn->now_us) : 0;
	event.client = connection->client;
	event.server = connection->server;
	event.transport = TRANSPORT_TCP;
	event.size = taken == RESOLVER_ANSWERED ? (uint32_t)out->size : 0;
	conversation_tap(turn, message, span_of(out->data, event.size), end_us);
	turn->now_us = end_us;
	drive_account(drive, &event);
	return event.size;
}

static ssize_t octets_send(void *owner, struct span octets)
{
	struct conversation *turn = owner;
	for (;;) {
		ssize_t sent = send(turn->connection->fd, octets.data, octets.size, MSG_NOSIGNAL | MSG_DONTWAIT);
		if (sent >= 0)
			return sent;
		if (errno == EAGAIN)
			return 0;
		if (errno != EINTR)
			return -errno;
	}
}

static struct tcp_port port_of(struct conversation *turn)
{
	bool is_resolver = turn->connection->service->recursion != NULL;
	return (struct tcp_port){
		.owner = turn, .answer = is_resolver ? message_resolve : message_answer, .send = octets_send};
}

/* One read and all it asks. ERR_NOT_FOUND: the client has closed its side. */
static int connection_read(struct connection *connection, struct tcp_scratch *scratch, const struct tcp_port *port)
{
	size_t room;
	uint8_t *at = tcp_stream_room(&connection->stream, scratch, &room);
	if (at == NULL)
		return -ENOMEM;
	ssize_t got = recv(connection->fd, at, room, MSG_DONTWAIT);
	if (got < 0)
		return errno == EAGAIN || errno == EINTR ? ERR_OK : -errno;
	if (got == 0)
		return ERR_NOT_FOUND;
	return tcp_stream_feed(&connection->stream, scratch, port, (size_t)got);
}

/*
 * Activity is a whole query that came, or answers that went whole: octets that drip in either direction are none, so a
 * slow client has the idle timeout for each step, and the total one for all.
 */
static int connection_turn(struct connection *connection)
{
	struct worker *worker = connection->worker;
	struct conversation turn = {
		.connection = connection, .view = service_view(connection->service), .now_us = clock_wall_us()};
	const struct tcp_port port = port_of(&turn);
	bool was_blocked = tcp_stream_is_blocked(&connection->stream), was_sending = connection->outgoing != NULL;
	uint32_t messages = connection->stream.message_count;
	int rc = ERR_OK;
	if (was_blocked)
		rc = tcp_stream_drain(&connection->stream, worker->tcp, &port);
	else if (!was_sending)
		rc = connection_read(connection, worker->tcp, &port);
	if (rc == ERR_OK && connection->stream.is_held && connection->waiting_count == 0)
		rc = outgoing_go_on(connection, &port);
	if (rc != ERR_OK)
		return rc;
	bool is_blocked = tcp_stream_is_blocked(&connection->stream);
	if (!is_blocked && (was_blocked || was_sending || connection->stream.message_count != messages))
		tcp_table_touch(table_of(connection), &connection->entry, uv_now(&worker->loop));
	return ERR_OK;
}

static void connection_ready(uv_poll_t *poll, int status, int events);

/* A client that does not take its answers, or waits for very many, is not read from: that bounds what it costs us. */
static void connection_watch(struct connection *connection)
{
	int events = UV_READABLE;
	if (tcp_stream_is_blocked(&connection->stream) || connection->outgoing != NULL)
		events = UV_WRITABLE;
	else if (connection->stream.is_held || connection->is_ending)
		events = 0;
	if (events == connection->events)
		return;
	connection->events = events;
	if (events == 0)
		uv_poll_stop(&connection->poll);
	else
		uv_poll_start(&connection->poll, events, connection_ready);
}

/* The client has closed its side, and has all it asked for. */
static bool is_over(const struct connection *connection)
{
	return connection->is_ending && connection->waiting_count == 0 && connection->outgoing == NULL &&
	       !tcp_stream_is_blocked(&connection->stream);
}

/* What a turn came to. The connection may be closed afterwards. */
static void connection_settle(struct connection *connection, int rc)
{
	if (rc == ERR_NOT_FOUND) {
		connection->is_ending = true;
		rc = ERR_OK;
	}
	if (rc != ERR_OK)
		connection_close(connection, TCP_END_ERROR);
	else if (is_over(connection))
		connection_close(connection, TCP_END_CLIENT);
	else
		connection_watch(connection);
}

static void connection_ready(uv_poll_t *poll, int status, int events)
{
	(void)events;
	struct connection *connection = poll->data;
	struct drive *drive = drive_of(connection->service, connection->worker);
	worker_enter(connection->worker);
	connection_settle(connection, status < 0 ? status : connection_turn(connection));
	if (drive != NULL)
		drive_turn(drive); /* last: it may answer on this very connection, and end it */
}

static int late_answer(struct connection *connection, const struct tcp_port *port, struct span message)
{
	struct tcp_scratch *scratch = connection->worker->tcp;
	int rc = message.size > 0 ? tcp_stream_append(&connection->stream, port, scratch, message) : ERR_OK;
	if (rc != ERR_OK || !connection->stream.is_held || connection->waiting_count > WAITING_MAX / 2)
		return rc;
	connection->stream.is_held = false;
	return tcp_stream_resume(&connection->stream, scratch, port);
}

void tcp_answer_late(struct connection *connection, struct span message)
{
	struct conversation turn = {
		.connection = connection, .view = service_view(connection->service), .now_us = clock_wall_us()};
	const struct tcp_port port = port_of(&turn);
	connection->waiting_count--;
	int rc = late_answer(connection, &port, message);
	if (rc == ERR_OK && !tcp_stream_is_blocked(&connection->stream))
		tcp_table_touch(table_of(connection), &connection->entry, uv_now(&connection->worker->loop));
	connection_settle(connection, rc);
}

/* --- The start of a connection --- */

static struct connection *connection_take(struct worker *worker)
{
	struct connection *connection = LIST_FIRST(&worker->unused);
	if (connection != NULL)
		LIST_REMOVE(connection, link);
	else
		connection = malloc(sizeof(*connection));
	return connection;
}

static struct ip_addr asked_address(const struct listener_part *part, int fd)
{
	struct sockaddr_storage name;
	socklen_t size = sizeof(name);
	struct ip_endpoint endpoint;
	if (!ip_addr_is_any(&part->bound) || getsockname(fd, (struct sockaddr *)&name, &size) != 0 ||
	    ip_endpoint_from_sockaddr((struct sockaddr *)&name, &endpoint) != ERR_OK)
		return part->bound;
	return endpoint.addr;
}

static int connection_start(struct listener_part *part, int fd, const struct ip_endpoint *client)
{
	struct worker *worker = part->worker;
	struct tcp_table *table = service_of_worker(part->service, worker)->connections;
	tcp_table_set_limits(table, &service_view(part->service)->tcp_limits);
	struct tcp_entry *victim = tcp_table_victim(table, &client->addr);
	if (victim != NULL)
		connection_close(CONNECTION_OF(victim), TCP_END_EVICTED);
	struct connection *connection = connection_take(worker);
	if (connection == NULL)
		return -ENOMEM;
	*connection = (struct connection){
		.worker = worker, .part = part, .service = part->service, .fd = fd, .client = *client};
	connection->server = asked_address(part, fd);
	connection->port = part->port;
	int rc = tcp_table_add(table, &client->addr, uv_now(&worker->loop), &connection->entry);
	if (rc == ERR_OK && uv_poll_init(&worker->loop, &connection->poll, fd) != 0) {
		tcp_table_remove(table, &connection->entry);
		rc = -ENOMEM;
	}
	if (rc != ERR_OK) {
		LIST_INSERT_HEAD(&worker->unused, connection, link);
		return rc;
	}
	connection->poll.data = connection;
	LIST_INSERT_HEAD(&worker->connections, connection, link);
	count(connection, COUNTER_TCP_OPENED);
	connection_watch(connection);
	worker_tick_start(worker);
	return ERR_OK;
}

/* The next client; when the process has no descriptor left, the connection idle longest makes room. */
static int client_accept(struct listener_part *part, struct ip_endpoint *ret_client)
{
	struct sockaddr_storage name;
	socklen_t size = sizeof(name);
	int fd = accept4(part->tcp_fd, (struct sockaddr *)&name, &size, SOCK_NONBLOCK | SOCK_CLOEXEC);
	if (fd < 0 && (errno == EMFILE || errno == ENFILE)) {
		struct tcp_entry *oldest = tcp_table_oldest(service_of_worker(part->service, part->worker)->connections);
		if (oldest == NULL)
			return -1;
		connection_close(CONNECTION_OF(oldest), TCP_END_EVICTED);
		size = sizeof(name);
		fd = accept4(part->tcp_fd, (struct sockaddr *)&name, &size, SOCK_NONBLOCK | SOCK_CLOEXEC);
	}
	if (fd >= 0 && ip_endpoint_from_sockaddr((struct sockaddr *)&name, ret_client) != ERR_OK) {
		close(fd);
		return -1;
	}
	return fd;
}

void tcp_accept(uv_poll_t *poll, int status, int events)
{
	(void)events;
	struct listener_part *part = poll->data;
	if (status < 0)
		uv_poll_start(poll, UV_READABLE, tcp_accept);
	worker_enter(part->worker);
	for (unsigned i = 0; i < ACCEPTS_MAX; i++) {
		struct ip_endpoint client;
		int fd = client_accept(part, &client);
		if (fd < 0)
			return;
		if (connection_start(part, fd, &client) == ERR_OK)
			continue;
		close(fd);
		counters_event(&service_of_worker(part->service, part->worker)->counters, client.addr.family,
		               COUNTER_TCP_REFUSED);
	}
}

/* --- Time and the end of the service --- */

void tcp_expire(struct worker *worker, uint64_t now_ms)
{
	struct listener_part *part;
	LIST_FOREACH(part, &worker->parts, link) {
		struct tcp_table *table = service_of_worker(part->service, worker)->connections;
		struct tcp_entry *entry;
		enum tcp_end why;
		tcp_table_set_limits(table, &service_view(part->service)->tcp_limits); /* a reload may have changed them */
		while ((entry = tcp_table_overdue(table, now_ms, &why)) != NULL) {
			/* RFC 7766 6.2.3: a connection with questions under way is not idle. They end within seconds. */
			if (why == TCP_END_IDLE && CONNECTION_OF(entry)->waiting_count > 0)
				tcp_table_touch(table, entry, now_ms);
			else
				connection_close(CONNECTION_OF(entry), why);
		}
	}
}

void tcp_end_all(struct worker *worker, const struct listener_part *part, enum tcp_end why)
{
	struct connection *next;
	for (struct connection *at = LIST_FIRST(&worker->connections); at != NULL; at = next) {
		next = LIST_NEXT(at, link);
		if (part == NULL || at->part == part)
			connection_close(at, why);
	}
}

void tcp_finish(struct worker *worker)
{
	struct connection *next;
	for (struct connection *at = LIST_FIRST(&worker->connections); at != NULL; at = next) {
		next = LIST_NEXT(at, link);
		int rc = connection_turn(at);
		at->is_ending = true;
		if ((rc != ERR_OK && rc != ERR_NOT_FOUND) || is_over(at))
			connection_close(at, TCP_END_STOP);
		else
			connection_watch(at);
	}
}
