/* SPDX-License-Identifier: BSD-2-Clause */
#include "net/dial.h"

#include "base/clock.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <unistd.h>

int dial_wait(int fd, short events, uint64_t deadline_us)
{
	for (;;) {
		uint64_t now_us = clock_monotonic_us();
		if (now_us >= deadline_us)
			return -ETIMEDOUT;
		struct pollfd slot = {.fd = fd, .events = events};
		int ready = poll(&slot, 1, (int)((deadline_us - now_us + 999) / 1000));
		if (ready > 0)
			return ERR_OK;
		if (ready < 0 && errno != EINTR)
			return -errno;
	}
}

static int dial_connect(int fd, const struct sockaddr *address, socklen_t size, uint64_t deadline_us)
{
	int pending = 0;
	socklen_t pending_size = sizeof(pending);
	if (connect(fd, address, size) == 0)
		return ERR_OK;
	int err = errno == EINPROGRESS ? dial_wait(fd, POLLOUT, deadline_us) : -errno;
	if (err == ERR_OK && getsockopt(fd, SOL_SOCKET, SO_ERROR, &pending, &pending_size) == 0)
		err = -pending;
	return err;
}

int dial_open(const struct ip_endpoint *server, int type, uint16_t segment_most, uint64_t deadline_us, int *ret_fd)
{
	struct sockaddr_storage address;
	socklen_t size = ip_endpoint_to_sockaddr(server, &address);
	int most = segment_most, err = ERR_OK;
	int fd = socket(address.ss_family, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return -errno;
	if (segment_most != 0 && setsockopt(fd, IPPROTO_TCP, TCP_MAXSEG, &most, sizeof(most)) != 0)
		err = -errno;
	if (err == ERR_OK)
		err = dial_connect(fd, (const struct sockaddr *)&address, size, deadline_us);
	if (err != ERR_OK) {
		close(fd);
		return err;
	}
	*ret_fd = fd;
	return ERR_OK;
}

int dial_send(int fd, struct span octets, uint64_t deadline_us)
{
	while (octets.size > 0) {
		ssize_t sent = send(fd, octets.data, octets.size, MSG_NOSIGNAL);
		if (sent < 0 && errno != EAGAIN && errno != EINTR)
			return -errno;
		if (sent > 0) {
			octets = span_of(octets.data + sent, octets.size - (size_t)sent);
			continue;
		}
		int err = dial_wait(fd, POLLOUT, deadline_us);
		if (err != ERR_OK)
			return err;
	}
	return ERR_OK;
}

int dial_receive(int fd, uint8_t *octets, size_t size, uint64_t deadline_us)
{
	while (size > 0) {
		int err = dial_wait(fd, POLLIN, deadline_us);
		if (err != ERR_OK)
			return err;
		ssize_t got = recv(fd, octets, size, 0);
		if (got == 0)
			return ERR_TRUNCATED;
		if (got < 0 && errno != EAGAIN && errno != EINTR)
			return -errno;
		if (got > 0) {
			octets += got;
			size -= (size_t)got;
		}
	}
	return ERR_OK;
}
