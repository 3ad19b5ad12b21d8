/* SPDX-License-Identifier: BSD-2-Clause */
#include "audit/facts.h"

#include "base/random.h"

#include <errno.h>
#include <stdlib.h>

#define BUCKETS_FIRST 1024
#define CHUNK (256 << 10)
#define HASH_FIXED 32 /* octets of a question but for its name */

struct facts {
	struct arena *arena;
	struct fact **buckets;
	size_t bucket_count;
	struct fact **all;
	size_t count, capacity, most;
	struct fact *first_wanted, **last_wanted;
	uint8_t hash_key[SIPHASH_KEY_SIZE];
	uint64_t time_s;
	const char *vantage;
	bool is_closed;
};

const char *fact_state_text(enum fact_state state)
{
	static const char *const texts[FACT_STATE_COUNT] = {
		[FACT_WANTED] = "wanted",   [FACT_ASKED] = "asked",     [FACT_REPLY] = "reply",
		[FACT_SILENT] = "silent",   [FACT_REFUSED] = "refused", [FACT_NO_ROUTE] = "no-route",
		[FACT_UNKNOWN] = "unknown",
	};
	return texts[state];
}

const char *fact_probe_text(enum fact_probe probe)
{
	static const char *const texts[PROBE_COUNT] = {
		[PROBE_NONE] = "none",
		[PROBE_DATAGRAM] = "datagram",
		[PROBE_STREAM] = "stream",
		[PROBE_SEGMENTS] = "segments",
		[PROBE_TLS] = "tls",
		[PROBE_HTTPS] = "https",
		[PROBE_TRANSFER] = "transfer",
	};
	return texts[probe];
}

struct facts *facts_new(size_t most)
{
	struct facts *facts = calloc(1, sizeof(*facts));
	if (facts == NULL)
		return NULL;
	facts->most = most;
	facts->arena = arena_new(CHUNK);
	facts->bucket_count = BUCKETS_FIRST;
	facts->buckets = calloc(facts->bucket_count, sizeof(*facts->buckets));
	facts->last_wanted = &facts->first_wanted;
	random_bytes(facts->hash_key, sizeof(facts->hash_key));
	if (facts->arena == NULL || facts->buckets == NULL) {
		facts_free(facts);
		return NULL;
	}
	return facts;
}

void facts_free(struct facts *facts)
{
	if (facts == NULL)
		return;
	arena_free(facts->arena);
	free(facts->buckets);
	free(facts->all);
	free(facts);
}

void facts_close(struct facts *facts)
{
	facts->is_closed = true;
	while (facts_take_wanted(facts) != NULL)
		;
	/* What was under way when somebody lost patience, too: a book must not say that it is being asked. */
	for (size_t i = 0; i < facts->count; i++) {
		if (fact_is_open(facts->all[i]))
			facts->all[i]->state = FACT_UNKNOWN;
	}
}

/* --- Finding --- */

static uint64_t question_hash(const struct facts *facts, const struct fact_question *question)
{
	uint8_t octets[NAME_MAX + HASH_FIXED] = {0};
	struct name_buffer lower;
	struct name name = name_lower(question->qname, &lower);
	memcpy(octets, question->server.addr.bytes, 16);
	store_u16(octets + 16, question->server.port);
	store_u16(octets + 18, question->qtype);
	store_u16(octets + 20, question->edns_size);
	octets[22] =
		(uint8_t)(question->transport << 3 | question->is_do << 2 | question->is_cd << 1 | question->is_rd);
	octets[23] = (uint8_t)question->server.addr.family;
	store_u16(octets + 24, question->qclass);
	octets[26] = question->edns_version;
	octets[27] = question->options;
	octets[28] = question->again;
	octets[29] = (uint8_t)question->probe;
	store_u16(octets + 30, question->segment_most);
	memcpy(octets + HASH_FIXED, name.wire, name.size);
	return siphash(facts->hash_key, octets, HASH_FIXED + name.size);
}

static bool is_same(const struct fact_question *a, const struct fact_question *b)
{
	bool is_path_same = a->path == NULL || b->path == NULL ? a->path == b->path : strcmp(a->path, b->path) == 0;
	return is_path_same && a->qtype == b->qtype && a->qclass == b->qclass && a->edns_version == b->edns_version &&
	       a->options == b->options && a->again == b->again && a->edns_size == b->edns_size &&
	       a->probe == b->probe && a->segment_most == b->segment_most &&
	       a->transport == b->transport && a->is_do == b->is_do && a->is_cd == b->is_cd && a->is_rd == b->is_rd &&
	       a->server.port == b->server.port && ip_addr_equal(&a->server.addr, &b->server.addr) &&
	       name_equal(a->qname, b->qname);
}

static void buckets_grow(struct facts *facts)
{
	size_t count = facts->bucket_count * 2;
	struct fact **buckets = calloc(count, sizeof(*buckets));
	if (buckets == NULL)
		return; /* slower, not wrong */
	for (size_t i = 0; i < facts->count; i++) {
		struct fact *fact = facts->all[i];
		struct fact **bucket = &buckets[question_hash(facts, &fact->question) & (count - 1)];
		fact->next = *bucket;
		*bucket = fact;
	}
	free(facts->buckets);
	facts->buckets = buckets;
	facts->bucket_count = count;
}

static bool room_make(struct facts *facts)
{
	if (facts->count < facts->capacity)
		return true;
	size_t capacity = facts->capacity == 0 ? 256 : facts->capacity * 2;
	struct fact **all = realloc(facts->all, capacity * sizeof(*all));
	if (all == NULL)
		return false;
	facts->all = all;
	facts->capacity = capacity;
	return true;
}

static struct fact *fact_new(struct facts *facts, const struct fact_question *question, uint64_t hash)
{
	struct fact *fact = arena_alloc_zeroed(facts->arena, sizeof(*fact), _Alignof(struct fact));
	uint8_t *wire = arena_copy(facts->arena, question->qname.wire, question->qname.size, 1);
	if (fact == NULL || wire == NULL || !room_make(facts))
		return NULL;
	fact->question = *question;
	fact->question.qname.wire = wire;
	if (question->path != NULL) {
		fact->question.path = arena_text(facts->arena, question->path, strlen(question->path));
		if (fact->question.path == NULL)
			return NULL;
	}
	if (facts->count >= facts->bucket_count)
		buckets_grow(facts);
	struct fact **bucket = &facts->buckets[hash & (facts->bucket_count - 1)];
	fact->next = *bucket;
	*bucket = fact;
	facts->all[facts->count++] = fact;
	return fact;
}

static struct fact *fact_find(struct facts *facts, const struct fact_question *question, uint64_t hash)
{
	struct fact *fact = facts->buckets[hash & (facts->bucket_count - 1)];
	while (fact != NULL && !is_same(&fact->question, question))
		fact = fact->next;
	return fact;
}

const struct fact *facts_get(struct facts *facts, const struct fact_question *question)
{
	uint64_t hash = question_hash(facts, question);
	struct fact *fact = fact_find(facts, question, hash);
	if (fact != NULL)
		return fact;
	fact = fact_new(facts, question, hash);
	if (fact == NULL)
		return NULL;
	if (facts->is_closed || facts->count > facts->most) {
		fact->state = FACT_UNKNOWN;
		return fact;
	}
	*facts->last_wanted = fact;
	facts->last_wanted = &fact->wanted;
	return fact;
}

/* --- What came --- */

struct fact *facts_take_wanted(struct facts *facts)
{
	struct fact *fact = facts->first_wanted;
	if (fact == NULL)
		return NULL;
	facts->first_wanted = fact->wanted;
	if (facts->first_wanted == NULL)
		facts->last_wanted = &facts->first_wanted;
	fact->wanted = NULL;
	fact->state = FACT_ASKED;
	return fact;
}

int facts_put(struct facts *facts, struct fact *fact, enum fact_state state, struct span message, uint32_t duration_us)
{
	uint8_t *copy = NULL;
	if (message.size > 0) {
		copy = arena_copy(facts->arena, message.data, message.size, 1);
		if (copy == NULL)
			return -ENOMEM;
	}
	fact->state = state;
	fact->message = span_of(copy, message.size);
	fact->duration_us = duration_us;
	return ERR_OK;
}

int facts_add(struct facts *facts, const struct fact_question *question, enum fact_state state, struct span message,
	      uint32_t duration_us, const struct fact_seen *seen)
{
	uint64_t hash = question_hash(facts, question);
	if (fact_find(facts, question, hash) != NULL)
		return ERR_OK;
	struct fact *fact = fact_new(facts, question, hash);
	if (fact == NULL)
		return -ENOMEM;
	if (seen != NULL)
		fact->seen = *seen;
	return facts_put(facts, fact, state, message, duration_us);
}

void facts_set_time(struct facts *facts, uint64_t time_s)
{
	facts->time_s = time_s;
}

uint64_t facts_time(const struct facts *facts)
{
	return facts->time_s;
}

int facts_set_vantage(struct facts *facts, const char *vantage)
{
	const char *copy = arena_text(facts->arena, vantage, strlen(vantage));
	if (copy == NULL)
		return -ENOMEM;
	facts->vantage = copy;
	return ERR_OK;
}

const char *facts_vantage(const struct facts *facts)
{
	return facts->vantage != NULL ? facts->vantage : "";
}

size_t facts_count(const struct facts *facts)
{
	return facts->count;
}

const struct fact *facts_at(const struct facts *facts, size_t index)
{
	return facts->all[index];
}
