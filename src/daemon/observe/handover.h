/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Work that other threads hand to the main thread, because what it looks at belongs to the main thread.
 * One for the daemon, in its main loop. handover_run is for every other thread, the rest for the main thread.
 * Never keeps the main thread waiting, and nobody else longer than they want: busy is an answer, too.
 */
#ifndef DAEMON_OBSERVE_HANDOVER_H
#define DAEMON_OBSERVE_HANDOVER_H

#include "base/err.h"

#include <pthread.h>
#include <stdbool.h>
#include <sys/queue.h>
#include <uv.h>

struct handover_task;

struct handover {
	uv_async_t wake;
	pthread_mutex_t lock;
	pthread_cond_t news;
	TAILQ_HEAD(, handover_task) tasks;
	bool is_closed;
};

typedef void handover_function(void *owner, void *argument);

int handover_open(struct handover *handover, uv_loop_t *loop) MUST_USE;
/*
 * Runs the function in the main thread and returns when it is done. -ETIMEDOUT: the main thread did not come to it, and
 * will not; -ECANCELED: closed, or paused.
 */
int handover_run(struct handover *handover, handover_function *function, void *owner, void *argument,
		 unsigned timeout_ms) MUST_USE;
/* Until it is resumed nobody waits: who does is sent away. For joining threads that may wait here. */
void handover_pause(struct handover *handover);
void handover_resume(struct handover *handover);
void handover_close(struct handover *handover); /* paused for ever */

#endif
