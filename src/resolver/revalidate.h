/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Delegations held against what the zone itself says of its servers: R-12, draft-ietf-dnsop-ns-revalidation.
 * Inside the engine. What the parent said and what the child said stand in the cache side by side, each with its own
 * time; they are put together when a cut is used.
 * Never makes a client wait, and never makes a delegation outlive the parent's word for it.
 */
#ifndef RESOLVER_REVALIDATE_H
#define RESOLVER_REVALIDATE_H

#include "resolver/engine.h"

/* cut is the parent's, from the cache. True: *ret has the child's own servers instead, with the parent's glue of the
 * families that the child lacks. */
bool revalidated(struct job *job, const struct delegation *cut, struct delegation *ret);
/* The cut is used, as the parent gave it or put together: asks the child for what is missing, in the background. */
void revalidate(struct job *job, const struct delegation *cut);
/* A job of revalidate ends. */
void revalidation_end(struct job *job, const struct outcome *outcome);

/* The child has answered what its servers are. */
void own_servers_memorise(struct job *job, struct delegation *own, uint32_t ttl_s);
/* The answer was bogus: the parent's word stands. */
void own_servers_forget(struct resolver *resolver, struct name zone);
/* The child's own servers failed and the parent's are others: these are asked, and for a while alone. */
bool revalidation_undo(struct job *job);

#endif
