/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Counters of one service on one worker: an array of words, every row of which is in counters.def.
 * Owned by the service; one worker writes, anyone reads and sums.
 * Never locks: a word has one writer, so a relaxed store is enough and a reader is at most one event behind.
 */
#ifndef TELEMETRY_COUNTERS_H
#define TELEMETRY_COUNTERS_H

#include "telemetry/query_event.h"

enum qtype_group { QTYPE_GROUP_AAAA, QTYPE_GROUP_A, QTYPE_GROUP_PTR, QTYPE_GROUP_OTHER, QTYPE_GROUP_COUNT };

enum qtype_slot {
#define COUNTER_QTYPE(id, text, number, group) QTYPE_SLOT_##id,
#include "telemetry/counters.def"
	QTYPE_SLOT_OTHER,
	QTYPE_SLOT_COUNT
};

enum rcode_slot {
#define COUNTER_RCODE(id, text, number) RCODE_SLOT_##id,
#include "telemetry/counters.def"
	RCODE_SLOT_OTHER,
	RCODE_SLOT_COUNT
};

enum counter_event {
#define COUNTER_EVENT(id, text, help) COUNTER_##id,
#include "telemetry/counters.def"
	COUNTER_EVENT_COUNT
};

enum counter_bucket_counts { /* one more than bounds */
#define COUNTER_SIZE_BOUND(bound) +1
	SIZE_BUCKET_COUNT = 1
#include "telemetry/counters.def"
	,
#define COUNTER_TIME_BOUND(bound) +1
	TIME_BUCKET_COUNT = 1
#include "telemetry/counters.def"
	,
#define COUNTER_MSS_BOUND(bound) +1
	MSS_BUCKET_COUNT = 1
#include "telemetry/counters.def"
};

#define EDE_SLOT_COUNT 33 /* INFO-CODEs 0-31, then all others */

struct counters_family {
	uint64_t queries[TRANSPORT_COUNT][QTYPE_SLOT_COUNT];
	uint64_t responses[TRANSPORT_COUNT][QTYPE_GROUP_COUNT][RCODE_SLOT_COUNT];
	uint64_t sizes[TRANSPORT_COUNT][SIZE_BUCKET_COUNT];
	uint64_t size_octets[TRANSPORT_COUNT]; /* of all of them together, as below */
	uint64_t times[QTYPE_GROUP_COUNT][TIME_BUCKET_COUNT];
	uint64_t time_us[QTYPE_GROUP_COUNT];
	uint64_t mss[MSS_BUCKET_COUNT]; /* of TCP connections, when they end */
	uint64_t mss_octets;
	uint64_t events[COUNTER_EVENT_COUNT];
	uint64_t ede[QTYPE_GROUP_COUNT][EDE_SLOT_COUNT];
	/* of a resolver */
	uint64_t caches[CACHE_USE_COUNT];
	uint64_t aaaa[AAAA_ORIGIN_COUNT];
	uint64_t validations[QTYPE_GROUP_COUNT][SECURITY_COUNT];
	/* The family here is that of the server asked, not of a client. */
	uint64_t upstream_queries[TRANSPORT_COUNT];
	uint64_t upstream_truncated; /* TC, then asked over TCP */
	uint64_t upstream_timeouts;
	uint64_t upstream_retries[TRANSPORT_COUNT][UPSTREAM_WAYS]; /* M-03: asked first, asked next */
	uint64_t upstream_rtts[TIME_BUCKET_COUNT]; /* M-09: until a reply, over whatever transport */
	uint64_t upstream_rtt_us;
	uint64_t zones_lacking; /* servers without an address of the family but for the parent's glue */
};

struct counters {
	_Alignas(64) struct counters_family families[FAMILY_COUNT];
};

static inline void counter_add(uint64_t *word, uint64_t more)
{
	__atomic_store_n(word, *word + more, __ATOMIC_RELAXED);
}

/* One question answered, or dropped when event->size is 0. */
void counters_record(struct counters *counters, const struct query_event *event);
/* A TCP connection has ended; snd_mss from TCP_INFO, 0: unknown. */
void counters_record_mss(struct counters *counters, enum family family, uint32_t snd_mss);
static inline void counters_event(struct counters *counters, enum family family, enum counter_event event)
{
	counter_add(&counters->families[family].events[event], 1);
}

/* Adds one worker's words to a sum that only the caller has. */
void counters_sum(struct counters *sum, const struct counters *one);
/* Sums over parts, for screens. */
uint64_t counters_queries(const struct counters_family *family, int transport); /* -1: all transports */
uint64_t counters_responses(const struct counters_family *family, enum rcode_slot rcode);
/* The times of both families and all groups. */
void counters_times(const struct counters *counters, uint64_t ret_buckets[TIME_BUCKET_COUNT]);
size_t time_bucket_of(uint32_t time_us);
size_t size_bucket_of(uint32_t octets);
/* The bound in us under which share (0-1) of what the buckets hold lies; 0: they are empty. */
uint64_t time_buckets_quantile_us(const uint64_t buckets[TIME_BUCKET_COUNT], double share);

const char *qtype_slot_text(enum qtype_slot slot);
const char *qtype_group_text(enum qtype_group group);
const char *rcode_slot_text(enum rcode_slot slot);
const char *counter_event_text(enum counter_event event);
/* "1232": the most that the bucket holds; "inf" for the last. Borrowed for ever. */
const char *size_bucket_text(size_t bucket);
const char *time_bucket_text(size_t bucket);
const char *mss_bucket_text(size_t bucket);

#endif
