/* SPDX-License-Identifier: BSD-2-Clause */
#include "observe/pairs.h"

#include "base/random.h"
#include "dns/header.h"
#include "dns/name_case.h"
#include "dns/rrtype.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#define SLOTS 8192
#define SERVICES_MAX 64
#define TOGETHER_US 2000000

enum half_outcome { HALF_OK, HALF_NEGATIVE, HALF_FAILED };

/* The answer that came first, until the other does or its place is taken. */
struct half {
	uint64_t hash; /* 0: none */
	uint64_t at_us;
	bool is_aaaa;
	enum half_outcome outcome;
};

struct pairs {
	pthread_mutex_t lock;
	uint8_t secret[SIPHASH_KEY_SIZE];
	struct half halves[SLOTS];
	struct {
		char name[EVENT_SERVICE_MAX];
		uint64_t counts[PAIR_OUTCOME_COUNT];
	} services[SERVICES_MAX];
	size_t service_count;
};

const char *pair_outcome_text(enum pair_outcome outcome)
{
	static const char *const texts[PAIR_OUTCOME_COUNT] = {"both_ok", "aaaa_only_failed", "a_only_failed",
							      "both_failed", "aaaa_negative"};
	return texts[outcome];
}

struct pairs *pairs_new(void)
{
	struct pairs *pairs = calloc(1, sizeof(*pairs));
	if (pairs == NULL)
		return NULL;
	random_bytes(pairs->secret, sizeof(pairs->secret));
	pthread_mutex_init(&pairs->lock, NULL);
	return pairs;
}

void pairs_free(struct pairs *pairs)
{
	free(pairs);
}

/* Its index; SERVICES_MAX: there are too many. */
static size_t service_of(struct pairs *pairs, const char *name)
{
	size_t at = 0;
	while (at < pairs->service_count && strcmp(pairs->services[at].name, name) != 0)
		at++;
	if (at == pairs->service_count && at < SERVICES_MAX) {
		pairs->service_count++;
		memcpy(pairs->services[at].name, name, strlen(name) + 1);
	}
	return at;
}

/* Ports differ between the two questions, so the address alone tells the client. */
static uint64_t hash_of(const struct pairs *pairs, const struct event *event, size_t service)
{
	uint8_t octets[NAME_MAX + 18];
	struct name name = event_qname(event);
	for (size_t i = 0; i < name.size; i++)
		octets[i] = octet_lower(name.wire[i]);
	memcpy(octets + name.size, event->client.addr.bytes, 16);
	octets[name.size + 16u] = (uint8_t)event->client.addr.family;
	octets[name.size + 17u] = (uint8_t)service;
	return siphash(pairs->secret, octets, name.size + 18u) | 1;
}

static enum half_outcome outcome_of(const struct event *event)
{
	if (!event_has(event, EVENT_HAS_RCODE) || event->rcode == RCODE_SERVFAIL)
		return HALF_FAILED;
	bool has_none = event_has(event, EVENT_HAS_ANSWERS) && event->answers == 0;
	if (event_has(event, EVENT_HAS_ORIGIN) && event->origin == AAAA_NEGATIVE)
		has_none = true;
	return event->rcode == RCODE_NOERROR && has_none ? HALF_NEGATIVE : HALF_OK;
}

static enum pair_outcome judge(enum half_outcome aaaa, enum half_outcome a)
{
	if (aaaa == HALF_FAILED)
		return a == HALF_FAILED ? PAIR_BOTH_FAILED : PAIR_AAAA_ONLY_FAILED;
	if (a == HALF_FAILED)
		return PAIR_A_ONLY_FAILED;
	return aaaa == HALF_NEGATIVE && a == HALF_OK ? PAIR_AAAA_NEGATIVE : PAIR_BOTH_OK;
}

static void half_take(struct pairs *pairs, const struct event *event, size_t service)
{
	uint64_t hash = hash_of(pairs, event, service);
	struct half *half = &pairs->halves[hash / 2 % SLOTS];
	const struct half now = {.hash = hash,
				 .at_us = event->time_us,
				 .is_aaaa = event->qtype == RR_AAAA,
				 .outcome = outcome_of(event)};
	uint64_t apart_us = now.at_us > half->at_us ? now.at_us - half->at_us : half->at_us - now.at_us;
	if (half->hash != hash || half->is_aaaa == now.is_aaaa || apart_us > TOGETHER_US) {
		*half = now;
		return;
	}
	enum pair_outcome outcome = now.is_aaaa ? judge(now.outcome, half->outcome) : judge(half->outcome, now.outcome);
	pairs->services[service].counts[outcome]++;
	half->hash = 0;
}

void pairs_event(struct pairs *pairs, const struct event *event)
{
	if (event->kind != EVENT_REPLY || event->service[0] == '\0' || event->stream == STREAM_PROBE ||
	    !event_has(event, EVENT_HAS_TIME | EVENT_HAS_CLIENT | EVENT_HAS_QNAME | EVENT_HAS_QTYPE) ||
	    (event->qtype != RR_AAAA && event->qtype != RR_A))
		return;
	pthread_mutex_lock(&pairs->lock);
	size_t service = service_of(pairs, event->service);
	if (service < SERVICES_MAX)
		half_take(pairs, event, service);
	pthread_mutex_unlock(&pairs->lock);
}

void pairs_counts(struct pairs *pairs, const char *service, uint64_t ret[PAIR_OUTCOME_COUNT])
{
	memset(ret, 0, PAIR_OUTCOME_COUNT * sizeof(ret[0]));
	pthread_mutex_lock(&pairs->lock);
	for (size_t i = 0; i < pairs->service_count; i++) {
		if (strcmp(pairs->services[i].name, service) == 0)
			memcpy(ret, pairs->services[i].counts, PAIR_OUTCOME_COUNT * sizeof(ret[0]));
	}
	pthread_mutex_unlock(&pairs->lock);
}
