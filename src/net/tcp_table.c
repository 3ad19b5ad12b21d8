/* SPDX-License-Identifier: BSD-2-Clause */
#include "net/tcp_table.h"

#include "base/random.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define CLIENT_PREFIX_IPV6 56
#define CLIENT_PREFIX_IPV4 24
#define BUCKET_COUNT 1024 /* a power of two */

#define ENTRY_OF(link, member) ((struct tcp_entry *)(void *)((char *)(link)-offsetof(struct tcp_entry, member)))

struct tcp_client {
	struct ip_prefix prefix;
	struct tcp_link entries; /* ring: next is the one idle longest */
	uint32_t count;
	struct tcp_client *next; /* in the bucket */
};

struct tcp_table {
	struct tcp_limits limits;
	uint8_t hash_key[SIPHASH_KEY_SIZE];
	struct tcp_link by_activity, by_birth;
	uint32_t count;
	struct tcp_client *buckets[BUCKET_COUNT];
};

const char *tcp_end_text(enum tcp_end end)
{
	static const char *const texts[TCP_END_COUNT] = {"client", "error", "idle", "total", "evicted", "stop"};
	return texts[end];
}

static void ring_start(struct tcp_link *ring)
{
	ring->previous = ring->next = ring;
}

static void ring_append(struct tcp_link *ring, struct tcp_link *link)
{
	link->previous = ring->previous;
	link->next = ring;
	ring->previous->next = link;
	ring->previous = link;
}

static void ring_remove(struct tcp_link *link)
{
	link->previous->next = link->next;
	link->next->previous = link->previous;
}

static bool ring_is_empty(const struct tcp_link *ring)
{
	return ring->next == ring;
}

struct tcp_table *tcp_table_new(const struct tcp_limits *limits, const uint8_t *hash_key)
{
	struct tcp_table *table = calloc(1, sizeof(*table));
	if (table == NULL)
		return NULL;
	table->limits = *limits;
	memcpy(table->hash_key, hash_key, sizeof(table->hash_key));
	ring_start(&table->by_activity);
	ring_start(&table->by_birth);
	return table;
}

void tcp_table_free(struct tcp_table *table)
{
	free(table);
}

void tcp_table_set_limits(struct tcp_table *table, const struct tcp_limits *limits)
{
	table->limits = *limits;
}

static struct ip_prefix client_prefix(const struct ip_addr *client)
{
	return ip_prefix_of(client, client->family == FAMILY_IPV6 ? CLIENT_PREFIX_IPV6 : CLIENT_PREFIX_IPV4);
}

/* Where the client is in its bucket, or where it would go. */
static struct tcp_client **client_slot(struct tcp_table *table, const struct ip_prefix *prefix)
{
	uint64_t hash = siphash(table->hash_key, prefix->addr.bytes, sizeof(prefix->addr.bytes));
	struct tcp_client **slot = &table->buckets[hash & (BUCKET_COUNT - 1)];
	while (*slot != NULL && !ip_prefix_equal(&(*slot)->prefix, prefix))
		slot = &(*slot)->next;
	return slot;
}

struct tcp_entry *tcp_table_oldest(struct tcp_table *table)
{
	return ring_is_empty(&table->by_activity) ? NULL : ENTRY_OF(table->by_activity.next, by_activity);
}

struct tcp_entry *tcp_table_victim(struct tcp_table *table, const struct ip_addr *client)
{
	struct ip_prefix prefix = client_prefix(client);
	const struct tcp_client *known = *client_slot(table, &prefix);
	if (known != NULL && table->limits.per_client != 0 && known->count >= table->limits.per_client)
		return ENTRY_OF(known->entries.next, by_client);
	return table->count >= table->limits.connections ? tcp_table_oldest(table) : NULL;
}

int tcp_table_add(struct tcp_table *table, const struct ip_addr *client, uint64_t now_ms, struct tcp_entry *entry)
{
	struct ip_prefix prefix = client_prefix(client);
	struct tcp_client **slot = client_slot(table, &prefix);
	if (*slot == NULL) {
		struct tcp_client *fresh = calloc(1, sizeof(*fresh));
		if (fresh == NULL)
			return -ENOMEM;
		fresh->prefix = prefix;
		ring_start(&fresh->entries);
		*slot = fresh;
	}
	entry->client = *slot;
	entry->activity_ms = entry->birth_ms = now_ms;
	entry->client->count++;
	table->count++;
	ring_append(&table->by_activity, &entry->by_activity);
	ring_append(&table->by_birth, &entry->by_birth);
	ring_append(&entry->client->entries, &entry->by_client);
	return ERR_OK;
}

void tcp_table_remove(struct tcp_table *table, struct tcp_entry *entry)
{
	ring_remove(&entry->by_activity);
	ring_remove(&entry->by_birth);
	ring_remove(&entry->by_client);
	table->count--;
	if (--entry->client->count > 0)
		return;
	struct tcp_client **slot = client_slot(table, &entry->client->prefix);
	struct tcp_client *last = *slot;
	*slot = last->next;
	free(last);
}

void tcp_table_touch(struct tcp_table *table, struct tcp_entry *entry, uint64_t now_ms)
{
	entry->activity_ms = now_ms;
	ring_remove(&entry->by_activity);
	ring_append(&table->by_activity, &entry->by_activity);
	ring_remove(&entry->by_client);
	ring_append(&entry->client->entries, &entry->by_client);
}

struct tcp_entry *tcp_table_overdue(struct tcp_table *table, uint64_t now_ms, enum tcp_end *ret_why)
{
	if (table->count == 0)
		return NULL;
	struct tcp_entry *idle = ENTRY_OF(table->by_activity.next, by_activity);
	if (now_ms - idle->activity_ms >= table->limits.idle_ms) {
		*ret_why = TCP_END_IDLE;
		return idle;
	}
	struct tcp_entry *old = ENTRY_OF(table->by_birth.next, by_birth);
	if (table->limits.total_ms != 0 && now_ms - old->birth_ms >= table->limits.total_ms) {
		*ret_why = TCP_END_TOTAL;
		return old;
	}
	return NULL;
}

uint32_t tcp_table_count(const struct tcp_table *table)
{
	return table->count;
}
