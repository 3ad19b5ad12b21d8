/* SPDX-License-Identifier: BSD-2-Clause */
#include "control/control.h"

#include "base/clock.h"
#include "base/text.h"
#include "control/line.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define REPLY_MAX (64u << 20) /* octets; a daemon that sends more is no daemon of ours */

struct call {
	int fd;
	uint64_t deadline_us; /* monotonic */
};

/* Waits for the socket until the deadline. */
static int wait_for(const struct call *call, short what)
{
	for (;;) {
		uint64_t now_us = clock_monotonic_us();
		if (now_us >= call->deadline_us)
			return -ETIMEDOUT;
		struct pollfd poll_fd = {.fd = call->fd, .events = what};
		int ready = poll(&poll_fd, 1, (int)((call->deadline_us - now_us) / 1000) + 1);
		if (ready > 0)
			return ERR_OK;
		if (ready < 0 && errno != EINTR)
			return -errno;
	}
}

static int send_all(const struct call *call, const char *text, size_t size)
{
	while (size > 0) {
		ssize_t sent = send(call->fd, text, size, MSG_NOSIGNAL);
		if (sent > 0) {
			text += sent;
			size -= (size_t)sent;
			continue;
		}
		if (errno != EAGAIN && errno != EINTR)
			return -errno;
		int err = wait_for(call, POLLOUT);
		if (err != ERR_OK)
			return err;
	}
	return ERR_OK;
}

static int receive_line(const struct call *call, struct text *line)
{
	char buffer[16384];
	while (line->size <= REPLY_MAX && !line->is_failed) {
		ssize_t size = recv(call->fd, buffer, sizeof(buffer), 0);
		if (size == 0)
			return -ECONNRESET; /* the daemon ended, or turned us away */
		if (size > 0) {
			text_add_size(line, buffer, (size_t)size);
			if (buffer[size - 1] == '\n')
				return ERR_OK;
			continue;
		}
		if (errno != EAGAIN && errno != EINTR)
			return -errno;
		int err = wait_for(call, POLLIN);
		if (err != ERR_OK)
			return err;
	}
	return line->is_failed ? -ENOMEM : ERR_LIMIT;
}

static int exchange(const struct call *call, const json_t *request, json_t **ret_reply)
{
	size_t size;
	char *text = control_line_write(request, &size);
	if (text == NULL)
		return -ENOMEM;
	int err = send_all(call, text, size);
	free(text);
	struct text line = {0};
	if (err == ERR_OK)
		err = receive_line(call, &line);
	if (err == ERR_OK) {
		json_t *reply = json_loadb(text_string(&line), line.size, 0, NULL);
		if (json_is_object(reply)) {
			*ret_reply = reply;
		} else {
			json_decref(reply);
			err = ERR_SYNTAX;
		}
	}
	text_free(&line);
	return err;
}

int control_call(const char *path, const json_t *request, unsigned timeout_ms, json_t **ret_reply)
{
	struct sockaddr_un address;
	int err = control_address(path, &address);
	if (err != ERR_OK)
		return err;
	struct call call = {.fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0),
			    .deadline_us = clock_monotonic_us() + (uint64_t)timeout_ms * 1000};
	if (call.fd < 0)
		return -errno;
	if (connect(call.fd, (struct sockaddr *)&address, sizeof(address)) != 0)
		err = -errno;
	else
		err = exchange(&call, request, ret_reply);
	close(call.fd);
	return err;
}
