/* SPDX-License-Identifier: BSD-2-Clause */
#include "telemetry/counters.h"

#define QTYPE_TABLE_SIZE 256
#define RCODE_TABLE_SIZE 24

/* Slots are looked up, one more than stored, so that 0 means "no row": other. */
static const uint8_t qtype_slots[QTYPE_TABLE_SIZE] = {
#define COUNTER_QTYPE(id, text, number, group) [number] = QTYPE_SLOT_##id + 1,
#include "telemetry/counters.def"
};

static const uint8_t rcode_slots[RCODE_TABLE_SIZE] = {
#define COUNTER_RCODE(id, text, number) [number] = RCODE_SLOT_##id + 1,
#include "telemetry/counters.def"
};

static const uint8_t qtype_groups[QTYPE_SLOT_COUNT] = {
#define COUNTER_QTYPE(id, text, number, group) [QTYPE_SLOT_##id] = QTYPE_GROUP_##group,
#include "telemetry/counters.def"
	[QTYPE_SLOT_OTHER] = QTYPE_GROUP_OTHER,
};

static const uint32_t size_bounds[] = {
#define COUNTER_SIZE_BOUND(octets) octets,
#include "telemetry/counters.def"
};

static const uint32_t time_bounds[] = {
#define COUNTER_TIME_BOUND(us) us,
#include "telemetry/counters.def"
};

static const uint32_t mss_bounds[] = {
#define COUNTER_MSS_BOUND(octets) octets,
#include "telemetry/counters.def"
};

static inline size_t bucket_of(const uint32_t *bounds, size_t count, uint32_t value)
{
	size_t bucket = 0;
	while (bucket < count && value > bounds[bucket])
		bucket++;
	return bucket;
}

size_t time_bucket_of(uint32_t time_us)
{
	return bucket_of(time_bounds, TIME_BUCKET_COUNT - 1, time_us);
}

size_t size_bucket_of(uint32_t octets)
{
	return bucket_of(size_bounds, SIZE_BUCKET_COUNT - 1, octets);
}

static inline enum qtype_slot qtype_slot_of(uint16_t qtype)
{
	uint8_t slot = qtype < QTYPE_TABLE_SIZE ? qtype_slots[qtype] : 0;
	return slot == 0 ? QTYPE_SLOT_OTHER : (enum qtype_slot)(slot - 1);
}

static inline enum rcode_slot rcode_slot_of(uint16_t rcode)
{
	uint8_t slot = rcode < RCODE_TABLE_SIZE ? rcode_slots[rcode] : 0;
	return slot == 0 ? RCODE_SLOT_OTHER : (enum rcode_slot)(slot - 1);
}

/* What a resolver knows besides. Answers without data (refused, malformed) come from nowhere. */
static void resolution_record(struct counters_family *family, uint8_t group, const struct query_event *event)
{
	counter_add(&family->caches[event->cache], 1);
	counter_add(&family->aaaa[event->origin], 1);
	if (event->security < SECURITY_COUNT)
		counter_add(&family->validations[group][event->security], 1);
}

void counters_record(struct counters *counters, const struct query_event *event)
{
	struct counters_family *family = &counters->families[event->client.addr.family];
	enum qtype_slot qtype = qtype_slot_of(event->qtype);
	if (event->size == 0) {
		bool is_overload = event->turned_away == TURNED_AWAY_OVERLOAD;
		counter_add(&family->events[is_overload ? COUNTER_DROPPED_OVERLOAD : COUNTER_DROPPED_MALFORMED], 1);
		return;
	}
	uint8_t group = qtype_groups[qtype];
	counter_add(&family->queries[event->transport][qtype], 1);
	counter_add(&family->responses[event->transport][group][rcode_slot_of(event->rcode)], 1);
	counter_add(&family->sizes[event->transport][size_bucket_of(event->size)], 1);
	counter_add(&family->size_octets[event->transport], event->size);
	counter_add(&family->times[group][time_bucket_of(event->duration_us)], 1);
	counter_add(&family->time_us[group], event->duration_us);
	if (event->is_tc)
		counter_add(&family->events[COUNTER_TRUNCATED], 1);
	if (event->turned_away == TURNED_AWAY_ACL)
		counter_add(&family->events[COUNTER_REFUSED_ACL], 1);
	if (event->ede >= 0)
		counter_add(&family->ede[group][event->ede < EDE_SLOT_COUNT - 1 ? event->ede : EDE_SLOT_COUNT - 1], 1);
	if (event->cache != CACHE_USE_NONE)
		resolution_record(family, group, event);
}

void counters_record_mss(struct counters *counters, enum family family, uint32_t snd_mss)
{
	if (snd_mss == 0)
		return;
	counter_add(&counters->families[family].mss[bucket_of(mss_bounds, MSS_BUCKET_COUNT - 1, snd_mss)], 1);
	counter_add(&counters->families[family].mss_octets, snd_mss);
}

_Static_assert(sizeof(struct counters_family) % sizeof(uint64_t) == 0, "families are words and nothing else");
#define FAMILY_WORDS (sizeof(struct counters_family) / sizeof(uint64_t))

void counters_sum(struct counters *sum, const struct counters *one)
{
	for (int family = 0; family < FAMILY_COUNT; family++) {
		uint64_t *to = (uint64_t *)&sum->families[family];
		const uint64_t *from = (const uint64_t *)&one->families[family];
		for (size_t i = 0; i < FAMILY_WORDS; i++)
			to[i] += __atomic_load_n(&from[i], __ATOMIC_RELAXED);
	}
}

uint64_t counters_queries(const struct counters_family *family, int transport)
{
	uint64_t sum = 0;
	for (int t = 0; t < TRANSPORT_COUNT; t++) {
		for (int slot = 0; slot < QTYPE_SLOT_COUNT; slot++)
			sum += transport < 0 || transport == t ? family->queries[t][slot] : 0;
	}
	return sum;
}

uint64_t counters_responses(const struct counters_family *family, enum rcode_slot rcode)
{
	uint64_t sum = 0;
	for (int t = 0; t < TRANSPORT_COUNT; t++) {
		for (int group = 0; group < QTYPE_GROUP_COUNT; group++)
			sum += family->responses[t][group][rcode];
	}
	return sum;
}

void counters_times(const struct counters *counters, uint64_t ret_buckets[TIME_BUCKET_COUNT])
{
	memset(ret_buckets, 0, TIME_BUCKET_COUNT * sizeof(ret_buckets[0]));
	for (int family = 0; family < FAMILY_COUNT; family++) {
		for (int group = 0; group < QTYPE_GROUP_COUNT; group++) {
			for (int i = 0; i < TIME_BUCKET_COUNT; i++)
				ret_buckets[i] += counters->families[family].times[group][i];
		}
	}
}

uint64_t time_buckets_quantile_us(const uint64_t buckets[TIME_BUCKET_COUNT], double share)
{
	uint64_t total = 0, seen = 0;
	for (int i = 0; i < TIME_BUCKET_COUNT; i++)
		total += buckets[i];
	if (total == 0)
		return 0;
	for (int i = 0; i < TIME_BUCKET_COUNT - 1; i++) {
		seen += buckets[i];
		if ((double)seen >= share * (double)total)
			return time_bounds[i];
	}
	return time_bounds[TIME_BUCKET_COUNT - 2];
}

const char *qtype_slot_text(enum qtype_slot slot)
{
	static const char *const texts[QTYPE_SLOT_COUNT] = {
#define COUNTER_QTYPE(id, text, number, group) text,
#include "telemetry/counters.def"
		"other"};
	return texts[slot];
}

const char *qtype_group_text(enum qtype_group group)
{
	static const char *const texts[QTYPE_GROUP_COUNT] = {"AAAA", "A", "PTR", "other"};
	return texts[group];
}

const char *rcode_slot_text(enum rcode_slot slot)
{
	static const char *const texts[RCODE_SLOT_COUNT] = {
#define COUNTER_RCODE(id, text, number) text,
#include "telemetry/counters.def"
		"other"};
	return texts[slot];
}

const char *counter_event_text(enum counter_event event)
{
	static const char *const texts[COUNTER_EVENT_COUNT] = {
#define COUNTER_EVENT(id, text, help) text,
#include "telemetry/counters.def"
	};
	return texts[event];
}

const char *size_bucket_text(size_t bucket)
{
	static const char *const texts[SIZE_BUCKET_COUNT] = {
#define COUNTER_SIZE_BOUND(octets) #octets,
#include "telemetry/counters.def"
		"inf"};
	return texts[bucket];
}

const char *time_bucket_text(size_t bucket)
{
	static const char *const texts[TIME_BUCKET_COUNT] = {
#define COUNTER_TIME_BOUND(us) #us,
#include "telemetry/counters.def"
		"inf"};
	return texts[bucket];
}

const char *mss_bucket_text(size_t bucket)
{
	static const char *const texts[MSS_BUCKET_COUNT] = {
#define COUNTER_MSS_BOUND(octets) #octets,
#include "telemetry/counters.def"
		"inf"};
	return texts[bucket];
}
