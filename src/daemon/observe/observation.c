/* SPDX-License-Identifier: BSD-2-Clause */
#include "daemon/observe/observation.h"

#include "base/clock.h"
#include "base/random.h"
#include "signals/event_query.h"

#include <errno.h>
#include <stdlib.h>

#define RING_SIZE (2 << 20) /* a tenth of a second of a busy worker: the thread may have to wait for a core */

#define OWN_PORT_S 60 /* a connection to a resolver of ours is kept for less */

void own_ports_note(struct own_ports *ports, uint16_t port, uint64_t now_s)
{
	atomic_store_explicit(&ports->seconds[port], (uint32_t)now_s, memory_order_relaxed);
}

/* A question of this host to itself comes from the address that it asks. */
static bool is_own_probe(struct own_ports *ports, const struct query_event *query)
{
	uint32_t left_s = atomic_load_explicit(&ports->seconds[query->client.port], memory_order_relaxed);
	return left_s != 0 && ip_addr_equal(&query->client.addr, &query->server) &&
	       query->wall_us / 1000000 < left_s + (uint64_t)OWN_PORT_S;
}

static void answer_take(void *owner, const struct querylog_source *source, const struct query_event *query)
{
	struct observation *observation = owner;
	struct event event;
	struct query_event told = *query;
	if (is_own_probe(&observation->own_ports, query))
		return;
	privacy_truncate(&observation->privacy, &told);
	event_from_query(source, &told, &event);
	observer_event(observation->observer, &event);
}

static void pass_end(void *owner)
{
	struct observation *observation = owner;
	uint64_t now_us = clock_wall_us();
	if (now_us / 1000000 == observation->last_second)
		return;
	observation->last_second = now_us / 1000000;
	share_turn(observation->share);
	observer_second(observation->observer, now_us);
}

int observation_new(const struct observation_options *options, struct observation **ret)
{
	struct observation *observation = calloc(1, sizeof(*observation));
	if (observation == NULL)
		return -ENOMEM;
	observation->privacy = options->privacy;
	uint64_t seeds[2];
	random_bytes(seeds, sizeof(seeds));
	const struct observer_options observer = {.seed = seeds[0]};
	const struct recorder_options recorder = {
		.name = "observation",
		.worker_count = options->worker_count,
		.ring_size = RING_SIZE,
		.node = options->node,
		.log = options->log,
		.sink = {.owner = observation, .take = answer_take, .pass_end = pass_end}};
	int rc = observer_new(&observer, &observation->observer);
	if (rc == ERR_OK)
		rc = observer_name_sites(observation->observer, options->sites);
	if (rc == ERR_OK)
		rc = share_new(options->worker_count, seeds[1], &observation->share);
	if (rc == ERR_OK)
		rc = recorder_new(&recorder, &observation->recorder);
	if (rc != ERR_OK) {
		observation_free(observation);
		return rc;
	}
	*ret = observation;
	return ERR_OK;
}

void observation_drain(struct observation *observation)
{
	if (observation == NULL)
		return;
	recorder_free(observation->recorder);
	observation->recorder = NULL;
}

void observation_free(struct observation *observation)
{
	if (observation == NULL)
		return;
	recorder_free(observation->recorder);
	share_free(observation->share);
	observer_free(observation->observer);
	free(observation);
}

json_t *observation_signals(const struct observation *observation)
{
	if (observation == NULL)
		return json_pack("{s:b, s:s}", "ok", 0, "error", "observability.signals is off");
	json_t *reply = json_pack("{s:b, s:I}", "ok", 1, "share_parts", (json_int_t)share_parts(observation->share));
	json_t *report = observer_signals(observation->observer);
	json_object_update(reply, report);
	json_decref(report);
	return reply;
}
