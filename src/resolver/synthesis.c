/* SPDX-License-Identifier: BSD-2-Clause */
#include "resolver/synthesis.h"

#define TTL_WITHOUT_SOA_S 600 /* RFC 6147 5.1.7 */

/* Another RRset in place of the answer's. NULL: no memory. */
static struct outcome *answer_with(struct inquiry *inquiry, const struct outcome *from, struct name owner,
                                   const struct rrset *rrset)
{
	struct rrset_view *set = arena_alloc(inquiry->arena, sizeof(*set), _Alignof(struct rrset_view));
	struct outcome *outcome = arena_copy(inquiry->arena, from, sizeof(*from), _Alignof(struct outcome));
	if (set == NULL || outcome == NULL)
		return NULL;
	*set = (struct rrset_view){.owner = owner, .rrset = rrset};
	outcome->kind = OUTCOME_ANSWER;
	outcome->qtype = RR_AAAA;
	outcome->sets = set;
	outcome->answer_count = outcome->set_count = 1;
	return outcome;
}

/* RFC 6147 5.1.4: addresses in excluded ranges count as absent and are taken out. True: nothing is left. */
static bool is_emptied(struct inquiry *inquiry, const struct outcome **last)
{
	const struct outcome *answer = *last;
	const struct rrset *left;
	if (dns64_filter(inquiry->dns64, answer->sets[0].rrset, inquiry->arena, &left) != ERR_OK)
		return false;
	if (left == NULL || left == answer->sets[0].rrset)
		return left == NULL;
	struct outcome *filtered = answer_with(inquiry, answer, answer->sets[0].owner, left);
	if (filtered != NULL) {
		filtered->security = SECURITY_INSECURE; /* no signature covers what is left */
		*last = filtered;
	}
	return false;
}

bool synthesis_is_wanted(struct inquiry *inquiry, const struct outcome **last)
{
	const struct dns64 *dns64 = inquiry->dns64;
	if (inquiry->dns64 == NULL || inquiry->qtype != RR_AAAA)
		return false;
	/* Never from a bogus denial: that would turn a stripped AAAA into a redirection. */
	if (inquiry->is_checked && (*last)->security == SECURITY_BOGUS)
		return false;
	switch ((*last)->kind) {
	case OUTCOME_ANSWER:
		return dns64->is_all_synthesized || is_emptied(inquiry, last);
	case OUTCOME_NODATA:
		return true;
	case OUTCOME_FAILURE:
		/* RFC 6147 5.1.2 lets an operator choose. */
		return dns64->synthesize_on == DNS64_ON_NODATA_OR_ERROR;
	default:
		return false; /* RFC 6147 5.1.2: a name error is one */
	}
}

bool synthesis_begin(struct inquiry *inquiry)
{
	const struct outcome *last = inquiry->links[inquiry->link_count - 1];
	if (!synthesis_is_wanted(inquiry, &inquiry->links[inquiry->link_count - 1]))
		return false;
	inquiry->aaaa = last;
	inquiry->native_count = --inquiry->link_count;
	inquiry->name = last->qname;
	inquiry->is_synthesising = true;
	return true;
}

/* RFC 6147 5.1.7: no longer than the denial would have lasted. */
static uint32_t ttl_most(const struct outcome *aaaa)
{
	return aaaa->kind == OUTCOME_NODATA && outcome_soa(aaaa) != NULL ? aaaa->ttl_s : TTL_WITHOUT_SOA_S;
}

const struct outcome *synthesis_make(struct inquiry *inquiry, const struct outcome *aaaa, const struct outcome *a)
{
	struct rrset *rrset;
	if (a->kind != OUTCOME_ANSWER || (inquiry->is_checked && a->security == SECURITY_BOGUS) ||
	    dns64_synthesize(inquiry->dns64, a->sets[0].rrset, ttl_most(aaaa), inquiry->resolver->now.mono_us,
	                     inquiry->arena, &rrset, &inquiry->dns64_prefix) != ERR_OK)
		return NULL;
	struct outcome *outcome = answer_with(inquiry, a, a->sets[0].owner, rrset);
	if (outcome == NULL)
		return NULL;
	outcome->ttl_s = rrset->ttl < a->ttl_s ? rrset->ttl : a->ttl_s;
	/* RFC 6147 5.5: AD only where the denial of AAAA and the A records were both validated. */
	if (aaaa->security != SECURITY_SECURE || aaaa->kind != OUTCOME_NODATA || aaaa->is_optout)
		outcome->security = SECURITY_INSECURE;
	return outcome;
}

void synthesis_end(struct inquiry *inquiry)
{
	const struct outcome *a = inquiry->links[inquiry->link_count - 1];
	const struct outcome *made = synthesis_make(inquiry, inquiry->aaaa, a);
	inquiry->is_synthesising = false;
	inquiry->is_a_failed = a->kind == OUTCOME_FAILURE;
	inquiry->is_synthesised = made != NULL;
	if (made != NULL) {
		inquiry->links[inquiry->link_count - 1] = made;
		return;
	}
	/* RFC 6147 5.1.6: nothing to make it from, so the first answer stands. */
	inquiry->link_count = inquiry->native_count;
	inquiry->links[inquiry->link_count++] = inquiry->aaaa;
}

bool synthesis_reverse(struct inquiry *inquiry, const struct outcome **ret)
{
	struct name_buffer buffer;
	struct name target;
	if (inquiry->dns64 == NULL || inquiry->qtype != RR_PTR || inquiry->link_count > 0 ||
	    dns64_reverse(inquiry->dns64, inquiry->name, inquiry->resolver->now.mono_us, &buffer, &target) != ERR_OK)
		return false;
	struct rrset *rrset = arena_alloc_zeroed(
		inquiry->arena, sizeof(*rrset) + RRSET_RECORD_HEADER + target.size, 8);
	struct outcome outcome = {.kind = OUTCOME_CNAME, .security = SECURITY_INSECURE, .qname = inquiry->name,
	                          .qtype = RR_PTR, .answer_count = 1, .set_count = 1, .ttl_s = TTL_WITHOUT_SOA_S, .ede = -1};
	if (rrset == NULL)
		return false;
	rrset->type = RR_CNAME;
	rrset->count = 1;
	rrset->ttl = TTL_WITHOUT_SOA_S;
	rrset->size = RRSET_RECORD_HEADER + target.size;
	store_u16(rrset->records, RR_CNAME);
	store_u16(rrset->records + 2, CLASS_IN);
	store_u32(rrset->records + 4, TTL_WITHOUT_SOA_S);
	store_u16(rrset->records + 8, target.size);
	memcpy(rrset->records + RRSET_RECORD_HEADER, target.wire, target.size);
	const struct rrset_view set = {.owner = inquiry->name, .rrset = rrset};
	outcome.sets = &set;
	outcome.zone = name_root;
	*ret = outcome_copy(&outcome, inquiry->arena);
	return *ret != NULL;
}
