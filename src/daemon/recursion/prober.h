/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Probes of a service's fallback resolvers: do they resolve over both families? R-08, RFC 10001 5.
 * Owned: prober_new/prober_stop by the watch, one for a service with fallback and probe zones. Main thread's loop.
 * Never makes a client wait, and invents no name: the zones are the operator's.
 */
#ifndef DAEMON_RECURSION_PROBER_H
#define DAEMON_RECURSION_PROBER_H

#include "daemon/recursion/recursion.h"

#include <uv.h>

struct prober;

struct prober_options {
	uv_loop_t *loop;
	struct recursion *recursion;
	const struct config_service *service; /* outlives the prober, or it is renewed */
	struct held_policy *policy;           /* held by the prober, too */
};
int prober_new(const struct prober_options *options, struct prober **ret) MUST_USE;
/* Another configuration: all are probed anew. */
void prober_renew(struct prober *prober, const struct prober_options *options);
void prober_tick(struct prober *prober); /* each second */
void prober_stop(struct prober *prober); /* frees it once the loop has let go */

/* The list of the configuration, for the engines and for status, whether it is probed or not. */
void prober_list(struct recursion *recursion, const struct config_service *service);

#endif
