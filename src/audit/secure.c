/* SPDX-License-Identifier: BSD-2-Clause */
#include "audit/secure.h"

#include "dns/rrtype.h"
#include "resolver/scrub.h"
#include "resolver/validate.h"

#include <stdlib.h>

#define DEPTH_MOST 12 /* zones between the root and a name */
#define KEYRING_ZONES 64
#define NSEC3_ITERATIONS_MOST 50 /* RFC 9276 3.2 */
#define STEPS_MOST 32
#define GIVEN_TTL_S 3600

struct judge {
	struct walk *walk;
	enum family family;
	unsigned depth;
	bool is_open; /* evidence is wanted that is not there yet */
};

static const struct outcome *outcome_of_fact(struct judge *judge, const struct chain *chain, const struct fact *fact,
					     struct name name, uint16_t type)
{
	struct message message;
	judge->is_open = judge->is_open || fact_is_open(fact);
	struct scrubbed *scrubbed = arena_alloc(judge->walk->arena, sizeof(*scrubbed), _Alignof(struct scrubbed));
	if (scrubbed == NULL || fact == NULL || fact->state != FACT_REPLY ||
	    message_read(fact->message, &message) != ERR_OK)
		return NULL;
	const struct scrub_question question = {.qname = name,
						.qtype = type,
						.zone = chain->zone,
						.is_tcp = fact->question.transport == QUESTION_TCP,
						.has_edns = fact->question.edns_size != 0,
						.is_glue_hardened = true,
						.port = judge->walk->options->port};
	if (scrub(&message, &question, judge->walk->arena, scrubbed) != ERR_OK || scrubbed->verdict != SCRUB_OUTCOME)
		return NULL;
	scrubbed->outcome.server = fact->question.server;
	scrubbed->outcome.zone = chain->zone;
	return &scrubbed->outcome;
}

static const struct outcome *outcome_of(struct judge *judge, const struct chain *chain, struct name name, uint16_t type)
{
	return outcome_of_fact(judge, chain, chain_ask(judge->walk, chain, name, type), name, type);
}

static const struct outcome *judge_outcome(struct judge *judge, const struct outcome *subject);

/* What the parent is to say. It is worth what the parent's own data are: below an unsigned zone a DS counts for
 * nothing. */
static const struct outcome *given_ds(struct judge *judge, const struct given *given, const struct chain *parent)
{
	struct arena *arena = judge->walk->arena;
	const struct outcome *soa = outcome_of(judge, parent, parent->zone, RR_SOA);
	const struct outcome *judged = soa != NULL ? judge_outcome(judge, soa) : NULL;
	struct outcome *outcome = arena_alloc_zeroed(arena, sizeof(*outcome), _Alignof(struct outcome));
	struct rrset_view *set = arena_alloc_zeroed(arena, sizeof(*set), _Alignof(struct rrset_view));
	if (judged == NULL || outcome == NULL || set == NULL)
		return NULL;
	*set = (struct rrset_view){.owner = given->zone, .rrset = given->ds};
	*outcome =
		(struct outcome){.kind = given->ds != NULL ? OUTCOME_ANSWER : OUTCOME_NODATA,
				 .security = judged->security,
				 .qname = given->zone,
				 .qtype = RR_DS,
				 .answer_count = given->ds != NULL,
				 .set_count = given->ds != NULL,
				 .sets = set,
				 .ttl_s = GIVEN_TTL_S,
				 .zone = parent->zone,
				 .is_optout = given->ds == NULL, /* no more proof of an unsigned delegation is wanted */
				 .ede = -1,
				 .reason = judged->reason};
	return outcome;
}

/* DNSKEY as the zone gives it, DS validated, from the parent's servers or as it is given. */
static const struct outcome *evidence_find(void *owner, struct name name, uint16_t type)
{
	struct judge *judge = owner;
	struct name below = type == RR_DS && !name_is_root(name) ? name_parent(name) : name;
	const struct chain *chain = chain_to(judge->walk, below, judge->family);
	if (chain->state != CHAIN_GOOD) {
		judge->is_open = judge->is_open || chain->state == CHAIN_OPEN;
		return NULL;
	}
	const struct given *given = type == RR_DS ? given_find(&judge->walk->options->given, name) : NULL;
	bool is_given = given != NULL && given->has_ds;
	const struct outcome *outcome = is_given ? NULL : outcome_of(judge, chain, name, type);
	if ((outcome == NULL && !is_given) || type != RR_DS || judge->depth >= DEPTH_MOST)
		return outcome;
	judge->depth++;
	outcome = is_given ? given_ds(judge, given, chain) : judge_outcome(judge, outcome);
	judge->depth--;
	return outcome;
}

/* NULL: evidence is missing. */
static const struct outcome *judge_outcome(struct judge *judge, const struct outcome *subject)
{
	static const struct validate_policy policy = {.nsec3_iterations_max = NSEC3_ITERATIONS_MOST};
	struct walk *walk = judge->walk;
	struct dnssec_budget budget = {
		.verifications = 256, .failed_verifications = 64, .nsec3_rounds = 8000, .keys_per_tag = 4};
	const struct validate_request request = {.subject = subject,
						 .anchors = walk->options->anchors,
						 .policy = &policy,
						 .keyring = walk->options->keyrings[judge->family],
						 .budget = &budget,
						 .arena = walk->arena,
						 .find = evidence_find,
						 .owner = judge,
						 .now_s = walk->options->now_s,
						 .now_us = walk->options->now_us};
	struct validate_result *result =
		arena_alloc_zeroed(walk->arena, sizeof(*result), _Alignof(struct validate_result));
	if (result == NULL)
		return NULL;
	validate(&request, result);
	if (result->state == VALIDATE_NEED)
		return NULL;
	struct outcome *judged = outcome_copy(subject, walk->arena);
	if (judged == NULL)
		return NULL;
	judged->security = result->security;
	judged->kind = result->kind;
	judged->reason = span_text(result->reason);
	judged->ede = result->ede;
	return judged;
}

static void judge_subject(struct judge *judge, const struct outcome *subject, struct secure *ret)
{
	const struct outcome *judged = subject != NULL ? judge_outcome(judge, subject) : NULL;
	if (judged == NULL || judge->is_open)
		return;
	ret->is_known = true;
	ret->is_there = subject->kind == OUTCOME_ANSWER;
	ret->security = judged->security;
	ret->ede = judged->ede;
	ret->reason = judged->reason.size > 0 ? (const char *)judged->reason.data : "it does not validate";
}

void secure_judge(struct walk *walk, const struct chain *chain, struct name name, uint16_t type, struct secure *ret)
{
	secure_judge_reply(walk, chain, NULL, name, type, ret);
}

void secure_judge_reply(struct walk *walk, const struct chain *chain, const struct fact *fact, struct name name, uint16_t type,
			struct secure *ret)
{
	struct judge judge = {.walk = walk, .family = chain->family};
	*ret = (struct secure){0};
	if (walk->options->anchors == NULL || walk->options->keyrings[chain->family] == NULL)
		return;
	judge_subject(&judge,
		      fact != NULL ? outcome_of_fact(&judge, chain, fact, name, type) : outcome_of(&judge, chain, name, type),
		      ret);
}
