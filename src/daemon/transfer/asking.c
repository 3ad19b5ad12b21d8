/* SPDX-License-Identifier: BSD-2-Clause */
#include "daemon/transfer/asking.h"

#include "net/framing.h"
#include "transfer/limits.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define REQUEST_MAX 1024
#define REASON_MAX 160
#define READS_A_TURN 16 /* the loop has others to look after */

struct asking {
	struct asking_options options;
	uv_poll_t poll;
	uv_timer_t timer, total;
	int fd;
	bool is_stopped;
	int error;        /* of the start, told later */
	unsigned handles; /* that the loop still has */
	unsigned tries;   /* UDP: datagrams sent */
	bool is_connected, has_answer;
	size_t sent;     /* TCP: octets of the request with its length */
	uint64_t window; /* octets since the timer fired */
	size_t filled;   /* octets in the buffer */
	size_t request_size;
	uint8_t request[FRAMING_PREFIX_SIZE + REQUEST_MAX];
	uint8_t buffer[FRAMING_MAX];
};

static void handle_closed(uv_handle_t *handle)
{
	struct asking *asking = handle->data;
	if (--asking->handles == 0)
		free(asking);
}

void asking_stop(struct asking *asking)
{
	if (asking == NULL || asking->is_stopped)
		return;
	asking->is_stopped = true;
	uv_poll_stop(&asking->poll);
	uv_close((uv_handle_t *)&asking->timer, handle_closed);
	uv_close((uv_handle_t *)&asking->total, handle_closed);
	uv_close((uv_handle_t *)&asking->poll, handle_closed);
	close(asking->fd);
}

static void __attribute__((format(printf, 2, 3))) fail(struct asking *asking, const char *format, ...)
{
	char reason[REASON_MAX];
	va_list values;
	va_start(values, format);
	vsnprintf(reason, sizeof(reason), format, values);
	va_end(values);
	uv_poll_stop(&asking->poll);
	uv_timer_stop(&asking->timer);
	uv_timer_stop(&asking->total);
	asking->options.failed(asking->options.owner, reason, !asking->has_answer);
}

static void fail_errno(struct asking *asking, int error)
{
	fail(asking, "%s", err_text(-error));
}

/* --- UDP --- */

/* A datagram that cannot be sent now is as good as lost; a network that is not there is an error, the errno. */
static int datagram_send(struct asking *asking)
{
	ssize_t sent = send(asking->fd, asking->request + FRAMING_PREFIX_SIZE, asking->request_size, MSG_NOSIGNAL);
	asking->tries++;
	return sent < 0 && errno != EAGAIN && errno != ENOBUFS ? errno : 0;
}

static void datagram_wait_over(uv_timer_t *timer)
{
	struct asking *asking = timer->data;
	int error = asking->tries < INCOMING_UDP_TRIES ? datagram_send(asking) : ETIMEDOUT;
	if (error == ETIMEDOUT)
		fail(asking, "it did not answer over UDP");
	else if (error != 0)
		fail_errno(asking, error);
}

static void datagram_take(uv_poll_t *poll, int status, int events)
{
	struct asking *asking = poll->data;
	(void)status;
	(void)events;
	for (unsigned i = 0; i < READS_A_TURN && !asking->is_stopped; i++) {
		ssize_t got = recv(asking->fd, asking->buffer, sizeof(asking->buffer), 0);
		if (got < 0 && (errno == EAGAIN || errno == EINTR))
			return;
		if (got < 0) {
			fail_errno(asking, errno); /* a port or host unreachable came back */
			return;
		}
		asking->has_answer = true;
		asking->options.message(asking->options.owner, span_of(asking->buffer, (size_t)got));
	}
}

/* --- TCP --- */

static void stream_watch(struct asking *asking, int events);

static void total_over(uv_timer_t *timer)
{
	struct asking *asking = timer->data;
	fail(asking, "it was not done after %u s", asking->options.total_ms / 1000);
}

static void window_over(uv_timer_t *timer)
{
	struct asking *asking = timer->data;
	if (!asking->is_connected)
		fail(asking, "it did not take the connection");
	else if (asking->window == 0)
		fail(asking, "it has sent nothing for %.1f s", (double)asking->options.idle_ms / 1000);
	else if (asking->window < INCOMING_SLOW_OCTETS)
		fail(asking, "it has sent no more than %u octets in %.1f s", (unsigned)asking->window,
		     (double)asking->options.idle_ms / 1000);
	asking->window = 0;
}

static void request_send(struct asking *asking)
{
	size_t size = FRAMING_PREFIX_SIZE + asking->request_size;
	ssize_t sent = send(asking->fd, asking->request + asking->sent, size - asking->sent, MSG_NOSIGNAL);
	if (sent < 0 && errno != EAGAIN && errno != EINTR) {
		fail_errno(asking, errno);
		return;
	}
	asking->sent += sent > 0 ? (size_t)sent : 0;
	stream_watch(asking, asking->sent < size ? UV_WRITABLE : UV_READABLE);
}

static void connected(struct asking *asking)
{
	int pending = 0;
	socklen_t size = sizeof(pending);
	if (getsockopt(asking->fd, SOL_SOCKET, SO_ERROR, &pending, &size) != 0)
		pending = errno;
	if (pending != 0) {
		fail_errno(asking, pending);
		return;
	}
	asking->is_connected = true;
	uv_timer_start(&asking->timer, window_over, asking->options.idle_ms, asking->options.idle_ms);
	uv_timer_start(&asking->total, total_over, asking->options.total_ms, 0);
	request_send(asking);
}

static void messages_take(struct asking *asking)
{
	struct span stream = span_of(asking->buffer, asking->filled), message;
	while (!asking->is_stopped && framing_take(&stream, &message)) {
		asking->has_answer = true;
		asking->options.message(asking->options.owner, message);
	}
	if (asking->is_stopped)
		return;
	memmove(asking->buffer, stream.data, stream.size);
	asking->filled = stream.size;
}

static void stream_read(struct asking *asking)
{
	for (unsigned i = 0; i < READS_A_TURN && !asking->is_stopped; i++) {
		ssize_t got =
			recv(asking->fd, asking->buffer + asking->filled, sizeof(asking->buffer) - asking->filled, 0);
		if (got < 0 && (errno == EAGAIN || errno == EINTR))
			return;
		if (got < 0) {
			fail_errno(asking, errno);
			return;
		}
		if (got == 0) {
			fail(asking, asking->has_answer ? "it closed the connection before the end"
							: "it closed the connection");
			return;
		}
		asking->window += (uint64_t)got;
		asking->filled += (size_t)got;
		messages_take(asking);
	}
}

static void stream_take(uv_poll_t *poll, int status, int events)
{
	struct asking *asking = poll->data;
	(void)events;
	if (!asking->is_connected)
		connected(asking);
	else if (status < 0)
		fail_errno(asking, -status);
	else if (asking->sent < FRAMING_PREFIX_SIZE + asking->request_size)
		request_send(asking);
	else
		stream_read(asking);
}

static void stream_watch(struct asking *asking, int events)
{
	uv_poll_start(&asking->poll, events, stream_take);
}

/* --- Both --- */

/* Errors of the network come later, in a turn of the loop, so that nothing is told inside the start. */
static void start_failed(uv_timer_t *timer)
{
	struct asking *asking = timer->data;
	fail_errno(asking, asking->error);
}

static void begin(struct asking *asking)
{
	struct sockaddr_storage address;
	socklen_t size = ip_endpoint_to_sockaddr(&asking->options.server, &address);
	/* Connected, so that the kernel drops what others send, and tells what comes back by ICMP. */
	if (connect(asking->fd, (const struct sockaddr *)&address, size) != 0 && errno != EINPROGRESS)
		asking->error = errno;
	else if (!asking->options.is_tcp)
		asking->error = datagram_send(asking);
	if (asking->error != 0) {
		uv_timer_start(&asking->timer, start_failed, 0, 0);
	} else if (asking->options.is_tcp) {
		uv_timer_start(&asking->timer, window_over, INCOMING_CONNECT_MS, 0);
		stream_watch(asking, UV_WRITABLE);
	} else {
		uv_timer_start(&asking->timer, datagram_wait_over, INCOMING_UDP_WAIT_MS, INCOMING_UDP_WAIT_MS);
		uv_poll_start(&asking->poll, UV_READABLE, datagram_take);
	}
}

int asking_start(const struct asking_options *options, struct asking **ret)
{
	struct sockaddr_storage address;
	ip_endpoint_to_sockaddr(&options->server, &address);
	if (options->request.size > REQUEST_MAX)
		return ERR_LIMIT;
	struct asking *asking = calloc(1, sizeof(*asking));
	if (asking == NULL)
		return -ENOMEM;
	asking->options = *options;
	asking->options.request = span_of(NULL, 0);
	asking->request_size = options->request.size;
	asking->request[0] = (uint8_t)(options->request.size >> 8);
	asking->request[1] = (uint8_t)options->request.size;
	memcpy(asking->request + FRAMING_PREFIX_SIZE, options->request.data, options->request.size);
	asking->fd = socket(address.ss_family,
			    (options->is_tcp ? SOCK_STREAM : SOCK_DGRAM) | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	int rc = asking->fd < 0 ? -errno : uv_poll_init(options->loop, &asking->poll, asking->fd);
	if (rc != ERR_OK) {
		if (asking->fd >= 0)
			close(asking->fd);
		free(asking);
		return rc;
	}
	uv_timer_init(options->loop, &asking->timer);
	uv_timer_init(options->loop, &asking->total);
	asking->poll.data = asking->timer.data = asking->total.data = asking;
	asking->handles = 3;
	begin(asking);
	*ret = asking;
	return ERR_OK;
}
