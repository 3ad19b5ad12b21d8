/* SPDX-License-Identifier: BSD-2-Clause */
#include "telemetry/metrics_service.h"

#include <inttypes.h>
#include <stdio.h>

/* --- Bounds, as they stand in "le" --- */

#define COUNTER_SIZE_BOUND(octets) #octets,
static const char *const size_bounds[] = {
#include "telemetry/counters.def"
};

#define COUNTER_MSS_BOUND(octets) #octets,
static const char *const mss_bounds[] = {
#include "telemetry/counters.def"
};

#define BOUND_TEXT_MAX 24
struct time_bounds {
	char texts[TIME_BUCKET_COUNT - 1][BOUND_TEXT_MAX];
	const char *bounds[TIME_BUCKET_COUNT - 1];
};

/* Microseconds as seconds, without zeros at the end: 0.00025, 1. */
static void time_bounds_fill(struct time_bounds *ret)
{
	static const uint32_t bounds[] = {
#define COUNTER_TIME_BOUND(us) us,
#include "telemetry/counters.def"
	};
	for (size_t i = 0; i < TIME_BUCKET_COUNT - 1; i++) {
		int size = snprintf(ret->texts[i], BOUND_TEXT_MAX, "%" PRIu32 ".%06" PRIu32, bounds[i] / 1000000,
				    bounds[i] % 1000000);
		while (size > 0 && ret->texts[i][size - 1] == '0')
			ret->texts[i][--size] = '\0';
		if (size > 0 && ret->texts[i][size - 1] == '.')
			ret->texts[i][size - 1] = '\0';
		ret->bounds[i] = ret->texts[i];
	}
}

static void add_times(struct text *out, enum metric metric, const char *const *values, const uint64_t *buckets,
		      uint64_t sum_us)
{
	struct time_bounds bounds;
	time_bounds_fill(&bounds);
	const struct metric_histogram histogram = {.buckets = buckets,
						   .count = TIME_BUCKET_COUNT,
						   .bounds = bounds.bounds,
						   .sum = sum_us,
						   .sum_scale = 1000000};
	metric_add_histogram(out, metric, values, &histogram);
}

/* --- All services --- */

static void write_queries(const struct metrics_service *service, enum metric metric, struct text *out)
{
	for (enum family family = FAMILY_IPV6; family < FAMILY_COUNT; family++) {
		for (int transport = 0; transport < TRANSPORT_COUNT; transport++) {
			for (int slot = 0; slot < QTYPE_SLOT_COUNT; slot++) {
				const char *const values[] = {service->name, family_text(family),
							      transport_text((enum transport)transport),
							      qtype_slot_text((enum qtype_slot)slot)};
				metric_add(out, metric, values,
					   service->counters.families[family].queries[transport][slot]);
			}
		}
	}
}

static void write_responses_of(const struct metrics_service *service, enum family family, int transport,
			       enum metric metric, struct text *out)
{
	for (int group = 0; group < QTYPE_GROUP_COUNT; group++) {
		for (int rcode = 0; rcode < RCODE_SLOT_COUNT; rcode++) {
			const char *const values[] = {
				service->name, family_text(family), transport_text((enum transport)transport),
				qtype_group_text((enum qtype_group)group), rcode_slot_text((enum rcode_slot)rcode)};
			metric_add(out, metric, values,
				   service->counters.families[family].responses[transport][group][rcode]);
		}
	}
}

static void write_responses(const struct metrics_service *service, enum metric metric, struct text *out)
{
	for (enum family family = FAMILY_IPV6; family < FAMILY_COUNT; family++) {
		for (int transport = 0; transport < TRANSPORT_COUNT; transport++)
			write_responses_of(service, family, transport, metric, out);
	}
}

static void write_seconds(const struct metrics_service *service, enum metric metric, struct text *out)
{
	for (enum family family = FAMILY_IPV6; family < FAMILY_COUNT; family++) {
		const struct counters_family *row = &service->counters.families[family];
		for (int group = 0; group < QTYPE_GROUP_COUNT; group++) {
			const char *const values[] = {service->name, family_text(family),
						      qtype_group_text((enum qtype_group)group)};
			add_times(out, metric, values, row->times[group], row->time_us[group]);
		}
	}
}

static void write_bytes(const struct metrics_service *service, enum metric metric, struct text *out)
{
	for (enum family family = FAMILY_IPV6; family < FAMILY_COUNT; family++) {
		const struct counters_family *row = &service->counters.families[family];
		for (int transport = 0; transport < TRANSPORT_COUNT; transport++) {
			const char *const values[] = {service->name, family_text(family),
						      transport_text((enum transport)transport)};
			const struct metric_histogram histogram = {.buckets = row->sizes[transport],
								   .count = SIZE_BUCKET_COUNT,
								   .bounds = size_bounds,
								   .sum = row->size_octets[transport],
								   .sum_scale = 1};
			metric_add_histogram(out, metric, values, &histogram);
		}
	}
}

static void write_mss(const struct metrics_service *service, enum metric metric, struct text *out)
{
	for (enum family family = FAMILY_IPV6; family < FAMILY_COUNT; family++) {
		const struct counters_family *row = &service->counters.families[family];
		const char *const values[] = {service->name, family_text(family)};
		const struct metric_histogram histogram = {.buckets = row->mss,
							   .count = MSS_BUCKET_COUNT,
							   .bounds = mss_bounds,
							   .sum = row->mss_octets,
							   .sum_scale = 1};
		metric_add_histogram(out, metric, values, &histogram);
	}
}

/* A counter of events, and the word that stands for it in the metric's last label; NULL: the metric has none. */
struct event_row {
	enum metric metric;
	enum counter_event event;
	const char *word;
};

static const struct event_row event_rows[] = {
	{METRIC_TRUNCATED, COUNTER_TRUNCATED, NULL},
	{METRIC_TCP_AFTER_TC, COUNTER_TCP_AFTER_TC, NULL},
	{METRIC_SHORTENED, COUNTER_SHORTENED, NULL},
	{METRIC_DROPPED, COUNTER_REFUSED_ACL, "acl"},
	{METRIC_DROPPED, COUNTER_DROPPED_MALFORMED, "malformed"},
	{METRIC_DROPPED, COUNTER_DROPPED_SEND, "send"},
	{METRIC_DROPPED, COUNTER_DROPPED_OVERLOAD, "overload"},
	{METRIC_DROPPED, COUNTER_TCP_REFUSED, "connections"},
	{METRIC_TCP_CONNECTIONS, COUNTER_TCP_OPENED, "opened"},
	{METRIC_TCP_CONNECTIONS, COUNTER_TCP_CLOSED, "closed"},
	{METRIC_TCP_CONNECTIONS, COUNTER_TCP_EVICTED, "evicted"},
	{METRIC_TCP_CONNECTIONS, COUNTER_TCP_IDLE, "idle_timeout"},
	{METRIC_TCP_CONNECTIONS, COUNTER_TCP_TOTAL, "total_timeout"},
	{METRIC_TCP_CONNECTIONS, COUNTER_TCP_ERROR, "error"},
	{METRIC_TCP_CONNECTIONS, COUNTER_TCP_STALLED, "stalled"},
	{METRIC_TCP_CONNECTIONS, COUNTER_TCP_RETRANSMITTED, "retransmitted"},
};

static void write_events(const struct metrics_service *service, enum metric metric, struct text *out)
{
	for (size_t i = 0; i < sizeof(event_rows) / sizeof(event_rows[0]); i++) {
		const struct event_row *row = &event_rows[i];
		for (enum family family = FAMILY_IPV6; row->metric == metric && family < FAMILY_COUNT; family++) {
			const char *const values[] = {service->name, family_text(family), row->word};
			metric_add(out, metric, values, service->counters.families[family].events[row->event]);
		}
	}
}

static void write_ede(const struct metrics_service *service, enum metric metric, struct text *out)
{
	const struct counters_family *v6 = &service->counters.families[FAMILY_IPV6];
	const struct counters_family *v4 = &service->counters.families[FAMILY_IPV4];
	for (int group = 0; group < QTYPE_GROUP_COUNT; group++) {
		for (int code = 0; code < EDE_SLOT_COUNT; code++) {
			char text[12];
			snprintf(text, sizeof(text), "%d", code);
			const char *const values[] = {service->name, qtype_group_text((enum qtype_group)group),
						      code == EDE_SLOT_COUNT - 1 ? "other" : text};
			metric_add(out, metric, values, v6->ede[group][code] + v4->ede[group][code]);
		}
	}
}

/* --- Resolvers --- */

static void write_validation(const struct metrics_service *service, enum metric metric, struct text *out)
{
	const struct counters_family *v6 = &service->counters.families[FAMILY_IPV6];
	const struct counters_family *v4 = &service->counters.families[FAMILY_IPV4];
	for (int group = 0; group < QTYPE_GROUP_COUNT; group++) {
		for (uint8_t security = SECURITY_SECURE; security < SECURITY_COUNT; security++) {
			const char *const values[] = {service->name, qtype_group_text((enum qtype_group)group),
						      security_value_text(security)};
			metric_add(out, metric, values,
				   v6->validations[group][security] + v4->validations[group][security]);
		}
	}
}

static void write_aaaa(const struct metrics_service *service, enum metric metric, struct text *out)
{
	for (int origin = AAAA_NATIVE; origin < AAAA_ORIGIN_COUNT; origin++) {
		const char *const values[] = {service->name, aaaa_origin_text((enum aaaa_origin)origin)};
		metric_add(out, metric, values,
			   service->counters.families[FAMILY_IPV6].aaaa[origin] +
				   service->counters.families[FAMILY_IPV4].aaaa[origin]);
	}
}

static void write_lookups(const struct metrics_service *service, enum metric metric, struct text *out)
{
	for (int use = CACHE_USE_MISS; use < CACHE_USE_COUNT; use++) {
		const char *const values[] = {service->name, cache_use_text((enum cache_use)use)};
		metric_add(out, metric, values,
			   service->counters.families[FAMILY_IPV6].caches[use] +
				   service->counters.families[FAMILY_IPV4].caches[use]);
	}
}

static void write_cache_entries(const struct metrics_service *service, enum metric metric, struct text *out)
{
	for (size_t i = 0; i < service->cache.kind_count; i++) {
		const char *const values[] = {service->name, service->cache.kinds[i].kind};
		metric_add(out, metric, values, service->cache.kinds[i].entries);
	}
}

static void write_cache_words(const struct metrics_service *service, enum metric metric, struct text *out)
{
	const char *const values[] = {service->name};
	metric_add(out, metric, values,
		   metric == METRIC_CACHE_BYTES   ? service->cache.used
		   : metric == METRIC_CACHE_LIMIT ? service->cache.limit
						  : service->cache.evictions);
}

static void write_upstream_queries(const struct metrics_service *service, enum metric metric, struct text *out)
{
	for (enum family family = FAMILY_IPV6; family < FAMILY_COUNT; family++) {
		for (int transport = 0; transport < TRANSPORT_COUNT; transport++) {
			const char *const values[] = {service->name, family_text(family),
						      transport_text((enum transport)transport)};
			metric_add(out, metric, values, service->counters.families[family].upstream_queries[transport]);
		}
	}
}

static void write_upstream_words(const struct metrics_service *service, enum metric metric, struct text *out)
{
	for (enum family family = FAMILY_IPV6; family < FAMILY_COUNT; family++) {
		const struct counters_family *row = &service->counters.families[family];
		const char *const values[] = {service->name, family_text(family)};
		metric_add(out, metric, values,
			   metric == METRIC_UPSTREAM_TIMEOUTS    ? row->upstream_timeouts
			   : metric == METRIC_UPSTREAM_TRUNCATED ? row->upstream_truncated
								 : service->is_down[family]);
	}
}

/* M-03: over what a question was asked, and over what it was asked again. */
static void write_retries(const struct metrics_service *service, enum metric metric, struct text *out)
{
	for (int transport = 0; transport < TRANSPORT_COUNT; transport++) {
		for (enum family family = FAMILY_IPV6; family < FAMILY_COUNT; family++) {
			const uint64_t *next = service->counters.families[family].upstream_retries[transport];
			const char *from = upstream_way_text(upstream_way((enum transport)transport, family));
			for (unsigned way = 0; way < UPSTREAM_WAYS; way++) {
				const char *const values[] = {service->name, from, upstream_way_text(way)};
				metric_add(out, metric, values, next[way]);
			}
		}
	}
}

static void write_rtt(const struct metrics_service *service, enum metric metric, struct text *out)
{
	for (enum family family = FAMILY_IPV6; family < FAMILY_COUNT; family++) {
		const struct counters_family *row = &service->counters.families[family];
		const char *const values[] = {service->name, family_text(family)};
		add_times(out, metric, values, row->upstream_rtts, row->upstream_rtt_us);
	}
}

static void write_servers(const struct metrics_service *service, enum metric metric, struct text *out)
{
	static const char *const states[SERVER_STATE_COUNT] = {"up", "lame", "timeout", "unknown"};
	for (enum family family = FAMILY_IPV6; family < FAMILY_COUNT; family++) {
		for (int state = 0; state < SERVER_STATE_COUNT; state++) {
			const char *const values[] = {service->name, family_text(family), states[state]};
			metric_add(out, metric, values, service->servers[family][state]);
		}
	}
}

const struct metrics_service_row metrics_service_rows[METRIC_COUNT] = {
	[METRIC_QUERIES] = {write_queries, false},
	[METRIC_RESPONSES] = {write_responses, false},
	[METRIC_RESPONSE_SECONDS] = {write_seconds, false},
	[METRIC_RESPONSE_BYTES] = {write_bytes, false},
	[METRIC_TRUNCATED] = {write_events, false},
	[METRIC_TCP_AFTER_TC] = {write_events, false},
	[METRIC_SHORTENED] = {write_events, false},
	[METRIC_EDE_SENT] = {write_ede, false},
	[METRIC_DROPPED] = {write_events, false},
	[METRIC_TCP_CONNECTIONS] = {write_events, false},
	[METRIC_TCP_MSS] = {write_mss, false},
	[METRIC_VALIDATION] = {write_validation, true},
	[METRIC_AAAA_ANSWERS] = {write_aaaa, true},
	[METRIC_CACHE_LOOKUPS] = {write_lookups, true},
	[METRIC_CACHE_ENTRIES] = {write_cache_entries, true},
	[METRIC_CACHE_BYTES] = {write_cache_words, true},
	[METRIC_CACHE_LIMIT] = {write_cache_words, true},
	[METRIC_CACHE_EVICTIONS] = {write_cache_words, true},
	[METRIC_UPSTREAM_QUERIES] = {write_upstream_queries, true},
	[METRIC_UPSTREAM_TIMEOUTS] = {write_upstream_words, true},
	[METRIC_UPSTREAM_RETRIES] = {write_retries, true},
	[METRIC_UPSTREAM_TRUNCATED] = {write_upstream_words, true},
	[METRIC_UPSTREAM_RTT] = {write_rtt, true},
	[METRIC_UPSTREAM_SERVERS] = {write_servers, true},
	[METRIC_UPSTREAM_DOWN] = {write_upstream_words, true},
};
