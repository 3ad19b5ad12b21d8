/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Spans of one zone in order: NSEC by owner in canonical order (RFC 4034 6.1), NSEC3 by hash.
 * Inside cache/denial, under its lock; a chain holds pointers to spans that the store owns.
 * Never looks at times.
 */
#ifndef CACHE_DENIAL_CHAIN_H
#define CACHE_DENIAL_CHAIN_H

#include "dns/rrset.h"

#include <sys/queue.h>

#define SPAN_HASH_SIZE 20

struct denial_zone;

enum span_kind { SPAN_SOA, SPAN_NSEC, SPAN_NSEC3, SPAN_KINDS };

struct denial_span { /* a record kept, the SOA among them; in one block */
	TAILQ_ENTRY(denial_span) in_use; /* the last used first */
	struct denial_zone *zone;
	enum span_kind kind;
	uint32_t size; /* octets of the block */
	uint64_t ends_us;
	uint8_t hash[SPAN_HASH_SIZE]; /* NSEC3: its own and the next */
	uint8_t next_hash[SPAN_HASH_SIZE];
	struct rrset_view record;     /* in octets */
	_Alignas(8) uint8_t octets[];
};

struct denial_chain {
	struct denial_span **spans;
	uint32_t count, capacity;
	enum span_kind kind; /* NSEC or NSEC3 */
};

/* What is looked for: a name, or a hash. */
struct span_key {
	struct name name;
	const uint8_t *hash;
};

/* The span that matches or covers the key. NULL: there is none. */
struct denial_span *chain_find(const struct denial_chain *chain, struct span_key key);
/*
 * The spans that a new one replaces, one a call, until NULL: that of the same owner, and those inside of it, whose
 * owners the zone no longer has.
 */
struct denial_span *chain_replaced(const struct denial_chain *chain, const struct denial_span *span);
bool chain_add(struct denial_chain *chain, struct denial_span *span) MUST_USE; /* false: no memory */
void chain_remove(struct denial_chain *chain, const struct denial_span *span);
void chain_end(struct denial_chain *chain);

#endif
