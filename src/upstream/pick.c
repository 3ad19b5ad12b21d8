/* SPDX-License-Identifier: BSD-2-Clause */
#include "upstream/pick.h"

#define BAND_FIRST_US 30000     /* round trips up to this are as good as each other; further bands double */
#define BAND_UNKNOWN 1          /* never heard of: after those known to be near, before those known to be far */
#define BAND_MOST 14
#define TIMEOUT_COSTS_US 100000 /* each timeout in a row makes a server look that much further away */
#define RETURN_US (900ull * 1000000) /* so long after its return the addresses of a path are looked at afresh */
#define EXPLORE_SHARE 32        /* one question in so many goes to a server never heard of, if there is one */

/* What makes one candidate better than another, the most important first; the smallest wins. */
enum rank_key {
	RANK_SILENT,        /* not answering for some time */
	RANK_DOWN,          /* its path does not work; 2: and cannot, for there is no route */
	RANK_TRIES,         /* by this job */
	RANK_SLOW_PATH,     /* hedge: the path that is slow right now */
	RANK_SYNTHETIC,     /* RFC 10001 4.2, R-11: native before translated */
	RANK_BAND,
	RANK_SECOND_FAMILY,
	RANK_CHANCE,
	RANK_COUNT
};

struct rank {
	uint32_t keys[RANK_COUNT];
};

/*
 * Questions under way to a server never heard of put the next one elsewhere: of a crowd of questions that meet a zone
 * for the first time each server gets its share, and the first reply draws the rest.
 */
static uint32_t band_unknown(const struct address_facts *facts)
{
	uint32_t band = BAND_UNKNOWN;
	for (uint32_t asks = facts->asks; asks > 0 && band < BAND_MOST; asks /= 2)
		band++;
	return band;
}

static uint32_t band_of(const struct address_facts *facts, bool is_exploring)
{
	if (facts->srtt_us == 0 && facts->timeouts == 0)
		return is_exploring && facts->asks == 0 ? 0 : band_unknown(facts);
	uint64_t far_us = (uint64_t)facts->srtt_us + (uint64_t)facts->timeouts * TIMEOUT_COSTS_US;
	uint32_t band = 0;
	for (uint64_t most_us = BAND_FIRST_US; far_us > most_us && band < BAND_MOST - 1; most_us *= 2)
		band += band == 0 ? BAND_UNKNOWN + 1 : 1;
	/* When exploring, those known step back behind the unknown ones. */
	return band + is_exploring;
}

static struct rank rank_of(struct address_book *book, const struct reach_view *views, const struct candidate *candidate,
                           const struct pick_now *now, uint32_t chance)
{
	struct address_facts facts;
	enum family first = now->prefers_ipv4 ? FAMILY_IPV4 : FAMILY_IPV6;
	const struct reach_view *view = &views[candidate->path];
	bool is_exploring = !now->is_hedge && now->random % EXPLORE_SHARE == 0;
	address_book_find(book, &candidate->server, now->now_us, &facts);
	return (struct rank){.keys = {
		[RANK_SILENT] = facts.silent_until_us > now->now_us,
		[RANK_DOWN] = (uint32_t)view->is_down + (uint32_t)view->is_unroutable,
		[RANK_TRIES] = candidate->tries,
		[RANK_SLOW_PATH] = now->is_hedge && candidate->path == now->slow_path,
		[RANK_SYNTHETIC] = candidate->path == REACH_NAT64,
		[RANK_BAND] = band_of(&facts, is_exploring),
		[RANK_SECOND_FAMILY] = candidate->server.addr.family != first,
		[RANK_CHANCE] = chance,
	}};
}

static int compare(const struct rank *a, const struct rank *b)
{
	for (unsigned i = 0; i < RANK_COUNT; i++) {
		if (a->keys[i] != b->keys[i])
			return a->keys[i] < b->keys[i] ? -1 : 1;
	}
	return 0;
}

/* The numbers that decide between equals, one a candidate. */
static uint32_t chance_next(uint64_t *random)
{
	*random = *random * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(*random >> 33);
}

struct best { /* the best candidate so far */
	int index;
	struct rank rank;
};

static void best_take(struct best *best, const struct rank *rank, size_t index)
{
	if (best->index >= 0 && compare(rank, &best->rank) >= 0)
		return;
	best->index = (int)index;
	best->rank = *rank;
}

static void views_read(const struct reach *reach, struct reach_view views[REACH_PATH_COUNT])
{
	for (unsigned i = 0; i < REACH_PATH_COUNT; i++)
		views[i] = reach_view(reach, i);
}

int pick(struct address_book *book, const struct reach *reach, const struct candidate *candidates, size_t count,
         uint8_t tries_most, const struct pick_now *now)
{
	struct reach_view views[REACH_PATH_COUNT];
	struct best best = {.index = -1};
	uint64_t random = now->random;
	views_read(reach, views);
	for (size_t i = 0; i < count; i++) {
		const struct candidate *candidate = &candidates[i];
		uint32_t chance = chance_next(&random);
		if (candidate->is_bad || candidate->asks > 0 || candidate->tries >= tries_most)
			continue;
		struct rank rank = rank_of(book, views, candidate, now, chance);
		best_take(&best, &rank, i);
	}
	return best.index;
}

/* Of an address whose path works. */
static bool is_probe_due(const struct address_facts *facts, const struct reach_view *view, uint64_t now_us)
{
	if (facts->asks > 0)
		return false;
	/* What was met before the path came back says nothing of now, nor does it that the address was never tried. */
	if (facts->heard_us < view->since_us && now_us < view->since_us + RETURN_US)
		return true;
	return facts->timeouts > 0 && facts->silent_until_us <= now_us;
}

int pick_probe(struct address_book *book, struct reach *reach, const struct candidate *candidates, size_t count,
               size_t picked, const struct pick_now *now)
{
	struct reach_view views[REACH_PATH_COUNT];
	struct best downs[REACH_PATH_COUNT], due = {.index = -1};
	uint64_t random = now->random;
	views_read(reach, views);
	for (unsigned i = 0; i < REACH_PATH_COUNT; i++)
		downs[i].index = -1;
	for (size_t i = 0; i < count; i++) {
		const struct candidate *candidate = &candidates[i];
		const struct reach_view *view = &views[candidate->path];
		struct address_facts facts;
		uint32_t chance = chance_next(&random);
		if (i == picked || candidate->is_bad || candidate->asks > 0 || candidate->tries > 0)
			continue;
		address_book_find(book, &candidate->server, now->now_us, &facts);
		struct rank rank = rank_of(book, views, candidate, now, chance);
		if (view->is_down && candidate->path != candidates[picked].path)
			best_take(&downs[candidate->path], &rank, i);
		else if (!view->is_down && is_probe_due(&facts, view, now->now_us))
			best_take(&due, &rank, i);
	}
	for (unsigned i = 0; i < REACH_PATH_COUNT; i++) {
		if (downs[i].index >= 0 && reach_probe(reach, i, now->now_us))
			return downs[i].index;
	}
	return due.index;
}

static uint32_t bounded(uint64_t value, uint32_t least, uint32_t most)
{
	return value < least ? least : value > most ? most : (uint32_t)value;
}

/* RFC 6298 2.3 has SRTT + 4 * RTTVAR; a server may also think, ask a database or another server: four round trips. */
uint32_t pick_timeout_us(const struct address_facts *facts, uint32_t first_us, uint32_t least_us, uint32_t most_us)
{
	uint64_t wait_us = first_us;
	if (facts->srtt_us != 0)
		wait_us = 4ull * facts->srtt_us + 4ull * facts->rttvar_us;
	unsigned doublings = facts->timeouts < 4 ? facts->timeouts : 4; /* RFC 6298 5.5 */
	return bounded(wait_us << doublings, least_us, most_us);
}

uint32_t pick_hedge_us(const struct address_facts *facts, uint32_t usual_rtt_us, uint32_t least_us, uint32_t most_us)
{
	/* Nobody is waited for who was silent when last asked. */
	if (facts->timeouts > 0)
		return least_us;
	uint64_t usual_us = facts->srtt_us != 0 ? facts->srtt_us + 4ull * facts->rttvar_us : 3ull * usual_rtt_us;
	return bounded(usual_us, least_us, most_us);
}
