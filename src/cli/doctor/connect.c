/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/doctor/connect.h"

#include "base/clock.h"

#include <errno.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#define AT_ONCE 64

struct connecting {
	struct attempt *list[AT_ONCE];
	struct pollfd fds[AT_ONCE];
	size_t count;
	uint64_t started_us;
};

static void attempt_end(struct attempt *attempt, enum attempt_state state, uint64_t started_us)
{
	attempt->state = state;
	attempt->duration_us = (uint32_t)(clock_monotonic_us() - started_us);
}

/* What connect says at once is of this host; what comes later was sent by somebody. */
static enum attempt_state state_of(int error, bool is_at_once)
{
	if (error == 0)
		return ATTEMPT_GOOD;
	if (error == ETIMEDOUT)
		return ATTEMPT_SILENT;
	return error == ECONNREFUSED || !is_at_once ? ATTEMPT_REFUSED : ATTEMPT_NO_ROUTE;
}

static void connect_begin(struct connecting *connecting, struct attempt *attempt)
{
	struct sockaddr_storage address;
	socklen_t size = ip_endpoint_to_sockaddr(&attempt->endpoint, &address);
	int fd = socket(address.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	uint64_t now_us = clock_monotonic_us();
	if (fd < 0) {
		attempt_end(attempt, ATTEMPT_NO_ROUTE, now_us);
		return;
	}
	int error = connect(fd, (const struct sockaddr *)&address, size) == 0 ? 0 : errno;
	if (error != EINPROGRESS) {
		attempt_end(attempt, state_of(error, true), now_us);
		close(fd);
		return;
	}
	connecting->list[connecting->count] = attempt;
	connecting->fds[connecting->count++] = (struct pollfd){.fd = fd, .events = POLLOUT};
}

static void connect_finish(struct connecting *connecting, size_t index, bool is_over)
{
	int error = ETIMEDOUT;
	socklen_t size = sizeof(error);
	struct pollfd *fd = &connecting->fds[index];
	if (fd->fd < 0 || (!is_over && fd->revents == 0))
		return;
	if (!is_over && getsockopt(fd->fd, SOL_SOCKET, SO_ERROR, &error, &size) != 0)
		error = errno;
	attempt_end(connecting->list[index], state_of(error, false), connecting->started_us);
	close(fd->fd);
	fd->fd = -1; /* poll passes over it */
}

static void connects_make(struct connecting *connecting, unsigned timeout_ms)
{
	uint64_t end_us = connecting->started_us + timeout_ms * 1000ull;
	bool is_over = false;
	for (size_t left = connecting->count; left > 0;) {
		uint64_t now_us = clock_monotonic_us();
		is_over = now_us >= end_us;
		if (!is_over && poll(connecting->fds, connecting->count, (int)((end_us - now_us + 999) / 1000)) < 0 &&
		    errno != EINTR)
			is_over = true;
		left = 0;
		for (size_t i = 0; i < connecting->count; i++) {
			connect_finish(connecting, i, is_over);
			left += connecting->fds[i].fd >= 0;
		}
	}
}

void attempts_make(struct attempts *attempts, const struct connect_options *options)
{
	struct connecting connecting = {0};
	for (size_t i = 0; i < attempts_count(attempts); i++) {
		struct attempt *attempt = attempts_at(attempts, i);
		if (attempt->state == ATTEMPT_WANTED && !options->is_family_allowed[attempt->endpoint.addr.family])
			attempt->state = ATTEMPT_NO_ROUTE;
	}
	connecting.started_us = clock_monotonic_us();
	for (size_t i = 0; i < attempts_count(attempts) && connecting.count < AT_ONCE; i++) {
		if (attempts_at(attempts, i)->state == ATTEMPT_WANTED) /* those beyond come with the next round */
			connect_begin(&connecting, attempts_at(attempts, i));
	}
	connects_make(&connecting, options->timeout_ms);
}
