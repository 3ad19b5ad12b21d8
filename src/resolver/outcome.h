/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the world says to one question (name and type), without following aliases: the unit that the resolver asks for,
 * validates, keeps in the cache and hands around.
 * A value of views: into a job's arena, or into the flat form in the cache. Immutable once made.
 * Never holds more than one question's worth: a chain of aliases is a list of outcomes, one a name.
 */
#ifndef RESOLVER_OUTCOME_H
#define RESOLVER_OUTCOME_H

#include "base/arena.h"
#include "dns/rrset.h"
#include "ip/addr.h"
#include "telemetry/query_event.h"

#define OUTCOME_SETS_MAX 64 /* RRsets in one outcome: type ANY has the most */

enum outcome_kind {
	OUTCOME_ANSWER,   /* sets[0..answer_count) answer the question */
	OUTCOME_CNAME,    /* sets[0] is the CNAME at the name */
	OUTCOME_DNAME,    /* sets[0] is a DNAME above the name: its owner says where */
	OUTCOME_NODATA,   /* the name is there (or an empty non-terminal), the type is not: RFC 2308 2.2 */
	OUTCOME_NXDOMAIN, /* the name is not there, and nothing is below it: RFC 8020 */
	OUTCOME_FAILURE   /* nobody gave an answer that can be used */
};


struct outcome {
	enum outcome_kind kind;
	enum security security;
	struct name qname;
	uint16_t qtype;
	uint8_t answer_count; /* of sets: the answer; what follows is the authority section: SOA, NSEC, NSEC3, each signed */
	uint8_t set_count;
	const struct rrset_view *sets;
	uint32_t ttl_s;     /* as of storing: of the whole, floors and caps applied, never beyond a signature's end */
	uint64_t stored_us; /* monotonic; 0: made now, not from the cache */

	struct name zone;          /* the cut below which it was asked; for logs and for the validator's first guess */
	struct ip_endpoint server; /* that gave it; port 0: nobody (local data, made up, no reachable server) */
	bool is_forwarded;         /* a forwarder gave it (RD set), not an authoritative server */
	bool is_optout;            /* a denial that rests on an opt-out span: never AD (RFC 5155 9.2) */

	int32_t ede;        /* INFO-CODE that clients get with it; -1: none */
	struct span reason; /* a sentence for the log and for EXTRA-TEXT; may be empty */
};

/* A copy in the arena, one block. NULL: no memory. */
struct outcome *outcome_copy(const struct outcome *outcome, struct arena *arena);

/* The flat form, for the cache. outcome_size: octets, 0 when it is too large to keep (65535 and more). */
size_t outcome_size(const struct outcome *outcome);
/* at: outcome_size octets, aligned to 8. */
void outcome_write(const struct outcome *outcome, uint8_t *at);
/* Views into flat, which must stay, aligned to 8; sets is an array of OUTCOME_SETS_MAX that ret points to afterwards.
 * Only for octets that outcome_write made. */
void outcome_read(const uint8_t *flat, struct rrset_view *sets, struct outcome *ret);

/* Seconds that have passed since it was stored, and what is left of its time: negative when it is stale. */
uint32_t outcome_age_s(const struct outcome *outcome, uint64_t now_us);
int64_t outcome_left_s(const struct outcome *outcome, uint64_t now_us);

/* The SOA of a negative outcome; NULL: there is none. */
const struct rrset_view *outcome_soa(const struct outcome *outcome);
/* An alias that is followed. Who asks for a CNAME, or for all there is at a name, is given the alias itself
 * (RFC 1034 3.6.2). */
bool outcome_leads_on(const struct outcome *outcome);
/* Where an alias leads: CNAME's target, or the name below a DNAME rewritten (RFC 6672 2.2). ERR_RANGE: too long. */
int outcome_target(const struct outcome *outcome, struct name_buffer *buffer, struct name *ret) MUST_USE;

#endif
