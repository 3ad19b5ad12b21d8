/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * DNS64 inside an inquiry: when it begins, what it makes (RFC 6147 5.1, 5.3).
 * Works on the inquiry; RRsets come from room dns64.
 * Never synthesises from what is bogus (pdns#5888), nor for a name that is not there.
 */
#ifndef RESOLVER_SYNTHESIS_H
#define RESOLVER_SYNTHESIS_H

#include "resolver/engine.h"

/* Does the end of a chain of AAAA answers call for A records? Excluded addresses are taken out of it otherwise. */
bool synthesis_is_wanted(struct inquiry *inquiry, const struct outcome **last);
/* The AAAA that A gives in place of what was said of AAAA; the inquiry keeps the prefix. NULL: none. */
const struct outcome *synthesis_make(struct inquiry *inquiry, const struct outcome *aaaa, const struct outcome *a);
/* The last link answers an AAAA question: true when the A records of its name are wanted now. Excluded addresses are
 * taken out of it otherwise. */
bool synthesis_begin(struct inquiry *inquiry);
/* The A chain has ended: puts the AAAA made from it, or the answer to the first question, at the end of the chain. */
void synthesis_end(struct inquiry *inquiry);
/* A PTR question inside one of the prefixes: a CNAME to the IPv4 name. */
bool synthesis_reverse(struct inquiry *inquiry, const struct outcome **ret);

#endif
