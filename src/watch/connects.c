/* SPDX-License-Identifier: BSD-2-Clause */
#include "watch/connects.h"

#include "base/clock.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/queue.h>

struct attempt {
	uv_tcp_t tcp;
	uv_connect_t request;
	struct connects *connects; /* NULL: it is over, and the loop has yet to let go */
	size_t tag;
	uint64_t started_us, ends_us;
	LIST_ENTRY(attempt) link;
};

LIST_HEAD(attempt_list, attempt);

struct connects {
	uv_loop_t *loop;
	connects_done *done;
	void *owner;
	struct attempt_list under_way;
};

static void attempt_closed(uv_handle_t *handle)
{
	free(handle->data);
}

static void attempt_drop(struct attempt *attempt)
{
	LIST_REMOVE(attempt, link);
	attempt->connects = NULL;
	uv_close((uv_handle_t *)&attempt->tcp, attempt_closed);
}

static void attempt_end(struct attempt *attempt, int error, bool is_at_once)
{
	struct connects *connects = attempt->connects;
	size_t tag = attempt->tag;
	uint32_t duration_us = (uint32_t)(clock_monotonic_us() - attempt->started_us);
	attempt_drop(attempt);
	connects->done(connects->owner, tag, error, is_at_once, duration_us);
}

static void connected(uv_connect_t *request, int status)
{
	struct attempt *attempt = request->data;
	if (attempt->connects != NULL) /* else it was given up */
		attempt_end(attempt, -status, false);
}

void connects_start(struct connects *connects, const struct ip_endpoint *endpoint, uint64_t timeout_us, size_t tag)
{
	struct sockaddr_storage address;
	struct attempt *attempt = calloc(1, sizeof(*attempt));
	if (attempt == NULL || uv_tcp_init(connects->loop, &attempt->tcp) != 0) {
		free(attempt);
		connects->done(connects->owner, tag, ENOMEM, true, 0);
		return;
	}
	attempt->tcp.data = attempt->request.data = attempt;
	attempt->connects = connects;
	attempt->tag = tag;
	attempt->started_us = clock_monotonic_us();
	attempt->ends_us = attempt->started_us + timeout_us;
	LIST_INSERT_HEAD(&connects->under_way, attempt, link);
	(void)ip_endpoint_to_sockaddr(endpoint, &address);
	int rc = uv_tcp_connect(&attempt->request, &attempt->tcp, (const struct sockaddr *)&address, connected);
	if (rc != 0)
		attempt_end(attempt, -rc, true);
}

void connects_tick(struct connects *connects)
{
	uint64_t now_us = clock_monotonic_us();
	struct attempt *next;
	for (struct attempt *attempt = LIST_FIRST(&connects->under_way); attempt != NULL; attempt = next) {
		next = LIST_NEXT(attempt, link);
		if (now_us >= attempt->ends_us)
			attempt_end(attempt, ETIMEDOUT, false);
	}
}

bool connects_is_busy(const struct connects *connects)
{
	return !LIST_EMPTY(&connects->under_way);
}

struct connects *connects_new(uv_loop_t *loop, connects_done *done, void *owner)
{
	struct connects *connects = calloc(1, sizeof(*connects));
	if (connects == NULL)
		return NULL;
	*connects = (struct connects){.loop = loop, .done = done, .owner = owner};
	LIST_INIT(&connects->under_way);
	return connects;
}

void connects_close(struct connects *connects)
{
	if (connects == NULL)
		return;
	while (connects_is_busy(connects))
		attempt_drop(LIST_FIRST(&connects->under_way));
	free(connects);
}
