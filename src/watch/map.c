/* SPDX-License-Identifier: BSD-2-Clause */
#include "watch/map.h"

#include "audit/chain_store.h"
#include "base/clock.h"
#include "dns/rrtype.h"
#include "resolver/gather.h"
#include "watch/asker.h"

#include <stdlib.h>

#define ARENA_CHUNK (256 << 10)
#define FACTS_EACH 1000 /* questions for one name at most */
#define FACTS_MOST 100000
#define KEYRING_ZONES 64
#define TIMEOUT_MS 3000
#define TRIES 3
#define RATE 200 /* questions a second */
#define DNS_PORT 53

struct way {
	struct name name;
	bool is_whole;
	struct map_zone zone;
};

/* What one walk found. */
struct book {
	struct facts *facts;
	struct chain_store *store;
	struct keyring *keyrings[FAMILY_COUNT];
	struct arena *names;
	struct way *ways;
	size_t way_count;
};

struct map {
	const struct watch_set *set;
	const atomic_bool *is_stopped;
	struct arena *arena; /* of one pass */
	struct book *book;   /* NULL: nothing was walked yet */
	uint64_t renewed_us;
};

/* --- Books --- */

static void book_free(struct book *book)
{
	if (book == NULL)
		return;
	chain_store_free(book->store);
	facts_free(book->facts);
	for (enum family family = FAMILY_IPV6; family < FAMILY_COUNT; family++)
		keyring_free(book->keyrings[family]);
	if (book->names != NULL)
		arena_free(book->names);
	free(book->ways);
	free(book);
}

static bool ways_take(struct book *book, const struct name *names, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const uint8_t *wire = arena_copy(book->names, names[i].wire, names[i].size, 1);
		if (wire == NULL)
			return false;
		book->ways[book->way_count++] = (struct way){.name = name_of(wire)};
	}
	return true;
}

static struct book *book_new(const struct name *names, size_t count)
{
	struct book *book = calloc(1, sizeof(*book));
	size_t most = count * FACTS_EACH < FACTS_MOST ? count * FACTS_EACH : FACTS_MOST;
	if (book == NULL)
		return NULL;
	book->facts = facts_new(most);
	book->store = chain_store_new();
	book->names = arena_new(ARENA_CHUNK);
	book->ways = calloc(count + 1, sizeof(*book->ways));
	for (enum family family = FAMILY_IPV6; family < FAMILY_COUNT; family++)
		book->keyrings[family] = keyring_new(KEYRING_ZONES);
	if (book->facts != NULL && book->store != NULL && book->names != NULL && book->ways != NULL &&
	    book->keyrings[FAMILY_IPV6] != NULL && book->keyrings[FAMILY_IPV4] != NULL && ways_take(book, names, count))
		return book;
	book_free(book);
	return NULL;
}

static struct walk_options options_of(const struct map *map, const struct book *book)
{
	return (struct walk_options){.hints = map->set->hints,
				     .hint_count = map->set->hint_count,
				     .port = DNS_PORT,
				     .is_quick = true,
				     .anchors = map->set->anchors,
				     .keyrings = {book->keyrings[FAMILY_IPV6], book->keyrings[FAMILY_IPV4]},
				     .now_s = clock_wall_us() / 1000000,
				     .now_us = clock_monotonic_us()};
}

/* --- Walking --- */

static void servers_take(const struct walk *walk, const struct chain *chain, struct map_zone *zone)
{
	for (unsigned i = 0; i < chain->server_count; i++) {
		for (unsigned j = 0; j < chain->servers[i].address_count; j++) {
			const struct ip_endpoint *endpoint = &chain->servers[i].addresses[j].endpoint;
			bool is_known = !walk_is_usable(walk, &endpoint->addr);
			for (size_t k = 0; k < zone->server_count; k++)
				is_known = is_known || ip_addr_equal(&zone->servers[k].addr, &endpoint->addr);
			if (!is_known && zone->server_count < MAP_SERVERS_MAX)
				zone->servers[zone->server_count++] = *endpoint;
		}
	}
}

/* The first walk finds the zone that the name is in; of the zone all servers are looked at, over each family alone. */
static struct name zone_find(struct walk *walk, struct name name)
{
	struct walk finding = *walk;
	struct name zone = name_root;
	for (enum family family = FAMILY_IPV6; family < FAMILY_COUNT; family++) {
		const struct chain *chain = chain_to(&finding, name, family);
		/* A chain that is open ends at the name itself, for the time being. */
		if (chain->state != CHAIN_OPEN && chain->zone.labels > zone.labels)
			zone = chain->zone;
	}
	walk->open += finding.open;
	return zone;
}

/* What answers are judged by: once it is known, only they are asked for. */
static void keys_want(struct walk *walk, const struct chain *chain)
{
	struct secure secure;
	if (chain->state == CHAIN_GOOD)
		secure_judge(walk, chain, chain->zone, RR_SOA, &secure);
}

/* Where glue is missing, the zone itself says whether there is anything that could be glue. */
static bool is_meant(struct walk *walk, const struct chain *chain, const struct chain *other)
{
	uint16_t type = chain->family == FAMILY_IPV6 ? RR_AAAA : RR_A;
	bool is_found = false;
	for (unsigned i = 0; i < chain->server_count; i++) {
		const struct chain_server *server = &chain->servers[i];
		struct message message;
		is_found = is_found || server->address_count > 0;
		if (!server->is_in_domain || server->has_glue || other->state != CHAIN_GOOD)
			continue;
		const struct gathered *gathered =
			walk_gather(walk, chain_ask(walk, other, server->name, type), &message);
		is_found = is_found ||
			   (gathered != NULL && gathered_find(gathered, SECTION_ANSWER, server->name, type) != NULL);
	}
	return is_found;
}

static void way_take(struct walk *walk, struct way *way)
{
	struct map_zone zone = {.zone = zone_find(walk, way->name)};
	walk->target = zone.zone;
	const struct chain *chains[FAMILY_COUNT];
	for (enum family family = FAMILY_IPV6; family < FAMILY_COUNT; family++)
		chains[family] = chain_to(walk, zone.zone, family);
	for (enum family family = FAMILY_IPV6; family < FAMILY_COUNT; family++) {
		const struct chain *chain = chains[family];
		bool is_other = !name_equal(chain->zone, zone.zone);
		zone.states[family] = chain->state == CHAIN_GOOD && is_other ? CHAIN_BROKEN : chain->state;
		zone.causes[family] = is_other && chain->cause != CAUSE_NONE ? CAUSE_ANCESTOR : chain->cause;
		zone.culprits[family] = chain->culprit != NULL ? chain->culprit->zone : chain->zone;
		if (!is_other)
			servers_take(walk, chain, &zone);
		zone.is_meant[family] = !is_other && is_meant(walk, chain, chains[!family]);
		keys_want(walk, chain);
	}
	way->zone = zone;
}

/* Names in a zone lie in the arena of the pass. */
static bool names_keep(struct book *book, struct map_zone *zone)
{
	struct name *const names[] = {&zone->zone, &zone->culprits[FAMILY_IPV6], &zone->culprits[FAMILY_IPV4]};
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		const uint8_t *wire = arena_copy(book->names, names[i]->wire, names[i]->size, 1);
		if (wire == NULL)
			return false;
		*names[i] = name_of(wire);
	}
	return true;
}

/* Questions that are open. */
static unsigned pass(struct map *map, struct book *book, bool *is_memory_short)
{
	struct walk_options options = options_of(map, book);
	unsigned open = 0;
	for (size_t i = 0; i < book->way_count; i++) {
		struct way *way = &book->ways[i];
		if (way->is_whole)
			continue;
		arena_reset(map->arena);
		struct walk walk = {
			.facts = book->facts, .arena = map->arena, .store = book->store, .options = &options};
		way_take(&walk, way);
		way->is_whole = walk.open == 0;
		if (way->is_whole && !names_keep(book, &way->zone))
			*is_memory_short = true;
		open += walk.open;
	}
	return open;
}

static bool walk_all(struct map *map, struct book *book)
{
	const struct asker_options options = {.timeout_ms = TIMEOUT_MS,
					      .tries = TRIES,
					      .rate = RATE,
					      .is_family_allowed = {true, true},
					      .is_stopped = map->is_stopped};
	struct asker *asker = asker_new(book->facts, &options);
	bool is_memory_short = asker == NULL, is_moving = asker != NULL;
	while (is_moving && !is_memory_short && pass(map, book, &is_memory_short) > 0)
		is_moving = asker_run(asker, false);
	asker_free(asker);
	facts_close(book->facts);
	return is_moving && !is_memory_short;
}

/* A family that this host does not see now has its servers all the same. */
static void servers_keep(const struct map *map, struct map_zone *zone, enum family family)
{
	const struct map_zone *before = map_zone_of(map, zone->zone);
	for (size_t i = 0; before != NULL && i < before->server_count; i++) {
		bool is_kept = before->servers[i].addr.family == family && zone->server_count < MAP_SERVERS_MAX;
		for (size_t j = 0; is_kept && j < zone->server_count; j++)
			is_kept = !ip_addr_equal(&zone->servers[j].addr, &before->servers[i].addr);
		if (is_kept)
			zone->servers[zone->server_count++] = before->servers[i];
	}
}

static void unseen_keep(const struct map *map, struct book *book)
{
	for (size_t i = 0; i < book->way_count; i++) {
		for (enum family family = FAMILY_IPV6; family < FAMILY_COUNT; family++) {
			if (book->ways[i].zone.states[family] == CHAIN_UNTESTED)
				servers_keep(map, &book->ways[i].zone, family);
		}
	}
}

bool map_renew(struct map *map, const struct name *names, size_t count)
{
	struct book *book = book_new(names, count);
	if (book == NULL || !walk_all(map, book)) {
		book_free(book);
		return false;
	}
	unseen_keep(map, book);
	book_free(map->book);
	map->book = book;
	map->renewed_us = clock_monotonic_us();
	return true;
}

/* --- What is known --- */

bool map_is_unseen(const struct map *map, enum family family)
{
	for (size_t i = 0; map->book != NULL && i < map->book->way_count; i++) {
		if (map->book->ways[i].is_whole && map->book->ways[i].zone.states[family] == CHAIN_UNTESTED)
			return true;
	}
	return false;
}

uint64_t map_renewed_us(const struct map *map)
{
	return map->renewed_us;
}

const struct map_zone *map_zone_of(const struct map *map, struct name name)
{
	const struct map_zone *found = NULL;
	for (size_t i = 0; map->book != NULL && i < map->book->way_count; i++) {
		const struct way *way = &map->book->ways[i];
		if (way->is_whole && name_equal(way->name, name))
			return &way->zone;
		if (way->is_whole && name_equal(way->zone.zone, name))
			found = &way->zone;
	}
	return found;
}

void map_secure(struct map *map, struct name name, uint16_t type, const struct fact *fact, struct secure *ret)
{
	const struct map_zone *zone = map_zone_of(map, name);
	*ret = (struct secure){0};
	if (zone == NULL)
		return;
	enum family own = fact->question.server.addr.family, other = own == FAMILY_IPV6 ? FAMILY_IPV4 : FAMILY_IPV6;
	enum family family = zone->states[own] == CHAIN_GOOD ? own : other; /* keys are the same over both */
	struct walk_options options = options_of(map, map->book);
	arena_reset(map->arena);
	struct walk walk = {
		.facts = map->book->facts, .arena = map->arena, .store = map->book->store, .options = &options};
	if (zone->states[family] == CHAIN_GOOD)
		secure_judge_reply(&walk, chain_to(&walk, zone->zone, family), fact, name, type, ret);
}

/* --- Its life --- */

struct map *map_new(const struct watch_set *set, const atomic_bool *is_stopped)
{
	struct map *map = calloc(1, sizeof(*map));
	if (map == NULL)
		return NULL;
	map->set = set;
	map->is_stopped = is_stopped;
	map->arena = arena_new(ARENA_CHUNK);
	if (map->arena != NULL)
		return map;
	free(map);
	return NULL;
}

void map_free(struct map *map)
{
	if (map == NULL)
		return;
	book_free(map->book);
	arena_free(map->arena);
	free(map);
}
