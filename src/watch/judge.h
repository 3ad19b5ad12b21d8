/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What came of a probe, as a result with a sentence.
 * Pure functions; scratch comes from the caller's arena.
 * Never calls a target bad for what this host could not send.
 */
#ifndef WATCH_JUDGE_H
#define WATCH_JUDGE_H

#include "audit/secure.h"
#include "watch/plan.h"
#include "watch/probe.h"

struct judge_request {
	const struct probe *probe;
	const struct fact *fact;
	const struct fact *unchecked; /* of a resolver: the same question with CD; NULL: it was not asked */
	struct arena *arena;
	uint64_t now_s;
	uint32_t timeout_ms, left_least_s;
	/* What the zone's keys say of an answer of its server; its reason is copied. */
	void (*secure)(void *owner, struct name name, uint16_t type, const struct fact *fact, struct secure *ret);
	void *owner;
};

/* The fact is not open, the other one neither. */
void judge_reply(const struct judge_request *request, struct probe_result *ret);
/* Adds the addresses that an answer to AAAA or A has. */
void judge_addresses(const struct judge_request *request, struct found *found);
/* A connection: error of connect(2), 0: it stood. is_at_once: the kernel said so before anything was sent. */
void judge_connect(int error, bool is_at_once, uint32_t timeout_ms, uint32_t duration_us, struct probe_result *ret);
/* Nobody serves the zone over the family. */
void judge_path(const struct map_zone *zone, enum family family, struct probe_result *ret);
/* No delegation leads to the name: zone is the last on the way. */
void judge_absence(const struct map_zone *zone, struct probe_result *ret);
/* It turned out that this host sees nobody over the family. */
void judge_unseen(enum family family, struct probe_result *result);

#endif
