/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The resolver engine of one service on one worker, with what joins it to the world: exchange, timer, waiting clients.
 * Owned: drive_start/drive_stop, in the worker's thread, which alone uses it.
 * Never blocks, and never runs the engine from inside one of the engine's own actions: a turn takes them all.
 */
#ifndef DAEMON_RECURSION_DRIVE_H
#define DAEMON_RECURSION_DRIVE_H

#include "daemon/recursion/held_policy.h"
#include "daemon/recursion/note_log.h"
#include "daemon/recursion/waiting.h"
#include "daemon/worker.h"
#include "exchange/exchange.h"
#include "net/udp_outbox.h"
#include "resolver/resolver.h"

#define DRIVE_PREFIXES_MAX 8

struct prefix_count { /* DNS64 answers by their prefix */
	struct ip_prefix prefix;
	uint64_t answers;
};

struct drive {
	struct worker *worker;
	struct service *service;
	struct resolver *engine;
	struct exchange *exchange;
	struct exchange_events events;
	struct held_policy *policy;   /* the engine's */
	struct held_policy **retired; /* that questions under way may still look at */
	size_t retired_count, retired_capacity;
	struct udp_batch *batch;
	struct udp_outbox *outbox;
	struct waiting_pool waiting;
	struct note_log notes;
	struct resolver_load counted; /* what of the engine's load is in the counters already */
	struct prefix_count prefixes[DRIVE_PREFIXES_MAX];
	uint8_t *scratch;             /* 65535 octets: answers to our own questions */
	uint8_t *reasons;             /* of a batch, for the query log */
	uv_timer_t timer;
	uint64_t timer_us;            /* it goes off then; UINT64_MAX: it does not run */
	bool is_turning;
	unsigned closing;             /* of timer and exchange: those that are not closed yet */
	LIST_ENTRY(drive) link;       /* among the worker's */
};

/* The drive of the service on this worker. */
static inline struct drive *drive_of(const struct service *service, const struct worker *worker)
{
	return service_of_worker(service, worker)->drive;
}

/* worker_functions; argument: struct drive_start, struct service. */
struct drive_start {
	struct service *service;
	struct held_policy *policy;
	int rc; /* out: ERR_OK, -ENOMEM, what the exchange says */
};
void drive_start(struct worker *worker, void *start);
void drive_stop(struct worker *worker, void *service);
/* A new policy: struct drive_policy. */
struct drive_policy {
	struct service *service;
	struct held_policy *policy;
};
void drive_set_policy(struct worker *worker, void *policy);

/* Takes all the engine wants done, then sends, counts and sets the timer. After every call of the engine. */
void drive_turn(struct drive *drive);
struct resolver_time drive_now(void);

/* What a client asked; fills in *waiting when the answer comes later. The event has the engine's half. */
struct drive_question {
	struct resolver_request request; /* owner is ours */
	struct listener_part *part;
	struct connection *connection;
	struct inner_question *inner;
	struct ip_addr server;
	uint64_t begin_wall_us;
};
enum resolver_taken drive_query(struct drive *drive, struct resolver_time now, struct drive_question *question,
                                struct writer *out, struct query_event *event);

/* The listener or connection ends: its questions get no answer. NULL part: all questions of listeners. */
void drive_forget_part(struct drive *drive, const struct listener_part *part);
void drive_forget_connection(struct drive *drive, struct connection *connection);

/* Adds the answer to counters and query log. */
void drive_account(struct drive *drive, const struct query_event *event);

#endif
