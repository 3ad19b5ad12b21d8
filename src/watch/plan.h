/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The probes of one round: names x types x servers x transports x plain and CD, PTRs of the names' addresses,
 * connections to their services.
 * A pure function of what is watched and what is known; everything is made in the caller's arena.
 * Never plans the same probe twice, nor more than PLAN_PROBES_MAX.
 */
#ifndef WATCH_PLAN_H
#define WATCH_PLAN_H

#include "base/arena.h"
#include "watch/map.h"
#include "watch/probe.h"

#define PLAN_PROBES_MAX 20000
#define FOUND_ADDRESSES_MAX 16

/* The addresses that a name had in the answers of late. */
struct found {
	struct ip_addr addresses[FOUND_ADDRESSES_MAX];
	size_t count;
};

struct plan_request {
	const struct watch_set *set;
	const struct found *found; /* of each name of the set */
	/* The zone of a name. NULL: it is not known. */
	const struct map_zone *(*zone_of)(void *owner, struct name name);
	void *owner;
	struct arena *arena;
};

struct plan {
	struct probe *probes;
	size_t count;
	bool is_cut; /* there would be more than PLAN_PROBES_MAX */
};

/* -ENOMEM. */
int plan_make(const struct plan_request *request, struct plan *ret) MUST_USE;
/* All names whose zones a plan asks for: those of the set, and those of the addresses when PTR is among the types. In
 * the arena. -ENOMEM. */
int plan_names(const struct plan_request *request, struct name **ret, size_t *ret_count) MUST_USE;

#endif
