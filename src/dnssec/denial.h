/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Does a set of NSEC or NSEC3 records prove that a name or a type is not there (RFC 4035 5.4, RFC 5155 8, RFC 6840 4)?
 * One logic for two sources: the records of a reply that is validated, and spans kept from earlier ones (RFC 8198).
 * Never looks at signatures: the source gives records that validated.
 */
#ifndef DNSSEC_DENIAL_H
#define DNSSEC_DENIAL_H

#include "dnssec/budget.h"
#include "dnssec/records.h"

struct denial_chain { /* the parameters of a zone's NSEC3 chain */
	uint16_t iterations;
	struct span salt;
};

struct denial_source {
	void *owner;
	/* The NSEC at the name, or the one whose span covers it. */
	bool (*nsec)(void *owner, struct name name, struct rrset_view *ret);
	bool (*nsec3_chain)(void *owner, struct denial_chain *ret);
	/* The NSEC3 whose owner has the hash, or whose span covers it. */
	bool (*nsec3)(void *owner, const uint8_t hash[NSEC3_HASH_SIZE], struct rrset_view *ret);
};

enum denial {
	DENIAL_NONE,     /* not proven */
	DENIAL_NODATA,
	DENIAL_NXDOMAIN,
	DENIAL_OPTOUT,   /* the next closer name lies in an opt-out span: nothing or an unsigned delegation is there */
	DENIAL_ITERATIONS, /* more than is computed: RFC 9276 3.2 */
	DENIAL_BUDGET
};

#define DENIAL_SETS_MAX 4

struct denial_proof {
	enum denial denial;
	bool is_optout;     /* a span in it is opt-out: never AD (RFC 5155 9.2) */
	bool is_delegation; /* NODATA: the name is a cut without DS */
	uint8_t set_count;
	struct rrset_view sets[DENIAL_SETS_MAX]; /* the records that prove it */
};

void denial_prove(const struct denial_source *source, struct name zone, struct name name, uint16_t type,
                  uint16_t iterations_most, struct dnssec_budget *budget, struct denial_proof *ret);

/* A wildcard answer: that nothing closer than the encloser (its labels, the root not counted) is there (RFC 4035
 * 5.3.4, RFC 5155 8.8). */
void denial_no_closer(const struct denial_source *source, struct name zone, struct name name, unsigned encloser_labels,
                      uint16_t iterations_most, struct dnssec_budget *budget, struct denial_proof *ret);

/* Do owner and next of an NSEC cover the name? Neither end counts. */
bool denial_nsec_covers(struct name owner, struct name next, struct name name);
bool denial_nsec3_covers(const uint8_t *owner, const uint8_t *next, const uint8_t *hash);

#endif
