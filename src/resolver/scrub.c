/* SPDX-License-Identifier: BSD-2-Clause */
#include "resolver/scrub.h"

#include "dns/rdata.h"

#include <errno.h>

struct work {
	const struct message *message;
	const struct scrub_question *question;
	const struct gathered *gathered;
	struct arena *arena;
	struct scrubbed *ret;
};

static void judge(struct work *work, enum scrub_verdict verdict, const char *why)
{
	work->ret->verdict = verdict;
	work->ret->why = why;
}

/* May the servers of the zone that was asked speak of the name? A forwarder speaks of everything. */
static bool is_ours(const struct work *work, struct name name)
{
	return work->question->is_forwarded || name_is_at_or_below(name, work->question->zone);
}

/* --- Making outcomes --- */

/* Authority records that prove something: the SOA of a denial, NSEC and NSEC3 of denials and wildcards. */
static bool is_proof(const struct work *work, size_t index, bool has_soa)
{
	const struct gathered *gathered = work->gathered;
	uint16_t type = gathered->types[index];
	if (gathered->sections[index] != SECTION_AUTHORITY || gathered->sets[index].rrset == NULL ||
	    !is_ours(work, gathered->sets[index].owner))
		return false;
	return type == RR_NSEC || type == RR_NSEC3 || (type == RR_SOA && has_soa);
}

static void set_add(struct rrset_view *sets, uint8_t *count, const struct rrset_view *set)
{
	if (*count < OUTCOME_SETS_MAX)
		sets[(*count)++] = *set;
}

static void proofs_add(const struct work *work, bool has_soa, struct rrset_view *sets, uint8_t *count)
{
	for (unsigned round = 0; round < 2; round++) { /* the SOA goes first */
		for (size_t i = 0; i < work->gathered->count; i++) {
			bool is_soa = work->gathered->types[i] == RR_SOA;
			if (is_soa == (round == 0) && is_proof(work, i, has_soa))
				set_add(sets, count, &work->gathered->sets[i]);
		}
	}
}

static uint32_t least_ttl(const struct rrset_view *sets, unsigned count, uint32_t most)
{
	for (unsigned i = 0; i < count; i++)
		most = sets[i].rrset->ttl < most ? sets[i].rrset->ttl : most;
	return most;
}

/* RFC 2308 5: the smaller of the SOA's TTL and its MINIMUM field. */
static uint32_t negative_ttl(const struct rrset_view *soa)
{
	size_t position = 0;
	struct span rdata;
	if (!rrset_next(soa->rrset, &position, &rdata) || rdata.size < 4)
		return 0;
	uint32_t minimum = load_u32(rdata.data + rdata.size - 4);
	return minimum < soa->rrset->ttl ? minimum : soa->rrset->ttl;
}

/* RFC 2308 7.1: without a SOA there is no time to keep it; a moment is what RFC 9520 gives failures. */
#define NEGATIVE_WITHOUT_SOA_S 5

static int outcome_make(const struct work *work, enum outcome_kind kind, struct name qname, uint16_t qtype,
                        const struct rrset_view *answers, uint8_t answer_count, bool with_proofs, struct outcome *ret)
{
	struct rrset_view sets[OUTCOME_SETS_MAX];
	uint8_t count = 0;
	bool is_negative = kind == OUTCOME_NODATA || kind == OUTCOME_NXDOMAIN;
	for (uint8_t i = 0; i < answer_count; i++)
		set_add(sets, &count, &answers[i]);
	uint8_t answered = count;
	if (with_proofs)
		proofs_add(work, is_negative, sets, &count);
	*ret = (struct outcome){.kind = kind, .qname = qname, .qtype = qtype, .answer_count = answered, .set_count = count,
	                        .zone = work->question->zone, .is_forwarded = work->question->is_forwarded, .ede = -1};
	ret->sets = arena_copy(work->arena, sets, count * sizeof(sets[0]), _Alignof(struct rrset_view));
	if (ret->sets == NULL && count > 0)
		return -ENOMEM;
	ret->ttl_s = least_ttl(sets, answered, is_negative ? INT32_MAX : UINT32_MAX);
	if (is_negative) {
		const struct rrset_view *soa = outcome_soa(ret);
		ret->ttl_s = soa != NULL ? negative_ttl(soa) : NEGATIVE_WITHOUT_SOA_S;
	}
	return ERR_OK;
}

/* --- Following aliases inside the reply --- */

struct alias {
	enum outcome_kind kind;
	const struct rrset_view *set;
};

static bool alias_find(const struct work *work, struct name name, struct alias *ret)
{
	const struct gathered *gathered = work->gathered;
	const struct rrset_view *set = gathered_find(gathered, SECTION_ANSWER, name, RR_CNAME);
	*ret = (struct alias){OUTCOME_CNAME, set};
	/* RFC 6672 5.3.1: the DNAME counts, the CNAME beside it is made from it. */
	for (size_t i = 0; i < gathered->count; i++) {
		const struct rrset_view *dname = &gathered->sets[i];
		if (gathered->sections[i] == SECTION_ANSWER && gathered->types[i] == RR_DNAME && dname->rrset != NULL &&
		    name.labels > dname->owner.labels && name_is_at_or_below(name, dname->owner) &&
		    is_ours(work, dname->owner)) {
			*ret = (struct alias){OUTCOME_DNAME, dname};
			return true;
		}
	}
	return set != NULL;
}

static bool has_answer(const struct work *work, struct name name, uint16_t qtype, struct rrset_view *answers,
                       uint8_t *ret_count)
{
	const struct gathered *gathered = work->gathered;
	*ret_count = 0;
	for (size_t i = 0; i < gathered->count && *ret_count < OUTCOME_SETS_MAX; i++) {
		const struct rrset_view *set = &gathered->sets[i];
		if (gathered->sections[i] != SECTION_ANSWER || !name_equal(set->owner, name))
			continue;
		if (qtype == RR_RRSIG && set->signatures != NULL)
			answers[(*ret_count)++] = (struct rrset_view){set->owner, set->signatures, NULL};
		else if (set->rrset != NULL && (qtype == RR_ANY || gathered->types[i] == qtype))
			answers[(*ret_count)++] = *set;
	}
	return *ret_count > 0;
}

/* The SOA of a denial for name: of a zone that the server has, at or above the name. */
static const struct rrset_view *soa_find(const struct work *work, struct name name, uint16_t qtype)
{
	for (size_t i = 0; i < work->gathered->count; i++) {
		const struct rrset_view *set = &work->gathered->sets[i];
		if (work->gathered->sections[i] != SECTION_AUTHORITY || work->gathered->types[i] != RR_SOA ||
		    set->rrset == NULL || !is_ours(work, set->owner) || !name_is_at_or_below(name, set->owner))
			continue;
		/* RFC 4035 3.1.4.1: DS is the parent's; the child's own SOA says nothing about it. */
		if (qtype == RR_DS && name_equal(set->owner, name) && !name_is_root(name))
			continue;
		return set;
	}
	return NULL;
}

static bool denies_by_nsec(const struct work *work)
{
	for (size_t i = 0; i < work->gathered->count; i++) {
		if (is_proof(work, i, false))
			return true;
	}
	return false;
}

/* What the reply says of one name; false: nothing. */
static int name_judge(const struct work *work, struct name name, uint16_t qtype, struct outcome *ret, bool *ret_has)
{
	struct rrset_view answers[OUTCOME_SETS_MAX];
	uint8_t count;
	struct alias alias;
	bool is_alias = alias_find(work, name, &alias);
	*ret_has = true;
	/* RFC 6672 5.3.1: below a DNAME is nothing but the CNAME made from it, which has no signature to be judged by. */
	bool is_below_dname = is_alias && alias.kind == OUTCOME_DNAME;
	if (!is_below_dname && has_answer(work, name, qtype, answers, &count))
		return outcome_make(work, OUTCOME_ANSWER, name, qtype, answers, count, true, ret);
	if (is_alias && (is_below_dname || qtype != RR_CNAME))
		return outcome_make(work, alias.kind, name, qtype, alias.set, 1, true, ret);
	if (soa_find(work, name, qtype) == NULL && !(work->message->flags & HEADER_AA) && !work->question->is_forwarded) {
		*ret_has = false;
		return ERR_OK;
	}
	bool is_nxdomain = work->message->rcode == RCODE_NXDOMAIN;
	return outcome_make(work, is_nxdomain ? OUTCOME_NXDOMAIN : OUTCOME_NODATA, name, qtype, NULL, 0, true, ret);
}

/* Behind the first alias: what the same server says of the targets, as far as it has a say. Saves a question each. */
static int extras_find(struct work *work)
{
	struct scrubbed *ret = work->ret;
	struct outcome *from = &ret->outcome;
	while (outcome_leads_on(from) && ret->extra_count < SCRUB_EXTRAS_MAX) {
		struct name_buffer buffer;
		struct name target;
		if (outcome_target(from, &buffer, &target) != ERR_OK || !is_ours(work, target))
			return ERR_OK;
		uint8_t *wire = arena_copy(work->arena, target.wire, target.size, 1);
		if (wire == NULL)
			return -ENOMEM;
		target.wire = wire;
		bool has_any, is_last;
		struct alias alias;
		struct rrset_view answers[OUTCOME_SETS_MAX];
		uint8_t count;
		is_last = !has_answer(work, target, work->question->qtype, answers, &count) &&
		          !alias_find(work, target, &alias);
		/* The end of a chain without data is a denial only when a SOA says so: servers may stop following. */
		if (is_last && soa_find(work, target, work->question->qtype) == NULL)
			return ERR_OK;
		struct outcome *extra = &ret->extras[ret->extra_count];
		int err = name_judge(work, target, work->question->qtype, extra, &has_any);
		if (err != ERR_OK || !has_any)
			return err;
		ret->extra_count++;
		from = extra;
	}
	return ERR_OK;
}

/* --- Referrals --- */

static const struct rrset_view *referral_find(const struct work *work)
{
	const struct scrub_question *question = work->question;
	for (size_t i = 0; i < work->gathered->count; i++) {
		const struct rrset_view *set = &work->gathered->sets[i];
		if (work->gathered->sections[i] == SECTION_AUTHORITY && work->gathered->types[i] == RR_NS &&
		    set->rrset != NULL && set->owner.labels > question->zone.labels &&
		    name_is_at_or_below(set->owner, question->zone) && name_is_at_or_below(question->qname, set->owner))
			return set;
	}
	return NULL;
}

static void glue_add(const struct gathered *gathered, const struct scrub_question *question,
                     struct delegation_server *server)
{
	static const uint16_t types[] = {RR_AAAA, RR_A};
	/* Glue is the parent's to give: for names in its own zone. Elsewhere others have a say (CVE-2008-1447). */
	if (question->is_glue_hardened && !name_is_at_or_below(server->name, question->zone))
		return;
	for (unsigned i = 0; i < 2; i++) {
		const struct rrset_view *set = gathered_find(gathered, SECTION_ADDITIONAL, server->name, types[i]);
		if (set == NULL) /* servers that put glue beside an answer of NS */
			set = gathered_find(gathered, SECTION_ANSWER, server->name, types[i]);
		if (set != NULL)
			delegation_server_take(server, set->rrset, question->port);
	}
}

static void servers_from(const struct gathered *gathered, const struct scrub_question *question,
                         const struct rrset_view *ns, enum delegation_source source, struct delegation *ret)
{
	size_t position = 0;
	struct span rdata;
	ret->zone = ns->owner;
	ret->source = source;
	ret->since_us = 0;
	ret->ends_us = UINT64_MAX;
	ret->server_count = 0;
	while (rrset_next(ns->rrset, &position, &rdata)) {
		struct delegation_server *server = delegation_add(ret, name_of(rdata.data));
		if (server == NULL)
			return;
		glue_add(gathered, question, server);
	}
}

/* RFC 4035 3.1.4: DS, or the proof that there is none, come with the referral and save a question. */
static int referral_ds(struct work *work, struct name child)
{
	const struct rrset_view *ds = gathered_find(work->gathered, SECTION_AUTHORITY, child, RR_DS);
	struct outcome *extra = &work->ret->extras[0];
	int err = ERR_OK;
	if (ds != NULL && ds->signatures != NULL)
		err = outcome_make(work, OUTCOME_ANSWER, child, RR_DS, ds, 1, false, extra);
	else if (ds == NULL && denies_by_nsec(work)) {
		err = outcome_make(work, OUTCOME_NODATA, child, RR_DS, NULL, 0, true, extra);
		extra->ttl_s = least_ttl(extra->sets, extra->set_count, INT32_MAX);
	} else
		return ERR_OK;
	work->ret->extra_count = err == ERR_OK;
	return err;
}

static int referral_take(struct work *work, const struct rrset_view *ns)
{
	servers_from(work->gathered, work->question, ns, DELEGATION_PARENT, &work->ret->delegation);
	work->ret->delegation_ttl_s = ns->rrset->ttl;
	judge(work, SCRUB_REFERRAL, NULL);
	return referral_ds(work, ns->owner);
}

bool scrub_own_servers(const struct gathered *gathered, const struct scrub_question *question,
                       struct delegation *ret, uint32_t *ret_ttl_s)
{
	const struct rrset_view *ns = gathered_find(gathered, SECTION_ANSWER, question->zone, RR_NS);
	if (ns == NULL || question->is_forwarded || !name_equal(question->qname, question->zone))
		return false;
	servers_from(gathered, question, ns, DELEGATION_CHILD, ret);
	*ret_ttl_s = ns->rrset->ttl;
	return true;
}

/* --- The whole --- */

/* Rcodes that are not an answer. False: go on. */
static bool rcode_judge(struct work *work)
{
	uint16_t rcode = work->message->rcode;
	switch (rcode) {
	case RCODE_NOERROR:
	case RCODE_NXDOMAIN:
		return false;
	case RCODE_FORMERR:
	case RCODE_NOTIMP:
	case RCODE_BADVERS:
		judge(work, work->question->has_edns ? SCRUB_NO_EDNS : SCRUB_FAILED, "does not take the question");
		return true;
	case RCODE_BADCOOKIE:
		judge(work, SCRUB_BAD_COOKIE, "wants another cookie");
		return true;
	case RCODE_REFUSED:
	case RCODE_NOTAUTH:
		judge(work, SCRUB_LAME, "refuses");
		return true;
	default:
		judge(work, SCRUB_FAILED, "failed");
		return true;
	}
}

/* RFC 6672 2.2: YXDOMAIN says that the name made by a DNAME is too long; the DNAME is an answer all the same. */
static bool is_dname_too_long(const struct work *work)
{
	struct alias alias;
	return work->message->rcode == RCODE_YXDOMAIN && alias_find(work, work->question->qname, &alias) &&
	       alias.kind == OUTCOME_DNAME;
}

static int body_judge(struct work *work)
{
	const struct scrub_question *question = work->question;
	bool is_authoritative = (work->message->flags & HEADER_AA) != 0;
	struct scrubbed *ret = work->ret;
	bool has_any;
	bool has_answers = work->message->counts[SECTION_ANSWER] > 0;
	const struct rrset_view *referral = question->is_forwarded ? NULL : referral_find(work);
	/* The DS of a cut is asked at the parent, who may answer with a referral to the child when it has no DS. */
	if (referral != NULL && !has_answers && soa_find(work, question->qname, question->qtype) == NULL &&
	    work->message->rcode == RCODE_NOERROR && !(question->qtype == RR_DS && name_equal(referral->owner, question->qname)))
		return referral_take(work, referral);
	int err = name_judge(work, question->qname, question->qtype, &ret->outcome, &has_any);
	if (err != ERR_OK)
		return err;
	if (!has_any && !is_authoritative && !question->is_forwarded && work->message->rcode == RCODE_NXDOMAIN) {
		judge(work, SCRUB_LAME, "denies a name without authority");
		return ERR_OK;
	}
	bool is_denial = ret->outcome.kind == OUTCOME_NODATA || ret->outcome.kind == OUTCOME_NXDOMAIN;
	/* Neither its own zone nor found out by recursion: an authoritative server taken for a forwarder refers elsewhere. */
	if (is_denial && question->is_forwarded && !(work->message->flags & (HEADER_AA | HEADER_RA))) {
		judge(work, SCRUB_LAME, "does not resolve");
		return ERR_OK;
	}
	if (!has_any || (is_denial && has_answers && work->gathered->count > 0)) {
		judge(work, SCRUB_LAME, "gives neither an answer nor a referral that helps");
		return ERR_OK;
	}
	/* A denial with a foreign NS set in it and no SOA is an upward or sideways referral, whatever AA says. */
	if (is_denial && !question->is_forwarded && soa_find(work, question->qname, question->qtype) == NULL &&
	    !denies_by_nsec(work)) {
		for (size_t i = 0; i < work->gathered->count; i++) {
			if (work->gathered->sections[i] == SECTION_AUTHORITY && work->gathered->types[i] == RR_NS) {
				judge(work, SCRUB_LAME, "refers to where the question came from");
				return ERR_OK;
			}
		}
		if (question->qtype == RR_DS) {
			judge(work, SCRUB_LAME, "denies DS as the child does");
			return ERR_OK;
		}
	}
	judge(work, SCRUB_OUTCOME, NULL);
	return extras_find(work);
}

int scrub(const struct message *message, const struct scrub_question *question, struct arena *arena,
          struct scrubbed *ret)
{
	struct gathered *gathered = arena_alloc(arena, sizeof(*gathered), _Alignof(struct gathered));
	if (gathered == NULL)
		return -ENOMEM;
	struct work work = {message, question, gathered, arena, ret};
	ret->rcode = message->rcode;
	ret->extra_count = 0;
	ret->why = NULL;
	if (message->flags & HEADER_TC) {
		judge(&work, question->is_tcp ? SCRUB_BROKEN : SCRUB_TRUNCATED, "truncates over TCP");
		return ERR_OK;
	}
	/* Servers that do not know EDNS may send anything behind the header of a FORMERR. */
	if (message->rcode != RCODE_YXDOMAIN && rcode_judge(&work))
		return ERR_OK;
	int err = message->error != ERR_OK ? message->error : gather(message, arena, gathered);
	if (err == -ENOMEM)
		return err;
	if (err != ERR_OK) {
		judge(&work, SCRUB_BROKEN, "sends a malformed reply");
		return ERR_OK;
	}
	if (message->rcode == RCODE_YXDOMAIN && !is_dname_too_long(&work)) {
		judge(&work, SCRUB_FAILED, "failed");
		return ERR_OK;
	}
	return body_judge(&work);
}
