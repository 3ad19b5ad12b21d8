/* SPDX-License-Identifier: BSD-2-Clause */
#include "resolver/aggressive.h"

#include "dns/rrtype.h"
#include "dnssec/denial.h"
#include "resolver/limits.h"

struct spans { /* what the store keeps of one zone, as a source of proofs */
	struct denial_store *store;
	struct arena *arena;
	uint64_t now_us;
	struct name zone;
	struct denial_nsec3 parameters;
};

static bool spans_nsec(void *owner, struct name name, struct rrset_view *ret)
{
	struct spans *spans = owner;
	return denial_store_nsec(spans->store, spans->zone, name, spans->now_us, spans->arena, ret);
}

static bool spans_chain(void *owner, struct denial_chain *ret)
{
	struct spans *spans = owner;
	if (!denial_store_nsec3_chain(spans->store, spans->zone, &spans->parameters))
		return false;
	*ret = (struct denial_chain){.iterations = spans->parameters.iterations,
	                             .salt = span_of(spans->parameters.salt, spans->parameters.salt_size)};
	return true;
}

static bool spans_nsec3(void *owner, const uint8_t hash[NSEC3_HASH_SIZE], struct rrset_view *ret)
{
	struct spans *spans = owner;
	return denial_store_nsec3(spans->store, spans->zone, hash, spans->now_us, spans->arena, ret);
}

static const struct outcome *outcome_make(struct spans *spans, const struct rrset_view *soa,
                                          const struct denial_proof *proof, struct name name, uint16_t type)
{
	struct rrset_view sets[1 + DENIAL_SETS_MAX] = {*soa};
	struct outcome outcome = {.security = SECURITY_SECURE, .qname = name, .qtype = type, .sets = sets,
	                          .set_count = 1, .zone = spans->zone, .ttl_s = soa->rrset->ttl, .ede = -1};
	outcome.kind = proof->denial == DENIAL_NODATA ? OUTCOME_NODATA : OUTCOME_NXDOMAIN;
	for (unsigned i = 0; i < proof->set_count; i++) {
		sets[outcome.set_count++] = proof->sets[i];
		if (proof->sets[i].rrset->ttl < outcome.ttl_s)
			outcome.ttl_s = proof->sets[i].rrset->ttl;
	}
	size_t position = 0;
	struct span rdata;
	if (rrset_next(soa->rrset, &position, &rdata) && rdata.size > 4) {
		uint32_t minimum_s = load_u32(rdata.data + rdata.size - 4); /* RFC 2308 5 */
		outcome.ttl_s = minimum_s < outcome.ttl_s ? minimum_s : outcome.ttl_s;
	}
	return outcome_copy(&outcome, spans->arena);
}

const struct outcome *aggressive_find(struct denial_store *store, struct name name, uint16_t type, uint64_t now_us,
                                      struct arena *arena)
{
	struct spans spans = {.store = store, .arena = arena, .now_us = now_us};
	struct dnssec_budget budget = {.nsec3_rounds = LIMIT_NSEC3_ROUNDS};
	struct rrset_view soa;
	struct denial_proof proof;
	/* A cut's DS is the parent's to deny. */
	struct name from = type == RR_DS ? name_parent(name) : name;
	if (type == RR_ANY || !denial_store_zone(store, from, now_us, arena, &soa))
		return NULL;
	spans.zone = soa.owner;
	const struct denial_source source = {&spans, spans_nsec, spans_chain, spans_nsec3};
	denial_prove(&source, spans.zone, name, type, LIMIT_NSEC3_ITERATIONS, &budget, &proof);
	/* RFC 8198 5.3: opt-out spans say nothing about unsigned delegations in them. */
	if ((proof.denial != DENIAL_NODATA && proof.denial != DENIAL_NXDOMAIN) || proof.is_optout)
		return NULL;
	return outcome_make(&spans, &soa, &proof, name, type);
}

const struct outcome *aggressive_expand(struct denial_store *store, const struct outcome *wildcard, struct name name,
                                        uint16_t type, unsigned encloser_labels, uint64_t now_us, struct arena *arena)
{
	struct spans spans = {.store = store, .arena = arena, .now_us = now_us};
	struct dnssec_budget budget = {.nsec3_rounds = LIMIT_NSEC3_ROUNDS};
	struct rrset_view sets[1 + DENIAL_SETS_MAX];
	struct denial_proof proof;
	struct rrsig rrsig;
	size_t position = 0;
	struct span rdata;
	if (wildcard->sets[0].signatures == NULL || !rrset_next(wildcard->sets[0].signatures, &position, &rdata) ||
	    !rrsig_read(rdata, &rrsig))
		return NULL;
	spans.zone = rrsig.signer;
	const struct denial_source source = {&spans, spans_nsec, spans_chain, spans_nsec3};
	denial_no_closer(&source, spans.zone, name, encloser_labels, LIMIT_NSEC3_ITERATIONS, &budget, &proof);
	if (proof.denial != DENIAL_NXDOMAIN || proof.is_optout)
		return NULL;
	struct outcome outcome = *wildcard;
	outcome.qname = name;
	outcome.qtype = type;
	outcome.sets = sets;
	outcome.set_count = 1;
	sets[0] = wildcard->sets[0];
	sets[0].owner = name;
	for (unsigned i = 0; i < proof.set_count; i++)
		sets[outcome.set_count++] = proof.sets[i];
	return outcome_copy(&outcome, arena);
}
