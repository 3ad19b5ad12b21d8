/* SPDX-License-Identifier: BSD-2-Clause */
#include "resolver/engine.h"

#include "dnssec/sentinel.h"

#define PRIME_AGAIN_US (60ull * 1000000) /* a root that did not answer is not asked at every question */

void upkeep_prime(struct resolver *resolver)
{
	const struct job_question question = {.qname = name_root, .qtype = RR_NS, .is_refresh = true, .is_internal = true};
	if (!resolver->policy->is_primed || resolver->now.mono_us < resolver->prime_at_us)
		return;
	resolver->prime_at_us = resolver->now.mono_us + PRIME_AGAIN_US;
	struct spending *spending = spending_new(resolver);
	if (spending != NULL)
		(void)job_get(resolver, &question, spending);
	spending_release(spending);
}

#define SIGNAL_AGAIN_US (24ull * 3600 * 1000000)

/* RFC 8145 5: the root learns which keys we trust from the name that is asked for; the answer does not matter. */
void upkeep_signal(struct resolver *resolver)
{
	struct name_buffer buffer;
	struct job_question question = {.qtype = 10 /* NULL */, .is_refresh = true, .is_internal = true};
	const struct resolver_policy *policy = resolver->policy;
	if (!policy->is_anchor_signalled || policy->validation == VALIDATION_OFF || policy->anchors == NULL ||
	    resolver->now.mono_us < resolver->signal_at_us)
		return;
	resolver->signal_at_us = resolver->now.mono_us + SIGNAL_AGAIN_US;
	struct spending *spending = spending_new(resolver);
	if (spending != NULL && sentinel_signal(policy->anchors, &buffer, &question.qname) == ERR_OK)
		(void)job_get(resolver, &question, spending);
	spending_release(spending);
}
