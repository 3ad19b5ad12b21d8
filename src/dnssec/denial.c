/* SPDX-License-Identifier: BSD-2-Clause */
#include "dnssec/denial.h"

#include "dns/rdata.h"

struct work {
	const struct denial_source *source;
	struct name zone, name;
	uint16_t type;
	uint16_t iterations_most;
	struct dnssec_budget *budget;
	struct denial_chain chain;
	struct denial_proof *ret;
};

bool denial_nsec_covers(struct name owner, struct name next, struct name name)
{
	int from = name_compare(owner, name), to = name_compare(name, next);
	/* RFC 4034 4.1.1: the last one's next is the apex. */
	if (name_compare(owner, next) >= 0)
		return from < 0 || to < 0;
	return from < 0 && to < 0;
}

bool denial_nsec3_covers(const uint8_t *owner, const uint8_t *next, const uint8_t *hash)
{
	int from = memcmp(owner, hash, NSEC3_HASH_SIZE), to = memcmp(hash, next, NSEC3_HASH_SIZE);
	if (memcmp(owner, next, NSEC3_HASH_SIZE) >= 0)
		return from < 0 || to < 0;
	return from < 0 && to < 0;
}

static struct span first_rdata(const struct rrset_view *set)
{
	size_t position = 0;
	struct span rdata = {0};
	(void)!rrset_next(set->rrset, &position, &rdata);
	return rdata;
}

static bool has_type(const struct rrset_view *set, uint16_t type)
{
	return rdata_bitmap_has(set->rrset->type, first_rdata(set), type);
}

static void keep(struct work *work, const struct rrset_view *set)
{
	struct denial_proof *ret = work->ret;
	for (unsigned i = 0; i < ret->set_count; i++) {
		if (name_equal(ret->sets[i].owner, set->owner))
			return;
	}
	if (ret->set_count < DENIAL_SETS_MAX)
		ret->sets[ret->set_count++] = *set;
}

static bool is_cut(const struct rrset_view *set)
{
	return has_type(set, RR_NS) && !has_type(set, RR_SOA);
}

/* A record that is at the name denies the type there. */
static bool denies_type(struct work *work, const struct rrset_view *set)
{
	/* RFC 6840 4.1: a record from above a cut says nothing of what the child has, but DS is the parent's. */
	if (is_cut(set) && work->type != RR_DS)
		return false;
	if (work->type == RR_DS && has_type(set, RR_SOA) && !name_is_root(set->owner))
		return false;
	work->ret->is_delegation = is_cut(set);
	/* RFC 6840 4.3: with CNAME in the bitmap the answer would have been an alias. */
	return !has_type(set, work->type) && !has_type(set, RR_CNAME);
}

/* RFC 6840 4.1, RFC 5155 8.3: a record at a cut or a DNAME says nothing of the names below it. */
static bool is_end_of_zone(const struct rrset_view *set)
{
	return is_cut(set) || has_type(set, RR_DNAME);
}

static bool wildcard_of(struct name encloser, struct name_buffer *buffer, struct name *ret)
{
	static const struct name star = {.wire = (const uint8_t *)"\1*", .size = 3, .labels = 1};
	return name_concatenate(star, encloser, buffer, ret) == ERR_OK;
}

/* --- NSEC --- */

static bool nsec_find(struct work *work, struct name name, struct rrset_view *ret)
{
	return work->source->nsec != NULL && work->source->nsec(work->source->owner, name, ret);
}

/* A span that covers the name, and may: not one from above a cut that the name lies below. */
static bool nsec_covering(struct work *work, struct name name, struct rrset_view *ret)
{
	return nsec_find(work, name, ret) && !name_equal(ret->owner, name) &&
	       !(name_is_at_or_below(name, ret->owner) && is_end_of_zone(ret));
}

static enum denial nsec_wildcard(struct work *work, struct name encloser)
{
	struct name_buffer buffer;
	struct name wildcard;
	struct rrset_view at;
	if (!wildcard_of(encloser, &buffer, &wildcard))
		return DENIAL_NXDOMAIN; /* no name that long is anywhere */
	if (!nsec_find(work, wildcard, &at))
		return DENIAL_NONE;
	if (name_equal(at.owner, wildcard)) {
		keep(work, &at);
		return denies_type(work, &at) ? DENIAL_NODATA : DENIAL_NONE;
	}
	if (!nsec_covering(work, wildcard, &at))
		return DENIAL_NONE;
	keep(work, &at);
	/* RFC 4592 2.2.2: names below the asterisk make it an empty non-terminal. */
	return name_is_at_or_below(name_of(first_rdata(&at).data), wildcard) ? DENIAL_NODATA : DENIAL_NXDOMAIN;
}

static enum denial nsec_prove(struct work *work)
{
	struct rrset_view at;
	if (!nsec_find(work, work->name, &at))
		return DENIAL_NONE;
	if (name_equal(at.owner, work->name)) {
		keep(work, &at);
		return denies_type(work, &at) ? DENIAL_NODATA : DENIAL_NONE;
	}
	if (!nsec_covering(work, work->name, &at))
		return DENIAL_NONE;
	keep(work, &at);
	struct name next = name_of(first_rdata(&at).data);
	if (name_is_at_or_below(next, work->name)) /* an empty non-terminal: the next name is below it */
		return DENIAL_NODATA;
	/* RFC 4035 5.4: the closest encloser is what the name shares with one end of the span. */
	unsigned left = name_common_labels(work->name, at.owner), right = name_common_labels(work->name, next);
	unsigned labels = left > right ? left : right;
	return nsec_wildcard(work, name_strip(work->name, work->name.labels - labels));
}

/* --- NSEC3 --- */

/* False: not found, or no budget. */
static bool nsec3_find(struct work *work, struct name name, struct rrset_view *ret, bool *ret_is_match)
{
	uint8_t hash[NSEC3_HASH_SIZE], owner[NSEC3_HASH_SIZE];
	uint32_t rounds = work->chain.iterations + 1u;
	if (work->budget->nsec3_rounds < rounds) {
		work->ret->denial = DENIAL_BUDGET;
		return false;
	}
	work->budget->nsec3_rounds -= rounds;
	nsec3_digest(name, work->chain.iterations, work->chain.salt, hash);
	if (!work->source->nsec3(work->source->owner, hash, ret) || !nsec3_owner_digest(ret->owner, owner))
		return false;
	*ret_is_match = memcmp(owner, hash, sizeof(hash)) == 0;
	return true;
}

static bool is_optout(const struct rrset_view *set)
{
	struct nsec3 nsec3;
	return nsec3_read(first_rdata(set), &nsec3) && (nsec3.flags & NSEC3_OPTOUT);
}

static enum denial nsec3_wildcard(struct work *work, struct name encloser)
{
	struct name_buffer buffer;
	struct name wildcard;
	struct rrset_view at;
	bool is_match;
	if (!wildcard_of(encloser, &buffer, &wildcard))
		return DENIAL_NXDOMAIN;
	if (!nsec3_find(work, wildcard, &at, &is_match))
		return work->ret->denial; /* NONE or BUDGET */
	keep(work, &at);
	if (!is_match)
		return DENIAL_NXDOMAIN;
	return denies_type(work, &at) ? DENIAL_NODATA : DENIAL_NONE;
}

/* RFC 5155 8.3: the closest encloser has a record, the next closer name is covered. False: not proven. */
static bool closest_encloser(struct work *work, struct name *ret_encloser, struct rrset_view *ret_covering,
                             bool *ret_is_name_itself)
{
	struct rrset_view at;
	bool is_match, has_covering = false;
	for (struct name name = work->name;; name = name_parent(name)) {
		bool is_found = nsec3_find(work, name, &at, &is_match);
		if (work->ret->denial == DENIAL_BUDGET)
			return false;
		if (is_found && is_match) {
			*ret_encloser = name;
			*ret_is_name_itself = name.labels == work->name.labels;
			keep(work, &at);
			return *ret_is_name_itself || (has_covering && !is_end_of_zone(&at));
		}
		has_covering = is_found; /* of the name just below what is looked at next */
		if (is_found)
			*ret_covering = at;
		if (name.labels <= work->zone.labels)
			return false;
	}
}

static enum denial nsec3_prove(struct work *work)
{
	struct name encloser;
	struct rrset_view covering;
	bool is_name_itself;
	if (!closest_encloser(work, &encloser, &covering, &is_name_itself))
		return work->ret->denial;
	if (is_name_itself)
		return denies_type(work, &work->ret->sets[work->ret->set_count - 1]) ? DENIAL_NODATA : DENIAL_NONE;
	keep(work, &covering);
	work->ret->is_optout = is_optout(&covering); /* RFC 5155 9.2: of the next closer name's span, no other's */
	/* RFC 5155 8.6: an unsigned delegation may stand in the span. */
	if (work->type == RR_DS && work->ret->is_optout)
		return DENIAL_OPTOUT;
	enum denial denial = nsec3_wildcard(work, encloser);
	return denial == DENIAL_NONE && work->ret->is_optout ? DENIAL_OPTOUT : denial;
}

/* --- Both --- */

static bool chain_find(struct work *work)
{
	if (work->source->nsec3_chain == NULL || !work->source->nsec3_chain(work->source->owner, &work->chain))
		return false;
	if (work->chain.iterations > work->iterations_most) {
		work->ret->denial = DENIAL_ITERATIONS;
		return false;
	}
	return true;
}

void denial_prove(const struct denial_source *source, struct name zone, struct name name, uint16_t type,
                  uint16_t iterations_most, struct dnssec_budget *budget, struct denial_proof *ret)
{
	struct work work = {source, zone, name, type, iterations_most, budget, {0}, ret};
	*ret = (struct denial_proof){.denial = DENIAL_NONE};
	ret->denial = nsec_prove(&work);
	if (ret->denial != DENIAL_NONE)
		return;
	ret->set_count = 0;
	ret->is_delegation = false;
	if (chain_find(&work))
		ret->denial = nsec3_prove(&work);
}

void denial_no_closer(const struct denial_source *source, struct name zone, struct name name, unsigned encloser_labels,
                      uint16_t iterations_most, struct dnssec_budget *budget, struct denial_proof *ret)
{
	struct work work = {source, zone, name, 0, iterations_most, budget, {0}, ret};
	struct rrset_view at;
	bool is_match;
	*ret = (struct denial_proof){.denial = DENIAL_NONE};
	struct name next_closer = name_strip(name, name.labels - encloser_labels - 1);
	if (nsec_covering(&work, name, &at)) {
		/* Nor may the next closer name be there: an end of the span at or below it would show it. */
		struct name next = name_of(first_rdata(&at).data);
		if (!name_is_at_or_below(at.owner, next_closer) && !name_is_at_or_below(next, next_closer)) {
			keep(&work, &at);
			ret->denial = DENIAL_NXDOMAIN;
			return;
		}
	}
	if (chain_find(&work) && nsec3_find(&work, next_closer, &at, &is_match) && !is_match) {
		keep(&work, &at);
		ret->is_optout = is_optout(&at);
		ret->denial = DENIAL_NXDOMAIN;
	}
}
