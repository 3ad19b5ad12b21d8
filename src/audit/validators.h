/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What independent validating resolvers say of a zone, beside what we make of it (K-06).
 * A pure function of the facts; everything is made in the arena of the walk.
 * Never takes a resolver's word for more than it is: one that does not validate has said nothing.
 */
#ifndef AUDIT_VALIDATORS_H
#define AUDIT_VALIDATORS_H

#include "audit/view.h"

enum validator_word {
	VALIDATOR_UNTESTED, /* not from here */
	VALIDATOR_SILENT,
	VALIDATOR_SECURE,   /* AD */
	VALIDATOR_INSECURE, /* an answer or a denial without AD */
	VALIDATOR_BOGUS,    /* it fails, and answers where checking is disabled */
	VALIDATOR_FAILED,   /* it fails in any case: no matter of signatures */
	VALIDATOR_WORD_COUNT
};
const char *validator_word_text(enum validator_word word); /* "secure" */

struct validator_saying {
	enum validator_word word;
	uint16_t rcode; /* of the reply with checking */
	bool is_alias;  /* the name is one: what is said may be of where it leads */
	bool has_ede;
	uint16_t ede;
	struct span ede_text; /* as the resolver sent it */
};

struct validator_view {
	struct ip_endpoint endpoint;
	struct validator_saying root; /* of the root's SOA, which is signed: does it validate at all? */
	struct validator_saying sayings[VIEW_NAMES][VIEW_TYPES]; /* as view.secure */
};

/* Fills view->validators. */
void validators_take(struct walk *walk, struct view *view);
/* Ours of both families together. False: not known, or the families differ. */
bool validators_ours(const struct view *view, unsigned name, unsigned type, enum security *ret);
const char *validators_ours_text(enum security security); /* what is not known to be secure is "insecure" */

#endif
