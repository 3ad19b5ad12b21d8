/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Answers made from validated NSEC and NSEC3 spans (RFC 8198 5).
 * Made in the caller's arena; the store is the engine's.
 * Never answers from an opt-out span, nor from a span that proves less than the whole.
 */
#ifndef RESOLVER_AGGRESSIVE_H
#define RESOLVER_AGGRESSIVE_H

#include "cache/denial.h"
#include "resolver/outcome.h"

/* A secure NODATA or NXDOMAIN; NULL: what is kept does not prove it. */
const struct outcome *aggressive_find(struct denial_store *store, struct name name, uint16_t type, uint64_t now_us,
                                      struct arena *arena);

/* A secure answer for name made from what a wildcard has (its own outcome); NULL: nothing proves that no closer name is
 * there. */
const struct outcome *aggressive_expand(struct denial_store *store, const struct outcome *wildcard, struct name name,
                                        uint16_t type, unsigned encloser_labels, uint64_t now_us, struct arena *arena);

#endif
