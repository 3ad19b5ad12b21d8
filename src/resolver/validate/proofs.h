/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The denials in an outcome against the keys of the zone that makes them.
 * Works on a validation whose zone is SECURE.
 * Never takes a record for a proof that did not verify.
 */
#ifndef RESOLVER_VALIDATE_PROOFS_H
#define RESOLVER_VALIDATE_PROOFS_H

#include "resolver/validate/work.h"

struct expansion { /* an answer made from a wildcard */
	struct name owner; /* as in the answer */
	struct name zone;
	uint8_t labels;    /* of the closest encloser, under which the wildcard stands */
};

/* SOA, NSEC, NSEC3: what a denial is made of. */
bool proofs_has_use(const struct rrset_view *set);
/* NODATA and NXDOMAIN. */
enum standing proofs_judge(struct validation *validation);
/* Nothing closer than the wildcards may be there. */
enum standing expansions_judge(struct validation *validation, const struct expansion *expansions, unsigned count);

#endif
