/* SPDX-License-Identifier: BSD-2-Clause */
#include "telemetry/metrics.h"

#include "telemetry/metrics_service.h"

#include <string.h>

#define ARENA_CHUNK (64u << 10)

struct metrics_facts *metrics_facts_new(void)
{
	struct arena *arena = arena_new(ARENA_CHUNK);
	struct metrics_facts *facts =
		arena != NULL ? arena_alloc_zeroed(arena, sizeof(*facts), _Alignof(struct metrics_facts)) : NULL;
	if (facts != NULL)
		facts->arena = arena;
	else
		arena_free(arena);
	return facts;
}

void metrics_facts_free(struct metrics_facts *facts)
{
	if (facts != NULL)
		arena_free(facts->arena);
}

const char *metrics_text_copy(struct metrics_facts *facts, const char *text)
{
	return arena_text(facts->arena, text, strlen(text));
}

/* --- The metrics that are not of one service --- */

static void write_build(const struct metrics_facts *facts, enum metric metric, struct text *out)
{
	const char *const values[] = {facts->version, facts->commit};
	metric_add(out, metric, values, 1);
}

static void write_started(const struct metrics_facts *facts, enum metric metric, struct text *out)
{
	metric_add(out, metric, NULL, facts->started_us / 1000000);
}

static void write_reloaded(const struct metrics_facts *facts, enum metric metric, struct text *out)
{
	metric_add(out, metric, NULL, facts->loaded_us / 1000000);
}

static void write_listeners(const struct metrics_facts *facts, enum metric metric, struct text *out)
{
	for (size_t i = 0; i < facts->listener_count; i++) {
		const struct metrics_listener *listener = &facts->listeners[i];
		for (int transport = 0; transport < TRANSPORT_COUNT; transport++) {
			const char *const values[] = {listener->service, listener->address,
						      transport_text((enum transport)transport)};
			metric_add(out, metric, values, listener->is_up);
		}
	}
}

static void write_serials(const struct metrics_facts *facts, enum metric metric, struct text *out)
{
	for (size_t i = 0; i < facts->zone_count; i++) {
		const char *const values[] = {facts->zones[i].key};
		if (facts->zones[i].is_served)
			metric_add(out, metric, values, facts->zones[i].serial);
	}
}

static void write_loaded(const struct metrics_facts *facts, enum metric metric, struct text *out)
{
	for (size_t i = 0; i < facts->zone_count; i++) {
		const char *const values[] = {facts->zones[i].key};
		metric_add(out, metric, values, facts->zones[i].is_loaded);
	}
}

/* A zone that is not signed has no expiry: a 0 there would look like one that expired in 1970. */
static void write_expiries(const struct metrics_facts *facts, enum metric metric, struct text *out)
{
	for (size_t i = 0; i < facts->zone_count; i++) {
		const char *const values[] = {facts->zones[i].key};
		if (facts->zones[i].signed_until_s != 0)
			metric_add(out, metric, values, facts->zones[i].signed_until_s);
	}
}

static void write_transfers(const struct metrics_facts *facts, enum metric metric, struct text *out)
{
	for (size_t i = 0; i < facts->zone_count; i++) {
		const struct metrics_zone *zone = &facts->zones[i];
		const char *const received[] = {zone->key, "in", "received"}, *const failed[] = {zone->key, "in", "failed"};
		if (!zone->is_secondary)
			continue;
		metric_add(out, metric, received, zone->received);
		metric_add(out, metric, failed, zone->failed);
	}
}

/* Of a zone that is not there yet, as of one with a file, there is nothing to tell. */
static void write_zone_times(const struct metrics_facts *facts, enum metric metric, struct text *out)
{
	for (size_t i = 0; i < facts->zone_count; i++) {
		const struct metrics_zone *zone = &facts->zones[i];
		const char *const values[] = {zone->key};
		if (zone->is_secondary && zone->confirmed_s != 0)
			metric_add(out, metric, values, metric == METRIC_ZONE_CONFIRMED ? zone->confirmed_s : zone->expires_s);
	}
}

static void write_probes(const struct metrics_facts *facts, enum metric metric, struct text *out)
{
	for (size_t i = 0; i < facts->probes_count; i++) {
		const struct metrics_probes *row = &facts->probes[i];
		for (enum family family = FAMILY_IPV6; family < FAMILY_COUNT; family++) {
			const char *const values[] = {row->set, family_text(family)};
			if (row->is_seen[family])
				metric_add(out, metric, values,
					   metric == METRIC_PROBES ? row->probes[family] : row->failing[family]);
		}
	}
}

static void write_rounds(const struct metrics_facts *facts, enum metric metric, struct text *out)
{
	for (size_t i = 0; i < facts->probes_count; i++) {
		const char *const values[] = {facts->probes[i].set};
		metric_add(out, metric, values, facts->probes[i].rounds);
	}
}

/* A family that the audit could not see has no number: a 0 would blame the zone. */
static void write_delegation_families(const struct metrics_facts *facts, enum metric metric, struct text *out)
{
	for (size_t i = 0; i < facts->delegation_count; i++) {
		const struct metrics_delegation *row = &facts->delegations[i];
		for (enum family family = FAMILY_IPV6; family < FAMILY_COUNT; family++) {
			const char *const values[] = {row->zone, family_text(family)};
			if (row->is_seen[family])
				metric_add(out, metric, values,
					   metric == METRIC_DELEGATION_OK ? row->servers_ok[family] : row->is_good[family]);
		}
	}
}

static void write_delegations(const struct metrics_facts *facts, enum metric metric, struct text *out)
{
	for (size_t i = 0; i < facts->delegation_count; i++) {
		const struct metrics_delegation *row = &facts->delegations[i];
		const char *const values[] = {row->zone};
		metric_add(out, metric, values, metric == METRIC_DELEGATION_SERVERS ? row->servers : row->audited_s);
	}
}

static void write_signals(const struct metrics_facts *facts, enum metric metric, struct text *out)
{
	for (size_t i = 0; i < facts->signal_count; i++) {
		const char *const values[] = {facts->signals[i].name, facts->signals[i].level};
		metric_add(out, metric, values, facts->signals[i].count);
	}
}

static void write_pairs(const struct metrics_facts *facts, enum metric metric, struct text *out)
{
	for (size_t i = 0; i < facts->service_count; i++) {
		const struct metrics_service *service = &facts->services[i];
		for (int pair = 0; service->pairs != NULL && pair < METRICS_PAIRS; pair++) {
			const char *const values[] = {service->name, facts->pair_texts[pair]};
			metric_add(out, metric, values, service->pairs[pair]);
		}
	}
}

static void write_sinks(const struct metrics_facts *facts, enum metric metric, struct text *out)
{
	for (size_t i = 0; i < facts->sink_count; i++) {
		const char *const values[] = {facts->sinks[i].name};
		metric_add(out, metric, values, facts->sinks[i].dropped);
	}
}

static void (*const writers[METRIC_COUNT])(const struct metrics_facts *, enum metric, struct text *) = {
	[METRIC_BUILD] = write_build,          [METRIC_STARTED] = write_started,
	[METRIC_RELOADED] = write_reloaded,    [METRIC_LISTENER_UP] = write_listeners,
	[METRIC_ZONE_SERIAL] = write_serials,  [METRIC_ZONE_LOADED] = write_loaded,
	[METRIC_ZONE_EXPIRY] = write_expiries, [METRIC_LOG_DROPPED] = write_sinks,
	[METRIC_ZONE_TRANSFERS] = write_transfers,
	[METRIC_ZONE_CONFIRMED] = write_zone_times,
	[METRIC_ZONE_EXPIRES] = write_zone_times,
	[METRIC_SIGNALS] = write_signals,
	[METRIC_ADDRESS_PAIRS] = write_pairs,
	[METRIC_PROBES] = write_probes,        [METRIC_PROBES_FAILING] = write_probes,
	[METRIC_PROBE_ROUNDS] = write_rounds,  [METRIC_DELEGATION_OK] = write_delegation_families,
	[METRIC_DELEGATION_GOOD] = write_delegation_families,
	[METRIC_DELEGATION_SERVERS] = write_delegations,
	[METRIC_DELEGATION_AUDITED] = write_delegations,
};

void metrics_write(const struct metrics_facts *facts, struct text *out)
{
	for (enum metric metric = 0; metric < METRIC_COUNT; metric++) {
		const struct metrics_service_row *row = &metrics_service_rows[metric];
		metric_begin(out, metric);
		if (writers[metric] != NULL)
			writers[metric](facts, metric, out);
		for (size_t i = 0; row->write != NULL && i < facts->service_count; i++) {
			if (facts->services[i].is_resolver || !row->is_resolvers)
				row->write(&facts->services[i], metric, out);
		}
	}
}
