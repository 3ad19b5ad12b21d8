/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One round of a watcher: its plan, asked at its pace, each probe judged and told once.
 * Owned: round_new/round_free, by one watcher's thread.
 * Never tells of a failure what may be this host's own: where nobody at all replies over a family, the root servers are
 * asked; and an answer is bogus only by keys that were fetched afterwards.
 */
#ifndef WATCH_ROUND_H
#define WATCH_ROUND_H

#include "watch/map.h"
#include "watch/plan.h"

#include <stdatomic.h>

struct round_options {
	const struct watch_set *set;
	struct map *map;
	const struct found *found; /* of each name, as known before */
	const atomic_bool *is_stopped;
	uint64_t seed;
	void *owner;
	/* It was bogus in the round before, too, by keys that were new then. */
	bool (*was_bogus)(void *owner, const struct probe *probe);
	void (*left)(void *owner, uint16_t port); /* as asker_options */
	/* Until then (monotonic), or until the watcher stops. */
	void (*wait)(void *owner, uint64_t until_us);
	/* source: this host's address towards the target; NULL: none. */
	void (*told)(void *owner, const struct probe *probe, const struct probe_result *result,
		     const struct ip_addr *source);
};

struct round;

int round_new(const struct round_options *options, struct round **ret) MUST_USE; /* -ENOMEM */
void round_free(struct round *round);
/* False: it was stopped, or there is no memory; some probes have not been told of. */
bool round_run(struct round *round);
/* When the next one begins, monotonic. */
uint64_t round_next_us(const struct round *round, uint64_t now_us);
/* The addresses of each name: those found in this round, else as before. */
struct found *round_found(struct round *round);
/* Somebody replied over the family; *ret_is_tried: somebody was asked. */
bool round_is_seen(const struct round *round, enum family family, bool *ret_is_tried);
bool round_is_cut(const struct round *round); /* there would have been more probes than a plan holds */

#endif
