/* SPDX-License-Identifier: BSD-2-Clause */
#include "telemetry/dnstap/sender.h"

#include "net/frame_stream.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define HANDSHAKE_US 5000000ull /* until the collector has said ACCEPT */
#define RETRY_FIRST_US 500000ull
#define RETRY_MOST_US 10000000ull
#define IN_MAX (8 + FRAME_CONTROL_MAX)

enum sender_state {
	SENDER_IDLE,       /* until retry_us */
	SENDER_CONNECTING,
	SENDER_GREETING,   /* READY is on its way, ACCEPT has not come */
	SENDER_STREAMING,
	SENDER_FINISHING,  /* STOP is on its way, FINISH has not come */
	SENDER_FINISHED
};

struct sender {
	struct sockaddr_storage address;
	socklen_t address_size;
	char text[SENDER_PATH_MAX + 16];
	struct log *log;
	enum sender_state state;
	int fd;
	uint64_t retry_us, retry_wait_us, deadline_us;
	uint64_t streaming_us; /* since then; 0: it is not */
	int told_error; /* the last failure that was logged: once is enough */
	uint8_t in[IN_MAX];
	size_t in_size;
	size_t out_start, out_size;
	uint64_t waiting; /* frames in out */
	_Atomic uint64_t frames, lost, connections;
	atomic_bool is_connected;
	uint8_t out[SENDER_ROOM];
};

int sender_new(const struct sender_options *options, struct sender **ret)
{
	struct sender *sender = calloc(1, sizeof(*sender));
	if (sender == NULL)
		return -ENOMEM;
	sender->fd = -1;
	sender->log = options->log;
	sender->retry_wait_us = RETRY_FIRST_US;
	if (options->path != NULL) {
		struct sockaddr_un *local = (struct sockaddr_un *)&sender->address;
		if (strlen(options->path) >= sizeof(local->sun_path)) {
			free(sender);
			return -ENAMETOOLONG;
		}
		local->sun_family = AF_UNIX;
		strcpy(local->sun_path, options->path);
		sender->address_size = sizeof(*local);
		snprintf(sender->text, sizeof(sender->text), "unix:%s", options->path);
	} else {
		char peer[IP_ENDPOINT_TEXT_MAX];
		ip_endpoint_to_text(&options->peer, peer);
		sender->address_size = ip_endpoint_to_sockaddr(&options->peer, &sender->address);
		snprintf(sender->text, sizeof(sender->text), "tcp:%s", peer);
	}
	*ret = sender;
	return ERR_OK;
}

void sender_free(struct sender *sender)
{
	if (sender == NULL)
		return;
	if (sender->fd >= 0)
		close(sender->fd);
	free(sender);
}

const char *sender_text(const struct sender *sender)
{
	return sender->text;
}

struct sender_view sender_view(const struct sender *sender)
{
	return (struct sender_view){.is_connected = atomic_load(&sender->is_connected),
	                            .frames = atomic_load(&sender->frames),
	                            .lost = atomic_load(&sender->lost),
	                            .connections = atomic_load(&sender->connections)};
}

/* --- The connection --- */

/* Told when it is news: a collector that is away for a day is one line. */
static void failure_tell(struct sender *sender, int error, const char *what)
{
	if (sender->told_error == error)
		return;
	sender->told_error = error;
	const struct log_field field = {.key = "peer", .text = sender->text};
	log_line(sender->log, LOG_LEVEL_WARNING, "dnstap", &field, 1,
	         "%s: %s%s%s; it is tried again, frames wait and then are dropped, answers do not wait", sender->text, what,
	         error > 0 ? ": " : "", error > 0 ? strerror(error) : "");
}

static void connection_end(struct sender *sender, uint64_t now_us, int error, const char *what)
{
	failure_tell(sender, error, what);
	if (sender->fd >= 0)
		close(sender->fd);
	sender->fd = -1;
	sender->state = SENDER_IDLE;
	atomic_store(&sender->is_connected, false);
	/* A frame that was half written cannot be gone on with over another connection. */
	atomic_fetch_add(&sender->lost, sender->waiting);
	sender->waiting = 0;
	sender->in_size = sender->out_start = sender->out_size = 0;
	sender->retry_us = now_us + sender->retry_wait_us;
	/* One that takes the handshake and goes away at once, again and again, is not waited for less each time. */
	if (sender->streaming_us != 0 && now_us - sender->streaming_us > RETRY_MOST_US)
		sender->retry_wait_us = RETRY_FIRST_US;
	else if (sender->retry_wait_us < RETRY_MOST_US)
		sender->retry_wait_us *= 2;
	sender->streaming_us = 0;
}

static void control_send(struct sender *sender, enum frame_control control)
{
	sender->out_size += frame_control_encode(control, sender->out + sender->out_size);
}

static void greet(struct sender *sender)
{
	sender->state = SENDER_GREETING;
	control_send(sender, FRAME_CONTROL_READY);
}

static void connection_begin(struct sender *sender, uint64_t now_us)
{
	sender->fd = socket(sender->address.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (sender->fd < 0) {
		connection_end(sender, now_us, errno, "cannot make a socket");
		return;
	}
	sender->deadline_us = now_us + HANDSHAKE_US;
	if (connect(sender->fd, (struct sockaddr *)&sender->address, sender->address_size) == 0)
		greet(sender);
	else if (errno == EINPROGRESS)
		sender->state = SENDER_CONNECTING;
	else
		connection_end(sender, now_us, errno, "cannot connect");
}

static void connection_judge(struct sender *sender, uint64_t now_us)
{
	struct pollfd poller = {.fd = sender->fd, .events = POLLOUT};
	int error = 0;
	socklen_t size = sizeof(error);
	if (poll(&poller, 1, 0) <= 0)
		return;
	if (getsockopt(sender->fd, SOL_SOCKET, SO_ERROR, &error, &size) != 0 || error != 0)
		connection_end(sender, now_us, error, "cannot connect");
	else
		greet(sender);
}

/* --- Octets out and in --- */

static void out_flush(struct sender *sender, uint64_t now_us)
{
	while (sender->out_start < sender->out_size) {
		ssize_t sent = send(sender->fd, sender->out + sender->out_start, sender->out_size - sender->out_start,
		                    MSG_NOSIGNAL | MSG_DONTWAIT);
		if (sent < 0 && errno == EINTR)
			continue;
		if (sent < 0 && errno == EAGAIN)
			return;
		if (sent < 0) {
			connection_end(sender, now_us, errno, "the connection was lost");
			return;
		}
		sender->out_start += (size_t)sent;
	}
	atomic_fetch_add(&sender->frames, sender->waiting);
	sender->waiting = 0;
	sender->out_start = sender->out_size = 0;
}

static void stream_begin(struct sender *sender, uint64_t now_us)
{
	const struct log_field field = {.key = "peer", .text = sender->text};
	control_send(sender, FRAME_CONTROL_START);
	sender->state = SENDER_STREAMING;
	sender->told_error = 0;
	sender->streaming_us = now_us;
	atomic_fetch_add(&sender->connections, 1);
	atomic_store(&sender->is_connected, true);
	log_line(sender->log, LOG_LEVEL_NOTICE, "dnstap", &field, 1, "%s takes dnstap", sender->text);
}

/* What came from the collector: ACCEPT, then FINISH, nothing else. False: that is no collector. */
static bool control_take(struct sender *sender, uint64_t now_us)
{
	struct span rest = span_of(sender->in, sender->in_size), payload;
	uint32_t escape, size;
	enum frame_control control;
	if (!span_take_u32(&rest, &escape) || !span_take_u32(&rest, &size))
		return true;
	if (escape != 0 || size > FRAME_CONTROL_MAX)
		return false;
	if (!span_take(&rest, size, &payload))
		return true;
	if (frame_control_decode(payload, &control) != ERR_OK)
		return false;
	memmove(sender->in, rest.data, rest.size);
	sender->in_size = rest.size;
	if (sender->state == SENDER_GREETING && control == FRAME_CONTROL_ACCEPT) {
		stream_begin(sender, now_us);
		return true;
	}
	if (sender->state != SENDER_FINISHING || control != FRAME_CONTROL_FINISH)
		return false;
	sender->state = SENDER_FINISHED;
	return true;
}

static void in_read(struct sender *sender, uint64_t now_us)
{
	ssize_t got = recv(sender->fd, sender->in + sender->in_size, sizeof(sender->in) - sender->in_size, MSG_DONTWAIT);
	if (got < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (got <= 0) {
		connection_end(sender, now_us, got < 0 ? errno : ECONNRESET, "the connection was lost");
		return;
	}
	sender->in_size += (size_t)got;
	if (!control_take(sender, now_us))
		connection_end(sender, now_us, -1, "what answers there is no collector of dnstap");
}

void sender_turn(struct sender *sender, uint64_t now_us)
{
	if (sender->state == SENDER_IDLE && now_us >= sender->retry_us)
		connection_begin(sender, now_us);
	if (sender->state == SENDER_CONNECTING)
		connection_judge(sender, now_us);
	if (sender->state >= SENDER_GREETING && sender->state != SENDER_FINISHED)
		in_read(sender, now_us);
	if (sender->state >= SENDER_GREETING && sender->state != SENDER_FINISHED)
		out_flush(sender, now_us);
	bool is_early = sender->state == SENDER_CONNECTING || sender->state == SENDER_GREETING;
	if (is_early && now_us > sender->deadline_us)
		connection_end(sender, now_us, ETIMEDOUT, "no handshake");
}

/* --- Frames --- */

bool sender_has_room(const struct sender *sender, size_t size)
{
	return sender->state == SENDER_STREAMING && sizeof(sender->out) - sender->out_size >= size + 4;
}

uint8_t *sender_reserve(struct sender *sender)
{
	return sender->out + sender->out_size + 4;
}

void sender_commit(struct sender *sender, size_t size)
{
	store_u32(sender->out + sender->out_size, (uint32_t)size);
	sender->out_size += size + 4;
	sender->waiting++;
}

bool sender_finish(struct sender *sender, uint64_t now_us)
{
	if (sender->state == SENDER_STREAMING && sizeof(sender->out) - sender->out_size >= FRAME_CONTROL_OCTETS) {
		control_send(sender, FRAME_CONTROL_STOP);
		sender->state = SENDER_FINISHING;
	}
	if (sender->state >= SENDER_STREAMING)
		sender_turn(sender, now_us);
	return sender->state < SENDER_STREAMING || sender->state == SENDER_FINISHED;
}

struct pollfd sender_poll(const struct sender *sender)
{
	bool has_output = sender->state == SENDER_CONNECTING || sender->out_start < sender->out_size;
	return (struct pollfd){.fd = sender->fd, .events = (short)(POLLIN | (has_output ? POLLOUT : 0))};
}
