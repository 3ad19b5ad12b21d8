/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A small world for the validator: signed zones from files, served by our authoritative engine, read by our scrubber.
 * Owned: world_new/world_free.
 * Never used outside tests.
 */
#ifndef TESTS_UNIT_RESOLVER_WORLD_H
#define TESTS_UNIT_RESOLVER_WORLD_H

#include "auth/auth.h"
#include "resolver/scrub.h"
#include "resolver/validate.h"

#define WORLD_ZONES_MAX 24
#define WORLD_NOW_S 1800000000u

struct world_zone {
	struct name apex;
	struct name_buffer buffer;
	struct zone *zone;
	struct zoneset *set;
};

struct world_evidence {
	struct outcome outcome;
	struct world_evidence *next;
};

struct world {
	struct arena *arena;
	struct world_zone zones[WORLD_ZONES_MAX];
	size_t zone_count;
	struct auth_scratch *scratch;
	struct auth_options options;
	struct anchors *anchors;
	struct keyring *keyring;
	struct world_evidence *evidence;
	struct dnssec_budget budget;
	struct validate_policy policy;
	uint64_t now_s, now_us;
	unsigned asked; /* evidence that was looked up */
	/* Called for each outcome before it is judged or used as evidence: what the network does to it. */
	void (*tamper)(struct world *world, struct outcome *outcome);
	void *tamper_owner;
};

/* All zones of the folder world/, the anchor of its root. */
struct world *world_new(void);
void world_free(struct world *world);
/* As after a restart: evidence, keys, budget. */
void world_forget(struct world *world);

struct name world_name(struct world *world, const char *text);
/* What the zone's server says to the question, tampered with; not validated. */
struct outcome world_ask(struct world *world, struct name qname, uint16_t qtype);
/* Validated, with all the evidence that it takes. */
void world_validate(struct world *world, const struct outcome *subject, struct validate_result *ret);

#endif
