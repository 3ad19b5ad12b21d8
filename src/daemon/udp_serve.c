/* SPDX-License-Identifier: BSD-2-Clause */
#include "daemon/udp_serve.h"

#include "base/clock.h"
#include "daemon/observe/tapping.h"

/* Batches before the loop looks after the other sockets again. */
#define ROUNDS_MAX 16

struct round {
	struct worker *worker;
	const struct service_view *view;
};

/* RFC 9715 3.1: an answer the path does not take whole is made again for the size every path takes. */
static size_t answer_shorten(void *owner, size_t index)
{
	const struct round *round = owner;
	struct udp_turn *turn = round->worker->turn;
	struct auth_options options = round->view->options;
	options.udp_size = AUTH_UDP_SIZE_MIN;
	turn->outs[index] = writer_of(turn->outs[index].data, AUTH_UDP_SIZE_MIN);
	turn->sizes[index] = auth_answer(&options, round->view->zones, &turn->requests[index], round->worker->scratch,
	                                 &turn->outs[index], &turn->events[index]);
	return turn->sizes[index];
}

static void batch_answer(const struct round *round, size_t count, uint64_t now_us)
{
	struct worker *worker = round->worker;
	struct udp_turn *turn = worker->turn;
	uint64_t now_s = now_us / 1000000;
	for (size_t i = 0; i < count; i++) {
		const struct udp_datagram *datagram = udp_batch_at(worker->batch, i);
		turn->requests[i] = (struct auth_request){.message = datagram->message,
		                                          .transport = TRANSPORT_UDP,
		                                          .client = datagram->client.addr,
		                                          .now_s = now_s};
		turn->outs[i] = writer_of(udp_batch_answer(worker->batch, i), round->view->options.udp_size);
	}
	auth_answer_batch(&round->view->options, round->view->zones, turn->requests, count, worker->scratch, turn->outs,
	                  turn->sizes, turn->events);
}

/* The time of a batch is the time of each of its answers: that is how long the first of them waited. */
static void batch_account(const struct round *round, const struct listener_part *part, size_t count, uint64_t begin_us,
                          uint64_t end_us)
{
	struct worker *worker = round->worker;
	for (size_t i = 0; i < count; i++) {
		const struct udp_datagram *datagram = udp_batch_at(worker->batch, i);
		struct query_event *event = &worker->turn->events[i];
		event->wall_us = begin_us;
		event->duration_us = end_us > begin_us ? (uint32_t)(end_us - begin_us) : 0;
		event->client = datagram->client;
		event->server = datagram->server;
		event->transport = TRANSPORT_UDP;
		worker_account(worker, part->service, round->view, event);
		if (!round->view->is_tapped)
			continue;
		const struct tapped tapped = {.client = &datagram->client,
		                              .server = datagram->server,
		                              .port = part->port,
		                              .transport = TRANSPORT_UDP,
		                              .query_us = begin_us,
		                              .response_us = end_us,
		                              .query = datagram->message,
		                              .response = span_of(udp_batch_answer(worker->batch, i), worker->turn->sizes[i])};
		tapping_client(worker, part->service, round->view, &tapped);
	}
}

static void batch_serve(const struct round *round, struct listener_part *part, size_t count)
{
	struct worker *worker = round->worker;
	uint64_t begin_us = clock_wall_us();
	batch_answer(round, count, begin_us);
	struct udp_sent sent = udp_batch_send(worker->batch, part->udp_fd, worker->turn->sizes, count, answer_shorten,
	                                      (void *)(uintptr_t)round);
	batch_account(round, part, count, begin_us, clock_wall_us());
	if (sent.shortened + sent.failed == 0)
		return;
	struct counters_family *family =
		&service_of_worker(part->service, worker)->counters.families[part->bound.family];
	counter_add(&family->events[COUNTER_SHORTENED], sent.shortened);
	counter_add(&family->events[COUNTER_DROPPED_SEND], sent.failed);
}

void udp_serve(uv_poll_t *poll, int status, int events)
{
	(void)events;
	struct listener_part *part = poll->data;
	struct worker *worker = part->worker;
	/* An error on a datagram socket is an echo of something sent before; libuv stops watching, the socket is fine. */
	if (status < 0)
		uv_poll_start(poll, UV_READABLE, udp_serve);
	worker_enter(worker);
	struct round round = {.worker = worker};
	for (unsigned i = 0; i < ROUNDS_MAX; i++) {
		size_t count;
		if (udp_batch_receive(worker->batch, part->udp_fd, &part->bound, &count) != ERR_OK || count == 0)
			return;
		/* After the receiving: who asks because another family has shown a new version is shown no older one. */
		round.view = service_view(part->service);
		batch_serve(&round, part, count);
	}
}
