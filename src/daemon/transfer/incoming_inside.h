/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Inside incoming: its thread, and one secondary zone in it.
 * Everything belongs to that thread, but for what is said to be under the lock.
 * Never included but by daemon/transfer/incoming*.c.
 */
#ifndef DAEMON_TRANSFER_INCOMING_INSIDE_H
#define DAEMON_TRANSFER_INCOMING_INSIDE_H

#include "daemon/transfer/asking.h"
#include "daemon/transfer/incoming.h"
#include "transfer/receive.h"
#include "transfer/request.h"
#include "transfer/schedule.h"
#include "transfer/zone_history.h"

#include <pthread.h>
#include <sys/queue.h>

struct incoming_primary { /* one address */
	struct ip_endpoint endpoint;
	char *peer;
	const struct tsig_key *key; /* held; NULL: not signed */
};

struct incoming_wish { /* a zone as the configuration has it; for the thread */
	struct incoming_wish *next;
	char *key;
	struct name_buffer apex_buffer;
	struct name apex;
	enum config_lint lint;
	struct incoming_primary *primaries;
	size_t primary_count;
	const struct zone *zone;            /* that is served; held, NULL: none */
	const struct zone_history *history; /* that led to it; held, NULL: none is known */
	uint64_t confirmed_s;               /* since 1970: when a primary last had it */
};

struct incoming_last { /* how the last transfer went */
	bool is_there;
	uint64_t wall_us;
	enum incoming_result result;
	uint16_t type; /* RR_AXFR, RR_IXFR */
	struct ip_endpoint server;
	uint32_t serial;
	uint64_t records, octets, ms;
	char reason[400]; /* of a failed one */
};

enum incoming_place { PLACE_ASK, PLACE_TRANSFER, PLACE_COUNT };

struct incoming_zone {
	struct incoming *incoming;
	struct incoming_wish wish; /* owned, but for its list */
	struct schedule *schedule;
	const struct zone *zone;            /* the newest good version; held, NULL: none */
	const struct zone_history *history; /* that led to it; held, NULL: none is known */
	bool is_expired;                    /* told */
	bool is_gone;                       /* not wanted any more: freed when nothing of it is under way */
	bool is_wanted;                     /* while wishes are applied */
	bool is_unreached;                  /* the last round found no primary: told once */
	uv_timer_t due, expiry;
	unsigned handles;
	struct schedule_step step;
	struct asking *asking;
	struct receive *receive;
	bool is_building, is_waiting;
	bool is_whole_wanted;             /* AXFR, for IXFR was of no use */
	bool is_writing, is_write_wanted; /* the copy on the disk: now; once more */
	bool is_unwritten;                /* the newest version is not in it */
	int write_error;
	enum incoming_place place; /* that it waits for or has */
	bool has_place;
	struct transfer_request request; /* under way; its key is held */
	struct tsig sent;
	uint64_t begin_us;
	uint64_t transfers[INCOMING_RESULT_COUNT];
	struct incoming_last last;
	char told[400]; /* the reason of the last line, and when */
	uint64_t told_ms;
	TAILQ_ENTRY(incoming_zone) waiting;
	LIST_ENTRY(incoming_zone) link;
};

TAILQ_HEAD(incoming_queue, incoming_zone);

struct incoming_limits {
	struct config_transfers_in transfers_in;
	const struct ip_prefix *pref64; /* owned */
	size_t pref64_count;
	char *state_dir; /* owned; NULL: there is none */
};

struct incoming {
	struct incoming_options options;
	uv_loop_t loop;
	uv_async_t wake;      /* of the thread */
	uv_async_t news_wake; /* of the main loop */
	pthread_t thread;
	bool has_thread, is_ending;
	LIST_HEAD(, incoming_zone) zones;
	LIST_HEAD(, writing) writings; /* under way */
	struct incoming_limits limits;
	unsigned places[PLACE_COUNT]; /* taken */
	struct incoming_queue queues[PLACE_COUNT];

	/* Held by the thread while it changes zones, so that the main thread can look at them. */
	pthread_mutex_t state_lock;

	/* Under mail_lock. */
	pthread_mutex_t mail_lock;
	bool is_stopped, has_wishes;
	struct incoming_wish *wishes;
	struct incoming_limits next_limits;
	char *refresh; /* keys, each with its NUL; the last one is empty */
	size_t refresh_size;
	struct incoming_news *news, **news_end;
};

static inline void incoming_enter(struct incoming *incoming)
{
	pthread_mutex_lock(&incoming->state_lock);
}

static inline void incoming_leave(struct incoming *incoming)
{
	pthread_mutex_unlock(&incoming->state_lock);
}

/* --- incoming_wish.c --- */
void incoming_wish_clear(struct incoming_wish *wish);
void incoming_wishes_free(struct incoming_wish *first);
/* Those of a configuration, in a list. -ENOMEM. */
int incoming_wishes_make(const struct settings *settings, const struct zone_slots *slots,
			 struct incoming_wish **ret) MUST_USE;
bool incoming_wish_has_same_primaries(const struct incoming_wish *a, const struct incoming_wish *b);

/* --- incoming_zone.c: under state_lock --- */
/* Takes the wish over. before: what the zone was until now, NULL: nothing; it is left to be dropped. */
int incoming_zone_new(struct incoming *incoming, struct incoming_wish *wish, struct incoming_zone *before,
		      struct incoming_zone **ret) MUST_USE;
void incoming_zone_drop(struct incoming_zone *zone); /* frees it, when its handles have closed and its build is done */
void incoming_zone_go(struct incoming_zone *zone);   /* the next step */
void incoming_zone_refresh(struct incoming_zone *zone, const struct ip_addr *from); /* from: NULL: nobody's address */
struct span incoming_soa(const struct zone *zone);                                  /* the RDATA */
/* A place that the zone has waited for. */
void incoming_zone_start(struct incoming_zone *zone);

/* --- incoming_build.c --- */
/* A transfer is whole: makes the zone of it beside the loop, then goes on. */
void incoming_build(struct incoming_zone *zone, bool is_incremental);
/* The transfer under way has failed; after an IXFR that was answered AXFR is tried at once. */
void incoming_transfer_failed(struct incoming_zone *zone, const char *reason, enum schedule_failure failure);

/* --- incoming_journal.c --- */
/* The newest version and the time of its confirmation go to the disk. */
void incoming_journal_keep(struct incoming_zone *zone);

/* --- incoming_log.c --- */
void incoming_log_failed(struct incoming_zone *zone, const char *reason);
void incoming_log_received(const struct incoming_zone *zone, bool has_old, uint32_t old_serial);
void incoming_log_unreached(const struct incoming_zone *zone);
void incoming_log_expired(const struct incoming_zone *zone);
void incoming_log_back(const struct incoming_zone *zone);

/* --- incoming.c --- */
struct incoming_zone *incoming_zone_find(struct incoming *incoming, const char *key); /* NULL: none */
/* Adds news for the main thread; is_new: of a new version. */
void incoming_tell(struct incoming_zone *zone, bool is_new, uint64_t signed_until_s);
/* A place, now (true), or when the zone's turn comes. */
bool incoming_place_take(struct incoming_zone *zone, enum incoming_place place);
void incoming_place_give(struct incoming_zone *zone); /* or waits for it no more */

#endif
