/* SPDX-License-Identifier: BSD-2-Clause */
#include "upstream/address_book.h"

#include "base/random.h"

#include <pthread.h>
#include <stdlib.h>

/*
 * Sets of WAYS entries, chosen by a keyed hash of address and port; the entry of a set that was used least recently
 * makes room, but not one with questions under way: their end would be booked to another server. A stripe of sets
 * shares a lock, held for the few instructions of one call. The key keeps whoever delegates to addresses of their
 * choice from filling one set on purpose.
 */
#define WAYS 8
#define STRIPES 64
#define FORGET_US (900ull * 1000000)     /* what was learned is tried, and round trips are measured, anew after this */
#define SILENT_FIRST_US (1000ull * 1000) /* after TIMEOUTS_SILENT in a row */
#define SILENT_MOST_US (ADDRESS_SILENT_MOST_S * 1000000ull)
#define TIMEOUTS_SILENT 3
#define TIMEOUT_GAP_US (200ull * 1000) /* timeouts closer together than this are one event */
#define ASKS_LOST_US (60ull * 1000000) /* no question lives so long: a count that is still there was never given back */

struct entry {
	struct ip_endpoint server; /* port 0: free */
	uint64_t used_us;          /* a question began or ended */
	uint64_t missed_us;        /* the last timeout that counted */
	uint64_t edns_us, case_us, size_us; /* when that was learned */
	struct address_facts facts;
};

struct stripe {
	_Alignas(64) pthread_mutex_t lock;
};

struct address_book {
	struct stripe stripes[STRIPES];
	uint8_t hash_key[SIPHASH_KEY_SIZE];
	size_t set_count; /* a power of two, at least STRIPES */
	struct entry *entries;
};

struct address_book *address_book_new(size_t size)
{
	struct address_book *book = aligned_alloc(_Alignof(struct address_book), sizeof(*book));
	if (book == NULL)
		return NULL;
	memset(book, 0, sizeof(*book));
	book->set_count = STRIPES;
	while (2 * book->set_count * WAYS <= size)
		book->set_count *= 2;
	book->entries = calloc(book->set_count * WAYS, sizeof(book->entries[0]));
	if (book->entries == NULL) {
		free(book);
		return NULL;
	}
	random_bytes(book->hash_key, sizeof(book->hash_key));
	for (unsigned i = 0; i < STRIPES; i++)
		pthread_mutex_init(&book->stripes[i].lock, NULL);
	return book;
}

void address_book_free(struct address_book *book)
{
	if (book == NULL)
		return;
	for (unsigned i = 0; i < STRIPES; i++)
		pthread_mutex_destroy(&book->stripes[i].lock);
	free(book->entries);
	free(book);
}

/* --- Finding --- */

static bool is_same(const struct ip_endpoint *a, const struct ip_endpoint *b)
{
	return a->port == b->port && ip_addr_equal(&a->addr, &b->addr);
}

static size_t set_of(const struct address_book *book, const struct ip_endpoint *server)
{
	uint8_t octets[24] = {0};
	memcpy(octets, server->addr.bytes, 16);
	store_u16(octets + 16, server->port);
	octets[18] = (uint8_t)server->addr.family;
	store_u32(octets + 20, server->addr.scope);
	return siphash(book->hash_key, octets, sizeof(octets)) & (book->set_count - 1);
}

static pthread_mutex_t *lock_of(struct address_book *book, size_t set)
{
	return &book->stripes[set % STRIPES].lock;
}

/* Questions whose end was never told must not keep an entry for ever. */
static void asks_lost(struct entry *entry, uint64_t now_us)
{
	if (entry->facts.asks != 0 && now_us > entry->used_us && now_us - entry->used_us > ASKS_LOST_US)
		entry->facts.asks = 0;
}

struct held { /* an entry and the lock that makes it ours */
	struct entry *entry; /* NULL: not there, or no room for it */
	pthread_mutex_t *lock;
};

static struct entry *entry_find(struct entry *ways, const struct ip_endpoint *server)
{
	for (unsigned i = 0; i < WAYS; i++) {
		if (ways[i].server.port != 0 && is_same(&ways[i].server, server))
			return &ways[i];
	}
	return NULL;
}

static struct entry *entry_make(struct entry *ways, const struct ip_endpoint *server, uint64_t now_us)
{
	struct entry *oldest = NULL;
	for (unsigned i = 0; i < WAYS; i++) {
		asks_lost(&ways[i], now_us);
		if (ways[i].facts.asks == 0 && (oldest == NULL || ways[i].used_us < oldest->used_us))
			oldest = &ways[i];
	}
	if (oldest != NULL)
		*oldest = (struct entry){.server = *server};
	return oldest;
}

static struct held hold(struct address_book *book, const struct ip_endpoint *server)
{
	size_t set = set_of(book, server);
	struct held held = {.lock = lock_of(book, set)};
	pthread_mutex_lock(held.lock);
	held.entry = entry_find(&book->entries[set * WAYS], server);
	return held;
}

/* The same, made when it is not there; used now. */
static struct held hold_used(struct address_book *book, const struct ip_endpoint *server, uint64_t now_us)
{
	size_t set = set_of(book, server);
	struct held held = {.lock = lock_of(book, set)};
	pthread_mutex_lock(held.lock);
	held.entry = entry_find(&book->entries[set * WAYS], server);
	if (held.entry == NULL)
		held.entry = entry_make(&book->entries[set * WAYS], server, now_us);
	if (held.entry != NULL) {
		asks_lost(held.entry, now_us);
		held.entry->used_us = now_us;
	}
	return held;
}

static void let_go(struct held held)
{
	pthread_mutex_unlock(held.lock);
}

static bool is_old(uint64_t then_us, uint64_t now_us)
{
	return now_us > then_us && now_us - then_us > FORGET_US;
}

/* Networks change: what was learned long ago is looked at afresh, so that no server stays avoided for ever. */
static void forget_old(struct entry *entry, uint64_t now_us)
{
	struct address_facts *facts = &entry->facts;
	if (facts->is_edns_broken && is_old(entry->edns_us, now_us))
		facts->is_edns_broken = false;
	if (facts->is_case_broken && is_old(entry->case_us, now_us))
		facts->is_case_broken = false;
	if (facts->udp_size != 0 && is_old(entry->size_us, now_us))
		facts->udp_size = 0;
	if (facts->is_known && is_old(entry->facts.heard_us, now_us)) {
		facts->is_known = facts->is_lame = false;
		facts->srtt_us = facts->rttvar_us = 0;
		facts->timeouts = 0;
		facts->silent_until_us = 0;
	}
}

void address_book_find(struct address_book *book, const struct ip_endpoint *server, uint64_t now_us,
                       struct address_facts *ret)
{
	struct held held = hold(book, server);
	*ret = (struct address_facts){0};
	if (held.entry != NULL) {
		forget_old(held.entry, now_us);
		*ret = held.entry->facts;
	}
	let_go(held);
}

/* --- Questions --- */

bool address_book_begin(struct address_book *book, const struct ip_endpoint *server, uint64_t now_us, uint32_t limit)
{
	struct held held = hold_used(book, server, now_us);
	/* A set full of busy servers: this one goes uncounted rather than unasked. */
	bool is_fine = held.entry == NULL || held.entry->facts.asks < limit;
	if (held.entry != NULL && is_fine)
		held.entry->facts.asks++;
	let_go(held);
	return is_fine;
}

static void asks_less(struct address_facts *facts)
{
	facts->asks -= facts->asks > 0;
}

/* RFC 6298 2.2, 2.3. */
static void rtt_take(struct address_facts *facts, uint32_t rtt_us)
{
	if (facts->srtt_us == 0) {
		facts->srtt_us = rtt_us > 0 ? rtt_us : 1;
		facts->rttvar_us = rtt_us / 2;
		return;
	}
	uint32_t off_us = rtt_us > facts->srtt_us ? rtt_us - facts->srtt_us : facts->srtt_us - rtt_us;
	facts->rttvar_us = (uint32_t)((3ull * facts->rttvar_us + off_us) / 4);
	facts->srtt_us = (uint32_t)((7ull * facts->srtt_us + rtt_us) / 8);
	facts->srtt_us += facts->srtt_us == 0;
}

static void reply_take(struct address_book *book, const struct ip_endpoint *server, uint64_t now_us, uint32_t rtt_us,
                       bool is_late)
{
	struct held held = hold_used(book, server, now_us);
	if (held.entry != NULL) {
		struct address_facts *facts = &held.entry->facts;
		if (!is_late)
			asks_less(facts);
		facts->is_known = facts->has_answered = true;
		facts->timeouts = 0;
		facts->silent_until_us = 0;
		facts->heard_us = now_us;
		rtt_take(facts, rtt_us);
	}
	let_go(held);
}

void address_book_reply(struct address_book *book, const struct ip_endpoint *server, uint64_t now_us, uint32_t rtt_us)
{
	reply_take(book, server, now_us, rtt_us, false);
}

void address_book_late(struct address_book *book, const struct ip_endpoint *server, uint64_t now_us, uint32_t rtt_us)
{
	reply_take(book, server, now_us, rtt_us, true);
}

/*
 * Many questions under way at once end together when a server falls silent: that is one event, not a row of them.
 * Nor do those count that were sent before the server was called silent. least: the row is at least so long afterwards.
 */
static void silence_take(struct entry *entry, uint64_t now_us, uint16_t least)
{
	struct address_facts *facts = &entry->facts;
	bool is_same_event = facts->timeouts > 0 && now_us < entry->missed_us + TIMEOUT_GAP_US;
	facts->is_known = true;
	entry->facts.heard_us = now_us;
	if ((is_same_event && facts->timeouts >= least) || now_us < facts->silent_until_us)
		return;
	entry->missed_us = now_us;
	if (facts->timeouts < UINT16_MAX)
		facts->timeouts++;
	if (facts->timeouts < least)
		facts->timeouts = least;
	/* One that has never answered is not given the benefit of the doubt. */
	uint16_t patience = facts->has_answered ? TIMEOUTS_SILENT : 1;
	if (facts->timeouts < patience)
		return;
	unsigned doublings = facts->timeouts - patience;
	uint64_t wait_us = doublings < 6 ? SILENT_FIRST_US << doublings : SILENT_MOST_US;
	facts->silent_until_us = now_us + (wait_us < SILENT_MOST_US ? wait_us : SILENT_MOST_US);
}

void address_book_timeout(struct address_book *book, const struct ip_endpoint *server, uint64_t now_us,
                          bool is_counted)
{
	struct held held = hold_used(book, server, now_us);
	if (held.entry != NULL) {
		asks_less(&held.entry->facts);
		if (is_counted)
			silence_take(held.entry, now_us, 0);
	}
	let_go(held);
}

/* A refusal is no matter of luck as a timeout may be: the server is not asked for a while, at once. */
void address_book_refused(struct address_book *book, const struct ip_endpoint *server, uint64_t now_us)
{
	struct held held = hold_used(book, server, now_us);
	if (held.entry != NULL) {
		asks_less(&held.entry->facts);
		silence_take(held.entry, now_us, TIMEOUTS_SILENT);
	}
	let_go(held);
}

void address_book_cancel(struct address_book *book, const struct ip_endpoint *server)
{
	struct held held = hold(book, server);
	if (held.entry != NULL)
		asks_less(&held.entry->facts);
	let_go(held);
}

/* --- What a server can take --- */

void address_book_edns_broken(struct address_book *book, const struct ip_endpoint *server, uint64_t now_us)
{
	struct held held = hold_used(book, server, now_us);
	if (held.entry != NULL) {
		held.entry->facts.is_edns_broken = true;
		held.entry->edns_us = now_us;
	}
	let_go(held);
}

void address_book_case_broken(struct address_book *book, const struct ip_endpoint *server, uint64_t now_us)
{
	struct held held = hold_used(book, server, now_us);
	if (held.entry != NULL) {
		held.entry->facts.is_case_broken = true;
		held.entry->case_us = now_us;
	}
	let_go(held);
}

void address_book_lame(struct address_book *book, const struct ip_endpoint *server, uint64_t now_us, bool is_lame)
{
	struct held held = hold_used(book, server, now_us);
	if (held.entry != NULL)
		held.entry->facts.is_lame = is_lame;
	let_go(held);
}

void address_book_cookie(struct address_book *book, const struct ip_endpoint *server, uint64_t now_us,
                         struct span cookie)
{
	struct held held = hold_used(book, server, now_us);
	if (held.entry != NULL && cookie.size <= sizeof(held.entry->facts.cookie)) {
		if (cookie.size > 0)
			memcpy(held.entry->facts.cookie, cookie.data, cookie.size);
		held.entry->facts.cookie_size = (uint8_t)cookie.size;
	}
	let_go(held);
}

bool address_book_size(struct address_book *book, const struct ip_endpoint *server, uint64_t now_us, uint16_t udp_size)
{
	struct held held = hold_used(book, server, now_us);
	bool is_news = false;
	if (held.entry != NULL) {
		forget_old(held.entry, now_us);
		is_news = held.entry->facts.udp_size == 0 || held.entry->facts.udp_size > udp_size;
	}
	if (is_news) {
		held.entry->facts.udp_size = udp_size;
		held.entry->size_us = now_us;
	}
	let_go(held);
	return is_news;
}

/* --- All of it --- */

/* Questions under way stay counted: their ends will be told. */
static void entry_forget(struct entry *entry)
{
	entry->facts = (struct address_facts){.asks = entry->facts.asks};
}

void address_book_forget(struct address_book *book, const struct ip_endpoint *server)
{
	if (server != NULL) {
		struct held held = hold(book, server);
		if (held.entry != NULL)
			entry_forget(held.entry);
		let_go(held);
		return;
	}
	for (size_t set = 0; set < book->set_count; set++) {
		pthread_mutex_t *lock = lock_of(book, set);
		pthread_mutex_lock(lock);
		for (unsigned i = 0; i < WAYS; i++)
			entry_forget(&book->entries[set * WAYS + i]);
		pthread_mutex_unlock(lock);
	}
}

bool address_book_next(struct address_book *book, size_t *position, uint64_t now_us, struct ip_endpoint *ret_server,
                       struct address_facts *ret)
{
	while (*position < book->set_count * WAYS) {
		size_t at = (*position)++;
		struct entry *entry = &book->entries[at];
		pthread_mutex_t *lock = lock_of(book, at / WAYS);
		pthread_mutex_lock(lock);
		forget_old(entry, now_us);
		bool is_worth_telling = entry->server.port != 0 && (entry->facts.is_known || entry->facts.asks > 0);
		if (is_worth_telling) {
			*ret_server = entry->server;
			*ret = entry->facts;
		}
		pthread_mutex_unlock(lock);
		if (is_worth_telling)
			return true;
	}
	return false;
}
