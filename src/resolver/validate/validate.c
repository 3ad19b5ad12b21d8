/* SPDX-License-Identifier: BSD-2-Clause */
#include "resolver/validate.h"

#include "dns/ede.h"
#include "resolver/validate/explain.h"
#include "resolver/validate/proofs.h"

struct verified set_verify(struct validation *validation, const struct rrset_view *set)
{
	const struct validate_request *request = validation->request;
	const struct verify_request verify = {.set = set,
	                                      .zone = validation->zone,
	                                      .keys = validation->keys,
	                                      .keyring = request->keyring,
	                                      .budget = request->budget,
	                                      .arena = request->arena,
	                                      .now_s = request->now_s,
	                                      .skew_s = request->policy->clock_skew_s,
	                                      .is_sha1_accepted = request->policy->is_sha1_accepted};
	struct verified verified = verify_rrset(&verify);
	if (verified.result == VERIFY_GOOD && verified.left_s < validation->ttl_cap_s)
		validation->ttl_cap_s = verified.left_s;
	return verified;
}

void set_keep(struct validation *validation, const struct rrset_view *set)
{
	struct validate_result *ret = validation->ret;
	if (ret->kept_count < OUTCOME_SETS_MAX)
		ret->kept[ret->kept_count++] = *set;
}

/* --- Whose keys a set wants --- */

/*
 * The zone that says it signed the set; false: none that could. Of several the zone that was asked counts, else the
 * deepest: a signature by a zone further up is not what its owner put there. Nor may one from above the trust anchor
 * count: where the anchor stands, all below it must be signed, and what a stranger signs is as good as unsigned.
 */
static bool signer_find(const struct validation *validation, const struct rrset_view *set, struct name *ret)
{
	const struct outcome *subject = validation->request->subject;
	size_t position = 0;
	struct span rdata;
	struct rrsig rrsig;
	bool has_found = false;
	while (set->signatures != NULL && rrset_next(set->signatures, &position, &rdata)) {
		if (!rrsig_read(rdata, &rrsig) || !name_is_at_or_below(set->owner, rrsig.signer) ||
		    !name_is_at_or_below(rrsig.signer, validation->anchor->owner))
			continue;
		/* RFC 4035 3.1.4.1: DS is the parent's, whoever else signs it. */
		if (set->rrset->type == RR_DS && name_equal(set->owner, rrsig.signer))
			continue;
		if (has_found && rrsig.signer.labels <= ret->labels)
			continue;
		*ret = rrsig.signer;
		has_found = true;
		if (subject->zone.wire != NULL && name_equal(rrsig.signer, subject->zone))
			break;
	}
	return has_found;
}

/* Where data without usable signatures has to be unsigned: at its owner; what answers a question for DS, be it an
 * alias, at the parent. */
static struct name unsigned_name(const struct outcome *subject, struct name owner)
{
	return subject->qtype == RR_DS && name_equal(owner, subject->qname) ? name_parent(owner) : owner;
}

static enum standing unsigned_judge(struct validation *validation, const struct rrset_view *set,
                                    const struct verified *verified)
{
	enum standing standing = unsigned_standing(validation, unsigned_name(validation->request->subject, set->owner));
	if (standing == STANDING_BOGUS && validation->ret->reason[0] == '\0')
		return set_bogus(validation, set, verified);
	return standing;
}

/* --- Answers --- */

static enum standing answer_judge(struct validation *validation, const struct rrset_view *set,
                                  struct expansion *ret_expansion)
{
	static const struct verified missing = {.result = VERIFY_UNSIGNED};
	const struct name asked = validation->request->subject->zone;
	struct name signer;
	*ret_expansion = (struct expansion){0};
	if (set->rrset->type == RR_RRSIG)
		return STANDING_INSECURE; /* RFC 4035 2.2: signatures are not signed */
	if (!signer_find(validation, set, &signer))
		return unsigned_judge(validation, set, &missing);
	enum standing standing = zone_standing(validation, signer);
	if (standing != STANDING_SECURE)
		return standing;
	struct verified verified = set_verify(validation, set);
	if (verified.result == VERIFY_GOOD) {
		set_keep(validation, set);
		if (verified.is_wildcard)
			*ret_expansion = (struct expansion){set->owner, signer, verified.labels};
		return STANDING_SECURE;
	}
	/* Something signed by a zone above the one that was asked: below an unsigned cut that is noise. */
	if (asked.wire != NULL && signer.labels < asked.labels)
		return unsigned_judge(validation, set, &verified);
	return set_bogus(validation, set, &verified);
}

static enum standing answers_judge(struct validation *validation)
{
	const struct outcome *subject = validation->request->subject;
	struct expansion expansions[OUTCOME_SETS_MAX];
	unsigned count = 0;
	if (subject->answer_count == 0)
		return bogus(validation, EDE_INVALID_DATA, "an answer without records");
	for (unsigned i = 0; i < subject->answer_count && count < OUTCOME_SETS_MAX; i++) {
		enum standing standing = answer_judge(validation, &subject->sets[i], &expansions[count]);
		if (standing != STANDING_SECURE)
			return standing;
		count += expansions[count].owner.wire != NULL;
	}
	validation->ret->kept_answers = validation->ret->kept_count;
	return count > 0 ? expansions_judge(validation, expansions, count) : STANDING_SECURE;
}

/* --- Denials --- */

/* The zone that denies: the one that was asked, else the deepest that signed a record of the denial. */
static bool denier_find(const struct validation *validation, struct name *ret)
{
	const struct outcome *subject = validation->request->subject;
	bool has_found = false;
	for (unsigned i = subject->answer_count; i < subject->set_count; i++) {
		struct name signer;
		if (!proofs_has_use(&subject->sets[i]) || !signer_find(validation, &subject->sets[i], &signer) ||
		    !name_is_at_or_below(subject->qname, signer))
			continue;
		/* DS is denied by the parent; what the child says of it does not count. */
		if (subject->qtype == RR_DS && name_equal(signer, subject->qname) && !name_is_root(signer))
			continue;
		if (has_found && signer.labels <= ret->labels)
			continue;
		*ret = signer;
		has_found = true;
	}
	return has_found;
}

static bool has_denials(const struct outcome *subject)
{
	for (unsigned i = subject->answer_count; i < subject->set_count; i++) {
		uint16_t type = subject->sets[i].rrset->type;
		if (type == RR_NSEC || type == RR_NSEC3)
			return true;
	}
	return false;
}

static enum standing denial_judge(struct validation *validation)
{
	const struct outcome *subject = validation->request->subject;
	struct name signer;
	if (denier_find(validation, &signer)) {
		enum standing standing = zone_standing(validation, signer);
		return standing == STANDING_SECURE ? proofs_judge(validation) : standing;
	}
	enum standing standing = unsigned_standing(validation, unsigned_name(subject, subject->qname));
	if (standing != STANDING_BOGUS || validation->ret->reason[0] != '\0')
		return standing;
	return has_denials(subject) ? denial_bogus(validation, EDE_RRSIGS_MISSING, "the denial is not signed")
	                            : denial_bogus(validation, EDE_NSEC_MISSING, "denied without NSEC or NSEC3");
}

/* --- The whole --- */

static enum standing judge(struct validation *validation)
{
	const struct validate_request *request = validation->request;
	const struct outcome *subject = request->subject;
	bool is_negative;
	validation->anchor =
		anchors_find(request->anchors, unsigned_name(subject, subject->qname), &is_negative);
	if (validation->anchor == NULL)
		return is_negative ? STANDING_INSECURE : STANDING_INDETERMINATE;
	switch (subject->kind) {
	case OUTCOME_ANSWER:
	case OUTCOME_CNAME:
	case OUTCOME_DNAME:
		return answers_judge(validation);
	case OUTCOME_NODATA:
	case OUTCOME_NXDOMAIN:
		return denial_judge(validation);
	case OUTCOME_FAILURE:
		break;
	}
	return STANDING_INDETERMINATE;
}

void validate(const struct validate_request *request, struct validate_result *ret)
{
	static const enum security securities[] = {[STANDING_NEED] = SECURITY_UNCHECKED,
	                                           [STANDING_SECURE] = SECURITY_SECURE,
	                                           [STANDING_INSECURE] = SECURITY_INSECURE,
	                                           [STANDING_INDETERMINATE] = SECURITY_INDETERMINATE,
	                                           [STANDING_BOGUS] = SECURITY_BOGUS};
	struct validation validation = {.request = request, .ret = ret, .ttl_cap_s = UINT32_MAX / 2};
	ret->state = VALIDATE_DONE;
	ret->kind = request->subject->kind;
	ret->is_optout = false;
	ret->ede = -1;
	ret->reason[0] = '\0';
	ret->kept_answers = ret->kept_count = 0;
	enum standing standing = judge(&validation);
	ret->security = securities[standing];
	ret->ttl_cap_s = validation.ttl_cap_s;
}
