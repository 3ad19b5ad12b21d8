/* SPDX-License-Identifier: BSD-2-Clause */
#include "daemon/observe/metrics_gather.h"

#include "base/clock.h"
#include "daemon/observe/watch_metrics.h"
#include "daemon/recursion/recursion.h"
#include "daemon/transfer/incoming.h"

_Static_assert(CACHE_KIND_COUNT <= METRICS_CACHE_KINDS, "each kind of entry has a place");

static void *gather_array(struct metrics_facts *facts, size_t count, size_t size)
{
	return arena_alloc_zeroed(facts->arena, (count + 1) * size, 16);
}

static void cache_gather(const struct recursion *recursion, struct metrics_cache *ret)
{
	struct cache_stats stats;
	cache_stats(recursion->cache, &stats);
	for (enum cache_kind kind = 0; kind < CACHE_KIND_COUNT; kind++) {
		ret->kinds[kind].kind = cache_kind_text(kind);
		ret->kinds[kind].entries = stats.entries[kind];
	}
	ret->kind_count = CACHE_KIND_COUNT;
	ret->used = stats.used;
	ret->limit = stats.budget;
	ret->evictions = stats.evictions;
}

static void servers_gather(const struct recursion *recursion, struct metrics_service *ret)
{
	static const enum reach_path paths[FAMILY_COUNT] = {[FAMILY_IPV6] = REACH_IPV6, [FAMILY_IPV4] = REACH_IPV4};
	uint64_t now_us = clock_monotonic_us();
	struct ip_endpoint server;
	struct address_facts known;
	size_t position = 0;
	while (address_book_next(recursion->book, &position, now_us, &server, &known)) {
		enum metrics_server_state state = known.silent_until_us > now_us || known.timeouts > 0 ? SERVER_TIMEOUT
						  : known.is_lame                                      ? SERVER_LAME
						  : known.has_answered                                 ? SERVER_UP
												       : SERVER_UNKNOWN;
		ret->servers[server.addr.family][state]++;
	}
	for (enum family family = FAMILY_IPV6; family < FAMILY_COUNT; family++) {
		struct reach_view view = reach_view(recursion->reach, paths[family]);
		ret->is_down[family] = view.is_down;
		ret->causes[family] = view.cause != REACH_CAUSE_NONE ? reach_cause_text(view.cause) : NULL;
	}
}

static bool services_gather(const struct daemon *daemon, struct metrics_facts *facts)
{
	facts->services = arena_alloc_zeroed(facts->arena, (daemon->service_count + 1) * sizeof(*facts->services),
					     _Alignof(struct metrics_service));
	if (facts->services == NULL)
		return false;
	for (size_t i = 0; i < daemon->service_count; i++) {
		const struct service *service = daemon->services[i];
		struct metrics_service *row = &facts->services[facts->service_count];
		row->name = metrics_text_copy(facts, service->name);
		if (row->name == NULL)
			return false;
		service_counters(service, &row->counters);
		row->is_resolver = service->recursion != NULL;
		if (row->is_resolver) {
			cache_gather(service->recursion, &row->cache);
			servers_gather(service->recursion, row);
		}
		facts->service_count++;
	}
	return true;
}

static bool listeners_gather(const struct daemon *daemon, struct metrics_facts *facts)
{
	facts->listeners = gather_array(facts, daemon->listener_count, sizeof(*facts->listeners));
	for (size_t i = 0; facts->listeners != NULL && i < daemon->listener_count; i++) {
		const struct listener *listener = daemon->listeners[i];
		struct metrics_listener *row = &facts->listeners[facts->listener_count++];
		char endpoint[IP_ENDPOINT_TEXT_MAX];
		ip_endpoint_to_text(&listener->endpoint, endpoint);
		*row = (struct metrics_listener){.service = metrics_text_copy(facts, listener->service->name),
						 .address = metrics_text_copy(facts, endpoint),
						 .is_up = listener->state == LISTENER_UP};
		if (row->service == NULL || row->address == NULL)
			return false;
	}
	return facts->listeners != NULL;
}

static void secondary_gather(const struct daemon *daemon, const struct zone_slot *slot, struct metrics_zone *row)
{
	struct incoming_figures figures;
	if (daemon->incoming == NULL || !incoming_figures(daemon->incoming, slot->config->key, &figures))
		return;
	row->is_secondary = true;
	row->received = figures.transfers[INCOMING_RECEIVED];
	row->failed = figures.transfers[INCOMING_FAILED];
	row->confirmed_s = figures.confirmed_s;
	row->expires_s = figures.expires_s;
}

static bool zones_gather(const struct daemon *daemon, struct metrics_facts *facts)
{
	facts->zones = gather_array(facts, daemon->slots->count, sizeof(*facts->zones));
	for (size_t i = 0; facts->zones != NULL && i < daemon->slots->count; i++) {
		const struct zone_slot *slot = &daemon->slots->all[i];
		struct metrics_zone *row = &facts->zones[facts->zone_count++];
		*row = (struct metrics_zone){.key = metrics_text_copy(facts, slot->config->key),
					     .is_served = slot->loaded != NULL && !slot->is_expired,
					     .is_loaded = slot->result != ZONE_FAILED && slot->result != ZONE_AWAITED && !slot->is_expired};
		secondary_gather(daemon, slot, row);
		if (row->key == NULL)
			return false;
		if (!row->is_served)
			continue;
		row->serial = zone_serial(slot->loaded->zone);
		row->signed_until_s = slot->loaded->signed_until_s;
	}
	return facts->zones != NULL;
}

/* The same sinks as in the status. */
static bool sinks_gather(const struct daemon *daemon, struct metrics_facts *facts)
{
	json_t *drops = daemon_drops(daemon), *dropped;
	const char *name;
	facts->sinks = gather_array(facts, json_object_size(drops), sizeof(*facts->sinks));
	bool is_good = facts->sinks != NULL;
	json_object_foreach(drops, name, dropped)
	{
		struct metrics_sink sink = {.name = is_good ? metrics_text_copy(facts, name) : NULL,
					    .dropped = (uint64_t)json_integer_value(dropped)};
		is_good = is_good && sink.name != NULL;
		if (is_good)
			facts->sinks[facts->sink_count++] = sink;
	}
	json_decref(drops);
	return is_good;
}

_Static_assert(PAIR_OUTCOME_COUNT == METRICS_PAIRS, "each outcome has a place");

static bool pairs_gather(const struct daemon *daemon, struct metrics_facts *facts)
{
	const char **texts = gather_array(facts, METRICS_PAIRS, sizeof(*texts));
	if (daemon->web.pages.pairs == NULL || texts == NULL)
		return texts != NULL;
	for (int outcome = 0; outcome < METRICS_PAIRS; outcome++)
		texts[outcome] = pair_outcome_text((enum pair_outcome)outcome);
	facts->pair_texts = texts;
	for (size_t i = 0; i < facts->service_count; i++) {
		uint64_t *counts = gather_array(facts, METRICS_PAIRS, sizeof(*counts));
		if (counts == NULL)
			return false;
		pairs_counts(daemon->web.pages.pairs, facts->services[i].name, counts);
		facts->services[i].pairs = counts;
	}
	return true;
}

/* Those that hold, by name and level. */
static uint64_t signals_count(const json_t *signals, const char *name, const char *level)
{
	uint64_t count = 0;
	size_t i;
	json_t *signal;
	json_array_foreach(signals, i, signal)
	{
		bool holds = json_is_null(json_object_get(signal, "cleared"));
		const char *own_name = json_string_value(json_object_get(signal, "signal"));
		const char *own_level = json_string_value(json_object_get(signal, "level"));
		count += holds && own_name != NULL && own_level != NULL && strcmp(own_name, name) == 0 &&
			 strcmp(own_level, level) == 0;
	}
	return count;
}

static bool signals_gather(const struct daemon *daemon, struct metrics_facts *facts)
{
	static const enum signal_level levels[] = {SIGNAL_NOTICE, SIGNAL_WARNING, SIGNAL_CRITICAL};
	size_t level_count = sizeof(levels) / sizeof(levels[0]);
	if (daemon->observation == NULL)
		return true;
	facts->signals = gather_array(facts, SENSOR_COUNT * level_count, sizeof(*facts->signals));
	if (facts->signals == NULL)
		return false;
	json_t *report = observer_signals(daemon->observation->observer);
	for (int sensor = 0; sensor < SENSOR_COUNT; sensor++) {
		for (size_t level = 0; level < level_count; level++) {
			struct metrics_signal *row = &facts->signals[facts->signal_count++];
			row->name = sensor_name((enum sensor)sensor);
			row->level = signal_level_text(levels[level]);
			row->count = signals_count(json_object_get(report, "signals"), row->name, row->level);
		}
	}
	json_decref(report);
	return true;
}

struct metrics_facts *metrics_gather(const struct daemon *daemon)
{
	struct metrics_facts *facts = metrics_facts_new();
	if (facts == NULL)
		return NULL;
	facts->version = daemon->options.version;
	facts->commit = daemon->options.commit;
	facts->started_us = daemon->started_us;
	facts->loaded_us = daemon->settings->loaded_us;
	if (services_gather(daemon, facts) && listeners_gather(daemon, facts) && zones_gather(daemon, facts) &&
	    sinks_gather(daemon, facts) && pairs_gather(daemon, facts) && signals_gather(daemon, facts) &&
	    watch_metrics_gather(daemon->watching, facts))
		return facts;
	metrics_facts_free(facts);
	return NULL;
}
