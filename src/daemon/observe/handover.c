/* SPDX-License-Identifier: BSD-2-Clause */
#include "daemon/observe/handover.h"

#include <errno.h>
#include <time.h>

enum task_state { TASK_WAITS, TASK_RUNS, TASK_DONE, TASK_SENT_AWAY };

/* Lies on the stack of the thread that waits: it leaves only when the task is off the list and does not run. */
struct handover_task {
	handover_function *function;
	void *owner, *argument;
	enum task_state state;
	TAILQ_ENTRY(handover_task) link;
};

static void tasks_run(uv_async_t *wake)
{
	struct handover *handover = wake->data;
	struct handover_task *task;
	pthread_mutex_lock(&handover->lock);
	while ((task = TAILQ_FIRST(&handover->tasks)) != NULL) {
		TAILQ_REMOVE(&handover->tasks, task, link);
		task->state = TASK_RUNS;
		pthread_mutex_unlock(&handover->lock);
		task->function(task->owner, task->argument);
		pthread_mutex_lock(&handover->lock);
		task->state = TASK_DONE;
		pthread_cond_broadcast(&handover->news);
	}
	pthread_mutex_unlock(&handover->lock);
}

int handover_open(struct handover *handover, uv_loop_t *loop)
{
	pthread_condattr_t attributes;
	if (uv_async_init(loop, &handover->wake, tasks_run) != 0)
		return -ENOMEM;
	handover->wake.data = handover;
	TAILQ_INIT(&handover->tasks);
	pthread_mutex_init(&handover->lock, NULL);
	pthread_condattr_init(&attributes);
	pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	pthread_cond_init(&handover->news, &attributes);
	pthread_condattr_destroy(&attributes);
	return ERR_OK;
}

static struct timespec deadline_of(unsigned timeout_ms)
{
	struct timespec at;
	clock_gettime(CLOCK_MONOTONIC, &at);
	at.tv_sec += timeout_ms / 1000;
	at.tv_nsec += (long)(timeout_ms % 1000) * 1000000;
	at.tv_sec += at.tv_nsec / 1000000000;
	at.tv_nsec %= 1000000000;
	return at;
}

int handover_run(struct handover *handover, handover_function *function, void *owner, void *argument,
		 unsigned timeout_ms)
{
	struct handover_task task = {.function = function, .owner = owner, .argument = argument};
	struct timespec deadline = deadline_of(timeout_ms);
	int rc = 0;
	pthread_mutex_lock(&handover->lock);
	if (handover->is_closed) {
		pthread_mutex_unlock(&handover->lock);
		return -ECANCELED;
	}
	TAILQ_INSERT_TAIL(&handover->tasks, &task, link);
	uv_async_send(&handover->wake); /* under the lock: it is not closed meanwhile */
	while (task.state == TASK_WAITS && rc == 0)
		rc = pthread_cond_timedwait(&handover->news, &handover->lock, &deadline);
	if (task.state == TASK_WAITS) {
		TAILQ_REMOVE(&handover->tasks, &task, link);
		task.state = TASK_SENT_AWAY;
	}
	while (task.state == TASK_RUNS) /* that is short */
		pthread_cond_wait(&handover->news, &handover->lock);
	pthread_mutex_unlock(&handover->lock);
	if (task.state == TASK_DONE)
		return ERR_OK;
	return rc != 0 ? -rc : -ECANCELED;
}

void handover_pause(struct handover *handover)
{
	struct handover_task *task;
	pthread_mutex_lock(&handover->lock);
	handover->is_closed = true;
	while ((task = TAILQ_FIRST(&handover->tasks)) != NULL) {
		TAILQ_REMOVE(&handover->tasks, task, link);
		task->state = TASK_SENT_AWAY;
	}
	pthread_cond_broadcast(&handover->news);
	pthread_mutex_unlock(&handover->lock);
}

void handover_resume(struct handover *handover)
{
	pthread_mutex_lock(&handover->lock);
	handover->is_closed = false;
	pthread_mutex_unlock(&handover->lock);
}

void handover_close(struct handover *handover)
{
	handover_pause(handover);
	if (!uv_is_closing((uv_handle_t *)&handover->wake))
		uv_close((uv_handle_t *)&handover->wake, NULL);
}
