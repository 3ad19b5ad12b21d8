/* SPDX-License-Identifier: BSD-2-Clause */
#include "daemon/recursion/drive.h"

#include "base/clock.h"
#include "base/random.h"
#include "daemon/observe/tapping.h"
#include "daemon/recursion/inner.h"
#include "daemon/recursion/recursion.h"
#include "daemon/tcp_serve.h"
#include "dns/serve/shorten.h"
#include "resolver/outcome.h"
#include "telemetry/querylog.h"

#include <errno.h>
#include <stdlib.h>

#define SCRATCH_SIZE 65535
#define ACTIONS_PER_CLOCK 32 /* actions that share one look at the clock */

_Static_assert(SECURITY_BOGUS + 1 == SECURITY_COUNT, "telemetry knows every value of enum security");
_Static_assert((int)QUESTION_TRANSPORT_COUNT == (int)TRANSPORT_COUNT, "counted in the same rows");

struct resolver_time drive_now(void)
{
	return (struct resolver_time){.mono_us = clock_monotonic_us(), .wall_s = clock_wall_us() / 1000000};
}

/* --- Counting --- */

static void prefix_count(struct drive *drive, const struct ip_prefix *prefix)
{
	for (size_t i = 0; i < DRIVE_PREFIXES_MAX; i++) {
		struct prefix_count *row = &drive->prefixes[i];
		if (row->prefix.length == 0)
			row->prefix = *prefix;
		if (ip_prefix_equal(&row->prefix, prefix)) {
			row->answers++;
			return;
		}
	}
}

void drive_account(struct drive *drive, const struct query_event *event)
{
	if (event->origin == AAAA_DNS64 && event->dns64_prefix.length > 0)
		prefix_count(drive, &event->dns64_prefix);
	const struct service_view *view = service_view(drive->service);
	worker_count(drive->worker, drive->service, event);
	if (!view->is_origin_hidden) {
		worker_tell(drive->worker, drive->service, view, event);
		return;
	}
	struct query_event shown = *event;
	shown.origin = AAAA_NONE;
	worker_tell(drive->worker, drive->service, view, &shown);
}

static void retries_account(struct counters_family *row, enum family family, const struct resolver_load *now,
                            const struct resolver_load *before)
{
	for (int transport = 0; transport < TRANSPORT_COUNT; transport++) {
		unsigned from = upstream_way((enum transport)transport, family);
		for (unsigned to = 0; to < UPSTREAM_WAYS; to++)
			counter_add(&row->upstream_retries[transport][to],
			            now->upstream_retries[from][to] - before->upstream_retries[from][to]);
	}
}

/* What the engine counted since the last time. */
static void load_account(struct drive *drive)
{
	struct counters *counters = &service_of_worker(drive->service, drive->worker)->counters;
	struct resolver_load now, *before = &drive->counted;
	resolver_load(drive->engine, &now);
	for (enum family family = FAMILY_IPV6; family < FAMILY_COUNT; family++) {
		struct counters_family *row = &counters->families[family];
		for (int transport = 0; transport < TRANSPORT_COUNT; transport++)
			counter_add(&row->upstream_queries[transport],
			            now.upstream_queries[family][transport] - before->upstream_queries[family][transport]);
		counter_add(&row->upstream_truncated,
		            now.upstream_truncated[family] - before->upstream_truncated[family]);
		counter_add(&row->zones_lacking, now.zones_lacking[family] - before->zones_lacking[family]);
		counter_add(&row->upstream_timeouts, now.upstream_timeouts[family] - before->upstream_timeouts[family]);
		for (int bucket = 0; bucket < TIME_BUCKET_COUNT; bucket++)
			counter_add(&row->upstream_rtts[bucket],
			            now.upstream_rtts[family][bucket] - before->upstream_rtts[family][bucket]);
		counter_add(&row->upstream_rtt_us, now.upstream_rtt_us[family] - before->upstream_rtt_us[family]);
		retries_account(row, family, &now, before);
	}
	*before = now;
}

static void sent_account(struct drive *drive, const struct udp_sent sent[FAMILY_COUNT])
{
	struct counters *counters = &service_of_worker(drive->service, drive->worker)->counters;
	for (enum family family = FAMILY_IPV6; family < FAMILY_COUNT; family++) {
		counter_add(&counters->families[family].events[COUNTER_SHORTENED], sent[family].shortened);
		counter_add(&counters->families[family].events[COUNTER_DROPPED_SEND], sent[family].failed);
	}
}

/* --- Answers that come later --- */

static void outbox_flush(struct drive *drive)
{
	struct udp_sent sent[FAMILY_COUNT] = {0};
	udp_outbox_flush(drive->outbox, sent);
	sent_account(drive, sent);
}

static void udp_answer(struct drive *drive, const struct waiting *waiting, struct span message)
{
	const struct listener_part *part = waiting->part;
	for (int turn = 0; turn < 2; turn++) {
		if (udp_outbox_add(drive->outbox, part->udp_fd, &part->bound, &waiting->client, &waiting->server, message))
			return;
		outbox_flush(drive);
	}
}

static void answer_tap(const struct drive *drive, const struct waiting *waiting, struct span message)
{
	bool is_tcp = waiting->connection != NULL;
	const struct tapped tapped = {.client = &waiting->client,
	                              .server = waiting->server,
	                              .port = is_tcp ? waiting->connection->port : waiting->part->port,
	                              .transport = is_tcp ? TRANSPORT_TCP : TRANSPORT_UDP,
	                              .query_us = waiting->begin_wall_us,
	                              .response_us = clock_wall_us(),
	                              .response = message};
	tapping_client(drive->worker, drive->service, service_view(drive->service), &tapped);
}

static void answer(struct drive *drive, struct action *action)
{
	struct waiting *waiting = action->owner, found = *waiting;
	struct query_event *event = &action->event;
	if (found.connection != NULL)
		LIST_REMOVE(waiting, in_connection);
	waiting_end(&drive->waiting, waiting);
	if (found.inner != NULL) {
		inner_answer(found.inner, action->message);
		return;
	}
	event->wall_us = found.begin_wall_us;
	event->duration_us = (uint32_t)(clock_monotonic_us() - found.begin_mono_us);
	event->client = found.client;
	event->server = found.server;
	event->transport = found.connection != NULL ? TRANSPORT_TCP : TRANSPORT_UDP;
	event->size = (uint32_t)action->message.size;
	drive_account(drive, event);
	answer_tap(drive, &found, action->message);
	if (found.connection != NULL)
		tcp_answer_late(found.connection, action->message);
	else if (action->message.size > 0)
		udp_answer(drive, &found, action->message);
}

static void note_observe(struct drive *drive, const struct note *note)
{
	const struct service_view *view = service_view(drive->service);
	const struct worker *worker = drive->worker;
	struct query_event event;
	if (view->is_observed && note_to_event(note, clock_wall_us(), &event))
		recorder_emit(worker->feeds.observation, worker->index, view->observation_label, &event);
}

/* --- The turn --- */

static void act(struct drive *drive, struct action *action, uint64_t now_us)
{
	switch (action->kind) {
	case ACTION_ASK:
		if (exchange_ask(drive->exchange, action->ask_id, &action->question) != ERR_OK)
			resolver_unreachable(drive->engine, drive_now(), action->ask_id, ASK_OVERLOAD);
		break;
	case ACTION_CANCEL:
		exchange_cancel(drive->exchange, action->ask_id);
		break;
	case ACTION_ANSWER:
		answer(drive, action);
		break;
	case ACTION_NOTE:
		note_log_line(&drive->notes, &action->note, now_us);
		note_observe(drive, &action->note);
		break;
	}
}

static void retired_drop(struct drive *drive)
{
	for (size_t i = 0; i < drive->retired_count; i++)
		held_policy_drop(drive->retired[i]);
	drive->retired_count = 0;
}

static void timer_fire(uv_timer_t *timer)
{
	struct drive *drive = timer->data;
	worker_enter(drive->worker);
	drive->timer_us = UINT64_MAX;
	resolver_tick(drive->engine, drive_now());
	drive_turn(drive);
}

static void timer_set(struct drive *drive, uint64_t now_us)
{
	uint64_t deadline_us = resolver_deadline_us(drive->engine);
	if (deadline_us >= drive->timer_us)
		return; /* it goes off before, and is set again then */
	uint64_t delay_ms = deadline_us > now_us ? (deadline_us - now_us + 999) / 1000 : 0;
	drive->timer_us = deadline_us;
	uv_timer_start(&drive->timer, timer_fire, delay_ms, 0);
}

static unsigned actions_take(struct drive *drive, struct resolver_time *now)
{
	struct action action;
	unsigned count = 0;
	while (resolver_act(drive->engine, *now, &action)) {
		act(drive, &action, now->mono_us);
		if (++count % ACTIONS_PER_CLOCK == 0)
			*now = drive_now();
	}
	return count;
}

void drive_turn(struct drive *drive)
{
	if (drive->is_turning)
		return; /* a callback of something that this turn does: the turn goes on and takes what came of it */
	drive->is_turning = true;
	struct resolver_time now = drive_now();
	bool has_acted = false;
	while (actions_take(drive, &now) > 0) {
		has_acted = true;
		exchange_flush(drive->exchange); /* may tell that something was not sent, so there is more to do */
	}
	if (has_acted) {
		outbox_flush(drive);
		load_account(drive);
	}
	if (drive->retired_count > 0 && resolver_is_settled(drive->engine))
		retired_drop(drive);
	timer_set(drive, now.mono_us);
	drive->is_turning = false;
}

/* --- What comes from outside --- */

static void exchange_begins(void *owner)
{
	const struct drive *drive = owner;
	worker_enter(drive->worker);
}

static void reply_come(void *owner, uint64_t ask_id, struct span message)
{
	struct drive *drive = owner;
	resolver_reply(drive->engine, drive_now(), ask_id, message);
}

static void reply_lost(void *owner, uint64_t ask_id, enum exchange_failure failure)
{
	static const enum ask_failure failures[EXCHANGE_FAILURE_COUNT] = {[EXCHANGE_NO_ROUTE] = ASK_NO_ROUTE,
	                                                                  [EXCHANGE_REFUSED] = ASK_REFUSED,
	                                                                  [EXCHANGE_TOO_LARGE] = ASK_TOO_LARGE,
	                                                                  [EXCHANGE_OVERLOAD] = ASK_OVERLOAD};
	struct drive *drive = owner;
	resolver_unreachable(drive->engine, drive_now(), ask_id, failures[failure]);
}

static void reply_guessed(void *owner, uint64_t ask_id)
{
	struct drive *drive = owner;
	resolver_suspicious(drive->engine, drive_now(), ask_id);
}

static uint64_t message_passes(void *owner, const struct exchange_passing *passing)
{
	const struct drive *drive = owner;
	return tapping_server(drive->worker, drive->service, passing);
}

static void exchange_ends(void *owner)
{
	drive_turn(owner);
}

enum resolver_taken drive_query(struct drive *drive, struct resolver_time now, struct drive_question *question,
                                struct writer *out, struct query_event *event)
{
	struct waiting *waiting = waiting_next(&drive->waiting);
	if (waiting == NULL) {
		event->turned_away = TURNED_AWAY_OVERLOAD;
		return RESOLVER_DROPPED;
	}
	question->request.owner = waiting;
	enum resolver_taken taken = resolver_query(drive->engine, now, &question->request, out, event);
	if (taken != RESOLVER_WAITING)
		return taken;
	waiting_begin(&drive->waiting, waiting);
	waiting->part = question->part;
	waiting->connection = question->connection;
	waiting->inner = question->inner;
	waiting->client = question->request.client;
	waiting->server = question->server;
	waiting->begin_wall_us = question->begin_wall_us;
	waiting->begin_mono_us = now.mono_us;
	if (question->connection != NULL)
		LIST_INSERT_HEAD(&question->connection->waiting, waiting, in_connection);
	return taken;
}

static void forget(struct drive *drive, struct waiting *waiting)
{
	resolver_forget(drive->engine, waiting);
	if (waiting->connection != NULL)
		LIST_REMOVE(waiting, in_connection);
	if (waiting->inner != NULL)
		inner_answer(waiting->inner, (struct span){0});
	waiting_end(&drive->waiting, waiting);
}

void drive_forget_part(struct drive *drive, const struct listener_part *part)
{
	struct waiting *next;
	for (struct waiting *at = LIST_FIRST(&drive->waiting.all); at != NULL; at = next) {
		next = LIST_NEXT(at, link);
		if (at->part == part)
			forget(drive, at);
	}
}

void drive_forget_connection(struct drive *drive, struct connection *connection)
{
	struct waiting *waiting;
	while ((waiting = LIST_FIRST(&connection->waiting)) != NULL)
		forget(drive, waiting);
}

/* --- Its life --- */

/* The engine and what it borrows: those may go before the drive itself does. */
static void engine_drop(struct drive *drive)
{
	resolver_free(drive->engine);
	drive->engine = NULL;
	retired_drop(drive);
	if (drive->policy != NULL)
		held_policy_drop(drive->policy);
	drive->policy = NULL;
}

static void drive_free(struct drive *drive)
{
	engine_drop(drive);
	free(drive->retired);
	udp_batch_free(drive->batch);
	udp_outbox_free(drive->outbox);
	waiting_pool_free(&drive->waiting);
	free(drive->scratch);
	free(drive->reasons);
	free(drive);
}

static int parts_start(struct drive *drive, const struct recursion *recursion)
{
	uint8_t seed[32];
	random_bytes(seed, sizeof(seed));
	const struct resolver_parts parts = {.policy = &drive->policy->policy,
	                                     .cache = recursion->cache,
	                                     .book = recursion->book,
	                                     .reach = recursion->reach,
	                                     .fallbacks = recursion->fallbacks};
	drive->engine = resolver_new(&parts, seed);
	drive->batch = udp_batch_new_large();
	drive->outbox = udp_outbox_new(answer_shorten);
	drive->scratch = malloc(SCRATCH_SIZE);
	drive->reasons = malloc((size_t)UDP_BATCH_SIZE * QUERYLOG_REASON_MAX);
	if (drive->engine == NULL || drive->batch == NULL || drive->outbox == NULL || drive->scratch == NULL ||
	    drive->reasons == NULL)
		return -ENOMEM;
	drive->events = (struct exchange_events){.owner = drive,
	                                         .before = exchange_begins,
	                                         .reply = reply_come,
	                                         .unreachable = reply_lost,
	                                         .suspicious = reply_guessed,
	                                         .passing = drive->worker->feeds.tap != NULL ? message_passes : NULL,
	                                         .after = exchange_ends};
	return exchange_new(&drive->worker->loop, &drive->policy->exchange, &drive->events, &drive->exchange);
}

void drive_start(struct worker *worker, void *argument)
{
	struct drive_start *start = argument;
	const struct recursion *recursion = start->service->recursion;
	struct drive *drive = calloc(1, sizeof(*drive));
	start->rc = -ENOMEM;
	if (drive == NULL)
		return;
	drive->worker = worker;
	drive->service = start->service;
	drive->timer_us = UINT64_MAX;
	drive->notes = (struct note_log){.log = recursion->log, .service = start->service->name};
	held_policy_hold(start->policy);
	drive->policy = start->policy;
	start->rc = parts_start(drive, recursion);
	if (start->rc != ERR_OK) {
		drive_free(drive);
		return;
	}
	uv_timer_init(&worker->loop, &drive->timer);
	drive->timer.data = drive;
	LIST_INSERT_HEAD(&worker->drives, drive, link);
	service_of_worker(start->service, worker)->drive = drive;
	timer_set(drive, clock_monotonic_us());
}

static void part_closed(void *owner)
{
	struct drive *drive = owner;
	if (--drive->closing == 0)
		drive_free(drive);
}

static void timer_closed(uv_handle_t *handle)
{
	part_closed(handle->data);
}

void drive_stop(struct worker *worker, void *service)
{
	struct drive *drive = drive_of(service, worker);
	struct waiting *waiting;
	if (drive == NULL)
		return;
	while ((waiting = LIST_FIRST(&drive->waiting.all)) != NULL)
		forget(drive, waiting);
	service_of_worker(service, worker)->drive = NULL;
	LIST_REMOVE(drive, link);
	engine_drop(drive);
	drive->closing = 2;
	exchange_close(drive->exchange, part_closed);
	uv_close((uv_handle_t *)&drive->timer, timer_closed);
}

static bool retire(struct drive *drive, struct held_policy *policy)
{
	if (drive->retired_count == drive->retired_capacity) {
		size_t capacity = 2 * drive->retired_capacity + 4;
		struct held_policy **retired = realloc(drive->retired, capacity * sizeof(retired[0]));
		if (retired == NULL)
			return false;
		drive->retired = retired;
		drive->retired_capacity = capacity;
	}
	drive->retired[drive->retired_count++] = policy;
	return true;
}

void drive_set_policy(struct worker *worker, void *argument)
{
	const struct drive_policy *set = argument;
	struct drive *drive = drive_of(set->service, worker);
	/* Without memory to remember the old policy it stays the one in use, until the next reload. */
	if (drive == NULL || drive->policy == set->policy || !retire(drive, drive->policy))
		return;
	held_policy_hold(set->policy);
	drive->policy = set->policy;
	worker_enter(worker);
	resolver_set_policy(drive->engine, &set->policy->policy);
	exchange_set_options(drive->exchange, &set->policy->exchange);
	drive_turn(drive);
}
