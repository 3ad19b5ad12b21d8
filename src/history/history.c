/* SPDX-License-Identifier: BSD-2-Clause */
#include "history/history.h"

#include "dns/header.h"
#include "history/sampling.h"
#include "history/store.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>

#define FLUSH_US 5000000 /* a crash loses at most what came since */
#define RETRY_MS 5000    /* after a fault of the disk */
#define TRIM_US 10000000
#define FAILURES_A_SECOND 100 /* kept one by one; all are counted */
#define LATE_MINUTES 10       /* an event of an earlier minute is counted in the present one */

/*
 * Two batches: the tap fills `front`, the thread writes `back`. They change places once a second at most, and only when
 * the thread has done with `back`, so the observing thread takes the lock once a second and holds it for some stores.
 */
struct history {
	struct history_options options;
	char *path;
	struct batch *front; /* the observing thread's */
	uint64_t now_us;
	uint64_t failure_second;
	uint32_t failures_kept;

	pthread_mutex_t mutex;
	pthread_cond_t woken;
	struct batch *back; /* the thread's while has_work */
	bool has_work;
	bool is_hurried; /* the end is near: a fault is not waited out */
	bool is_stopping;
	pthread_t thread;

	/* the thread's */
	struct store *store;
	bool is_refused; /* the file is not for this program: nothing is written in this run */
	uint64_t trimmed_us;
	bool is_told;

	_Atomic uint64_t answers_written, dropped, size;
	atomic_bool is_open, is_failing;
};

/* --- The observing thread --- */

static uint32_t minute_of(const struct history *history, const struct event *event)
{
	uint64_t now = history->now_us / 60000000, minute = event->time_us / 60000000;
	if (now == 0)
		return (uint32_t)minute;
	return (uint32_t)(minute + LATE_MINUTES < now || minute > now + 1 ? now : minute);
}

static bool is_failure(const struct event *event)
{
	return !event_has(event, EVENT_HAS_RCODE) || (event->rcode != RCODE_NOERROR && event->rcode != RCODE_NXDOMAIN);
}

/* 0: it is not kept. */
static uint32_t weight_of(struct history *history, const struct event *event)
{
	if (history->options.sample_every == 0)
		return 0;
	if (!is_failure(event))
		return sampling_takes(history->options.seed, event, history->options.sample_every)
			       ? history->options.sample_every
			       : 0;
	uint64_t second = event->time_us / 1000000;
	if (second != history->failure_second) {
		history->failure_second = second;
		history->failures_kept = 0;
	}
	return history->failures_kept++ < FAILURES_A_SECOND ? 1 : 0;
}

void history_event(struct history *history, const struct event *event, uint32_t weight)
{
	if (event->kind != EVENT_REPLY || !event_has(event, EVENT_HAS_TIME))
		return;
	counts_add(history->front->counts, event, minute_of(history, event), weight);
	uint32_t kept = weight_of(history, event);
	if (kept > 0 && !batch_add_row(history->front, event, sampling_weight(kept, weight), history->options.client_length))
		atomic_fetch_add(&history->dropped, 1);
}

void history_signal(struct history *history, const struct signal *signal, enum signal_change change)
{
	if (!batch_add_signal(history->front, signal, change))
		atomic_fetch_add(&history->dropped, 1);
}

/* With the mutex. */
static void hand_over(struct history *history, uint64_t now_us)
{
	struct batch *full = history->front;
	history->front = history->back;
	history->back = full;
	full->to_us = now_us;
	history->front->from_us = now_us;
	history->has_work = true;
	pthread_cond_signal(&history->woken);
}

void history_second(struct history *history, uint64_t now_us)
{
	struct batch *front = history->front;
	history->now_us = now_us;
	if (front->from_us == 0 || front->from_us > now_us)
		front->from_us = now_us;
	bool is_due =
		now_us - front->from_us >= FLUSH_US || front->signal_count > 0 || front->row_count > BATCH_ROWS_MAX / 2;
	if (!is_due)
		return;
	pthread_mutex_lock(&history->mutex);
	if (!history->has_work)
		hand_over(history, now_us);
	pthread_mutex_unlock(&history->mutex);
}

/* --- The writing thread --- */

static void fault_tell(struct history *history, int rc, const char *why, const char *what_follows)
{
	atomic_store(&history->is_failing, true);
	if (!history->is_told)
		log_plain(history->options.log, LOG_LEVEL_WARNING, "history", "%s: %s (%s): %s", history->path,
			  err_text(rc), why, what_follows);
	history->is_told = true;
}

static void store_close(struct history *history)
{
	store_free(history->store);
	history->store = NULL;
	atomic_store(&history->is_open, false);
}

static void damaged_set_aside(struct history *history, const char *why)
{
	struct text aside = {0};
	int rc = store_set_aside(history->path, &aside);
	if (rc != ERR_OK)
		fault_tell(history, rc, "a damaged file cannot be set aside",
			   "no history is written until it is moved away");
	else
		log_plain(history->options.log, LOG_LEVEL_WARNING, "history",
			  "%s is damaged (%s): set aside as %s, a new one is begun", history->path, why,
			  text_string(&aside));
	text_free(&aside);
}

static int file_open(struct history *history, uint64_t now_us)
{
	const struct store_options options = {.path = history->path,
					      .size = history->options.size,
					      .keep_us = history->options.keep_us,
					      .now_us = now_us};
	struct text why = {0};
	int rc = store_open(&options, &why, &history->store);
	if (rc == ERR_SYNTAX) {
		damaged_set_aside(history, text_string(&why));
		text_clear(&why);
		rc = store_open(&options, &why, &history->store);
	}
	if (rc == ERR_UNSUPPORTED)
		history->is_refused = true;
	if (rc != ERR_OK)
		fault_tell(history, rc, text_string(&why),
			   history->is_refused ? "no history is written"
					       : "tried again every 5 s, what comes meanwhile "
						 "is kept as long as there is room");
	text_free(&why);
	if (rc != ERR_OK)
		return rc;
	atomic_store(&history->is_open, true);
	if (history->options.opened != NULL)
		history->options.opened(history->options.owner, history->path);
	history->options.opened = NULL; /* once: what a file has that is begun anew is known already */
	return ERR_OK;
}

static int batch_store(struct history *history, const struct batch *batch)
{
	int rc = history->store != NULL ? ERR_OK : file_open(history, batch->to_us);
	if (rc != ERR_OK)
		return rc;
	struct text why = {0};
	rc = store_write(history->store, batch, &why);
	if (rc == ERR_SYNTAX) {
		store_close(history);
		damaged_set_aside(history, text_string(&why));
	} else if (rc != ERR_OK) {
		fault_tell(history, rc, text_string(&why),
			   "tried again every 5 s, what comes meanwhile is kept as long as there "
			   "is room");
	}
	text_free(&why);
	if (rc != ERR_OK)
		return rc;
	if (history->is_told)
		log_plain(history->options.log, LOG_LEVEL_NOTICE, "history", "%s: written again; %llu dropped so far",
			  history->path, (unsigned long long)atomic_load(&history->dropped));
	history->is_told = false;
	atomic_store(&history->is_failing, false);
	atomic_fetch_add(&history->answers_written, batch->row_count);
	return ERR_OK;
}

/* Also after a write that found no room: that is how room is made. */
static void store_tidy(struct history *history, uint64_t now_us, bool is_needed)
{
	struct text why = {0};
	bool is_more = false;
	if (history->store == NULL || (!is_needed && now_us - history->trimmed_us < TRIM_US))
		return;
	int rc = store_trim(history->store, now_us, &is_more, &why);
	if (rc == ERR_SYNTAX) {
		store_close(history);
		damaged_set_aside(history, text_string(&why));
	} else if (rc != ERR_OK) {
		fault_tell(history, rc, text_string(&why), "old rows cannot be removed");
	} else {
		atomic_store(&history->size, store_size(history->store));
		history->trimmed_us = is_more ? 0 : now_us;
	}
	text_free(&why);
}

/* With the mutex: until there is work, or the end. */
static void wait_for_work(struct history *history)
{
	while (!history->has_work && !history->is_stopping)
		pthread_cond_wait(&history->woken, &history->mutex);
}

static void wait_for_retry(struct history *history)
{
	struct timespec until;
	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += RETRY_MS / 1000;
	pthread_mutex_lock(&history->mutex);
	while (!history->is_hurried && pthread_cond_timedwait(&history->woken, &history->mutex, &until) == 0)
		;
	pthread_mutex_unlock(&history->mutex);
}

static bool is_hurried(struct history *history)
{
	pthread_mutex_lock(&history->mutex);
	bool is_hurried = history->is_hurried;
	pthread_mutex_unlock(&history->mutex);
	return is_hurried;
}

/* Until it is written, or nobody waits any more. */
static void work_do(struct history *history)
{
	struct batch *back = history->back;
	int rc = ERR_UNSUPPORTED;
	atomic_fetch_add(&history->dropped, counts_dropped(back->counts));
	while (!history->is_refused) {
		rc = batch_store(history, back);
		store_tidy(history, back->to_us, rc == -ENOSPC);
		if (rc == ERR_OK || is_hurried(history))
			break;
		wait_for_retry(history);
	}
	if (rc != ERR_OK)
		atomic_fetch_add(&history->dropped, back->row_count + back->signal_count);
	batch_clear(back);
}

static void *batches_write(void *argument)
{
	struct history *history = argument;
	(void)file_open(history, history->options.now_us); /* a fault is told, and tried again with the first batch */
	for (bool is_last = false; !is_last;) {
		pthread_mutex_lock(&history->mutex);
		wait_for_work(history);
		bool has_work = history->has_work;
		is_last = history->is_stopping && !has_work;
		pthread_mutex_unlock(&history->mutex);
		if (!has_work)
			continue;
		work_do(history);
		pthread_mutex_lock(&history->mutex);
		history->has_work = false;
		pthread_cond_broadcast(&history->woken);
		pthread_mutex_unlock(&history->mutex);
	}
	return NULL;
}

/* --- Its life --- */

static int path_make(struct history *history)
{
	struct text path = {0};
	text_addf(&path, "%s/%s", history->options.folder, HISTORY_FILE);
	history->path = path.data;
	return path.is_failed ? -ENOMEM : ERR_OK;
}

static void history_drop(struct history *history)
{
	store_free(history->store);
	batch_free(history->front);
	batch_free(history->back);
	pthread_cond_destroy(&history->woken);
	pthread_mutex_destroy(&history->mutex);
	free(history->path);
	free(history);
}

int history_new(const struct history_options *options, struct history **ret)
{
	struct history *history = calloc(1, sizeof(*history));
	pthread_condattr_t attributes;
	if (history == NULL)
		return -ENOMEM;
	history->options = *options;
	history->now_us = options->now_us;
	pthread_mutex_init(&history->mutex, NULL);
	pthread_condattr_init(&attributes);
	pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	pthread_cond_init(&history->woken, &attributes);
	pthread_condattr_destroy(&attributes);
	int rc = path_make(history);
	if (rc == ERR_OK)
		rc = batch_new(&history->front);
	if (rc == ERR_OK)
		rc = batch_new(&history->back);
	if (rc == ERR_OK)
		rc = -pthread_create(&history->thread, NULL, batches_write, history);
	if (rc != ERR_OK) {
		history_drop(history);
		return rc;
	}
	*ret = history;
	return ERR_OK;
}

void history_free(struct history *history)
{
	if (history == NULL)
		return;
	pthread_mutex_lock(&history->mutex);
	history->is_hurried = true;
	pthread_cond_broadcast(&history->woken);
	while (history->has_work)
		pthread_cond_wait(&history->woken, &history->mutex);
	hand_over(history, history->now_us);
	history->is_stopping = true;
	pthread_cond_broadcast(&history->woken);
	pthread_mutex_unlock(&history->mutex);
	pthread_join(history->thread, NULL);
	history_drop(history);
}

const char *history_path(const struct history *history)
{
	return history->path;
}

uint64_t history_run(const struct history *history)
{
	return history->options.now_us;
}

void history_facts(const struct history *history, struct history_facts *ret)
{
	*ret = (struct history_facts){.answers_written = atomic_load(&history->answers_written),
				      .dropped = atomic_load(&history->dropped),
				      .size = atomic_load(&history->size),
				      .is_open = atomic_load(&history->is_open),
				      .is_failing = atomic_load(&history->is_failing)};
}
