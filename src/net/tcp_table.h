/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The TCP connections of one service on one worker: who is connected, since when, and who has to go.
 * Owned: tcp_table_new/tcp_table_free; entries live inside their connections and are linked in and out.
 * Never refuses a new client for an idle one: when a limit is reached the one idle longest makes room (RFC 7766 6.2.2).
 *
 * Each entry stands in three lists, all ordered by time without sorting: by last activity, by birth, and by last
 * activity among the connections of its client prefix (/56 or /24). Every operation is O(1) but the prefix look-up,
 * a keyed hash.
 */
#ifndef NET_TCP_TABLE_H
#define NET_TCP_TABLE_H

#include "ip/prefix.h"

struct tcp_limits {
	uint32_t idle_ms;       /* from the last whole query or the last answer taken whole */
	uint32_t total_ms;      /* from the start, whatever happens; 0: no limit */
	uint32_t connections;   /* at once */
	uint32_t per_client;    /* at once from one /56 or /24; 0: no limit of its own */
};

struct tcp_link {
	struct tcp_link *previous, *next;
};

struct tcp_client;

struct tcp_entry {
	struct tcp_link by_activity, by_birth, by_client;
	struct tcp_client *client;
	uint64_t activity_ms, birth_ms;
};

enum tcp_end { /* why a connection ended */
	TCP_END_CLIENT,  /* the client closed it */
	TCP_END_ERROR,   /* reset, or the path is gone */
	TCP_END_IDLE,
	TCP_END_TOTAL,
	TCP_END_EVICTED, /* made room for a newer one */
	TCP_END_STOP,    /* the service ends */
	TCP_END_COUNT
};
const char *tcp_end_text(enum tcp_end end);

struct tcp_table;

/* hash_key: SIPHASH_KEY_SIZE random octets, copied. NULL: no memory. */
struct tcp_table *tcp_table_new(const struct tcp_limits *limits, const uint8_t *hash_key);
void tcp_table_free(struct tcp_table *table); /* empty by then */
void tcp_table_set_limits(struct tcp_table *table, const struct tcp_limits *limits);

/* The connection to close before this client's new one is added; NULL: there is room. */
struct tcp_entry *tcp_table_victim(struct tcp_table *table, const struct ip_addr *client);
/* The one idle longest; NULL: none. */
struct tcp_entry *tcp_table_oldest(struct tcp_table *table);
int tcp_table_add(struct tcp_table *table, const struct ip_addr *client, uint64_t now_ms, struct tcp_entry *entry) MUST_USE;
void tcp_table_remove(struct tcp_table *table, struct tcp_entry *entry);
void tcp_table_touch(struct tcp_table *table, struct tcp_entry *entry, uint64_t now_ms);
/* One whose time is over and why; NULL: none (any more). */
struct tcp_entry *tcp_table_overdue(struct tcp_table *table, uint64_t now_ms, enum tcp_end *ret_why);
uint32_t tcp_table_count(const struct tcp_table *table);

#endif
