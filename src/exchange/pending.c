/* SPDX-License-Identifier: BSD-2-Clause */
#include "exchange/pending.h"

#include <stdlib.h>

#define CHUNK 256
#define BUCKETS_LEAST 1024

LIST_HEAD(bucket, pending);

struct chunk {
	struct chunk *next;
	struct pending slots[CHUNK];
};

struct pending_table {
	uint8_t hash_key[SIPHASH_KEY_SIZE];
	uint32_t count, most;
	uint32_t bucket_mask;
	struct bucket *by_ask, *by_reply, *by_server;
	struct bucket unused; /* linked by by_ask */
	struct chunk *chunks;
	struct pending_list news;
};

void channel_init(struct channel *channel, uint32_t number)
{
	*channel = (struct channel){.number = number};
	TAILQ_INIT(&channel->questions);
}

struct pending_table *pending_table_new(uint32_t most)
{
	struct pending_table *table = calloc(1, sizeof(*table));
	if (table == NULL)
		return NULL;
	uint32_t buckets = BUCKETS_LEAST;
	while (buckets < most && buckets < 1u << 24)
		buckets *= 2;
	table->most = most;
	table->bucket_mask = buckets - 1;
	table->by_ask = calloc(buckets, sizeof(struct bucket));
	table->by_reply = calloc(buckets, sizeof(struct bucket));
	table->by_server = calloc(buckets, sizeof(struct bucket));
	TAILQ_INIT(&table->news);
	random_bytes(table->hash_key, sizeof(table->hash_key));
	if (table->by_ask == NULL || table->by_reply == NULL || table->by_server == NULL) {
		pending_table_free(table);
		return NULL;
	}
	return table;
}

void pending_table_free(struct pending_table *table)
{
	if (table == NULL)
		return;
	while (table->chunks != NULL) {
		struct chunk *chunk = table->chunks;
		table->chunks = chunk->next;
		for (unsigned i = 0; i < CHUNK; i++)
			free(chunk->slots[i].whole);
		free(chunk);
	}
	free(table->by_ask);
	free(table->by_reply);
	free(table->by_server);
	free(table);
}

uint32_t pending_table_count(const struct pending_table *table)
{
	return table->count;
}

/* --- Where to look --- */

/* Fibonacci hashing: whoever asks counts its ids up, and ids of messages are random already. */
static struct bucket *bucket_at(const struct pending_table *table, struct bucket *buckets, uint64_t key)
{
	return &buckets[(key * 0x9e3779b97f4a7c15u) >> 32 & table->bucket_mask];
}

static struct bucket *bucket_of_ask(const struct pending_table *table, uint64_t ask_id)
{
	return bucket_at(table, table->by_ask, ask_id);
}

static struct bucket *bucket_of_reply(const struct pending_table *table, const struct channel *channel, uint16_t id)
{
	return bucket_at(table, table->by_reply, (uint64_t)channel->number << 16 | id);
}

static struct bucket *bucket_of_server(const struct pending_table *table, const struct channel *channel,
                                       const struct ip_endpoint *server)
{
	uint8_t octets[24];
	memcpy(octets, server->addr.bytes, 16);
	store_u16(octets + 16, server->port);
	store_u16(octets + 18, (uint16_t)server->addr.family);
	store_u32(octets + 20, channel->number);
	return &table->by_server[siphash(table->hash_key, octets, sizeof(octets)) & table->bucket_mask];
}

bool endpoint_equal(const struct ip_endpoint *a, const struct ip_endpoint *b)
{
	return a->port == b->port && ip_addr_equal(&a->addr, &b->addr);
}

/* --- Beginning and ending --- */

static bool slots_more(struct pending_table *table)
{
	struct chunk *chunk = calloc(1, sizeof(*chunk));
	if (chunk == NULL)
		return false;
	chunk->next = table->chunks;
	table->chunks = chunk;
	for (unsigned i = 0; i < CHUNK; i++)
		LIST_INSERT_HEAD(&table->unused, &chunk->slots[i], by_ask);
	return true;
}

struct pending *pending_new(struct pending_table *table, uint64_t ask_id, const struct ip_endpoint *server)
{
	if (table->count >= table->most || (LIST_EMPTY(&table->unused) && !slots_more(table)))
		return NULL;
	struct pending *pending = LIST_FIRST(&table->unused);
	LIST_REMOVE(pending, by_ask);
	memset(pending, 0, offsetof(struct pending, sent));
	pending->ask_id = ask_id;
	pending->server = *server;
	LIST_INSERT_HEAD(bucket_of_ask(table, ask_id), pending, by_ask);
	table->count++;
	return pending;
}

void pending_free(struct pending_table *table, struct pending *pending)
{
	pending_end(pending);
	if (pending->news != PENDING_NEWS_NONE)
		TAILQ_REMOVE(&table->news, pending, in_news);
	free(pending->whole);
	pending->whole = NULL;
	LIST_REMOVE(pending, by_ask);
	LIST_INSERT_HEAD(&table->unused, pending, by_ask);
	table->count--;
}

void pending_begin(struct pending_table *table, struct pending *pending, struct channel *channel, uint16_t id)
{
	pending->channel = channel;
	pending->id = id;
	LIST_INSERT_HEAD(bucket_of_reply(table, channel, id), pending, by_reply);
	LIST_INSERT_HEAD(bucket_of_server(table, channel, &pending->server), pending, by_server);
	TAILQ_INSERT_TAIL(&channel->questions, pending, in_channel);
	channel->count++;
}

void pending_end(struct pending *pending)
{
	struct channel *channel = pending->channel;
	if (channel == NULL)
		return;
	pending->channel = NULL;
	LIST_REMOVE(pending, by_reply);
	LIST_REMOVE(pending, by_server);
	TAILQ_REMOVE(&channel->questions, pending, in_channel);
	channel->count--;
}

/* --- Finding --- */

struct pending *pending_find_ask(struct pending_table *table, uint64_t ask_id)
{
	struct pending *pending;
	LIST_FOREACH(pending, bucket_of_ask(table, ask_id), by_ask) {
		if (pending->ask_id == ask_id)
			return pending;
	}
	return NULL;
}

struct pending *pending_find_reply(struct pending_table *table, const struct channel *channel,
                                   const struct ip_endpoint *server, uint16_t id)
{
	struct pending *pending;
	LIST_FOREACH(pending, bucket_of_reply(table, channel, id), by_reply) {
		if (pending->id == id && pending->channel == channel && endpoint_equal(&pending->server, server))
			return pending;
	}
	return NULL;
}

struct pending *pending_find_server(struct pending_table *table, const struct channel *channel,
                                    const struct ip_endpoint *server)
{
	struct pending *pending;
	LIST_FOREACH(pending, bucket_of_server(table, channel, server), by_server) {
		if (pending->channel == channel && endpoint_equal(&pending->server, server))
			return pending;
	}
	return NULL;
}

/* --- News --- */

void pending_tell(struct pending_table *table, struct pending *pending, enum pending_news news)
{
	if (pending->news != PENDING_NEWS_NONE)
		TAILQ_REMOVE(&table->news, pending, in_news);
	pending->news = (uint8_t)news;
	TAILQ_INSERT_TAIL(&table->news, pending, in_news);
}

enum pending_news pending_take_news(struct pending_table *table, struct pending **ret)
{
	struct pending *pending = TAILQ_FIRST(&table->news);
	if (pending == NULL)
		return PENDING_NEWS_NONE;
	enum pending_news news = pending->news;
	TAILQ_REMOVE(&table->news, pending, in_news);
	pending->news = PENDING_NEWS_NONE;
	*ret = pending;
	return news;
}
