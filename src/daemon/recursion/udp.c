/* SPDX-License-Identifier: BSD-2-Clause */
#include "daemon/recursion/udp.h"

#include "base/clock.h"
#include "daemon/observe/tapping.h"
#include "daemon/recursion/drive.h"
#include "dns/serve/shorten.h"
#include "telemetry/querylog.h"

/* Batches before the loop looks after the other sockets again. */
#define ROUNDS_MAX 64

struct round {
	struct drive *drive;
	struct listener_part *part;
	uint16_t udp_size;
	enum resolver_taken taken[UDP_BATCH_SIZE];
};

static size_t sent_shorten(void *owner, size_t index)
{
	const struct round *round = owner;
	struct udp_turn *turn = round->drive->worker->turn;
	turn->sizes[index] = answer_shorten(udp_batch_answer(round->drive->batch, index), turn->sizes[index]);
	turn->events[index].is_tc = true;
	turn->events[index].size = (uint32_t)turn->sizes[index];
	return turn->sizes[index];
}

/* The engine's memory moves on with the next query; the line is written at the end of the batch. */
static void reason_keep(struct drive *drive, struct query_event *event, size_t index)
{
	uint8_t *at = drive->reasons + index * QUERYLOG_REASON_MAX;
	size_t size = event->reason.size < QUERYLOG_REASON_MAX ? event->reason.size : QUERYLOG_REASON_MAX;
	memcpy(at, event->reason.data, size);
	event->reason = span_of(at, size);
}

/* A batch waits for memory once, not each of its queries by itself. */
static void batch_expect(const struct round *round, size_t count)
{
	const struct resolver *engine = round->drive->engine;
	uint64_t places[UDP_BATCH_SIZE];
	for (size_t i = 0; count > 1 && i < count; i++) {
		const struct udp_datagram *datagram = udp_batch_at(round->drive->batch, i);
		const struct resolver_request request = {.message = datagram->message, .client = datagram->client};
		places[i] = resolver_expect(engine, &request);
	}
	for (size_t i = 0; count > 1 && i < count; i++)
		resolver_expect_value(engine, places[i]);
}

static void batch_ask(struct round *round, size_t count, struct resolver_time now, uint64_t wall_us)
{
	struct drive *drive = round->drive;
	struct udp_turn *turn = drive->worker->turn;
	batch_expect(round, count);
	for (size_t i = 0; i < count; i++) {
		const struct udp_datagram *datagram = udp_batch_at(drive->batch, i);
		struct drive_question question = {.request = {.message = datagram->message,
		                                              .transport = TRANSPORT_UDP,
		                                              .client = datagram->client},
		                                  .part = round->part,
		                                  .server = datagram->server,
		                                  .begin_wall_us = wall_us};
		struct query_event *event = &turn->events[i];
		turn->outs[i] = writer_of(udp_batch_answer(drive->batch, i), round->udp_size);
		*event = (struct query_event){.ede = -1};
		round->taken[i] = drive_query(drive, now, &question, &turn->outs[i], event);
		turn->sizes[i] = round->taken[i] == RESOLVER_ANSWERED ? turn->outs[i].size : 0;
		event->size = (uint32_t)turn->sizes[i];
		if (event->reason.size > 0)
			reason_keep(drive, event, i);
	}
}

static void datagram_tap(const struct round *round, size_t index, uint64_t begin_us, uint64_t end_us)
{
	const struct drive *drive = round->drive;
	const struct udp_datagram *datagram = udp_batch_at(drive->batch, index);
	const size_t size = drive->worker->turn->sizes[index]; /* 0: the answer comes later, if at all */
	const struct tapped tapped = {.client = &datagram->client,
	                              .server = datagram->server,
	                              .port = round->part->port,
	                              .transport = TRANSPORT_UDP,
	                              .query_us = begin_us,
	                              .response_us = end_us,
	                              .query = datagram->message,
	                              .response = span_of(udp_batch_answer(drive->batch, index), size)};
	tapping_client(drive->worker, drive->service, service_view(drive->service), &tapped);
}

/* The time of a batch is the time of each of its answers: that is how long the first of them waited. */
static void batch_account(const struct round *round, size_t count, uint64_t begin_us, uint64_t end_us)
{
	struct drive *drive = round->drive;
	const struct service_view *view = service_view(drive->service);
	for (size_t i = 0; i < count; i++) {
		const struct udp_datagram *datagram = udp_batch_at(drive->batch, i);
		struct query_event *event = &drive->worker->turn->events[i];
		if (view->is_tapped)
			datagram_tap(round, i, begin_us, end_us);
		if (round->taken[i] == RESOLVER_WAITING)
			continue;
		event->wall_us = begin_us;
		event->duration_us = end_us > begin_us ? (uint32_t)(end_us - begin_us) : 0;
		event->client = datagram->client;
		event->server = datagram->server;
		event->transport = TRANSPORT_UDP;
		drive_account(drive, event);
	}
}

static void batch_serve(struct round *round, size_t count)
{
	struct drive *drive = round->drive;
	uint64_t begin_us = clock_wall_us();
	batch_ask(round, count, (struct resolver_time){.mono_us = clock_monotonic_us(), .wall_s = begin_us / 1000000},
	          begin_us);
	struct udp_sent sent = udp_batch_send(drive->batch, round->part->udp_fd, drive->worker->turn->sizes, count,
	                                      sent_shorten, round);
	batch_account(round, count, begin_us, clock_wall_us());
	if (sent.shortened + sent.failed > 0) {
		struct counters_family *family = &service_of_worker(round->part->service, drive->worker)
		                                          ->counters.families[round->part->bound.family];
		counter_add(&family->events[COUNTER_SHORTENED], sent.shortened);
		counter_add(&family->events[COUNTER_DROPPED_SEND], sent.failed);
	}
	drive_turn(drive);
}

void recursive_udp_serve(uv_poll_t *poll, int status, int events)
{
	(void)events;
	struct listener_part *part = poll->data;
	/* An error on a datagram socket is an echo of something sent before; libuv stops watching, the socket is fine. */
	if (status < 0)
		uv_poll_start(poll, UV_READABLE, recursive_udp_serve);
	worker_enter(part->worker);
	struct round round = {.drive = drive_of(part->service, part->worker), .part = part};
	round.udp_size = round.drive->policy->policy.udp_size;
	for (unsigned i = 0; i < ROUNDS_MAX; i++) {
		size_t count;
		if (udp_batch_receive(round.drive->batch, part->udp_fd, &part->bound, &count) != ERR_OK || count == 0)
			return;
		batch_serve(&round, count);
	}
}
