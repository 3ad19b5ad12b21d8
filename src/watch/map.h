/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The way to what is watched: for each name its zone, the addresses of the zone's servers over each family as resolvers
 * of that family find them, and the keys by which answers are judged.
 * Owned: map_new/map_free, by one watcher's thread. map_renew asks, from the root down; the rest asks nothing.
 * Never forgets what it knew when a walk was cut short, nor the servers of a family that could not be seen lately, and
 * never validates by keys of a zone that it could not reach.
 */
#ifndef WATCH_MAP_H
#define WATCH_MAP_H

#include "audit/secure.h"
#include "watch/set.h"

#include <stdatomic.h>

#define MAP_SERVERS_MAX 48 /* of one zone, both families */

struct map_zone {
	struct name zone;
	enum chain_state states[FAMILY_COUNT];
	enum chain_cause causes[FAMILY_COUNT];
	struct name culprits[FAMILY_COUNT];          /* of BROKEN: the zone to be mended */
	bool is_meant[FAMILY_COUNT];                 /* its servers have addresses of the family, somewhere */
	struct ip_endpoint servers[MAP_SERVERS_MAX]; /* IPv6 first */
	size_t server_count;
};

struct map;

struct map *map_new(const struct watch_set *set, const atomic_bool *is_stopped); /* NULL: no memory */
void map_free(struct map *map);
/* Walks to all names anew. False: it was stopped, or there is no memory; what was known before stays. */
bool map_renew(struct map *map, const struct name *names, size_t count);
/* Of some zone nobody could be asked over the family: this host does not see it, or did not when the walk was made. */
bool map_is_unseen(const struct map *map, enum family family);
uint64_t map_renewed_us(const struct map *map); /* monotonic; 0: never */
/* Of a name that was walked to, or of that zone's own name; NULL: not known. Borrowed until map_renew. */
const struct map_zone *map_zone_of(const struct map *map, struct name name);
/* The reply in the fact, by the keys of the name's zone. Not known: no anchors, or the zone could not be reached. */
void map_secure(struct map *map, struct name name, uint16_t type, const struct fact *fact, struct secure *ret);

#endif
