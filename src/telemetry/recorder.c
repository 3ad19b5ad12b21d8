/* SPDX-License-Identifier: BSD-2-Clause */
#include "telemetry/recorder.h"

#include "base/ring.h"

#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define LABELS_MAX 1024
#define TURN_MAX 1024
#define SLEEP_MIN_MS 10
#define SLEEP_MAX_MS 160
#define DROP_REPORT_MS 10000

/*
 * The event's octets, then its name, then its reason. Of an authoritative service only what is before the resolver's half:
 * a ring that holds more of them is read through more caches, by both sides.
 */
struct record {
	uint32_t label;
	uint16_t name_size, reason_size;
	uint8_t octets[];
};

struct recorder {
	struct ring **rings;
	size_t worker_count;
	const char *name;
	struct recorder_sink sink;
	char *node;
	struct log *log;
	struct querylog_source labels[LABELS_MAX]; /* append only: a label in a ring was written before the record */
	uint32_t label_count;
	pthread_t thread;
	bool has_thread;
	atomic_bool is_stopping;
	sem_t wake;
	atomic_bool is_woken; /* one worker has, the others need not */
	uint64_t reported_drops;
};

int recorder_new(const struct recorder_options *options, struct recorder **ret)
{
	struct recorder *recorder = calloc(1, sizeof(*recorder));
	if (recorder == NULL)
		return -ENOMEM;
	sem_init(&recorder->wake, 0, 0);
	recorder->name = options->name;
	recorder->sink = options->sink;
	recorder->log = options->log;
	recorder->node = options->node != NULL ? strdup(options->node) : NULL;
	recorder->worker_count = options->worker_count;
	recorder->rings = calloc(options->worker_count, sizeof(recorder->rings[0]));
	bool is_failed = recorder->rings == NULL;
	for (size_t i = 0; !is_failed && i < options->worker_count; i++) {
		recorder->rings[i] = ring_new(options->ring_size);
		is_failed = recorder->rings[i] == NULL;
	}
	if (is_failed) {
		recorder_free(recorder);
		return -ENOMEM;
	}
	*ret = recorder;
	return ERR_OK;
}

void recorder_free(struct recorder *recorder)
{
	if (recorder == NULL)
		return;
	atomic_store(&recorder->is_stopping, true);
	sem_post(&recorder->wake);
	if (recorder->has_thread)
		pthread_join(recorder->thread, NULL);
	for (size_t i = 0; recorder->rings != NULL && i < recorder->worker_count; i++)
		ring_free(recorder->rings[i]);
	for (uint32_t i = 0; i < recorder->label_count; i++) {
		free((char *)recorder->labels[i].service);
		free((char *)recorder->labels[i].stream);
	}
	sem_destroy(&recorder->wake);
	free(recorder->rings);
	free(recorder->node);
	free(recorder);
}

uint64_t recorder_dropped(const struct recorder *recorder)
{
	uint64_t sum = 0;
	for (size_t i = 0; i < recorder->worker_count; i++)
		sum += ring_dropped(recorder->rings[i]);
	return sum;
}

static size_t event_part(const struct recorder *recorder, uint32_t label)
{
	return recorder->labels[label].is_resolver ? sizeof(struct query_event) : offsetof(struct query_event, is_ad);
}

static void record_give(const struct recorder *recorder, struct span item)
{
	const struct record *record = (const struct record *)(uintptr_t)item.data;
	size_t part = event_part(recorder, record->label);
	struct query_event event;
	memcpy(&event, record->octets, part);
	memset((uint8_t *)&event + part, 0, sizeof(event) - part);
	event.qname = record->name_size > 0 ? record->octets + part : NULL;
	event.qname_size = record->name_size;
	event.reason = span_of(record->octets + part + record->name_size, record->reason_size);
	recorder->sink.take(recorder->sink.owner, &recorder->labels[record->label], &event);
}

/* How many events came; a worker's turn ends after TURN_MAX, so that the others' rings do not fill meanwhile. */
static size_t rings_drain(struct recorder *recorder)
{
	size_t count = 0;
	for (size_t i = 0; i < recorder->worker_count; i++) {
		struct span item;
		for (unsigned turn = 0; turn < TURN_MAX && ring_peek(recorder->rings[i], &item); turn++) {
			record_give(recorder, item);
			ring_release(recorder->rings[i]);
			count++;
		}
	}
	if (recorder->sink.pass_end != NULL)
		recorder->sink.pass_end(recorder->sink.owner);
	return count;
}

static void drops_report(struct recorder *recorder)
{
	uint64_t drops = recorder_dropped(recorder);
	if (drops == recorder->reported_drops)
		return;
	const struct log_field field = {.key = "dropped", .number = (int64_t)(drops - recorder->reported_drops)};
	log_line(recorder->log, LOG_LEVEL_WARNING, "dropped", &field, 1,
	         "the %s is too slow: events were dropped, answers were not delayed", recorder->name);
	recorder->reported_drops = drops;
}

/* Until some time has gone, or a ring fills up: a pause must be no longer than what a ring holds, whatever the rate. */
static void recorder_sleep(struct recorder *recorder, unsigned sleep_ms)
{
	struct timespec until;
	clock_gettime(CLOCK_MONOTONIC, &until);
	long nanoseconds = until.tv_nsec + sleep_ms * 1000000L;
	until.tv_sec += nanoseconds / 1000000000;
	until.tv_nsec = nanoseconds % 1000000000;
	sem_clockwait(&recorder->wake, CLOCK_MONOTONIC, &until);
	atomic_store(&recorder->is_woken, false);
}

static void *recorder_run(void *owner)
{
	struct recorder *recorder = owner;
	unsigned sleep_ms = SLEEP_MIN_MS, since_report_ms = 0;
	while (!atomic_load(&recorder->is_stopping)) {
		size_t count = rings_drain(recorder);
		if (count >= TURN_MAX)
			continue;
		if (count > 0)
			sleep_ms = SLEEP_MIN_MS;
		else if (sleep_ms < SLEEP_MAX_MS)
			sleep_ms *= 2;
		recorder_sleep(recorder, sleep_ms);
		since_report_ms += sleep_ms;
		if (since_report_ms >= DROP_REPORT_MS) {
			drops_report(recorder);
			since_report_ms = 0;
		}
	}
	while (rings_drain(recorder) > 0)
		;
	drops_report(recorder);
	return NULL;
}

static bool texts_equal(const char *a, const char *b)
{
	return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

int recorder_label_role(struct recorder *recorder, const char *service, enum recorder_role role, const char *stream,
                        uint32_t *ret_label)
{
	bool is_resolver = role == RECORDER_RESOLVER;
	for (uint32_t i = 0; i < recorder->label_count; i++) {
		if (texts_equal(recorder->labels[i].service, service) && texts_equal(recorder->labels[i].stream, stream) &&
		    recorder->labels[i].is_resolver == is_resolver) {
			*ret_label = i;
			return ERR_OK;
		}
	}
	if (recorder->label_count == LABELS_MAX)
		return ERR_LIMIT;
	if (!recorder->has_thread) {
		int rc = pthread_create(&recorder->thread, NULL, recorder_run, recorder);
		if (rc != 0)
			return -rc;
		recorder->has_thread = true;
		char name[16]; /* what the kernel keeps of it */
		snprintf(name, sizeof(name), "%s", recorder->name);
		pthread_setname_np(recorder->thread, name);
	}
	recorder->labels[recorder->label_count] =
		(struct querylog_source){.node = recorder->node,
	                                 .service = strdup(service),
	                                 .role = is_resolver ? "resolver" : "authoritative",
	                                 .is_resolver = is_resolver,
	                                 .stream = stream != NULL ? strdup(stream) : NULL};
	*ret_label = recorder->label_count++;
	return ERR_OK;
}

int recorder_label(struct recorder *recorder, const char *service, const char *stream, uint32_t *ret_label)
{
	return recorder_label_role(recorder, service, RECORDER_AUTHORITATIVE, stream, ret_label);
}

void recorder_emit(struct recorder *recorder, size_t worker, uint32_t label, const struct query_event *event)
{
	size_t part = event_part(recorder, label);
	size_t name_size = event->qname != NULL ? event->qname_size : 0;
	size_t reason_size = event->reason.size < QUERYLOG_REASON_MAX ? event->reason.size : QUERYLOG_REASON_MAX;
	struct ring *ring = recorder->rings[worker];
	struct record *record = ring_reserve(ring, sizeof(*record) + part + name_size + reason_size);
	if (record == NULL)
		return;
	*record = (struct record){
		.label = label, .name_size = (uint16_t)name_size, .reason_size = (uint16_t)reason_size};
	memcpy(record->octets, event, part);
	if (name_size > 0)
		memcpy(record->octets + part, event->qname, name_size);
	if (reason_size > 0)
		memcpy(record->octets + part + name_size, event->reason.data, reason_size);
	ring_commit(ring);
	if (ring_is_filling(ring) && !atomic_exchange(&recorder->is_woken, true))
		sem_post(&recorder->wake);
}
