/* SPDX-License-Identifier: BSD-2-Clause */
#include "history/counts.h"

#include "dns/header.h"
#include "dns/rrtype.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#define SLOTS 16384 /* a power of two; two services that are asked everything take some hundred a minute */
#define SLOTS_USED_MAX (SLOTS * 3 / 4)
#define SERVICES_MAX 64

struct counts {
	struct count slots[SLOTS];
	size_t used;
	char services[SERVICES_MAX][EVENT_SERVICE_MAX];
	uint16_t service_count;
	uint64_t dropped;
};

const uint32_t latency_limits_us[LATENCY_BUCKETS - 1] = {
	250, 500, 1000, 2500, 5000, 10000, 25000, 50000, 100000, 250000, 500000, 1000000, 2500000, 5000000, 10000000};
static const uint16_t size_limits[] = {512, 1232, 1452, 4096, UINT16_MAX};

int counts_new(struct counts **ret)
{
	struct counts *counts = calloc(1, sizeof(*counts));
	if (counts == NULL)
		return -ENOMEM;
	*ret = counts;
	return ERR_OK;
}

void counts_free(struct counts *counts)
{
	free(counts);
}

void counts_clear(struct counts *counts)
{
	memset(counts->slots, 0, sizeof(counts->slots));
	counts->used = 0;
	counts->dropped = 0;
}

/* --- Keys --- */

static bool service_number(struct counts *counts, const char *service, uint16_t *ret)
{
	for (uint16_t i = 0; i < counts->service_count; i++) {
		if (strcmp(counts->services[i], service) == 0) {
			*ret = i;
			return true;
		}
	}
	if (counts->service_count == SERVICES_MAX)
		return false;
	snprintf(counts->services[counts->service_count], EVENT_SERVICE_MAX, "%s", service);
	*ret = counts->service_count++;
	return true;
}

enum count_qtype count_qtype_of(uint16_t qtype)
{
	switch (qtype) {
	case RR_AAAA:
		return QTYPE_AAAA;
	case RR_A:
		return QTYPE_A;
	case RR_PTR:
		return QTYPE_PTR;
	default:
		return QTYPE_OTHER;
	}
}

uint8_t latency_bucket(uint32_t duration_us)
{
	uint8_t bucket = 0;
	while (bucket < LATENCY_BUCKETS - 1 && duration_us > latency_limits_us[bucket])
		bucket++;
	return bucket;
}

uint32_t latency_quantile(const uint64_t numbers[LATENCY_BUCKETS], double share)
{
	uint64_t total = 0, before = 0;
	for (size_t i = 0; i < LATENCY_BUCKETS; i++)
		total += numbers[i];
	double wanted = share * (double)total;
	for (size_t i = 0; total > 0 && i < LATENCY_BUCKETS; i++) {
		if (numbers[i] == 0 || (double)(before + numbers[i]) < wanted) {
			before += numbers[i];
			continue;
		}
		double low = i == 0 ? 0 : latency_limits_us[i - 1];
		double high = i == LATENCY_BUCKETS - 1 ? low : latency_limits_us[i];
		return (uint32_t)(low + (high - low) * (wanted - (double)before) / (double)numbers[i]);
	}
	return 0;
}

static uint16_t size_limit(uint32_t size)
{
	size_t i = 0;
	while (size > size_limits[i] && i + 1 < sizeof(size_limits) / sizeof(size_limits[0]))
		i++;
	return size_limits[i];
}

/* Both families were tried: the answer came over the one, after the other. */
enum count_fallback count_fallback_of(const struct event *event)
{
	uint8_t both = event_family_bit(FAMILY_IPV6) | event_family_bit(FAMILY_IPV4);
	if (!event_has(event, EVENT_HAS_UP_FAMILIES | EVENT_HAS_UP_ANSWERED) || event->up_families != both)
		return FALLBACK_NONE;
	return event->up_answered == FAMILY_IPV4 ? FALLBACK_6TO4 : FALLBACK_4TO6;
}

/* --- The table --- */

static uint64_t key_hash(const struct count_key *key)
{
	uint64_t words[3];
	_Static_assert(sizeof(words) >= sizeof(*key), "the key fits");
	memset(words, 0, sizeof(words));
	memcpy(words, key, sizeof(*key));
	uint64_t hash = 0x9e3779b97f4a7c15u;
	for (size_t i = 0; i < 3; i++) {
		hash = (hash ^ words[i]) * 0xff51afd7ed558ccdu;
		hash ^= hash >> 32;
	}
	return hash;
}

/* Nobody outside can choose keys that meet: their values are few, and the service writes them. */
static bool key_count(struct counts *counts, const struct count_key *key, uint32_t weight)
{
	size_t at = key_hash(key) % SLOTS;
	while (counts->slots[at].number > 0 && memcmp(&counts->slots[at].key, key, sizeof(*key)) != 0)
		at = (at + 1) % SLOTS;
	struct count *slot = &counts->slots[at];
	if (slot->number == 0) {
		if (counts->used == SLOTS_USED_MAX)
			return false;
		counts->used++;
		slot->key = *key;
	}
	slot->number += weight;
	return true;
}

static void side_count(struct counts *counts, const struct count_key *base, enum count_kind kind, uint16_t code,
		       uint32_t weight)
{
	struct count_key key = *base;
	key.kind = (uint8_t)kind;
	key.code = code;
	key.latency = LATENCY_UNKNOWN;
	/* What is only a second view of an answer is not counted as lost once more. */
	(void)key_count(counts, &key, weight);
}

static void upstream_count(struct counts *counts, const struct count_key *base, const struct event *event,
			   uint32_t weight)
{
	struct count_key key = *base;
	key.kind = COUNT_UPSTREAM;
	key.family = (uint8_t)event->up_answered;
	key.latency = latency_bucket(event->up_us);
	(void)key_count(counts, &key, weight);
}

void counts_add(struct counts *counts, const struct event *event, uint32_t minute, uint32_t weight)
{
	struct count_key key = {.minute = minute,
				.stream = (uint8_t)event->stream,
				.family = (uint8_t)event_family(event),
				.transport = (uint8_t)event->transport,
				.qtype = QTYPE_OTHER};
	if (event->kind != EVENT_REPLY)
		return;
	if (!service_number(counts, event->service, &key.service)) {
		counts->dropped += weight;
		return;
	}
	if (event_has(event, EVENT_HAS_QTYPE))
		key.qtype = (uint8_t)count_qtype_of(event->qtype);
	bool has_size = event_has(event, EVENT_HAS_SIZE), is_answered = !has_size || event->size > 0;
	if (event_has(event, EVENT_HAS_EDE))
		side_count(counts, &key, COUNT_EDE, event->ede, weight);
	if (event_has(event, EVENT_HAS_SECURITY))
		side_count(counts, &key, COUNT_VALIDATION, event->security, weight);
	if (has_size && is_answered)
		side_count(counts, &key, COUNT_SIZE, size_limit(event->size), weight);
	if (event_has(event, EVENT_HAS_UP_ANSWERED | EVENT_HAS_UP_TIME))
		upstream_count(counts, &key, event, weight);
	key.kind = COUNT_REPLIES;
	key.code = is_answered && event_has(event, EVENT_HAS_RCODE) ? event->rcode : COUNT_DROPPED;
	key.origin = event_has(event, EVENT_HAS_ORIGIN) ? (uint8_t)event->origin : AAAA_NONE;
	key.fallback = (uint8_t)count_fallback_of(event);
	key.truncated = (event->flags & event->flags_known & EVENT_TC) != 0;
	key.latency = event_has(event, EVENT_HAS_DURATION) ? latency_bucket(event->duration_us) : LATENCY_UNKNOWN;
	if (!key_count(counts, &key, weight))
		counts->dropped += weight;
}

bool counts_next(const struct counts *counts, size_t *at, struct count *ret)
{
	while (*at < SLOTS && counts->slots[*at].number == 0)
		(*at)++;
	if (*at == SLOTS)
		return false;
	*ret = counts->slots[(*at)++];
	return true;
}

const char *counts_service(const struct counts *counts, uint16_t service)
{
	return service < counts->service_count ? counts->services[service] : "";
}

uint64_t counts_dropped(const struct counts *counts)
{
	return counts->dropped;
}

/* --- Texts --- */

void count_code_text(const struct count_key *key, char ret_text[COUNT_CODE_MAX])
{
	_Static_assert(COUNT_CODE_MAX >= HEADER_TEXT_MAX, "response codes fit");
	if (key->kind == COUNT_VALIDATION)
		snprintf(ret_text, COUNT_CODE_MAX, "%s", security_value_text((uint8_t)key->code));
	else if (key->kind == COUNT_UPSTREAM)
		snprintf(ret_text, COUNT_CODE_MAX, "-");
	else if (key->kind != COUNT_REPLIES)
		snprintf(ret_text, COUNT_CODE_MAX, "%u", key->code);
	else if (key->code == COUNT_DROPPED)
		snprintf(ret_text, COUNT_CODE_MAX, "-");
	else
		rcode_to_text(key->code, ret_text);
}

const char *count_kind_text(uint8_t kind)
{
	static const char *const texts[COUNT_KIND_COUNT] = {"replies", "ede", "validation", "size", "upstream"};
	return texts[kind];
}

const char *count_qtype_text(uint8_t qtype)
{
	static const char *const texts[QTYPE_GROUP_COUNT] = {"AAAA", "A", "PTR", "other"};
	return texts[qtype];
}

const char *count_fallback_text(uint8_t fallback)
{
	static const char *const texts[FALLBACK_COUNT] = {"-", "6to4", "4to6"};
	return texts[fallback];
}
