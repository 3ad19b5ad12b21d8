/* SPDX-License-Identifier: BSD-2-Clause */
#include "resolver/validate/explain.h"

#include "dns/ede.h"
#include "dns/rdata.h"
#include "dnssec/delegated.h"

#include <stdio.h>

#define INSECURE_S 3600 /* how long an unsigned zone is remembered at most */

static enum standing need(struct validation *validation, struct name name, uint16_t type)
{
	struct validate_result *ret = validation->ret;
	ret->state = VALIDATE_NEED;
	ret->need_name = name_copy(name, &ret->need_buffer);
	ret->need_type = type;
	return STANDING_NEED;
}

static void keep_until(struct validation *validation, uint32_t ttl_s)
{
	validation->ttl_cap_s = ttl_s < validation->ttl_cap_s ? ttl_s : validation->ttl_cap_s;
}

static uint64_t end_of(const struct validation *validation, uint32_t ttl_s)
{
	return validation->request->now_us + ttl_s * 1000000ull;
}

/* Unsigned, or signed only with what we do not have (ede 1, 2): all below is insecure. */
static enum standing insecure(struct validation *validation, struct name zone, int32_t ede, uint32_t ttl_s)
{
	uint32_t kept_s = ttl_s < INSECURE_S ? ttl_s : INSECURE_S;
	(void)keyring_put(validation->request->keyring, zone, NULL, ede, end_of(validation, kept_s));
	keep_until(validation, ttl_s);
	validation->ret->ede = ede;
	return STANDING_INSECURE;
}

static enum standing known_insecure(struct validation *validation, const struct zone_keys *known)
{
	validation->ret->ede = known->ede;
	return STANDING_INSECURE;
}

/* What a piece of evidence says of itself, shortened. */
static int reason_size(const struct outcome *outcome)
{
	return outcome->reason.size < 120 ? (int)outcome->reason.size : 120;
}

/* --- What DS evidence says of a name --- */

enum cut { CUT_NEED, CUT_SIGNED, CUT_UNSIGNED, CUT_NONE, CUT_BOGUS };

static uint32_t left_s(const struct validation *validation, const struct outcome *outcome)
{
	int64_t left = outcome_left_s(outcome, validation->request->now_us);
	return left > 0 ? (uint32_t)left : 0;
}

/* A validated NODATA for DS: with NS and without SOA in the bitmap it is an unsigned delegation (RFC 4035 5.2). */
static bool is_delegation_denial(const struct outcome *ds)
{
	for (unsigned i = ds->answer_count; i < ds->set_count; i++) {
		const struct rrset *rrset = ds->sets[i].rrset;
		size_t position = 0;
		struct span rdata;
		uint8_t hash[NSEC3_HASH_SIZE], owner[NSEC3_HASH_SIZE];
		struct nsec3 nsec3;
		if ((rrset->type != RR_NSEC && rrset->type != RR_NSEC3) || !rrset_next(rrset, &position, &rdata))
			continue;
		bool is_here = name_equal(ds->sets[i].owner, ds->qname);
		if (rrset->type == RR_NSEC3) {
			if (!nsec3_read(rdata, &nsec3) || !nsec3_owner_digest(ds->sets[i].owner, owner))
				continue;
			nsec3_digest(ds->qname, nsec3.iterations, nsec3.salt, hash);
			is_here = memcmp(hash, owner, sizeof(hash)) == 0;
		}
		if (is_here)
			return rdata_bitmap_has(rrset->type, rdata, RR_NS) &&
			       !rdata_bitmap_has(rrset->type, rdata, RR_SOA);
	}
	return ds->is_optout; /* RFC 5155 8.6, 9: nothing signed is in the span */
}

static enum cut cut_judge(struct validation *validation, struct name name, const struct outcome **ret_ds)
{
	const struct outcome *ds = validation->request->find(validation->request->owner, name, RR_DS);
	char text[NAME_TEXT_MAX];
	*ret_ds = ds;
	if (ds == NULL) {
		need(validation, name, RR_DS);
		return CUT_NEED;
	}
	name_to_display(name, text);
	if (ds->kind == OUTCOME_FAILURE) {
		bogus(validation, EDE_DNSSEC_INDETERMINATE, "DS of %.90s could not be fetched: %.*s", text,
		      reason_size(ds), (const char *)ds->reason.data);
		return CUT_BOGUS;
	}
	switch (ds->security) {
	case SECURITY_SECURE:
		break;
	case SECURITY_INSECURE:
	case SECURITY_INDETERMINATE:
		return CUT_UNSIGNED;
	case SECURITY_UNCHECKED:
	case SECURITY_BOGUS:
		bogus(validation, ds->ede >= 0 ? ds->ede : EDE_DNSSEC_BOGUS, "DS of %.90s is bogus: %.*s", text,
		      reason_size(ds), (const char *)ds->reason.data);
		return CUT_BOGUS;
	}
	switch (ds->kind) {
	case OUTCOME_ANSWER:
		return ds->answer_count > 0 && ds->sets[0].rrset->type == RR_DS ? CUT_SIGNED : CUT_NONE;
	case OUTCOME_NODATA:
		return is_delegation_denial(ds) ? CUT_UNSIGNED : CUT_NONE;
	case OUTCOME_NXDOMAIN:
		return ds->is_optout ? CUT_UNSIGNED : CUT_NONE;
	default:
		return CUT_NONE; /* an alias: no cut */
	}
}

/* --- A zone's keys --- */

/* What a parent says of a zone and we cannot check is insecure (RFC 4035 5.2); what an operator anchors has to be
 * checked. */
static enum standing unsupported(struct validation *validation, struct name zone, int32_t ede, uint32_t ttl_s)
{
	char text[NAME_TEXT_MAX];
	if (!name_equal(zone, validation->anchor->owner))
		return insecure(validation, zone, ede, ttl_s);
	name_to_display(zone, text);
	return bogus(validation, ede, "the trust anchor of %.90s has an unsupported algorithm or digest", text);
}

static enum standing keys_bogus(struct validation *validation, struct name zone, enum delegated delegated,
                                const struct verified *verified)
{
	char text[NAME_TEXT_MAX], why[VERIFIED_TEXT_MAX];
	const char *by = name_equal(zone, validation->anchor->owner) ? "its trust anchor" : "its DS";
	name_to_display(zone, text);
	switch (delegated) {
	case DELEGATED_NO_MATCH:
		return bogus(validation, EDE_DNSKEY_MISSING, "no DNSKEY of %.90s matches %s (DS mismatch)", text, by);
	case DELEGATED_BAD_KEY:
		return bogus(validation, EDE_NO_ZONE_KEY_BIT, "the DNSKEY of %.90s that matches %s is no zone key",
		             text, by);
	case DELEGATED_UNUSABLE:
		return bogus(validation, EDE_DNSSEC_BOGUS,
		             "the DNSKEY of %.90s that matches %s is revoked, malformed or too large", text, by);
	default:
		verified_to_text(verified, why);
		return bogus(validation, verified_ede(verified), "%.90s DNSKEY: %s", text, why);
	}
}

/* Keys that the parent vouches for are the zone's for as long as DS, DNSKEY and signature last. */
static enum standing keys_check(struct validation *validation, struct name zone, const struct outcome *dnskey,
                                const struct rrset *ds, const struct rrset *anchor_keys, uint32_t ttl_s)
{
	const struct validate_request *request = validation->request;
	const struct rrset_view *set = &dnskey->sets[0];
	struct verified verified = {0};
	const struct zone_keys *keys = keyring_put(request->keyring, zone, set->rrset, -1, 0);
	if (keys == NULL)
		return bogus(validation, EDE_OTHER, "no memory for keys");
	const struct verify_request verify = {.set = set,
	                                      .zone = zone,
	                                      .keys = keys,
	                                      .keyring = request->keyring,
	                                      .budget = request->budget,
	                                      .arena = request->arena,
	                                      .now_s = request->now_s,
	                                      .skew_s = request->policy->clock_skew_s,
	                                      .is_sha1_accepted = request->policy->is_sha1_accepted};
	enum delegated delegated = delegated_check(&verify, ds, anchor_keys, &verified);
	if (delegated == DELEGATED_UNSUPPORTED)
		return unsupported(validation, zone, EDE_UNSUPPORTED_DNSKEY_ALGORITHM, ttl_s);
	if (delegated != DELEGATED_SECURE)
		return keys_bogus(validation, zone, delegated, &verified);
	uint32_t kept_s = left_s(validation, dnskey);
	kept_s = verified.left_s < kept_s ? verified.left_s : kept_s;
	kept_s = ttl_s < kept_s ? ttl_s : kept_s;
	validation->keys = keyring_keep(request->keyring, zone, end_of(validation, kept_s));
	validation->zone = zone;
	return STANDING_SECURE;
}

/* ds, anchor_keys: NULL where there are none; they count for ttl_s. */
static enum standing keys_take(struct validation *validation, struct name zone, const struct rrset *ds,
                               const struct rrset *anchor_keys, uint32_t ttl_s)
{
	const struct validate_request *request = validation->request;
	char text[NAME_TEXT_MAX];
	int32_t ede;
	if (ds != NULL && anchor_keys == NULL && !delegated_is_usable(ds, request->policy->is_sha1_accepted, &ede))
		return unsupported(validation, zone, ede, ttl_s);
	const struct outcome *dnskey = request->find(request->owner, zone, RR_DNSKEY);
	if (dnskey == NULL)
		return need(validation, zone, RR_DNSKEY);
	if (dnskey->kind == OUTCOME_ANSWER && dnskey->answer_count > 0 && dnskey->sets[0].rrset->type == RR_DNSKEY)
		return keys_check(validation, zone, dnskey, ds, anchor_keys, ttl_s);
	name_to_display(zone, text);
	return bogus(validation, EDE_DNSKEY_MISSING, "DNSKEY of %.90s is missing%s%.*s", text,
	             dnskey->reason.size > 0 ? ": " : "", reason_size(dnskey), (const char *)dnskey->reason.data);
}

enum standing zone_standing(struct validation *validation, struct name zone)
{
	const struct validate_request *request = validation->request;
	const struct zone_keys *known = keyring_find(request->keyring, zone, request->now_us);
	const struct outcome *ds;
	char text[NAME_TEXT_MAX];
	if (known != NULL && !known->is_secure)
		return known_insecure(validation, known);
	if (known != NULL) {
		validation->keys = known;
		validation->zone = zone;
		return STANDING_SECURE;
	}
	if (name_equal(zone, validation->anchor->owner))
		return keys_take(validation, zone, validation->anchor->ds, validation->anchor->dnskey, UINT32_MAX / 2);
	switch (cut_judge(validation, zone, &ds)) {
	case CUT_NEED:
		return STANDING_NEED;
	case CUT_SIGNED:
		return keys_take(validation, zone, ds->sets[0].rrset, NULL, left_s(validation, ds));
	case CUT_UNSIGNED:
		return insecure(validation, zone, ds->ede, left_s(validation, ds));
	case CUT_BOGUS:
		return STANDING_BOGUS;
	case CUT_NONE:
		break;
	}
	name_to_display(zone, text);
	return bogus(validation, EDE_DNSSEC_BOGUS, "signed by %.90s, which its parent does not delegate", text);
}

/* --- Data without signatures --- */

enum step { STEP_END, STEP_ON_SIGNED, STEP_ON };

/* One name at which there may be an unsigned cut. */
static enum step cut_step(struct validation *validation, struct name cut, enum standing *ret)
{
	const struct validate_request *request = validation->request;
	const struct outcome *ds;
	int32_t ede;
	switch (cut_judge(validation, cut, &ds)) {
	case CUT_NEED:
		*ret = STANDING_NEED;
		return STEP_END;
	case CUT_UNSIGNED:
		*ret = insecure(validation, cut, ds->ede, left_s(validation, ds));
		return STEP_END;
	case CUT_SIGNED:
		if (delegated_is_usable(ds->sets[0].rrset, request->policy->is_sha1_accepted, &ede))
			return STEP_ON_SIGNED;
		*ret = insecure(validation, cut, ede, left_s(validation, ds));
		return STEP_END;
	case CUT_BOGUS:
		*ret = STANDING_BOGUS;
		return STEP_END;
	case CUT_NONE:
		break;
	}
	*ret = STANDING_BOGUS;
	return ds->kind == OUTCOME_NXDOMAIN ? STEP_END : STEP_ON; /* RFC 8020: nothing is below it */
}

/* Where the search for a cut begins: behind the deepest zone that is known to be signed. An unsigned zone that is known
 * ends it. */
static bool start_find(struct validation *validation, struct name name, unsigned *ret_labels, enum standing *ret)
{
	const struct validate_request *request = validation->request;
	unsigned top = validation->anchor->owner.labels;
	*ret_labels = top;
	for (struct name above = name; above.labels >= top; above = name_parent(above)) {
		const struct zone_keys *known = keyring_find(request->keyring, above, request->now_us);
		if (known != NULL && !known->is_secure) {
			*ret = known_insecure(validation, known);
			return false;
		}
		if (known != NULL && above.labels > *ret_labels)
			*ret_labels = above.labels;
		if (name_is_root(above))
			break;
	}
	return true;
}

enum standing unsigned_standing(struct validation *validation, struct name name)
{
	struct name asked = validation->request->subject->zone;
	enum standing standing = STANDING_BOGUS;
	unsigned labels;
	if (!start_find(validation, name, &labels, &standing))
		return standing;
	/* The zone that was asked is mostly the one that is unsigned: one question instead of one a label. */
	if (asked.wire != NULL && asked.labels > labels && name_is_at_or_below(name, asked)) {
		enum step step = cut_step(validation, asked, &standing);
		if (step == STEP_END)
			return standing;
		if (step == STEP_ON_SIGNED)
			labels = asked.labels;
	}
	/* RFC 4035 5.2: a cut is anywhere between the signed zone and the name. */
	while (labels < name.labels) {
		labels++;
		if (cut_step(validation, name_strip(name, name.labels - labels), &standing) == STEP_END)
			return standing;
	}
	return STANDING_BOGUS;
}
