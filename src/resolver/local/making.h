/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Outcomes that are made here: an RRset of our own, or a denial with the SOA of RFC 6303 3.
 * Everything is made in the caller's arena.
 * Never claims to be validated: local data is insecure.
 */
#ifndef RESOLVER_LOCAL_MAKING_H
#define RESOLVER_LOCAL_MAKING_H

#include "resolver/outcome.h"
#include "resolver/policy.h"

#define MAKING_TTL_S 3600
#define MAKING_RECORDS_MAX 64 /* in one RRset; what is beyond is left out */

struct making {
	const struct resolver_policy *policy;
	struct name qname;
	uint16_t qtype;
	struct arena *arena;
	const struct outcome **ret;
};

/* Is the type asked for? ANY gets one RRset, the first there is (RFC 8482 4.1). */
bool making_wants(const struct making *making, uint16_t type);
/* An RRset at qname. rdatas: count times size octets, put into canonical order, each once. False: no memory. */
bool making_answer(const struct making *making, uint16_t type, uint8_t *rdatas, size_t size, size_t count);
/* NODATA or NXDOMAIN with the SOA of zone. False: no memory. */
bool making_denial(const struct making *making, enum outcome_kind kind, struct name zone);

#endif
