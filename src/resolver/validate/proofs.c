/* SPDX-License-Identifier: BSD-2-Clause */
#include "resolver/validate/proofs.h"

#include "dns/ede.h"
#include "dns/rdata.h"
#include "resolver/validate/explain.h"

#include <stdio.h>

/* --- The outcome's records as a source of proofs --- */

struct records {
	struct rrset_view sets[OUTCOME_SETS_MAX];
	unsigned count;
	struct denial_chain chain; /* of the NSEC3 records that count */
	bool has_chain;
	struct verified worst;     /* the denial record that did not verify; GOOD: all did */
};

static bool first_of(const struct rrset_view *set, struct span *ret)
{
	size_t position = 0;
	return rrset_next(set->rrset, &position, ret);
}

static bool records_nsec(void *owner, struct name name, struct rrset_view *ret)
{
	const struct records *records = owner;
	const struct rrset_view *covering = NULL;
	for (unsigned i = 0; i < records->count; i++) {
		const struct rrset_view *set = &records->sets[i];
		struct span rdata;
		if (set->rrset->type != RR_NSEC || !first_of(set, &rdata))
			continue;
		if (name_equal(set->owner, name)) {
			*ret = *set;
			return true;
		}
		if (denial_nsec_covers(set->owner, name_of(rdata.data), name))
			covering = set;
	}
	if (covering != NULL)
		*ret = *covering;
	return covering != NULL;
}

/* What of the record can be used (RFC 5155 8.1, 8.2): SHA-1, and no flags that nobody knows. */
static bool nsec3_use(const struct rrset_view *set, struct nsec3 *ret)
{
	struct span rdata;
	return set->rrset->type == RR_NSEC3 && first_of(set, &rdata) && nsec3_read(rdata, ret) && ret->algorithm == 1 &&
	       ret->flags <= NSEC3_OPTOUT && ret->next.size == NSEC3_HASH_SIZE;
}

/* All records of a proof are of one chain (RFC 5155 8.2); while a zone changes its salt there are two. */
static void chain_choose(struct records *records)
{
	for (unsigned i = 0; i < records->count && !records->has_chain; i++) {
		struct nsec3 nsec3;
		if (!nsec3_use(&records->sets[i], &nsec3))
			continue;
		records->chain = (struct denial_chain){.iterations = nsec3.iterations, .salt = nsec3.salt};
		records->has_chain = true;
	}
}

static bool records_chain(void *owner, struct denial_chain *ret)
{
	const struct records *records = owner;
	*ret = records->chain;
	return records->has_chain;
}

static bool records_nsec3(void *owner, const uint8_t hash[NSEC3_HASH_SIZE], struct rrset_view *ret)
{
	const struct records *records = owner;
	const struct rrset_view *covering = NULL;
	for (unsigned i = 0; i < records->count; i++) {
		const struct rrset_view *set = &records->sets[i];
		uint8_t at[NSEC3_HASH_SIZE];
		struct nsec3 nsec3;
		if (!nsec3_use(set, &nsec3) || nsec3.iterations != records->chain.iterations ||
		    !span_equal(nsec3.salt, records->chain.salt) || !nsec3_owner_digest(set->owner, at))
			continue;
		if (memcmp(at, hash, sizeof(at)) == 0) {
			*ret = *set;
			return true;
		}
		if (denial_nsec3_covers(at, nsec3.next.data, hash))
			covering = set;
	}
	if (covering != NULL)
		*ret = *covering;
	return covering != NULL;
}

/* --- Verifying them --- */

bool proofs_has_use(const struct rrset_view *set)
{
	return set->rrset->type == RR_SOA || set->rrset->type == RR_NSEC || set->rrset->type == RR_NSEC3;
}

static bool is_of_zone(const struct validation *validation, const struct rrset_view *set)
{
	/* An NSEC3 record lies right below its zone's apex; one elsewhere is of another zone. */
	if (set->rrset->type == RR_NSEC3 && set->owner.labels != validation->zone.labels + 1u)
		return false;
	return proofs_has_use(set) && name_is_at_or_below(set->owner, validation->zone);
}

/* Those that verify are kept for the answer; the others are as if they had not come. */
static void records_verify(struct validation *validation, struct records *ret)
{
	const struct outcome *subject = validation->request->subject;
	ret->count = 0;
	ret->has_chain = false;
	ret->worst = (struct verified){.result = VERIFY_GOOD};
	for (unsigned i = subject->answer_count; i < subject->set_count && ret->count < OUTCOME_SETS_MAX; i++) {
		const struct rrset_view *set = &subject->sets[i];
		bool is_denial = set->rrset->type != RR_SOA;
		if (!is_of_zone(validation, set))
			continue;
		struct verified verified = set_verify(validation, set);
		/* RFC 4035 5.3.4: a denial that is itself made from a wildcard denies nothing. */
		bool is_good = verified.result == VERIFY_GOOD && !verified.is_wildcard;
		if (is_good)
			set_keep(validation, set);
		if (is_good && is_denial)
			ret->sets[ret->count++] = *set;
		else if (!is_good && is_denial)
			ret->worst = verified;
	}
	chain_choose(ret);
}

static struct denial_source source_of(struct records *records)
{
	return (struct denial_source){records, records_nsec, records_chain, records_nsec3};
}

/* --- Judging --- */

static enum standing iterations_insecure(struct validation *validation)
{
	validation->ret->ede = EDE_UNSUPPORTED_NSEC3_ITERATIONS; /* RFC 9276 3.2 */
	snprintf(validation->ret->reason, sizeof(validation->ret->reason), "NSEC3 iterations above %d",
	         validation->request->policy->nsec3_iterations_max);
	return STANDING_INSECURE;
}

/* The record that stands at the name that is asked for. */
static bool record_at(struct records *records, struct dnssec_budget *budget, struct name name, struct rrset_view *ret)
{
	uint8_t hash[NSEC3_HASH_SIZE], owner[NSEC3_HASH_SIZE];
	if (records_nsec(records, name, ret) && name_equal(ret->owner, name))
		return true;
	if (!records->has_chain || budget->nsec3_rounds <= records->chain.iterations)
		return false;
	budget->nsec3_rounds -= records->chain.iterations + 1u;
	nsec3_digest(name, records->chain.iterations, records->chain.salt, hash);
	return records_nsec3(records, hash, ret) && nsec3_owner_digest(ret->owner, owner) &&
	       memcmp(owner, hash, sizeof(hash)) == 0;
}

static enum standing not_proven(struct validation *validation, struct records *records)
{
	const struct outcome *subject = validation->request->subject;
	const char *what = records->has_chain ? "NSEC3" : "NSEC";
	struct rrset_view at;
	struct span rdata;
	char why[160], detail[VERIFIED_TEXT_MAX];
	if (records->worst.result != VERIFY_GOOD) {
		verified_to_text(&records->worst, detail);
		snprintf(why, sizeof(why), "in the denial: %s", detail);
		return denial_bogus(validation, verified_ede(&records->worst), why);
	}
	if (records->count == 0)
		return denial_bogus(validation, EDE_NSEC_MISSING, "denied without NSEC or NSEC3");
	if (!record_at(records, validation->request->budget, subject->qname, &at) || !first_of(&at, &rdata)) {
		snprintf(why, sizeof(why), "the %s records do not prove that %s", what,
		         subject->kind == OUTCOME_NODATA ? "the type is missing" : "the name is missing");
		return denial_bogus(validation, EDE_NSEC_MISSING, why);
	}
	if (rdata_bitmap_has(at.rrset->type, rdata, subject->qtype))
		snprintf(why, sizeof(why), "denied, though the bitmap of its %s record has the type", what);
	else if (rdata_bitmap_has(at.rrset->type, rdata, RR_CNAME))
		snprintf(why, sizeof(why), "denied, though the bitmap of its %s record has CNAME", what);
	else
		snprintf(why, sizeof(why), "denied by an %s record from the other side of a zone cut", what);
	return denial_bogus(validation, EDE_DNSSEC_BOGUS, why);
}

enum standing proofs_judge(struct validation *validation)
{
	const struct validate_request *request = validation->request;
	const struct outcome *subject = request->subject;
	struct records records;
	struct denial_proof proof;
	records_verify(validation, &records);
	const struct denial_source source = source_of(&records);
	denial_prove(&source, validation->zone, subject->qname, subject->qtype, request->policy->nsec3_iterations_max,
	             request->budget, &proof);
	validation->ret->is_optout = proof.is_optout;
	switch (proof.denial) {
	case DENIAL_NODATA:
		/* The RCODE is not signed; some servers say NXDOMAIN of an empty non-terminal. */
		validation->ret->kind = OUTCOME_NODATA;
		return STANDING_SECURE;
	case DENIAL_NXDOMAIN:
		/* With opt-out the name may be an unsigned delegation's: no data of ours is as true as no name. */
		if (subject->kind == OUTCOME_NODATA && !proof.is_optout)
			return not_proven(validation, &records);
		return STANDING_SECURE;
	case DENIAL_OPTOUT:
		/* RFC 5155 8.4: that a name is missing takes the wildcard's denial, too. */
		if (subject->kind == OUTCOME_NXDOMAIN && subject->qtype != RR_DS)
			return not_proven(validation, &records);
		return STANDING_SECURE;
	case DENIAL_ITERATIONS:
		return iterations_insecure(validation);
	case DENIAL_BUDGET:
		return denial_bogus(validation, EDE_DNSSEC_BOGUS, "the budget of NSEC3 hashes is spent");
	case DENIAL_NONE:
		break;
	}
	return not_proven(validation, &records);
}

static enum standing expansion_judge(struct validation *validation, const struct expansion *expansion,
                                     struct records *records)
{
	const struct validate_request *request = validation->request;
	const struct denial_source source = source_of(records);
	struct denial_proof proof;
	char why[160], detail[VERIFIED_TEXT_MAX];
	denial_no_closer(&source, expansion->zone, expansion->owner, expansion->labels,
	                 request->policy->nsec3_iterations_max, request->budget, &proof);
	validation->ret->is_optout = validation->ret->is_optout || proof.is_optout;
	if (proof.denial == DENIAL_NXDOMAIN)
		return STANDING_SECURE;
	if (proof.denial == DENIAL_ITERATIONS)
		return iterations_insecure(validation);
	if (proof.denial == DENIAL_BUDGET)
		return denial_bogus(validation, EDE_DNSSEC_BOGUS, "the budget of NSEC3 hashes is spent");
	if (records->worst.result == VERIFY_GOOD)
		return denial_bogus(validation, EDE_NSEC_MISSING,
		                    "made from a wildcard, without proof that nothing closer is there");
	verified_to_text(&records->worst, detail);
	snprintf(why, sizeof(why), "made from a wildcard, and in the proof: %s", detail);
	return denial_bogus(validation, verified_ede(&records->worst), why);
}

enum standing expansions_judge(struct validation *validation, const struct expansion *expansions, unsigned count)
{
	struct records records;
	enum standing standing = zone_standing(validation, expansions[0].zone);
	if (standing != STANDING_SECURE)
		return standing;
	records_verify(validation, &records);
	for (unsigned i = 0; i < count && standing == STANDING_SECURE; i++) {
		/* All sets of an answer are of one name, thus of one zone; else the proof is another zone's. */
		if (!name_equal(expansions[i].zone, validation->zone))
			return denial_bogus(validation, EDE_DNSSEC_BOGUS, "made from wildcards of several zones");
		standing = expansion_judge(validation, &expansions[i], &records);
	}
	return standing;
}
