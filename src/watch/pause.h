/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How a thread of this room waits and is stopped.
 * A value inside its owner: pause_init/pause_end.
 * Never waits longer than it was told, nor once it is stopped.
 */
#ifndef WATCH_PAUSE_H
#define WATCH_PAUSE_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

struct pause {
	atomic_bool is_stopped;
	pthread_mutex_t lock;
	pthread_cond_t wake;
};

void pause_init(struct pause *pause);
void pause_end(struct pause *pause);
void pause_until(struct pause *pause, uint64_t until_us); /* monotonic */
void pause_stop(struct pause *pause);                     /* any thread */
/* The calling thread gives way to those that answer queries, and leaves signals to the main thread. */
void pause_be_nice(void);

#endif
