/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A worker: one thread with its own loop, buffers and sockets. Workers share nothing they write.
 * Owned: worker_new/worker_free by the daemon. The fields belong to the worker's thread; the main thread reaches them
 * only through worker_call.
 * Never holds a snapshot while it waits: it is offline from before the wait until the first event.
 */
#ifndef DAEMON_WORKER_H
#define DAEMON_WORKER_H

#include "daemon/recursion/waiting.h"
#include "daemon/service.h"
#include "net/tcp_stream.h"
#include "net/udp_batch.h"
#include "telemetry/dnstap/tap.h"
#include "telemetry/recorder.h"
#include "telemetry/share.h"

#include <pthread.h>
#include <semaphore.h>
#include <sys/queue.h>
#include <uv.h>

struct worker;

/* A listener's sockets on one worker. Made by the main thread, then the worker's until worker_remove. */
struct listener_part {
	struct worker *worker;
	struct service *service;
	struct ip_addr bound;
	uint16_t port;
	int udp_fd, tcp_fd;
	uv_poll_t udp_poll, tcp_poll;
	unsigned open_handles;
	LIST_ENTRY(listener_part) link;
};

struct connection {
	uv_poll_t poll;
	struct tcp_entry entry;
	struct tcp_stream stream;
	struct worker *worker;
	struct listener_part *part; /* only to compare with: it may have ended before */
	struct service *service;
	int fd;
	struct ip_endpoint client;
	struct ip_addr server;
	uint16_t port; /* ours */
	struct waitings waiting;     /* queries whose answers come later */
	unsigned waiting_count;
	int events;                  /* that are watched for; 0: none */
	bool is_ending;              /* the client has closed its side: no more queries come */
	struct outgoing *outgoing;   /* a transfer under way; NULL: none */
	LIST_ENTRY(connection) link; /* among the open ones, or the pool of unused ones */
};

LIST_HEAD(drives, drive);
LIST_HEAD(listener_parts, listener_part);
LIST_HEAD(connections, connection);

struct udp_turn { /* scratch of one batch */
	struct auth_request requests[UDP_BATCH_SIZE];
	struct writer outs[UDP_BATCH_SIZE];
	size_t sizes[UDP_BATCH_SIZE];
	struct query_event events[UDP_BATCH_SIZE];
};

struct worker_task;

struct worker_feeds { /* where answers are told: all workers', borrowed */
	struct recorder *query_log;
	struct recorder *observation; /* NULL: off, and so is share */
	struct share *share;
	struct tap *tap; /* NULL: dnstap is off */
	struct log *log;
};

struct refusals { /* of transfers, told in this second */
	uint64_t second;
	unsigned count;
};

struct outgoing;

struct worker {
	size_t index;
	struct worker_feeds feeds;
	struct auth_scratch *scratch;
	struct udp_batch *batch;
	struct udp_turn *turn;
	struct tcp_scratch *tcp;
	unsigned outgoing_count; /* transfers under way */
	struct refusals refusals;
	struct listener_parts parts;
	struct connections connections, unused;
	struct drives drives;
	uv_loop_t loop;
	uv_async_t wake;
	uv_prepare_t before_wait;
	uv_timer_t tick; /* runs while there are connections */
	bool is_online, is_ticking, is_stopping;
	uint64_t stop_at_ms;
	pthread_t thread;
	bool has_thread;
	pthread_mutex_t tasks_lock;
	struct worker_task *tasks;
};

/* The thread runs at once, with nothing to serve. */
int worker_new(size_t index, const struct worker_feeds *feeds, struct worker **ret) MUST_USE;
/* Ends the thread: what was received is answered, slow TCP clients get drain_ms. */
void worker_stop(struct worker *worker, unsigned drain_ms); /* returns at once */
void worker_free(struct worker *worker);                    /* waits for the thread */

/* Runs the function in the worker's thread and waits until it is done. */
typedef void worker_function(struct worker *worker, void *argument);
void worker_call(struct worker *worker, worker_function *function, void *argument);

/* worker_functions; argument: struct listener_part. */
void worker_add(struct worker *worker, void *part);    /* starts serving */
void worker_remove(struct worker *worker, void *part); /* ends its connections, closes its sockets, frees it */
struct worker_move {
	struct listener_part *part;
	struct service *service;
};
void worker_move(struct worker *worker, void *move); /* the part serves another service from now on */

/* Every callback of the loop that looks at a snapshot calls this first. */
static inline void worker_enter(struct worker *worker)
{
	if (!worker->is_online) {
		worker->is_online = true;
		snapshot_online();
	}
}

static inline struct service_worker *service_of_worker(const struct service *service, const struct worker *worker)
{
	return &service->workers[worker->index];
}

/* Looks after deadlines as long as there are connections. */
void worker_tick_start(struct worker *worker);

/* Counts one answer and tells it. */
void worker_account(struct worker *worker, const struct service *service, const struct service_view *view,
                    const struct query_event *event);
/* The counters alone. */
void worker_count(struct worker *worker, const struct service *service, const struct query_event *event);
/* To the query log, when its turn has come, and to observation. */
void worker_tell(struct worker *worker, const struct service *service, const struct service_view *view,
                const struct query_event *event);

#endif
