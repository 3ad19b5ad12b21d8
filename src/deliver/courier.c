/* SPDX-License-Identifier: BSD-2-Clause */
#include "deliver/courier.h"

#include "base/clock.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

struct courier {
	struct courier_options options;
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t work;
	int stop_fd;
	_Atomic uint64_t over_us; /* monotonic: when the time for parting is over; 0: nobody ends */
	/* under the lock */
	struct parcel queue[COURIER_QUEUE]; /* texts of our own */
	size_t first, count;
	bool is_carrying, is_stopping;
	bool was_full; /* it was logged, and nothing has been carried since */
	struct courier_counts counts;
};

/* Signals are the main thread's; without SIGPIPE a program that does not read is an error of write(2). */
static void signals_block(sigset_t *ret_before)
{
	sigset_t all;
	sigfillset(&all);
	pthread_sigmask(SIG_BLOCK, &all, ret_before);
}

static void parcel_drop(struct parcel *parcel)
{
	free((void *)(uintptr_t)parcel->text.data);
}

static bool parcel_take(struct courier *courier, struct parcel *ret)
{
	pthread_mutex_lock(&courier->lock);
	courier->is_carrying = false;
	while (courier->count == 0 && !courier->is_stopping)
		pthread_cond_wait(&courier->work, &courier->lock);
	bool is_any = courier->count > 0;
	if (is_any) {
		*ret = courier->queue[courier->first];
		courier->first = (courier->first + 1) % COURIER_QUEUE;
		courier->count--;
		courier->is_carrying = true;
	}
	pthread_mutex_unlock(&courier->lock);
	return is_any;
}

static void outcome_note(struct courier *courier, int err, const char *why)
{
	pthread_mutex_lock(&courier->lock);
	if (err == ERR_OK) {
		courier->counts.carried++;
		courier->was_full = false;
	} else {
		courier->counts.lost++;
	}
	uint64_t lost = courier->counts.lost;
	pthread_mutex_unlock(&courier->lock);
	const struct log_field fields[] = {{"sink", courier->options.name, 0}, {"lost", NULL, (int64_t)lost}};
	if (err != ERR_OK)
		log_line(courier->options.log, LOG_LEVEL_WARNING, "alert", fields, 2, "an alert was not delivered: %s",
			 why);
}

static void *courier_run(void *argument)
{
	struct courier *courier = argument;
	struct parcel parcel;
	char why[COURIER_WHY_MAX];
	while (parcel_take(courier, &parcel)) {
		why[0] = '\0';
		int err = ERR_LIMIT;
		if (courier_is_over(courier))
			memcpy(why, "the daemon ends", sizeof("the daemon ends"));
		else
			err = courier->options.carry(courier->options.owner, courier, &parcel, why);
		outcome_note(courier, err, why);
		parcel_drop(&parcel);
	}
	return NULL;
}

static int thread_start(struct courier *courier)
{
	sigset_t before;
	signals_block(&before);
	int err = pthread_create(&courier->thread, NULL, courier_run, courier);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return -err;
}

int courier_new(const struct courier_options *options, struct courier **ret)
{
	struct courier *courier = calloc(1, sizeof(*courier));
	if (courier == NULL)
		return -ENOMEM;
	courier->options = *options;
	courier->stop_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	pthread_mutex_init(&courier->lock, NULL);
	pthread_cond_init(&courier->work, NULL);
	int err = courier->stop_fd >= 0 ? thread_start(courier) : -errno;
	if (err != ERR_OK) {
		if (courier->stop_fd >= 0)
			close(courier->stop_fd);
		free(courier);
		return err;
	}
	*ret = courier;
	return ERR_OK;
}

void courier_free(struct courier *courier)
{
	if (courier == NULL)
		return;
	atomic_store(&courier->over_us, clock_monotonic_us() + COURIER_PARTING_MS * 1000);
	pthread_mutex_lock(&courier->lock);
	courier->is_stopping = true;
	pthread_cond_signal(&courier->work);
	pthread_mutex_unlock(&courier->lock);
	eventfd_write(courier->stop_fd, 1);
	pthread_join(courier->thread, NULL);
	close(courier->stop_fd);
	pthread_mutex_destroy(&courier->lock);
	pthread_cond_destroy(&courier->work);
	free(courier);
}

/* --- the queue --- */

/* The oldest goes: what is newer tells more of how things are. true: to be logged. */
static bool room_make(struct courier *courier)
{
	parcel_drop(&courier->queue[courier->first]);
	courier->first = (courier->first + 1) % COURIER_QUEUE;
	courier->count--;
	courier->counts.lost++;
	bool is_first = !courier->was_full;
	courier->was_full = true;
	return is_first;
}

/* true: the oldest made room, which is to be logged. */
static bool parcel_add(struct courier *courier, const struct parcel *parcel)
{
	bool is_full = courier->count == COURIER_QUEUE && room_make(courier);
	courier->queue[(courier->first + courier->count++) % COURIER_QUEUE] = *parcel;
	pthread_cond_signal(&courier->work);
	return is_full;
}

void courier_push(struct courier *courier, const struct parcel *parcel)
{
	uint8_t *text = malloc(parcel->text.size + 1);
	bool is_full = false;
	if (text != NULL && parcel->text.size > 0)
		memcpy(text, parcel->text.data, parcel->text.size);
	const struct parcel copy = {span_of(text, parcel->text.size), parcel->level};
	pthread_mutex_lock(&courier->lock);
	if (text == NULL)
		courier->counts.lost++;
	else
		is_full = parcel_add(courier, &copy);
	pthread_mutex_unlock(&courier->lock);
	const struct log_field fields[] = {{"sink", courier->options.name, 0}};
	if (is_full)
		log_line(courier->options.log, LOG_LEVEL_WARNING, "alert", fields, 1,
			 "%d alerts wait for delivery: older ones are lost from now on", COURIER_QUEUE);
}

bool courier_is_idle(struct courier *courier)
{
	pthread_mutex_lock(&courier->lock);
	bool is_idle = courier->count == 0 && !courier->is_carrying;
	pthread_mutex_unlock(&courier->lock);
	return is_idle;
}

struct courier_counts courier_counts(struct courier *courier)
{
	pthread_mutex_lock(&courier->lock);
	struct courier_counts counts = courier->counts;
	pthread_mutex_unlock(&courier->lock);
	return counts;
}

/* --- for carry --- */

bool courier_is_over(const struct courier *courier)
{
	uint64_t over_us = atomic_load(&courier->over_us);
	return over_us != 0 && clock_monotonic_us() >= over_us;
}

int courier_stop_fd(const struct courier *courier)
{
	return courier->stop_fd;
}

bool courier_sleep(struct courier *courier, uint32_t ms)
{
	struct pollfd stop = {.fd = courier->stop_fd, .events = POLLIN};
	return poll(&stop, 1, (int)ms) == 0;
}
