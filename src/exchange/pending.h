/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The questions under way, found by who asked, by what a reply says of itself, and by the server asked.
 * Owned: pending_table_new/pending_table_free, by one worker; entries belong to the table.
 * Never allocates once it has grown to what is usually under way, and never grows beyond its limit.
 *
 * A question goes over a channel: a UDP socket or a TCP connection. Its message id is unique among the questions of one
 * channel to one server, so channel, server and id tell which question a reply is meant for (RFC 5452 9.1). Ids are
 * random, which spreads the first table; the others are keyed, because servers are chosen by whoever delegates.
 */
#ifndef EXCHANGE_PENDING_H
#define EXCHANGE_PENDING_H

#include "base/random.h"
#include "exchange/question.h"

#include <sys/queue.h>

#define PENDING_SENT_MAX (HEADER_SIZE + NAME_MAX + 4) /* the part of a message that replies are held against */

enum pending_news { /* what its owner has to be told */
	PENDING_NEWS_NONE,
	PENDING_NEWS_FAILED,
	PENDING_NEWS_SUSPECT
};

struct channel;

struct pending {
	LIST_ENTRY(pending) by_ask, by_reply, by_server;
	TAILQ_ENTRY(pending) in_channel, in_news;
	struct channel *channel; /* NULL: failed, or not begun */
	uint64_t ask_id;
	uint64_t sent_ms;
	struct ip_endpoint server;
	uint8_t *whole; /* TCP: the message with its length in front, to send it again; owned, NULL: none */
	uint16_t whole_size;
	uint16_t id;
	uint16_t sent_size;
	uint8_t zone_size; /* of the question */
	uint64_t since;    /* what the owner said when it left */
	uint8_t news;    /* enum pending_news */
	uint8_t failure; /* enum exchange_failure, with PENDING_NEWS_FAILED */
	bool is_case_exact;
	bool has_cookie;
	bool is_suspect; /* has been told */
	uint8_t client_cookie[COOKIE_CLIENT_SIZE];
	uint8_t sent[PENDING_SENT_MAX];
};

TAILQ_HEAD(pending_list, pending);

struct channel {
	uint32_t number; /* unlike any other's of the table, for some billions of channels */
	uint32_t count;
	struct pending_list questions; /* the oldest first */
};

void channel_init(struct channel *channel, uint32_t number);

struct pending_table;

/* most: questions under way at once. NULL: no memory. */
struct pending_table *pending_table_new(uint32_t most);
void pending_table_free(struct pending_table *table);
uint32_t pending_table_count(const struct pending_table *table);

/* A zeroed one that is found by ask_id only. NULL: the limit is reached, or no memory. */
struct pending *pending_new(struct pending_table *table, uint64_t ask_id, const struct ip_endpoint *server);
void pending_free(struct pending_table *table, struct pending *pending);

/* From now on replies find it. id: not in use for this server on this channel, see pending_find_reply. */
void pending_begin(struct pending_table *table, struct pending *pending, struct channel *channel, uint16_t id);
/* From now on they do not. */
void pending_end(struct pending *pending);

struct pending *pending_find_ask(struct pending_table *table, uint64_t ask_id);
struct pending *pending_find_reply(struct pending_table *table, const struct channel *channel,
                                   const struct ip_endpoint *server, uint16_t id);
/* One of the questions to the server on this channel. */
struct pending *pending_find_server(struct pending_table *table, const struct channel *channel,
                                    const struct ip_endpoint *server);

/* What is left to tell, in the order in which it happened; an entry that is freed is out of it. */
void pending_tell(struct pending_table *table, struct pending *pending, enum pending_news news);
enum pending_news pending_take_news(struct pending_table *table, struct pending **ret); /* NONE: nothing is left */

bool endpoint_equal(const struct ip_endpoint *a, const struct ip_endpoint *b);

#endif
