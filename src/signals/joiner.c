/* SPDX-License-Identifier: BSD-2-Clause */
#include "signals/joiner.h"

#include "dns/header.h"
#include "dns/name_case.h"

#include <errno.h>
#include <stdlib.h>

/*
 * Two tables of buckets; in a bucket the oldest entry makes room. An entry is found by a keyed hash of 64 bits of all
 * that identifies it: two questions that share one would be joined wrongly, once in 2^64, and nothing worse.
 */
#define BUCKETS 4096
#define WAYS 4
#define REPEAT_US 1000000

struct asked {
	uint64_t time_us; /* 0: not known */
	uint32_t known;
	uint16_t flags, flags_known;
	uint16_t edns_size, qclass;
	enum event_transport transport;
	struct ip_addr server;
	char service[EVENT_SERVICE_MAX];
};

/* What is looked at first lies together, in one cache line: the tables are larger than caches. */
struct asked_bucket {
	_Alignas(64) uint64_t keys[WAYS]; /* 0: free */
	uint64_t orders[WAYS];
	struct asked asked[WAYS];
};

struct cause {
	uint64_t key;
	uint64_t time_us;
	uint64_t order;
	uint32_t known;
	uint8_t security;
	struct ip_endpoint upstream;
	char reason[EVENT_REASON_MAX];
};

struct joiner {
	uint64_t seed;
	uint64_t order; /* of events, from 1 */
	struct asked_bucket asked[BUCKETS];
	struct cause causes[BUCKETS / 4][WAYS];
};

int joiner_new(uint64_t seed, struct joiner **ret)
{
	struct joiner *joiner = aligned_alloc(_Alignof(struct joiner), sizeof(*joiner));
	if (joiner == NULL)
		return -ENOMEM;
	memset(joiner, 0, sizeof(*joiner));
	joiner->seed = seed;
	*ret = joiner;
	return ERR_OK;
}

void joiner_free(struct joiner *joiner)
{
	free(joiner);
}

static uint64_t mixed(uint64_t hash, uint64_t word)
{
	hash = (hash ^ word) * 0x9e3779b97f4a7c15;
	return hash ^ (hash >> 29);
}

static uint64_t mixed_octets(uint64_t hash, const uint8_t *octets, size_t size)
{
	for (size_t at = 0; at < size; at += 8) {
		uint64_t word = 0;
		memcpy(&word, octets + at, size - at < 8 ? size - at : 8);
		hash = mixed(hash, octets_lower(word));
	}
	return hash;
}

static uint64_t question_key(const struct joiner *joiner, const struct event *event)
{
	struct name qname = event_qname(event);
	uint64_t hash = mixed(joiner->seed, (uint64_t)event->source << 32 | event->qtype);
	hash = mixed_octets(hash, qname.wire, qname.size);
	return mixed(hash, joiner->seed) | 1;
}

static uint64_t client_key(const struct joiner *joiner, const struct event *event)
{
	uint64_t words[2], port = event_has(event, EVENT_HAS_CLIENT_PORT) ? event->client.port : 0;
	memcpy(words, event->client.addr.bytes, sizeof(words));
	uint64_t hash = mixed(question_key(joiner, event), words[0]);
	return mixed(mixed(hash, words[1]), port << 8 | (uint64_t)event->client.addr.family) | 1;
}

#define ASKED_FIELDS (EVENT_HAS_SERVER | EVENT_HAS_QCLASS | EVENT_HAS_TRANSPORT | EVENT_HAS_EDNS_SIZE)

static bool is_recent(uint64_t then_us, const struct event *event, uint64_t window_us)
{
	if (then_us == 0 || !event_has(event, EVENT_HAS_TIME))
		return true;
	/* Stamps of seconds, and threads that write past each other, may go back a little. */
	return event->time_us + REPEAT_US >= then_us && event->time_us <= then_us + window_us;
}

static void question_keep(struct joiner *joiner, const struct event *event)
{
	uint64_t key = client_key(joiner, event);
	struct asked_bucket *bucket = &joiner->asked[(key >> 1) % BUCKETS];
	size_t way = 0;
	for (size_t i = 1; i < WAYS; i++) {
		if (bucket->orders[i] < bucket->orders[way])
			way = i;
	}
	bucket->keys[way] = key;
	bucket->orders[way] = joiner->order;
	struct asked *asked = &bucket->asked[way];
	*asked = (struct asked){.time_us = event_has(event, EVENT_HAS_TIME) ? event->time_us : 0,
				.known = event->known & ASKED_FIELDS,
				.flags = event->flags,
				.flags_known = event->flags_known,
				.edns_size = event->edns_size,
				.qclass = event->qclass,
				.transport = event->transport,
				.server = event->server};
	memcpy(asked->service, event->service, sizeof(asked->service));
}

/*
 * The oldest question that fits: they are answered about in the order in which they came. It is taken out, and its
 * memory stays as it is until another question comes.
 */
static const struct asked *question_take(struct joiner *joiner, const struct event *event)
{
	uint64_t key = client_key(joiner, event);
	struct asked_bucket *bucket = &joiner->asked[(key >> 1) % BUCKETS];
	size_t found = WAYS;
	for (size_t i = 0; i < WAYS; i++) {
		if (bucket->keys[i] == key && is_recent(bucket->asked[i].time_us, event, JOINER_WINDOW_US) &&
		    (found == WAYS || bucket->orders[i] < bucket->orders[found]))
			found = i;
	}
	if (found == WAYS)
		return NULL;
	bucket->keys[found] = bucket->orders[found] = 0;
	return &bucket->asked[found];
}

static bool is_finer_than_seconds(uint64_t time_us)
{
	return time_us % 1000000 != 0;
}

static void reply_complete(struct joiner *joiner, struct event *event)
{
	const struct asked *asked = question_take(joiner, event);
	if (asked == NULL)
		return;
	uint32_t missing = asked->known & ~event->known;
	uint16_t flags_missing = asked->flags_known & (uint16_t)~event->flags_known;
	event->is_completion = true;
	event->known |= missing;
	event->flags_known |= flags_missing;
	event->flags |= asked->flags & flags_missing;
	if ((missing & EVENT_HAS_SERVER) != 0)
		event->server = asked->server;
	if ((missing & EVENT_HAS_QCLASS) != 0)
		event->qclass = asked->qclass;
	if ((missing & EVENT_HAS_TRANSPORT) != 0)
		event->transport = asked->transport;
	if ((missing & EVENT_HAS_EDNS_SIZE) != 0)
		event->edns_size = asked->edns_size;
	if (event->service[0] == '\0')
		memcpy(event->service, asked->service, sizeof(event->service));
	if (!event_has(event, EVENT_HAS_DURATION) && asked->time_us != 0 && event_has(event, EVENT_HAS_TIME) &&
	    event->time_us >= asked->time_us &&
	    (is_finer_than_seconds(asked->time_us) || is_finer_than_seconds(event->time_us)))
		event_set_duration(event, event->time_us - asked->time_us);
}

static struct cause *cause_find(struct joiner *joiner, uint64_t key)
{
	struct cause *bucket = joiner->causes[(key >> 1) % (BUCKETS / 4)];
	for (size_t i = 0; i < WAYS; i++) {
		if (bucket[i].key == key)
			return &bucket[i];
	}
	return NULL;
}

static void cause_keep(struct joiner *joiner, const struct event *event, uint64_t key)
{
	struct cause *entry = cause_find(joiner, key);
	if (entry == NULL) {
		struct cause *bucket = joiner->causes[(key >> 1) % (BUCKETS / 4)];
		entry = bucket;
		for (size_t i = 0; i < WAYS; i++) {
			if (bucket[i].order < entry->order)
				entry = &bucket[i];
		}
		*entry = (struct cause){.key = key};
	}
	/* A server that failed on the way says less than validation does. */
	bool is_bogus = event_has(event, EVENT_HAS_SECURITY);
	bool was_bogus = (entry->known & EVENT_HAS_SECURITY) != 0 && is_recent(entry->time_us, event, JOINER_WINDOW_US);
	entry->time_us = event_has(event, EVENT_HAS_TIME) ? event->time_us : 0;
	entry->order = joiner->order;
	if (was_bogus && !is_bogus)
		return;
	entry->known = event->known & (EVENT_HAS_SECURITY | EVENT_HAS_UPSTREAM | EVENT_HAS_UPSTREAM_PORT);
	entry->security = event->security;
	entry->upstream = event->upstream;
	memcpy(entry->reason, event->reason, sizeof(entry->reason));
}

/* Within the second and in the same words; without a clock, in a row. */
static bool is_repeated(const struct joiner *joiner, const struct cause *before, const struct event *event)
{
	if (before == NULL || strcmp(before->reason, event->reason) != 0)
		return false;
	if (before->time_us == 0 || !event_has(event, EVENT_HAS_TIME))
		return before->order + 1 == joiner->order;
	return is_recent(before->time_us, event, REPEAT_US);
}

static void failure_explain(struct joiner *joiner, struct event *event)
{
	const struct cause *cause = cause_find(joiner, question_key(joiner, event));
	if (cause == NULL || !is_recent(cause->time_us, event, JOINER_WINDOW_US))
		return;
	uint32_t missing = cause->known & ~event->known;
	/* The port of the cause's server is no port of another one. */
	if (event_has(event, EVENT_HAS_UPSTREAM))
		missing &= ~(uint32_t)EVENT_HAS_UPSTREAM_PORT;
	event->known |= missing;
	if ((missing & EVENT_HAS_SECURITY) != 0)
		event->security = cause->security;
	if ((missing & EVENT_HAS_UPSTREAM) != 0)
		event->upstream = cause->upstream;
	/* BIND's own reason is "failure" more often than not. */
	if (event->reason[0] == '\0' || event->is_rcode_inferred)
		memcpy(event->reason, cause->reason, sizeof(event->reason));
}

bool joiner_join(struct joiner *joiner, struct event *event)
{
	joiner->order++;
	if (!event_has(event, EVENT_HAS_QNAME | EVENT_HAS_QTYPE))
		return true;
	if (event->kind == EVENT_QUERY && event_has(event, EVENT_HAS_CLIENT)) {
		question_keep(joiner, event);
	} else if (event->kind == EVENT_REPLY && event_has(event, EVENT_HAS_CLIENT)) {
		reply_complete(joiner, event);
		if (event_has(event, EVENT_HAS_RCODE) && event->rcode == RCODE_SERVFAIL)
			failure_explain(joiner, event);
	} else if (event->kind == EVENT_VALIDATION || event->kind == EVENT_UPSTREAM) {
		uint64_t key = question_key(joiner, event);
		bool is_again = event->kind == EVENT_VALIDATION && is_repeated(joiner, cause_find(joiner, key), event);
		cause_keep(joiner, event, key);
		return !is_again;
	}
	return true;
}
