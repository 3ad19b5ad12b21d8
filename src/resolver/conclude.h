/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From an inquiry's links to what its clients get: rcode, EDEs, what may be kept, what stale data can stand in.
 * Views into the inquiry's arena.
 * Never asks and never waits.
 */
#ifndef RESOLVER_CONCLUDE_H
#define RESOLVER_CONCLUDE_H

#include "resolver/engine.h"

void resolution_of(struct inquiry *inquiry, struct resolution *ret);
/* The operator's line about a SERVFAIL. */
/* A refresh that went well. */
void note_refreshed(struct inquiry *inquiry, const struct resolution *resolution);
void note_failure(struct inquiry *inquiry, const struct resolution *resolution);
/* RFC 8767: the whole chain from what is kept beyond its time. False: it is not whole, or not allowed. */
bool stale_find(struct inquiry *inquiry, struct resolution *ret);

#endif
