/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Does what a zone answers validate, over one address family alone (RFC 4035 5)?
 * A pure function of the facts; keys and proofs are asked of the same family's servers.
 * Never calls bogus what it could not see.
 */
#ifndef AUDIT_SECURE_H
#define AUDIT_SECURE_H

#include "audit/chain.h"
#include "dnssec/anchors.h"
#include "resolver/outcome.h"

struct secure {
	bool is_known; /* a judgement was reached */
	bool is_there; /* the type exists at the name */
	enum security security;
	const char *reason; /* of BOGUS: a sentence; in the walk's arena */
	int32_t ede;        /* what is wrong as an INFO-CODE (RFC 8914); -1: nothing */
};

/* name lies in the chain's zone. anchors NULL: nothing is known. */
void secure_judge(struct walk *walk, const struct chain *chain, struct name name, uint16_t type, struct secure *ret);
/* The same for a reply that was fetched by whoever calls, from any server of the zone. */
void secure_judge_reply(struct walk *walk, const struct chain *chain, const struct fact *fact, struct name name, uint16_t type,
			struct secure *ret);

#endif
