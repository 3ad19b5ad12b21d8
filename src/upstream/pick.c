/* SPDX-License-Identifier: BSD-2-Clause */
#include "upstream/pick.h"

#define BAND_FIRST_US 30000     /* round trips up to this are as good as each other; further bands double */
#define BAND_UNKNOWN 1          /* never heard of: after those known to be near, before those known to be far */
#define BAND_MOST 14
#define TIMEOUT_COSTS_US 100000 /* each timeout in a row makes a server look that much further away */
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

/*
 * A path that is down gets its probe from the question at hand; a hedge is the second question for one answer already
 * and goes where it is likely to get one.
 */
static int probe_instead(struct reach *reach, const struct best of_paths[REACH_PATH_COUNT], int index,
                         enum reach_path path, const struct pick_now *now)
{
	if (now->is_hedge)
		return index;
	for (unsigned i = 0; i < REACH_PATH_COUNT; i++) {
		if (of_paths[i].index >= 0 && i != path && reach_probe(reach, i, now->now_us))
			return of_paths[i].index;
	}
	return index;
}

int pick(struct address_book *book, struct reach *reach, const struct candidate *candidates, size_t count,
         uint8_t tries_most, const struct pick_now *now)
{
	struct reach_view views[REACH_PATH_COUNT];
	struct best best = {.index = -1}, of_paths[REACH_PATH_COUNT];
	uint64_t random = now->random;
	for (unsigned i = 0; i < REACH_PATH_COUNT; i++) {
		views[i] = reach_view(reach, i);
		of_paths[i].index = -1;
	}
	for (size_t i = 0; i < count; i++) {
		const struct candidate *candidate = &candidates[i];
		random = random * 6364136223846793005u + 1442695040888963407u;
		if (candidate->is_bad || candidate->asks > 0 || candidate->tries >= tries_most)
			continue;
		struct rank rank = rank_of(book, views, candidate, now, (uint32_t)(random >> 33));
		best_take(&best, &rank, i);
		best_take(&of_paths[candidate->path], &rank, i);
	}
	if (best.index < 0)
		return -1;
	return probe_instead(reach, of_paths, best.index, candidates[best.index].path, now);
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
