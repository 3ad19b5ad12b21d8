/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/tail/tap_listener.h"

#include "base/clock.h"
#include "ip/addr.h"
#include "net/frame_stream.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define PORT_USUAL 6000
#define BACKLOG 128
#define FRAMES_IN_A_ROW 64 /* of one sender, before the next has its turn */

struct sender {
	int fd; /* -1: free */
	struct frame_peer *peer;
	uint64_t since_us;
};

struct tap_listener {
	const char *source; /* the caller's */
	bool is_followed;
	int fd, epoll;
	struct sockaddr_storage address;
	socklen_t address_size;
	struct sender senders[TAP_SENDERS_MAX];
	unsigned now, in_a_row; /* whose turn it is, and since when */
	uint64_t accepted, refused; /* ever */
	unsigned open;
	char trouble[128]; /* of the first that was sent away */
};

bool tap_listener_is_meant(const char *source)
{
	return strncmp(source, "dnstap:", 7) == 0;
}

/* --- The socket --- */

static int address_read(const char *source, struct sockaddr_storage *ret, socklen_t *ret_size)
{
	const char *rest = source + 7;
	struct sockaddr_un *local = (struct sockaddr_un *)ret;
	struct ip_endpoint endpoint;
	memset(ret, 0, sizeof(*ret));
	if (strncmp(rest, "unix:", 5) == 0 && rest[5] != '\0' && strlen(rest + 5) < sizeof(local->sun_path)) {
		local->sun_family = AF_UNIX;
		strcpy(local->sun_path, rest + 5);
		*ret_size = sizeof(*local);
		return ERR_OK;
	}
	if (strncmp(rest, "tcp:", 4) != 0 || ip_endpoint_from_text(rest + 4, PORT_USUAL, &endpoint) != ERR_OK)
		return ERR_SYNTAX;
	*ret_size = ip_endpoint_to_sockaddr(&endpoint, ret);
	return ERR_OK;
}

/* A Unix socket stays when its listener has died; then nobody can be reached at it. */
static bool is_left_over(const struct sockaddr_storage *address, socklen_t size)
{
	if (address->ss_family != AF_UNIX)
		return false;
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	bool is_dead = fd >= 0 && connect(fd, (const struct sockaddr *)address, size) != 0 && errno == ECONNREFUSED;
	if (fd >= 0)
		close(fd);
	return is_dead;
}

static int socket_bind(struct tap_listener *listener)
{
	static const int on = 1;
	const struct sockaddr *address = (const struct sockaddr *)&listener->address;
	if (address->sa_family != AF_UNIX)
		setsockopt(listener->fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (address->sa_family == AF_INET6)
		setsockopt(listener->fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on));
	if (bind(listener->fd, address, listener->address_size) != 0) {
		if (errno != EADDRINUSE || !is_left_over(&listener->address, listener->address_size))
			return -errno;
		unlink(((const struct sockaddr_un *)address)->sun_path);
		if (bind(listener->fd, address, listener->address_size) != 0)
			return -errno;
	}
	return listen(listener->fd, BACKLOG) == 0 ? ERR_OK : -errno;
}

static int watch(struct tap_listener *listener, int fd)
{
	struct epoll_event event = {.events = EPOLLIN};
	return epoll_ctl(listener->epoll, EPOLL_CTL_ADD, fd, &event) == 0 ? ERR_OK : -errno;
}

static int listener_start(struct tap_listener *listener)
{
	listener->epoll = epoll_create1(EPOLL_CLOEXEC);
	listener->fd = socket(listener->address.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (listener->epoll < 0 || listener->fd < 0)
		return -errno;
	int rc = socket_bind(listener);
	if (rc != ERR_OK) {
		listener->address.ss_family = AF_UNSPEC; /* what is there belongs to another */
		return rc;
	}
	return watch(listener, listener->fd);
}

int tap_listener_open(const char *source, bool is_followed, struct tap_listener **ret)
{
	struct tap_listener *listener = calloc(1, sizeof(*listener));
	if (listener == NULL)
		return -ENOMEM;
	listener->source = source;
	listener->is_followed = is_followed;
	listener->fd = listener->epoll = -1;
	for (unsigned i = 0; i < TAP_SENDERS_MAX; i++)
		listener->senders[i].fd = -1;
	int rc = address_read(source, &listener->address, &listener->address_size);
	if (rc == ERR_OK)
		rc = listener_start(listener);
	if (rc != ERR_OK) {
		tap_listener_close(listener);
		return rc;
	}
	*ret = listener;
	return ERR_OK;
}

static void sender_end(struct tap_listener *listener, struct sender *sender)
{
	close(sender->fd); /* epoll forgets it */
	frame_peer_free(sender->peer);
	sender->fd = -1;
	sender->peer = NULL;
	listener->open--;
}

void tap_listener_close(struct tap_listener *listener)
{
	if (listener == NULL)
		return;
	for (unsigned i = 0; i < TAP_SENDERS_MAX; i++) {
		if (listener->senders[i].fd >= 0)
			sender_end(listener, &listener->senders[i]);
	}
	if (listener->fd >= 0) {
		close(listener->fd);
		if (listener->address.ss_family == AF_UNIX)
			unlink(((struct sockaddr_un *)&listener->address)->sun_path);
	}
	if (listener->epoll >= 0)
		close(listener->epoll);
	free(listener);
}

const char *tap_listener_source(const struct tap_listener *listener)
{
	return listener->source;
}

int tap_listener_descriptor(const struct tap_listener *listener)
{
	return listener->epoll;
}

/* --- Senders --- */

static void refuse(struct tap_listener *listener, struct sender *sender, const char *why)
{
	if (listener->refused++ == 0)
		snprintf(listener->trouble, sizeof(listener->trouble), "%s", why);
	if (sender != NULL)
		sender_end(listener, sender);
}

static struct sender *sender_free_one(struct tap_listener *listener)
{
	for (unsigned i = 0; i < TAP_SENDERS_MAX; i++) {
		if (listener->senders[i].fd < 0)
			return &listener->senders[i];
	}
	return NULL;
}

static void senders_accept(struct tap_listener *listener)
{
	int fd;
	while ((fd = accept4(listener->fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK)) >= 0) {
		struct sender *sender = sender_free_one(listener);
		struct frame_peer *peer = sender != NULL ? frame_peer_new() : NULL;
		if (peer == NULL || watch(listener, fd) != ERR_OK) {
			frame_peer_free(peer);
			close(fd);
			refuse(listener, NULL, "more than 64 senders at once");
			continue;
		}
		*sender = (struct sender){.fd = fd, .peer = peer, .since_us = clock_monotonic_us()};
		listener->accepted++;
		listener->open++;
	}
}

/* False: nothing has come, or the sender is gone. */
static bool sender_read(struct tap_listener *listener, struct sender *sender)
{
	size_t room;
	uint8_t *at = frame_peer_room(sender->peer, &room);
	ssize_t got = at != NULL ? recv(sender->fd, at, room, MSG_DONTWAIT) : 0;
	if (got > 0) {
		frame_peer_filled(sender->peer, (size_t)got);
		return true;
	}
	if (got < 0 && (errno == EAGAIN || errno == EINTR)) {
		if (!frame_peer_has_started(sender->peer) &&
		    clock_monotonic_us() - sender->since_us > TAP_HANDSHAKE_MS * 1000ull)
			refuse(listener, sender, "no START came");
		return false;
	}
	sender_end(listener, sender);
	return false;
}

/* A sender that does not take what it is told is none; its socket has room for so little. */
static bool reply_send(struct sender *sender)
{
	struct span reply = frame_peer_reply(sender->peer);
	return reply.size > 0 && send(sender->fd, reply.data, reply.size, MSG_NOSIGNAL | MSG_DONTWAIT) == (ssize_t)reply.size;
}

/* Its next frame, as far as it has sent one. */
static bool sender_frame(struct tap_listener *listener, struct sender *sender, struct span *ret)
{
	while (sender->fd >= 0) {
		enum frame_next next = frame_peer_next(sender->peer, ret);
		bool has_replied = reply_send(sender);
		if (next == FRAME_DATA)
			return true;
		if (next == FRAME_ENDED)
			sender_end(listener, sender);
		else if (next == FRAME_BROKEN)
			refuse(listener, sender, frame_peer_trouble(sender->peer));
		else if (!has_replied && !sender_read(listener, sender))
			return false;
	}
	return false;
}

/* Whose turn it is, and then the others. */
static bool any_frame(struct tap_listener *listener, struct span *ret)
{
	if (listener->in_a_row == 0)
		senders_accept(listener);
	if (listener->in_a_row >= FRAMES_IN_A_ROW) {
		listener->now = (listener->now + 1) % TAP_SENDERS_MAX;
		listener->in_a_row = 0;
	}
	for (unsigned i = 0; i < TAP_SENDERS_MAX; i++) {
		if (sender_frame(listener, &listener->senders[listener->now], ret)) {
			listener->in_a_row++;
			return true;
		}
		listener->now = (listener->now + 1) % TAP_SENDERS_MAX;
		listener->in_a_row = 0;
	}
	return false;
}

enum log_line tap_listener_frame(struct tap_listener *listener, struct span *ret)
{
	while (!any_frame(listener, ret)) {
		struct epoll_event event;
		if (listener->is_followed)
			return LOG_NONE;
		if (listener->accepted > 0 && listener->open == 0)
			return LOG_END;
		(void)epoll_wait(listener->epoll, &event, 1, TAP_HANDSHAKE_MS);
	}
	return LOG_FRAME;
}

void tap_listener_report(const struct tap_listener *listener, struct text *out)
{
	if (listener->refused == 0)
		return;
	text_addf(out, "%s: %llu of %llu connections were sent away, the first because of: %s\n", listener->source,
	          (unsigned long long)listener->refused, (unsigned long long)(listener->accepted + listener->refused),
	          listener->trouble);
}
