/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * NAT64 prefixes from ipv4only.arpa (RFC 7050), with the precautions of RFC 9872: only where the operator asked for it,
 * only of the network's own resolver, and only as long as no router has said something better.
 * Owned: discovery_new/discovery_stop by the watch, one for a service. Main thread, in its loop.
 * Never keeps a prefix longer than the TTL of the answer that showed it.
 */
#ifndef DAEMON_RECURSION_DISCOVERY_H
#define DAEMON_RECURSION_DISCOVERY_H

#include "daemon/recursion/recursion.h"

#include <uv.h>

struct discovery;

struct discovery_options {
	uv_loop_t *loop;
	struct recursion *recursion;
	const struct config_service *service; /* both outlive the discovery, or it is renewed */
	struct held_policy *policy;           /* held by the discovery, too */
};
int discovery_new(const struct discovery_options *options, struct discovery **ret) MUST_USE;
/* Another configuration; asks anew. */
void discovery_renew(struct discovery *discovery, const struct discovery_options *options);
void discovery_stop(struct discovery *discovery); /* frees it once the loop has let go */

#endif
