/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What is answered without asking anybody: special-use names and the operator's hosts.
 * Stateless rows; outcomes are made in the caller's arena.
 * Never hides a zone that the operator forwards or stubs.
 */
#ifndef RESOLVER_LOCAL_LOCAL_H
#define RESOLVER_LOCAL_LOCAL_H

#include "resolver/outcome.h"
#include "resolver/policy.h"

/*
 * True: *ret is the outcome for the question, which is local: ANSWER, NODATA or NXDOMAIN, the latter two with a SOA.
 * The operator's hosts come first. A built-in zone (resolver/local/special.h) gives way to a forward or stub zone at or
 * below it, to policy->no_local, and to names of addresses under a NAT64 prefix, which DNS64 answers (RFC 6147 5.3).
 * DS at a built-in zone is its parent's, so not local (RFC 4035 3.1.4.1). AAAA is not made here: the engine makes it
 * from the A of hosts and of ipv4only.arpa as from any other (RFC 6147 5.1). False as well without memory.
 */
bool local_find(const struct resolver_policy *policy, struct name qname, uint16_t qtype, uint64_t now_us,
                struct arena *arena, const struct outcome **ret);

#endif
