/* SPDX-License-Identifier: BSD-2-Clause */
#include "watch/pause.h"

#include <signal.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define NICE 10

void pause_init(struct pause *pause)
{
	pthread_condattr_t attributes;
	atomic_init(&pause->is_stopped, false);
	pthread_mutex_init(&pause->lock, NULL);
	pthread_condattr_init(&attributes);
	pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	pthread_cond_init(&pause->wake, &attributes);
	pthread_condattr_destroy(&attributes);
}

void pause_end(struct pause *pause)
{
	pthread_cond_destroy(&pause->wake);
	pthread_mutex_destroy(&pause->lock);
}

void pause_until(struct pause *pause, uint64_t until_us)
{
	const struct timespec until = {.tv_sec = (time_t)(until_us / 1000000),
				       .tv_nsec = (long)(until_us % 1000000 * 1000)};
	pthread_mutex_lock(&pause->lock);
	while (!atomic_load(&pause->is_stopped) && pthread_cond_timedwait(&pause->wake, &pause->lock, &until) == 0)
		;
	pthread_mutex_unlock(&pause->lock);
}

void pause_stop(struct pause *pause)
{
	pthread_mutex_lock(&pause->lock);
	atomic_store(&pause->is_stopped, true);
	pthread_cond_broadcast(&pause->wake);
	pthread_mutex_unlock(&pause->lock);
}

void pause_be_nice(void)
{
	sigset_t all;
	sigfillset(&all);
	pthread_sigmask(SIG_BLOCK, &all, NULL);
	(void)setpriority(PRIO_PROCESS, (id_t)syscall(SYS_gettid), NICE); /* of this thread alone */
}
