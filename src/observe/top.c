/* SPDX-License-Identifier: BSD-2-Clause */
#include "observe/top.h"

#include "base/random.h"
#include "dns/header.h"
#include "dns/name_case.h"
#include "dns/rrtype.h"
#include "ip/prefix.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#define EPOCHS (TOP_KEPT_MINUTES / TOP_EPOCH_MINUTES + 1)
#define FAILURE_WEIGHT 20

enum top_count {
#define TOP(id, name, condition) TOP_##id,
#include "observe/top.def"
	TOP_COUNT
};

struct top_fact {
	bool is_aaaa, is_a, is_failed, is_usual, is_synthesized;
	int rcode; /* -1: none */
};

/* A name in lower case, or the text of a prefix. */
struct key {
	uint8_t octets[NAME_MAX];
	uint8_t size;
};

struct entry {
	struct key key;
	uint64_t weight; /* of the key it took the place of, too */
	uint32_t counts[TOP_COUNT];
};

struct list {
	uint64_t epoch; /* since 1970; 0: none yet */
	size_t count;
	uint64_t hashes[TOP_KEYS];
	struct entry entries[TOP_KEYS];
};

struct top {
	pthread_mutex_t lock;
	uint8_t secret[SIPHASH_KEY_SIZE];
	struct list *lists[STREAM_COUNT][TOP_BY_COUNT]; /* EPOCHS each */
};

bool top_by_from_text(const char *text, enum top_by *ret)
{
	static const char *const words[TOP_BY_COUNT] = {"prefix", "name", "dns64"};
	for (int by = 0; by < TOP_BY_COUNT; by++) {
		if (strcmp(words[by], text) == 0) {
			*ret = (enum top_by)by;
			return true;
		}
	}
	return false;
}

struct top *top_new(void)
{
	struct top *top = calloc(1, sizeof(*top));
	if (top == NULL)
		return NULL;
	random_bytes(top->secret, sizeof(top->secret));
	pthread_mutex_init(&top->lock, NULL);
	for (int stream = 0; stream < STREAM_COUNT; stream++) {
		for (int by = 0; by < TOP_BY_COUNT; by++) {
			top->lists[stream][by] = calloc(EPOCHS, sizeof(struct list));
			if (top->lists[stream][by] == NULL) {
				top_free(top);
				return NULL;
			}
		}
	}
	return top;
}

void top_free(struct top *top)
{
	for (int stream = 0; top != NULL && stream < STREAM_COUNT; stream++) {
		for (int by = 0; by < TOP_BY_COUNT; by++)
			free(top->lists[stream][by]);
	}
	free(top);
}

/* --- Counting --- */

static struct entry *entry_find(struct list *list, uint64_t hash, const struct key *key)
{
	for (size_t i = 0; i < list->count; i++) {
		if (list->hashes[i] == hash && list->entries[i].key.size == key->size &&
		    memcmp(list->entries[i].key.octets, key->octets, key->size) == 0)
			return &list->entries[i];
	}
	return NULL;
}

/* The key of the least weight gives way, and the new one starts from that weight: it may have been there before. */
static struct entry *entry_make(struct list *list, uint64_t hash, const struct key *key)
{
	size_t at = list->count;
	uint64_t weight = 0;
	if (at < TOP_KEYS) {
		list->count++;
	} else {
		at = 0;
		for (size_t i = 1; i < TOP_KEYS; i++) {
			if (list->entries[i].weight < list->entries[at].weight)
				at = i;
		}
		weight = list->entries[at].weight;
	}
	list->hashes[at] = hash;
	list->entries[at] = (struct entry){.key = *key, .weight = weight};
	return &list->entries[at];
}

static void entry_count(struct entry *entry, const struct top_fact *fact)
{
	entry->weight += fact->is_failed ? FAILURE_WEIGHT : 1;
#define TOP(id, name, condition) entry->counts[TOP_##id] += (condition);
#include "observe/top.def"
}

static void key_count(const struct top *top, struct list *lists, const struct key *key, const struct top_fact *fact,
		      uint64_t epoch)
{
	struct list *list = &lists[epoch % EPOCHS];
	uint64_t hash = siphash(top->secret, key->octets, key->size);
	if (list->epoch != epoch) {
		list->epoch = epoch;
		list->count = 0;
	}
	struct entry *entry = entry_find(list, hash, key);
	entry_count(entry != NULL ? entry : entry_make(list, hash, key), fact);
}

static struct key key_of_client(const struct event *event)
{
	static const uint8_t lengths[FAMILY_COUNT] = {[FAMILY_IPV6] = 56, [FAMILY_IPV4] = 24};
	struct ip_prefix prefix = ip_prefix_of(&event->client.addr, lengths[event->client.addr.family]);
	char text[IP_PREFIX_TEXT_MAX];
	struct key key = {0};
	ip_prefix_to_text(&prefix, text);
	key.size = (uint8_t)strlen(text);
	memcpy(key.octets, text, key.size);
	return key;
}

static struct key key_of_name(const struct event *event)
{
	struct name name = event_qname(event);
	struct key key = {.size = name.size};
	for (size_t i = 0; i < name.size; i++)
		key.octets[i] = octet_lower(name.wire[i]); /* length octets are below 'A' */
	return key;
}

static struct top_fact fact_of(const struct event *event)
{
	struct top_fact fact = {
		.is_aaaa = event_has(event, EVENT_HAS_QTYPE) && event->qtype == RR_AAAA,
		.is_a = event_has(event, EVENT_HAS_QTYPE) && event->qtype == RR_A,
		.is_synthesized = event_has(event, EVENT_HAS_ORIGIN) && event->origin == AAAA_DNS64,
		.rcode = event_has(event, EVENT_HAS_RCODE) ? event->rcode : -1,
	};
	fact.is_failed = fact.rcode == -1 || fact.rcode == RCODE_SERVFAIL;
	fact.is_usual = fact.rcode == RCODE_NOERROR || fact.rcode == RCODE_NXDOMAIN || fact.rcode == RCODE_SERVFAIL ||
			fact.rcode == RCODE_REFUSED;
	return fact;
}

void top_event(struct top *top, const struct event *event, uint64_t now_us)
{
	if (event->kind != EVENT_REPLY || event->stream >= STREAM_COUNT)
		return;
	struct list *const *lists = top->lists[event->stream];
	struct top_fact fact = fact_of(event);
	uint64_t epoch = now_us / 1000000 / 60 / TOP_EPOCH_MINUTES;
	pthread_mutex_lock(&top->lock);
	if (event_has(event, EVENT_HAS_CLIENT)) {
		struct key key = key_of_client(event);
		key_count(top, lists[TOP_BY_PREFIX], &key, &fact, epoch);
	}
	if (event_has(event, EVENT_HAS_QNAME)) {
		struct key key = key_of_name(event);
		key_count(top, lists[TOP_BY_NAME], &key, &fact, epoch);
		if (fact.is_synthesized)
			key_count(top, lists[TOP_BY_DNS64], &key, &fact, epoch);
	}
	pthread_mutex_unlock(&top->lock);
}

/* --- Telling --- */

static void sum_add(struct entry *sums, size_t *count, const struct entry *entry)
{
	size_t at = 0;
	while (at < *count && (sums[at].key.size != entry->key.size ||
			       memcmp(sums[at].key.octets, entry->key.octets, entry->key.size) != 0))
		at++;
	if (at == *count)
		sums[(*count)++] = (struct entry){.key = entry->key};
	sums[at].weight += entry->weight;
	for (int i = 0; i < TOP_COUNT; i++)
		sums[at].counts[i] += entry->counts[i];
}

static int compare_entries(const void *a, const void *b)
{
	const struct entry *left = a, *right = b;
	return (left->weight < right->weight) - (left->weight > right->weight);
}

static json_t *row_json(const struct entry *entry, enum top_by by)
{
	static const char *const names[TOP_COUNT] = {
#define TOP(id, name, condition) name,
#include "observe/top.def"
	};
	char text[NAME_TEXT_MAX];
	if (by == TOP_BY_PREFIX) {
		memcpy(text, entry->key.octets, entry->key.size);
		text[entry->key.size] = '\0';
	} else {
		name_to_text(name_of(entry->key.octets), text);
	}
	json_t *row = json_pack("{s:s}", "key", text);
	for (int i = 0; i < TOP_COUNT; i++)
		json_object_set_new(row, names[i], json_integer(entry->counts[i]));
	return row;
}

json_t *top_json(struct top *top, enum top_by by, enum event_stream stream, unsigned minutes, uint64_t now_us)
{
	const struct list *lists = top->lists[stream][by];
	uint64_t epoch = now_us / 1000000 / 60 / TOP_EPOCH_MINUTES;
	unsigned epochs = (minutes + TOP_EPOCH_MINUTES - 1) / TOP_EPOCH_MINUTES;
	if (epochs > EPOCHS - 1)
		epochs = EPOCHS - 1;
	struct entry *sums = calloc((size_t)EPOCHS * TOP_KEYS, sizeof(*sums));
	size_t count = 0;
	if (sums == NULL)
		return NULL;
	pthread_mutex_lock(&top->lock);
	for (size_t i = 0; i < EPOCHS; i++) {
		/* The epoch that has just begun, and as many before it. */
		bool is_wanted = lists[i].epoch <= epoch && lists[i].epoch + epochs >= epoch;
		for (size_t k = 0; is_wanted && k < lists[i].count; k++)
			sum_add(sums, &count, &lists[i].entries[k]);
	}
	pthread_mutex_unlock(&top->lock);
	qsort(sums, count, sizeof(*sums), compare_entries);
	json_t *rows = json_array();
	for (size_t i = 0; i < count && i < TOP_ROWS; i++)
		json_array_append_new(rows, row_json(&sums[i], by));
	free(sums);
	return json_pack("{s:i, s:o}", "minutes", (int)(epochs * TOP_EPOCH_MINUTES), "rows", rows);
}
