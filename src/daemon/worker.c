/* SPDX-License-Identifier: BSD-2-Clause */
#include "daemon/worker.h"

#include "base/clock.h"
#include "daemon/recursion/drive.h"
#include "daemon/recursion/udp.h"
#include "daemon/tcp_serve.h"
#include "daemon/udp_serve.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define TICK_MS 250
#define STOP_TICK_MS 20

struct worker_task {
	worker_function *function;
	void *argument;
	sem_t done;
	struct worker_task *next;
};

/* --- Tasks from the main thread --- */

void worker_call(struct worker *worker, worker_function *function, void *argument)
{
	struct worker_task task = {.function = function, .argument = argument};
	sem_init(&task.done, 0, 0);
	pthread_mutex_lock(&worker->tasks_lock);
	struct worker_task **end = &worker->tasks;
	while (*end != NULL)
		end = &(*end)->next;
	*end = &task;
	pthread_mutex_unlock(&worker->tasks_lock);
	uv_async_send(&worker->wake);
	while (sem_wait(&task.done) != 0)
		;
	sem_destroy(&task.done);
}

static void tasks_run(uv_async_t *wake)
{
	struct worker *worker = wake->data;
	for (;;) {
		pthread_mutex_lock(&worker->tasks_lock);
		struct worker_task *task = worker->tasks;
		if (task != NULL)
			worker->tasks = task->next;
		pthread_mutex_unlock(&worker->tasks_lock);
		if (task == NULL)
			return;
		task->function(worker, task->argument);
		sem_post(&task->done);
	}
}

/* --- Listeners --- */

static void part_closed(uv_handle_t *handle)
{
	struct listener_part *part = handle->data;
	if (--part->open_handles > 0)
		return;
	close(part->udp_fd);
	close(part->tcp_fd);
	free(part);
}

static void part_forget(struct listener_part *part)
{
	struct drive *drive = drive_of(part->service, part->worker);
	if (drive != NULL)
		drive_forget_part(drive, part);
}

static void part_close(struct listener_part *part)
{
	part_forget(part);
	LIST_REMOVE(part, link);
	uv_close((uv_handle_t *)&part->udp_poll, part_closed);
	uv_close((uv_handle_t *)&part->tcp_poll, part_closed);
}

static uv_poll_cb udp_callback(const struct listener_part *part)
{
	return part->service->recursion != NULL ? recursive_udp_serve : udp_serve;
}

void worker_add(struct worker *worker, void *argument)
{
	struct listener_part *part = argument;
	part->worker = worker;
	part->udp_poll.data = part->tcp_poll.data = part;
	part->open_handles = 2;
	if (uv_poll_init(&worker->loop, &part->udp_poll, part->udp_fd) != 0 ||
	    uv_poll_init(&worker->loop, &part->tcp_poll, part->tcp_fd) != 0)
		abort(); /* only for lack of memory, or descriptors that are none */
	LIST_INSERT_HEAD(&worker->parts, part, link);
	uv_poll_start(&part->udp_poll, UV_READABLE, udp_callback(part));
	uv_poll_start(&part->tcp_poll, UV_READABLE, tcp_accept);
}

void worker_remove(struct worker *worker, void *argument)
{
	tcp_end_all(worker, argument, TCP_END_STOP);
	part_close(argument);
}

void worker_move(struct worker *worker, void *argument)
{
	struct worker_move *move = argument;
	tcp_end_all(worker, move->part, TCP_END_STOP);
	part_forget(move->part);
	move->part->service = move->service;
	uv_poll_start(&move->part->udp_poll, UV_READABLE, udp_callback(move->part));
}

/* --- The thread --- */

/* libuv runs this right before it waits. Callbacks of the same turn come before the next one: see worker_enter. */
static void before_wait(uv_prepare_t *prepare)
{
	struct worker *worker = prepare->data;
	if (worker->is_online) {
		worker->is_online = false;
		snapshot_offline();
	}
}

static void handles_close(struct worker *worker)
{
	struct listener_part *part;
	struct drive *drive;
	tcp_end_all(worker, NULL, TCP_END_STOP);
	while ((part = LIST_FIRST(&worker->parts)) != NULL)
		part_close(part);
	while ((drive = LIST_FIRST(&worker->drives)) != NULL)
		drive_stop(worker, drive->service);
	uv_close((uv_handle_t *)&worker->wake, NULL);
	uv_close((uv_handle_t *)&worker->before_wait, NULL);
	uv_close((uv_handle_t *)&worker->tick, NULL);
}

/* Nobody is owed an answer. */
static bool is_done(const struct worker *worker)
{
	const struct drive *drive;
	LIST_FOREACH(drive, &worker->drives, link) {
		if (drive->waiting.count > 0)
			return false;
	}
	return LIST_EMPTY(&worker->connections);
}

static void tick(uv_timer_t *timer)
{
	struct worker *worker = timer->data;
	worker_enter(worker);
	uint64_t now_ms = uv_now(&worker->loop);
	tcp_expire(worker, now_ms);
	if (!worker->is_stopping) {
		if (LIST_EMPTY(&worker->connections)) {
			uv_timer_stop(timer);
			worker->is_ticking = false;
		}
	} else if (is_done(worker) || now_ms >= worker->stop_at_ms) {
		handles_close(worker);
	}
}

void worker_tick_start(struct worker *worker)
{
	if (worker->is_ticking || worker->is_stopping)
		return;
	worker->is_ticking = true;
	uv_timer_start(&worker->tick, tick, TICK_MS, TICK_MS);
}

/* Takes no more in. The UDP socket of a resolver stays until the last answer has left through it. */
static void part_finish(struct listener_part *part)
{
	if (part->service->recursion == NULL) {
		part_close(part);
		return;
	}
	uv_poll_stop(&part->udp_poll);
	uv_poll_stop(&part->tcp_poll);
}

/* Answers what has arrived, takes no more, and gives clients that still read, and questions under way, a moment. */
static void stop(struct worker *worker, void *argument)
{
	worker_enter(worker);
	worker->is_stopping = true;
	worker->stop_at_ms = uv_now(&worker->loop) + *(unsigned *)argument;
	struct listener_part *part, *next;
	LIST_FOREACH(part, &worker->parts, link)
		udp_callback(part)(&part->udp_poll, 0, UV_READABLE);
	tcp_finish(worker);
	struct drive *drive;
	LIST_FOREACH(drive, &worker->drives, link)
		drive_turn(drive);
	for (part = LIST_FIRST(&worker->parts); part != NULL; part = next) {
		next = LIST_NEXT(part, link);
		part_finish(part);
	}
	uv_timer_start(&worker->tick, tick, 0, STOP_TICK_MS);
}

void worker_stop(struct worker *worker, unsigned drain_ms)
{
	worker_call(worker, stop, &drain_ms);
}

static void *worker_run(void *argument)
{
	struct worker *worker = argument;
	char name[16];
	snprintf(name, sizeof(name), "worker%zu", worker->index);
	pthread_setname_np(pthread_self(), name);
	snapshot_thread_start();
	worker->is_online = true;
	uv_run(&worker->loop, UV_RUN_DEFAULT);
	snapshot_thread_stop();
	return NULL;
}

static int loop_start(struct worker *worker)
{
	if (uv_loop_init(&worker->loop) != 0)
		return -ENOMEM;
	worker->wake.data = worker->before_wait.data = worker->tick.data = worker;
	if (uv_async_init(&worker->loop, &worker->wake, tasks_run) != 0)
		return -EMFILE;
	uv_prepare_init(&worker->loop, &worker->before_wait);
	uv_prepare_start(&worker->before_wait, before_wait);
	uv_timer_init(&worker->loop, &worker->tick);
	/* Signals are the main thread's. */
	sigset_t all, before;
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	int rc = pthread_create(&worker->thread, NULL, worker_run, worker);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	worker->has_thread = rc == 0;
	return -rc;
}

int worker_new(size_t index, const struct worker_feeds *feeds, struct worker **ret)
{
	struct worker *worker = calloc(1, sizeof(*worker));
	if (worker == NULL)
		return -ENOMEM;
	worker->index = index;
	worker->feeds = *feeds;
	pthread_mutex_init(&worker->tasks_lock, NULL);
	worker->scratch = auth_scratch_new();
	worker->batch = udp_batch_new();
	worker->turn = calloc(1, sizeof(*worker->turn));
	worker->tcp = malloc(sizeof(*worker->tcp));
	bool has_all = worker->scratch != NULL && worker->batch != NULL && worker->turn != NULL && worker->tcp != NULL;
	int rc = has_all ? loop_start(worker) : -ENOMEM;
	if (rc != ERR_OK) {
		worker_free(worker);
		return rc;
	}
	*ret = worker;
	return ERR_OK;
}

void worker_free(struct worker *worker)
{
	if (worker->has_thread) {
		pthread_join(worker->thread, NULL);
		uv_loop_close(&worker->loop);
	}
	struct connection *connection;
	while ((connection = LIST_FIRST(&worker->unused)) != NULL) {
		LIST_REMOVE(connection, link);
		free(connection);
	}
	pthread_mutex_destroy(&worker->tasks_lock);
	auth_scratch_free(worker->scratch);
	udp_batch_free(worker->batch);
	free(worker->turn);
	free(worker->tcp);
	free(worker);
}

static void query_log(struct worker *worker, const struct service *service, const struct service_view *view,
                      const struct query_event *event)
{
	struct service_worker *part = service_of_worker(service, worker);
	/* A reload may have made the sample denser: what is left of the old distance is not waited for. */
	if (part->until_sample == 0 || part->until_sample >= view->query_log_every) {
		part->until_sample = view->query_log_every;
		recorder_emit(worker->feeds.query_log, worker->index, view->query_log_label, event);
	}
	part->until_sample--;
}

void worker_tell(struct worker *worker, const struct service *service, const struct service_view *view,
                 const struct query_event *event)
{
	if (event->size == 0)
		return;
	if (view->query_log_every != 0)
		query_log(worker, service, view, event);
	if (view->is_observed && share_takes(worker->feeds.share, worker->index, event))
		recorder_emit(worker->feeds.observation, worker->index, view->observation_label, event);
}

void worker_count(struct worker *worker, const struct service *service, const struct query_event *event)
{
	struct counters *counters = &service_of_worker(service, worker)->counters;
	counters_record(counters, event);
	if ((event->is_tc || event->transport == TRANSPORT_TCP) && truncation_is_followed(service->truncations, event))
		counters_event(counters, event->client.addr.family, COUNTER_TCP_AFTER_TC);
}

void worker_account(struct worker *worker, const struct service *service, const struct service_view *view,
                    const struct query_event *event)
{
	worker_count(worker, service, event);
	worker_tell(worker, service, view, event);
}
