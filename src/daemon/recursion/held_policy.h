/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One resolver policy in use: made from a configuration, held by views and by engines until their last question by it
 * has ended.
 * Made and freed by the main thread; any thread may hold and drop.
 * Never changes once made: a reload, new cookie secrets and new trust anchors make another one.
 */
#ifndef DAEMON_RECURSION_HELD_POLICY_H
#define DAEMON_RECURSION_HELD_POLICY_H

#include "base/err.h"
#include "exchange/exchange.h"
#include "resolver/policy.h"

#include <stdatomic.h>
#include <sys/queue.h>

struct settings;

struct held_policy {
	struct resolver_policy policy;
	struct dns64 dns64;
	struct anchors *anchors;
	struct ip_endpoint *self;
	struct ip_prefix *allow;   /* the operator's, then the unspecified address: our own questions (see inner.h) */
	struct exchange_options exchange; /* how its questions are sent */
	struct settings *settings; /* whose texts and arrays the policy borrows; counted */
	uint64_t generation; /* see recursion.h */
	atomic_uint users;
	LIST_ENTRY(held_policy) link; /* among the service's; the main thread's */
};
LIST_HEAD(held_policies, held_policy);

static inline void held_policy_hold(struct held_policy *policy)
{
	atomic_fetch_add_explicit(&policy->users, 1, memory_order_relaxed);
}

/* The main thread frees it some time after the last has dropped it. */
static inline void held_policy_drop(struct held_policy *policy)
{
	atomic_fetch_sub_explicit(&policy->users, 1, memory_order_acq_rel);
}

/* Takes the anchors over, whatever happens. What the configuration does not know is the caller's to fill in. */
int held_policy_new(struct settings *settings, size_t service_index, struct anchors *anchors,
                    struct held_policy **ret) MUST_USE;
void held_policy_free(struct held_policy *policy); /* main thread; NULL is fine */
/* Frees those that nobody uses any more. */
void held_policies_reap(struct held_policies *policies);

#endif
