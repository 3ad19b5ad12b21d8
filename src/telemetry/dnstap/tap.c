/* SPDX-License-Identifier: BSD-2-Clause */
#include "telemetry/dnstap/tap.h"

#include "base/clock.h"
#include "base/ring.h"
#include "net/frame_stream.h"
#include "telemetry/dnstap/source_address.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#define LABELS_MAX 1024
#define WAIT_MIN_MS 5
#define WAIT_MAX_MS 160
#define FINISH_US 1000000ull
#define DROP_REPORT_US 10000000ull

struct record {
	struct tap_message message; /* spans: not the pointers, the octets behind the record */
	uint32_t label;
	uint8_t tail[]; /* zone, then the message */
};

struct tap {
	struct ring **rings;
	size_t worker_count;
	struct sender *sender;
	struct source_addresses *sources;
	struct privacy privacy;
	struct log *log;
	char *identity, *version;
	char *labels[LABELS_MAX]; /* append only: a label in a ring was written before the record */
	uint32_t label_count;
	pthread_t thread;
	bool has_thread;
	atomic_bool is_stopping;
	uint64_t reported_drops, report_us; /* the thread's */
};

static uint64_t dropped(const struct tap *tap)
{
	uint64_t sum = sender_view(tap->sender).lost;
	for (size_t i = 0; i < tap->worker_count; i++)
		sum += ring_dropped(tap->rings[i]);
	return sum;
}

struct tap_view tap_view(const struct tap *tap)
{
	return (struct tap_view){
		.sender = sender_view(tap->sender), .peer = sender_text(tap->sender), .dropped = dropped(tap)};
}

/* --- The thread --- */

static size_t frame_most(const struct tap *tap, struct span item)
{
	return item.size + TAP_MESSAGE_ROOM + strlen(tap->identity) + strlen(tap->version);
}

/* Of a client as much as may be told. Of ourselves: a socket that sends to many has no address until it sends. */
static void asker_set(struct tap *tap, struct tap_message *message)
{
	const struct ip_addr *asker = &message->query.addr;
	if (tap_is_upstream(message->type)) {
		if (ip_addr_is_any(asker))
			message->query.addr = source_address_find(tap->sources, &message->response.addr);
		return;
	}
	if (tap->privacy.length[asker->family] < 8 * ip_addr_size(asker->family))
		message->query.port = 0; /* it tells the clients of one prefix apart */
	privacy_truncate_address(&tap->privacy, &message->query.addr);
}

static void record_send(struct tap *tap, struct span item)
{
	const struct record *record = (const struct record *)(uintptr_t)item.data;
	struct tap_message message = record->message;
	const struct tap_source source = {.identity = span_text(tap->identity),
	                                  .version = span_text(tap->version),
	                                  .extra = span_text(tap->labels[record->label])};
	struct writer frame = writer_of(sender_reserve(tap->sender), frame_most(tap, item));
	message.zone.data = record->tail;
	message.octets.data = record->tail + message.zone.size;
	asker_set(tap, &message);
	tap_message_encode(&source, &message, &frame);
	if (!frame.is_full)
		sender_commit(tap->sender, frame.size);
}

/* Records stay in the rings while the sender takes none. */
static bool rings_drain(struct tap *tap)
{
	bool has_any = false;
	for (size_t i = 0; i < tap->worker_count; i++) {
		struct span item;
		for (unsigned turn = 0; turn < 1024 && ring_peek(tap->rings[i], &item); turn++) {
			if (!sender_has_room(tap->sender, frame_most(tap, item)))
				break;
			record_send(tap, item);
			ring_release(tap->rings[i]);
			has_any = true;
		}
	}
	sender_turn(tap->sender, clock_monotonic_us());
	return has_any;
}

static void drops_report(struct tap *tap, uint64_t now_us)
{
	uint64_t drops = dropped(tap);
	if (drops == tap->reported_drops || now_us < tap->report_us)
		return;
	const struct log_field fields[] = {{.key = "peer", .text = sender_text(tap->sender)},
	                                   {.key = "dropped", .number = (int64_t)(drops - tap->reported_drops)}};
	log_line(tap->log, LOG_LEVEL_WARNING, "dropped", fields, 2,
	         "the collector of dnstap is away or too slow: messages were dropped, answers were not delayed");
	tap->reported_drops = drops;
	tap->report_us = now_us + DROP_REPORT_US;
}

static void rest_send(struct tap *tap)
{
	uint64_t end_us = clock_monotonic_us() + FINISH_US, now_us;
	bool is_done = false;
	while (!is_done && (now_us = clock_monotonic_us()) < end_us) {
		is_done = !rings_drain(tap) && sender_finish(tap->sender, now_us);
		struct pollfd poller = sender_poll(tap->sender);
		if (!is_done)
			poll(&poller, 1, WAIT_MIN_MS);
	}
}

static void *tap_run(void *owner)
{
	struct tap *tap = owner;
	int wait_ms = WAIT_MIN_MS;
	while (!atomic_load(&tap->is_stopping)) {
		if (rings_drain(tap))
			wait_ms = WAIT_MIN_MS;
		else if (wait_ms < WAIT_MAX_MS)
			wait_ms *= 2;
		drops_report(tap, clock_monotonic_us());
		struct pollfd poller = sender_poll(tap->sender);
		poll(&poller, 1, wait_ms);
	}
	rest_send(tap);
	drops_report(tap, UINT64_MAX);
	return NULL;
}

/* --- Its life --- */

static int parts_new(struct tap *tap, const struct tap_options *options)
{
	tap->identity = strdup(options->identity != NULL ? options->identity : "");
	tap->version = strdup(options->version != NULL ? options->version : "");
	tap->rings = calloc(options->worker_count, sizeof(tap->rings[0]));
	tap->sources = source_addresses_new();
	if (tap->identity == NULL || tap->version == NULL || tap->rings == NULL || tap->sources == NULL)
		return -ENOMEM;
	tap->worker_count = options->worker_count;
	for (size_t i = 0; i < tap->worker_count; i++) {
		tap->rings[i] = ring_new(options->ring_size);
		if (tap->rings[i] == NULL)
			return -ENOMEM;
	}
	return sender_new(&options->sender, &tap->sender);
}

int tap_new(const struct tap_options *options, struct tap **ret)
{
	struct tap *tap = calloc(1, sizeof(*tap));
	if (tap == NULL)
		return -ENOMEM;
	tap->log = options->log;
	tap->privacy = options->privacy;
	int rc = parts_new(tap, options);
	if (rc != ERR_OK) {
		tap_free(tap);
		return rc;
	}
	*ret = tap;
	return ERR_OK;
}

void tap_free(struct tap *tap)
{
	if (tap == NULL)
		return;
	atomic_store(&tap->is_stopping, true);
	if (tap->has_thread)
		pthread_join(tap->thread, NULL);
	for (size_t i = 0; i < tap->worker_count; i++)
		ring_free(tap->rings[i]);
	for (uint32_t i = 0; i < tap->label_count; i++)
		free(tap->labels[i]);
	free(tap->rings);
	sender_free(tap->sender);
	source_addresses_free(tap->sources);
	free(tap->identity);
	free(tap->version);
	free(tap);
}

int tap_label(struct tap *tap, const char *service, uint32_t *ret_label)
{
	for (uint32_t i = 0; i < tap->label_count; i++) {
		if (strcmp(tap->labels[i], service) == 0) {
			*ret_label = i;
			return ERR_OK;
		}
	}
	if (tap->label_count == LABELS_MAX)
		return ERR_LIMIT;
	if (!tap->has_thread) {
		int rc = pthread_create(&tap->thread, NULL, tap_run, tap);
		if (rc != 0)
			return -rc;
		tap->has_thread = true;
	}
	tap->labels[tap->label_count] = strdup(service);
	if (tap->labels[tap->label_count] == NULL)
		return -ENOMEM;
	*ret_label = tap->label_count++;
	return ERR_OK;
}

void tap_emit(struct tap *tap, size_t worker, uint32_t label, const struct tap_message *message)
{
	struct record *record = ring_reserve(tap->rings[worker],
	                                     sizeof(*record) + message->zone.size + message->octets.size);
	if (record == NULL)
		return;
	record->message = *message;
	record->label = label;
	if (message->zone.size > 0)
		memcpy(record->tail, message->zone.data, message->zone.size);
	memcpy(record->tail + message->zone.size, message->octets.data, message->octets.size);
	ring_commit(tap->rings[worker]);
}
